"""What comes of a call: promises kept and broken, and customers who ring again."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from flows.generate.bank import Bank
from flows.generate.call import Call
from flows.generate.conversation import Plan
from flows.generate.due import Due, Sort
from flows.generate.schedule import Contact, Promise, Schedule
from flows.generate.world import Customer

_LONGEST_PROMISE: Final = 5
_PATIENCE_DAYS: Final = 3
_LATE_DAYS: Final = (3, 6)
"""Days after the due one: late by every fair reading of 'within two days'."""

_VAGUE_DAYS: Final = 14
"""Days in which no other promise is made to somebody who waits for news."""

_MOST_COMPLAINTS: Final = 2
"""Of a customer who wasn't planted as chronic: one more might make one."""

_SORTS: Final[tuple[Sort, ...]] = ("call", "thing", "vague")
_SORT_WEIGHTS: Final = (60, 28, 12)
_AFTER_CALL: Final = 16 * 60
"""Seconds until the earliest call back: sooner it would pass for the same contact."""

_BEFORE_DUE: Final = 600
_LATE_CALLS: Final = 0.35
_TELLING: Final = 0.6
_CALLED_ANYWAY: Final = 0.35
_HANDING_ON: Final = (60.0, 480.0)
_MIDNIGHT: Final = 24 * 3600.0


