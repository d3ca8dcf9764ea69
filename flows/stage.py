"""Stage: raw to one clean row for each thing, and a note of every day that this touches."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from flows.settings import Settings
from flows.warehouse import Parameters, Warehouse
from transforms.contracts.columns import CALL_FIELDS, INCIDENT_FIELDS
from transforms.contracts.staging import AGENTS, CALLS, INCIDENTS, SHIFTS
from transforms.contracts.table import Table

_OWN: Final = ("started_at", "zone")
_COMPLETED: Final = tuple(name for name in CALL_FIELDS if name not in _OWN)

_VERSIONS: Final = """
    SELECT call_id, call_no, exported_at FROM raw.calls
    WHERE call_id IN (SELECT id FROM staging.pending WHERE kind = 'call')
    ORDER BY call_no
"""
_LAST_TOLD: Final = ", ".join(
    f"last({name} ORDER BY f.file_no, c.line) FILTER (WHERE {name} IS NOT NULL) AS {name}"
    for name in _COMPLETED
)
_FRESH_CALLS: Final = f"""
    CREATE OR REPLACE TEMP TABLE fresh AS
    WITH told AS (
        SELECT c.call_id, {_LAST_TOLD}
        FROM raw.contact_records AS c JOIN raw.files AS f USING (file_hash)
        WHERE c.call_id IN (SELECT call_id FROM winners)
        GROUP BY c.call_id)
    SELECT r.call_id, r.call_no, r.day, r.started_at, r.zone, r.turns,
        {", ".join(f"coalesce(r.{n}, told.{n}) AS {n}" for n in _COMPLETED if n != "ended_at")},
        coalesce(r.customer_id, told.customer_id) AS source_customer_id,
        -- A record that ends the call before it starts completes nothing.
        CASE WHEN r.ended_at IS NULL AND told.ended_at >= r.started_at
            THEN told.ended_at ELSE r.ended_at END AS ended_at
    FROM raw.calls AS r JOIN winners USING (call_no) LEFT JOIN told ON told.call_id = r.call_id
"""
_LATEST_INCIDENTS: Final = f"""
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT {", ".join(INCIDENT_FIELDS)}, customer_id AS source_customer_id
    FROM raw.incidents JOIN raw.files AS f USING (file_hash)
    WHERE incident_id IN (SELECT id FROM staging.pending WHERE kind = 'incident')
    QUALIFY row_number() OVER (
        PARTITION BY incident_id ORDER BY f.file_no DESC, line DESC) = 1
"""
_LATEST_AGENTS: Final = f"""
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT {", ".join(AGENTS.columns)}
    FROM raw.roster JOIN raw.files AS f USING (file_hash)
    WHERE agent_id IN (SELECT id FROM staging.pending WHERE kind = 'roster')
    QUALIFY row_number() OVER (
        PARTITION BY agent_id, valid_from ORDER BY f.file_no DESC, line DESC) = 1
"""
_LATEST_SHIFTS: Final = f"""
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT {", ".join(SHIFTS.columns)}
    FROM raw.shifts JOIN raw.files AS f USING (file_hash)
    WHERE agent_id IN (SELECT id FROM staging.pending WHERE kind = 'shift')
    QUALIFY row_number() OVER (
        PARTITION BY agent_id, shift_start ORDER BY f.file_no DESC, line DESC) = 1
"""

_CALL_DAYS: Final = """
    SELECT day, 'calls new or corrected' AS reason FROM changed
"""
_INCIDENT_DAYS: Final = """
    WITH linked AS (
        SELECT changed.*, calls.day AS linked_day
        FROM changed LEFT JOIN staging.calls AS calls ON calls.call_id = changed.call_id),
    people AS (
        SELECT DISTINCT source_customer_id, customer_id FROM staging.customers)
    SELECT linked_day AS day, 'incidents new or changed' AS reason
    FROM linked WHERE linked_day IS NOT NULL
    UNION ALL
    SELECT calls.day, 'incidents new or changed'
    FROM linked LEFT JOIN people USING (source_customer_id)
    JOIN staging.calls AS calls
        ON calls.customer_id = coalesce(people.customer_id, linked.source_customer_id)
    WHERE linked_day IS NULL AND calls.started_at BETWEEN
        coalesce(occurred_at, recorded_at) - INTERVAL 7 DAY
        AND coalesce(occurred_at, recorded_at) + INTERVAL 1 DAY
