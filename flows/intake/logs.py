"""Incidents, rosters, shifts and contact records made into rows of their raw tables."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from flows.intake import values
from flows.intake.values import RecordError
from flows.readers.source import Kind
from transforms.contracts import raw
from transforms.contracts.columns import (
    CALL_FIELDS,
    INCIDENT_FIELDS,
    ROSTER_FIELDS,
    SHIFT_FIELDS,
)
from transforms.contracts.table import Column, Table

LOG_TABLES: Final[dict[Kind, Table]] = {
    "incident": raw.INCIDENTS,
    "roster": raw.ROSTER,
    "shift": raw.SHIFTS,
    "contact_record": raw.CONTACT_RECORDS,
}
_FIELDS: Final[dict[Kind, Mapping[str, Column]]] = {
    "incident": INCIDENT_FIELDS,
    "roster": ROSTER_FIELDS,
    "shift": SHIFT_FIELDS,
    "contact_record": {
        "call_id": raw.CONTACT_RECORDS.columns["call_id"],
        **CALL_FIELDS,
    },
}
_PERIODS: Final[dict[Kind, tuple[str, str]]] = {
    "roster": ("valid_from", "valid_to"),
    "shift": ("shift_start", "shift_end"),
    "contact_record": ("started_at", "ended_at"),
}
_DAY_LENGTH: Final = 10
_END_OF_DAY: Final = "T23:59:59"


def log_row(kind: Kind, fields: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """One record as a row of its raw table, without file and line.

    Args:
        kind: any kind but a call.
        fields: native names and values; unknown ones go to `extra`.
        zone: the zone of times that name none.

    Raises:
        RecordError: says which field hinders, what it holds, what to do.
    """
    columns = LOG_TABLES[kind].columns
    wanted = {name: c for name, c in _FIELDS[kind].items() if name != "zone"}
    row: dict[str, Any] = {}
    faults: list[str] = []
    for name, column in wanted.items():
        try:
            row[name] = _value(name, column, fields.get(name), zone)
        except RecordError as error:
            faults.append(str(error))
            continue
        if row[name] is None and not columns[name].nullable:
            faults.append(f"no {name}; every {kind.replace('_', ' ')} needs one")
    if faults:
        raise RecordError("; ".join(faults))
    _check_period(kind, row)
    if "zone" in columns:
        told = values.moment("started_at", fields.get("started_at"), zone)
        row["zone"] = told and told[1]
    row["extra"] = values.compact_json(
        {k: v for k, v in fields.items() if k not in wanted}
    )
    if "content_hash" in columns:
        row["content_hash"] = _hash(row)
    return row


def _value(name: str, column: Column, told: Any, zone: ZoneInfo) -> Any:
    if column.dtype == pl.String:
        return values.text(name, told)
    if column.dtype == pl.Boolean:
        return values.truth(name, told)
    if column.dtype == pl.Date:
        return values.date(name, told)
    if name == "promised_until" and isinstance(told, str) and len(told) == _DAY_LENGTH:
        # A promise "until the 7th" is kept if it is kept on the 7th.
        told += _END_OF_DAY
    moment = values.moment(name, told, zone)
    return moment and moment[0]


def _check_period(kind: Kind, row: Mapping[str, Any]) -> None:
    start, end = (
        (row[name] for name in _PERIODS[kind]) if kind in _PERIODS else (None, None)
    )
    if start is not None and end is not None and end < start:
        names = _PERIODS[kind]
        raise RecordError(
            f"{names[1]} ({end}) is before {names[0]} ({start}); mend them at the source"
        )


def _hash(row: Mapping[str, Any]) -> str:
    told = {
        k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in row.items()
    }
    content = values.compact_json(told) or ""
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def log_frame(kind: Kind, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows (with `file_hash` and `line`) as a frame of the raw table."""
    return pl.DataFrame(rows, schema=LOG_TABLES[kind].polars_schema, orient="row")
