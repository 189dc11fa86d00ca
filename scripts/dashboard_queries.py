"""The panels of deploy/grafana/dashboards as Grafana would ask them: what tests and scripts/draw-dashboards share."""
import dataclasses
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "deploy/grafana/dashboards"


@dataclasses.dataclass(frozen=True)
class Panel:
    dashboard: str  # its title
    title: str
    kind: str  # Grafana's type
    unit: str
    stacked: bool
    of_now: bool  # asked for the end of the time only
    place: dict  # gridPos
    queries: tuple  # (expression, legend)

    def __str__(self):
        return f"{self.dashboard} / {self.title}"


def dashboards():
    """Every dashboard, in the order in which they lead to each other."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    order = ("weixin-fleet", "weixin-account", "weixin-delivery", "weixin-runtime")
    return sorted(found, key=lambda d: (order.index(d["uid"]) if d["uid"] in order else len(order), d["uid"]))


def panels(dashboard):
    """Its panels without the titles of rows, from top to bottom."""
    def panel(p):
        fields = p["fieldConfig"]["defaults"]
        stacked = fields.get("custom", {}).get("stacking", {}).get("mode") == "normal"
        return Panel(dashboard["title"], p["title"], p["type"], fields["unit"], stacked, all(t["instant"] for t in p["targets"]),
                     p["gridPos"], tuple((t["expr"], t["legendFormat"]) for t in p["targets"]))
    return [panel(p) for p in dashboard["panels"] if p["type"] != "row"]


def annotations(dashboard):
    """(name, expression) of the marks on its panels."""
    return [(a["name"], a["expr"]) for a in dashboard["annotations"]["list"] if "expr" in a]


def variables(job, instance, account, rate_interval):
    return {"$job": job, "$instance": instance, "$account": account, "$__rate_interval": rate_interval}


def substituted(expression, values):
    """The expression as Grafana sends it. Error: ValueError for a variable without a value."""
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(name, values[name])
    if "$" in expression:
        raise ValueError(f"a variable is left in {expression}")
    return expression


def legend(pattern, labels):
    """The name of a series."""
    for name, value in labels.items():
        pattern = pattern.replace("{{" + name + "}}", value)
    return pattern
