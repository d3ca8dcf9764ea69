"""Forest plots: differences on their intervals, around the line of none."""

from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.kappas import SYMBOLS
from dashboards.figures.whiskers import whiskers
from dashboards.formats import Formats
from dashboards.theme import palette, template

_ROW: Final = 30
_SERIES: Final = {"proven": 0, "provisional": 2, "unproven": 5}
_WIDEST: Final = 0.6
_NARROWEST: Final = 0.1
_STEPS: Final = (0.05, 0.1, 0.2, 0.25)
_LETTERS: Final = 34
"""Letters of a name that fit beside the plot; longer names end in dots, whole when hovered."""


def points(difference: float | None, formats: Formats, digits: int = 1) -> str:
    """A difference of shares in percentage points, with its sign; or a dash."""
    if difference is None:
        return formats.number(None)
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{formats.number(abs(100 * difference), digits)}"


def forest(rows: pl.DataFrame, formats: Formats, scheme: str | None) -> go.Figure:
    """One difference on its 95 % interval for each row, from top to bottom.

    Args:
        rows: `name`; `difference` with `_low` and `_high`, null where there is no figure;
            `mark`, `done` and `omitted` with `_good`.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    placed = rows.with_row_index("place")
    figure = go.Figure()
    for name, symbol in SYMBOLS.items():
        mine = placed.filter(pl.col("mark") == name, pl.col("difference").is_not_null())
        if mine.height:
            _add(figure, mine, name, symbol, colours.series[_SERIES[name]], formats)
    reach = _reach(rows)
    ticks = _ticks(reach)
    figure.add_vline(x=0, line={"color": colours.muted, "width": 1.5})
    names = rows["name"].to_list()
    figure.update_layout(
        template=template(scheme),
        height=112 + _ROW * max(len(names), 1),
        margin={"r": 20, "t": 36},
        showlegend=True,
        legend={"y": 1, "yanchor": "top", "yref": "container", "x": 0},
        xaxis={
            "range": [-reach, reach],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [points(tick, formats, digits=0) for tick in ticks],
            "title": "percentage points",
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": [_short(name) for name in names],
            "range": [len(names) - 0.4, -0.6],
            "showgrid": True,
            "tickfont": {"color": colours.text, "size": 12},
        },
        separators=formats.decimal + formats.group,
    )
    return figure


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1].rstrip()}…"


def _reach(rows: pl.DataFrame) -> float:
    ends = pl.concat([rows["difference_low"], rows["difference_high"]]).drop_nulls()
    farthest = ends.abs().max() if ends.len() else 0.0
    return min(max(1.08 * float(str(farthest)), _NARROWEST), _WIDEST)


def _ticks(reach: float) -> list[float]:
    """Few enough that their words don't meet in a narrow window."""
    step = next(step for step in _STEPS if 2.5 * step >= reach)
    return [step * place for place in range(-2, 3) if abs(step * place) <= reach]


def _add(
    figure: go.Figure,
    mine: pl.DataFrame,
    mark: str,
    symbol: str,
    colour: str,
    formats: Formats,
) -> None:
    value = mine["difference"]
    figure.add_scatter(
        x=value.to_list(),
        y=mine["place"].to_list(),
        mode="markers",
        name=mark,
        marker={
            "size": 10,
            "symbol": symbol,
            "color": colour,
            "line": {"color": colour, "width": 2},
        },
        error_x=whiskers(
            value, mine["difference_low"], mine["difference_high"], colour
        ),
        customdata=[_hover(row, formats) for row in mine.iter_rows(named=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _hover(row: dict[str, Any], formats: Formats) -> str:
    low, high = row["difference_low"], row["difference_high"]
    return (
        f"<b>{row['name']}</b> ({row['mark']})<br>{points(row['difference'], formats)}"
        f" points, 95% interval {points(low, formats)} to {points(high, formats)}"
        f"<br>done: {formats.of(row['done_good'], row['done'])}"
        f"<br>not done: {formats.of(row['omitted_good'], row['omitted'])}"
    )
