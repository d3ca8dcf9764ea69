"""The mart of promises: each commitment, when it was due, and what came of it."""

from typing import Final, Literal, get_args

import polars as pl

from transforms.contracts.columns import (
    AGENT,
    CALL_ID,
    CALL_NO,
    DAY,
    KNOWLEDGE,
    LANGUAGE,
    QUEUE,
    TEAM,
    UTC,
    optional,
)
from transforms.contracts.table import Column, Table
from transforms.knowledge.promises import KINDS

Status = Literal["kept", "broken", "open", "unknowable"]
Ground = Literal[
    "called in time",
    "called too late",
    "nobody called",
    "settled, says the log",
    "still open, says the log",
    "done, says the customer",
    "not done, says the customer",
    "not due yet",
    "no time can be read",
    "no customer is named",
    "no calls to customers are exported",
    "no record shows messages",
    "no incident of the call",
    "no incident log",
    "no status in the log",
]
"""On what a status rests: why in few words, to be counted by."""
STATUSES: Final[tuple[str, ...]] = get_args(Status)
GROUNDS: Final[tuple[str, ...]] = get_args(Ground)
STATUS: Final = pl.Enum(STATUSES)
KIND: Final = pl.Enum(list(KINDS))
MADE_BY: Final = pl.Enum(("agent", "supervisor"))
READ_FROM: Final = pl.Enum(("turn", "next turn", "turn before", "incident"))

PROMISES: Final = Table(
    name="marts.promises",
    grain="one row for each promise: a commitment of one kind by one speaker in a call",
    key=("call_id", "turn", "start", "kind"),
    columns={
        "call_id": CALL_ID,
        "call_no": CALL_NO,
        "day": DAY,
        "agent_id": AGENT,
        "team": TEAM,
        "queue": QUEUE,
        "language": LANGUAGE,
        "customer_id": optional(pl.String, "The source's id of the customer."),
        "turn": Column(
            pl.Int32, "Turn whose words count; -1 where the incident log alone has it."
        ),
        "start": Column(
            pl.UInt32, "Start of its sentence in the turn's text, in code points."
        ),
        "end": Column(pl.UInt32, "End of the sentence, exclusive."),
        "kind": Column(KIND, "What is promised."),
        "made_by": optional(MADE_BY, "Who said it; null where only the log has it."),
        "said_at": Column(UTC, "When it was said, in UTC."),
        "due_at": optional(UTC, "By when, in UTC; null where it cannot be read."),
        "zone": Column(pl.String, "The call's zone or offset, in which it was read."),
        "due_read_from": optional(READ_FROM, "Where the due time was read."),
        "due_read_as": Column(pl.String, "How it was read, or why it can't be."),
        "status": Column(STATUS, "What came of it as of the run's moment."),
        "why": Column(pl.String, "The reason for the status."),
        "ground": Column(pl.Enum(GROUNDS), "The same in few words, to be counted by."),
        "settled_at": optional(
            UTC, "When it was kept; of a broken one, when it was due. In UTC."
        ),
        "settled_by": optional(pl.String, "The call or incident that shows it."),
        "knowledge": KNOWLEDGE,
    },
)
