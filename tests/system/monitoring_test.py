#!/usr/bin/env python3
"""Dashboards, rules and alerts against a real weixind, a real Prometheus and a real Alertmanager.

One scenario (scripts/monitoring_scenario.py) for all tests: it runs once, and they look at what Prometheus kept of it.
Packages prometheus and prometheus-alertmanager; everything is on loopback and ends with the test.
"""
import contextlib
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "tests/hygiene"))

import dashboard_queries  # noqa: E402
from dashboard_rules import MADE_BY_PROMETHEUS, METRIC, metrics_of  # noqa: E402
from monitoring_scenario import JOB, PROMETHEUS, Scenario  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()

# What no panel and no rule shows, and why.
INTERNAL = {
    "process_virtual_memory_bytes": "address space costs nothing; resident memory is what to look at",
    "process_start_time_seconds": "weixin_start_time_seconds is the same, and only of servers",
}
# What may be zero all day, since nothing from outside can change that; panels and rules show that nothing happened.
STAYS_AT_ZERO = {
    "weixin_contacts_set_aside_total": "weixinsim lists nothing but contacts",
    "weixin_scheduler_queue_length": "an actor waits for some microseconds, and a scrape looks at one moment",
    "weixin_actor_failures_total": "the actors of weixind do not fail",
    "weixin_actor_giveups_total": "so nobody gives them up",
    "instance_bot:weixin_bot_failures:ratio_rate5m": "the bots of weixind do not fail",
}
FIRES = {"WeixindDown", "WeixinManyAccountsDown", "WeixinLogoutSpike", "WeixinBreakerOpen", "WeixinSendFailureBudgetBurn",
         "WeixinMessagesUnreadable", "WeixinMediaFailing", "WeixinNotificationsFailing", "WeixinAccountLoggedOut",
         "WeixinAccountHeld", "WeixinAccountThrottled", "WeixinConfigReloadFailed", "WeixinStoreFailing", "WeixindRestarts",
         "WeixinDiskFull"}
# Nothing of the scenario may make these fire, however impatient the rules are here.
NEVER_FIRES = {"WeixinFileDescriptorsLow", "WeixinSeriesBudget", "WeixinBotFailing", "WeixinAccountCoolingOff",
               "WeixinAccountFlapping", "WeixinStoreBusy", "WeixinMailboxLong", "WeixinActorGivenUp", "WeixinConsumerLag"}
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))


def values(result):
    """Every number of a result."""
    return [float(value) for series in result for _, value in series.get("values") or [series["value"]]]


def run(*command, text=None):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, timeout=120, check=False)


class Monitoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as ends:
            directory = pathlib.Path(tempfile.mkdtemp(prefix="weixind-monitoring-"))
            ends.callback(shutil.rmtree, directory, ignore_errors=True)
            cls.scenario = ends.enter_context(Scenario(BIN, directory, lambda what: print(f"  {what}", file=sys.stderr)))
            cls.scenario.run()
            cls.metrics_text = cls.scenario.metrics_text
            cls.exit_code = cls.scenario.take_down()
            cls.addClassCleanup(ends.pop_all().close)
        cls.prometheus = cls.scenario.prometheus
        cls.variables = dashboard_queries.variables(JOB, f"127.0.0.1:{cls.scenario.metrics_port}", "shop-01", "10s")
        cls.exported = set(re.findall(r"(?m)^# TYPE (\S+)", cls.metrics_text))
        cls.rules = cls.prometheus.rules()
        cls.queries = [(str(panel), expression) for dashboard in dashboard_queries.dashboards()
                       for panel in dashboard_queries.panels(dashboard) for expression, _ in panel.queries]
        cls.queries += [(f"{dashboard['title']} / marks: {name}", expression) for dashboard in dashboard_queries.dashboards()
                        for name, expression in dashboard_queries.annotations(dashboard)]

    def over_the_day(self, expression):
        return self.prometheus.query_range(expression, self.scenario.started_at, self.scenario.ended_at)

    def assert_shows_something(self, expression, asked):
        """There is a result, no part of it is NaN, and where something is counted it is above zero at some time."""
        result = self.over_the_day(asked)
        self.assertTrue(result, f"nothing for {asked}")
        numbers = values(result)
        self.assertFalse([n for n in numbers if math.isnan(n)], asked)
        if not metrics_of(expression) & set(STAYS_AT_ZERO):
            self.assertGreater(max(numbers), 0, f"always zero: {asked}")

    # -- dashboards -------------------------------------------------------------------------------------------------

    def test_every_panel_shows_something(self):
        self.assertGreater(len(self.queries), 80)
        for name, expression in self.queries:
            with self.subTest(name, expression=expression):
                self.assert_shows_something(expression, dashboard_queries.substituted(expression, self.variables))

    def test_panels_of_now_have_something_at_the_end(self):
        asked = [(str(p), e) for d in dashboard_queries.dashboards() for p in dashboard_queries.panels(d) if p.of_now
                 for e, _ in p.queries]
        self.assertGreater(len(asked), 3)
        for name, expression in asked:
            with self.subTest(name):
                asked = dashboard_queries.substituted(expression, self.variables)
                self.assertTrue(self.prometheus.query(asked, at=self.scenario.seen_at), asked)

    def test_every_variable_has_values(self):
        for dashboard in dashboard_queries.dashboards():
            for variable in dashboard["templating"]["list"][1:]:
                with self.subTest(dashboard["uid"], variable=variable["name"]):
                    selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"]).groups()
                    found = self.over_the_day(dashboard_queries.substituted(selector, self.variables))
                    self.assertIn(self.variables["$" + variable["name"]], {s["metric"][label] for s in found})

    # -- metrics ----------------------------------------------------------------------------------------------------

    def used(self):
        texts = [expression for _, expression in self.queries] + [rule["query"] for rule in self.rules]
        return set().union(*map(metrics_of, texts))

    def test_every_metric_is_shown_somewhere_or_declared_internal(self):
        self.assertGreater(len(self.exported), 40)
        self.assertEqual(self.exported - self.used() - set(INTERNAL), set())
        self.assertEqual(set(INTERNAL) & self.used(), set(), "is shown, so it is not internal any more")

    def test_nothing_is_shown_that_is_not_exported(self):
        recorded = {rule["name"] for rule in self.rules if rule["type"] == "recording"}
        self.assertEqual(self.used() - self.exported - recorded - MADE_BY_PROMETHEUS, set())

    def test_every_counter_counted_something(self):
        counters = re.findall(r"(?m)^# TYPE (\S+_total) counter$", self.metrics_text)
        for name in counters:
            with self.subTest(name):
                if name not in STAYS_AT_ZERO:
                    self.assertGreater(max(values(self.over_the_day(name))), 0)

    def test_metrics_are_well_formed(self):
        checked = run("promtool", "check", "metrics", text=self.metrics_text)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    # -- rules ------------------------------------------------------------------------------------------------------

    def test_rules_and_configurations_are_accepted(self):
        for command in (["promtool", "check", "config", PROMETHEUS / "prometheus.yml"], ["promtool", "check", "rules", *RULES],
                        ["amtool", "check-config", PROMETHEUS / "alertmanager.yml"]):
            with self.subTest(command[1]):
                checked = run(*command)
                self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_rules_do_what_their_own_tests_say(self):
        tested = run("promtool", "test", "rules", *sorted((PROMETHEUS / "tests").glob("*_test.yml")))
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)

    def test_every_rule_is_evaluated_without_an_error(self):
        self.assertGreater(len(self.rules), 40)
        self.assertEqual([(r["name"], r.get("lastError")) for r in self.rules if r["health"] != "ok"], [])

    def test_every_recording_rule_records_something(self):
        for rule in self.rules:
            if rule["type"] == "recording":
                with self.subTest(rule["name"]):
                    self.assert_shows_something(rule["name"], f'{rule["name"]}{{job="{JOB}"}}')

    def test_every_alert_looks_at_something(self):
        # An alert that does not fire has no result, so what it looks at is asked for instead.
        for rule in self.rules:
            if rule["type"] != "alerting":
                continue
            for name, selector in METRIC.findall(rule["query"]):
                looked_at = name + selector
                with self.subTest(rule["name"], looked_at=looked_at):
                    found = self.over_the_day(looked_at)
                    self.assertTrue(found, "nothing there")

    # -- alerts -----------------------------------------------------------------------------------------------------

    def fired(self):
        end = self.scenario.marks[-1][0] + 120
        series = self.prometheus.query_range('ALERTS{alertstate="firing"}', self.scenario.started_at, end)
        return {s["metric"]["alertname"] for s in series}

    def test_expected_alerts_fire_and_others_do_not(self):
        self.assertEqual(FIRES - self.fired(), set())
        self.assertEqual(NEVER_FIRES & self.fired(), set())

    def test_alerts_reach_their_receivers_with_words(self):
        sent = [a for body in self.scenario.pager.received() for a in body["alerts"]]
        self.assertLessEqual({"WeixindDown", "WeixinManyAccountsDown", "WeixinAccountLoggedOut", "WeixinAccountHeld",
                              "WeixinNotificationsFailing"}, {a["labels"]["alertname"] for a in sent})
        for alert in sent:
            with self.subTest(alert["labels"]["alertname"]):
                self.assertIn(alert["labels"]["severity"], ("critical", "warning"))
                self.assertEqual(alert["annotations"]["runbook_url"].rpartition("#")[2], alert["labels"]["alertname"].lower())
                for words in alert["annotations"].values():
                    self.assertNotRegex(words, r"no value|error|\{\{|%!|NaN")

    def test_critical_alerts_take_the_way_of_critical_ones(self):
        ways = {(a["labels"]["severity"], body["receiver"]) for body in self.scenario.pager.received() for a in body["alerts"]}
        self.assertEqual(ways, {("critical", "pager"), ("warning", "day")})

    def test_alerts_name_accounts_and_nobody_else(self):
        nicks = {u["nick"] for u in self.scenario.control.get("/v1/users").json()["users"]}
        self.assertGreater(len(nicks), 5)
        told = str(self.scenario.pager.received()) + self.metrics_text
        self.assertEqual([n for n in nicks if n in told], [])

    # -- the rest ---------------------------------------------------------------------------------------------------

    def test_the_server_ended_well_and_kept_to_the_protocol(self):
        self.assertEqual(self.exit_code, 0)
        self.assertEqual(self.scenario.control.get("/v1/violations").json()["total"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
