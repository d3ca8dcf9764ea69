"""Shares by week, with the counts in the hover."""

from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import palette, template


@dataclass(frozen=True)
class Series:
    """One line: `week`, `rate`, `low`, `high`, `numerator`, `denominator`.

    Weeks whose denominator is zero have a null rate, and leave a gap.
    """

    name: str
    points: pl.DataFrame


def weekly(lines: list[Series], formats: Formats, scheme: str | None) -> go.Figure:
    """Lines of shares by week, with intervals where there is only one line."""
    colours = palette(scheme)
    figure = go.Figure()
    for place, line in enumerate(lines):
        colour = colours.series[place % len(colours.series)]
        if len(lines) == 1:
            _band(figure, line.points, colour)
        figure.add_scatter(
            x=line.points["week"].to_list(),
            y=line.points["rate"].to_list(),
            name=line.name,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 7, "symbol": place},
            connectgaps=False,
            customdata=_hovers(line, formats),
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(
        template=template(scheme),
        height=270,
        showlegend=len(lines) > 1,
        yaxis={"tickformat": ".0%", "rangemode": "tozero", "nticks": 6},
        xaxis={"tickformat": "%-d %b", "nticks": 8, "showgrid": False},
        hovermode="closest",
        separators=formats.decimal + formats.group,
    )
    return figure


def _hovers(line: Series, formats: Formats) -> list[str]:
    return [
        f"<b>{line.name}</b><br>week of {formats.day(row['week'])}<br>"
        f"{formats.percent(row['rate'])} · {formats.of(row['numerator'], row['denominator'])}"
        f"<br>95% interval {formats.interval(row['low'], row['high'])}"
        for row in line.points.iter_rows(named=True)
    ]


def _band(figure: go.Figure, points: pl.DataFrame, colour: str) -> None:
    told = points.drop_nulls(("low", "high"))
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    figure.add_scatter(
        x=[*told["week"], *reversed(told["week"].to_list())],
        y=[*told["high"], *reversed(told["low"].to_list())],
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.16)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def weekly_calls(
    weeks: pl.DataFrame, formats: Formats, scheme: str | None
) -> go.Figure:
    """Bars of calls by week: heated, other assessable, and unassessable ones.

    Args:
        weeks: `week`, `calls`, `assessable`, `heated`.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    parts = (
        ("Heated", weeks["heated"], colours.heat, ""),
        ("Not heated", weeks["assessable"] - weeks["heated"], colours.series[0], ""),
        ("Not assessable", weeks["calls"] - weeks["assessable"], colours.hatch, "/"),
    )
    figure = go.Figure()
    for name, counts, colour, shape in parts:
        figure.add_bar(
            x=weeks["week"].to_list(),
            y=counts.to_list(),
            name=name,
            marker={"color": colour, "pattern": {"shape": shape}, "line": {"width": 0}},
            customdata=[
                f"<b>{name}</b><br>week of {formats.day(week)}<br>{formats.of(count, calls)} calls"
                for week, count, calls in zip(
                    weeks["week"], counts, weeks["calls"], strict=True
                )
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(
        template=template(scheme),
        barmode="stack",
        bargap=0.35,
        height=270,
        xaxis={"tickformat": "%-d %b", "nticks": 8, "showgrid": False},
        yaxis={"nticks": 6, "rangemode": "tozero"},
        separators=formats.decimal + formats.group,
    )
    return figure
