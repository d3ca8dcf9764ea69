"""Promises: what came of each commitment, by later calls, the incident log, or the customer.

What is promised decides what can show it. A call back shows in the calls that we make; a
delivery, a visit or a refund in the incident log; and customers say in later calls what
came of it. Calls decide on calls; on everything else the customer's word outranks the log.
What no record can show is `unknowable`, never broken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from transforms.commitment import OUTSIDE, Commitment
from transforms.commitments import commitments
from transforms.contracts.promise_marts import Ground, Status
from transforms.heard import NEVER, Ints
from transforms.incidents import DAY, HOUR
from transforms.knowledge.promises import Kind, Told

if TYPE_CHECKING:
    from transforms.context import Context

CONTACT: Final[frozenset[Kind]] = frozenset({"call_back", "investigation"})
"""Kinds that a call to the customer keeps."""
THING: Final[frozenset[Kind]] = frozenset({"visit", "refund", "investigation", "other"})
"""Kinds that the incident log may show as done."""
_MESSAGE: Final[frozenset[Kind]] = frozenset({"message"})
_ABOUT: Final[dict[Told, frozenset[Kind]]] = {
    "not_called": CONTACT,
    "called": CONTACT,
    "not_done": THING | _MESSAGE,
    "done": THING | _MESSAGE,
    "not_kept": CONTACT | THING,
}
_IN_FAVOUR: Final = ("called", "done")
_NO_CUSTOMER: Final = "the source names no customer, so no later call can be found"
NO_CALLS_OUT: Final = "no calls to customers are exported around that time"
_NO_MESSAGES: Final = "no record shows what was written to the customer"
_NO_INCIDENT: Final = "no incident of the call says whether it was done"
_NO_LOG: Final = "no incident log covers the day"
_NO_STATUS: Final = "the incident log tells no status"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Promise:
    """One commitment, and what came of it.

    Attributes:
        made: the commitment.
        status: kept, broken, open or unknowable.
        ground: on what the status rests, in few words.
        why: the reason, in words.
        settled_at: when it was kept, in microseconds; of a broken one, when it was due;
            None where it is not settled.
        settled_by: the call or incident that shows it; None where none does.
        closes: when it is to be judged again though nothing new is told; else NEVER.
    """

    made: Commitment
    status: Status
    ground: Ground
    why: str
    settled_at: int | None = None
    settled_by: str | None = None
    closes: int = NEVER


def promises(context: "Context") -> list[Promise]:
    """What came of every commitment of a batch, in (call, place) order."""
    made = commitments(context)
    records = _Records(context, {each.call for each in made})
    return [_Settling(each, records).settled() for each in made]


@dataclass(frozen=True)
class _Incident:
    incident_id: str
    status: str | None
    written: int | None


class _Records:
    """What later calls and the incident log hold of the calls with promises."""

    def __init__(self, context: "Context", calls: set[int]) -> None:
        self.context, self.thresholds = context, context.thresholds
        own = context.heard.calls
        self.call_ids = own["call_id"].to_list()
        self.customers: list[str | None] = own["customer_id"].to_list()
        ended = np.where(context.ended == NEVER, context.started, context.ended)
        self.since = [int(moment) for moment in ended]
        wanted = sorted({self.customers[call] or "" for call in calls})
        mine = pl.col("customer_id").is_in(wanted)
        known = context.neighbours.known.filter(mine, direction="outbound")
        out = known.sort("started_at", "call_id").with_columns(
            at=pl.col("started_at").to_physical()
        )
        self._calls_out: dict[str, list[tuple[int, str]]] = _by_customer(
            out, "at", "call_id"
        )
        words = context.around.promise_words.filter(mine).sort("said_at", "says")
        self._words: dict[str, list[tuple[int, Told, str, int]]] = _by_customer(
            words.with_columns(at=pl.col("said_at").to_physical()),
            *("at", "says", "call_id", "turn"),
        )
        self._incidents = self._linked()

    def _linked(self) -> dict[int, list[_Incident]]:
        links = self.context.incidents.links.with_columns(
            moment=pl.coalesce("recorded_at", "occurred_at").to_physical()
        ).select("call", "incident_id", "status", "moment")
        found: dict[int, list[_Incident]] = {}
        for call, *fields in links.iter_rows():
            found.setdefault(call, []).append(_Incident(*fields))
        return found

    def called(self, call: int) -> tuple[int, str] | None:
        """The first call to the customer after a call: when, and which."""
        since, own = self.since[call], self.call_ids[call]
        out = self._calls_out.get(self.customers[call] or "", [])
        return next((row for row in out if row[0] >= since and row[1] != own), None)

    def told(self, made: Commitment) -> tuple[int, Told, str, int] | None:
        """What the customer first said came of it: when, what, in which call and turn."""
        since = self.since[made.call]
        until = since if not made.has_due else max(made.due, since)
        last = until + int(self.thresholds.told_days.value * DAY)
        customer = self.customers[made.call] or ""
        for at, says, call_id, turn in self._words.get(customer, []):
            passed = at > (since if says in _IN_FAVOUR else until)
            if passed and at <= last and made.kind in _ABOUT[says]:
                return at, says, call_id, turn
        return None

    def incidents(self, call: int) -> Sequence[_Incident]:
        """The incidents linked to a call, nearest first."""
        return self._incidents.get(call, ())

    def is_closed(self, incident: _Incident) -> bool:
        """Whether the log says that the matter is settled."""
        closed = self.thresholds.closed_statuses.words
        return (incident.status or "").lower() in closed


def _by_customer(rows: pl.DataFrame, *columns: str) -> dict[str, list[tuple[Any, ...]]]:
    """The columns of each customer's rows, in their order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for customer, *row in rows.select("customer_id", *columns).iter_rows():
        found.setdefault(customer, []).append(tuple(row))
    return found


