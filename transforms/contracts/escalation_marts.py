"""The marts of escalation: its events, what came of supervisor requests, where sources differ."""

from typing import Final

import polars as pl

from transforms.contracts.columns import CALL_ID, DAY, DIMENSIONS, count, optional
from transforms.contracts.table import Column, Table

EVENT_TYPES: Final = (
    "supervisor_request",
    "supervisor_transfer",
    "supervisor_refusal",
    "formal_complaint",
    "legal_threat",
    "churn_threat",
    "threat",
    "agent_ended_call",
    "security",
)
EVENT_TYPE: Final = pl.Enum(EVENT_TYPES)
STARTED_BY: Final = pl.Enum(("customer", "agent", "source"))
LINKED_BY: Final = pl.Enum(("call id", "customer and time"))
OUTCOMES: Final = ("honoured", "callback", "refused", "ignored")
OUTCOME: Final = pl.Enum(OUTCOMES)
DISAGREEMENTS: Final = (
    "status escalated, flag empty",
    "flag escalated, nothing heard",
    "transfer recorded, none heard",
    "transfer heard, none recorded",
    "status transferred, no target",
    "ended by agent recorded, not heard",
)

ESCALATION_EVENTS: Final = Table(
    name="marts.escalation_events",
    grain="one row for each escalation event of a call",
    key=("call_id", "event_type", "turn"),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "event_type": Column(EVENT_TYPE, "What happened."),
        "turn": Column(
            pl.Int32, "Turn where it happened; -1 if outside the transcript."
        ),
        "started_by": Column(
            STARTED_BY,
            "Who started it: a transfer is the customer's where one asked for it before;"
            " `source` where only the incident log or the call's record tells.",
        ),
        "at_seconds": optional(
            pl.Float32,
            "When, in seconds from the call's start; null without turn times.",
        ),
        "temperature": optional(
            pl.Float32, "Customer's temperature then; null outside the transcript."
        ),
        "before": Column(
            pl.List(pl.String),
            "What the other side was heard to say in the turns just before, by label.",
        ),
        "incident_id": optional(pl.String, "Of a formal complaint: its incident."),
        "linked_by": optional(LINKED_BY, "How that incident is linked to the call."),
        "is_own_record": Column(
            pl.Boolean,
            "That incident is the agent's own record of the call. It counts in the rates,"
            " but not where agents are compared: documenting must not look like escalating.",
        ),
    },
)

SUPERVISOR_REQUESTS: Final = Table(
    name="marts.supervisor_requests",
    grain="one row for each call in which the customer asks for a supervisor",
    key=("call_id",),
    columns={
        "call_id": CALL_ID,
        **DIMENSIONS,
        "turn": Column(pl.UInt16, "Turn of the first request."),
        "requests": count("Turns in which the customer asks."),
        "outcome": Column(
            OUTCOME,
            "What came of it at last: handed over (or a manager speaks), a call by one"
            " is promised, refused, or none of these.",
        ),
        "was_refused": Column(pl.Boolean, "It was refused at some point."),
        "is_solved": Column(
            pl.Boolean,
            "Not handed over, and after a solution the customer says that it is settled,"
            " or has calmed down.",
        ),
        "turns_to_transfer": optional(
            pl.UInt16,
            "Turns from the first request to the transfer, where it is heard.",
        ),
        "seconds_to_transfer": optional(
            pl.Float32,
            "Seconds from the end of the first request to the transfer; null without"
            " turn times, or where only the source tells of the transfer.",
        ),
    },
)

SOURCE_DISAGREEMENTS: Final = Table(
    name="marts.source_disagreements",
    grain="one row for each call and kind of disagreement about its escalation",
    key=("call_id", "kind"),
    columns={
        "call_id": CALL_ID,
        **DIMENSIONS,
        "kind": Column(pl.Enum(DISAGREEMENTS), "What disagrees."),
        "one_says": Column(pl.String, "The one source, and what it says."),
        "other_says": Column(pl.String, "The other, and what it says."),
    },
)
