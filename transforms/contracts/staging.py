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
from transforms.contracts.identity_marts import IDENTITY_LINKS as MART_OF_LINKS
from transforms.contracts.table import Column, Table
from transforms.knowledge.identity import LEVELS
from transforms.knowledge.promises import TOLD

PERSON: Final = optional(
    pl.String, "The person: the id of the source under which we saw them first."
)
SOURCE_CUSTOMER_ID: Final = optional(pl.String, "The source's id of the customer.")

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
        "customer_id": PERSON,
        "source_customer_id": SOURCE_CUSTOMER_ID,
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
    columns={
        **INCIDENT_FIELDS,
        "customer_id": PERSON,
        "source_customer_id": SOURCE_CUSTOMER_ID,
    },
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

CUSTOMERS: Final = Table(
    name="staging.customers",
    grain="one row for each id, number, address and name that stand together in a call",
    key=("record_no",),
    columns={
        "record_no": Column(pl.UInt32, "Our number of the record; grows with arrival."),
        "source_customer_id": Column(
            pl.String,
            "The source's id of the customer; one of ours where it gives none.",
        ),
        "is_named": Column(pl.Boolean, "The source gives an id."),
        "customer_phone": CALL_FIELDS["customer_phone"],
        "customer_email": CALL_FIELDS["customer_email"],
        "customer_name": CALL_FIELDS["customer_name"],
        "language": CALL_FIELDS["language"],
        "given": optional(pl.String, "First name, folded; or the only one."),
        "family": optional(pl.String, "Family name, folded."),
        "given_sounds": optional(pl.List(pl.String), "Sound keys of the first name."),
        "family_sounds": optional(pl.List(pl.String), "Sound keys of the family name."),
        "name": optional(pl.List(pl.String), "Sound keys of the whole name."),
        "script": optional(pl.String, "Script of the first name."),
        "phone": optional(pl.String, "The number in its international form."),
        "email": optional(pl.String, "The address as it is delivered."),
        "is_phone_shared": Column(
            pl.Boolean, "So many names have the number that it tells nothing."
        ),
        "is_email_shared": Column(pl.Boolean, "The same of the address."),
        "customer_id": optional(
            pl.String,
            "The person; null where neither id, number nor address can be used.",
        ),
    },
)

IDENTITY_PAIRS: Final = Table(
    name="staging.identity_pairs",
    grain="one row for each two records that may be one person",
    key=("record_no", "other_no"),
    columns={
        "record_no": Column(pl.UInt32, "Number of the first record."),
        "other_no": Column(pl.UInt32, "Number of the second record."),
        "source_customer_id": Column(pl.String, "Source id of the first record."),
        "other_customer_id": Column(pl.String, "Source id of the second record."),
        "probability": Column(pl.Float64, "That both are one person, 0-1."),
        **{
            name: optional(pl.String, f"Degree to which they agree: {name}.")
            for name in LEVELS
        },
        "rare_given": optional(pl.Float64, "Share of records with that first name."),
        "rare_family": optional(pl.Float64, "Share of records with that family name."),
    },
)

IDENTITY_MODEL: Final = Table(
    name="staging.identity_model",
    grain="one row: the model that the records were last compared by",
    key=("knowledge",),
    columns={
        "knowledge": Column(
            pl.String, "Hash of what it started from, and of its code."
        ),
        "words": Column(pl.String, "Hash of what people had confirmed and split."),
        "records": count("Records that it learned from."),
        "model": Column(
            pl.String, "Splink's settings with their probabilities, as JSON."
        ),
    },
)

IDENTITY_LINKS: Final = Table(
    name="staging.identity_links",
    grain=MART_OF_LINKS.grain,
    key=MART_OF_LINKS.key,
    columns=MART_OF_LINKS.columns,
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
    CUSTOMERS,
    IDENTITY_PAIRS,
    IDENTITY_MODEL,
    IDENTITY_LINKS,
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
