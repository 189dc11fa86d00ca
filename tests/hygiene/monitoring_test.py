#!/usr/bin/env python3
"""Dashboards, rules and runbook as texts: they are whole, speak of metrics that there are, and of each other."""
import copy
import json
import re
import subprocess
import sys
import unittest

import dashboard_rules
from repository import ROOT, text_of

DASHBOARDS = [json.loads(text_of(p)) for p in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))]
RECORDING = text_of(ROOT / "deploy/prometheus/rules/weixind.recording.yml")
ALERTING = text_of(ROOT / "deploy/prometheus/rules/weixind.alerts.yml")
RULE_TESTS = "".join(text_of(p) for p in sorted((ROOT / "deploy/prometheus/tests").glob("*_test.yml")))
ALERTMANAGER = text_of(ROOT / "deploy/prometheus/alertmanager.yml")
RUNBOOK = text_of(ROOT / "docs/runbook.md")
ALERTS = dict(re.findall(r"(?ms)^      - alert: (\w+)\n(.*?)(?=^      - alert|^  - name|\Z)", ALERTING))
RECORDS = re.findall(r"(?m)^      - record: (\S+)$", RECORDING)
# Type and name stand side by side in the catalog.
EXPORTED = {name for _, name in re.findall(r"(counter|gauge|histogram),\s+\"((?:weixin|process)_\w+)\"",
                                           text_of(ROOT / "metrics/catalog.cpp"))}


class Dashboards(unittest.TestCase):
    def test_are_what_their_description_says(self):
        made = subprocess.run([sys.executable, "-B", ROOT / "deploy/grafana/generate.py", "--check"], capture_output=True,
                              text=True, check=False)
        self.assertEqual((made.returncode, made.stderr), (0, ""))

    def test_are_four_whose_uids_stay(self):
        self.assertEqual([d["uid"] for d in DASHBOARDS],
                         ["weixin-account", "weixin-delivery", "weixin-fleet", "weixin-runtime"])
        self.assertEqual(dashboard_rules.identity(DASHBOARDS), [])

    def test_keep_every_rule(self):
        for rule in dashboard_rules.ALL:
            for dashboard in DASHBOARDS:
                with self.subTest(rule.__name__, dashboard=dashboard["uid"]):
                    self.assertEqual(rule(dashboard), [])

    def test_ask_only_for_metrics_that_there_are(self):
        known = EXPORTED | set(RECORDS) | dashboard_rules.MADE_BY_PROMETHEUS
        asked = {name for d in DASHBOARDS for text in dashboard_rules.expressions_of(d)
                 for name in dashboard_rules.metrics_of(text)}
        self.assertGreater(len(asked), 40, "the pattern does not find the metrics any more")
        self.assertEqual(asked - known, set())


class Rules(unittest.TestCase):
    """The rules of dashboard_rules.py see what they are for."""

    def broken(self, rule, change):
        dashboard = copy.deepcopy(next(d for d in DASHBOARDS if d["uid"] == "weixin-fleet"))
        change(dashboard, dashboard_rules.panels_of(dashboard)[0])
        return rule(dashboard)

    def test_see_what_is_wrong(self):
        def ask(text):
            return lambda _, p: p["targets"][0].update(expr=text)
        selector = dashboard_rules.SELECTOR
        wrong = (
            (dashboard_rules.completeness, lambda _, p: p["fieldConfig"]["defaults"].update(unit="")),
            (dashboard_rules.completeness, lambda _, p: p.update(description="")),
            (dashboard_rules.completeness, lambda _, p: p.update(targets=[])),
            (dashboard_rules.completeness, lambda _, p: p["targets"][0].update(legendFormat="")),
            (dashboard_rules.completeness, lambda _, p: p["targets"][0].update(legendFormat="{{account}}")),
            (dashboard_rules.completeness, lambda _, p: p["targets"][0].update(datasource={"uid": "abc"})),
            (dashboard_rules.places, lambda _, p: p["gridPos"].update(x=23)),
            (dashboard_rules.places, lambda _, p: p["gridPos"].update(w=8)),
            (dashboard_rules.selectors, ask(f'up{{{selector}}} and up{{job="weixind"}}')),
            (dashboard_rules.selectors, ask("sum(weixin_accounts)")),
            (dashboard_rules.selectors, ask(f"up{{{selector},account=\"$account\"}}")),
            (dashboard_rules.units, ask(f"process_resident_memory_bytes{{{selector}}}")),
            (dashboard_rules.units, ask(f"sum(rate(weixin_qr_codes_issued_total{{{selector}}}[5m]))")),
            (dashboard_rules.windows, ask(f"sum(rate(weixin_qr_codes_issued_total{{{selector}}}[10s]))")),
            (dashboard_rules.windows, ask(f"sum(weixin_qr_codes_issued_total{{{selector}}})")),
            (dashboard_rules.windows, ask(f"rate(process_open_fds{{{selector}}}[5m])")),
            (dashboard_rules.marks, lambda d, _: d["annotations"].update(list=[])),
        )
        for number, (rule, change) in enumerate(wrong):
            with self.subTest(rule.__name__, number=number):
                self.assertEqual(self.broken(rule, lambda d, p: None), [])
                self.assertEqual(len(self.broken(rule, change)) > 0, True)

    def test_see_two_of_a_kind_and_links_to_nowhere(self):
        self.assertNotEqual(dashboard_rules.identity(DASHBOARDS + DASHBOARDS[:1]), [])
        self.assertNotEqual(dashboard_rules.identity([d for d in DASHBOARDS if d["uid"] != "weixin-account"]), [])


