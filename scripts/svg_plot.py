"""Draws a dashboard with its data as one SVG: lines, stacks, bars, numbers, tables, states and heat maps.

No library: what is drawn is little, and the files shall be small. Numbers come as (seconds, value) pairs.
"""
import dataclasses
import math
from xml.sax.saxutils import escape

COLUMN, LINE = 42, 24  # pixels of one step of Grafana's grid
GAP = 5
MOST_SERIES = 8  # drawn in one panel; the rest is counted
MOST_ROWS = 7  # of a table
PALETTE = ("#3274d9", "#e0752d", "#37872d", "#c4162a", "#8f3bb8", "#b08a00", "#1f9aa8", "#d6409f")
STYLE = """<style>
text{font:11px sans-serif;fill:#333}.t{font-weight:bold}.s{font-size:9px;fill:#777}.n{font-size:20px}
.h{font-size:16px;font-weight:bold}.p{fill:#fff;stroke:#d5d8dd}.g{stroke:#e8eaee;fill:none}
.m{stroke:#e0752d;stroke-dasharray:3 3}
path{fill:none;stroke-width:1.3}
</style>"""


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A panel with its data. `kind` is Grafana's type; `place` its gridPos; of a table `rows` are texts, the titles first."""
    title: str
    kind: str
    unit: str
    stacked: bool
    place: dict
    of_now: bool = False
    series: tuple = ()  # ((name, ((seconds, value), ...)), ...)
    rows: tuple = ()


def shown(value, unit):
    """A number with its unit, as short as possible."""
    if not math.isfinite(value):
        return "-"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s":
        for limit, factor, letter in ((7200, 1 / 3600, "h"), (120, 1 / 60, "min"), (1, 1, "s")):
            if abs(value) >= limit:
                return f"{value * factor:.3g} {letter}"
        return f"{value * 1000:.3g} ms" if value else "0 s"
    suffix = {"bytes": "B", "Bps": "B/s", "mps": "/s", "ops": "/s", "reqps": "/s", "cps": "/s"}.get(unit, "")
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / {'G': 1e9, 'M': 1e6, 'k': 1e3}[letter]:.3g} {letter}{suffix}"
    digits = ".0f" if abs(value) >= 1000 else ".3g"
    return f"{value:{digits}}{' ' if suffix.startswith('B') else ''}{suffix}"


def text(x, y, words, kind="", most=0):
    if most and len(words) > most:
        words = words[:most - 1] + "\u2026"
    return f'<text x="{x}" y="{y}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{escape(words)}</text>'


def without_middles(points):
    """Points on a straight level between two others say nothing."""
    kept = [p for i, p in enumerate(points)
            if not 0 < i < len(points) - 1 or not points[i - 1][1] == p[1] == points[i + 1][1]]
    return kept


class Frame:
    """From data to pixels of one plot."""

    def __init__(self, x, y, width, height, seconds, least, most):
        self.x, self.y, self.width, self.height = x, y, width, height
        self.seconds = max(seconds, 1e-9)
        self.least, self.most = (least, most) if most > least else (least, least + 1)

    def at(self, when, value):
        across = min(max(when / self.seconds, 0), 1)
        up = min(max((value - self.least) / (self.most - self.least), 0), 1)
        return round(self.x + across * self.width), round(self.y + (1 - up) * self.height)


def finite(points):
    return [(when, value) for when, value in points if math.isfinite(value)]


def runs(points, gap):
    """Parts of a series without a hole."""
    part = []
    for when, value in points:
        if part and when - part[-1][0] > gap:
            yield part
            part = []
        part.append((when, value))
    if part:
        yield part


def legend(parts, x, y, width, names, unit):
    left = x
    for i, (name, last) in enumerate(names):
        words = f"{name} {shown(last, unit)}" if last is not None else name
        wide = 12 + round(5.5 * min(len(words), 42))
        if left + wide > x + width and left > x:
            left, y = x, y + 11
        parts.append(f'<rect x="{left}" y="{y - 7}" width="8" height="8" fill="{PALETTE[i % len(PALETTE)]}"/>')
        parts.append(text(left + 10, y, words, "s", 42))
        left += wide


def legend_lines(width, names, unit):
    lines, left = 1, 0
    for name, last in names:
        words = f"{name} {shown(last, unit)}" if last is not None else name
        wide = 12 + round(5.5 * min(len(words), 42))
        if left + wide > width and left > 0:
            lines, left = lines + 1, 0
        left += wide
    return lines


