#!/usr/bin/env python3
"""The pictures of the dashboards: whole SVG, whatever the data."""
import math
import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as tree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

import dashboard_queries  # noqa: E402
from svg_plot import MOST_SERIES, Drawn, draw, shown  # noqa: E402

PLACE = {"x": 0, "y": 1, "w": 8, "h": 8}
SVG = "{http://www.w3.org/2000/svg}"


def picture(kind, series=(), rows=(), unit="short", stacked=False, marks=()):
    panel = Drawn("Panel", kind, unit, stacked, PLACE, False, tuple(series), tuple(rows))
    return tree.fromstring(draw("Title", [panel], [(PLACE, "Row")], 10, 1, marks))


def words(svg):
    return [element.text for element in svg.iter(SVG + "text")]


class Picture(unittest.TestCase):
    def test_is_whole_whatever_the_data(self):
        level = tuple((t, 5.0) for t in range(10))
        strange = (("", ()), ("<b>&\"'", level), ("NaN", ((1, math.nan), (2, math.inf))), ("one", ((3, 1e30),)),
                   ("minus", ((3, -4),)))
        for kind in ("timeseries", "stat", "state-timeline"):
            for stacked in (False, True):
                with self.subTest(kind, stacked=stacked):
                    picture(kind, strange, stacked=stacked)
                    picture(kind, (), stacked=stacked)
        picture("heatmap", (("0.1", level), ("+Inf", tuple((t, 9.0) for t in range(10)))), unit="s")
        picture("heatmap")
        picture("table", rows=(("A", "B"), ("<x>", "&")))
        picture("table")

    def test_draws_a_line_a_series_and_counts_those_that_are_left_out(self):
        many = [(f"series {n}", ((0, n), (1, n + 1))) for n in range(MOST_SERIES + 3)]
        svg = picture("timeseries", many)
        self.assertEqual(len([p for p in svg.iter(SVG + "path") if p.get("stroke")]), MOST_SERIES)
        self.assertIn("and 3 more", words(svg))

    def test_leaves_a_hole_where_there_was_nothing(self):
        svg = picture("timeseries", [("a", tuple((t, t) for t in (0, 1, 2, 8, 9)))])
        self.assertEqual(len([p for p in svg.iter(SVG + "path") if p.get("stroke")]), 2)

    def test_puts_the_largest_value_at_the_top(self):
        [line] = [p.get("d") for p in picture("timeseries", [("a", ((0, 0), (1, 10)))]).iter(SVG + "path") if p.get("stroke")]
        heights = [int(y) for _, y in re.findall(r"(\d+),(\d+)", line)]
        self.assertGreater(heights[0], heights[-1])

    def test_marks_restarts(self):
        svg = picture("timeseries", [("a", ((0, 1), (9, 1)))], marks=(4, 6))
        self.assertEqual(len([p for p in svg.iter(SVG + "path") if p.get("class") == "m"]), 2)

    def test_shows_a_number_with_its_unit(self):
        for value, unit, expected in ((0.25, "percentunit", "25 %"), (0.0042, "s", "4.2 ms"), (90.0, "s", "90 s"),
                                      (600.0, "s", "10 min"), (math.nan, "s", "-"), (3.5, "mps", "3.5/s"),
                                      (31_457_280.0, "bytes", "31.5 MB"), (7.0, "short", "7"), (2750.0, "short", "2750")):
            with self.subTest(unit, value=value):
                self.assertEqual(shown(value, unit), expected)


class Queries(unittest.TestCase):
    def test_leave_no_variable_open(self):
        with self.assertRaises(ValueError):
            dashboard_queries.substituted('up{job=~"$job",x="$nobody"}', {"$job": "weixind"})

    def test_name_a_series_after_its_labels(self):
        self.assertEqual(dashboard_queries.legend("p95 {{endpoint}}", {"endpoint": "webwxsync"}), "p95 webwxsync")


if __name__ == "__main__":
    unittest.main()
