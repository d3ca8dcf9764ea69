"""Shrunk shares on their intervals, the raw share beside, in the order of rank."""

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.whiskers import whiskers
from dashboards.formats import Formats
from dashboards.theme import palette, template

_ROW: int = 26


def ranking(ranked: pl.DataFrame, formats: Formats, scheme: str | None) -> go.Figure:
    """One row for each ranked agent, the first on top.

    A filled dot is the shrunk share on its interval, a ring the share as counted: how far
    apart they lie is what so few calls are worth.

    Args:
        ranked: `name`, `rank`, `share`, `shrunk`, `low`, `high`, `hover`.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    names = ranked["name"].to_list()
    figure.add_scatter(
        x=ranked["share"].to_list(),
        y=names,
        mode="markers",
        name="share as counted",
        marker={"symbol": "circle-open", "size": 9, "color": colours.series[1]},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=ranked["shrunk"].to_list(),
        y=names,
        mode="markers",
        name="shrunk share, with its 95 % interval",
        marker={"symbol": "diamond", "size": 9, "color": colours.series[0]},
        error_x=whiskers(
            ranked["shrunk"], ranked["low"], ranked["high"], colours.series[0]
        ),
        customdata=ranked["hover"].to_list(),
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(
        template=template(scheme),
        height=120 + _ROW * max(len(names), 1),
        margin={"r": 28, "t": 56},
        xaxis={"tickformat": ".0%", "nticks": 8, "title": "share met"},
        yaxis={
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "range": [-0.7, len(names) - 0.3],
            "tickfont": {"color": colours.text, "size": 12},
        },
        separators=formats.decimal + formats.group,
    )
    return figure
