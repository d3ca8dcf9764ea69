"""From verdicts, heat and events to the daily marts; every row carries additive counts."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from transforms.behaviours import BEHAVIOURS
from transforms.context import Context
from transforms.contracts import marts
from transforms.contracts.call_marts import MACHINE_VERDICT, VERDICT
from transforms.contracts.columns import DIMENSIONS, UTC
from transforms.contracts.escalation_marts import EVENT_TYPES
from transforms.contracts.table import UNKNOWN
from transforms.escalation import Escalations, own_records
from transforms.heard import NEVER, Ints, Mask, gathered
from transforms.knowledge.playbook import Playbook
from transforms.steps import rule_numbers, step_codes
from transforms.verdicts import (
    MET,
    MISSED,
    NOT_OBSERVABLE,
    VERDICT_NAMES,
    VIOLATED,
    Verdicts,
)

_DIMENSIONS: Final = tuple(DIMENSIONS)
_CODES: Final = len(VERDICT_NAMES)
_KEPT: Final = pl.Enum(VERDICT_NAMES)


def dimensions(calls: pl.DataFrame) -> pl.DataFrame:
    """One row for each call: the dimensions by which marts count."""
    told = pl.coalesce("spoken_language", "language")
    return calls.select(
        *(pl.col(name).fill_null(UNKNOWN) for name in ("agent_id", "team", "queue")),
        language=told.fill_null(UNKNOWN),
        day="day",
    )


def call_facts(
    verdicts: Verdicts,
    events: Escalations,
    is_deescalated: Mask,
    version: str,
    corrected: Ints,
) -> pl.DataFrame:
    """One row for each call, with heat, counts of verdicts and of escalation events.

    `corrected` is when a person last corrected something in each call, or NEVER.
    """
    context, calls = verdicts.context, verdicts.context.heard.calls
    incident = np.full(context.count, -1, dtype=np.int64)
    best = context.incidents.best
    incident[best["call"].to_numpy()] = np.arange(best.height)
    columns: dict[str, pl.Series | pl.Expr] = {
        **_heat_columns(context, is_deescalated),
        "incident_id": gathered(best["incident_id"], incident),
        "escalation_events": pl.Series(
            np.bincount(events.call, minlength=context.count)
        ),
        "own_records": pl.Series(
            own_records(context.heard, context.incidents) & context.is_assessable
        ),
        **{
            VERDICT_NAMES[code]: pl.Series((verdicts.codes == code).sum(axis=1))
            for code in (MET, MISSED, VIOLATED)
        },
        "duration_seconds": _durations(context.started, context.ended),
        "window_closes_at": _moments(verdicts.window_closes_at),
        "corrected_at": _moments(corrected),
        "decided_at": _moments(context.decided),
        "are_decisions_kept": pl.Series(context.are_decisions_kept),
        "is_vulnerable": pl.col("vulnerable"),
        "knowledge": pl.lit(version),
    }
    facts = calls.with_columns(dimensions(calls)).with_columns(**columns)
    return marts.CALL_FACTS.conform(facts.lazy()).collect()


def _heat_columns(context: Context, is_deescalated: Mask) -> dict[str, pl.Series]:
    """What is known of a call's heat; null where the call cannot be assessed."""
    h, heat = context.heard, context.heat
    cannot = pl.Series(~context.is_assessable)
    talks = heat.peak_turn != NEVER
    peak_turn = np.full(context.count, np.nan)
    peak_turn[talks] = h.turn[heat.peak_turn[talks]]
    numbers = {
        "temperature_start": heat.start,
        "temperature_peak": heat.peak,
        "temperature_end": heat.end,
        "warmth": context.warmth,
        "peak_turn": peak_turn,
    }
    flags = {
        "is_heated": heat.is_heated,
        "is_complaint": context.is_complaint,
        "is_abusive": h.any_of(h.said("customer", "insult", "threat")),
        "mentions_repeat": h.any_of(h.said("customer", "repeat_contact")),
    }
    cooled = pl.Series(is_deescalated).set(pl.Series(~heat.is_heated), None)
    return {
        **{
            name: pl.Series(values).fill_nan(None).set(cannot, None)
            for name, values in numbers.items()
        },
        **{name: pl.Series(v).set(cannot, None) for name, v in flags.items()},
        "is_deescalated": cooled,
    }


def _durations(started: Ints, ended: Ints) -> pl.Series:
    seconds = np.where(ended == NEVER, np.nan, (ended - started) / 1_000_000)
    return pl.Series(seconds).fill_nan(None)


def _moments(moments: Ints) -> pl.Series:
    told = pl.Series(moments).set(pl.Series(moments == NEVER), None)
    return told.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(UTC)


