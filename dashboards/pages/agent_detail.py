"""One agent: the steps over all playbooks, and the calls behind them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import link, notice, section
from dashboards.figures.heat_map import SMALL_COUNT
from dashboards.filters import Filters
from dashboards.marts import agents as asked
from dashboards.marts import counts
from dashboards.rates import with_adherence
from dashboards.view import View


def sections(
    view: View, filters: Filters, names: dict[str, str], marked: pl.DataFrame
) -> Iterable[Any]:
    """The chosen agent's steps and calls; nothing where none is chosen.

    Args:
        view: the request.
        filters: what is shown, of one language.
        names: how agents are shown, by id.
        marked: the marks of the steps in that language.
    """
    agent = view.asked.get("agent")
    if agent is None:
        return
    if agent not in names:
        yield notice(
            f"There are no calls of agent {agent!r} under these filters.", kind="warn"
        )
        return
    yield html.Div(
        list(_drill(view, filters, agent, names[agent], marked)),
        id="drill",
        tabIndex=-1,
    )


def _drill(
    view: View, filters: Filters, agent: str, name: str, marked: pl.DataFrame
) -> Iterator[Any]:
    playbook, step = view.asked.get("show"), view.asked.get("step")
    if playbook and step:
        of_step = marked.filter(playbook=playbook, step=step)
        yield _calls_of_step(view, filters, agent, name, (playbook, step), of_step)
    else:
        yield _calls(view, filters, agent, name)
    yield _steps(view, filters, agent, name, marked)


def _mark_of_step(of_step: pl.DataFrame) -> html.P | None:
    """How far the verdicts of a list may be trusted, and why."""
    if of_step.is_empty():
        return None
    told = of_step.row(0, named=True)
    words = (
        f"This step is {marks.told(told['mark'])} in this language: {told['reason']}."
    )
    return html.P(words, className="note")


def _calls_of_step(
    view: View,
    filters: Filters,
    agent: str,
    name: str,
    chosen: tuple[str, str],
    of_step: pl.DataFrame,
) -> html.Section:
    playbook, step = chosen
    named = counts.playbook_steps(view.published, Filters(playbook=(playbook,))).filter(
        pl.col("step") == step
    )
    title = named["title"][0] if named.height else step
    calls = asked.calls_of_step(view.published, filters, agent, playbook, step)
    rows = with_links(view, calls)
    cut = " Only the first ones are shown." if calls.height == asked.CALLS_SHOWN else ""
    return section(
        f"{name}: {title}",
        _mark_of_step(of_step),
        html.P(link("Close this list", view.link_here(agent=None, step=None))),
        grid(
            rows, _STEP_COLUMNS, "calls-of-step", f"Calls of {name} judged for {title}"
        ),
        note=f"The {view.formats.number(calls.height)} calls with an opportunity for this step,"
        f" violated and missed ones first.{cut}",
    )


def _calls(view: View, filters: Filters, agent: str, name: str) -> html.Section:
    rows = with_links(view, asked.calls_of_agent(view.published, filters, agent))
    return section(
        f"{name}: calls",
        html.P(link("Close this list", view.link_here(agent=None, step=None))),
        grid(rows, _CALL_COLUMNS, "calls-of-agent", f"Calls of {name}", rows_shown=8),
        note="The newest first. Met, missed and violated count distinct behaviours, over all"
        " playbooks.",
    )


def with_links(view: View, calls: pl.DataFrame) -> pl.DataFrame:
    """Calls with the address of their page."""
    links = [view.link("/call", id=call) for call in calls["call_id"].to_list()]
    return calls.with_columns(href=pl.Series(links, dtype=pl.String))


def _steps(
    view: View, filters: Filters, agent: str, name: str, marked: pl.DataFrame
) -> html.Section:
    cells = asked.agent_steps(view.published, filters, agent).filter(
        ~pl.col("is_conduct")
    )
    links = [
        view.link_here(agent=agent, show=row["playbook"], step=row["step"])
        for row in cells.iter_rows(named=True)
    ]
    shares = marks.with_marks(with_adherence(cells), marked)
    rows = shares.with_columns(
        href=pl.Series(links, dtype=pl.String),
        few=pl.when(pl.col("judged") < SMALL_COUNT)
        .then(pl.lit("few"))
        .otherwise(pl.lit("")),
    )
    return section(
        f"{name}: all steps",
        grid(
            rows, _CELL_COLUMNS, "agent-steps-list", f"Steps of {name}", rows_shown=10
        ),
        note=f"“few”: under {SMALL_COUNT} opportunities, too few to compare.",
    )


_STEP_COLUMNS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("verdict", "Verdict", width=0.8),
    GridColumn("started_at", "Started", "moment", width=1.5),
    GridColumn(
        "temperature_peak", "Peak", "number", width=0.6, about="Temperature, 0-100"
    ),
    GridColumn("is_heated", "Heated", "yes", width=0.7),
    GridColumn("why", "Why", width=4),
)
_CALL_COLUMNS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("started_at", "Started", "moment", width=1.6),
    GridColumn("customer_id", "Customer"),
    GridColumn("is_heated", "Heated", "yes"),
    GridColumn("temperature_peak", "Peak", "number", about="Temperature, 0-100"),
    GridColumn("is_deescalated", "De-escalated", "yes"),
    GridColumn("escalation_events", "Escalations", "number"),
    GridColumn("met", "Met", "number"),
    GridColumn("missed", "Missed", "number"),
    GridColumn("violated", "Violated", "number"),
)
_CELL_COLUMNS: Final = (
    GridColumn("playbook_title", "Playbook", width=1.6),
    GridColumn("step", "Step", "link", href="href", width=0.6),
    GridColumn("title", "Title", width=2.6),
    GridColumn("mark_told", "Mark", "mark", tip="mark_reason"),
    GridColumn("met", "Met", "number"),
    GridColumn("missed", "Missed", "number"),
    GridColumn("violated", "Violated", "number"),
    GridColumn("judged", "Opportunities", "number"),
    GridColumn("rate", "Share met", "percent"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
    GridColumn("not_observable", "Not observable", "number"),
    GridColumn("few", "Note", width=0.7),
)
