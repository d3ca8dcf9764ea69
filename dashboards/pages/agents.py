"""Agents: who follows which steps, within one language, down to the calls."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.attributes import aria
from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, page_head, pills, section, table
from dashboards.figures.heat_map import SMALL_COUNT, SMALL_MARK, agent_steps
from dashboards.filters import KEYS, Filters
from dashboards.marts import agents as asked
from dashboards.marts import counts
from dashboards.pages import agent_detail
from dashboards.rates import with_per_hundred, with_share
from dashboards.view import Page, View

_AGENTS_SHOWN: Final = 30
"""Rows of the heat-map at a time: what fits a screen and a half."""


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Agents",
        "Adherence by agent and step: met ÷ opportunities, always with the counts. Languages"
        " differ in what can be heard, so agents are compared within one language only.",
    )
    spoken = asked.languages(view.published, view.filters)
    titles = counts.choices(view.published).titles
    if spoken.is_empty() or not titles:
        yield notice("No calls match the filters; widen them to see agents.")
        return
    language = _chosen(view, "in", spoken["language"].to_list())
    playbook = _chosen(view, "show", list(view.filters.playbook or titles))
    filters = replace(view.filters, language=(language,))
    cells = with_share(asked.agent_steps(view.published, filters), "met", "judged")
    totals = asked.agent_totals(view.published, filters)
    names = _names(totals)
    yield _choices(view, spoken, language, titles, playbook)
    yield _heat_map(view, cells, names, playbook, titles[playbook])
    yield from agent_detail.sections(view, filters, names)
    yield _breaches(view, cells, names, playbook)
    yield _grid(view, totals)


def _chosen(view: View, key: str, values: list[str]) -> str:
    """The page's own choice, or the first value."""
    told = view.asked.get(key)
    return told if told in values else values[0]


def _names(totals: pl.DataFrame) -> dict[str, str]:
    """How agents are shown, by id: the name, where there is one, and the id."""
    return {
        row["agent_id"]: f"{row['agent_name']} ({row['agent_id']})"
        if row["agent_name"]
        else row["agent_id"]
        for row in totals.iter_rows(named=True)
    }


def _choices(
    view: View,
    spoken: pl.DataFrame,
    language: str,
    titles: dict[str, str],
    playbook: str,
) -> html.Div:
    of_language = [
        (
            [row["language"], html.Span(f" {view.formats.number(row['calls'])} calls")],
            view.link_here(
                **{"in": row["language"], "agent": None, "step": None, "page": None}
            ),
            row["language"] == language,
        )
        for row in spoken.iter_rows(named=True)
    ]
    of_playbook = [
        (
            titles[name],
            view.link_here(show=name, step=None, page=None),
            name == playbook,
        )
        for name in view.filters.playbook or titles
    ]
    return html.Div(
        [pills("Language", of_language), pills("Playbook", of_playbook)],
        className="choosing",
    )


def _heat_map(
    view: View, cells: pl.DataFrame, names: dict[str, str], playbook: str, title: str
) -> html.Section:
    steps = counts.step_counts(view.published, Filters(playbook=(playbook,)))
    columns = [
        (row["step"], row["title"])
        for row in steps.filter(~pl.col("is_conduct")).iter_rows(named=True)
    ]
    shown, pages = _page(view, list(names))
    mine = _linked(view, cells.filter(pl.col("playbook") == playbook), names, shown)
    figure = agent_steps(
        mine, [names[agent] for agent in shown], columns, view.formats, view.scheme
    )
    note = (
        "Each cell: share met, and met/opportunities. Hatched: no opportunity, or none that"
        f" could be observed. Pale and {SMALL_MARK}: fewer than {SMALL_COUNT} opportunities,"
        " too few to compare. Choose a cell, or an agent in the grid below, for the calls."
    )
    return section(
        f"Steps met: {title}",
        chart(
            figure,
            f"Heat-map of the share of steps met, {len(shown)} agents by {len(columns)} steps",
            _as_table(view, mine),
            {"type": "clickable", "name": "agent-steps"},
        ),
        pages,
        _legend(columns),
        note=note,
    )


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
    """Cells with the agent's shown name, and the address of their calls."""
    mine = cells.filter(pl.col("agent_id").is_in(shown))
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
            written.number(row["met"]),
            written.number(row["judged"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
        )
        for row in cells.filter(~pl.col("is_conduct")).iter_rows(named=True)
    ]
    heads = ("Agent", "Step", "Met", "Opportunities", "Share", "95% interval")
    return table(heads, rows, "Steps met by agent and step", numeric=(2, 3, 4, 5))


