#!/usr/bin/env python3
"""Runs a program behind the system call filters that systemd would make of a unit: unit_sandbox.py UNIT PROGRAM [...]

Of SystemCallFilter=, SystemCallErrorNumber=EPERM, MemoryDenyWriteExecute=, RestrictAddressFamilies= and
RestrictNamespaces=, as systemd.exec(5) describes them; no systemd has to run. The groups of calls are those of
`systemd-analyze syscall-filter`, the filter is libseccomp's.
"""
import ctypes
import errno
import os
import pathlib
import re
import socket
import subprocess
import sys

ALLOW = 0x7FFF0000
EQUAL, MASKED_EQUAL = 4, 7
PROT_WRITE, PROT_EXEC = 2, 4
NAMESPACES = 0x7E020080  # every CLONE_NEW*


def refuse(number):
    return 0x00050000 | number


class Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Filter:
    def __init__(self, default):
        self.library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.seccomp_init(ctypes.c_uint32(default)))

    def add(self, action, call, *arguments):
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # a call of another architecture
        array = (Argument * len(arguments))(*arguments)
        result = self.library.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, len(arguments), array)
        if result != 0:
            raise OSError(-result, f"seccomp_rule_add({call})")

    def load(self):
        result = self.library.seccomp_load(self.context)
        if result != 0:
            raise OSError(-result, "seccomp_load")


def calls_of(group):
    """The names of all calls in a group, groups within it included."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", group], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = set()
    for line in text.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            found |= calls_of(word)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


def allowed_calls(lines):
    """What the lines of SystemCallFilter= leave: the first one allows, those that begin with ~ take away."""
    allowed = set()
    for line in lines:
        words = line.removeprefix("~").split()
        calls = set().union(*(calls_of(w) if w.startswith("@") else {w} for w in words))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


def filters(text):
    """The filters of a unit, in the order in which they are to be loaded."""
    def value(key):
        return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)

    made = []
    if value("RestrictAddressFamilies"):
        families = Filter(ALLOW)
        wanted = {int(getattr(socket, name)) for name in value("RestrictAddressFamilies")[0].split()}
        for family in range(0, 46):
            if family not in wanted:
                families.add(refuse(errno.EAFNOSUPPORT), "socket", Argument(0, EQUAL, family, 0))
        made.append(families)
    if value("MemoryDenyWriteExecute") == ["yes"]:
        memory = Filter(ALLOW)
        both = PROT_WRITE | PROT_EXEC
        memory.add(refuse(errno.EPERM), "mmap", Argument(2, MASKED_EQUAL, both, both))
        for call in ("mprotect", "pkey_mprotect"):
            memory.add(refuse(errno.EPERM), call, Argument(2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC))
        made.append(memory)
    if value("RestrictNamespaces") == ["yes"]:
        namespaces = Filter(ALLOW)
        for bit in range(32):
            if NAMESPACES & 1 << bit:
                for call in ("unshare", "clone"):
                    namespaces.add(refuse(errno.EPERM), call, Argument(0, MASKED_EQUAL, 1 << bit, 1 << bit))
        namespaces.add(refuse(errno.EPERM), "setns")
        made.append(namespaces)
    if value("SystemCallFilter"):
        calls = Filter(refuse(errno.EPERM))
        # The loader is inside already and loads this filter as the last one; the program itself begins with execve.
        for call in sorted(allowed_calls(value("SystemCallFilter"))):
            calls.add(ALLOW, call)
        made.append(calls)
    return made


def main(arguments):
    unit, program = pathlib.Path(arguments[0]), arguments[1:]
    made = filters(unit.read_text(encoding="utf-8"))
    for one in made:
        one.load()
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
