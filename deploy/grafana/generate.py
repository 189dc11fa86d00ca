#!/usr/bin/env python3
"""Writes dashboards/*.json for Grafana from description.py.

  deploy/grafana/generate.py           writes what differs
  deploy/grafana/generate.py --check   writes nothing; exit code 1 and the names when a file is not what it would write
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from description import DASHBOARDS  # noqa: E402

FOLDER = HERE / "dashboards"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SELECTORS = {"<fleet>": 'job=~"$job",instance=~"$instance"',
             "<account>": 'job=~"$job",instance=~"$instance",account="$account"'}
GREEN, RED = "green", "red"
ROW_HEIGHT = 1


def expression(text):
    for short, selector in SELECTORS.items():
        text = text.replace(short, selector)
    return text


def label_variable(name, query, many):
    return {"name": name, "label": name.capitalize(), "type": "query", "datasource": SOURCE,
            "query": {"query": query, "refId": f"variable-{name}"}, "definition": query, "refresh": 2, "sort": 1,
            "multi": many, "includeAll": many, "allValue": ".+" if many else None, "regex": "", "hide": 0, "options": [],
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]} if many else {}}


VARIABLES = {
    "job": label_variable("job", "label_values(weixin_build_info, job)", True),
    "instance": label_variable("instance", 'label_values(weixin_build_info{job=~"$job"}, instance)', True),
    "account": label_variable("account", 'label_values(weixin_account_state{job=~"$job",instance=~"$instance"}, account)', False),
}


def templating(names):
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0,
              "current": {}, "refresh": 1, "regex": "", "options": [], "includeAll": False, "multi": False}
    return {"list": [source] + [VARIABLES[name] for name in names]}


def annotation(name, colour, query, title, text):
    # The value is the time: an annotation stands where it happened, whatever the step of the query.
    return {"name": name, "datasource": SOURCE, "enable": True, "hide": False, "iconColor": colour, "expr": expression(query),
            "step": "60s", "titleFormat": title, "textFormat": text, "tagKeys": "instance", "useValueForTime": "on"}


ANNOTATIONS = {"list": [
    {"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
     "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard"},
    annotation("Restarts", "orange", "weixin_start_time_seconds{<fleet>} * 1000", "{{instance}} started",
               "weixind started"),
    annotation("Versions", "purple",
               "1000 * weixin_start_time_seconds{<fleet>} * on (job, instance) group_left (version, revision) "
               "(weixin_build_info{<fleet>} unless on (job, instance, version, revision) weixin_build_info{<fleet>} offset 10m)",
               "{{instance}}: {{version}}", "version {{version}}, revision {{revision}}, was not here ten minutes before: it is new, or the "
               "server was away for longer"),
]}

# From one dashboard to the others, with time and variables.
LINKS = [{"type": "dashboards", "title": "Weixin", "tags": ["weixind"], "asDropdown": False, "includeVars": True, "keepTime": True,
          "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}]


def data_link(uid):
    variables = "${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"
    if uid == "weixin-account":
        variables += "&var-account=${__field.labels.account}"
    return [{"title": uid.removeprefix("weixin-").capitalize(), "url": f"/d/{uid}?{variables}&${{__url_time_range}}"}]


def thresholds(panel):
    steps = [{"color": GREEN, "value": None}]
    if panel.worse_above is not None:
        steps.append({"color": RED, "value": panel.worse_above})
    return {"mode": "absolute", "steps": steps}


def defaults(panel):
    fields = {"unit": panel.unit, "thresholds": thresholds(panel), "mappings": []}
    if panel.decimals is not None:
        fields["decimals"] = panel.decimals
    elif panel.kind == "bars":
        fields["decimals"] = 0  # an increase is extrapolated: 1.003 of something that happens once
    for key, value in zip(("min", "max"), panel.limits):
        if value is not None:
            fields[key] = value
    if panel.link:
        fields["links"] = data_link(panel.link)
    if panel.kind in ("timeseries", "stacked", "bars"):
        fields["color"] = {"mode": "palette-classic"}
        fields["custom"] = {"drawStyle": "bars" if panel.kind == "bars" else "line", "lineWidth": 1, "showPoints": "never",
                            "fillOpacity": {"timeseries": 5, "stacked": 40, "bars": 60}[panel.kind],
                            "stacking": {"mode": "none" if panel.kind == "timeseries" else "normal", "group": "A"}}
    if panel.kind == "states":
        fields["mappings"] = [{"type": "value", "options": {"0": {"text": " ", "color": "transparent", "index": 0},
                                                            "1": {"text": "is", "color": "blue", "index": 1}}}]
        fields["custom"] = {"fillOpacity": 80, "lineWidth": 0}
    return fields


def table_parts(panel):
    """(transformations, overrides) that show the columns, in their order, and hide everything else."""
    shown = [name for name, _, _ in panel.columns]
    organize = {"id": "filterFieldsByName", "options": {"include": {"names": shown}}}
    order = {"id": "organize", "options": {"indexByName": {name: i for i, name in enumerate(shown)}, "excludeByName": {},
                                           "renameByName": {name: title for name, title, _ in panel.columns}}}
    overrides = [{"matcher": {"id": "byName", "options": title}, "properties": [{"id": "unit", "value": unit}]}
                 for _, title, unit in panel.columns]
    if panel.link == "weixin-account":
        link = {"title": "Account", "url": data_link(panel.link)[0]["url"].replace("${__field.labels.account}",
                                                                                 "${__data.fields.Account}")}
        overrides[0]["properties"].append({"id": "links", "value": [link]})
    return [{"id": "merge", "options": {}}, organize, order], overrides


def options(panel):
    legend = {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]}
    if panel.kind in ("stat", "name"):
        return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value",
                "graphMode": "area", "textMode": "name" if panel.kind == "name" else "auto", "orientation": "auto",
                "justifyMode": "auto"}
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""}}
    if panel.kind == "states":
        return {"showValue": "never", "mergeValues": True, "rowHeight": 0.8, "alignValue": "left",
                "legend": {**legend, "showLegend": False}, "tooltip": {"mode": "single"}}
    if panel.kind == "heatmap":
        return {"calculate": False, "yAxis": {"unit": panel.unit, "axisPlacement": "left"}, "cellGap": 1,
                "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64}, "tooltip": {"show": True, "yHistogram": False},
                "legend": {"show": True}}
    return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}


def target(panel, query, number):
    is_of_now = panel.kind in ("table", "name")
    return {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expression(query.expression),
            "legendFormat": query.legend, "range": not is_of_now, "instant": is_of_now,
            "format": {"table": "table", "heatmap": "heatmap"}.get(panel.kind, "time_series")}


GRAFANA_KIND = {"timeseries": "timeseries", "stacked": "timeseries", "bars": "timeseries", "stat": "stat", "name": "stat",
                "table": "table", "states": "state-timeline", "heatmap": "heatmap"}


def panel_json(panel, number, x, y):
    overrides, transformations = [], []
    if panel.kind == "table":
        transformations, overrides = table_parts(panel)
    return {"id": number, "type": GRAFANA_KIND[panel.kind], "title": panel.title, "description": panel.help, "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height},
            "targets": [target(panel, query, i) for i, query in enumerate(panel.queries)],
            "fieldConfig": {"defaults": defaults(panel), "overrides": overrides}, "options": options(panel),
            "transformations": transformations}


def panels(dashboard):
    """Rows one below the other; the panels of a row from left to right, a new line where one does not fit any more."""
    placed, y = [], 0
    for title, row in dashboard.rows:
        placed.append({"id": len(placed) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": 24, "h": ROW_HEIGHT}})
        y += ROW_HEIGHT
        x, line_height = 0, 0
        for panel in row:
            if x + panel.width > 24:
                x, y, line_height = 0, y + line_height, 0
            placed.append(panel_json(panel, len(placed) + 1, x, y))
            x, line_height = x + panel.width, max(line_height, panel.height)
        y += line_height
    return placed


def dashboard_json(dashboard):
    return {"uid": dashboard.uid, "title": dashboard.title, "description": dashboard.help, "tags": ["weixind"], "id": None,
            "version": 1, "schemaVersion": 38, "editable": True, "graphTooltip": 1, "refresh": "30s", "timezone": "browser",
            "time": {"from": "now-6h", "to": "now"}, "links": LINKS, "annotations": ANNOTATIONS,
            "templating": templating(dashboard.variables), "panels": panels(dashboard)}


def written():
    """What each file should hold."""
    return {FOLDER / f"{d.uid}.json": json.dumps(dashboard_json(d), indent=1, ensure_ascii=False) + "\n" for d in DASHBOARDS}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    wanted = written()
    differ = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    strays = [path for path in FOLDER.glob("*") if path not in wanted]
    if arguments:
        for path in differ + strays:
            print(f"{path.name} is not what description.py says", file=sys.stderr)
        return 1 if differ or strays else 0
    FOLDER.mkdir(exist_ok=True)
    for path in differ:
        path.write_text(wanted[path], encoding="utf-8")
        print(f"wrote {path.name}")
    for path in strays:
        print(f"{path.name} is described nowhere", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
