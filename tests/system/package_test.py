#!/usr/bin/env python3
"""The Debian package: lintian takes it, a fresh Debian installs, runs, upgrades and purges it, and so does the image.

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


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


class DebianPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Ends with an error when lintian finds one.
        cls.package = pathlib.Path(run("scripts/package").splitlines()[-1])
        cls.contents = {re.sub(r"^\./", "/", line.split()[5]): line.split()[0]
                        for line in run("dpkg-deb", "--contents", cls.package).splitlines()}

    def test_has_the_programs_and_all_that_goes_with_them(self):
        for name in ("/usr/bin/weixind", "/usr/bin/weixinctl", "/usr/bin/weixinsim", "/etc/weixind/weixind.toml",
                     "/usr/lib/systemd/system/weixind.service", "/usr/lib/sysusers.d/weixind.conf",
                     "/usr/lib/tmpfiles.d/weixind.conf", "/usr/share/man/man1/weixinctl.1.gz",
                     "/usr/share/man/man1/weixinsim.1.gz", "/usr/share/man/man5/weixind.toml.5.gz",
                     "/usr/share/man/man8/weixind.8.gz", "/usr/share/bash-completion/completions/weixinctl",
                     "/usr/share/zsh/vendor-completions/_weixinctl", "/usr/share/fish/vendor_completions.d/weixinctl.fish",
                     "/usr/share/doc/weixind/operating.md", "/usr/share/doc/weixind/copyright"):
            self.assertIn(name, self.contents)

    def test_has_the_dashboards_and_rules_that_there_are(self):
        for folder, suffix in (("grafana", ".json"), ("prometheus", ".yml")):
            for path in (ROOT / "deploy" / folder).rglob(f"*{suffix}"):
                if "tests" not in path.parts:
                    self.assertIn("/usr/share/weixind/" + path.relative_to(ROOT / "deploy").as_posix(), self.contents)

    def test_nothing_in_it_is_writable_by_others_or_takes_another_user_s_rights(self):
        for name, mode in self.contents.items():
            self.assertRegex(mode, r"^[-d]rw[-x]r-[-x]r-[-x]$", name)

    def test_depends_on_the_libraries_that_it_uses(self):
        depends = field(self.package, "Depends")
        for library in ("libc6", "libssl3", "libsqlite3-0", "libsodium23", "libcaf-core0.17", "ca-certificates"):
            self.assertIn(library, depends)

    def test_the_same_commit_makes_the_same_package(self):
        before = self.package.name, (ROOT / self.package).read_bytes()
        again = pathlib.Path(run("scripts/package").splitlines()[-1])
        self.assertEqual((again.name, (ROOT / again).read_bytes()), before)


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
