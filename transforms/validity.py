"""Marks: how far each label and each step may be trusted, by language, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import polars as pl

from transforms.contracts import marts
from transforms.contracts.validity_marts import NO_SOURCE
from transforms.knowledge.playbook import Playbook, Step
from transforms.knowledge.validity import Figures, Marks, Validity
from transforms.label_marks import (
    PROVEN,
    UNPROVEN,
    Mark,
    by_bound,
    kappa_in_words,
    label_marks,
)
from transforms.steps import counted_uses

REVIEWED: Final = pl.Schema(
    {
        "playbook": pl.String,
        "step": pl.String,
        "language": pl.String,
        "items": pl.UInt32,
        "kappa": pl.Float64,
        "kappa_low": pl.Float64,
        "kappa_high": pl.Float64,
    }
)
"""What a company's own reviewers found: one row a playbook, step and language."""


def validity_rows(
    validity: Validity, languages: Iterable[str], knowledge: str
) -> pl.DataFrame:
    """One row for each label, language and source measured; one without, where nothing was.

    Args:
        validity: what was measured.
        languages: those with a lexicon.
        knowledge: hash of today's knowledge, beside that of the knowledge measured.
    """
    found = label_marks(validity, languages)
    figures = validity.figures
    shared = {
        "evaluated_on": figures.evaluated_on,
        "measured": figures.version,
        "knowledge": knowledge,
        "proven_from": validity.marks.proven.value,
        "provisional_from": validity.marks.provisional.value,
    }
    measured = chain(
        _figure_rows(figures, found), _negative_rows(figures), _unmeasured(found)
    )
    rows: list[dict[str, Any]] = []
    for row in measured:
        told = found[row["label"], row["language"]]
        given = {**dict.fromkeys(marts.VALIDITY.columns), **row, **shared}
        rows.append({**given, "mark": told.mark, "reason": told.reason})
    frame = pl.DataFrame(rows, schema=marts.VALIDITY.polars_schema)
    return frame.sort(marts.VALIDITY.key)


def _figure_rows(
    figures: Figures, marks: Mapping[tuple[str, str], Mark]
) -> Iterator[dict[str, Any]]:
    for figure in figures.figures:
        decides = marks[figure.label, figure.language].figure == figure
        yield {**figure.model_dump(), "is_deciding": decides}


def _negative_rows(figures: Figures) -> Iterator[dict[str, Any]]:
    for found in figures.negatives:
        yield {
            **found.model_dump(),
            "text": "negatives",
            "unit": "utterance",
            "is_precision_lower_bound": False,
            "is_deciding": False,
        }


def _unmeasured(marks: Mapping[tuple[str, str], Mark]) -> Iterator[dict[str, Any]]:
    for (label, language), mark in marks.items():
        if mark.figure is None:
            yield {
                "label": label,
                "language": language,
                "source": NO_SOURCE,
                "text": "none",
                "unit": "utterance",
                "rows": 0,
                "is_precision_lower_bound": False,
                "is_deciding": True,
            }


def step_marks(
    validity: Validity,
    playbooks: Mapping[str, Playbook],
    languages: Iterable[str],
    reviewed: pl.DataFrame | None = None,
    knowledge: str = "",
) -> pl.DataFrame:
    """One row for each observable step and language: `marts.step_validity`.

    A step has the mark of the weakest label that it needs. Where a company's own
    reviewers have marked enough items of it, their agreement with the machine decides.

    Args:
        validity: what was measured, and on which labels each behaviour hangs.
        playbooks: the playbooks.
        languages: those with a lexicon.
        reviewed: what own reviewers found; see `REVIEWED`.
        knowledge: hash of today's knowledge, beside that of the knowledge measured.
    """
    spoken = sorted(languages)
    found = label_marks(validity, spoken)
    told = REVIEWED.to_frame() if reviewed is None else reviewed
    own = {(r["playbook"], r["step"], r["language"]): r for r in told.to_dicts()}
    shared = {
        "evaluated_on": validity.figures.evaluated_on,
        "measured": validity.figures.version,
        "knowledge": knowledge,
    }
    rows = [
        {
            "playbook": name,
            "step": step.id,
            "language": language,
            **(
                _by_reviewers(own.get((name, step.id, language)), validity.marks)
                or _by_labels(step, language, validity, found)
            ),
            **shared,
        }
        for name, playbook in playbooks.items()
        for step in playbook.steps
        if step.observable
        for language in spoken
    ]
    return pl.DataFrame(rows, schema=marts.STEP_VALIDITY.polars_schema)


def _by_reviewers(row: dict[str, Any] | None, marks: Marks) -> dict[str, Any] | None:
    if row is None or row["kappa_low"] is None:
        return None
    if row["items"] < marks.reviewed_items.value:
        return None
    figures = {name: row[name] for name in ("kappa", "kappa_low", "kappa_high")}
    told = kappa_in_words(*figures.values())
    return {
        "mark": by_bound(row["kappa_low"], marks),
        "weakest": [],
        "reason": f"against your own reviewers on {row['items']} items: {told}",
        "decided_by": "reviewers",
        "items": row["items"],
        **figures,
    }


def _by_labels(
    step: Step,
    language: str,
    validity: Validity,
    found: Mapping[tuple[str, str], Mark],
) -> dict[str, Any]:
    uses = counted_uses(step)
    entries = {use.behaviour: validity.needs.entries(use) for use in uses}
    needed = {
        label: found[label, language]
        for of_use in map(validity.needs.entries, uses)
        for entry in of_use
        for label in entry.needs
    }
    unsaid = [name for name, told in entries.items() if not told]
    if unsaid:
        words = f"needs.yaml doesn't say on which labels {', '.join(unsaid)} hangs"
        return _decided(Mark(UNPROVEN, words), ())
    if not needed:
        reasons = dict.fromkeys(e.reason for told in entries.values() for e in told)
        return _decided(Mark(PROVEN, f"hangs on no label: {' '.join(reasons)}"), ())
    return _weakest(needed)


def _weakest(needed: Mapping[str, Mark]) -> dict[str, Any]:
    first = min(needed, key=lambda label: needed[label].strength)
    mark = needed[first]
    weak = sorted(label for label, told in needed.items() if told.mark == mark.mark)
    others = [label for label in weak if label != first]
    words = f"{_named(first)}: {mark.reason}"
    if mark.mark == PROVEN:
        words = f"every label that it needs is proven; the weakest is {words}"
    elif others:
        words += f". Also {mark.mark}: {', '.join(map(_named, others))}"
    return _decided(Mark(mark.mark, words, mark.figure), (first, *others))


def _named(label: str) -> str:
    return label.replace("_", " ")


def _decided(mark: Mark, weakest: Sequence[str]) -> dict[str, Any]:
    figure = mark.figure
    return {
        "mark": mark.mark,
        "weakest": [] if mark.mark == PROVEN else list(weakest),
        "reason": mark.reason,
        "decided_by": "evaluation",
        "items": None,
        "kappa": figure.kappa if figure else None,
        "kappa_low": figure.kappa_low if figure else None,
        "kappa_high": figure.kappa_high if figure else None,
    }
