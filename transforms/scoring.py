"""Scoring: the pure function from some days' calls to the rows of their marts."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.adherence import (
    agent_adherence,
    call_facts,
    escalation_rates,
    verdict_rows,
)
from transforms.batch import Batch
from transforms.call_timing import call_timing
from transforms.commitment import Promising
from transforms.context import Context, context
from transforms.contracts.columns import CALL_NO, TURN
from transforms.corrections import Applied, last_told, located
from transforms.disagreements import source_disagreements
from transforms.escalation import Escalations, deescalated, escalations
from transforms.escalation_paths import escalation_events, request_outcomes
from transforms.heard import Mask
from transforms.issue_words import call_issues
from transforms.knowledge.bundle import Knowledge
from transforms.promise_rows import promise_rows
from transforms.steps import applying, asked_rules
from transforms.verdicts import VERDICT_NAMES, Verdicts, judge, rules_of


@dataclass(frozen=True)
class Scored:
    """What scoring gives of some days.

    Attributes:
        call_facts: rows of the mart, as are the next six.
        temperatures: `call_no`, `turn`, `temperature` of each customer turn.
        judged: the verdicts themselves, for explaining a call.
        applies: calls x playbooks: which playbooks judge which calls.
        events: the escalation events themselves.
    """

    call_facts: pl.DataFrame
    verdicts: pl.DataFrame
    escalation_events: pl.DataFrame
    supervisor_requests: pl.DataFrame
    source_disagreements: pl.DataFrame
    agent_adherence: pl.DataFrame
    escalation_rates: pl.DataFrame
    call_issues: pl.DataFrame
    promises: pl.DataFrame
    call_timing: pl.DataFrame
    temperatures: pl.DataFrame
    judged: Verdicts
    applies: Mask
    events: Escalations


def score(batch: Batch, knowledge: Knowledge) -> Scored:
    """Judge some days' calls by all the knowledge there is.

    Raises:
        BatchError: the batch's turns, hits and calls don't hold together.
        BehaviourError: a playbook asks for a rule that there is none for.
    """
    thresholds, playbooks = knowledge.thresholds, knowledge.playbooks
    around = batch.around
    reading = Promising(
        knowledge.promises, knowledge.due_times, around.hours, around.zone
    )
    known = context(batch, thresholds, knowledge.temperature, reading)
    rules = rules_of(playbooks)
    applies = applying(known.heard.calls, playbooks, knowledge.assignments)
    judged = judge(known, rules, asked_rules(applies, playbooks, rules))
    verdicts = corrected(judged, batch.corrections)
    events = escalations(known.heard, known.incidents, known.is_assessable, thresholds)
    cooled = deescalated(known.heat, events, known.incidents, thresholds)
    return Scored(
        call_facts=call_facts(
            verdicts,
            events,
            cooled,
            knowledge.version,
            last_told(batch.corrections, known.heard.calls),
        ),
        verdicts=verdict_rows(verdicts, knowledge.version),
        escalation_events=escalation_events(known, events),
        supervisor_requests=request_outcomes(known, cooled),
        source_disagreements=source_disagreements(known, events),
        agent_adherence=agent_adherence(verdicts, playbooks, applies),
        escalation_rates=escalation_rates(verdicts, events, cooled),
        call_issues=call_issues(known),
        promises=promise_rows(known, knowledge.version),
        call_timing=call_timing(known),
        temperatures=_temperatures(known),
        judged=verdicts,
        applies=applies,
        events=events,
    )


def corrected(verdicts: Verdicts, corrections: pl.DataFrame) -> Verdicts:
    """The verdicts with people's in the place of the machine's, whose evidence goes.

    Only what is judged at all can be corrected: calls that can be assessed, and rules that
    a playbook of the call asks for.

    Args:
        verdicts: the machine's.
        corrections: see `CORRECTIONS`.
    """
    rules = pl.DataFrame(
        [(use.behaviour, use.parameters_text) for use in verdicts.rules],
        schema={"behaviour": pl.String, "parameters": pl.String},
        orient="row",
    )
    codes, told = verdicts.codes.copy(), np.zeros(verdicts.codes.shape, np.bool_)
    machine: dict[tuple[int, int], int] = {}
    words: dict[tuple[int, int], str] = {}
    able = verdicts.context.is_assessable[:, np.newaxis] & verdicts.asked
    made = located(corrections, verdicts.context.heard.calls, rules)
    for row in made.iter_rows(named=True):
        at = (row["call"], row["rule"])
        if able[at]:
            machine[at], words[at] = int(codes[at]), row["words"]
            codes[at], told[at] = VERDICT_NAMES.index(row["verdict"]), True
    if not machine:
        return verdicts
    found = tuple(
        evidence.only(~told[:, rule]) if told[:, rule].any() else evidence
        for rule, evidence in enumerate(verdicts.found)
    )
    return replace(
        verdicts, codes=codes, found=found, corrections=Applied(machine, words)
    )


def _temperatures(known: Context) -> pl.DataFrame:
    h = known.heard
    turns = h.turns_by["customer"]
    turns = turns[known.is_assessable[h.call_of[turns]]]
    call = pl.Series(h.call_of[turns], dtype=pl.UInt32)
    return pl.DataFrame(
        {
            "call_no": h.calls["call_no"].gather(call).cast(CALL_NO.dtype),
            "turn": pl.Series(h.turn[turns]).cast(TURN.dtype),
            "temperature": known.heat.degrees[turns].astype(np.float32),
        }
    )
