"""Why one call has its verdicts: the flow's own scoring of its day, for one call."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from flows import publish
from flows.candidate import open_published
from flows.corrections import standing
from flows.decisions import decisions_kept
from flows.knowledge import load_knowledge
from flows.roles import roles_told
from flows.score import Scorer
from flows.settings import Settings
from flows.warehouse import Warehouse, open_database
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.detection.detect import Detector
from transforms.explaining import explained, with_validity
from transforms.promise_rows import told_of

_SPOKEN: Final = ("call_no", "turn", "speaker")
"""Speakers as the call was scored: their roles may be mended."""


_MARKS: Final = """
    SELECT playbook, step, mark, reason FROM marts.step_validity
    WHERE language = $language
"""
"""As published: a company's own reviewers may have decided them."""


class UnknownCallError(LookupError):
    """No call has this id."""


@dataclass(frozen=True)
class Explanation:
    """One call, explained.

    Attributes:
        call: its row of `marts.call_facts`, as scored now.
        turns: one row a turn: `turn`, `speaker`, `text`, `temperature`, `start_seconds`.
        spans: one row a cue heard: `turn`, `label`, `start`, `end`, `cue`.
        escalations: `event_type` and `turn` of each event.
        steps: every step and behaviour with verdict, reason, evidence and validity.
        promises: what was promised, as `told_of` gives it.
        direction: `ltr` or `rtl`.
    """

    call: dict[str, Any]
    turns: pl.DataFrame
    spans: pl.DataFrame
    escalations: pl.DataFrame
    steps: pl.DataFrame
    promises: list[dict[str, Any]]
    direction: str

    def as_json(self) -> dict[str, Any]:
        """The explanation as programs read it."""
        call = self.call
        return {
            "call_id": call["call_id"],
            "heated": call["is_heated"],
            "unassessable": call["unassessable"],
            "roles": call["roles"],
            "roles_confidence": call["roles_confidence"],
            "de_escalated": call["is_deescalated"],
            "temperature": {
                "start": call["temperature_start"],
                "peak": call["temperature_peak"],
                "end": call["temperature_end"],
                "turns": self.turns["temperature"].to_list(),
            },
            "escalations": [
                {"type": kind, "turn": turn if turn >= 0 else None}
                for kind, turn in self.escalations.iter_rows()
            ],
            "promises": self.promises,
            "steps": self.steps.to_dicts(),
        }


def explain_call(settings: Settings, call_id: str) -> Explanation:
    """Score one call again with what is known today, and keep all evidence.

    Raises:
        UnknownCallError: no call has this id.
        PublishedError: nothing was published yet.
    """
    knowledge = load_knowledge(settings.knowledge)
    path = publish.current_file(settings.published)
    layers = (*RAW, *STAGING)
    with (
        open_database(settings.warehouse, layers, read_only=True) as warehouse,
        open_published(settings, path, read_only=True) as published,
    ):
        day, call_no = _call(warehouse, settings.home, call_id)
        as_of = published.read(
            "SELECT as_of FROM marts.run_history ORDER BY run_id DESC LIMIT 1"
        ).item()
        detector = Detector(knowledge.lexicons, knowledge.languages)
        scorer = Scorer(
            settings,
            warehouse,
            published,
            knowledge,
            detector,
            as_of,
            standing(settings),
            roles_told(settings, warehouse),
            decisions=decisions_kept(settings, warehouse),
        )
        prepared, texts, scored = scorer.score([day], call_id)
        mine = pl.col("call_no") == call_no
        facts = scored.call_facts.filter(mine).row(0, named=True)
        marks = published.read(_MARKS, {"language": facts["language"]})
    steps = explained(scored.judged, knowledge.playbooks, scored.applies, call_no)
    turns = (
        texts.filter(mine)
        .drop("speaker")
        .join(prepared.turns.select(_SPOKEN), on=_SPOKEN[:2], how="left")
        .join(scored.temperatures.filter(mine), on=["call_no", "turn"], how="left")
        .sort("turn")
    )
    lexicon = knowledge.lexicons.get(facts["language"])
    return Explanation(
        call=facts,
        turns=turns.select("turn", "speaker", "start_seconds", "text", "temperature"),
        spans=prepared.hits.filter(mine).select("turn", "label", "start", "end", "cue"),
        escalations=scored.escalation_events.filter(
            pl.col("call_id") == call_id
        ).select(pl.col("event_type").cast(pl.String), "turn"),
        steps=with_validity(steps, marks),
        promises=told_of(scored.judged.context, call_no),
        direction=lexicon.direction if lexicon else "ltr",
    )


def _call(warehouse: Warehouse, home: Path, call_id: str) -> tuple[date, int]:
    """The call's day and number."""
    found = warehouse.read(
        "SELECT day, call_no FROM staging.calls WHERE call_id = $id", {"id": call_id}
    )
    if found.is_empty():
        raise UnknownCallError(
            f"no call {call_id!r} in {home}; `coolhead export call_facts` lists the"
            " calls, and quarantine/ holds what could not be read"
        )
    day, call_no = found.row(0)
    return day, call_no
