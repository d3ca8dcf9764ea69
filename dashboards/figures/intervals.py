"""Shares as dots on their intervals."""

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.whiskers import whiskers
from dashboards.formats import Formats
from dashboards.theme import palette, template

_ROW: int = 34


def dots(
    shares: pl.DataFrame,
    formats: Formats,
    scheme: str | None,
    *,
    is_whole: bool = True,
) -> go.Figure:
    """One dot on its 95 % interval for each row, from top to bottom.

    Args:
        shares: `name`, `rate`, `low`, `high`, `numerator`, `denominator`; a row without a
            denominator has no dot.
        formats: how numbers are written.
        scheme: light or dark.
        is_whole: draw the axis up to 100 %; else as far as the intervals reach.
    """
    colours = palette(scheme)
    told = shares.filter(pl.col("rate").is_not_null())
    rates = told["rate"]
    figure = go.Figure()
    figure.add_scatter(
        x=rates.to_list(),
        y=told["name"].to_list(),
        mode="markers",
        marker={"size": 11, "color": colours.series[0]},
        error_x=whiskers(
            rates, told["low"], told["high"], colours.series[0], is_bold=True
        ),
        customdata=[
            f"<b>{row['name']}</b><br>{formats.percent(row['rate'])} ·"
            f" {formats.of(row['numerator'], row['denominator'])}<br>95% interval"
            f" {formats.interval(row['low'], row['high'])}"
            for row in told.iter_rows(named=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(
        template=template(scheme),
        height=60 + _ROW * max(shares.height, 1),
        showlegend=False,
        margin={"r": 28},
        xaxis={"tickformat": ".0%", "range": [0, 1.02], "tick0": 0, "dtick": 0.2}
        if is_whole
        else {"tickformat": ".1~%", "rangemode": "tozero", "nticks": 8},
        yaxis={
            "categoryorder": "array",
            "categoryarray": shares["name"].to_list()[::-1],
            "range": [-0.6, shares.height - 0.4],
            "showgrid": False,
            "tickfont": {"color": colours.text, "size": 13},
        },
        separators=formats.decimal + formats.group,
    )
    return figure
