"""What works, in full: every count, what chance makes of so many, and what is left out."""

from dataclasses import replace
from typing import Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import link, section
from dashboards.formats import NOTHING
from dashboards.marts import what_works as asked
from dashboards.view import View

OUTCOMES: Final = {
    "deescalated": "De-escalated",
    "no_repeat": "No repeat contact",
}
_SURE: Final = 0.05


def many_told(view: View, shown: pl.DataFrame) -> html.P:
    """What chance does to so many comparisons."""
    sure = shown.filter(pl.col("q_value") < _SURE).height
    written = view.formats
    return html.P(
        f"Many comparisons: {written.number(asked.estimated(view.published))} associations"
        " were estimated that night over all languages, and by chance alone about one"
        " interval in twenty misses the line. The q-value in the grid corrects for that"
        " (Benjamini and Hochberg): among associations with a q-value under 5 %, about one"
        f" in twenty is false. Of the {written.number(shown.height)} in this language,"
        f" {written.number(sure)} {'is' if sure == 1 else 'are'} that sure.",
        className="note",
    )


def left_out(view: View, rows: pl.DataFrame) -> html.P:
    """How much has no dot, and why."""
    steps = rows.unique(["kind", "playbook", "factor"])
    unproven = steps.filter(mark="unproven").height
    few = rows.filter(pl.col("state") != "estimated").height
    number = view.formats.number
    other = replace(
        view, carried=replace(view.carried, unproven=not view.filters.unproven)
    )
    shown = "are shown in grey" if view.filters.unproven else "are left out"
    said = "Leave them out" if view.filters.unproven else "Show them"
    return html.P(
        [
            f"{number(unproven)} of {number(steps.height)} steps are unproven here and"
            f" {shown}. "
            if unproven
            else "No step is unproven here. ",
            *([link(said, other.link_here()), " · "] if unproven else []),
            f"{number(few)} of {number(rows.height)} associations have too few calls or"
            " agents for a figure; their counts are in the grid. Steps that other calls"
            " decide (promises kept, follow-up) are not held against outcomes, and what"
            " comes after the call not against how it ended.",
        ],
        className="note left-out",
    )


def everything(view: View, rows: pl.DataFrame, title: str) -> html.Section:
    """All rows of one language in a grid, with their counts."""
    told = rows.with_columns(
        playbook_title=pl.col("playbook_title").fill_null(NOTHING),
        outcome_told=pl.col("outcome")
        .cast(pl.String)
        .replace_strict(OUTCOMES, return_dtype=pl.String),
        mark_told=pl.col("mark")
        .cast(pl.String)
        .replace_strict(
            {name: marks.told(name) for name in marks.SIGNS}, return_dtype=pl.String
        ),
    )
    return section(
        title,
        grid(told, _COLUMNS, "what-works", "Associations with all their counts"),
        note="Differences are shares, 0-1. Intervals allow for calls of one agent resembling"
        " each other; with few agents they are wide.",
        name="all",
    )


_COLUMNS: Final = (
    GridColumn("name", "Step", width=2.2, tip="name", least=260),
    GridColumn(
        "playbook_title", "Playbook", width=1.6, tip="playbook_title", least=180
    ),
    GridColumn("outcome_told", "Outcome", width=1.5, least=150),
    GridColumn("mark_told", "Mark", "mark"),
    GridColumn("done", "Done", "number"),
    GridColumn(
        "done_good", "Ended well", "number", about="Of those in which it was done"
    ),
    GridColumn("omitted", "Not done", "number"),
    GridColumn(
        "omitted_good",
        "Ended well",
        "number",
        about="Of those in which it was not done",
    ),
    GridColumn("agents", "Agents", "number"),
    GridColumn("plain_difference", "As counted", "hundredth"),
    GridColumn("difference", "At equal case mix", "hundredth"),
    GridColumn("difference_low", "95% from", "hundredth"),
    GridColumn("difference_high", "95% to", "hundredth"),
    GridColumn("plain_odds_ratio", "Odds ratio as counted", "hundredth"),
    GridColumn("odds_ratio", "Odds ratio", "hundredth", about="At equal case mix"),
    GridColumn("odds_ratio_low", "95% from", "hundredth"),
    GridColumn("odds_ratio_high", "95% to", "hundredth"),
    GridColumn(
        "q_value", "q-value", "hundredth", about="Corrected for many comparisons"
    ),
    GridColumn("state", "State", width=1.2),
)
