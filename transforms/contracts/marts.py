"""The marts: what people read. Every row carries additive counts; rates come from `measures`."""

from typing import Final

import polars as pl

from transforms.contracts.agent_marts import AGENT_MARTS
from transforms.contracts.call_marts import (
    CALL_FACTS,
    CALL_TRANSCRIPTS,
    MENDED_SPEAKERS,
    SPANS,
    TEMPERATURES,
    VERDICTS,
)
from transforms.contracts.columns import DIMENSIONS, KNOWLEDGE, UTC, count, optional
from transforms.contracts.customer_marts import CUSTOMER_MARTS
from transforms.contracts.escalation_marts import (
    ESCALATION_EVENTS,
    EVENT_TYPES,
    SOURCE_DISAGREEMENTS,
    SUPERVISOR_REQUESTS,
)
from transforms.contracts.identity_marts import CUSTOMER_IDENTITIES, IDENTITY_LINKS
from transforms.contracts.promise_marts import PROMISES
from transforms.contracts.table import Column, Table
from transforms.contracts.validity_marts import STEP_VALIDITY, VALIDITY

AGENT_ADHERENCE: Final = Table(
    name="marts.agent_adherence",
    grain="one row for each agent, team, queue, language, playbook, step and day",
    key=("agent_id", "team", "queue", "language", "playbook", "step", "day"),
    columns={
        **DIMENSIONS,
        "playbook": Column(pl.String, "The playbook."),
        "step": Column(pl.String, "The step in it."),
        "met": count("Calls in which the step was met."),
        "missed": count("Calls with an opportunity, neither met nor violated."),
        "violated": count("Calls with evidence against it."),
        "not_observable": count(
            "Calls for which the data it needs is absent or still open."
        ),
    },
)

ESCALATION_RATES: Final = Table(
    name="marts.escalation_rates",
    grain="one row for each agent, team, queue, language and day",
    key=("agent_id", "team", "queue", "language", "day"),
    columns={
        **DIMENSIONS,
        "calls": count("All calls."),
        "assessable": count("Calls that could be assessed."),
        "heated": count("Heated calls."),
        "deescalated": count("Heated calls that were de-escalated."),
        "escalated": count("Calls with at least one escalation event."),
        "heated_escalated": count("Heated calls with at least one escalation event."),
        **{event: count(f"Calls with the event `{event}`.") for event in EVENT_TYPES},
        "complaints": count("Calls with a complaint cue or a linked incident."),
        "breach_checks": count("Conduct behaviours judged (met or violated)."),
        "breaches": count("Conduct behaviours violated."),
        "breached": count("Calls with at least one conduct breach."),
    },
)

PLAYBOOK_STEPS: Final = Table(
    name="marts.playbook_steps",
    grain="one row for each step of each playbook",
    key=("playbook", "step"),
    columns={
        "playbook": Column(pl.String, "The playbook."),
        "playbook_title": Column(pl.String, "Its title in English."),
        "playbook_version": Column(pl.String, "Its version."),
        "language": Column(pl.String, "The playbook's own language."),
        "direction": Column(pl.String, "`ltr` or `rtl`."),
        "position": Column(pl.UInt16, "Place of the step in the playbook, from 1."),
        "step": Column(pl.String, "The step's id."),
        "title": Column(pl.String, "Title in English."),
        "title_native": Column(pl.String, "Title in the playbook's language."),
        "seed_step": Column(pl.String, "Where in the source it stands."),
        "weight": Column(pl.Float64, "Weight in the playbook's total."),
        "combine": Column(pl.String, "`all` or `any` of the behaviours."),
        "behaviours": Column(pl.List(pl.String), "`behaviour(parameters)`, in order."),
        "is_observable": Column(
            pl.Boolean, "A transcript or incident log can show it."
        ),
        "is_conduct": Column(pl.Boolean, "Reported as breaches, apart from adherence."),
        "reason": optional(pl.String, "Why it cannot be observed."),
        "marking": optional(
            pl.String,
            "How a reviewer marks it; null where no transcript alone can show it.",
        ),
    },
)

DATA_QUALITY: Final = Table(
    name="marts.data_quality",
    grain="one row for each expectation of each table in the last run",
    key=("table_name", "expectation", "subject"),
    columns={
        "run_id": Column(pl.String, "The run that judged."),
        "table_name": Column(pl.String, "The table judged."),
        "expectation": Column(pl.String, "What was expected."),
        "subject": Column(pl.String, "The columns concerned, and the bounds."),
        "severity": Column(pl.String, "`block` or `warn`."),
        "outcome": Column(pl.String, "`passed`, `failed` or `errored`."),
        "rows_judged": optional(pl.UInt64, "Rows looked at."),
        "rows_unexpected": optional(pl.UInt64, "Rows against it."),
        "examples": Column(pl.List(pl.String), "Some values found."),
        "message": optional(pl.String, "In words; for an error, the error."),
    },
)

RUN_HISTORY: Final = Table(
    name="marts.run_history",
    grain="one row for each run that changed something",
    key=("run_id",),
    columns={
        "run_id": Column(pl.String, "The run; also the published version."),
        "as_of": Column(UTC, "The last moment in the data, or as asked."),
        "files_in": count("Files taken in."),
        "calls_in": count("Call records read, sound or not."),
        "calls_new": count("Calls stored as new or corrected."),
        "calls_repeated": count("Calls that were stored already."),
        "calls_rejected": count("Call records in quarantine."),
        "records_in": count("Other records read."),
        "records_rejected": count("Other records in quarantine."),
        "days_scored": count("Days scored again."),
        "calls_scored": count("Calls in these days."),
        "verdicts_changed": count("Verdicts that differ from the version before."),
        "calls_total": count("Calls in the published version."),
        "unassessable_total": count("Of these, unassessable."),
        "warnings": count("Expectations that warned."),
        "knowledge": KNOWLEDGE,
    },
)

MARTS: Final = (
    CALL_FACTS,
    VERDICTS,
    ESCALATION_EVENTS,
    SUPERVISOR_REQUESTS,
    SOURCE_DISAGREEMENTS,
    PROMISES,
    SPANS,
    TEMPERATURES,
    MENDED_SPEAKERS,
    CALL_TRANSCRIPTS,
    AGENT_ADHERENCE,
    ESCALATION_RATES,
    *AGENT_MARTS,
    CUSTOMER_IDENTITIES,
    IDENTITY_LINKS,
    *CUSTOMER_MARTS,
    PLAYBOOK_STEPS,
    VALIDITY,
    STEP_VALIDITY,
    DATA_QUALITY,
    RUN_HISTORY,
)
VIEWS: Final = (CALL_TRANSCRIPTS,)
"""Marts that are views over others and the archive: text is stored once."""