"""
_AGENT_DAYS: Final = """
    SELECT calls.day, 'roster changed' AS reason
    FROM changed JOIN staging.calls AS calls ON calls.agent_id = changed.agent_id
    WHERE calls.day >= coalesce(valid_from, calls.day)
        AND calls.day <= coalesce(valid_to, calls.day)
"""
_SHIFT_DAYS: Final = """
    WITH covered AS (
        SELECT DISTINCT unnest(generate_series(
            timezone($zone, shift_start - INTERVAL 1 SECOND)::DATE,
            timezone($zone, shift_end)::DATE, INTERVAL 1 DAY))::DATE AS day FROM changed)
    SELECT DISTINCT day, 'shifts changed' AS reason
    FROM staging.calls SEMI JOIN covered USING (day)
"""
"""A shift that touches the day before goes on from there; and with anybody's shifts, a call
outside its agent's own is not judged as on a day without any."""


@dataclass(frozen=True)
class StageReport:
    """What one staging changed.

    Attributes:
        calls: calls new, corrected or completed.
        incidents: incidents new or changed.
        agents: roster periods new, changed or gone.
        shifts: shifts new, changed or gone.
        days_due: days that wait to be scored, earlier runs' included.
    """

    calls: int
    incidents: int
    agents: int
    shifts: int
    days_due: int


def stage(settings: Settings, warehouse: Warehouse) -> StageReport:
    """Work what raw has news of into staging, in one transaction; note the days touched.

    A call's version with the greater `exported_at` wins, else that of the later file;
    what it lacks is completed by contact records, the last told of each field. Of
    incidents, roster periods and shifts the last told version stands.
    """
    with warehouse.transaction():
        calls = _stage_calls(warehouse)
        incidents = _replace(
            warehouse, INCIDENTS, _LATEST_INCIDENTS, "incident", _INCIDENT_DAYS
        )
        agents = _replace(warehouse, AGENTS, _LATEST_AGENTS, "roster", _AGENT_DAYS)
        zone: Parameters = {"zone": settings.time_zone}
        shifts = _replace(warehouse, SHIFTS, _LATEST_SHIFTS, "shift", _SHIFT_DAYS, zone)
        warehouse.execute("DELETE FROM staging.pending")
    due = warehouse.read("SELECT count(*) AS n FROM staging.days_due").item()
    return StageReport(calls, incidents, agents, shifts, int(due))


def _stage_calls(warehouse: Warehouse) -> int:
    winners = _winners(warehouse.read(_VERSIONS))
    if winners.is_empty():
        return 0
    with warehouse.lend("winners", winners):
        warehouse.execute(_FRESH_CALLS)
    is_told = [name for name in _told_of(CALLS) if name != "exported_at"]
    _find_changed(warehouse, CALLS, "call_id IN (SELECT call_id FROM fresh)", is_told)
    # When a version was sent again is kept, but changes nothing that is scored.
    _swap(warehouse, CALLS, "call_id IN (SELECT call_id FROM fresh)")
    note_days(warehouse, _CALL_DAYS)
    return _changed(warehouse, "call_id")