def _legend(steps: list[tuple[str, str]]) -> html.Ol:
    return html.Ol(
        [html.Li([html.B(step), f" {title}"]) for step, title in steps],
        className="step-legend",
        **aria(label="Steps"),
    )


def _breaches(
    view: View, cells: pl.DataFrame, names: dict[str, str], playbook: str
) -> html.Section:
    conduct = with_share(
        cells.filter(pl.col("is_conduct") & (pl.col("playbook") == playbook)),
        "violated",
        "judged",
    )
    breached = conduct.filter(pl.col("violated") > 0)
    links = [
        view.link_here(agent=row["agent_id"], show=playbook, step=row["step"])
        for row in breached.iter_rows(named=True)
    ]
    rows = breached.with_columns(
        agent=pl.col("agent_id").replace_strict(names, return_dtype=pl.String),
        href=pl.Series(links, dtype=pl.String),
    )
    return section(
        "Conduct: breaches",
        grid(
            rows, _BREACHES, "breaches", "Calls with a breach of conduct", rows_shown=8
        ),
        note="Conduct is satisfied by silence, so it is no part of the steps met: only calls"
        " with a breach are listed. Agents and steps without one are left out.",
    )


def _grid(view: View, totals: pl.DataFrame) -> html.Section:
    shares = with_per_hundred(
        with_share(totals, "met", "judged"), "breaches", "assessable"
    )
    heated = with_share(
        totals.select("agent_id", "heated", "deescalated"), "deescalated", "heated"
    ).select("agent_id", cooled="rate")
    escalated = with_share(
        totals.select("agent_id", "heated", "heated_escalated"),
        "heated_escalated",
        "heated",
    ).select("agent_id", escalation="rate")
    rows = (
        shares.join(heated, on="agent_id", validate="1:1")
        .join(escalated, on="agent_id", validate="1:1")
        .with_columns(
            href=pl.Series(
                [
                    view.link_here(agent=agent, step=None)
                    for agent in shares["agent_id"].to_list()
                ],
                dtype=pl.String,
            )
        )
    )
    return section(
        "All agents of this language",
        grid(rows, _COLUMNS, "agents", "Agents with their totals"),
        note="Over all chosen playbooks; an agent's line opens that agent's steps. Agents are"
        " not ranked: differences in the calls they get are not taken out here.",
        name="all-agents",
    )


_BREACHES: Final = (
    GridColumn("agent", "Agent", "link", href="href", width=1.5),
    GridColumn("step", "Step", width=0.6),
    GridColumn("title", "Title", width=2.5),
    GridColumn("violated", "Calls with a breach", "number"),
    GridColumn("judged", "Calls judged", "number"),
    GridColumn("rate", "Share", "percent"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
)
_COLUMNS: Final = (
    GridColumn("agent_id", "Agent", "link", href="href"),
    GridColumn("agent_name", "Name", width=1.4),
    GridColumn("teams", "Team"),
    GridColumn("calls", "Calls", "number"),
    GridColumn("heated", "Heated", "number"),
    GridColumn("met", "Met", "number", about="Steps met, over all chosen playbooks"),
    GridColumn("judged", "Opportunities", "number", about="Met, missed or violated"),
    GridColumn("rate", "Share met", "percent", about="Met ÷ opportunities"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
    GridColumn("cooled", "De-escalated", "percent", about="Of heated calls"),
    GridColumn("escalation", "Escalated", "percent", about="Of heated calls"),
    GridColumn(
        "per_hundred", "Breaches /100", "decimal", about="Per 100 assessable calls"
    ),
)

PAGE: Final = Page("/agents", "Agents", layout, KEYS)
