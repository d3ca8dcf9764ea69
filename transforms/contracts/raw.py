"""The raw layer: what the exports said, with file, line and hash."""

from typing import Final

import polars as pl

from transforms.contracts.columns import (
    CALL_FIELDS,
    CALL_ID,
    CALL_NO,
    CONTENT_HASH,
    DAY,
    EXTRA,
    FILE_HASH,
    INCIDENT_FIELDS,
    LINE,
    ROSTER_FIELDS,
    SHIFT_FIELDS,
    count,
    optional,
)
from transforms.contracts.table import Column, Table

_PROVENANCE: Final = {"file_hash": FILE_HASH, "line": LINE}

FILES: Final = Table(
    name="raw.files",
    grain="one row for each file, by content",
    key=("file_hash",),
    columns={
        "file_hash": FILE_HASH,
        "file_no": Column(pl.UInt32, "Order of arrival."),
        "file_name": Column(pl.String, "Name within the inbox when first seen."),
        "format": Column(pl.String, "The reader that took it; `unreadable` if none."),
        "bytes": Column(pl.UInt64, "Size of the file."),
        "calls_in": count("Call records that the file holds, sound or not."),
        "calls_new": count("Calls stored for the first time or as a correction."),
        "calls_repeated": count("Calls that were stored already, with that content."),
        "calls_rejected": count("Call records in quarantine."),
        "records_in": count(
            "Incident, roster, shift and contact records, sound or not."
        ),
        "records_rejected": count("Those of them in quarantine."),
        "run_id": Column(pl.String, "The run that took the file in."),
    },
)

CALLS: Final = Table(
    name="raw.calls",
    grain="one row for each version of a call",
    key=("call_no",),
    columns={
        "call_no": CALL_NO,
        "call_id": CALL_ID,
        "day": DAY,
        **CALL_FIELDS,
        "turns": count("Turns of the transcript."),
        "content_hash": CONTENT_HASH,
        "extra": EXTRA,
        **_PROVENANCE,
    },
)

INCIDENTS: Final = Table(
    name="raw.incidents",
    grain="one row for each version of an incident, with the last file that told it",
    key=("incident_id", "content_hash"),
    columns={
        **INCIDENT_FIELDS,
        "content_hash": CONTENT_HASH,
        "extra": EXTRA,
        **_PROVENANCE,
    },
)

ROSTER: Final = Table(
    name="raw.roster",
    grain="one row for each agent and period",
    key=("file_hash", "line"),
    columns={**ROSTER_FIELDS, "extra": EXTRA, **_PROVENANCE},
)

SHIFTS: Final = Table(
    name="raw.shifts",
    grain="one row for each shift of an agent",
    key=("file_hash", "line"),
    columns={**SHIFT_FIELDS, "extra": EXTRA, **_PROVENANCE},
)

CONTACT_RECORDS: Final = Table(
    name="raw.contact_records",
    grain="one row for each contact record",
    key=("file_hash", "line"),
    columns={
        "call_id": CALL_ID,
        **{name: optional(c.dtype, c.meaning) for name, c in CALL_FIELDS.items()},
        "extra": EXTRA,
        **_PROVENANCE,
    },
)

REJECTS: Final = Table(
    name="raw.rejects",
    grain="one row for each file or record that could not be read",
    key=("file_hash", "line", "reason"),
    columns={
        **_PROVENANCE,
        "file_name": Column(pl.String, "Name within the inbox."),
        "kind": Column(pl.String, "`call`, `incident`, `roster`, … or `file`."),
        "reason": Column(pl.String, "What was found, and what to do."),
        "quarantined_as": Column(pl.String, "Where the original bytes are kept."),
        "awaits_call_id": optional(
            pl.String,
            "The call that is taken in once a contact record tells its start.",
        ),
        "run_id": Column(pl.String, "The run that refused it."),
    },
)

RAW: Final = (FILES, CALLS, INCIDENTS, ROSTER, SHIFTS, CONTACT_RECORDS, REJECTS)
