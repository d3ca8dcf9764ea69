"""Decisions on customers: recorded, taken back, and looked up, as of today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboards.marts import deciding
from dashboards.marts.door import Published
from dashboards.records import decisions as kept
from dashboards.records.decisions import Decision, Person
from dashboards.records.store import Records
from flows.publish import current_file
from flows.settings import Settings


class UnknownCustomerError(LookupError):
    """No published call is of this customer."""


@dataclass(frozen=True)
class Decided:
    """What was ever decided on one customer.

    Attributes:
        person: the customer.
        rows: all rows of the records store, oldest first.
        standing: ids of the decisions that count now.
    """

    person: Person
    rows: Sequence[Mapping[str, Any]]
    standing: frozenset[int]


def today(settings: Settings) -> date:
    """The contact centre's local day, by the clock: reviews are people's, not a run's."""
    return datetime.now(settings.zone).date()


def record(settings: Settings, decision: Decision) -> Mapping[str, Any]:
    """Record a decision; returns its row.

    Raises:
        UnknownCustomerError: no published call is of the customer.
        DecisionError: a rule is broken; see `dashboards.records.decisions.decide`.
        RecordsError: the store cannot be read or written.
        PublishedError: nothing was published yet.
    """
    known = _person(settings, decision.customer_id)
    records = Records(settings.records_url)
    return kept.decide(records, known, decision, today(settings))


def withdraw(
    settings: Settings, customer_id: str, number: int, *, by: str, why: str
) -> Mapping[str, Any]:
    """Take a decision back; returns the row that does.

    Raises:
        UnknownCustomerError: no published call is of the customer.
        DecisionError: there is no such decision to take back.
        RecordsError: the store cannot be read or written.
        PublishedError: nothing was published yet.
    """
    known = _person(settings, customer_id)
    return kept.withdraw(Records(settings.records_url), known, number, by=by, why=why)


def decided(settings: Settings, customer_id: str) -> Decided:
    """What was ever decided on a customer, under any of the person's ids.

    Raises:
        UnknownCustomerError: no published call is of the customer.
        RecordsError: the store cannot be read.
        PublishedError: nothing was published yet.
    """
    known = _person(settings, customer_id)
    rows = kept.history(Records(settings.records_url), known.customer_ids)
    return Decided(known, rows, frozenset(row["id"] for row in kept.standing(rows)))


def overdue(settings: Settings) -> list[Mapping[str, Any]]:
    """Decisions whose day of review has passed, the longest overdue first.

    Raises:
        RecordsError: the store cannot be read.
        PublishedError: nothing was published yet.
    """
    rows = kept.history(Records(settings.records_url))
    ids = [row["customer_id"] for row in rows]
    return kept.overdue(rows, deciding.persons(_door(settings), ids), today(settings))


def _door(settings: Settings) -> Published:
    current_file(settings.published)
    return Published(settings.published, settings.home)


def _person(settings: Settings, customer_id: str) -> Person:
    found = deciding.person(_door(settings), customer_id)
    if found is None:
        raise UnknownCustomerError(
            f"no customer {customer_id!r} in the published version of {settings.home};"
            " `coolhead export customer_identities` lists their ids, and so does the page"
            " Customers"
        )
    return found
