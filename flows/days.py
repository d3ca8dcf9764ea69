"""Which days a run scores, and as of when."""

from datetime import UTC, date, datetime
from typing import Final

from flows.warehouse import Warehouse

_LAST_MOMENT: Final = """
    SELECT max(moment) AS last FROM (
        SELECT max(coalesce(ended_at, started_at)) AS moment FROM staging.calls
        UNION ALL SELECT max(greatest(occurred_at, recorded_at)) FROM staging.incidents)
"""
_DUE: Final = "SELECT day FROM staging.days_due"
_ALL: Final = "SELECT DISTINCT day FROM staging.calls"
_CLOSED_WINDOWS: Final = """
    SELECT DISTINCT day FROM marts.call_facts WHERE window_closes_at <= $as_of
"""
_TOUCHED_WINDOWS: Final = """
    SELECT DISTINCT day FROM marts.call_facts
    WHERE window_closes_at IS NOT NULL
        AND customer_id IN (SELECT customer_id FROM touched)
"""
_TOUCHED: Final = """
    SELECT DISTINCT customer_id FROM staging.calls
    WHERE customer_id IS NOT NULL AND day IN (SELECT day FROM staging.days_due)
"""
_OTHER_KNOWLEDGE: Final = """
    SELECT DISTINCT day FROM marts.call_facts WHERE knowledge <> $knowledge
"""


def last_moment(warehouse: Warehouse) -> datetime | None:
    """The last moment in the data: of a call or an incident; None if there is neither."""
    moment = warehouse.read(_LAST_MOMENT).item()
    return None if moment is None else moment.astimezone(UTC)


def touched_days(warehouse: Warehouse, *, everything: bool) -> list[date]:
    """Days with news since the last publishing, or all that have calls."""
    due = warehouse.read(f"{_DUE} UNION {_ALL}" if everything else _DUE)
    return sorted(due["day"].to_list())


def reopened_days(
    warehouse: Warehouse, published: Warehouse, as_of: datetime
) -> list[date]:
    """Days to be judged again though nothing in them is new.

    A window of theirs has closed, or one that is still open concerns a customer who has
    news.
    """
    days = set(published.read(_CLOSED_WINDOWS, {"as_of": as_of})["day"].to_list())
    with published.lend("touched", warehouse.read(_TOUCHED)):
        days |= set(published.read(_TOUCHED_WINDOWS)["day"].to_list())
    return sorted(days)


def outdated_days(published: Warehouse, knowledge: str) -> list[date]:
    """Days scored by other knowledge than today's."""
    return sorted(
        published.read(_OTHER_KNOWLEDGE, {"knowledge": knowledge})["day"].to_list()
    )
