#!/usr/bin/env python3
"""deploy/weixind.service and its companions: accepted by systemd's own tools, closed, and of one mind with the rest."""
import collections
import pathlib
import re
import subprocess
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/weixind.service"
EXPOSURE = 20  # tenths of a point, of 100


def settings(unit=UNIT):
    """Every value of every key of the unit, in order; comments left out."""
    found = collections.defaultdict(list)
    for line in unit.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\w+)=(.*)$", line):
            found[match[1]].append(match[2])
    return found


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def exposure_of(unit):
    return run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", str(unit))


class ServiceUnit(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="weixind-unit-")
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        self.values = settings()

    def only(self, key):
        self.assertEqual(len(self.values[key]), 1, key)
        return self.values[key][0]

    def changed(self, pattern, replacement):
        text, count = re.subn(pattern, replacement, UNIT.read_text(encoding="utf-8"), flags=re.MULTILINE)
        self.assertGreater(count, 0, pattern)
        path = self.directory / "weixind.service"
        path.write_text(text, encoding="utf-8")
        return path

    def test_is_closed_as_far_as_the_threshold_asks(self):
        answer = exposure_of(UNIT)
        self.assertEqual(answer.returncode, 0, answer.stdout)
        self.assertIn("Overall exposure level", answer.stdout)

    def test_would_not_pass_the_threshold_with_its_doors_open(self):
        answer = exposure_of(self.changed(r"^(?:SystemCallFilter|CapabilityBoundingSet|ProtectSystem)=.*\n", ""))
        self.assertNotEqual(answer.returncode, 0, answer.stdout)

    def test_is_understood_by_systemd(self):
        # The program stands where the package puts it, which is not here.
        answer = run("systemd-analyze", "verify", "--man=no",
                     str(self.changed(r"^ExecStart=\S+", "ExecStart=/bin/true")))
        about_it = [line for line in answer.stdout.splitlines() if "weixind" in line]
        self.assertEqual(about_it, [], answer.stdout)

    def test_misspelt_it_would_not_be_understood(self):
        answer = run("systemd-analyze", "verify", "--man=no",
                     str(self.changed(r"^ExecStart=\S+", "ExecStart=/bin/true\nWatchdogSecs=1")))
        self.assertIn("WatchdogSecs", answer.stdout)

    def test_makes_the_directories_that_the_shipped_configuration_names(self):
        shipped = tomllib.loads((ROOT / "deploy/weixind.toml").read_text(encoding="utf-8"))
        self.assertEqual(shipped["data_dir"], "/var/lib/" + self.only("StateDirectory"))
        self.assertEqual(str(pathlib.Path(shipped["admin"]["socket"]).parent), "/run/" + self.only("RuntimeDirectory"))
        self.assertEqual((self.only("StateDirectoryMode"), self.only("RuntimeDirectoryMode")), ("0700", "0750"))

    def test_has_a_socket_unit_of_one_mind_with_the_shipped_configuration(self):
        shipped = tomllib.loads((ROOT / "deploy/weixind.toml").read_text(encoding="utf-8"))
        values = settings(ROOT / "deploy/weixind.socket")
        self.assertEqual(values["ListenStream"], [shipped["admin"]["socket"]])
        self.assertEqual(values["SocketMode"], [shipped["admin"]["socket_mode"]])
        self.assertEqual((values["SocketUser"], values["SocketGroup"]), (self.values["User"], self.values["Group"]))
        self.assertEqual(values["DirectoryMode"], self.values["RuntimeDirectoryMode"])
        # Else a restart of the service would take the socket's directory away.
        self.assertEqual(self.only("RuntimeDirectoryPreserve"), "yes")

    def test_has_a_socket_unit_that_systemd_understands(self):
        service = self.changed(r"^ExecStart=\S+", "ExecStart=/bin/true")
        unit = self.directory / "weixind.socket"
        unit.write_text((ROOT / "deploy/weixind.socket").read_text(encoding="utf-8"), encoding="utf-8")
        answer = run("systemd-analyze", "verify", "--man=no", str(unit), str(service))
        self.assertEqual([line for line in answer.stdout.splitlines() if "weixind" in line], [], answer.stdout)

    def test_waits_for_readiness_and_feeds_on_the_watchdog(self):
        self.assertEqual((self.only("Type"), self.only("NotifyAccess")), ("notify", "main"))
        self.assertEqual(self.only("WatchdogSec"), "30s")

    def test_gives_a_stop_longer_than_weixind_takes(self):
        source = (ROOT / "apps/weixind.cpp").read_text(encoding="utf-8")
        longest = int(re.search(r"kernel_ends_after_seconds = (\d+)", source)[1])
        self.assertGreater(int(self.only("TimeoutStopSec").removesuffix("s")), longest)

    def test_starts_again_after_failures_that_another_start_may_mend(self):
        self.assertEqual(self.only("Restart"), "on-failure")
        self.assertEqual(self.only("RestartPreventExitStatus").split(), ["64", "65", "78"])
        self.assertEqual((self.only("StartLimitIntervalSec"), self.only("StartLimitBurst")), ("10min", "5"))

    def test_lets_weixind_see_who_calls_the_admin_socket(self):
        # In a user namespace every caller but root and weixind itself would be nobody, without groups.
        self.assertNotIn("PrivateUsers", self.values)
        self.assertNotIn("DynamicUser", self.values)

    def test_offers_room_for_every_account_that_the_shipped_configuration_allows(self):
        shipped = tomllib.loads((ROOT / "deploy/weixind.toml").read_text(encoding="utf-8"))
        self.assertGreaterEqual(int(self.only("LimitNOFILE")), 400 + 2 * shipped["limits"]["max_accounts"])

    def test_takes_the_key_under_the_name_that_weixind_looks_for(self):
        source = (ROOT / "store/seal.cpp").read_text(encoding="utf-8")
        name = re.search(r'credential_name = "([^"]+)"', source)[1]
        self.assertRegex(UNIT.read_text(encoding="utf-8"), rf"(?m)^#LoadCredential={name}:/")


class UserAndDirectories(unittest.TestCase):
    def test_the_user_of_the_unit_is_declared(self):
        values = settings()
        answer = run("systemd-sysusers", "--dry-run", "--root=/nonexistent", str(ROOT / "deploy/weixind.sysusers"))
        self.assertEqual(answer.returncode, 0, answer.stdout)
        declared = (ROOT / "deploy/weixind.sysusers").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^u (\S+)", declared, re.MULTILINE), values["User"])
        self.assertEqual(values["User"], values["Group"])

    def test_directories_have_the_modes_of_the_unit(self):
        values = settings()
        text = (ROOT / "deploy/weixind.tmpfiles").read_text(encoding="utf-8")
        lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
        owner = values["User"][0]
        self.assertEqual(sorted(lines), sorted([
            ["d", "/var/lib/" + values["StateDirectory"][0], values["StateDirectoryMode"][0], owner, owner, "-"],
            ["d", "/run/" + values["RuntimeDirectory"][0], values["RuntimeDirectoryMode"][0], owner, owner, "-"]]))


if __name__ == "__main__":
    unittest.main()
