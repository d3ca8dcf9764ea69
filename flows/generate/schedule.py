"""The calendar: how many calls each day takes, and which of them are already booked."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, Literal

from flows.generate.world import PATTERNS, Customer, World

_WEEKDAY_WEIGHT: Final = (1.25, 1.15, 1.05, 1.0, 1.05, 0.5, 0.25)
_BOOKABLE: Final = 0.6
"""Share of a day's calls that may be settled beforehand; the rest ring of themselves."""

_PLANTED_SHARE: Final = 0.08
_CONTACTS: Final = 5
_COMPLAINTS_BEFORE_CHRONIC: Final = 2
_CHRONIC_DAYS: Final = 90


@dataclass(slots=True)
class Promise:
    """A commitment with a due time, settled when the data show how it ended."""

    turn: int
    kind: str
    due_at: datetime
    call_id: str = ""
    status: Literal["kept", "broken", "open"] = "open"


@dataclass(slots=True)
class Contact:
    """A call that is booked before its day begins."""

    customer: Customer
    reason: Literal["callback", "repeat", "broken", "chronic"]
    issue: int
    place: int = 0
    agent_id: str | None = None
    promise: Promise | None = None
    broken_on: date | None = None


class Schedule:
    """Quotas of the days and the bookings on them, by day number from 0."""

    def __init__(
        self, world: World, calls: int, first_day: date, days: int, seed: int
    ) -> None:
        """Share the calls out over the days and book the chronic customers."""
        self.first_day, self.days = first_day, days
        self.quota = _quotas(calls, first_day, days)
        self.booked: dict[int, list[Contact]] = {}
        self.people: dict[int, set[str]] = {}
        self.chronic_next: dict[tuple[str, int], int] = {}
        if days >= _CONTACTS:
            self._plant_chronic(world, calls, Random(f"{seed}:chronic"))

    def date_of(self, day: int) -> date:
        """Give the calendar date of a day number."""
        return self.first_day + timedelta(days=day)

    def book(self, day: int, contact: Contact) -> bool:
        """Book a contact if that day still has room and the customer is free."""
        if not 0 <= day < self.days:
            return False
        people = self.people.setdefault(day, set())
        contacts = self.booked.setdefault(day, [])
        full = len(contacts) >= self.quota[day] * _BOOKABLE
        if full or contact.customer.person_id in people:
            return False
        people.add(contact.customer.person_id)
        contacts.append(contact)
        return True

    def take(self, day: int) -> list[Contact]:
        """Hand over a day's bookings and forget them."""
        return self.booked.pop(day, [])

    def _plant_chronic(self, world: World, calls: int, rng: Random) -> None:
        persons = int(min(calls * _PLANTED_SHARE / _CONTACTS, 5 + calls / 1500))
        for number in range(persons):
            pattern = PATTERNS[number % len(PATTERNS)]
            code = rng.choices(world.languages, world.staff_weights)[0]
            customer = world.add_customer(code, 0.0, (pattern,))
            self._book_pattern(customer, rng, len(world.banks[code].issues))

    def _book_pattern(self, customer: Customer, rng: Random, issues: int) -> None:
        wanted = min(rng.randint(_CONTACTS - 1, _CONTACTS + 2), self.days)
        span = min(self.days, 10 * wanted)
        start = rng.randrange(self.days - span + 1)
        days = sorted(start + offset for offset in rng.sample(range(span), wanted))
        told = rng.sample(range(issues), wanted)
        one = customer.patterns[0] in ("let_down", "supervisor_worthy")
        for place, day in enumerate(days):
            issue = told[0] if one else told[place]
            self.book(day, Contact(customer, "chronic", issue, place))
        for day, following in itertools.pairwise(days):
            self.chronic_next[customer.person_id, day] = following


def may_complain(customer: Customer, day: date) -> bool:
    """Whether one more complaint leaves a customer short of being chronic."""
    if customer.pending_until is not None and customer.pending_until >= day:
        return False
    since = day - timedelta(days=_CHRONIC_DAYS)
    recent = sum(1 for earlier in customer.complained_on if earlier >= since)
    return recent < _COMPLAINTS_BEFORE_CHRONIC


def _quotas(calls: int, first_day: date, days: int) -> list[int]:
    weights = [
        _WEEKDAY_WEIGHT[(first_day + timedelta(days=day)).weekday()]
        for day in range(days)
    ]
    whole, done, share = sum(weights), 0, 0.0
    quotas: list[int] = []
    for weight in weights:
        share += weight
        upto = round(calls * share / whole)
        quotas.append(upto - done)
        done = upto
    return quotas
