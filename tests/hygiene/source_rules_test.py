#!/usr/bin/env python3
"""Rules of the code that no compiler checks."""
import re
import unittest

from repository import ROOT, files, lines_with, name_of, text_of

SOURCES = [p for p in files() if p.suffix in (".cpp", ".hpp")]
PRODUCT = [p for p in SOURCES if not name_of(p).startswith("tests/")]
# Spelled in pieces, so that this file does not break the rules it checks.
UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"\bX" + r"XX\b"]))
SKIPPED = re.compile("GTEST_" + "SKIP|DIS" + "ABLED_|unittest" + r"\.skip|expected" + "Failure")


class SourceRules(unittest.TestCase):
    def none(self, found):
        self.assertEqual(found, [])

    def test_only_the_wall_clock_asks_the_system_for_the_time_of_day(self):
        self.none(lines_with(re.compile(r"system_clock::now"), SOURCES, {"runtime/wall_clock.cpp"}))

    def test_no_request_between_actors_waits_for_ever(self):
        self.none(lines_with(re.compile(r"caf::infinite|\binfinite\s*[,)]"), PRODUCT))

    def test_no_actor_waits_for_a_message_by_blocking(self):
        self.none(lines_with(re.compile(r"\bscoped_actor\b|self->receive\(|\.await\("), PRODUCT))

    def test_who_waits_for_a_socket_has_a_deadline(self):
        waits = re.compile(r"socket_?\.async_(wait|connect)|\basync_(read|write|handshake)\w*\(")
        deadline = re.compile(r"expires_after|expires_at|\barm\(")
        # The tunnel is dug inside a pass of tls_stream, which armed the limit.
        bare = [name_of(p) for p in PRODUCT if not name_of(p).startswith("bench/")
                and name_of(p) != "transport/proxy_tunnel.cpp" and waits.search(text_of(p)) and not deadline.search(text_of(p))]
        self.none(bare)

    def test_sockets_are_waited_for_in_few_places(self):
        # Each of them is covered by tests that stall at every stage.
        waits = re.compile(r"socket_?\.async_(wait|connect)|\basync_(read|write|handshake)\w*\(")
        found = [name_of(p) for p in PRODUCT if not name_of(p).startswith("bench/") and waits.search(text_of(p))]
        self.assertEqual(sorted(found), ["httpd/http_session.cpp", "transport/proxy_tunnel.cpp", "transport/tls_stream.cpp"])

    def test_nothing_sleeps(self):
        # weixinctl repeats its lists in a thread that has nothing else to do; its tests replace the sleep.
        self.none(lines_with(re.compile(r"sleep_for|sleep_until|\busleep\(|\bnanosleep\("), SOURCES,
                             {"ctl/console.cpp"}))

    def test_nothing_is_left_unfinished(self):
        self.none(lines_with(UNFINISHED, [p for p in files() if p.suffix != ".md"]))

    def test_no_test_is_skipped(self):
        self.none(lines_with(SKIPPED, files()))

    def test_random_numbers_come_from_the_seeded_generator(self):
        # The real source of entropy is made where a program is put together, and handed in.
        self.none(lines_with(re.compile(r"random_device|\bs?rand\("), PRODUCT,
                             {"apps/server.cpp", "apps/weixinsim.cpp"}))

    def test_no_regular_expression_that_overflows_the_stack(self):
        self.none(lines_with(re.compile(r"std::(w?regex|regex_)|#include <regex>"), SOURCES))

    def test_no_certificate_check_is_switched_off(self):
        self.none(lines_with(re.compile(r"verify_none|SSL_VERIFY_NONE"), PRODUCT))

    def test_every_error_code_is_produced_by_a_test(self):
        codes = re.search(r"enum class errc[^{]*\{(.*?)\n\};", text_of(ROOT / "protocol/errc.hpp"), re.DOTALL).group(1)
        names = re.findall(r"^  (\w+),", codes, re.MULTILINE)
        self.assertGreater(len(names), 40, "the pattern does not find the codes any more")
        tests = "".join(text_of(p) for p in files() if name_of(p).startswith("tests/") and p.suffix in (".cpp", ".py"))
        self.none([n for n in names if not re.search(rf"\b{n}\b", tests)])

    def test_headers_are_guarded(self):
        unguarded = [name_of(p) for p in SOURCES if p.suffix == ".hpp" and "#pragma once" not in text_of(p)]
        self.none(unguarded)

    def test_files_stay_small(self):
        long = [f"{name_of(p)}: {lines} lines" for p in SOURCES
                if (lines := len(text_of(p).splitlines())) > 600]
        self.none(long)

    def test_everything_lives_in_the_namespace(self):
        strays = [name_of(p) for p in PRODUCT
                  if "namespace weixin" not in text_of(p) and "int main(" not in text_of(p)
                  and not re.fullmatch(r"(\s|//[^\n]*|#[^\n]*)*", text_of(p))]
        self.none(strays)


if __name__ == "__main__":
    unittest.main()
