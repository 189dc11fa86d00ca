#!/usr/bin/env python3
"""The Debian package: lintian takes it, and it holds what it should.

What was compiled for the tests is not compiled again: ccache has it, and only the linker's options differ.
"""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


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
        # Ends with an error when lintian finds an error or a warning that is not in deploy/debian/lintian-overrides.
        cls.package = pathlib.Path(run("scripts/package").splitlines()[-1])
        cls.contents = {re.sub(r"^\./", "/", line.split()[5]): line.split()[0]
                        for line in run("dpkg-deb", "--contents", cls.package).splitlines()}

    def test_has_the_programs_and_all_that_goes_with_them(self):
        for name in ("/etc/weixind/weixind.toml", "/usr/lib/systemd/system/weixind.service", "/usr/lib/systemd/system/weixind.socket",
                     "/usr/lib/sysusers.d/weixind.conf", "/usr/lib/tmpfiles.d/weixind.conf", "/usr/share/man/man1/weixinctl.1.gz",
                     "/usr/share/man/man1/weixinsim.1.gz", "/usr/share/man/man5/weixind.toml.5.gz",
                     "/usr/share/man/man8/weixind.8.gz", "/usr/share/doc/weixind/copyright"):
            self.assertIn(name, self.contents)
        for program in ("weixind", "weixinctl", "weixinsim"):
            for name in (f"/usr/bin/{program}", f"/usr/share/bash-completion/completions/{program}",
                         f"/usr/share/zsh/vendor-completions/_{program}", f"/usr/share/fish/vendor_completions.d/{program}.fish"):
                self.assertIn(name, self.contents)

    def test_has_the_documents_that_there_are(self):
        for path in (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")):
            self.assertIn(f"/usr/share/doc/weixind/{path.name}", self.contents)

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
