"""Agents compared on one step, or on a playbook's total: what is compared, the funnel, ranks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.chance import comparisons_told, spread_told
from dashboards.components.charts import chart
from dashboards.components.text import notice, panel, pills, section, table
from dashboards.figures.funnel import Axes, funnel
from dashboards.filters import Filters
from dashboards.formats import language_name
from dashboards.marts import comparing as asked
from dashboards.pages import agent_ranking
from dashboards.view import View
from transforms.measures import Funnel, share_funnel


@dataclass(frozen=True)
class Compared:
    """What agents are compared on.

    Attributes:
        playbook: the playbook.
        step: the step, or None for the total.
        title: of the step, or of the total.
        filters: what is compared: one language, or those in which the step is proven.
        strata: within what agents have the same work.
        shown: how the agents that the page shows are named, by id.
    """

    playbook: str
    step: str | None
    title: str
    filters: Filters
    strata: tuple[str, ...]
    shown: dict[str, str]


def sections(
    view: View, filters: Filters, playbook: str, marked: pl.DataFrame
) -> Iterable[Any]:
    """The choices, the funnel and the ranking; a notice where no step counts.

    Args:
        view: the request.
        filters: what is shown, of one language.
        playbook: the playbook shown.
        marked: the marks of the steps in that language.
    """
    steps = counted_steps(marked, filters, playbook)
    if not steps:
        yield section(
            "Compared fairly",
            marks.left_out(view, replace(filters, playbook=(playbook,))),
            notice(
                f"No step of this playbook is proven or provisional in"
                f" {language_name(filters.language[0])}: nobody is compared on what may not"
                " be heard. Choose another playbook, or include unproven steps."
            ),
            name="compared",
        )
        return
    chosen = chosen_step(view, steps)
    languages = _languages(view, filters, playbook, chosen)
    is_across = len(languages) > 1 and view.asked.get("across") == "yes"
    mine = replace(filters, language=languages) if is_across else filters
    compared = Compared(
        playbook,
        chosen,
        f"step {chosen}. {steps[chosen]}" if chosen else f"all {len(steps)} steps",
        mine,
        ("step", "queue"),
        asked.agent_names(view.published, mine),
    )
    cells = asked.step_cells(view.published, mine, playbook, chosen)
    yield section(
        f"Compared fairly: {compared.title}",
        marks.left_out(view, replace(filters, playbook=(playbook,))),
        _choices(view, steps, chosen),
        _across(view, languages, is_across=is_across) if len(languages) > 1 else None,
        _funnel(view, compared, cells),
        agent_ranking.ranking(view, compared.shown, cells, compared.strata),
        note=_note(view, compared),
        name="compared",
    )


def counted_steps(
    marked: pl.DataFrame, filters: Filters, playbook: str
) -> dict[str, str]:
    """The steps that agents may be compared on, with their titles, in their order."""
    mine = marked.filter((pl.col("playbook") == playbook) & ~pl.col("is_conduct"))
    if not filters.unproven:
        mine = mine.filter(pl.col("mark") != "unproven")
    return dict(mine.select("step", "title").iter_rows())


def chosen_step(view: View, steps: dict[str, str]) -> str | None:
    """The step asked for, or None for the total."""
    told = view.asked.get("by")
    return told if told in steps else None


def _languages(
    view: View, filters: Filters, playbook: str, step: str | None
) -> tuple[str, ...]:
    """The languages that may be compared with each other: a step proven in all of them."""
    if step is None:
        return ()
    widened = replace(filters, language=view.filters.language)
    proven = asked.proven_languages(view.published, widened, playbook, step)
    allowed = view.filters.language or proven
    proven = tuple(name for name in proven if name in allowed)
    return proven if filters.language[0] in proven else ()


def _choices(view: View, steps: dict[str, str], chosen: str | None) -> html.Nav:
    every = [("All steps that count", view.link_here(by=None), chosen is None)]
    single = [
        (html.Span(step, title=title), view.link_here(by=step), step == chosen)
        for step, title in steps.items()
    ]
    return pills("Compare by", every + single)


def _across(view: View, languages: tuple[str, ...], *, is_across: bool) -> html.Nav:
    named = ", ".join(map(language_name, languages))
    choices = [
        ("This language only", view.link_here(across=None), not is_across),
        (
            f"All languages in which this step is proven: {named}",
            view.link_here(across="yes"),
            is_across,
        ),
    ]
    return pills("Languages compared", choices)


def _note(view: View, compared: Compared) -> str:
    spoken = " and ".join(map(language_name, compared.filters.language))
    team = " The team filter picks whom you see, not whom they are compared with."
    return (
        f"Each agent beside what the same steps get from everybody who speaks {spoken}, in"
        " the same queues and on the same days, so that a hard queue or a hard step counts"
        f" against nobody.{team if view.filters.team else ''} Unproven steps are left out"
        " unless you include them, and conduct is counted apart. It does not take out how"
        " difficult the single calls were; that is done for escalations below."
    )


def _funnel(view: View, compared: Compared, cells: pl.DataFrame) -> html.Section:
    found = share_funnel(cells, "agent_id", list(compared.strata))
    if found is None:
        return panel(
            "Adherence on a funnel",
            notice("There are not two agents with the same step in the same queue."),
        )
    written = view.formats
    units = _told(view, compared, found)
    axes = Axes(
        "opportunities (of the same worth)",
        "share met, against what is expected",
        0.0,
        "+.0%",
    )
    return panel(
        "Adherence on a funnel",
        chart(
            funnel(units, found.curve, axes, written, view.scheme),
            f"Funnel plot of {units.height} agents: share met against what is expected,"
            " by opportunities, with 95 % and 99.8 % limits",
            _as_table(view, units),
            "adherence-funnel",
        ),
        comparisons_told(found.units, written),
        spread_told(found.units, written),
        note="The line in the middle is what is expected:"
        f" {written.percent(found.target)} met on the whole. The fewer the opportunities,"
        " the farther chance alone throws an agent: between the curves there is nothing to"
        " explain. Outside them something other than chance is at work; the plot doesn't"
        " say what, and an agent inside is not proven to be average.",
    )


def _told(view: View, compared: Compared, found: Funnel) -> pl.DataFrame:
    """The rows that are shown, with place, name and words."""
    rows = found.units.filter(pl.col("agent_id").is_in(list(compared.shown)))
    named = rows.with_columns(
        name=pl.col("agent_id").replace_strict(compared.shown, return_dtype=pl.String),
        place=pl.col("difference"),
    )
    hovers = [_hover(view, row) for row in named.iter_rows(named=True)]
    return named.with_columns(hover=pl.Series(hovers, dtype=pl.String))


def points(view: View, difference: float | None) -> str:
    """A difference of shares in points, with its sign."""
    if difference is None:
        return view.formats.number(None)
    shown = round(100 * difference, 1)
    # Adding nothing turns a rounded -0.0 into 0.0.
    return f"{'+' if shown > 0 else ''}{view.formats.number(shown + 0.0, 1)}"


def _hover(view: View, row: dict[str, Any]) -> str:
    written = view.formats
    return (
        f"<b>{row['name']}</b><br>{written.of(row['met'], row['judged'])} opportunities met:"
        f" {written.percent(row['share'])}<br>expected {written.percent(row['target'])},"
        f" difference {points(view, row['difference'])} points<br>{row['outside']}"
    )


def _as_table(view: View, units: pl.DataFrame) -> html.Div:
    written = view.formats
    rows = [
        (
            html.A(row["name"], href=view.link_here(agent=row["agent_id"], step=None)),
            written.number(row["met"]),
            written.number(row["judged"]),
            written.percent(row["share"]),
            written.percent(row["target"]),
            points(view, row["difference"]),
            f"{points(view, row['low95'])} to {points(view, row['high95'])}",
            f"{points(view, row['low998'])} to {points(view, row['high998'])}",
            row["outside"],
            written.number(row["q"], 3),
        )
        for row in units.sort("difference").iter_rows(named=True)
    ]
    return table(_HEADS, rows, "Agents against what is expected", numeric=range(1, 8))


_HEADS: Final = (
    "Agent",
    "Met",
    "Opportunities",
    "Share",
    "Expected",
    "Difference, points",
    "95 % limits",
    "99.8 % limits",
    "Where",
    "q",
)
