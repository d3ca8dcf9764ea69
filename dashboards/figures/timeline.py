"""One customer in time: calls by temperature, cases as bands, and what else happened."""

from datetime import datetime
from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import Palette, palette, template

_BAND: Final = 9
"""Height of a case's band, and of a row of marks, in degrees of the temperature's axis."""
_SYMBOLS: Final = {
    "promise kept": ("triangle-up", 0),
    "promise broken": ("triangle-down", 1),
    "promise open": ("triangle-right", 5),
    "incident": ("square", 3),
    "incident open": ("square-open", 3),
    "decision": ("star", 2),
}
"""Shape and colour of each kind of mark: no two have the same shape."""


def timeline(
    calls: pl.DataFrame,
    cases: pl.DataFrame,
    marks: pl.DataFrame,
    formats: Formats,
    scheme: str | None,
) -> go.Figure:
    """Calls from first to peak temperature; below them cases, and one row of marks.

    Args:
        calls: `started_at`, `call_id`, `temperature_peak`, `temperature_end`, `direction`;
            calls that cannot be assessed stand at the foot.
        cases: `opened_at`, `ends_at`, `issue`, `state`; oldest first.
        marks: `at`, `kind` (see `_SYMBOLS`), `words`.
        formats: how days are written.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    _calls(figure, calls, colours, formats)
    foot = -2 * _BAND
    _marks(figure, marks, foot, colours, formats)
    for place, row in enumerate(cases.iter_rows(named=True), 1):
        _case(figure, row, foot - place * _BAND, colours, formats)
    lowest = foot - (cases.height + 1) * _BAND
    figure.update_layout(
        template=template(scheme),
        height=280 + 16 * cases.height,
        yaxis={
            "range": [lowest, 108],
            "tickvals": [0, 20, 40, 60, 80, 100],
            "title": "temperature",
        },
        xaxis={"showgrid": False, "tickformat": "%-d %b %Y", "nticks": 7},
        hovermode="closest",
    )
    return figure


def _calls(
    figure: go.Figure, calls: pl.DataFrame, colours: Palette, formats: Formats
) -> None:
    for name, column, symbol, colour in (
        ("peak of a call", "temperature_peak", "diamond", colours.heat),
        ("end of a call", "temperature_end", "circle", colours.series[0]),
    ):
        told = calls.drop_nulls(column)
        figure.add_scatter(
            x=told["started_at"].to_list(),
            y=told[column].to_list(),
            name=name,
            mode="markers",
            marker={"size": 10, "symbol": symbol, "color": colour},
            customdata=[
                f"{formats.day(row['day'])}<br>{row['call_id']}<br>{name}:"
                f" {formats.number(row[column])} of 100"
                for row in told.iter_rows(named=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    for row in calls.drop_nulls("temperature_peak").iter_rows(named=True):
        figure.add_shape(
            type="line",
            x0=row["started_at"],
            x1=row["started_at"],
            y0=row["temperature_end"],
            y1=row["temperature_peak"],
            line={"color": colours.hatch, "width": 2},
            layer="below",
        )


def _marks(
    figure: go.Figure,
    marks: pl.DataFrame,
    level: float,
    colours: Palette,
    formats: Formats,
) -> None:
    for kind, (symbol, place) in _SYMBOLS.items():
        own = marks.filter(pl.col("kind") == kind)
        if own.is_empty():
            continue
        figure.add_scatter(
            x=own["at"].to_list(),
            y=[level] * own.height,
            name=kind,
            mode="markers",
            marker={
                "size": 10,
                "symbol": symbol,
                "color": colours.series[place % len(colours.series)],
            },
            customdata=[
                f"<b>{kind}</b><br>{formats.day(_day(row['at']))}<br>{row['words']}"
                for row in own.iter_rows(named=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )


def _day(moment: datetime) -> Any:
    return moment.date()


def _case(
    figure: go.Figure,
    row: dict[str, Any],
    level: float,
    colours: Palette,
    formats: Formats,
) -> None:
    """A band from opening to resolution, or to the end; an open case has an open end."""
    is_resolved = row["state"] == "resolved"
    figure.add_scatter(
        x=[row["opened_at"], row["ends_at"]],
        y=[level, level],
        name="case resolved" if is_resolved else "case not resolved",
        legendgroup=row["state"],
        showlegend=False,
        mode="lines+markers",
        line={
            "color": colours.series[0 if is_resolved else 1],
            "width": 7,
            "dash": "solid" if is_resolved else "dot",
        },
        marker={"size": 8, "symbol": ["line-ns", "circle" if is_resolved else "x"]},
        customdata=[
            f"<b>case: {row['issue']}</b><br>{row['state']}<br>"
            f"{formats.day(_day(row['opened_at']))} – {formats.day(_day(row['ends_at']))}"
        ]
        * 2,
        hovertemplate="%{customdata}<extra></extra>",
    )
