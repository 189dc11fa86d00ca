"""What every dashboard must keep, as functions that return the breaches: used by monitoring_test.py."""
import re

MADE_BY_PROMETHEUS = {"up", "ALERTS", "scrape_samples_scraped", "scrape_duration_seconds"}
# A metric is what stands before a selector, or stands alone and has a prefix of ours.
METRIC = re.compile(r"\b((?:[a-z_]+:)?(?:weixin|process)_\w+(?::\w+)?|up(?=\{)|ALERTS(?=\{)|scrape_\w+)(\{[^{}]*\})?")
SELECTOR = 'job=~"$job",instance=~"$instance"'
PER_SECOND = {"mps", "ops", "reqps", "Bps", "cps"}
FIXED = re.compile(r'\b(?:job|instance|account)="(?!\$)|\b\d{1,3}(?:\.\d{1,3}){3}\b|localhost')
DRAWN = {"timeseries", "stat", "table", "state-timeline", "heatmap"}


def metrics_of(expression):
    """The names in it, without the endings of histograms."""
    return {re.sub(r"_bucket$", "", name) for name, _ in METRIC.findall(expression)}


def panels_of(dashboard):
    return [p for p in dashboard["panels"] if p["type"] != "row"]


def expressions_of(dashboard):
    return [t["expr"] for p in panels_of(dashboard) for t in p["targets"]] + \
        [a["expr"] for a in dashboard["annotations"]["list"] if "expr" in a]


def identity(dashboards):
    """uids and ids are there, and there once; every link leads to one of them."""
    found = []
    uids = [d["uid"] for d in dashboards]
    found += [f"the uid {u} is there twice" for u in set(uids) if uids.count(u) > 1]
    for d in dashboards:
        ids = [p["id"] for p in d["panels"]]
        found += [f"{d['uid']}: the panel id {i} is there twice" for i in set(ids) if ids.count(i) > 1]
        names = [(p["title"], p["type"]) for p in d["panels"]]
        found += [f"{d['uid']}: two panels are called {n}" for n in set(names) if names.count(n) > 1]
        found += [f"{d['uid']}: a link to {uid}, which there is not"
                  for uid in re.findall(r'"url": "/d/([\w-]+)', str(d).replace("'", '"')) if uid not in uids]
        if "weixind" not in d["tags"] or not any("weixind" in link.get("tags", ()) and link["includeVars"] and link["keepTime"]
                                                 for link in d["links"]):
            found.append(f"{d['uid']}: does not lead to the others with time and variables")
    return found


def completeness(dashboard):
    """Every panel says what it is, in which unit, and what its series are."""
    found = []
    for p in panels_of(dashboard):
        name = f"{dashboard['uid']}: {p['title']}"
        if p["type"] not in DRAWN:
            found.append(f"{name}: the kind {p['type']}")
        if len(p.get("description", "")) < 10:
            found.append(f"{name}: no explanation")
        if not p["fieldConfig"]["defaults"].get("unit"):
            found.append(f"{name}: no unit")
        if not p["targets"]:
            found.append(f"{name}: no query")
        references = [t["refId"] for t in p["targets"]]
        if len(set(references)) != len(references):
            found.append(f"{name}: two queries are called the same")
        for t in p["targets"]:
            if not t.get("legendFormat"):
                found.append(f"{name}: no legend")
            if t["datasource"]["uid"] != "${datasource}":
                found.append(f"{name}: its data source is no variable")
            labels = re.findall(r"\{\{(\w+)\}\}", t["legendFormat"])
            aggregated = re.match(r"(?:topk\(\d+, )?(?:sum|max|count) by \(([\w, ]+)\)|(?:sum|count)\(", t["expr"])
            if aggregated:
                kept = (aggregated.group(1) or "").split(", ")
                found += [f"{name}: the label {label} of its legend is summed away" for label in labels
                          if label not in kept and p["type"] != "table"]
    return found


def places(dashboard):
    """No panel lies on another one or beside the page."""
    found, taken = [], set()
    for p in dashboard["panels"]:
        at = p["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if at["x"] + at["w"] > 24 or not cells:
            found.append(f"{dashboard['uid']}: {p['title']} does not fit on the page")
        if cells & taken:
            found.append(f"{dashboard['uid']}: {p['title']} lies on another panel")
        taken |= cells
    return found


def selectors(dashboard):
    """No server is written down, and every metric is narrowed by the variables, which are declared."""
    found = []
    declared = {v["name"] for v in dashboard["templating"]["list"]} | {"__rate_interval"}
    if dashboard["templating"]["list"][0]["type"] != "datasource":
        found.append(f"{dashboard['uid']}: the first variable is no data source")
    for text in expressions_of(dashboard):
        if FIXED.search(text):
            found.append(f"{dashboard['uid']}: a fixed place in {text}")
        found += [f"{dashboard['uid']}: {name} is not narrowed in {text}" for name, chosen in METRIC.findall(text)
                  if SELECTOR not in chosen]
        found += [f"{dashboard['uid']}: ${name} is no variable, in {text}" for name in re.findall(r"\$\{?(\w+)", text)
                  if name not in declared]
    return found


def units(dashboard):
    """The unit fits what the names of the metrics say."""
    found = []
    for p in panels_of(dashboard):
        unit = p["fieldConfig"]["defaults"]["unit"]
        for t in p["targets"]:
            text = t["expr"]
            if p["type"] in ("table", "heatmap"):
                continue
            if "per_account" in text or ":ratio" in text or "ratio_rate" in text or "process_cpu_seconds" in text \
                    or re.search(r"_ratio\{", text):
                fits = {"bytes"} if "memory_per_account" in text else {"percentunit"}
            elif "histogram_quantile(" in text or "timestamp_seconds" in text or re.search(r"(lag|duration|waiting)_seconds\{", text):
                fits = {"s"}
            elif re.search(r"\brate\(\w+_bytes_total", text):
                fits = {"Bps"}
            elif re.search(r"\brate\(|:rate5m\{", text):
                fits = PER_SECOND - {"Bps"}
            elif re.search(r"_bytes\{", text):
                fits = {"bytes"}
            else:
                fits = {"short"}
            if unit not in fits:
                found.append(f"{dashboard['uid']}: {p['title']}: the unit {unit} does not fit {text}")
    return found


def windows(dashboard):
    """A rate follows the zoom, or looks at no less than some scrapes; a gauge has no rate, a counter nothing else."""
    found = []
    for text in expressions_of(dashboard):
        found += [f"{dashboard['uid']}: a window of {window} in {text}"
                  for window in re.findall(r"\[([^\]]+)\]", re.sub(r'"[^"]*"', '""', text))
                  if window not in ("$__rate_interval", "5m", "15m", "30m", "1h", "24h")]
        for name, _ in METRIC.findall(text):
            is_counter = name.endswith(("_total", "_bucket"))
            has_rate = re.search(r"\b(?:rate|increase)\(" + re.escape(name) + r"\b", text)
            if is_counter != bool(has_rate):
                found.append(f"{dashboard['uid']}: {name} {'without' if is_counter else 'with'} a rate in {text}")
    return found


def marks(dashboard):
    """Restarts and versions are marked."""
    names = {a["name"] for a in dashboard["annotations"]["list"]}
    return [f"{dashboard['uid']}: no marks of {name}" for name in ("Restarts", "Versions") if name not in names]


ALL = (completeness, places, selectors, units, windows, marks)
