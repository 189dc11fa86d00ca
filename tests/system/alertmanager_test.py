#!/usr/bin/env python3
"""Notifications in a real Alertmanager (package prometheus-alertmanager): they fire, reach its receivers, and end."""
import json
import pathlib
import socket
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import main  # noqa: E402
from local_weixin import Process  # noqa: E402
from notify_test import NotifyCase  # noqa: E402


# Loopback is never reached through a proxy, whatever the environment says.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealAlertmanager(NotifyCase):
    def setUp(self):
        super().setUp()
        self.pager = self.receiver(200)
        settings = self.directory / "alertmanager.yml"
        settings.write_text(json.dumps({
            "route": {"receiver": "pager", "group_by": ["account"], "group_wait": "0s", "group_interval": "1s"},
            "receivers": [{"name": "pager", "webhook_configs": [{"url": self.pager.url, "send_resolved": True}]}],
        }), encoding="utf-8")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.manager = Process("alertmanager", [
            "prometheus-alertmanager", f"--config.file={settings}", f"--storage.path={self.directory / 'alertmanager'}",
            "--web.listen-address=" + self.url.removeprefix("http://"), "--cluster.listen-address="],
            self.directory)
        self.addCleanup(self.manager.stop)
        self.wait_for(self.is_ready, "Alertmanager")
        self.add_target("alerts", "alertmanager", url=self.url + "/api/v2/alerts", include_qr=True)

    def is_ready(self):
        self.manager.check()
        try:
            with direct.open(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def alerts(self):
        with direct.open(self.url + "/api/v2/alerts?active=true", timeout=5) as answer:
            return json.load(answer)

    def paged(self, status):
        return [json.loads(body) for _, _, body in self.pager.received() if json.loads(body)["status"] == status]

    def test_pages_somebody_when_a_scan_is_needed_and_says_when_it_is_over(self):
        self.start()
        self.add_online("shop-01", 1)
        self.assertEqual(self.alerts(), [])
        code = self.end_and_wait_for_code("shop-01", 1)
        self.wait_for(self.alerts, "an alert")
        [alert] = self.alerts()
        self.assertEqual(alert["labels"],
                         {"alertname": "WeixinAccountNeedsScan", "account": "shop-01", "severity": "warning"})
        self.assertEqual(alert["annotations"]["qr_url"], code["url"])
        self.wait_for(lambda: self.paged("firing"), "the page")
        self.log_in("shop-01", 1)
        self.wait_for(lambda: self.paged("resolved"), "the end of it", 60)
        self.assertEqual(self.alerts(), [])

    def test_takes_the_test_notification(self):
        self.start()
        self.assertEqual(self.tell_targets(), [{"target": "alerts", "ok": True, "detail": "HTTP 200"}])


if __name__ == "__main__":
    main()
