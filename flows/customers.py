"""The marts of customers, from what the candidate and the warehouse hold of all days."""

from typing import Final

import polars as pl

from flows.warehouse import Warehouse
from transforms.cases import cases
from transforms.chronic import chronic_marts
from transforms.complaints import contacts, repeat_contacts, repeat_gaps
from transforms.contracts import marts
from transforms.contracts.customer_marts import (
    CALL_ISSUES,
    CASES,
    CHRONIC_CUSTOMERS,
    REPEAT_CONTACTS,
    REPEAT_GAPS,
)
from transforms.contracts.staging import CALLS, INCIDENTS
from transforms.customer_counts import History
from transforms.knowledge.bundle import Knowledge

_PROMISES: Final = """
    SELECT call_id, status::VARCHAR AS status, due_at FROM marts.promises
    WHERE status IN ('kept', 'broken')
"""


def customer_marts(
    candidate: Warehouse,
    warehouse: Warehouse,
    knowledge: Knowledge,
    facts: pl.DataFrame,
    as_of: int,
) -> dict[str, pl.DataFrame]:
    """The marts of customers, by name.

    Args:
        candidate: marts of the days; also the list of chronic customers so far.
        warehouse: calls and incidents.
        knowledge: thresholds, and what is advised.
        facts: `marts.call_facts` of all days.
        as_of: the last moment in the data, in microseconds.
    """
    thresholds = knowledge.thresholds
    incidents = warehouse.read_table(INCIDENTS)
    together = contacts(facts, candidate.read_table(CALL_ISSUES), incidents, thresholds)
    known = cases(together, as_of, thresholds)
    unnamed = facts.filter(pl.col("customer_id").is_null())
    history = History(
        together=together,
        cases=known,
        facts=facts,
        calls=warehouse.read_table(CALLS),
        events=candidate.read_table(marts.ESCALATION_EVENTS),
        incidents=incidents,
        promises=candidate.read(_PROMISES),
        listed=candidate.read_table(CHRONIC_CUSTOMERS).select("customer_id"),
        as_of=as_of,
    )
    return {
        REPEAT_CONTACTS.name: repeat_contacts(together, unnamed, as_of),
        REPEAT_GAPS.name: repeat_gaps(together, as_of),
        CASES.name: known,
        **chronic_marts(history, thresholds, knowledge.chronic),
    }
