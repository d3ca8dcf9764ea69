"""Funnel plots: agents by how much is known of them, between the limits of chance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import Palette, palette, template

_Floats = npt.NDArray[np.float64]
Curve = Callable[[_Floats, float], tuple[_Floats, _Floats]]
SYMBOLS: Final = {
    "inside": "circle",
    "outside 95 %": "diamond",
    "outside 99.8 %": "x",
}
"""A shape for each side of the limits, so that colour is not needed to tell them apart."""
_SERIES: Final = {"inside": 0, "outside 95 %": 2, "outside 99.8 %": 1}
_LINES: Final = ((0.05, "95 % limits", "dash"), (0.002, "99.8 % limits", "solid"))
_POINTS: Final = 90
_NAMED: Final = 12
"""Agents named on the plot at most; more names would lie over one another."""


@dataclass(frozen=True)
class Axes:
    """What a funnel's axes say.

    Attributes:
        across: what the horizontal axis counts.
        up: what the vertical axis shows.
        centre: where what is expected lies.
        tick_format: of the vertical axis, as d3 writes it.
    """

    across: str
    up: str
    centre: float
    tick_format: str


def funnel(
    units: pl.DataFrame,
    curve: Curve,
    axes: Axes,
    formats: Formats,
    scheme: str | None,
) -> go.Figure:
    """One mark for each agent, and both pairs of limits.

    Args:
        units: `size` and `place`, where an agent stands; `low998`, `high998`; `outside`, `p`,
            `is_flagged`; `name` and `hover`, what is told of it.
        curve: the limits for sizes, and for what they leave outside.
        axes: what the axes say.
        formats: how numbers are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    if units.height:
        _limits(figure, units["size"], curve, colours)
    figure.add_hline(y=axes.centre, line={"color": colours.text, "width": 1})
    for name, symbol in SYMBOLS.items():
        _marks(figure, units.filter(outside=name), name, symbol, colours)
    _names(figure, units, colours)
    figure.update_layout(
        template=template(scheme),
        height=430,
        margin={"t": 64},
        xaxis={"title": axes.across, "rangemode": "tozero", "nticks": 8},
        yaxis={
            "title": axes.up,
            "tickformat": axes.tick_format,
            "range": _range(units, axes.centre),
            "nticks": 8,
        },
        hovermode="closest",
        separators=formats.decimal + formats.group,
    )
    return figure


def _limits(
    figure: go.Figure, sizes: pl.Series, curve: Curve, colours: Palette
) -> None:
    told = sizes.to_numpy()
    last = float(told.max()) * 1.04
    # From a little on: at nothing, the limits are everywhere.
    along: _Floats = np.geomspace(last / 40, last, _POINTS)
    for level, name, dash in _LINES:
        for side, bound in enumerate(curve(along, level)):
            figure.add_scatter(
                x=along.tolist(),
                y=bound.tolist(),
                mode="lines",
                name=name,
                legendgroup=name,
                showlegend=side == 0,
                line={"color": colours.muted, "width": 1.5, "dash": dash},
                hoverinfo="skip",
            )


def _marks(
    figure: go.Figure, units: pl.DataFrame, name: str, symbol: str, colours: Palette
) -> None:
    colour = colours.series[_SERIES[name]]
    figure.add_scatter(
        x=units["size"].to_list(),
        y=units["place"].to_list(),
        mode="markers",
        name=f"{name} ({units.height})",
        marker={
            "symbol": symbol,
            "size": 8 if name == "inside" else 11,
            "color": colour,
            "opacity": 0.75 if name == "inside" else 1,
            "line": {"color": colours.paper, "width": 1},
        },
        customdata=units["hover"].to_list(),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _names(figure: go.Figure, units: pl.DataFrame, colours: Palette) -> None:
    """Names beside those who are still outside after correction, the farthest first."""
    far = units.filter("is_flagged").sort("p").head(_NAMED)
    figure.add_scatter(
        x=far["size"].to_list(),
        y=far["place"].to_list(),
        mode="text",
        text=[f"  {name}" for name in far["name"]],
        textposition="middle right",
        textfont={"size": 11, "color": colours.text},
        hoverinfo="skip",
        showlegend=False,
    )


def _range(units: pl.DataFrame, centre: float) -> list[float] | None:
    """Room for all agents, and for the limits of half of them: those of few calls run off."""
    if units.is_empty():
        return None
    reached = [*units["place"].to_list(), centre]
    reached += [
        told for told in units.select(pl.median("low998", "high998")).row(0) if told
    ]
    room = 0.08 * (max(reached) - min(reached) or 1.0)
    return [min(reached) - room, max(reached) + room]
