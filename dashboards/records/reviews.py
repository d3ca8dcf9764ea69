"""What reviewers are asked, and what they marked; blind to the machine's verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Integer, String, Text

from dashboards.records.store import Records, record_table

MARKS: Final = ("met", "missed", "violated", "not applicable", "cannot tell")

SAMPLES: Final = record_table(
    "samples",
    Column("sample", String(40), nullable=False),
    Column("per", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("knowledge", String(40), nullable=False),
    Column("reviewers", Text, nullable=False),
)
"""`reviewers` are names, one a line; empty where anybody may review."""

SAMPLE_ITEMS: Final = record_table(
    "sample_items",
    Column("sample", String(40), nullable=False),
    Column("place", Integer, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("playbook", String(100), nullable=False),
    Column("step", String(100), nullable=False),
    Column("stratum", Text, nullable=False),
    Column("stratum_size", Integer, nullable=False),
)
"""In the order of review, `place` from 1. The stratum tells the machine's verdict: reviewers never see it."""

REVIEWS: Final = record_table(
    "reviews",
    Column("call_id", Text, nullable=False),
    Column("playbook", String(100), nullable=False),
    Column("step", String(100), nullable=False),
    Column("mark", String(20), nullable=False),
    Column("comment", Text, nullable=False),
    Column("source", String(64), nullable=False),
)
"""`recorded_by` is the reviewer; `source` names the file's content, or the page."""

EVALUATIONS: Final = record_table(
    "evaluations",
    Column("source", String(64), nullable=False),
    Column("call_id", Text, nullable=False),
    Column("content", Text, nullable=False),
)
"""Evaluations of other systems, as they came: nothing of them is lost."""

Item = tuple[str, str, str]
"""Call, playbook, step."""


@dataclass(frozen=True)
class Mark:
    """A reviewer's word on one step of one call."""

    call_id: str
    playbook: str
    step: str
    reviewer: str
    mark: str
    comment: str
    source: str
    why: str

    @property
    def item(self) -> Item:
        """What was marked."""
        return self.call_id, self.playbook, self.step


def keep_marks(records: Records, marks: Iterable[Mark]) -> int:
    """Record marks that say something new; returns how many did.

    A mark that its reviewer has made already, or that this very source told before, is
    not recorded again.
    """
    seen: set[tuple[object, ...]] = set()
    newest: dict[tuple[Item, str], tuple[str, str]] = {}
    for row in records.history(REVIEWS):
        item, who = (row["call_id"], row["playbook"], row["step"]), row["recorded_by"]
        seen.add((item, who, row["mark"], row["comment"], row["source"]))
        newest[item, who] = (row["mark"], row["comment"])
    rows: list[Mapping[str, Any]] = []
    for mark in marks:
        told = (mark.item, mark.reviewer, mark.mark, mark.comment, mark.source)
        repeats = newest.get((mark.item, mark.reviewer)) == (mark.mark, mark.comment)
        is_page = mark.source == PAGE
        if repeats or (told in seen and not is_page):
            continue
        seen.add(told)
        newest[mark.item, mark.reviewer] = (mark.mark, mark.comment)
        rows.append(
            {
                "call_id": mark.call_id,
                "playbook": mark.playbook,
                "step": mark.step,
                "mark": mark.mark,
                "comment": mark.comment,
                "source": mark.source,
                "recorded_by": mark.reviewer,
                "why": mark.why,
            }
        )
    records.add({REVIEWS: rows})
    return len(rows)


PAGE: Final = "page Review"
"""The source of marks that were made on the page."""


def last_marks(records: Records) -> list[dict[str, Any]]:
    """Each reviewer's last mark of each item, oldest first."""
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in records.history(REVIEWS):
        key = (row["call_id"], row["playbook"], row["step"], row["recorded_by"])
        newest.pop(key, None)
        newest[key] = row
    return list(newest.values())


def drawn_items(records: Records) -> list[dict[str, Any]]:
    """Every item ever drawn, once, as its last sample has it; in the order of review."""
    return _once(records.history(SAMPLE_ITEMS))


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    newest = {(row["call_id"], row["playbook"], row["step"]): row for row in rows}
    return sorted(newest.values(), key=lambda row: int(row["id"]))


def named_reviewers(records: Records) -> list[str]:
    """Reviewers whom a sample names, or who marked something, in the order of names."""
    told = {
        name
        for row in records.history(SAMPLES)
        for name in str(row["reviewers"]).splitlines()
    }
    return sorted(told | {str(row["recorded_by"]) for row in records.history(REVIEWS)})


def items_of(records: Records, reviewer: str) -> list[dict[str, Any]]:
    """Items for one reviewer: of samples that name them, or that name nobody."""
    named = {
        str(row["sample"]): str(row["reviewers"]).splitlines()
        for row in records.history(SAMPLES)
    }
    return _once(
        row
        for row in records.history(SAMPLE_ITEMS)
        if not (names := named.get(str(row["sample"]), [])) or reviewer in names
    )


def marks_of(records: Records, reviewer: str) -> dict[Item, dict[str, Any]]:
    """One reviewer's own last marks, by item; never another's."""
    rows = records.history(REVIEWS, REVIEWS.c.recorded_by == reviewer)
    return {(row["call_id"], row["playbook"], row["step"]): row for row in rows}
