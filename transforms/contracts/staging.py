"""The staging layer: one clean row for each thing. Utterance text lives in the archive."""

from typing import Final

import polars as pl

from transforms.contracts.columns import (
    CALL_FIELDS,
    CALL_ID,
    CALL_NO,
    DAY,
    INCIDENT_FIELDS,
    ROSTER_FIELDS,
    SHIFT_FIELDS,
    TURN,
    UTC,
    count,
    optional,
)
from transforms.contracts.table import Column, Table
from transforms.knowledge.promises import TOLD

SPEAKERS: Final = ("agent", "customer", "supervisor", "ivr", "system", "unknown")
SPEAKER: Final = pl.Enum(SPEAKERS)

CALLS: Final = Table(
    name="staging.calls",
    grain="one row for each call, in its last version, completed by contact records",
    key=("call_id",),
    columns={
        "call_id": CALL_ID,
        "call_no": CALL_NO,
        "day": DAY,
        **CALL_FIELDS,
        "turns": count("Turns of the transcript."),
    },
)

UTTERANCES: Final = Table(
    name="staging.utterances",
    grain="one row for each turn of a call, without its text",
    key=("call_no", "turn"),
    columns={
        "call_no": CALL_NO,
        "turn": TURN,
        "day": DAY,
        "speaker": Column(SPEAKER, "Who speaks."),
        "start_seconds": optional(pl.Float32, "Start, in seconds from the call's."),
        "end_seconds": optional(pl.Float32, "End, in seconds from the call's start."),
        "words": Column(pl.UInt16, "Words said."),
        "language": optional(pl.String, "Language in which the turn was heard."),
        "labels": Column(pl.UInt64, "What it says: one bit a label (`labels.py`)."),
        "temperature": optional(pl.Float32, "Customer's temperature, 0-100."),
    },
)

INCIDENTS: Final = Table(
    name="staging.incidents",
    grain="one row for each incident, in its last version",
    key=("incident_id",),
    columns=INCIDENT_FIELDS,
)

AGENTS: Final = Table(
    name="staging.agents",
    grain="one row for each agent and roster period",
    key=("agent_id", "valid_from"),
    columns=ROSTER_FIELDS,
)

SHIFTS: Final = Table(
    name="staging.shifts",
    grain="one row for each shift of an agent",
    key=("agent_id", "shift_start"),
    columns=SHIFT_FIELDS,
)

DAYS_DUE: Final = Table(
    name="staging.days_due",
    grain="one row for each day that is to be scored again before the next publishing",
    key=("day",),
    columns={
        "day": DAY,
        "reason": Column(pl.String, "What touched the day, in words."),
    },
)

PENDING_KINDS: Final = ("call", "incident", "roster", "shift")
PENDING: Final = Table(
    name="staging.pending",
    grain="one row for each thing of which raw has news that staging has not yet",
    key=("kind", "id"),
    columns={
        "kind": Column(pl.Enum(PENDING_KINDS), "What has news."),
        "id": Column(pl.String, "Its call_id, incident_id or agent_id."),
    },
)

FIXED_ROLES: Final = Table(
    name="staging.fixed_roles",
    grain="one row for each version of a call whose roles `--fix-roles` has exchanged",
    key=("call_no",),
    columns={"call_no": CALL_NO},
)

PROMISE_WORDS: Final = Table(
    name="staging.promise_words",
    grain="one row for each thing that a customer's turn says came of a promise",
    key=("call_id", "turn", "says"),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "customer_id": Column(pl.String, "The source's id of the customer."),
        "said_at": Column(UTC, "When the turn begins, or the call, in UTC."),
        "turn": TURN,
        "says": Column(
            pl.Enum(list(TOLD)), "What came of it, in the customer's words."
        ),
    },
)

STAGING: Final = (
    CALLS,
    UTTERANCES,
    INCIDENTS,
    AGENTS,
    SHIFTS,
    DAYS_DUE,
    PENDING,
    FIXED_ROLES,
    PROMISE_WORDS,
)

ARCHIVE: Final = pl.Schema(
    {
        "call_no": pl.UInt32,
        "turn": pl.UInt16,
        "speaker": SPEAKER,
        "start_seconds": pl.Float32,
        "end_seconds": pl.Float32,
        "text": pl.String,
        "voice": pl.UInt8,
    }
)
"""One row a turn in `archive/day=…/*.parquet`, in (call_no, turn) order.

`voice` tells speakers whose role is unknown apart: 0 for the first of a call, and so on.
"""
