"""How soon customers call again: the share that has, by day, with its interval."""

from collections.abc import Mapping

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import palette, template


def returns(
    curves: Mapping[str, pl.DataFrame], formats: Formats, scheme: str | None
) -> go.Figure:
    """One step curve for each definition of calling again.

    Args:
        curves: by what counts as calling again, in words: `day` (at its end), `share`,
            `low`, `high`, `at_risk`, `events`.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    for place, (name, curve) in enumerate(curves.items()):
        colour = colours.series[place % len(colours.series)]
        days = [0, *curve["day"].to_list()]
        for column, fill in (("high", None), ("low", "tonexty")):
            figure.add_scatter(
                x=days,
                y=[0.0, *_bounds(curve, column)],
                mode="lines",
                line={"width": 0, "shape": "hv"},
                fill=fill,
                fillcolor=_faint(colour),
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=days,
            y=[0.0, *curve["share"].to_list()],
            name=name,
            mode="lines",
            line={
                "color": colour,
                "width": 2.5,
                "shape": "hv",
                "dash": "solid" if place == 0 else "dash",
            },
            customdata=["", *_hovers(name, curve, formats)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(
        template=template(scheme),
        height=300,
        yaxis={"tickformat": ".0%", "rangemode": "tozero", "nticks": 6},
        xaxis={"title": "days after the contact", "showgrid": False, "range": [0, 30]},
        hovermode="closest",
        separators=formats.decimal + formats.group,
    )
    return figure


def _bounds(curve: pl.DataFrame, column: str) -> list[float]:
    """The interval; where there is none yet, the share itself."""
    return curve.select(pl.coalesce(column, "share")).to_series().to_list()


def _hovers(name: str, curve: pl.DataFrame, formats: Formats) -> list[str]:
    return [
        f"<b>{name}</b><br>within {row['day']} days: {formats.percent(row['share'])}"
        f"<br>95% interval {formats.interval(row['low'], row['high'])}"
        f"<br>{formats.number(row['at_risk'])} contacts followed so far"
        for row in curve.iter_rows(named=True)
    ]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