class _Settling:
    """One commitment before the records."""

    def __init__(self, made: Commitment, records: _Records) -> None:
        self.made, self.records = made, records
        self.as_of = records.context.as_of
        self.thresholds = records.thresholds
        self.since = records.since[made.call]
        self.has_customer = records.customers[made.call] is not None

    def settled(self) -> Promise:
        """What came of it."""
        kept = self._called_in_time() if self._may_be_called else None
        if kept is not None:
            return kept
        return self._thing() if self.made.kind in THING else self._call()

    @property
    def _may_be_called(self) -> bool:
        return self.made.kind in CONTACT or self.made.place == OUTSIDE

    @property
    def _usual(self) -> int:
        """Until when a call keeps a promise without a due time."""
        return self.since + int(self.thresholds.follow_up_days.value * DAY)

    def _called_in_time(self) -> Promise | None:
        made, called = self.made, self.records.called(self.made.call)
        grace = int(self.thresholds.grace_minutes.value * HOUR / 60)
        until = made.due + grace if made.has_due else self._usual
        if called is None or called[0] > until:
            return None
        at, call_id = called
        why = f"called on {self._local(at)}"
        if not made.has_due:
            why += f"; by when is not known: {made.reading}"
        return Promise(made, "kept", "called in time", why, at, call_id)

    def _call(self) -> Promise:
        """A call, or a message, that was not made in time, as far as calls tell."""
        made = self.made
        if not self.has_customer:
            return self._unknowable("no customer is named", _NO_CUSTOMER)
        if made.has_due and made.due > self.as_of:
            return self._open()
        if made.kind == "call_back" and made.has_due and self._shows_calls_out():
            return self._not_called()
        told = self._told()
        if told is not None:
            return told
        if not made.has_due:
            return self._unread()
        if made.kind == "message":
            return self._unknowable("no record shows messages", _NO_MESSAGES)
        return self._unknowable("no calls to customers are exported", NO_CALLS_OUT)

    def _shows_calls_out(self) -> bool:
        span = np.array([self.since]), np.array([self.made.due])
        return bool(self.records.context.shows_calls_out(*span)[0])

    def _not_called(self) -> Promise:
        """A call that we would see had it been made: late, or never."""
        made, called = self.made, self.records.called(self.made.call)
        last = made.due + int(self.thresholds.late_call_days.value * DAY)
        if called is not None and called[0] <= last:
            late = f"called back {_long(called[0] - made.due)} late"
            return Promise(made, "broken", "called too late", late, made.due, called[1])
        why = f"nobody called by {self._local(made.due)}"
        closes = last if last > self.as_of else NEVER
        return Promise(made, "broken", "nobody called", why, made.due, None, closes)

    def _thing(self) -> Promise:
        """What is done rather than said: by the customer's word, else by the log.

        The log tells that a matter is settled, not when: a record has the moment at which
        it was first written only.
        """
        made, records = self.made, self.records
        told = self._told()
        if told is not None:
            return told
        linked = records.incidents(made.call)
        for incident in filter(records.is_closed, linked):
            why = f"incident {incident.incident_id} is {incident.status}, says the log"
            ground: Ground = "settled, says the log"
            moment = incident.written
            return Promise(made, "kept", ground, why, moment, incident.incident_id)
        if not made.has_due:
            return self._unread()
        if made.due > self.as_of:
            return self._open()
        return self._unsettled(linked)

    def _unsettled(self, linked: Sequence[_Incident]) -> Promise:
        """What is due, and which no record shows as done."""
        made, context = self.made, self.records.context
        if not linked and context.is_logged[made.call]:
            return self._unknowable("no incident of the call", _NO_INCIDENT)
        if not linked:
            return self._unknowable("no incident log", _NO_LOG)
        first = linked[0]
        if first.status is None:
            return self._unknowable("no status in the log", _NO_STATUS)
        why = f"incident {first.incident_id} is still {first.status}, says the log"
        ground: Ground = "still open, says the log"
        return Promise(made, "broken", ground, why, made.due, first.incident_id)

    def _told(self) -> Promise | None:
        """What the customer's own word makes of it."""
        told = self.records.told(self.made)
        if told is None:
            return None
        at, says, call_id, turn = told
        why = f"as the customer says in call {call_id}, turn {turn}"
        if says in _IN_FAVOUR:
            ground: Ground = "done, says the customer"
            return Promise(self.made, "kept", ground, why, at, call_id)
        ground = "not done, says the customer"
        moment = self.made.due if self.made.has_due else at
        return Promise(self.made, "broken", ground, why, moment, call_id)

    def _open(self) -> Promise:
        why = f"due by {self._local(self.made.due)}"
        return Promise(self.made, "open", "not due yet", why, closes=self.made.due)

    def _unread(self) -> Promise:
        """Nobody knows when it would be broken; a call may keep it for some days."""
        ground: Ground = "no time can be read"
        waits = self._may_be_called and self.has_customer and self._usual > self.as_of
        closes = self._usual if waits else NEVER
        return Promise(
            self.made, "unknowable", ground, self.made.reading, closes=closes
        )

    def _unknowable(self, ground: Ground, why: str) -> Promise:
        return Promise(self.made, "unknowable", ground, why)

    def _local(self, moment: int) -> str:
        at = _EPOCH + timedelta(microseconds=moment)
        return f"{at.astimezone(self.made.said_at.tzinfo):%Y-%m-%d %H:%M}"


def _long(span: int) -> str:
    """A span in microseconds in its largest whole unit.

    >>> _long(3 * HOUR)
    '3 h'
    """
    if span < HOUR:
        return f"{max(span * 60 // HOUR, 1)} min"
    return f"{span // HOUR} h" if span < 2 * DAY else f"{span // DAY} days"


def moment_of(microseconds: int | None) -> datetime | None:
    """A moment in UTC; None for none, or for one that never comes."""
    if microseconds is None or microseconds == NEVER:
        return None
    return _EPOCH + timedelta(microseconds=microseconds)


def closing(settled: Iterable[Promise], calls: int) -> Ints:
    """When each call's first promise is to be judged again, in microseconds, or NEVER."""
    first = np.full(calls, NEVER, dtype=np.int64)
    for promise in settled:
        call = promise.made.call
        first[call] = min(first[call], promise.closes)
    return first
