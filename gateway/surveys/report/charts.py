"""The charts of the page, drawn by pygal as SVG that needs nothing else: no script, no font, no address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pygal
from pygal.style import Style

from gateway.surveys.report.model import AMBITION, Score, Week

# Okabe and Ito's colours: told apart with every kind of colour blindness, and by their lightness in grey print.
COLOURS = {"good": "#0072B2", "fair": "#999999", "bad": "#D55E00", "plain": "#56B4E9"}
AMBITION_COLOUR = "#D55E00"
INK = "#222222"
WEEKS = 26
"""Weeks drawn, the newest: more dots than these cannot be read on a telephone."""

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=INK,
    foreground_strong=INK,
    foreground_subtle="#cccccc",
    colors=(COLOURS["good"], AMBITION_COLOUR),
    font_family="system-ui, sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    value_font_size=13,
    value_colors=(INK,),
    transition="none",
    guide_stroke_color="#dddddd",
    major_guide_stroke_color="#dddddd",
)
# Comments hold the date of their making, which would make two pages of the same data differ; the script sets up
# tool tips that the page does without. What customers and authors write never begins either: "<" is escaped.
_UNWANTED = re.compile(r"<!--.*?-->|<script.*?</script>", re.DOTALL)
_LABEL = 24
"""Characters of a label in a chart."""


def distribution(score: Score, name: str) -> str:
    """How often each value was given."""
    long = any(len(bar.label) > 3 for bar in score.bars)
    kind = pygal.HorizontalBar if long else pygal.Bar
    bars = score.bars[::-1] if long else score.bars
    chart = kind(
        **_common(height=60 + 34 * len(bars) if long else 230), show_y_guides=False, print_values=True
    )
    chart.value_formatter = lambda value: f"{value:.0f}" if value else ""
    # The counts stand on the bars: only the axis with the names is labelled.
    chart.show_x_labels, chart.show_y_labels = not long, long
    chart.show_x_guides = False
    chart.x_labels = [_short(bar.label) for bar in bars]
    chart.add("", [{"value": bar.count, "color": COLOURS[bar.mood]} for bar in bars])
    return _svg(chart, name)


def response(weeks: Sequence[Week], name: str) -> str:
    """The response rate week by week, and the ambition as a line."""
    shown = weeks[-WEEKS:]
    chart = pygal.Line(**_common(height=230), range=(0, 100), x_label_rotation=0)
    chart.y_labels = [0, 25, AMBITION, 75, 100]
    chart.value_formatter = lambda value: f"{value:.0f} %"
    chart.x_labels = [week.begins[5:] for week in shown]
    chart.show_minor_x_labels = False
    every = max(1, -(-len(shown) // 6))
    chart.x_labels_major = [week.begins[5:] for week in shown[::every]]
    chart.add("", [100 * week.responded / week.delivered if week.delivered else None for week in shown])
    dashed = {"width": 2, "dasharray": "6, 4"}
    chart.add("", [AMBITION] * len(shown), show_dots=False, stroke_style=dashed)
    return _svg(chart, name)


def hours(counts: Sequence[int], name: str) -> str:
    """How many first answered in each hour of the day."""
    chart = pygal.Bar(**_common(height=180), show_y_guides=False, spacing=6, x_label_rotation=0)
    chart.show_y_labels = chart.show_minor_x_labels = False
    chart.x_labels = [f"{hour} h" for hour in range(24)]
    chart.x_labels_major = [f"{hour} h" for hour in (0, 6, 12, 18, 23)]
    chart.add("", [{"value": count or None, "color": COLOURS["good"]} for count in counts])
    return _svg(chart, name)


def _common(height: int) -> dict[str, Any]:
    return {
        "width": 440,
        "height": height,
        "js": [],
        "disable_xml_declaration": True,
        "show_legend": False,
        "style": _STYLE,
        "margin": 8,
        "margin_right": 24,  # half of the last label stands beyond the last dot
        "truncate_label": -1,  # else labels become dots where there are many
        "no_data_text": "",
    }


def _short(label: str) -> str:
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"


def _svg(chart: Any, name: str) -> str:
    chart.uuid = name  # else a random one
    return _UNWANTED.sub("", chart.render(is_unicode=True))
