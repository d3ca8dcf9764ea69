"""Waiting times as bars of half minutes."""

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import palette, template

BIN_SECONDS = 30
LAST_BIN = 10


def bin_name(number: int, formats: Formats) -> str:
    """What a bar counts: '0:30–1:00'; the last one is open."""
    low = formats.duration(number * BIN_SECONDS)
    if number >= LAST_BIN:
        return f"{low} and more"
    return f"{low}–{formats.duration((number + 1) * BIN_SECONDS)}"


def waits(bins: pl.DataFrame, formats: Formats, scheme: str | None) -> go.Figure:
    """A bar for each half minute.

    Args:
        bins: `bin` (half minutes from 0; the last one open) and `calls`; a bin without calls
            is drawn empty.
        formats: how numbers are written.
        scheme: light or dark.
    """
    counted: dict[int, int] = dict(bins.select("bin", "calls").iter_rows())
    numbers = range(max(counted, default=0) + 1)
    names = [bin_name(number, formats) for number in numbers]
    calls = [counted.get(number, 0) for number in numbers]
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=calls,
        marker={"color": palette(scheme).series[0]},
        customdata=[
            f"<b>{name}</b><br>{formats.number(count)} calls"
            for name, count in zip(names, calls, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(
        template=template(scheme),
        height=260,
        bargap=0.12,
        showlegend=False,
        xaxis={"showgrid": False, "type": "category"},
        yaxis={"rangemode": "tozero", "nticks": 6},
        separators=formats.decimal + formats.group,
    )
    return figure
