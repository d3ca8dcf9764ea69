"""Agreement with people, label by label: kappa on its interval, the mark as shape."""

from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.whiskers import whiskers
from dashboards.formats import Formats, in_words
from dashboards.theme import palette, template

SYMBOLS: Final = {
    "proven": "circle",
    "provisional": "diamond-open",
    "unproven": "x-thin-open",
}
"""A shape of its own for each mark, so that colour is not needed to tell them apart."""
_SERIES: Final = {"proven": 0, "provisional": 2, "unproven": 1}
_ROW: Final = 24


def kappas(
    figures: pl.DataFrame,
    bounds: dict[str, float],
    formats: Formats,
    scheme: str | None,
) -> go.Figure:
    """One mark on its 95 % interval for each label, the best agreement on top.

    Args:
        figures: rows of `marts.validity` on which marks rest, of one language.
        bounds: the two values of kappa, with their names, at which a line stands.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    told = figures.filter(pl.col("kappa").is_not_null()).sort(
        "kappa", "label", descending=[True, False]
    )
    figure = go.Figure()
    for name, symbol in SYMBOLS.items():
        mine = told.filter(pl.col("mark") == name)
        colour = colours.series[_SERIES[name]]
        _add(figure, mine, name, symbol, colour, formats)
    for anchor, (name, bound) in zip(("right", "left"), bounds.items(), strict=True):
        figure.add_vline(
            x=bound, line={"color": colours.muted, "dash": "dot", "width": 1}
        )
        figure.add_annotation(
            x=bound,
            y=1,
            yref="paper",
            yanchor="bottom",
            # To either side, or the words meet in a narrow window.
            xanchor=anchor,
            text=name,
            showarrow=False,
            font={"color": colours.muted, "size": 11},
        )
    names = [in_words(label) for label in told["label"]]
    figure.update_layout(
        template=template(scheme),
        height=136 + _ROW * max(len(names), 1),
        margin={"r": 28, "t": 84},
        legend={"y": 1, "yanchor": "top", "yref": "container", "x": 0},
        xaxis={
            "range": [min([-0.05, *_lows(told)]), 1.03],
            "dtick": 0.2,
            "title": "kappa: 0 is chance, 1 full agreement",
        },
        yaxis={
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "range": [-0.7, len(names) - 0.3],
            "showgrid": True,
            "tickfont": {"color": colours.text, "size": 12},
        },
        separators=formats.decimal + formats.group,
    )
    return figure


def _lows(told: pl.DataFrame) -> list[float]:
    return [low - 0.03 for low in told["kappa_low"].drop_nulls().to_list()]


def _add(
    figure: go.Figure,
    mine: pl.DataFrame,
    name: str,
    symbol: str,
    colour: str,
    formats: Formats,
) -> None:
    low = mine["kappa_low"].fill_null(mine["kappa"])
    high = mine["kappa_high"].fill_null(mine["kappa"])
    figure.add_scatter(
        x=mine["kappa"].to_list(),
        y=[in_words(label) for label in mine["label"]],
        mode="markers",
        name=name,
        marker={
            "size": 10,
            "symbol": symbol,
            "color": colour,
            "line": {"color": colour, "width": 2},
        },
        error_x=whiskers(mine["kappa"], low, high, colour),
        customdata=[_hover(row, formats) for row in mine.iter_rows(named=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _hover(row: dict[str, Any], formats: Formats) -> str:
    low, high = row["kappa_low"], row["kappa_high"]
    interval = (
        f"<br>95% interval {formats.number(low, 2)} to {formats.number(high, 2)}"
        if low is not None and high is not None
        else ""
    )
    return (
        f"<b>{in_words(row['label'])}</b>: {row['mark']}<br>kappa"
        f" {formats.number(row['kappa'], 2)}{interval}<br>{row['source']},"
        f" {formats.number(row['positives'])} positive rows"
    )
