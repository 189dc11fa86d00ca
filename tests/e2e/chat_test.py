#!/usr/bin/env python3
"""The chat in the terminal: what comes is shown as it comes, what is typed is sent."""
import os
import pty
import select
import subprocess
import time

from harness import BIN, PATIENCE, Case, main

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
GIF = b"GIF89a" + bytes(range(256)) * 9


class Conversation:
    """A running `weixinctl chat`, and everything that it showed."""

    def __init__(self, case, *accounts, on_terminal=False):
        self.case = case
        self.shown = ""
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "TZ": "UTC",
                       "WEIXIND_SOCKET": str(case.server.socket)}
        if on_terminal:
            self.reads, theirs = pty.openpty()
            self.writes = self.reads
            streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        else:
            theirs, self.writes = os.pipe()
            self.reads, out = os.pipe()
            streams = {"stdin": theirs, "stdout": out, "stderr": out}
        self.process = subprocess.Popen([str(BIN / "weixinctl"), "chat", *accounts], env=environment,
                                        cwd=case.directory, **streams)
        for end in set(streams.values()):
            os.close(end)
        case.addCleanup(self.close)

    def type(self, text):
        os.write(self.writes, text.encode())

    def line(self, text):
        self.type(text + "\n")

    def expect(self, text):
        """Waits until it was shown; what was shown before that is forgotten."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                self.case.fail(f"{text!r} was not shown but {self.shown!r}")
        before, _, self.shown = self.shown.partition(text)
        return before

    def end(self):
        """Ends the input; the exit code."""
        if self.reads != self.writes:
            os.close(self.writes)
            self.writes = None
        else:
            self.type("\x04")
        while self._read(PATIENCE):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, time_left):
        ready, _, _ = select.select([self.reads], [], [], time_left)
        try:
            data = os.read(self.reads, 65536) if ready else b""
        except OSError:
            data = b""  # a terminal that nobody holds any more
        self.shown += data.decode(errors="replace")
        return bool(data)

    def close(self):
        self.process.kill()
        self.process.wait()
        for end in {self.reads, self.writes} - {None}:
            os.close(end)


class Chat(Case):
    bots = "[]"

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)

    def friend(self, **expected):
        return next(c for c in self.user(1)["contacts"]
                    if c["kind"] == "friend" and all(c[k] == v for k, v in expected.items()))

    def wait_for_sent(self, count, user=1):
        self.wait_for(lambda: len(self.sent(user)) >= count, f"{count} sends")
        return self.sent(user)

    def chat(self, *accounts, **options):
        conversation = Conversation(self, *(accounts or ("shop-01",)), **options)
        conversation.expect("/help shows what can be typed")
        return conversation

    def test_shows_what_comes_and_sends_what_is_typed(self):
        conversation = self.chat()
        message = self.inject(1, "hello there")
        conversation.expect(": hello there\n")
        sender = next(c for c in self.user(1)["contacts"] if c["id"] == message["conversation"])
        name = sender["remark"] or sender["nick"]
        conversation.line(f"->{name}:good morning: 你好")
        sent = self.wait_for_sent(1)[0]
        self.assertEqual((sent["to"], sent["text"]), (sender["id"], "good morning: 你好"))
        self.assertEqual(conversation.end(), 0)

    def test_sends_files_pictures_stickers_and_lines(self):
        conversation = self.chat()
        files = {"notes.txt": b"one\n\ntwo\r\nthree", "a b.pdf": b"%PDF-1.4 " + bytes(5000), "p.png": PNG, "s.gif": GIF}
        for name, content in files.items():
            (self.directory / name).write_bytes(content)
        conversation.line(f"m->filehelper:{self.directory}/notes.txt")
        conversation.expect("3 of 3 lines are queued")
        self.assertEqual([s["text"] for s in self.wait_for_sent(3)], ["one", "two", "three"])
        conversation.line(f'f->filehelper:"{self.directory}/a b.pdf"')
        conversation.line(f"i->filehelper:{self.directory}/p.png")
        conversation.line(f"e->filehelper:{self.directory}/s.gif")
        self.wait_for(lambda: self.requests("webwxsendemoticon") == 1, "the sticker")
        self.assertEqual((self.requests("webwxsendappmsg"), self.requests("webwxsendmsgimg")), (1, 1))
        conversation.line("f->filehelper:/nowhere/at all.pdf")
        conversation.expect("/nowhere/at all.pdf")
        self.assertEqual(conversation.end(), 0)

    def test_asks_before_it_writes_to_everybody(self):
        everybody = [c for c in self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
                     if c["kind"] in ("friend", "group")]
        conversation = self.chat()
        conversation.line("->all:no")
        conversation.expect(f"send this to all {len(everybody)} friends and groups")
        conversation.line("n")
        conversation.expect("nothing was sent")
        conversation.line("->all:closed tomorrow")
        conversation.expect("[y/N]")
        conversation.line("y")
        conversation.expect(f"{len(everybody)} of {len(everybody)} are queued")
        sent = self.wait_for_sent(len(everybody))
        self.assertEqual({s["text"] for s in sent}, {"closed tomorrow"})
        self.assertEqual(len({s["to"] for s in sent}), len(everybody))

    def test_writes_to_more_than_may_be_asked_at_once(self):
        """The API takes so many sends at a time: the chat waits for its turn and leaves nobody out."""
        user = self.control.post("/v1/users", {"friends": 70, "chatrooms": 2}).json()["first"]
        self.add_online("shop-02", user)
        everybody = [c for c in self.admin.get("/v1/accounts/shop-02/contacts").json()["contacts"]
                     if c["kind"] in ("friend", "group")]
        self.assertGreater(len(everybody), 70)
        self.command("shop-01", "pause")
        self.wait_for_state("shop-01", "stopped")
        self.server.process.stop()
        polls = self.requests("synccheck")
        self.start_server(self.configuration().replace("requests_per_second = 100000", "requests_per_second = 20"))
        # The simulator tells that the account is online: the server itself must not be asked again and again here.
        self.wait_for(lambda: self.requests("synccheck") > polls, "the first poll")
        conversation = self.chat("shop-02")
        conversation.line("->all:closed tomorrow")
        conversation.expect("[y/N]")
        conversation.line("y")
        conversation.expect(f"{len(everybody)} of {len(everybody)} are queued")
        self.wait_for_sent(len(everybody), user)
        to = [s["to"] for s in self.sent(user)]
        self.assertEqual((len(to), len(set(to))), (len(everybody), len(everybody)), "everybody once")
        self.assertEqual(self.user(user)["logins"], 1)

    def test_saves_what_came_last_or_what_is_named(self):
        conversation = self.chat()
        conversation.line("/save")
        conversation.expect("no message with a file came in this chat")
        first = self.inject(1, kind="file", title="report.pdf", bytes=70_000)["msg_id"]
        conversation.expect("[File] report.pdf")
        second = self.inject(1, kind="image", bytes=9_000)["msg_id"]
        conversation.expect("[Image]")
        conversation.line("/save")
        conversation.expect(f"written to weixin-{second}")
        self.assertEqual((self.directory / f"weixin-{second}").read_bytes(), self.original(second))
        conversation.line(f'/save {first} "a report.pdf"')
        conversation.expect("written to a report.pdf")
        self.assertEqual((self.directory / "a report.pdf").read_bytes(), self.original(first))
        conversation.line(f'/save {first} "a report.pdf"')
        conversation.expect("a report.pdf exists")
        conversation.line("/save 4711 x")
        conversation.expect("message_not_found")
        self.assertFalse((self.directory / "x").exists())
        self.assertEqual(conversation.end(), 0)

    def original(self, msg_id):
        return self.control.get(f"/v1/messages/{msg_id}/media").body

    def test_takes_back_what_was_sent_last(self):
        conversation = self.chat()
        conversation.line("/recall")
        conversation.expect("nothing was sent")
        conversation.line("->filehelper:oops")
        self.wait_for_sent(1)
        conversation.line("/recall")
        conversation.expect("taken back")
        self.assertEqual(self.requests("webwxrevokemsg"), 1)

    def test_shows_contacts_groups_and_history(self):
        for number in range(5):
            self.inject(1, f"before {number}")
        self.wait_for(lambda: len(self.admin.get("/v1/accounts/shop-01/messages").json()["messages"]) == 5, "the inbox")
        conversation = self.chat()
        conversation.line("/history 3")
        before = conversation.expect("before 4\n")
        self.assertIn("before 2\n", before)
        self.assertNotIn("before 1\n", before)
        conversation.line("/groups")
        listed = conversation.expect("group")
        self.assertNotIn("friend", listed)
        conversation.line("/contacts nobody at all")
        conversation.expect("nobody is found")
        conversation.line("/help")
        conversation.expect("->all:TEXT")

    def test_lets_bots_answer_or_not(self):
        self.admin.patch("/v1/accounts/shop-01", {"bots": ["echo"]})
        conversation = self.chat()
        conversation.line("/autoreply off")
        conversation.expect("no bot answers for shop-01 any more")
        self.assertEqual(self.account("shop-01")["bots"], [])
        conversation.line("/autoreply on")
        conversation.expect("these answer for shop-01: echo")
        self.assertEqual(self.account("shop-01")["bots"], ["echo"])
        conversation.line("/autoreply on nobody")
        conversation.expect("bot")
        self.assertEqual(self.account("shop-01")["bots"], ["echo"])

    def test_reads_several_accounts_and_writes_from_each(self):
        self.add_online("shop-02", 2)
        conversation = self.chat("shop-01", "shop-02")
        self.inject(2, "to the second")
        conversation.expect("[shop-02] ")
        conversation.line("@shop-02->filehelper:from the second")
        self.assertEqual(self.wait_for_sent(1, 2)[0]["text"], "from the second")
        conversation.line("/use shop-02")
        conversation.expect("you write from shop-02")
        conversation.line("->filehelper:again")
        self.wait_for_sent(2, 2)
        self.assertEqual(self.sent(1), [])
        conversation.line("@shop-09->filehelper:x")
        conversation.expect("shop-09 is none of the accounts of this chat")

    def test_shows_what_acts_on_a_terminal_as_escapes(self):
        conversation = self.chat()
        self.inject(1, "a\x1b[2Jb\u202ec\rd\ne")
        conversation.expect("a\\x1b[2Jb\\u{202e}c\\rd\\ne\n")

    def test_tells_what_was_not_sent(self):
        conversation = self.chat()
        conversation.line("->Nobody At All:hi")
        conversation.expect("contact_not_found")
        self.fault("ret", "webwxsendmsg", value=1204, count=1)
        conversation.line("->filehelper:refused")
        conversation.expect("not sent to filehelper: refused, not_a_friend")

    def test_goes_on_after_a_restart_of_the_server(self):
        conversation = self.chat()
        self.server.process.stop()
        conversation.expect("cannot reach weixind")
        self.start_server()
        conversation.expect("weixind answers again")
        self.wait_for_state("shop-01", "online")
        self.inject(1, "after the restart")
        conversation.expect("after the restart")

    def test_ends_with_its_input_and_refuses_unknown_accounts(self):
        self.assertEqual(self.chat().end(), 0)
        conversation = self.chat()
        conversation.line("/quit")
        self.assertEqual(conversation.process.wait(PATIENCE), 0)
        self.run_program("weixinctl", "--socket", self.server.socket, "chat", "shop-09", expect=3)
        self.run_program("weixinctl", "--socket", self.server.socket, "chat", expect=2)

    def test_edits_completes_and_remembers_on_a_terminal(self):
        friend = self.friend()
        name = friend["remark"] or friend["nick"]
        conversation = self.chat(on_terminal=True)
        conversation.expect("shop-01> ")
        conversation.type("->" + name + "\t")
        conversation.expect(":")
        conversation.type("helo\x7flo\r")  # a backspace mends the typing mistake
        sent = self.wait_for_sent(1)[0]
        self.assertEqual((sent["to"], sent["text"]), (friend["id"], "hello"))
        conversation.type("\x1b[A")  # the arrow up
        conversation.type("!\r")
        self.assertEqual(self.wait_for_sent(2)[1]["text"], "hello!")
        conversation.type("->filehelper:half a ")
        self.inject(1, "comes in between")
        conversation.expect("comes in between")
        conversation.type("line\r")
        self.assertEqual(self.wait_for_sent(3)[2]["text"], "half a line")
        self.assertEqual(conversation.end(), 0)


if __name__ == "__main__":
    main()
