"""Columns that several tables share, described once."""

from typing import Final

import polars as pl

from transforms.contracts.table import Column

UTC: Final = pl.Datetime("us", "UTC")

CALL_ID = Column(pl.String, "The source's id of the call.")
CALL_NO = Column(pl.UInt32, "Our number of one version of a call; grows with arrival.")
DAY = Column(pl.Date, "The contact centre's local day on which the call started.")
TURN = Column(pl.UInt16, "Place of the turn in its call, from 0.")
FILE_HASH = Column(pl.String, "BLAKE2b of the file's bytes, in hex.")
LINE = Column(pl.UInt32, "Line (or record) in the file, from 1; 0 for the whole file.")
CONTENT_HASH = Column(
    pl.String,
    "BLAKE2b of what the record says, whatever its key order, format or export time.",
)
EXTRA = Column(
    pl.String, "Fields that we do not know, as a JSON object.", nullable=True
)
KNOWLEDGE = Column(
    pl.String,
    "Hash of the lexicons, playbooks, thresholds and rules that gave the score.",
)

AGENT = Column(pl.String, "Agent; `(unknown)` where the source names none.")
TEAM = Column(pl.String, "Team; `(unknown)` where the source names none.")
QUEUE = Column(pl.String, "Queue; `(unknown)` where the source names none.")
LANGUAGE = Column(pl.String, "Language code of the call; `(unknown)` if not told.")

DIMENSIONS: Final[dict[str, Column]] = {
    "agent_id": AGENT,
    "team": TEAM,
    "queue": QUEUE,
    "language": LANGUAGE,
    "day": DAY,
}


def optional(dtype: pl.DataType | type[pl.DataType], meaning: str) -> Column:
    """A column that may be null."""
    return Column(dtype, meaning, nullable=True)


def count(meaning: str) -> Column:
    """An additive count."""
    return Column(pl.UInt32, meaning)


CALL_FIELDS: Final[dict[str, Column]] = {
    "started_at": Column(UTC, "When the call started, in UTC."),
    "zone": Column(pl.String, "The source's zone or offset of `started_at`."),
    "ended_at": optional(UTC, "When the call ended, in UTC."),
    "agent_id": optional(pl.String, "The source's id of the agent."),
    "agent_name": optional(pl.String, "The agent's name."),
    "team": optional(pl.String, "The agent's team."),
    "queue": optional(pl.String, "The queue that the call came through."),
    "customer_id": optional(pl.String, "The source's id of the customer."),
    "customer_phone": optional(pl.String, "The customer's telephone number."),
    "customer_email": optional(pl.String, "The customer's e-mail address."),
    "customer_name": optional(pl.String, "The customer's name."),
    "vulnerable": optional(pl.Boolean, "The source flags the customer as vulnerable."),
    "language": optional(pl.String, "The language that the source names."),
    "direction": optional(pl.String, "`inbound` or `outbound`."),
    "channel": optional(pl.String, "Voice, chat, …"),
    "disposition": optional(pl.String, "How the source says that the call ended."),
    "transferred_to": optional(pl.String, "To whom the call was handed over."),
    "continues_call_id": optional(
        pl.String, "The call that this one continues, where the source links them."
    ),
    "exported_at": optional(UTC, "When the source exported this version, in UTC."),
}
"""The optional and required fields of a call, as every reader gives them."""

INCIDENT_FIELDS: Final[dict[str, Column]] = {
    "incident_id": Column(pl.String, "The source's id of the incident."),
    "call_id": optional(pl.String, "The call that the incident came from."),
    "customer_id": optional(pl.String, "The customer concerned."),
    "agent_id": optional(pl.String, "The agent who recorded it."),
    "occurred_at": optional(UTC, "When it happened, in UTC."),
    "recorded_at": optional(UTC, "When it was written down, in UTC."),
    "place": optional(pl.String, "Where it happened."),
    "category": optional(pl.String, "The issue's category."),
    "description": optional(pl.String, "What happened."),
    "resolution": optional(pl.String, "What was resolved or promised."),
    "severity": optional(pl.String, "The source's severity."),
    "status": optional(pl.String, "The source's status."),
    "promised_until": optional(UTC, "The time until which something was promised."),
    "company_fault": optional(pl.Boolean, "The company was at fault."),
    "is_escalated": optional(
        pl.Boolean, "The source's own flag that the matter was escalated."
    ),
}

ROSTER_FIELDS: Final[dict[str, Column]] = {
    "agent_id": Column(pl.String, "The agent."),
    "agent_name": optional(pl.String, "The agent's name."),
    "team": optional(pl.String, "The team in this period."),
    "queue": optional(pl.String, "The main queue in this period."),
    "valid_from": optional(pl.Date, "First day of the period."),
    "valid_to": optional(pl.Date, "Last day of the period; null while it lasts."),
}

SHIFT_FIELDS: Final[dict[str, Column]] = {
    "agent_id": Column(pl.String, "The agent."),
    "shift_start": Column(UTC, "Start of the shift, in UTC."),
    "shift_end": Column(UTC, "End of the shift, in UTC."),
}
