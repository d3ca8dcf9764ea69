"""Calls that came without their start, taken in once a contact record tells it."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from flows.intake.call_store import CallStore
from flows.intake.calls import call_columns
from flows.quarantine import kept_records
from flows.readers.source import Record
from flows.settings import Settings
from flows.warehouse import Warehouse

_CAN_BE_TAKEN: Final = """
    SELECT r.file_hash, r.line, r.quarantined_as, c.started_at, c.zone
    FROM raw.rejects AS r
    JOIN raw.contact_records AS c ON c.call_id = r.awaits_call_id
    JOIN raw.files AS f ON f.file_hash = c.file_hash
    WHERE c.started_at IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY r.file_hash, r.line ORDER BY f.file_no DESC, c.line DESC) = 1
    ORDER BY r.file_hash, r.line
"""
_STILL_REFUSED: Final = """
    UPDATE raw.rejects SET reason = $reason, awaits_call_id = NULL
    WHERE file_hash = $file_hash AND line = $line AND kind = 'call'
"""
_TAKEN: Final = """
    DELETE FROM raw.rejects
    WHERE file_hash = $file_hash AND line = $line AND kind = 'call'
"""
_COUNTED: Final = """
    UPDATE raw.files
    SET calls_new = calls_new + $new, calls_repeated = calls_repeated + $repeated,
        calls_rejected = calls_rejected - $new - $repeated
    WHERE file_hash = $file_hash
"""


def take_waiting(
    settings: Settings, warehouse: Warehouse, store: CallStore
) -> tuple[int, int]:
    """Take in the quarantined calls whose start is known by now, one transaction each.

    Returns:
        How many were new, and how many were stored already.
    """
    new = repeated = 0
    for row in warehouse.read(_CAN_BE_TAKEN).iter_rows(named=True):
        try:
            with warehouse.transaction():
                stored = _take(settings, warehouse, store, row)
        except BaseException:
            store.forget()
            raise
        store.parts.clear()
        new, repeated = new + stored[0], repeated + stored[1]
    return new, repeated


def _take(
    settings: Settings, warehouse: Warehouse, store: CallStore, row: dict[str, Any]
) -> tuple[int, int]:
    place = {"file_hash": row["file_hash"], "line": row["line"]}
    fields = kept_records(settings.quarantine, row["quarantined_as"]).get(row["line"])
    if fields is None:
        reason = (
            f"its contact record came, but quarantine/{row['quarantined_as']} no longer"
            " holds the call; put the file into the inbox again, altered by a blank line"
        )
        warehouse.execute(_STILL_REFUSED, {**place, "reason": reason})
        return 0, 0
    fields["started_at"] = _local(row["started_at"], row["zone"])
    record = Record("call", row["line"], fields, b"")
    (columns,) = call_columns([record], settings.zone)
    if columns.refused:
        warehouse.execute(
            _STILL_REFUSED, {**place, "reason": columns.refused[0].reason}
        )
        return 0, 0
    new, repeated = store.store([row["file_hash"]], [columns])[0]
    warehouse.execute(_TAKEN, place)
    counted = {"file_hash": row["file_hash"], "new": new, "repeated": repeated}
    warehouse.execute(_COUNTED, counted)
    return new, repeated


def _local(started_at: dt.datetime, zone: str) -> str:
    """The start as the contact record told it: ISO 8601 with its offset."""
    if zone[:1] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        offset = dt.timedelta(hours=hours, minutes=minutes)
        told_in: dt.tzinfo = dt.timezone(-offset if zone[0] == "-" else offset)
    else:
        told_in = ZoneInfo(zone)
    return started_at.astimezone(told_in).isoformat()


def waiting(warehouse: Warehouse) -> pl.DataFrame:
    """One row for each call that waits for a contact record: `call_id`, `file_name`."""
    return warehouse.read(
        "SELECT awaits_call_id AS call_id, file_name FROM raw.rejects"
        " WHERE awaits_call_id IS NOT NULL ORDER BY ALL"
    )
