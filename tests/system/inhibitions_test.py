#!/usr/bin/env python3
"""Every inhibition of deploy/prometheus/alertmanager.yml, in a real Alertmanager (package prometheus-alertmanager).

Of each pair of alerts the second is silent while the first fires, on the same server or account, and nowhere else.
"""
import datetime
import json
import pathlib
import shutil
import sys
import tempfile
import unittest
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import wait_until  # noqa: E402
from monitoring_scenario import PATIENCE, PROMETHEUS, Alertmanager, Receiver, direct  # noqa: E402

SETTINGS = yaml.safe_load((PROMETHEUS / "alertmanager.yml").read_text(encoding="utf-8"))
SCOPES = {rule["alert"]: rule["labels"]["scope"]
          for group in yaml.safe_load((PROMETHEUS / "rules/weixind.alerts.yml").read_text(encoding="utf-8"))["groups"]
          for rule in group["rules"]}

FLEET = ("WeixinManyAccountsDown", "WeixinLogoutSpike", "WeixinSendFailureBudgetBurn", "WeixinBreakerOpen")
ACCOUNT = ("WeixinAccountLoggedOut", "WeixinAccountHeld", "WeixinAccountSyncStale", "WeixinSendQueueGrowing")
# In the order of the file: (what explains, what is explained by it).
INHIBITIONS = (
    (("WeixindDown", "WeixinDiskFull"), FLEET + ACCOUNT),
    (("WeixinManyAccountsDown", "WeixinLogoutSpike"), ACCOUNT),
    (("WeixinSendFailureBudgetBurn",), ("WeixinSendQueueGrowing",)),
    (("WeixinManyAccountsDown",), ("WeixinUpstreamFailing", "WeixinBreakerOpen")),
    (("WeixinSendFailureBudgetBurn",), ("WeixinSendFailureBudgetBurnSlow",)),
    (("WeixinDiskFull",), ("WeixinDiskAlmostFull", "WeixinStoreFailing")),
    (("WeixinShardBusy",), ("WeixinSchedulerLag",)),
    (("WeixinAccountHeld", "WeixinAccountLoggedOut"),
     ("WeixinAccountSyncStale", "WeixinAccountNotGettingThrough", "WeixinSendQueueGrowing")),
    (("WeixinAccountCoolingOff",), ("WeixinAccountFlapping", "WeixinAccountSyncStale")),
    (("WeixinFleetDown",), ("WeixinAccountNeedsScan", "WeixinAccountCoolingOff")),
)
SENT_BY_WEIXIND = len(INHIBITIONS) - 1  # without job and instance


def alert(name, server, account="shop-01"):
    """As Prometheus sends it, or weixind itself when there is no server."""
    scope = SCOPES.get(name)
    labels = {"alertname": name, "severity": "warning"}
    if server:
        labels |= {"job": "weixind", "instance": server, **({"scope": scope} if scope else {})}
    if not server or scope == "account":
        labels["account"] = account
    return labels


class Inhibitions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="weixind-inhibitions-"))
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        pager = Receiver()
        cls.addClassCleanup(pager.stop)
        cls.manager = Alertmanager(directory, pager)
        cls.addClassCleanup(cls.manager.stop)

    def post(self, *alerts, lasting=datetime.timedelta(hours=1)):
        until = datetime.datetime.now(datetime.timezone.utc) + lasting
        body = json.dumps([{"labels": labels, "endsAt": until.isoformat()} for labels in alerts]).encode()
        request = urllib.request.Request(self.manager.url + "/api/v2/alerts", body, {"Content-Type": "application/json"})
        with direct.open(request, timeout=10) as answer:
            self.assertEqual(answer.status, 200)

    def explained_by(self, labels):
        """The alerts that silence this one, None while Alertmanager has not looked at it."""
        alerts = self.manager.alerts()
        names = {a["fingerprint"]: a["labels"] for a in alerts}
        mine = next((a for a in alerts if a["labels"] == labels), None)
        # What has ended since is in no list any more.
        return mine and [names[f] for f in mine["status"]["inhibitedBy"] if f in names]

    def settled(self, labels, explained):
        wait_until(lambda: (said := self.explained_by(labels)) is not None and bool(said) == explained, PATIENCE,
                   f"{labels['alertname']} to be {'silent' if explained else 'told'}", interval=0.05)

    def pairs(self):
        for rule, (sources, targets) in enumerate(INHIBITIONS):
            for source in sources:
                for target in targets:
                    if source != target:
                        yield rule, source, target

    def test_all_are_in_the_table(self):
        rules = SETTINGS["inhibit_rules"]
        self.assertEqual(len(rules), len(INHIBITIONS))
        for rule, (sources, targets) in zip(rules, INHIBITIONS):
            for key, names in (("source_matchers", sources), ("target_matchers", targets)):
                for word in " ".join(rule[key]).replace('"', "|").split("|"):
                    if word.startswith("Weixin"):
                        self.assertIn(word, names)

    def test_the_cause_silences_its_consequence_there_and_nowhere_else(self):
        for number, (rule, source, target) in enumerate(self.pairs()):
            of_weixind = rule == SENT_BY_WEIXIND
            server = None if of_weixind else f"server-{number}"
            cause, consequence = alert(source, server), alert(target, server)
            if of_weixind:
                del cause["account"]  # of the fleet
                consequence["account"] += f"-{number}"
                elsewhere = [alert(target, f"server-{number}")]
            else:
                elsewhere = [alert(target, f"other-{number}")]
            if "account" in SETTINGS["inhibit_rules"][rule].get("equal", ()):
                elsewhere.append(alert(target, server, "shop-02"))
            with self.subTest(source, target=target):
                self.post(consequence, *elsewhere)
                for labels in (consequence, *elsewhere):
                    self.settled(labels, False)
                self.post(cause)
                self.settled(consequence, True)
                self.assertEqual(self.explained_by(consequence), [cause])
                self.settled(cause, False)
                for labels in elsewhere:
                    self.settled(labels, False)
                self.post(cause, lasting=datetime.timedelta())
                self.settled(consequence, False)


if __name__ == "__main__":
    unittest.main(verbosity=2)
