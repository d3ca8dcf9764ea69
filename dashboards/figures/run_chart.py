"""Control and run charts: a share by week between its limits, changes marked."""

from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import Palette, palette, template
from transforms.measures import Chart

CHANGES: Final = {"up": ("triangle-up", 0), "down": ("triangle-down", 1)}
"""Shape and colour of a flagged point, by the way it went."""


def run_chart(chart: Chart, formats: Formats, scheme: str | None) -> go.Figure:
    """A share by week with centre, three-sigma limits and flagged changes.

    Args:
        chart: its points have a `week`.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    points = chart.points
    weeks = points["week"].to_list()
    for side in ("high", "low"):
        figure.add_scatter(
            x=weeks,
            y=points[side].to_list(),
            mode="lines",
            name="3-sigma limits",
            showlegend=side == "high",
            line={"color": colours.muted, "width": 1, "dash": "dash", "shape": "hvh"},
            hoverinfo="skip",
        )
    _level(figure, weeks, chart.centre, "mean", "solid", colours)
    _level(figure, weeks, chart.median, "median", "dot", colours)
    figure.add_scatter(
        x=weeks,
        y=points["rate"].to_list(),
        mode="lines+markers",
        name="share met",
        line={"color": colours.series[2], "width": 2},
        marker={"size": 7},
        connectgaps=False,
        customdata=[_hover(row, formats) for row in points.iter_rows(named=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for way, (symbol, place) in CHANGES.items():
        _changes(figure, points.filter(change=way), way, symbol, colours.series[place])
    figure.update_layout(
        template=template(scheme),
        height=290,
        margin={"t": 56},
        xaxis={"tickformat": "%-d %b", "nticks": 8, "showgrid": False},
        yaxis={"tickformat": ".0%", "nticks": 6, "range": [0, _top(points)]},
        hovermode="closest",
        separators=formats.decimal + formats.group,
    )
    return figure


def _top(points: pl.DataFrame) -> float:
    """Where the axis ends: over every share and limit, and over nothing but zeros, too."""
    highest = points.select(pl.max_horizontal(pl.col("rate", "high").max())).item()
    return max(1.08 * (highest or 0.0), 0.1)


def _level(
    figure: go.Figure,
    weeks: list[Any],
    at: float | None,
    name: str,
    dash: str,
    colours: Palette,
) -> None:
    if at is None:
        return
    figure.add_scatter(
        x=weeks,
        y=[at] * len(weeks),
        mode="lines",
        name=name,
        line={"color": colours.text, "width": 1, "dash": dash},
        hoverinfo="skip",
    )


def _changes(
    figure: go.Figure, points: pl.DataFrame, way: str, symbol: str, colour: str
) -> None:
    if points.is_empty():
        return
    figure.add_scatter(
        x=points["week"].to_list(),
        y=points["rate"].to_list(),
        mode="markers",
        name=f"change {way}",
        marker={"symbol": symbol, "size": 14, "color": colour},
        hoverinfo="skip",
    )


def _hover(row: dict[str, Any], formats: Formats) -> str:
    rules = [
        words
        for field, words in (
            ("is_point", "beyond the limits"),
            ("is_run", "part of a run on one side"),
        )
        if row[field]
    ]
    flagged = f"<br><b>change {row['change']}</b>: {', '.join(rules)}" if rules else ""
    return (
        f"week of {formats.day(row['week'])}<br>{formats.percent(row['rate'])} ·"
        f" {formats.of(row['counted_met'], row['counted'])}<br>limits"
        f" {formats.interval(row['low'], row['high'])}{flagged}"
    )
