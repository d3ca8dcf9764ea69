"""The calendar: how many calls each day takes, and which of them are already booked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from flows.generate.conversation import Plan
from flows.generate.due import Due
from flows.generate.world import Customer

_WEEKDAY_WEIGHT: Final = (1.25, 1.15, 1.05, 1.0, 1.05, 0.5, 0.25)
_BOOKABLE: Final = 0.6
"""Share of a day's calls that may be settled beforehand; the rest ring of themselves."""

_COMPLAINTS_BEFORE_CHRONIC: Final = 2
_CHRONIC_DAYS: Final = 90


Outcome = Literal[
    "kept", "late", "broken", "told", "open", "vague", "vague_kept", "nothing_shows"
]
"""How a promise ended: `late` is done after it was due; `told`, not done, as the customer
says in a later call; `vague` never named a time; of `nothing_shows` no record tells."""

Reason = Literal[
    "callback", "repeat", "broken", "chronic", "business", "pair", "transfer"
]


@dataclass(slots=True)
class Promise:
    """A commitment with a due time, settled when the data show how it ended.

    `status` is what can be known from the exports, `outcome` how it came about.
    """

    turn: int
    kind: str
    due: Due
    due_at: datetime | None
    call_id: str = ""
    status: Literal["kept", "broken", "open", "unknowable"] = "open"
    outcome: Outcome = "open"

    @property
    def said(self) -> str:
        """By when, in the agent's words."""
        return self.due.say

    @property
    def is_exact(self) -> bool:
        """Whether nobody could read another minute in the words."""
        return self.due.is_exact

    def ends(
        self, status: Literal["kept", "broken", "unknowable"], outcome: Outcome
    ) -> None:
        """Settle the promise."""
        self.status, self.outcome = status, outcome


@dataclass(slots=True)
class Contact:
    """A call that is booked before somebody rings.

    Attributes:
        customer: who rings or is rung.
        reason: why.
        issue: what about, by its number in the bank.
        place: how many of the customer's planted contacts came before.
        agent_id: who rings back.
        promise: the promise that is kept with it, or complained of.
        broken_on: the day on which that promise was broken.
        is_grave: whether it is about a grave case.
        plan: of a call that goes on with another agent.
        not_by: the agent who handed it on.
        between: seconds of the day, where it is booked while the day runs.
    """

    customer: Customer
    reason: Reason
    issue: int
    place: int = 0
    agent_id: str | None = None
    promise: Promise | None = None
    broken_on: date | None = None
    is_grave: bool = False
    plan: Plan | None = None
    not_by: str | None = None
    between: tuple[float, float] | None = None


class Schedule:
    """Quotas of the days and the bookings on them, by day number from 0."""

    def __init__(self, calls: int, first_day: date, days: int) -> None:
        """Share the calls out over the days, with nothing booked."""
        self.first_day, self.days = first_day, days
        self.quota = _quotas(calls, first_day, days)
        self.booked: dict[int, list[Contact]] = {}
        self.people: dict[int, set[str]] = {}
        self.chronic_next: dict[tuple[str, int], int] = {}

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