def plot(panel, x, y, width, height, seconds, step, marks):
    """Lines, or areas on top of each other."""
    series = [(name, finite(points)) for name, points in panel.series]
    series = sorted((s for s in series if s[1]), key=lambda s: -max(v for _, v in s[1]))
    left_out, series = len(series[MOST_SERIES:]), series[:MOST_SERIES]
    parts = []
    names = [(name, points[-1][1]) for name, points in series]
    if left_out:
        names.append((f"and {left_out} more", None))
    lines = legend_lines(width, names, panel.unit)
    plot_height = height - 11 * lines - 18
    if panel.stacked:
        base, stacks = {}, []
        times = sorted({t for _, points in series for t, _ in points})
        for name, points in series:
            there = dict(points)
            points = [(t, there.get(t, 0)) for t in times]
            under = [(t, base.get(t, 0)) for t, _ in points]
            over = [(t, base.get(t, 0) + v) for t, v in points]
            base.update(over)
            stacks.append((over, under))
        numbers = list(base.values()) or [0]
    else:
        numbers = [v for _, points in series for _, v in points] or [0]
    least, most = min(0, *numbers, 0), max(*numbers, 0)
    if least > -0.05 * most:  # an age looks negative for the milliseconds of a scrape
        least = 0
    frame = Frame(x + 44, y, width - 48, plot_height, seconds, least, most)
    for share in (0, 0.5, 1):
        level = frame.least + share * (frame.most - frame.least)
        _, at = frame.at(0, level)
        parts.append(f'<path class="g" d="M{frame.x},{at}H{frame.x + frame.width}"/>')
        parts.append(text(x, at + 3, shown(level, panel.unit), "s", 9))
    for when in range(0, int(seconds) + 1, 30):
        parts.append(text(frame.at(when, 0)[0] - 6, y + plot_height + 11, f"{when} s", "s"))
    for when in marks:
        at, _ = frame.at(when, 0)
        parts.append(f'<path class="m" d="M{at},{y}V{y + plot_height}"/>')
    for i, (name, points) in enumerate(series):
        colour = PALETTE[i % len(PALETTE)]
        if panel.stacked:
            over, under = stacks[i]
            outline = without_middles([frame.at(*p) for p in over])
            outline += without_middles([frame.at(*p) for p in reversed(under)])
            parts.append(f'<path fill="{colour}" style="fill:{colour};fill-opacity:.55" d="M'
                         + " ".join(f"{a},{b}" for a, b in outline) + 'Z"/>')
            continue
        for part in runs(points, 3 * step):
            pixels = without_middles([frame.at(*p) for p in part])
            if len(pixels) == 1:
                pixels.append((pixels[0][0] + 2, pixels[0][1]))
            parts.append(f'<path stroke="{colour}" d="M' + " ".join(f"{a},{b}" for a, b in pixels) + '"/>')
    legend(parts, x, y + plot_height + 24, width, names, panel.unit)
    return parts


def stat(panel, x, y, width, height, seconds, step, _):
    parts = []
    wide = width / max(1, min(len(panel.series), 3))
    for i, (name, points) in enumerate(panel.series[:3]):
        points = finite(points)
        if not points:
            continue
        at = round(x + i * wide)
        last = points[-1][1]
        if panel.of_now:
            parts.append(text(at, y + 20, name, "n"))
            continue
        parts.append(text(at, y + 20, shown(last, panel.unit), "n" if len(panel.series) == 1 else "t"))
        parts.append(text(at, y + 34, name, "s", 24))
        frame = Frame(at, y + 38, wide - 8, max(4, height - 42), seconds, min(0, *(v for _, v in points), 0),
                      max(*(v for _, v in points), 0))
        pixels = without_middles([frame.at(*p) for p in points])
        parts.append(f'<path stroke="{PALETTE[0]}" d="M' + " ".join(f"{a},{b}" for a, b in pixels) + '"/>')
    return parts


def table(panel, x, y, width, *_):
    parts = []
    columns = max((len(row) for row in panel.rows), default=1)
    for number, row in enumerate(panel.rows[:MOST_ROWS + 1]):
        for column, words in enumerate(row):
            parts.append(text(round(x + column * width / columns), y + 12 + 20 * number, words, "" if number else "t",
                              round(width / columns / 6)))
    if len(panel.rows) > MOST_ROWS + 1:
        parts.append(text(x, y + 12 + 20 * (MOST_ROWS + 1), f"and {len(panel.rows) - MOST_ROWS - 1} more", "s"))
    return parts


