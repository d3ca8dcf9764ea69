"""Marks of validity: a sign of its own shape, the word, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.attributes import aria, data
from dashboards.components.text import link
from dashboards.filters import Filters
from dashboards.formats import in_words, language_name
from dashboards.marts import conduct
from dashboards.marts import marks as asked
from dashboards.view import View

SIGNS: Final = {"proven": "●", "provisional": "◐", "unproven": "○"}
"""From the strongest to the weakest; told apart by shape, not by colour alone."""
MEANINGS: Final = {
    "proven": "Agrees with people: the lower bound of kappa is high enough on text that"
    " people labelled.",
    "provisional": "Agrees fairly with people, or was measured on text of our own writing"
    " only. Check it on your own calls.",
    "unproven": "Agrees too little with people, or was never measured. It is left out of"
    " totals unless you include it.",
}
UNMARKED: Final = "no mark is published for it"


def told(mark: str | None) -> str:
    """A mark in one short text: its sign and its word."""
    known = mark or "unproven"
    return f"{SIGNS[known]} {known}"


def mark(name: str | None, reason: str | None, *, is_stop: bool = True) -> html.Span:
    """A mark with its reason, shown when pointed at or reached by keyboard.

    Args:
        name: the mark; unproven if None.
        reason: why; read out to those who hear the page.
        is_stop: the keyboard stops at it; not in tables of hundreds, which would trap it.
    """
    known, why = name or "unproven", reason or UNMARKED
    reached: dict[str, Any] = {"tabIndex": 0} if is_stop else {}
    return html.Span(
        [
            html.Span(SIGNS[known], className="sign", **aria(hidden="true")),
            known,
            html.Span(f": {why}", className="hidden"),
        ],
        className=f"validity validity-{known}",
        **reached,
        **data(tip=why),
    )


def by_language(rows: Iterable[Mapping[str, Any]]) -> html.Span:
    """The marks of one step in several languages, the strongest first."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in SIGNS}
    for row in rows:
        found[row["mark"]].append(row)
    marked = [
        html.Span(
            [
                html.Span(SIGNS[name], className="sign", **aria(hidden="true")),
                f"{name}: ",
                ", ".join(row["language"] for row in mine),
            ],
            className=f"validity validity-{name}",
            title="\n".join(f"{row['language']}: {row['reason']}" for row in mine),
        )
        for name, mine in found.items()
        if mine
    ]
    return html.Span(marked, className="marks")


def reasons(rows: Iterable[Mapping[str, Any]]) -> html.Ul:
    """Why a step has its mark, language by language."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Strong(language_name(row["language"])),
                    f": {told(row['mark'])}; {row['reason']}",
                ]
            )
            for row in rows
        ]
    )


def with_marks(rows: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Add `mark`, `mark_told` and `mark_reason` to rows of steps, for grids.

    Args:
        rows: `playbook` and `step`.
        marks: as `step_marks` gives them, of one language.
    """
    known = marks.select("playbook", "step", "mark", mark_reason="reason")
    texts = {name: told(name) for name in SIGNS}
    return rows.join(
        known, on=["playbook", "step"], how="left", maintain_order="left"
    ).with_columns(
        pl.col("mark_reason").fill_null(UNMARKED),
        mark_told=pl.col("mark")
        .fill_null("unproven")
        .replace_strict(texts, return_dtype=pl.String),
    )


def of_steps(marks: pl.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The rows of `step_marks` for each playbook and step."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in marks.iter_rows(named=True):
        found.setdefault((row["playbook"], row["step"]), []).append(row)
    return found


def uncounted_conduct(view: View, filters: Filters) -> str:
    """Which breaches the totals leave out, in a sentence; nothing where none."""
    if filters.unproven:
        return ""
    rows = conduct.uncounted_conduct(view.published, filters).to_dicts()
    told = "; ".join(
        f"{' and '.join(map(in_words, row['behaviours']))} in"
        f" {language_name(row['language'])}"
        for row in rows
    )
    return f" Not counted, since unproven: {told}." if told else ""


def left_out(view: View, filters: Filters) -> html.P | None:
    """How many steps are unproven, by language, and whether the totals hold them."""
    rows = asked.unproven_steps(view.published, filters).to_dicts()
    if not rows:
        return None
    first, *others = [
        (view.formats.number(row["steps"]), language_name(row["language"]))
        for row in rows
    ]
    noun = "step" if rows[0]["steps"] == 1 else "steps"
    counted = ", ".join(
        [
            f"{first[0]} {noun} unproven in {first[1]}",
            *(f"{number} in {language}" for number, language in others),
        ]
    )
    is_one = len(rows) == 1 and rows[0]["steps"] == 1
    verb = "is" if is_one else "are"
    other = replace(view, carried=replace(view.carried, unproven=not filters.unproven))
    words = (
        (f"{counted} {verb} in the total.", "Leave them out")
        if filters.unproven
        else (f"{counted} {verb} not in the total.", "Include them")
    )
    return html.P(
        [
            html.Span(SIGNS["unproven"], className="sign", **aria(hidden="true")),
            f"{words[0]} ",
            link(words[1], other.link_here()),
            " · ",
            link("What was measured", view.link("/validity")),
        ],
        className="note left-out",
    )