def verdict_rows(verdicts: Verdicts, version: str) -> pl.DataFrame:
    """One row for each call and rule met, missed, violated or corrected; see `Verdicts.kept`."""
    calls, kept = verdicts.context.heard.calls, verdicts.kept
    names = pl.Series([use.behaviour for use in verdicts.rules], dtype=pl.String)
    texts = pl.Series([use.parameters_text for use in verdicts.rules], dtype=pl.String)
    call, rule = kept["call"].cast(pl.UInt32), kept["rule"].cast(pl.UInt32)
    outcomes = pl.Series(VERDICT_NAMES, dtype=pl.String).cast(_KEPT)
    machine = outcomes.gather(kept["machine"].cast(pl.UInt32))
    frame = kept.drop("call", "rule").with_columns(
        call_id=calls["call_id"].gather(call),
        day=calls["day"].gather(call),
        behaviour=names.gather(rule),
        parameters=texts.gather(rule),
        verdict=outcomes.gather(kept["verdict"].cast(pl.UInt32)).cast(VERDICT),
        machine_verdict=machine.cast(MACHINE_VERDICT),
        knowledge=pl.lit(version),
    )
    return marts.VERDICTS.conform(frame.lazy()).collect()


def _groups(calls: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """The distinct dimensions in order, and for each call which of them it has."""
    numbered = dimensions(calls)
    groups = numbered.unique().sort(_DIMENSIONS).with_row_index("group")
    of_call = numbered.join(
        groups, on=_DIMENSIONS, how="left", maintain_order="left", validate="m:1"
    )
    return groups, of_call["group"].cast(pl.Int64).to_numpy()


def agent_adherence(
    verdicts: Verdicts, playbooks: Mapping[str, Playbook], applies: Mask
) -> pl.DataFrame:
    """One row for each agent, team, queue, language, playbook, step and day."""
    groups, of_call = _groups(verdicts.context.heard.calls)
    numbers = rule_numbers(verdicts.rules)
    parts: list[tuple[str, str, Ints]] = []
    for column, (name, playbook) in enumerate(playbooks.items()):
        mine = np.flatnonzero(applies[:, column])
        for step in playbook.steps:
            if step.observable:
                codes = step_codes(verdicts, step, numbers)[mine]
                cells = of_call[mine] * _CODES + codes
                counts = np.bincount(cells, minlength=groups.height * _CODES)
                parts.append((name, step.id, counts.reshape(-1, _CODES)))
    if not parts:
        return marts.AGENT_ADHERENCE.empty()
    counts = np.stack([part for _, _, part in parts])
    step, group = np.nonzero(counts[:, :, NOT_OBSERVABLE:].any(axis=2))
    # In the order of the key: groups are, but for the day, which stands last in both.
    place = groups.select(pl.struct(_DIMENSIONS[:-1]).rle_id()).to_series().to_numpy()
    named = sorted(range(len(parts)), key=lambda part: parts[part][:2])
    order = np.lexsort((group, np.argsort(named)[step], place[group]))
    step, group = step[order], group[order]
    shown = counts[step, group]
    frame = groups.select(
        pl.all().gather(pl.Series(group, dtype=pl.UInt32))
    ).with_columns(
        playbook=pl.Series([name for name, _, _ in parts]).gather(pl.Series(step)),
        step=pl.Series([name for _, name, _ in parts]).gather(pl.Series(step)),
        **{
            VERDICT_NAMES[code]: pl.Series(shown[:, code])
            for code in (NOT_OBSERVABLE, MET, MISSED, VIOLATED)
        },
    )
    return marts.AGENT_ADHERENCE.conform(frame.lazy()).collect()


def escalation_rates(
    verdicts: Verdicts, events: Escalations, is_deescalated: Mask
) -> pl.DataFrame:
    """One row for each agent, team, queue, language and day, with calls by outcome."""
    context = verdicts.context
    groups, of_call = _groups(context.heard.calls)
    conduct = [BEHAVIOURS[use.behaviour].is_conduct for use in verdicts.rules]
    codes = verdicts.codes[:, np.array(conduct, dtype=np.bool_)]
    escalated = np.zeros(context.count, dtype=np.bool_)
    escalated[events.call] = True
    heated = context.heat.is_heated
    can = context.is_assessable
    counted: dict[str, Ints | Mask] = {
        "calls": np.ones(context.count, dtype=np.bool_),
        "assessable": can,
        "heated": heated,
        "deescalated": is_deescalated,
        "escalated": escalated,
        "heated_escalated": escalated & heated,
        "complaints": context.is_complaint & can,
        "breach_checks": (codes >= MET).sum(axis=1),
        "breaches": (codes == VIOLATED).sum(axis=1),
        "breached": (codes == VIOLATED).any(axis=1),
    }
    for event in EVENT_TYPES:
        mask = np.zeros(context.count, dtype=np.bool_)
        mask[events.of(event)] = True
        counted[event] = mask
    sums = {
        name: np.bincount(of_call, weights=values, minlength=groups.height)
        for name, values in counted.items()
    }
    frame = groups.with_columns(
        **{name: pl.Series(values).cast(pl.UInt32) for name, values in sums.items()}
    )
    conformed = marts.ESCALATION_RATES.conform(frame.lazy()).collect()
    return conformed.sort(marts.ESCALATION_RATES.key)
