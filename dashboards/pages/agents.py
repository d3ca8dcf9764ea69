"""Agents: who follows which steps, within one language, down to the calls."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, page_head, pills, section
from dashboards.filters import KEYS, Filters
from dashboards.marts import agents as asked
from dashboards.marts import counts
from dashboards.marts.marks import step_marks
from dashboards.pages import agent_comparison, agent_detail, agent_weeks
from dashboards.pages.agent_escalations import escalations
from dashboards.pages.agent_steps import heat_map
from dashboards.rates import with_adherence, with_per_hundred, with_share
from dashboards.view import Page, View


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Agents",
        "Adherence by agent and step: met ÷ opportunities, always with the counts. Languages"
        " differ in what can be heard, so agents are compared within one language only,"
        " unless a step is proven in several.",
    )
    yield pills("On this page", _PARTS)
    spoken = asked.languages(view.published, view.filters)
    titles = counts.choices(view.published).titles
    if spoken.is_empty() or not titles:
        yield notice("No calls match the filters; widen them to see agents.")
        return
    language = _chosen(view, "in", spoken["language"].to_list())
    playbook = _chosen(view, "show", list(view.filters.playbook or titles))
    filters = replace(view.filters, language=(language,))
    of_language = step_marks(view.published, replace(filters, playbook=()))
    cells = marks.with_marks(asked.agent_steps(view.published, filters), of_language)
    totals = asked.agent_totals(view.published, filters)
    names = _names(totals)
    yield _choices(view, spoken, language, titles, playbook)
    yield heat_map(view, cells, names, playbook, of_language)
    yield from agent_detail.sections(view, filters, names, of_language)
    yield from agent_comparison.sections(view, filters, playbook, of_language)
    yield escalations(view, filters)
    yield from agent_weeks.sections(view, filters, playbook, of_language)
    yield _breaches(view, cells, names, playbook)
    yield _grid(view, totals, filters)


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
        name="breaches",
    )


def _grid(view: View, totals: pl.DataFrame, filters: Filters) -> html.Section:
    shares = with_per_hundred(with_adherence(totals), "breaches", "assessable")
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
        marks.left_out(view, filters),
        grid(rows, _COLUMNS, "agents", "Agents with their totals"),
        note="Over all chosen playbooks; an agent's line opens that agent's steps. Here the"
        " agents are not ranked: differences in the calls they get are not taken out."
        f" Breaches are of conduct.{marks.uncounted_conduct(view, filters)}",
        name="all-agents",
    )


_PARTS: Final = tuple(
    (words, f"#{name}", False)
    for name, words in (
        ("agent-steps", "Steps met"),
        ("compared", "Compared fairly"),
        ("escalation-funnel", "Escalations"),
        ("over-time", "Over time"),
        ("breaches", "Breaches"),
        ("all-agents", "All agents"),
    )
)
"""The page's parts, to jump to."""
_BREACHES: Final = (
    GridColumn("agent", "Agent", "link", href="href", width=1.5),
    GridColumn("step", "Step", width=0.6),
    GridColumn("title", "Title", width=2.5),
    GridColumn("mark_told", "Mark", "mark", tip="mark_reason"),
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
