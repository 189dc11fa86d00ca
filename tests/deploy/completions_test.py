#!/usr/bin/env python3
"""The completions that scripts/make-completions writes for the programs as they were built, tried in bash."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
# Stands in for weixinctl while completing, and notes how it was called.
SERVER = """#!/bin/sh
echo "$@" >>"{calls}"
case "$*" in
  *"account list -o name") printf '%s\\n' shop-01 shop-02 warehouse '$(touch {trap})' ;;
esac
"""


class Completions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="weixind-completions-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.directory = pathlib.Path(cls.temporary.name)
        for program in ("weixind", "weixinctl", "weixinsim"):
            subprocess.run([str(ROOT / "scripts/make-completions"), str(BIN / program), str(cls.directory)], check=True)

    def setUp(self):
        self.calls = self.directory / "calls"
        self.calls.unlink(missing_ok=True)
        self.trap = self.directory / "trap"
        self.program = self.directory / "weixinctl"
        self.program.write_text(SERVER.format(calls=self.calls, trap=self.trap), encoding="utf-8")
        self.program.chmod(0o755)

    def complete(self, *words, program="weixinctl"):
        """What bash offers for the last of the words."""
        name = str(self.program) if program == "weixinctl" else program
        script = f"""source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{program}; printf '%s\\n' "${{COMPREPLY[@]}}" """
        answer = subprocess.run(["bash", "-c", script, "bash", str(self.directory / f"{program}.bash"), name, *words],
                                cwd=self.directory, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        return answer.stdout.split()

    def test_offers_verbs(self):
        self.assertEqual(self.complete("acc"), ["account"])
        self.assertEqual(self.complete("account", "re"), ["resume", "restart", "relogin", "remove"])
        self.assertLessEqual({"account", "send", "messages", "outbox", "events", "status"}, set(self.complete("")))

    def test_offers_the_options_of_the_verb_beside_those_of_the_program(self):
        self.assertEqual(self.complete("outbox", "list", "--st"), ["--state"])
        self.assertEqual(self.complete("outbox", "list", "--out"), ["--output"])
        self.assertEqual(self.complete("outbox", "show", "--st"), [])

    def test_offers_the_words_that_an_option_takes(self):
        self.assertEqual(self.complete("-o", ""), ["table", "wide", "json", "name"])
        self.assertEqual(self.complete("status", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.complete("outbox", "list", "shop-01", "--state", "u"), ["unknown"])
        self.assertEqual(self.complete("send", "--on-unknown", ""), ["report", "resend"])
        self.assertEqual(self.complete("contacts", "shop-01", "--kind", "fr"), ["friend"])
        self.assertEqual(self.complete("outbox", "settle", "shop-01", "s-1", ""), ["sent", "refused"])
        self.assertEqual(self.complete("account", "set", "shop-01", "--media", ""), ["none", "on_demand", "images_and_voices", "all"])
        for verb in ("add", "set"):
            self.assertEqual(self.complete("account", verb, "shop-01", "--login", ""), ["web", "desktop", "web_then_desktop"])

    def test_offers_the_accounts_of_the_server(self):
        self.assertEqual(self.complete("account", "show", "shop"), ["shop-01", "shop-02"])
        self.assertEqual(self.complete("events", "--account", "w"), ["warehouse"])
        self.assertEqual(self.complete("outbox", "list", "--limit", "5", "wa"), ["warehouse"])
        self.assertEqual(self.complete("mark-read", "wa"), ["warehouse"])
        self.assertEqual(self.complete("friend", "list-requests", "wa"), ["warehouse"])

    def test_offers_the_accounts_to_all_that_is_added_but_an_account(self):
        self.assertEqual(self.complete("group", "add", "wa"), ["warehouse"])
        self.assertEqual(self.complete("account", "add", "wa"), [])

    def test_offers_an_account_wherever_one_more_may_stand(self):
        self.assertEqual(self.complete("chat", "wa"), ["warehouse"])
        self.assertEqual(self.complete("chat", "shop-01", "shop-02", "wa"), ["warehouse"])

    def test_offers_no_account_where_none_is_wanted(self):
        self.assertEqual(self.complete("account", "add", "shop"), [])
        self.assertEqual(self.complete("account", "show", "shop-01", "shop"), [])
        self.assertEqual(self.complete("messages", "shop-01", "--limit", ""), [])
        self.assertFalse(self.calls.exists())

    def test_asks_the_server_that_the_line_names_and_does_not_wait_for_it(self):
        self.complete("--socket", "/run/other.sock", "account", "show", "")
        self.assertEqual(self.calls.read_text(encoding="utf-8").split("\n")[0],
                         "--socket /run/other.sock --no-input --timeout 2 account list -o name")

    def test_runs_nothing_that_a_server_says(self):
        self.assertEqual(self.complete("account", "show", ""), ["shop-01", "shop-02", "warehouse"])
        self.assertFalse(self.trap.exists())

    def test_offers_nothing_when_no_server_answers(self):
        self.program.write_text("#!/bin/sh\nexit 4\n", encoding="utf-8")
        self.assertEqual(self.complete("account", "show", ""), [])

    def test_offers_files_for_files(self):
        (self.directory / "monday.db").touch()
        self.assertEqual(self.complete("backup", "mon"), ["monday.db"])
        self.assertEqual(self.complete("--config", "mon", program="weixind"), ["monday.db"])
        self.assertEqual(self.complete("account", "set", "shop-01", "--proxy-file", "mon"), ["monday.db"])
        for option in ("--image", "--video", "--file", "--emoticon"):
            self.assertEqual(self.complete("send", "shop-01", "filehelper", option, "mon"), ["monday.db"])

    def test_an_option_of_the_verb_goes_before_one_of_the_program_with_the_same_name(self):
        (self.directory / "table.jpg").touch()
        for verb in ("media", "avatar"):
            self.assertEqual(self.complete(verb, "shop-01", "c-1", "-o", "tab"), ["table.jpg"])
            self.assertEqual(self.complete(verb, "shop-01", "c-1", "--output", "tab"), ["table"])

    def test_the_server_and_the_simulator_have_theirs(self):
        self.assertEqual(self.complete("--ch", program="weixind"), ["--check-config"])
        self.assertEqual(self.complete("--ca", program="weixinsim"), ["--canaries"])


if __name__ == "__main__":
    unittest.main()
