"""The Agents page's heat-map: who met which steps of one playbook, and the steps' marks."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.attributes import aria
from dashboards.components.charts import chart
from dashboards.components.text import pills, section, table
from dashboards.figures.heat_map import SMALL_COUNT, SMALL_MARK, agent_steps
from dashboards.filters import Filters
from dashboards.marts import counts
from dashboards.rates import with_adherence
from dashboards.view import View

_AGENTS_SHOWN: Final = 30
"""Rows of the heat-map at a time: what fits a screen and a half."""


def heat_map(
    view: View,
    cells: pl.DataFrame,
    names: dict[str, str],
    playbook: str,
    marked: pl.DataFrame,
) -> html.Section:
    """The heat-map of one playbook, its numbers as a table, and what its steps ask.

    Args:
        view: the request.
        cells: one row for each agent, playbook and step, with its mark.
        names: how agents are shown, by id.
        playbook: the playbook shown.
        marked: the marks of the steps in the language shown.
    """
    mine_marked = marked.filter(pl.col("playbook") == playbook)
    told = {row["step"]: row for row in mine_marked.iter_rows(named=True)}
    steps = counts.step_counts(view.published, Filters(playbook=(playbook,)))
    columns = [
        (row["step"], row["title"])
        for row in steps.filter(~pl.col("is_conduct")).iter_rows(named=True)
    ]
    shown, pages = _page(view, list(names))
    mine = _linked(view, cells.filter(pl.col("playbook") == playbook), names, shown)
    figure = agent_steps(
        mine,
        [names[agent] for agent in shown],
        columns,
        view.formats,
        view.scheme,
        {step: marks.SIGNS[row["mark"]] for step, row in told.items()},
    )
    note = (
        "Each cell: share met, and met/opportunities. Hatched: no opportunity, or none that"
        f" could be observed. Pale and {SMALL_MARK}: fewer than {SMALL_COUNT} opportunities,"
        " too few to compare. Choose a cell, or an agent in the grid below, for the calls."
        f" Under each step its mark in this language: {_signs()}."
    )
    return section(
        f"Steps met: {steps['playbook_title'][0]}",
        chart(
            figure,
            f"Heat-map of the share of steps met, {len(shown)} agents by {len(columns)} steps",
            _as_table(view, mine),
            {"type": "clickable", "name": "agent-steps"},
        ),
        pages,
        _legend(columns, told),
        note=note,
        name="agent-steps",
    )


def _signs() -> str:
    return ", ".join(marks.told(name) for name in marks.SIGNS)


def _page(view: View, agents: list[str]) -> tuple[list[str], Any]:
    """The agents of the page asked for, and links to the other pages."""
    last = max(0, (len(agents) - 1) // _AGENTS_SHOWN)
    told = view.asked.get("page", "0")
    page = min(int(told), last) if told.isdecimal() else 0
    shown = agents[page * _AGENTS_SHOWN : (page + 1) * _AGENTS_SHOWN]
    if not last:
        return shown, None
    choices = [
        (f"{agents[n * _AGENTS_SHOWN]} …", view.link_here(page=str(n)), n == page)
        for n in range(last + 1)
    ]
    return shown, pills("Agents from", choices)


def _linked(
    view: View, cells: pl.DataFrame, names: dict[str, str], shown: list[str]
) -> pl.DataFrame:
    """Cells with share, the agent's shown name, and the address of their calls."""
    mine = with_adherence(cells.filter(pl.col("agent_id").is_in(shown)))
    links = [
        view.link_here(agent=row["agent_id"], show=row["playbook"], step=row["step"])
        for row in mine.iter_rows(named=True)
    ]
    return mine.with_columns(
        agent=pl.col("agent_id").replace_strict(names, return_dtype=pl.String),
        href=pl.Series(links, dtype=pl.String),
    )


def _as_table(view: View, cells: pl.DataFrame) -> html.Div:
    written = view.formats
    rows = [
        (
            html.A(row["agent"], href=row["href"]),
            f"{row['step']}. {row['title']}",
            row["mark_told"],
            written.number(row["met"]),
            written.number(row["judged"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
        )
        for row in cells.filter(~pl.col("is_conduct")).iter_rows(named=True)
    ]
    heads = ("Agent", "Step", "Mark", "Met", "Opportunities", "Share", "95% interval")
    return table(heads, rows, "Steps met by agent and step", numeric=(3, 4, 5, 6))


def _legend(steps: list[tuple[str, str]], told: dict[str, dict[str, Any]]) -> html.Ol:
    def marked(step: str) -> html.Span:
        row = told.get(step, {})
        return marks.mark(row.get("mark"), row.get("reason"))

    return html.Ol(
        [
            html.Li([html.B(step), html.Span([title, " ", marked(step)])])
            for step, title in steps
        ],
        className="step-legend",
        **aria(label="Steps"),
    )