def _winners(versions: pl.DataFrame) -> pl.DataFrame:
    """The version of each call that counts: one row a call, `call_id` and `call_no`."""
    is_single = pl.len().over("call_id") == 1
    winners: dict[str, tuple[int, dt.datetime | None]] = {}
    for call_id, call_no, exported_at in versions.filter(~is_single).iter_rows():
        stands = winners.get(call_id)
        if stands is None or not _is_older(exported_at, stands[1]):
            winners[call_id] = (call_no, exported_at)
    several = {
        "call_id": list(winners),
        "call_no": [call_no for call_no, _ in winners.values()],
    }
    schema = {"call_id": pl.String, "call_no": pl.UInt32}
    single = versions.filter(is_single).select("call_id", "call_no")
    return pl.concat([single, pl.DataFrame(several, schema=schema)])


def _is_older(exported_at: dt.datetime | None, standing: dt.datetime | None) -> bool:
    """Whether a later arrival was exported before what stands; both have to say when."""
    return exported_at is not None and standing is not None and exported_at < standing


def _replace(
    warehouse: Warehouse,
    table: Table,
    latest: str,
    kind: str,
    days: str,
    params: Parameters | None = None,
) -> int:
    """Bring one log's table to what raw told last; returns how many rows differ."""
    waiting = warehouse.read(
        "SELECT count(*) AS n FROM staging.pending WHERE kind = $kind", {"kind": kind}
    )
    if not waiting.item():
        return 0
    warehouse.execute(latest)
    of_these = (
        f"{table.key[0]} IN (SELECT id FROM staging.pending WHERE kind = '{kind}')"
    )
    _find_changed(warehouse, table, of_these, _told_of(table))
    _swap(warehouse, table, of_these)
    note_days(warehouse, days, params)
    return _changed(warehouse, ", ".join(table.key))


def _told_of(table: Table) -> list[str]:
    """The columns that the source tells; who the person is follows from them later."""
    if "source_customer_id" not in table.columns:
        return list(table.columns)
    return [name for name in table.columns if name != "customer_id"]


def _find_changed(
    warehouse: Warehouse, table: Table, of_these: str, columns: Sequence[str]
) -> None:
    """Make `changed`: rows of `fresh` that staging lacks, and rows there that go."""
    names = ", ".join(columns)
    standing = warehouse.read(
        f"SELECT count(*) AS n FROM {table.name} WHERE {of_these}"
    )
    if not standing.item():
        # A first load compares with nothing; comparing whole rows is dear.
        needed = "call_id, day" if table is CALLS else names
        warehouse.execute(
            f"CREATE OR REPLACE TEMP TABLE changed AS SELECT {needed} FROM fresh"
        )
        return
    warehouse.execute(f"""
        CREATE OR REPLACE TEMP TABLE changed AS
        WITH standing AS (SELECT {names} FROM {table.name} WHERE {of_these})
        (SELECT {names} FROM fresh EXCEPT SELECT {names} FROM standing)
        UNION ALL
        (SELECT {names} FROM standing EXCEPT SELECT {names} FROM fresh)
    """)


def _swap(warehouse: Warehouse, table: Table, of_these: str) -> None:
    """Put `fresh` in the place of the rows that it is the news of."""
    warehouse.execute(f"DELETE FROM {table.name} WHERE {of_these}")
    warehouse.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM fresh")


def _changed(warehouse: Warehouse, key: str) -> int:
    counted = f"SELECT count(*) AS n FROM (SELECT DISTINCT {key} FROM changed)"
    return int(warehouse.read(counted).item())


def note_days(
    warehouse: Warehouse, days: str, params: Parameters | None = None
) -> None:
    """Add days to staging.days_due, with every reason.

    Args:
        warehouse: where both are.
        days: a query of `day` and `reason`.
        params: its parameters.
    """
    warehouse.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE due AS
        SELECT day, string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reason
        FROM (SELECT * FROM ({days})
            UNION ALL
            SELECT day, unnest(string_split(reason, '; ')) AS reason FROM staging.days_due)
        WHERE day IS NOT NULL
        GROUP BY day
        """,
        params,
    )
    warehouse.execute("DELETE FROM staging.days_due")
    warehouse.execute(
        "INSERT INTO staging.days_due BY NAME SELECT day, reason FROM due"
    )
