#!/usr/bin/env python3
"""A fresh Debian installs, runs, upgrades and purges the package, and so does the image; the same commit makes the same package.

Makes a root by debootstrap, which takes some minutes, and needs root and Debian's packages.
"""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]
SUITE = "bookworm"


def run(*command):
    answer = subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if answer.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {answer.returncode}:\n{answer.stdout}")
    return answer.stdout


class SamePackage(unittest.TestCase):
    def test_is_made_of_the_same_commit(self):
        def made():
            package = ROOT / run("scripts/package").splitlines()[-1]
            return package.name, package.read_bytes()
        self.assertEqual(made(), made())


class FreshMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package = run("scripts/package").splitlines()[-1]
        temporary = tempfile.mkdtemp(prefix="weixind-base-")
        cls.addClassCleanup(run, *AS_ROOT, "rm", "-rf", "--one-file-system", temporary)
        cls.base = pathlib.Path(temporary) / "root"
        run(*AS_ROOT, "debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, cls.base,
            *filter(None, [os.environ.get("WEIXIN_MIRROR")]))

    def fresh(self, *arguments):
        said = run(*AS_ROOT, "scripts/fresh-machine", "--suite", SUITE, "--base", self.base, *arguments)
        lines = re.findall(r"^ok (\d+) - ", said, re.MULTILINE)
        self.assertEqual(re.findall(r"^1\.\.(\d+)$", said, re.MULTILINE), [str(len(lines))], said)
        self.assertGreater(len(lines), 5)

    def test_installs_runs_upgrades_and_purges_the_package(self):
        self.fresh("--package", self.package)

    def test_does_what_the_guide_says(self):
        self.fresh("--package", self.package, "--document", "docs/installation.md")

    def test_runs_what_the_image_would_hold(self):
        self.fresh("--image", self.package)

    def test_runs_a_command_in_a_clone_as_a_new_user(self):
        said = run(*AS_ROOT, "scripts/fresh-machine", "--base", self.base, "--run", "id -un; git log -1 --format=%s")
        self.assertRegex(said, r"(?m)^newcomer$")
        self.assertIn(run("git", "log", "-1", "--format=%s").strip(), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
