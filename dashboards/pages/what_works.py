"""What works: which steps go with a good end, at equal case mix; an association, no more."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.charts import chart
from dashboards.components.text import (
    notice,
    page_head,
    panel,
    pills,
    section,
    table,
)
from dashboards.figures.forest import forest, points
from dashboards.filters import UNPROVEN
from dashboards.formats import language_name
from dashboards.marts import what_works as asked
from dashboards.pages.case_mix import do_expectations_hold, how_calls_are_made_alike
from dashboards.pages.what_works_counts import (
    OUTCOMES,
    everything,
    left_out,
    many_told,
)
from dashboards.view import Page, View
from transforms.contracts.agent_marts import ALL_LANGUAGES, NO_PLAYBOOK

_OF_WHICH: Final = {
    "deescalated": "Of heated calls with an opportunity for the step.",
    "no_repeat": "No other contact of the customer within seven days (“repeat_days” of the"
    " thresholds): of calls with an opportunity whose customer is named, and whose days"
    " after lie within the data.",
}
_ORDER_TITLES: Final = {
    "prompt_apology": "Apology at once, against late",
    "restated_first": "Restated before the solution, against after",
    "two_options": "Two offers or more, against one",
}


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "What works",
        "Which steps go with calls that end well: with de-escalation, and with no other"
        " contact soon after. Adherence, whether steps are taken at all, is on the Agents"
        " page and is another matter.",
    )
    spoken = asked.languages(view.published, view.filters)
    yield _in_words()
    if not spoken:
        yield notice("The published version has no calls to compare.")
        return
    told = view.asked.get("in")
    language = told if told in spoken else spoken[0]
    rows = _named(asked.associations(view.published, view.filters, language))
    steps = rows.filter(kind="step")
    playbooks = steps["playbook"].unique(maintain_order=True).to_list()
    yield _chosen(view, spoken, language, steps, playbooks)
    yield from _pictures(view, rows, language, _playbook(view, playbooks))
    yield left_out(view, rows)
    yield everything(view, rows, f"All counts and figures: {_language_name(language)}")
    yield how_calls_are_made_alike(view)
    yield do_expectations_hold(view)


def _in_words() -> html.Section:
    return section(
        "In plain words",
        html.P(
            [
                "Among calls that gave an opportunity for a step, those in which it was done"
                " are held against those in which it was not. Each dot is the difference"
                " between the two in the share that ended well, in percentage points; right"
                " of the line, the step ",
                html.Strong("goes with"),
                " the good end. The bar is its 95% interval: where it crosses the line, there"
                " may be no difference at all.",
            ],
            className="words",
        ),
        html.P(
            [
                html.Strong("This is no proof of a cause."),
                " Agents apologise most where things have gone most wrong, so that counted"
                " plainly, apologies look harmful. The figures here compare calls of equal"
                " case mix: language, queue, issue, opening temperature, repeat contact, hour"
                " and direction. What is not on record, such as how ready a customer was to be"
                " calmed, or what else the same agent does well, can still be behind both the"
                " step and the end. Some steps also come up late, when a call is already going"
                " well or badly. To know whether a step works, try it out: teach it to one"
                " team first.",
            ],
            className="words",
        ),
    )


def _language_name(language: str) -> str:
    if language == ALL_LANGUAGES:
        return "Pooled, where proven"
    return language_name(language)


def _playbook(view: View, playbooks: list[str]) -> str | None:
    told = view.asked.get("show")
    return told if told in playbooks else next(iter(playbooks), None)


def _chosen(
    view: View,
    spoken: list[str],
    language: str,
    steps: pl.DataFrame,
    playbooks: list[str],
) -> html.Div:
    titles = dict(steps.select("playbook", "playbook_title").iter_rows())
    chosen = _playbook(view, playbooks)
    return html.Div(
        [
            pills(
                "Language",
                [
                    (
                        _language_name(one),
                        view.link_here(**{"in": one}),
                        one == language,
                    )
                    for one in spoken
                ],
            ),
            pills(
                "Playbook",
                [
                    (titles[one], view.link_here(show=one), one == chosen)
                    for one in playbooks
                ],
            ),
        ],
        className="choosing",
    )


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what each is called."""
    titles = pl.col("factor").replace_strict(
        _ORDER_TITLES, default=None, return_dtype=pl.String
    )
    step = pl.format("{}. {}", "factor", "title")
    return rows.with_columns(
        name=pl.when(pl.col("kind") == "step").then(step).otherwise(titles)
    )


def _shown(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that have a figure; of those unproven, only if they are asked for."""
    counted = rows.filter(pl.col("difference").is_not_null())
    is_trusted = pl.lit(view.filters.unproven) | (pl.col("mark") != "unproven")
    return counted.filter(is_trusted)


def _pictures(
    view: View, rows: pl.DataFrame, language: str, playbook: str | None
) -> Iterator[Any]:
    shown = _shown(view, rows)
    told = _language_name(language)
    if playbook is not None:
        mine = rows.filter(playbook=playbook)
        title = mine["playbook_title"][0]
        yield section(
            f"Steps of “{title}”: {told}",
            _pair(view, shown.filter(playbook=playbook), "steps"),
            note="Missed and violated count as not done. A step is compared at equal case"
            " mix, not at equal other steps: agents who take one often take others too.",
            name="steps",
        )
    yield section(
        f"Order and timing: {told}",
        _pair(view, shown.filter(playbook=NO_PLAYBOOK), "orders"),
        note="An apology within the first seconds of the agent's reply against a later one;"
        " the problem restated before the first solution against after it; two different"
        " offers or more against one. Calls without any apology, solution or offer are in"
        " neither group. Longer calls leave room for more offers, and are often the harder"
        " ones.",
        name="orders",
    )
    yield many_told(view, shown)


def _pair(view: View, rows: pl.DataFrame, name: str) -> html.Div:
    return html.Div(
        [
            _picture(view, rows.filter(outcome=outcome), outcome, name)
            for outcome in OUTCOMES
        ],
        className="columns two",
    )


def _picture(view: View, rows: pl.DataFrame, outcome: str, name: str) -> html.Section:
    title = OUTCOMES[outcome]
    if rows.is_empty():
        few = notice("Too few calls, or too few agents, to say anything here.")
        return panel(title, few, note=_OF_WHICH[outcome])
    return panel(
        title,
        chart(
            forest(rows, view.formats, view.scheme),
            f"{title}: difference between calls with and without each step, in percentage"
            " points, with 95% intervals",
            _table(view, rows, title),
            f"{name}-{outcome}",
        ),
        note=_OF_WHICH[outcome],
    )


def _table(view: View, rows: pl.DataFrame, title: str) -> html.Div:
    written = view.formats
    cells = [
        (
            row["name"],
            marks.told(row["mark"]),
            written.of(row["done_good"], row["done"]),
            written.of(row["omitted_good"], row["omitted"]),
            points(row["plain_difference"], written),
            points(row["difference"], written),
            f"{points(row['difference_low'], written)} to"
            f" {points(row['difference_high'], written)}",
        )
        for row in rows.iter_rows(named=True)
    ]
    heads = (
        "Step",
        "Mark",
        "Done: ended well",
        "Not done: ended well",
        "As counted",
        "At equal case mix",
        "95% interval",
    )
    return table(heads, cells, title, numeric=range(2, 7))


PAGE: Final = Page(
    "/what-works", "What works", layout, ("language", "playbook", UNPROVEN)
)
