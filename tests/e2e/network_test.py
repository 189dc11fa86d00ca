#!/usr/bin/env python3
"""Without a network, with the wrong network, and with one that comes back."""
import time

from harness import BIN, Case, Relay, Simulator, main, metric


class NoNetwork(Case):
    starts_fleet = False
    simulator_arguments = ("--hold", "2", "--auto")
    users = 20

    def setUp(self):
        super().setUp()
        self.start_simulator()
        self.cable = Relay(self.simulator.address)
        self.addCleanup(self.cable.close)
        self.start_server(self.configuration(self.cable.address))

    def attempts(self):
        return metric(self.metrics(), "weixin_upstream_requests_total", result="connect_failed") or 0

    def test_keeps_accounts_starting_without_a_storm(self):
        for number in range(20):
            self.add(f"shop-{number:02}")
        self.wait_for(self.attempts, "the first attempts")
        begin = time.monotonic()
        self.wait_for(lambda: time.monotonic() - begin > 8, "eight seconds", 15)
        self.assertEqual(self.server.states(), {"starting": 20})
        # Five failures in a row open the host's breaker for ten seconds; attempts that had begun may still fail.
        self.assertLessEqual(self.attempts(), 25)
        self.assertLess(len(self.server.process.log().splitlines()), 400)
        self.assertEqual(self.server.metrics.get("/readyz").status, 200, "an account's health is not the server's")

    def test_that_comes_brings_the_accounts_online(self):
        for number in range(4):
            self.add(f"shop-{number:02}")
        self.wait_for(self.attempts, "the first attempts")
        self.cable.plug_in()
        self.wait_for(lambda: self.server.states()["online"] == 4, "all accounts")

    def test_for_a_moment_costs_no_session_and_no_message(self):
        self.cable.plug_in()
        for number in range(4):
            self.add(f"shop-{number:02}")
        self.wait_for(lambda: self.server.states()["online"] == 4, "all accounts")
        logins = self.requests("jslogin")
        self.cable.pull_out()
        online = [u["user"] for u in self.control.get("/v1/users").json()["users"] if u["session"]]
        for user in online:
            self.inject(user, "while the cable was out {token}")
        self.wait_for(self.attempts, "failed attempts")
        self.cable.plug_in()
        self.wait_for_answers()
        self.assertEqual((self.server.states(), self.requests("jslogin")), ({"online": 4}, logins))


class Loopback(Case):
    starts_fleet = False

    def test_only_means_that_nothing_else_is_ever_connected_to(self):
        text = self.configuration("127.0.0.1:1").replace('connect_to = "127.0.0.1:1"', 'connect_to = ""')
        self.start_server(text)
        self.add("shop-01")
        self.wait_for(lambda: metric(self.metrics(), "weixin_upstream_requests_total", result="host_not_allowed"),
                      "the refusal")
        self.assertEqual(self.account("shop-01")["state"], "starting")
        self.assertIsNone(metric(self.metrics(), "weixin_upstream_requests_total", result="ok"))

    def test_only_refuses_another_address_to_connect_to(self):
        self.start_server(self.configuration("192.0.2.1:443"))
        self.add("shop-01")
        self.wait_for(lambda: metric(self.metrics(), "weixin_upstream_requests_total", result="host_not_allowed"),
                      "the refusal")


class Tls(Case):
    def test_of_an_unknown_authority_is_refused(self):
        self.server.process.stop()
        stranger = self.directory / "stranger"
        stranger.mkdir()
        other = Simulator(BIN, stranger, 0)
        self.watch(other.process)
        self.start_server(self.configuration().replace(self.simulator.ca_file, other.ca_file))
        self.add("shop-01")
        self.wait_for(lambda: metric(self.metrics(), "weixin_upstream_requests_total", result="tls_failed"), "the refusal")
        self.assertEqual(self.account("shop-01")["state"], "starting")
        self.assertEqual(self.ledger()["requests"], {})

    def test_with_a_file_that_holds_no_certificate_is_a_configuration_error(self):
        self.server.process.stop()
        empty = self.directory / "empty.pem"
        empty.write_text("nothing\n", encoding="utf-8")
        path = self.directory / "bad.toml"
        path.write_text(self.configuration().replace(self.simulator.ca_file, str(empty)), encoding="utf-8")
        _, _, err = self.run_program("weixind", "--config", path, expect=78)
        self.assertIn("empty.pem", err)


class Recovery(Case):
    simulator_arguments = ("--hold", "2", "--auto")

    def test_of_the_service_after_a_cut_keeps_the_sessions(self):
        self.add("shop-01")
        self.wait_for_state("shop-01", "online")
        self.simulator.process.freeze()
        begin = time.monotonic()
        self.wait_for(lambda: time.monotonic() - begin > 4, "four seconds of silence", 10)
        self.simulator.process.thaw()
        self.inject(1, "where were we? {token}")
        self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)


if __name__ == "__main__":
    main()
