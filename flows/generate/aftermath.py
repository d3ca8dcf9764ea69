"""What comes of a call: promises kept and broken, and customers who ring again."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from flows.generate.bank import Bank
from flows.generate.call import Call
from flows.generate.conversation import Plan
from flows.generate.schedule import Contact, Promise, Schedule
from flows.generate.world import Customer

_LONGEST_PROMISE: Final = 5
_PATIENCE_DAYS: Final = 3
_MOST_COMPLAINTS: Final = 2
"""Of a customer who wasn't planted as chronic: one more might make one."""


class Aftermath:
    """Books the calls that follow from calls, and settles the promises in them."""

    def __init__(self, schedule: Schedule, zone: ZoneInfo) -> None:
        """Begin with no promise made."""
        self.schedule, self.zone = schedule, zone
        self.promises: list[Promise] = []

    def due(
        self, customer: Customer, plan: Plan, bank: Bank, day: int, rng: Random
    ) -> datetime | None:
        """Choose when a promise of this call would fall due, if one may be made.

        A customer has one promise open at a time, so that each can be told apart.
        """
        today = self.schedule.date_of(day)
        waiting = customer.pending_until is not None and customer.pending_until >= today
        if waiting or plan.kind in ("enquiry", "callback"):
            return None
        latest = _LONGEST_PROMISE
        following = self.schedule.chronic_next.get((customer.person_id, day))
        if following is not None:
            latest = min(latest, following - day - 1)
        if latest < 1:
            return None
        on = today + timedelta(days=rng.randint(1, latest))
        clock = time.fromisoformat(rng.choice(sorted(bank.times)))
        return datetime.combine(on, clock, self.zone)

    def settle(
        self, call: Call, contact: Contact | None, due: datetime | None, day: int
    ) -> None:
        """Write down what the call means for the customer and the days to come."""
        talk = call.talk
        self._remember(call, self.schedule.date_of(day))
        if contact is not None and contact.promise is not None:
            in_time = call.started_at <= contact.promise.due_at
            contact.promise.status = "kept" if in_time else "broken"
        for turn, kind in talk.promises:
            if due is not None:
                self._promise(call, Promise(turn, kind, due), day)
        if call.plan.kind == "heated" and not talk.settled and not talk.promises:
            self._ring_again(call, day)

    def _remember(self, call: Call, today: date) -> None:
        talk, customer = call.talk, call.customer
        customer.calls += 1
        customer.heated += call.plan.kind == "heated"
        customer.abusive += any(x[1] in ("insult", "threat") for x in talk.planted)
        customer.supervisor_requests += "supervisor_request" in talk.events
        if call.plan.kind in ("heated", "complaint"):
            customer.complained_on.append(today)
            customer.issues.add(call.plan.issue)
            customer.unresolved += not talk.settled

    def _promise(self, call: Call, promise: Promise, day: int) -> None:
        if promise.kind == "delivery":
            promise.due_at = promise.due_at.replace(hour=23, minute=59)
        self.promises.append(promise)
        call.promises.append(promise)
        customer, due_on = call.customer, promise.due_at.date()
        patience = 0 if customer.patterns else _PATIENCE_DAYS
        customer.pending_until = due_on + timedelta(days=patience)
        on = (due_on - self.schedule.first_day).days
        if on < self.schedule.days and not self._keeps(call, promise, day, on):
            promise.status = "broken"
            customer.broken_promises += 1
            customer.grievance = due_on if customer.patterns else None
            self._complain_of(call, due_on, on)

    def _keeps(self, call: Call, promise: Promise, day: int, on: int) -> bool:
        skill = call.agent.skills["keep_promises"]
        keeps = "let_down" not in call.customer.patterns and call.talk.chance(skill)
        if promise.kind == "delivery":
            promise.status = "kept" if keeps else "broken"
            return keeps
        kept = keeps and self._book_callback(call, promise, day, on)
        call.talk.conduct["keep_promises"] = kept
        return kept

    def _book_callback(self, call: Call, promise: Promise, day: int, on: int) -> bool:
        contact = Contact(call.customer, "callback", call.plan.issue)
        contact.agent_id, contact.promise = call.agent.agent_id, promise
        early = call.talk.rng.randint(day + 1, on)
        return self.schedule.book(early, contact) or self.schedule.book(on, contact)

    def _complain_of(self, call: Call, due_on: date, on: int) -> None:
        if _may_return(call.customer):
            contact = Contact(call.customer, "broken", call.plan.issue)
            contact.broken_on = due_on
            self.schedule.book(on + call.talk.rng.randint(1, _PATIENCE_DAYS), contact)

    def _ring_again(self, call: Call, day: int) -> None:
        customer = call.customer
        if _may_return(customer) and call.talk.chance(0.6):
            contact = Contact(customer, "repeat", call.plan.issue)
            if self.schedule.book(day + call.talk.rng.randint(1, 7), contact):
                today = self.schedule.date_of(day)
                customer.pending_until = today + timedelta(days=8)


def _may_return(customer: Customer) -> bool:
    few = len(customer.complained_on) < _MOST_COMPLAINTS
    return not customer.is_planted and few