def bands(panel, x, y, width, height, seconds, step, marks):
    """A line for each state, with a bar where it was."""
    parts = []
    line = (height - 14) / max(1, len(panel.series))
    frame = Frame(x + 100, y, width - 104, height - 14, seconds, 0, 1)
    for number, (name, points) in enumerate(panel.series):
        top = round(y + number * line)
        parts.append(text(x, top + round(line / 2) + 4, name, "", 18))
        parts.append(f'<path class="g" d="M{frame.x},{round(top + line)}H{frame.x + frame.width}"/>')
        for part in runs([p for p in finite(points) if p[1] > 0], 1.5 * step):
            begin, end = frame.at(part[0][0], 0)[0], frame.at(part[-1][0] + step, 0)[0]
            parts.append(f'<rect x="{begin}" y="{top + 2}" width="{max(2, end - begin)}" height="{round(line - 4)}" '
                         f'fill="{PALETTE[0]}"/>')
    for when in range(0, int(seconds) + 1, 30):
        parts.append(text(frame.at(when, 0)[0] - 6, y + height - 2, f"{when} s", "s"))
    for when in marks:
        at, _ = frame.at(when, 0)
        parts.append(f'<path class="m" d="M{at},{y}V{y + height - 14}"/>')
    return parts


def upper_bound(name):
    return math.inf if name == "+Inf" else float(name)


def heat(panel, x, y, width, height, seconds, step, _):
    """Buckets of a histogram from the bottom to the top; the darker, the more."""
    buckets = sorted(panel.series, key=lambda s: upper_bound(s[0]))
    cells, below = [], {}
    for row, (name, points) in enumerate(buckets):
        for when, value in finite(points):
            if (more := value - below.get(when, 0)) > 1e-9:
                cells.append((row, when, more))
            below[when] = value
    parts = []
    most = max((more for *_, more in cells), default=1)
    line = (height - 14) / max(1, len(buckets))
    slots = 40  # across; what comes in one of them is summed
    sums = {}
    for row, when, more in cells:
        slot = min(slots - 1, int(when / max(seconds, 1e-9) * slots))
        sums[row, slot] = max(sums.get((row, slot), 0), more)
    wide = (width - 48) / slots
    for (row, slot), more in sorted(sums.items()):
        parts.append(f'<rect x="{round(x + 46 + slot * wide)}" y="{round(y + (len(buckets) - 1 - row) * line)}" '
                     f'width="{math.ceil(wide)}" height="{math.ceil(line)}" fill="#d9480f" '
                     f'fill-opacity="{0.15 + 0.85 * more / most:.2f}"/>')
    for row, (name, _) in enumerate(buckets):
        if row % max(1, len(buckets) // 6) == 0 or row == len(buckets) - 1:
            bound = upper_bound(name)
            words = shown(bound, panel.unit) if math.isfinite(bound) else "more"
            parts.append(text(x, round(y + (len(buckets) - row) * line), words, "s", 9))
    for when in range(0, int(seconds) + 1, 30):
        parts.append(text(round(x + 40 + when / max(seconds, 1e-9) * (width - 48)), y + height - 2, f"{when} s", "s"))
    return parts


KINDS = {"timeseries": plot, "stat": stat, "table": table, "state-timeline": bands, "heatmap": heat}


def draw(title, panels, headings, seconds, step, marks):
    """The SVG. `headings` are (gridPos, title) of the rows; `marks` the seconds of restarts."""
    bottom = max(p.place["y"] + p.place["h"] for p in panels) * LINE + 40
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * COLUMN} {bottom}" role="img">'
             f"<title>{escape(title)}</title>{STYLE}", f'<rect width="{24 * COLUMN}" height="{bottom}" fill="#f4f5f7"/>',
             text(8, 24, title, "h")]
    for place, name in headings:
        parts.append(text(8, place["y"] * LINE + 52, name, "t"))
    for panel in panels:
        x, y = panel.place["x"] * COLUMN + GAP, panel.place["y"] * LINE + 36
        width, height = panel.place["w"] * COLUMN - 2 * GAP, panel.place["h"] * LINE - GAP
        parts.append(f'<rect class="p" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>')
        parts.append(text(x + 8, y + 15, panel.title, "t", width // 7))
        parts += KINDS[panel.kind](panel, x + 8, y + 24, width - 16, height - 30, seconds, step, marks)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
