#!/usr/bin/env python3
"""What a monitoring system sees."""
import re

from harness import Case, main, metric

SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(\{([a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\})? (-?[\d.]+(e[+-]?\d+)?|[+-]Inf|NaN)$')


class Listener(Case):
    def test_says_that_the_process_lives_and_is_ready(self):
        for target, words in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
            answer = self.server.metrics.get(target)
            self.assertEqual((answer.status, answer.text), (200, words))

    def test_is_ready_whatever_its_accounts_do(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for_state("shop-01", "held")
        self.assertEqual(self.server.metrics.get("/readyz").status, 200)

    def test_knows_nothing_else(self):
        for target in ("/", "/v1/accounts", "/metrics/x", "/..%2f..%2fetc/passwd"):
            self.assertEqual(self.server.metrics.get(target).status, 404)
        self.assertEqual(self.server.metrics.post("/metrics", "x").status, 405)

    def test_answers_head_without_a_body(self):
        answer = self.server.metrics.call("HEAD", "/metrics")
        self.assertEqual((answer.status, answer.body), (200, b""))


class Metrics(Case):
    def test_are_in_the_text_format_with_help_and_type(self):
        self.add_online("shop-01", 1)
        answer = self.server.metrics.get("/metrics")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        typed, helped, series = set(), set(), set()
        for line in answer.text.splitlines():
            if line.startswith("# TYPE "):
                typed.add(line.split()[2])
            elif line.startswith("# HELP "):
                helped.add(line.split()[2])
                self.assertGreater(len(line.split()), 4, line)
            else:
                self.assertRegex(line, SAMPLE)
                name = line.rpartition(" ")[0]
                self.assertNotIn(name, series, "a series is there once")
                series.add(name)
        self.assertEqual(typed, helped)
        self.assertGreater(len(typed), 25)
        for name in typed:
            self.assertRegex(name, r"^(weixin|process)_")

    def test_count_what_happened(self):
        self.add_online("shop-01", 1)
        self.add("shop-02")
        self.wait_for_state("shop-02", "awaiting_scan")
        self.inject(1, "count me {token}", count=3)
        self.inject(1, picture_bytes=1000)
        self.wait_for_answers()
        self.wait_for(lambda: metric(self.metrics(), "weixin_media_transfers_total", direction="download", result="ok") == 1,
                      "the picture")
        text = self.metrics()
        for expected, name, labels in (
                (1, "weixin_accounts", {"state": "online"}), (1, "weixin_accounts", {"state": "awaiting_scan"}),
                (0, "weixin_accounts", {"state": "held"}),
                (1, "weixin_account_state", {"account": "shop-01", "state": "online"}),
                (1, "weixin_logins_total", {"result": "ok"}), (2, "weixin_qr_codes_issued_total", {}),
                (4, "weixin_messages_received_total", {"account": "shop-01"}),
                (3, "weixin_messages_sent_total", {"account": "shop-01"}),
                (0, "weixin_send_failures_total", {"account": "shop-01"}),
                (0, "weixin_send_queue_length", {"account": "shop-01"}),
                (3, "weixin_bot_dispatch_total", {"bot": "echo", "result": "ok"}),
                (3, "weixin_upstream_requests_total", {"endpoint": "webwxsendmsg", "result": "ok"}),
                (3, "weixin_upstream_request_duration_seconds_count", {"endpoint": "webwxsendmsg"}),
                (3, "weixin_send_duration_seconds_count", {"type": "text"}), (1, "weixin_build_info", {})):
            with self.subTest(name, **labels):
                self.assertEqual(metric(text, name, **labels), expected)
        self.assertGreaterEqual(metric(text, "weixin_synccheck_total", retcode="0"), 1)
        for kind, living in (("fleet_supervisor", 1), ("account_supervisor", 2), ("sender", 2), ("sync_poller", 1), ("login", 1),
                             ("other", 0)):
            self.assertEqual(metric(text, "weixin_actors", kind=kind), living, kind)
        self.assertGreater(metric(text, "process_resident_memory_bytes"), 1_000_000)
        self.assertIsNotNone(metric(text, "weixin_scheduler_lag_seconds"))
        for name, labels in (("weixin_scheduler_run_seconds_count", {"shard": "0"}), ("weixin_mailbox_max_length", {"kind": "sender"}),
                             ("weixin_connections_open", {}), ("weixin_tls_handshakes_total", {"result": "full"}),
                             ("weixin_bot_handler_duration_seconds_count", {"bot": "echo"}),
                             ("weixin_store_calls_total", {"access": "writes"}), ("weixin_database_bytes", {}),
                             ("weixin_disk_free_bytes", {}), ("weixin_store_accepting", {}),
                             ("weixin_http_request_duration_seconds_count", {"route": "/v1/accounts/{name}"})):
            with self.subTest(name, **labels):
                self.assertGreater(metric(text, name, **labels), 0)
        self.assertEqual(metric(text, "weixin_consumer_lag_events", consumer="echo"), 0)

    def test_name_the_account_on_few_series_only(self):
        self.add_online("shop-01", 1)
        series = [line for line in self.metrics().splitlines() if 'account="shop-01"' in line]
        self.assertLessEqual(len(series), 25)
        self.assertFalse([line for line in self.metrics().splitlines() if self.user(1)["nick"] in line])

    def test_leave_the_accounts_out_while_there_are_more_than_a_thousand(self):
        def apply(count):
            accounts = [{"name": f"shop-{n:04}", "desired": "paused"} for n in range(count)]
            answer = self.admin.post("/v1/apply", {"accounts": accounts, "prune": True})
            self.assertEqual(answer.status, 200, answer)
            self.wait_for(lambda: metric(self.metrics(), "weixin_accounts", state="stopped") == count, f"{count} accounts")
        for count, exported in ((1000, 1), (1001, 0), (1000, 1)):
            apply(count)
            text = self.metrics()
            self.assertEqual(metric(text, "weixin_account_series_exported"), exported)
            self.assertEqual('account="' in text, bool(exported))
            self.assertEqual(metric(text, "weixin_messages_received_total"), 0)
        told = re.findall(r"event=metrics\.account_series exported=(\w+)", self.server.process.log())
        self.assertEqual(told, ["false", "true"])

    def test_can_leave_the_accounts_out(self):
        self.server.process.stop()
        text = self.configuration().replace('[metrics]\n', '[metrics]\naccount_label = "off"\n')
        self.start_server(text)
        self.add_online("shop-01", 1)
        self.assertNotIn("shop-01", self.metrics())
        self.assertEqual(metric(self.metrics(), "weixin_accounts", state="online"), 1)


if __name__ == "__main__":
    main()
