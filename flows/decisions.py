"""Management's decisions on customers, as a run reads them from the records store."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from dashboards.records import decisions as kept
from dashboards.records.store import Records
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.decisions import DECISIONS
from transforms.knowledge.thresholds import Thresholds

_DAY_SECONDS: Final = 86_400
_OF_PERSONS: Final = """
    SELECT coalesce(c.customer_id, m.customer_id) AS customer_id, m.decided_at
    FROM made AS m LEFT JOIN (
        SELECT source_customer_id, any_value(customer_id) AS customer_id
        FROM staging.customers GROUP BY source_customer_id) AS c
        ON c.source_customer_id = m.customer_id
"""
_DECIDED_SINCE: Final = """
    WITH now AS (
        SELECT f.call_id, max(d.decided_at) AS decided_at
        FROM marts.call_facts AS f JOIN decided AS d ON d.customer_id = f.customer_id
            AND d.decided_at BETWEEN f.started_at
                AND f.started_at + to_seconds($window::DOUBLE)
        GROUP BY f.call_id)
    SELECT DISTINCT f.day FROM marts.call_facts AS f LEFT JOIN now USING (call_id)
    WHERE f.decided_at IS DISTINCT FROM now.decided_at
        OR f.are_decisions_kept IS DISTINCT FROM coalesce(f.started_at >= $since, false)
    ORDER BY f.day
"""


@dataclass(frozen=True)
class Decisions:
    """What the records store holds of decisions.

    Attributes:
        made: see `transforms.decisions.DECISIONS`; None where none was ever recorded, so
            that nothing tells whether the centre keeps them here.
        since: when the first of them was recorded.
    """

    made: pl.DataFrame | None
    since: datetime | None


NOT_KEPT: Final = Decisions(None, None)


def decisions_kept(settings: Settings, warehouse: Warehouse) -> Decisions:
    """All decisions that were not withdrawn, each of the person whom the calls name today.

    Raises:
        RecordsError: the store is there and cannot be read.
    """
    rows = kept.history(Records(settings.records_url))
    if not rows:
        return NOT_KEPT
    made = [
        {"customer_id": row["customer_id"], "decided_at": row["recorded_at"]}
        for row in kept.valid(rows)
    ]
    since = min(row["recorded_at"] for row in rows)
    with warehouse.lend("made", pl.DataFrame(made, schema=DECISIONS)):
        of_persons = warehouse.read(_OF_PERSONS)
    typed = (pl.col(name).cast(dtype) for name, dtype in DECISIONS.items())
    return Decisions(of_persons.select(typed), since)


def decided_days(
    published: Warehouse, decisions: Decisions, thresholds: Thresholds
) -> list[date]:
    """Days with a call after which management decided otherwise than the run knew."""
    made = decisions.made
    told = pl.DataFrame(schema=DECISIONS) if made is None else made
    window = {
        "window": thresholds.review_days.value * _DAY_SECONDS,
        "since": decisions.since,
    }
    with published.lend("decided", told):
        return published.read(_DECIDED_SINCE, window)["day"].to_list()