class Aftermath:
    """Books the calls that follow from calls, and settles the promises in them.

    Attributes:
        promises: every promise that was made.
        today: contacts still to be booked on the running day.
    """

    def __init__(self, schedule: Schedule, banks: dict[str, Bank]) -> None:
        """Begin with no promise made."""
        self.schedule = schedule
        self.words = {code: bank.due_words for code, bank in banks.items()}
        self.promises: list[Promise] = []
        self.today: list[Contact] = []

    def due(
        self, customer: Customer, plan: Plan, now: datetime, rng: Random
    ) -> Due | None:
        """Choose when a promise of this call would fall due, if one may be made.

        A customer has one promise open at a time, so that each can be told apart.
        """
        today = now.date()
        waiting = customer.pending_until is not None and customer.pending_until >= today
        if waiting or plan.kind not in ("complaint", "heated"):
            return None
        if customer.role != "caller" and "let_down" not in customer.patterns:
            return None
        latest = _LONGEST_PROMISE
        day = (today - self.schedule.first_day).days
        following = self.schedule.chronic_next.get((customer.person_id, day))
        if following is not None:
            latest = min(latest, following - day - 1)
        if latest < 1:
            return None
        sort = "call" if plan.promises else rng.choices(_SORTS, _SORT_WEIGHTS)[0]
        return self.words[customer.language].drawn(sort, now, latest, rng)

    def settle(self, call: Call, contact: Contact | None, day: int) -> None:
        """Write down what the call means for the customer and the days to come."""
        talk, plan = call.talk, call.plan
        self._remember(call, self.schedule.date_of(day))
        if contact is not None and contact.promise is not None:
            _settled(contact.promise, call)
        for turn, kind in talk.promises:
            if plan.due is not None:
                self._promise(call, turn, kind, plan.due, day)
        if plan.then is not None:
            self._hand_on(call, plan.then)
        if plan.kind == "heated" and not talk.settled and not talk.promises:
            self._ring_again(call, day)

    def unlogged(self, call: Call) -> None:
        """Nobody wrote the call down: of what it promised, no record can tell."""
        for promise in call.promises:
            if promise.due.sort == "thing" and promise.outcome in ("kept", "broken"):
                promise.ends("unknowable", "nothing_shows")

    def close(self, as_of: datetime) -> None:
        """Leave open what isn't due by the last moment in the data, and isn't done."""
        for promise in self.promises:
            late = promise.due_at is not None and promise.due_at > as_of
            if late and promise.status != "kept":
                promise.status, promise.outcome = "open", "open"

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

    def _hand_on(self, call: Call, plan: Plan) -> None:
        contact = Contact(call.customer, "transfer", plan.issue, plan=plan)
        contact.not_by = call.agent.agent_id
        ends = call.start + call.talk.clock
        contact.between = ends + _HANDING_ON[0], ends + _HANDING_ON[1]
        self.today.append(contact)

    def _promise(self, call: Call, turn: int, kind: str, due: Due, day: int) -> None:
        said = call.started_at + timedelta(seconds=call.talk.ended(turn))
        promise = Promise(turn, kind, due, due.moment(said))
        self.promises.append(promise)
        call.promises.append(promise)
        customer, today = call.customer, self.schedule.date_of(day)
        if promise.due_at is None:
            customer.pending_until = today + timedelta(days=_VAGUE_DAYS)
            self._leave_vague(call, promise, day)
            return
        due_on = promise.due_at.date()
        patience = 0 if customer.patterns else _PATIENCE_DAYS
        customer.pending_until = due_on + timedelta(days=patience)
        on = (due_on - self.schedule.first_day).days
        if on >= self.schedule.days or self._keeps(call, promise, day, on):
            return
        promise.ends("broken", "broken")
        customer.broken_promises += 1
        customer.grievance = due_on if customer.patterns else None
        self._break(call, promise, due_on, on)

    def _leave_vague(self, call: Call, promise: Promise, day: int) -> None:
        promise.ends("unknowable", "vague")
        in_days = day + call.talk.rng.randint(1, _PATIENCE_DAYS)
        if call.talk.chance(_CALLED_ANYWAY):
            self.schedule.book(in_days, _call_back(call, promise))
        elif call.talk.chance(_TELLING):
            on = day + _LONGEST_PROMISE
            self._complain_of(call, promise, self.schedule.date_of(on), on)

    def _keeps(self, call: Call, promise: Promise, day: int, on: int) -> bool:
        skill = call.agent.skills["keep_promises"]
        keeps = "let_down" not in call.customer.patterns and call.talk.chance(skill)
        if promise.due.sort == "thing":
            promise.ends("kept" if keeps else "broken", "kept" if keeps else "broken")
            return keeps
        kept = keeps and self._book_callback(call, promise, day, on)
        call.talk.conduct["keep_promises"] = kept
        if kept:
            # What becomes of it is settled by the call; if none comes, it is broken.
            promise.ends("broken", "broken")
        return kept

    def _book_callback(self, call: Call, promise: Promise, day: int, on: int) -> bool:
        contact = _call_back(call, promise)
        if on > day:
            early = call.talk.rng.randint(day + 1, on)
            return self.schedule.book(early, contact) or self.schedule.book(on, contact)
        after = call.start + call.talk.clock + _AFTER_CALL
        before = latest_second(promise)
        contact.between = after, before
        if after < before:
            self.today.append(contact)
        return after < before

    def _break(self, call: Call, promise: Promise, due_on: date, on: int) -> None:
        customer, rng = call.customer, call.talk.rng
        if customer.patterns:
            return
        if promise.due.sort != "thing" and call.talk.chance(_LATE_CALLS):
            late = on + rng.randint(*_LATE_DAYS)
            customer.pending_until = self.schedule.date_of(late)
            self.schedule.book(late, _call_back(call, promise))
        elif call.talk.chance(_TELLING):
            self._complain_of(call, promise, due_on, on)

    def _complain_of(self, call: Call, promise: Promise, due_on: date, on: int) -> None:
        if _may_return(call.customer):
            contact = Contact(call.customer, "broken", call.plan.issue)
            contact.promise, contact.broken_on = promise, due_on
            self.schedule.book(on + call.talk.rng.randint(1, _PATIENCE_DAYS), contact)

    def _ring_again(self, call: Call, day: int) -> None:
        customer = call.customer
        if _may_return(customer) and call.talk.chance(0.6):
            contact = Contact(customer, "repeat", call.plan.issue)
            if self.schedule.book(day + call.talk.rng.randint(1, 7), contact):
                today = self.schedule.date_of(day)
                customer.pending_until = today + timedelta(days=8)


def latest_second(promise: Promise) -> float:
    """Second of the local day by which a call keeps a promise, by every fair reading."""
    if promise.due_at is None:
        return _MIDNIGHT
    due = promise.due_at
    margin = _BEFORE_DUE if promise.is_exact else 9 * _BEFORE_DUE
    return due.hour * 3600.0 + due.minute * 60 - margin


def _call_back(call: Call, promise: Promise) -> Contact:
    contact = Contact(call.customer, "callback", call.plan.issue)
    contact.agent_id, contact.promise = call.agent.agent_id, promise
    return contact


def _settled(promise: Promise, call: Call) -> None:
    if not call.outbound:
        promise.ends("broken", "told")
    elif promise.due_at is None:
        promise.ends("kept", "vague_kept")
    elif call.started_at <= promise.due_at:
        promise.ends("kept", "kept")
    else:
        promise.ends("broken", "late")


def _may_return(customer: Customer) -> bool:
    few = len(customer.complained_on) < _MOST_COMPLAINTS
    return customer.role == "caller" and few
