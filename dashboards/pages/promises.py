"""Promises: which were kept, which were broken, and which nobody can tell of."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.cards import cards, number_card, rate_card
from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, page_head, panel, pills, section, table
from dashboards.figures.intervals import dots
from dashboards.filters import SINCE, UNTIL
from dashboards.formats import in_words, language_name
from dashboards.marts import promises as asked
from dashboards.pages.agent_detail import with_links
from dashboards.rates import with_share
from dashboards.view import Page, View

_GROUPS: Final = ("kind", "team", "language")
_IS_COMPANYS: Final = (
    "A broken promise is the company's: who made it seldom alone has to keep it. A driver"
    " who is late, a stock that is wrong or a queue that is full breaks it as well."
)


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Promises",
        "What customers were promised, by when, and what came of it, as far as later calls,"
        " the incident log or the customers themselves show it.",
    )
    totals = asked.totals(view.published, view.filters).row(0, named=True)
    if not totals["settled"] + totals["open"] + totals["unknowable"]:
        yield notice("No promise was heard in the calls of this selection.")
        return
    yield _cards(view, totals)
    yield _grounds(view)
    yield _groups(view)
    yield _agents(view)
    yield _broken(view)


def _cards(view: View, totals: dict[str, Any]) -> html.Section:
    written = view.formats
    share = with_share(pl.DataFrame([totals]), "kept", "settled").row(0, named=True)
    shown = cards(
        rate_card(
            "Kept",
            {**share, "numerator": totals["kept"], "denominator": totals["settled"]},
            written,
            of_what="promises that are settled",
            note="Kept ÷ (kept + broken). Open ones and those that nobody can tell of are"
            " no part of it.",
        ),
        number_card(
            "Broken",
            written.number(totals["broken"]),
            "not kept by their time",
            note=_IS_COMPANYS,
        ),
        number_card(
            "Open",
            written.number(totals["open"]),
            "not due yet",
            note="Judged when they fall due.",
        ),
        number_card(
            "Unknowable",
            written.number(totals["unknowable"]),
            "nothing shows what came of them",
            note="Why, stands below. They are counted neither for nor against anybody.",
        ),
        label="Promises in numbers",
    )
    return section("What came of them", shown)


def _grounds(view: View) -> html.Section:
    rows = [
        (row["status"], row["ground"], view.formats.number(row["promises"]))
        for row in asked.grounds(view.published, view.filters).iter_rows(named=True)
    ]
    return section(
        "What that rests on",
        table(("Status", "Shown by", "Promises"), rows, "Grounds", numeric=(2,)),
        note="A call back shows in the calls that we make: in time, late, or not at all."
        " Deliveries, visits and refunds show in the incident log, which says whether a"
        " matter is settled but not when; the customer's own word in a later call outranks"
        " it. A due time is read only where the words leave no doubt; ‘soon’ is no time,"
        " and a promise without a time cannot be late.",
    )


def _groups(view: View) -> html.Section:
    chosen = view.asked.get("by")
    by = chosen if chosen in _GROUPS else _GROUPS[0]
    choices = [
        (name.capitalize(), view.link_here(by=name), name == by) for name in _GROUPS
    ]
    rows = asked.by(view.published, view.filters, by)
    left_out = 0
    if by == "team":
        compared = rows.filter(_is_enough(view, "agents"))
        left_out, rows = rows.height - compared.height, compared
    named = rows.with_columns(
        name=pl.Series([_named(by, value) for value in rows["value"]], dtype=pl.String)
    )
    return section(
        f"By {by}",
        pills("Compare by", choices),
        _shares(
            view, named, by.capitalize(), f"Share of settled promises kept, by {by}"
        ),
        note=f"{_DIFFERENCES[by]}{_left_out(view, left_out)}",
    )


def _is_enough(view: View, count: str) -> pl.Expr:
    """Whether there are enough of a count for a comparison; never where none is told."""
    least = view.smallest_group
    return pl.lit(value=False) if least is None else pl.col(count) >= least


def _named(by: str, value: str) -> str:
    return language_name(value) if by == "language" else in_words(value)


def _left_out(view: View, teams: int) -> str:
    if not teams:
        return ""
    if view.smallest_group is None:
        return (
            " The knowledge does not tell from how many people on teams are compared."
        )
    are = "team is" if teams == 1 else "teams are"
    return (
        f" {view.formats.number(teams)} {are} not compared: fewer than"
        f" {view.formats.number(view.smallest_group)} people promised something there, and a"
        " figure of so few points at a person."
    )


def _shares(view: View, rows: pl.DataFrame, head: str, label: str) -> Any:
    """Shares of settled promises as dots, and all counts as a table."""
    if rows.is_empty():
        return notice("There is nothing to compare here.")
    written = view.formats
    shares = with_share(rows, "kept", "settled").with_columns(
        numerator="kept", denominator="settled"
    )
    told = [
        (
            row["name"],
            written.number(row["kept"]),
            written.number(row["broken"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
            written.number(row["open"]),
            written.number(row["unknowable"]),
        )
        for row in shares.iter_rows(named=True)
    ]
    heads = (head, "Kept", "Broken", "Share kept", "95% interval", "Open", "Unknowable")
    return chart(
        dots(shares, written, view.scheme),
        f"{label}, with 95% intervals",
        table(heads, told, label, numeric=tuple(range(1, 7))),
        f"promises-{head.lower()}",
    )


def _agents(view: View) -> html.Section:
    rows = asked.by_agent(view.published, view.filters)
    spoken = rows["language"].unique(maintain_order=True).to_list()
    told = view.asked.get("in")
    language = told if told in spoken else spoken[0]
    choices = [
        (language_name(each), view.link_here(**{"in": each}), each == language)
        for each in spoken
    ]
    mine = rows.filter(language=language)
    least, is_enough = view.smallest_group, _is_enough(view, "settled")
    compared = mine.filter(is_enough).sort("agent_id").with_columns(name="agent_id")
    few = mine.height - compared.height
    number = view.formats.number
    note = (
        f" {number(few)} of {number(mine.height)} agents have fewer than"
        f" {number(least)} settled promises, too few to compare; they are listed only."
        if few and least is not None
        else ""
    )
    links = [
        view.link("/agents", agent=a, **{"in": language}) for a in mine["agent_id"]
    ]
    return section(
        "By agent, within a language",
        pills("Language", choices),
        _shares(view, compared, "Agent", "Share of settled promises kept, by agent"),
        panel(
            "All agents of this language",
            grid(
                with_share(
                    mine.with_columns(
                        href=pl.Series(links, dtype=pl.String),
                        compared=pl.when(is_enough)
                        .then(pl.lit("yes"))
                        .otherwise(pl.lit("too few")),
                    ),
                    "kept",
                    "settled",
                ),
                _AGENTS,
                "promises-by-agent",
                "Promises of each agent",
                rows_shown=8,
            ),
        ),
        note=f"{_IS_COMPANYS} So this says whose promises were kept, not who kept them; the"
        f" order is no ranking.{note}",
    )


def _broken(view: View) -> html.Section:
    rows = asked.broken(view.published, view.filters)
    told = with_links(view, rows).with_columns(
        kind=pl.Series([in_words(kind) for kind in rows["kind"]], dtype=pl.String),
        due=pl.Series(
            [
                view.formats.moment(m, z)
                for m, z in zip(rows["due_at"], rows["zone"], strict=True)
            ],
            dtype=pl.String,
        ),
        turn=pl.when(pl.col("turn") >= 0).then("turn"),
    )
    cut = (
        f" Only the last {view.formats.number(asked.BROKEN_SHOWN)} are listed."
        if rows.height == asked.BROKEN_SHOWN
        else ""
    )
    return section(
        "Broken promises",
        grid(told, _BROKEN, "broken-promises", "Broken promises with their calls"),
        note=f"{_IS_COMPANYS} Each line opens the call in which it was made; due times are"
        " in the zone of the call. A promise without a turn stands in the incident log"
        f" only.{cut}",
    )


_DIFFERENCES: Final = {
    "kind": "What is promised differs in what can show it: a call back is seen in our own"
    " calls, so that a broken one is seldom missed; of deliveries and refunds only those"
    " with an incident, or of which the customer speaks again, are settled. A message shows"
    " nowhere: customers speak of it when it did not come, so that its share is too low.",
    "team": "Teams promise different things to different customers; nothing is taken out"
    " for that here.",
    "language": "Languages differ in how well promises and their times are heard, so that"
    " these shares compare what was heard, not how well promises were kept.",
}
_AGENTS: Final = (
    GridColumn("agent_id", "Agent", "link", href="href"),
    GridColumn("kept", "Kept", "number"),
    GridColumn("broken", "Broken", "number"),
    GridColumn("rate", "Share kept", "percent", about="Kept ÷ (kept + broken)"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
    GridColumn("open", "Open", "number"),
    GridColumn("unknowable", "Unknowable", "number"),
    GridColumn("compared", "Compared"),
)
_BROKEN: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("kind", "Promise"),
    GridColumn("due", "Due", width=1.8),
    GridColumn("why", "What came of it", width=2.6),
    GridColumn("turn", "Turn", "number", width=0.6),
    GridColumn("agent_id", "Made by"),
    GridColumn("team", "Team"),
    GridColumn("language", "Language"),
    GridColumn("customer_id", "Customer"),
)

PAGE: Final = Page(
    "/promises", "Promises", layout, (SINCE, UNTIL, "team", "queue", "language")
)
