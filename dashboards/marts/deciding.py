"""Whom a decision is about, as the published marts know them."""

from collections.abc import Iterable
from typing import Final

from dashboards.marts.door import Published
from dashboards.records.decisions import Person

_PERSON: Final = """
    SELECT customer_id FROM marts.customer_identities
    WHERE source_customer_id = $customer
"""
_IDS: Final = """
    SELECT source_customer_id FROM marts.customer_identities
    WHERE customer_id = $person ORDER BY source_customer_id
"""
_IS_VULNERABLE: Final = """
    SELECT coalesce(bool_or(is_vulnerable), false) FROM marts.call_facts
    WHERE customer_id = $person
"""
_WARNED_IN: Final = """
    SELECT call_id FROM marts.call_facts AS f WHERE customer_id = $person AND EXISTS (
        FROM marts.spans AS s WHERE s.day = f.day AND s.call_no = f.call_no
            AND s.label IN ('boundary', 'warning_of_ending'))
    ORDER BY started_at DESC, call_id
"""
_PERSONS: Final = """
    SELECT source_customer_id, customer_id FROM marts.customer_identities
    WHERE source_customer_id IN (SELECT unnest($customers::VARCHAR[]))
"""


def person(published: Published, customer_id: str) -> Person | None:
    """A customer by any of their ids; None where no call knows it."""
    found = published.rows(_PERSON, {"customer": customer_id})
    if found.is_empty():
        return None
    known = {"person": found.item()}
    ids = published.rows(_IDS, known)["source_customer_id"].to_list()
    return Person(
        customer_ids=tuple(dict.fromkeys((found.item(), *ids))),
        is_vulnerable=bool(published.rows(_IS_VULNERABLE, known).item()),
        warned_in=tuple(published.rows(_WARNED_IN, known)["call_id"].to_list()),
    )


def persons(published: Published, customer_ids: Iterable[str]) -> dict[str, str]:
    """The person of each of some customer ids, as far as calls know them."""
    asked = {"customers": sorted(set(customer_ids))}
    return dict(published.rows(_PERSONS, asked).iter_rows())
