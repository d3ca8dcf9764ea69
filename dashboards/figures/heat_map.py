"""Agents by steps: the share met as colour, the counts as text."""

from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import Formats
from dashboards.theme import Palette, ink, palette, template

SMALL_COUNT: Final = 10
"""Fewer opportunities than this are shown pale and marked: a share of them moves by a
tenth or more with one call."""
SMALL_MARK: Final = "†"
_ROW: Final = 36
Cell = dict[str, Any]
_HEAD: Final = 40


def agent_steps(
    cells: pl.DataFrame,
    agents: list[str],
    steps: list[tuple[str, str]],
    formats: Formats,
    scheme: str | None,
    signs: dict[str, str] | None = None,
) -> go.Figure:
    """A heat-map of agents (rows) by steps (columns).

    Cells without an opportunity are hatched; those with few are pale and marked. The
    layout's `meta` has the address of each cell's calls, by agent and step.

    Args:
        cells: `agent`, `step`, `met`, `judged`, `rate`, `low`, `high`, `href`.
        agents: the rows, from top to bottom.
        steps: the columns' ids and titles, from left to right.
        formats: how numbers are written.
        scheme: light or dark.
        signs: for each step the sign of its mark of validity, shown by its id.
    """
    colours = palette(scheme)
    found = {(row["agent"], row["step"]): row for row in cells.iter_rows(named=True)}
    grid = [[found.get((agent, step)) for step, _ in steps] for agent in agents]
    titles = dict(steps)
    ids = [step for step, _ in steps]
    figure = go.Figure()
    figure.add_heatmap(
        x=ids,
        y=agents,
        z=[[row and row["rate"] for row in line] for line in grid],
        zmin=0,
        zmax=1,
        colorscale=_scale(colours.ramp),
        customdata=[[_hover(row, titles, formats) for row in line] for line in grid],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        colorbar={
            "title": {"text": "met", "side": "top"},
            "tickformat": ".0%",
            "thickness": 10,
            "outlinewidth": 0,
            "nticks": 5,
        },
    )
    few = [[_is_small(row) for row in line] for line in grid]
    none = [[row is None or not row["judged"] for row in line] for line in grid]
    _wash(figure, few, ids, agents, colours.veil)
    _wash(figure, none, ids, agents, colours.empty)
    _hatch(figure, grid, ids, agents, colours.hatch)
    _write(figure, grid, ids, agents, formats, colours)
    figure.update_layout(
        template=template(scheme),
        height=_HEAD + 56 + _ROW * max(len(agents), 1),
        xaxis={
            "type": "category",
            "side": "top",
            "showgrid": False,
            "title": "step",
            "tickmode": "array",
            "tickvals": ids,
            "ticktext": [f"{step}<br>{(signs or {}).get(step, '')}" for step in ids],
        },
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
        showlegend=False,
        meta={
            agent: {row["step"]: row["href"] for row in line if row is not None}
            for agent, line in zip(agents, grid, strict=True)
        },
    )
    return figure


def _scale(ramp: tuple[str, ...]) -> list[list[float | str]]:
    last = len(ramp) - 1
    return [[place / last, colour] for place, colour in enumerate(ramp)]


def _is_small(row: Cell | None) -> bool:
    return row is not None and 0 < row["judged"] < SMALL_COUNT


def _write(
    figure: go.Figure,
    grid: list[list[Cell | None]],
    steps: list[str],
    agents: list[str],
    formats: Formats,
    colours: Palette,
) -> None:
    """Write share and counts on the cells, in ink that can be read on their colour."""
    told = [
        (step, agent, row)
        for agent, line in zip(agents, grid, strict=True)
        for step, row in zip(steps, line, strict=True)
        if row is not None and row["judged"]
    ]
    figure.add_scatter(
        x=[step for step, _, _ in told],
        y=[agent for _, agent, _ in told],
        mode="text",
        text=[_text(row, formats) for _, _, row in told],
        textfont={
            "size": 11.5,
            "color": [
                ink(colours, row["rate"], is_pale=_is_small(row)) for *_, row in told
            ],
        },
        hoverinfo="skip",
    )


def _text(row: Cell, formats: Formats) -> str:
    mark = SMALL_MARK if _is_small(row) else ""
    return f"{formats.percent(row['rate'], 0)}{mark}<br>{row['met']}/{row['judged']}"


def _hover(row: Cell | None, titles: dict[str, str], formats: Formats) -> str:
    if row is None:
        return ""
    few = (
        f"<br>{SMALL_MARK} fewer than {SMALL_COUNT} opportunities"
        if _is_small(row)
        else ""
    )
    return (
        f"<b>{row['agent']}</b><br>step {row['step']}: {titles.get(row['step'], '')}<br>"
        f"{row['met']} met of {row['judged']} opportunities<br>95% interval"
        f" {formats.interval(row['low'], row['high'], 0)}{few}<br><i>click for the calls</i>"
    )


def _wash(
    figure: go.Figure,
    cells: list[list[bool]],
    steps: list[str],
    agents: list[str],
    colour: str,
) -> None:
    """Lay one colour over some cells; clicks go through it."""
    figure.add_heatmap(
        x=steps,
        y=agents,
        z=[[1 if is_washed else None for is_washed in line] for line in cells],
        colorscale=[[0, colour], [1, colour]],
        showscale=False,
        hoverinfo="skip",
        xgap=2,
        ygap=2,
    )


def _hatch(
    figure: go.Figure,
    grid: list[list[Cell | None]],
    steps: list[str],
    agents: list[str],
    colour: str,
) -> None:
    """Strike through cells that had no opportunity."""
    empty = [
        (step, agent)
        for agent, line in zip(agents, grid, strict=True)
        for step, row in zip(steps, line, strict=True)
        if row is None or not row["judged"]
    ]
    figure.add_scatter(
        x=[step for step, _ in empty],
        y=[agent for _, agent in empty],
        mode="markers",
        marker={
            "symbol": "line-ne",
            "size": 12,
            "line": {"width": 1.5, "color": colour},
        },
        hovertemplate="no opportunity<extra></extra>",
    )