class Alerts(unittest.TestCase):
    def test_say_how_urgent_they_are_what_is_wrong_and_where_to_read_on(self):
        self.assertGreater(len(ALERTS), 20, "the pattern does not find the alerts any more")
        for name, text in ALERTS.items():
            with self.subTest(name):
                self.assertRegex(text, r"\n          severity: (critical|warning)\n")
                self.assertRegex(text, r"\n          scope: (server|fleet|account)\n")
                self.assertRegex(text, r"\n          summary: \"[^\"]{10,}\"\n")
                self.assertRegex(text, r"\n          description: >-\n            \S")
                self.assertRegex(text, rf"\n          runbook_url: https://\S+/docs/runbook\.md#{name.lower()}\n")

    def test_use_labels_that_their_expressions_keep(self):
        for name, text in ALERTS.items():
            used = set(re.findall(r"\$labels\.(\w+)", text))
            grouped = re.search(r"(?:sum|max) by \(([\w, ]+)\)", text.split("labels:")[0])
            if grouped:
                with self.subTest(name):
                    self.assertLessEqual(used, set(grouped.group(1).split(", ")))

    def test_have_a_section_of_the_runbook_each_and_no_section_has_none(self):
        self.assertEqual(re.findall(r"(?m)^## (Weixind?\w+)$", RUNBOOK), list(ALERTS))

    def test_have_a_case_each_in_which_they_fire_and_one_in_which_they_do_not(self):
        for name in ALERTS:
            with self.subTest(name):
                case = re.search(rf"(?ms)^  - name: {name}\n(.*?)(?=^  - name|\Z)", RULE_TESTS)
                self.assertIsNotNone(case)
                self.assertIn("exp_samples: []", case.group(1))
                self.assertIn("labels: 'ALERTS{", case.group(1))
                self.assertIn("value: 1", case.group(1))

    def test_are_silenced_by_alerts_that_there_are(self):
        sent_by_weixind = set(re.findall(r"\"(Weixin\w+)\"", "".join(
            text_of(p) for p in (ROOT / "notify").glob("*.cpp"))))
        named = set(re.findall(r"\bWeixind?[A-Z]\w+", ALERTMANAGER))
        self.assertGreater(len(named), 8)
        self.assertEqual(named - set(ALERTS) - sent_by_weixind, set())


class Reference(unittest.TestCase):
    """docs/operating.md names every metric of the catalog, in its order, with its labels and its type."""

    def test_is_what_the_catalog_says(self):
        entries = re.findall(r"\{metric::\w+,\s*(counter|gauge|histogram),\s*\"(\w+)\",\s*\{([^}]*)\}",
                             text_of(ROOT / "metrics/catalog.cpp"))
        wanted = [(name, re.findall(r"\w+", labels), kind) for kind, name, labels in entries]
        rows = re.findall(r"(?m)^\| `((?:weixin|process)_\w+)` \|([^|]*)\| (counter|gauge|histogram): \S.* \|$",
                          text_of(ROOT / "docs/operating.md"))
        self.assertGreater(len(wanted), 80, "the pattern does not find the metrics any more")
        self.assertEqual([(name, re.findall(r"\w+", labels), kind) for name, labels, kind in rows], wanted)


class Recordings(unittest.TestCase):
    def test_are_called_level_metric_operations(self):
        self.assertGreater(len(RECORDS), 15, "the pattern does not find the rules any more")
        self.assertEqual([r for r in RECORDS if not re.fullmatch(r"instance(_[a-z]+)*:(weixin|process)_\w+:[a-z0-9_]+", r)], [])

    def test_have_a_case_each(self):
        self.assertEqual([r for r in RECORDS if f"  - name: {r}\n" not in RULE_TESTS], [])

    def test_are_used(self):
        used = ALERTING + RECORDING + "".join(map(json.dumps, DASHBOARDS))
        self.assertEqual([r for r in RECORDS if used.count(r) < 2], [])

    def test_ask_only_for_metrics_that_there_are(self):
        known = EXPORTED | set(RECORDS) | dashboard_rules.MADE_BY_PROMETHEUS
        expressions = re.findall(r"(?ms)^        expr: (.*?)(?=^      - |^        for:|^  - |^\s*#|\Z)", RECORDING + ALERTING)
        asked = {name for text in expressions for name in dashboard_rules.metrics_of(text)}
        self.assertGreater(len(asked), 30)
        self.assertEqual(asked - known, set())


if __name__ == "__main__":
    unittest.main()
