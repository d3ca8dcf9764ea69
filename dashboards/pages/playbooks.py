"""Playbooks: side by side, where they disagree, and what cannot be observed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.text import chip, folded, notice, page_head, section, table
from dashboards.formats import in_words, parameters_in_words
from dashboards.marts import counts
from dashboards.marts.marks import step_marks
from dashboards.view import Page, View

Uses = dict[str, list[tuple[str, str]]]
"""For each playbook the parameters and step of each use of a behaviour."""
Marks = dict[tuple[str, str], list[dict[str, Any]]]
"""For each playbook and step its mark in each language."""


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Playbooks",
        "What each playbook asks, step by step, and how it is measured. Playbooks disagree on"
        " some things; the disagreement is kept.",
    )
    steps = counts.playbook_steps(view.published, view.filters)
    if steps.is_empty():
        yield notice("The published version holds no playbooks.")
        return
    playbooks = steps.partition_by("playbook", maintain_order=True)
    told = marks.of_steps(step_marks(view.published, view.filters))
    yield _coverage(view, playbooks)
    yield _disagreement(playbooks)
    yield section(
        "Side by side",
        html.Div(
            [_playbook(playbook, told) for playbook in playbooks], className="playbooks"
        ),
        note="Each step has its mark of validity by language; open it for the reasons.",
    )
    yield _unobservable(steps)


def _coverage(view: View, playbooks: list[pl.DataFrame]) -> html.Section:
    rows = [
        (
            playbook["playbook_title"][0],
            playbook["language"][0],
            playbook.height,
            int(playbook["is_observable"].sum()),
            int(playbook["is_conduct"].sum()),
            f"version {playbook['playbook_version'][0]}",
        )
        for playbook in playbooks
    ]
    heads = ("Playbook", "Language", "Steps", "Observable", "Conduct only", "Version")
    return section(
        "Coverage",
        table(
            heads,
            rows,
            "Steps of each playbook, and how many can be observed",
            numeric=(2, 3, 4),
        ),
        note="Observable: a transcript or the incident log can show it. Conduct only: satisfied"
        " by silence, so reported as breaches.",
    )


def uses(playbooks: list[pl.DataFrame]) -> dict[str, Uses]:
    """For each behaviour, how each playbook uses it."""
    found: dict[str, Uses] = defaultdict(lambda: defaultdict(list))
    for playbook in playbooks:
        for row in playbook.iter_rows(named=True):
            for written in row["behaviours"]:
                behaviour, _, parameters = written.partition(" (")
                use = (parameters.removesuffix(")"), row["step"])
                found[behaviour][row["playbook"]].append(use)
    return found


def disagree(use: Uses) -> bool:
    """Whether the playbooks that have a behaviour ask for it with other parameters."""
    told = {frozenset(parameters for parameters, _ in each) for each in use.values()}
    return len(told) > 1


def _disagreement(playbooks: list[pl.DataFrame]) -> html.Section:
    names = [playbook["playbook"][0] for playbook in playbooks]
    found = uses(playbooks)

    def order(behaviour: str) -> tuple[bool, int, str]:
        return (not disagree(found[behaviour]), -len(found[behaviour]), behaviour)

    rows = [
        (
            _behaviour(behaviour, found[behaviour], len(names)),
            *(_cell(found[behaviour].get(name)) for name in names),
        )
        for behaviour in sorted(found, key=order)
    ]
    heads = ("Behaviour", *(playbook["playbook_title"][0] for playbook in playbooks))
    return section(
        "Where they disagree",
        table(
            heads,
            rows,
            "Behaviours by playbook: the parameters and steps that ask for them",
        ),
        note="Differing: playbooks ask for the same behaviour under other conditions; those"
        " come first. A dash: the playbook does not ask for it.",
    )


def _behaviour(name: str, use: Uses, playbooks: int) -> list[Any]:
    if disagree(use):
        return [in_words(name), " ", chip("differing", "missed")]
    if len(use) == playbooks:
        return [in_words(name), " ", chip("all agree", "met")]
    return [in_words(name)]


def _cell(use: list[tuple[str, str]] | None) -> Any:
    if not use:
        return html.Span(
            ["–", html.Span(" not asked", className="hidden")], className="muted"
        )
    steps = ", ".join(dict.fromkeys(step for _, step in use))
    parameters = list(dict.fromkeys(told for told, _ in use if told))
    asked = [
        html.Div(parameters_in_words(told), className="parameters")
        for told in parameters
    ]
    return [*asked, html.Span(f"step {steps}", className="muted")]


def _playbook(steps: pl.DataFrame, told: Marks) -> html.Article:
    first = steps.row(0, named=True)
    return html.Article(
        [
            html.H3(first["playbook_title"]),
            html.Ol(
                [_step(row, told) for row in steps.iter_rows(named=True)],
                className="steps",
            ),
        ],
        className="playbook",
    )


def _step(row: dict[str, Any], told: Marks) -> html.Li:
    marked = told.get((row["playbook"], row["step"]))
    chips: list[Any] = []
    if not row["is_observable"]:
        chips.append(chip("not observable", "none"))
    if row["is_conduct"]:
        chips.append(chip("conduct", "none"))
    if row["weight"] != 1:
        chips.append(chip(f"weight {row['weight']:g}"))
    if len(row["behaviours"]) > 1:
        chips.append(chip(f"{row['combine']} of"))
    measured = [
        html.Li(parameters_in_words(behaviour)) for behaviour in row["behaviours"]
    ]
    return html.Li(
        [
            html.Div(
                [html.B(row["step"]), html.Span(row["title"])], className="step-title"
            ),
            html.P(
                row["title_native"],
                dir=row["direction"],
                lang=row["language"],
                className="native",
            ),
            html.P(chips, className="chips") if chips else None,
            html.Ul(measured, className="behaviours") if measured else None,
            folded(marks.by_language(marked), marks.reasons(marked))
            if marked
            else None,
            folded("Why not", html.P(row["reason"])) if row["reason"] else None,
            html.P(f"source: {row['seed_step']}", className="muted small"),
        ]
    )


def _unobservable(steps: pl.DataFrame) -> html.Section:
    rows = [
        (f"{row['step']}. {row['title']}", row["playbook_title"], row["reason"])
        for row in steps.filter(~pl.col("is_observable")).iter_rows(named=True)
    ]
    return section(
        "What cannot be observed",
        table(("Step", "Playbook", "Why"), rows, "Steps that cannot be observed"),
        note="These steps stay in their playbook; they count in no rate.",
    )


PAGE: Final = Page("/playbooks", "Playbooks", layout, ("playbook",))
