"""What management decided on a customer: who takes care, what was offered, what is limited.

A system advises, a person decides. Rows are only ever added: of each kind of decision the
newest counts, `none` ends all that stood before, and a withdrawal is a row of its own.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Date, Integer, String, Text

from dashboards.records.kinds import DECISIONS, LIMITS, NAMING, WARNINGS
from dashboards.records.store import Records, record_table

WITHDRAWN: Final = "withdrawn"
"""What a row says that takes a decision back."""

KEPT: Final = record_table(
    "decisions",
    Column("customer_id", Text, nullable=False),
    Column("decision", String(40), nullable=False),
    Column("owner", Text, nullable=True),
    Column("review_on", Date, nullable=True),
    Column("warned", Text, nullable=True),
    Column("adjustments", Text, nullable=True),
    Column("withdraws", Integer, nullable=True),
)
"""`customer_id` is the source's id as it was told: who is the same person may change.

`warned` says on which warning a restriction rests: `decision 4`, or `call C-17`.
`withdraws` is the `id` of the row that a withdrawal takes back.
"""


class DecisionError(ValueError):
    """A decision cannot be recorded as it was told."""


@dataclass(frozen=True)
class Person:
    """A customer whom a decision is about.

    Attributes:
        customer_ids: all ids under which the source knows the person.
        is_vulnerable: the source flags the person as vulnerable.
        warned_in: ids of calls in which an agent set a limit or warned, newest first.
    """

    customer_ids: tuple[str, ...]
    is_vulnerable: bool = False
    warned_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What is decided.

    Attributes:
        customer_id: one of the person's ids.
        decision: one of `kinds.DECISIONS`.
        by: who records it.
        why: why.
        owner: who takes care of it; who records it, if not given.
        review_on: the day on which it is looked at again.
        warned: the earlier warning: a call's id, or the number of a decision.
        adjustments: what was considered to make contact easier for the customer.
    """

    customer_id: str
    decision: str
    by: str
    why: str
    owner: str = ""
    review_on: dt.date | None = None
    warned: str = ""
    adjustments: str = ""


def decide(
    records: Records, person: Person, decision: Decision, today: dt.date
) -> dict[str, Any]:
    """Record a decision on a customer; returns its row.

    Limits follow the guidance of ombudsmen on unreasonable conduct: adjustments are
    considered and a warning is given before, and each limit has a day of review.

    Args:
        records: the store.
        person: the customer, as the calls know them.
        decision: what is decided.
        today: the local day, which a review has to come after.

    Raises:
        DecisionError: the decision breaks a rule; says which, and what to do.
        RecordsError: the store cannot be read or written.
    """
    past = history(records, person.customer_ids)
    _check(decision, today)
    warned = _warning(person, decision, past)
    if decision.decision == "restriction":
        _check_adjustments(person, decision)
    owner = decision.owner.strip() or decision.by.strip()
    row = {
        "customer_id": decision.customer_id,
        "decision": decision.decision,
        "owner": None if decision.decision == "none" else owner,
        "review_on": decision.review_on,
        "warned": warned,
        "adjustments": decision.adjustments.strip() or None,
        "recorded_by": decision.by.strip(),
        "why": decision.why.strip(),
    }
    records.add({KEPT: [row]})
    return history(records, (decision.customer_id,))[-1]


def _check(decision: Decision, today: dt.date) -> None:
    kind, review = decision.decision, decision.review_on
    if kind not in DECISIONS:
        raise DecisionError(
            f"{kind!r} is no decision; there are {', '.join(DECISIONS)}"
        )
    _check_told(decision.by, decision.why)
    if kind in NAMING and not decision.owner.strip():
        raise DecisionError(
            f"{kind} names nobody: say who takes care of the customer (the owner)"
        )
    if kind in LIMITS and review is None:
        raise DecisionError(
            f"{kind} limits how a customer can reach us, and no limit is for ever: say on"
            " which day it is reviewed"
        )
    if review is not None and kind == "none":
        raise DecisionError(
            "none leaves nothing to review: leave the day of review out, or decide"
            " follow_up_call"
        )
    if review is not None and review <= today:
        raise DecisionError(
            f"a review on {review} does not lie ahead (today is {today}): give a later day"
        )


def _check_told(by: str, why: str) -> None:
    lacking = [name for name, told in (("who", by), ("why", why)) if not told.strip()]
    if lacking:
        raise DecisionError(
            f"nothing is decided without {' and '.join(lacking)}: say who decides, and why"
        )


def _warning(
    person: Person, decision: Decision, past: Sequence[Mapping[str, Any]]
) -> str | None:
    """On which warning a decision rests, as it is kept.

    Raises:
        DecisionError: a restriction has none, or what was named is no warning.
    """
    named = decision.warned.strip()
    recorded = [int(row["id"]) for row in past if _is_warning(row, past)]
    if named.removeprefix("decision ").isdecimal():
        number = int(named.removeprefix("decision "))
        if number in recorded:
            return f"decision {number}"
    call = named.removeprefix("call ")
    if call in person.warned_in:
        return f"call {call}"
    if named:
        raise DecisionError(
            f"{named!r} is no warning of this customer on record; {_found(person, recorded)}"
        )
    if decision.decision != "restriction":
        return None
    if recorded:
        return f"decision {recorded[-1]}"
    raise DecisionError(
        "a restriction needs a prior warning on record, and this customer has none:"
        " record ground_rules or warning first, so that the customer can heed it;"
        f" {_found(person, recorded)}"
    )


def _is_warning(row: Mapping[str, Any], past: Iterable[Mapping[str, Any]]) -> bool:
    withdrawn = {each["withdraws"] for each in past}
    return row["decision"] in WARNINGS and row["id"] not in withdrawn


def _found(person: Person, recorded: Sequence[int]) -> str:
    decisions = ", ".join(map(str, recorded)) or "none"
    calls = ", ".join(person.warned_in[:5]) or "none"
    return (
        f"warnings recorded: {decisions}; calls in which an agent set a limit: {calls}"
        " (name one if the customer was warned in it)"
    )


def _check_adjustments(person: Person, decision: Decision) -> None:
    if person.is_vulnerable and not decision.adjustments.strip():
        raise DecisionError(
            "the source flags this customer as vulnerable: before a restriction, say which"
            " adjustments were considered (more time, another channel, a helper)"
        )


def withdraw(
    records: Records, person: Person, number: int, *, by: str, why: str
) -> dict[str, Any]:
    """Take a decision back, by a row of its own; returns that row.

    Raises:
        DecisionError: the customer has no such decision, it is withdrawn already, or a
            restriction that stands rests on it.
        RecordsError: the store cannot be read or written.
    """
    _check_told(by, why)
    past = history(records, person.customer_ids)
    found = {int(row["id"]): row for row in past if row["decision"] != WITHDRAWN}
    gone = {row["withdraws"] for row in past}
    if number not in found or number in gone:
        left = ", ".join(str(each) for each in found if each not in gone) or "none"
        raise DecisionError(
            f"there is no decision {number} of this customer to withdraw; there are: {left}"
        )
    resting = [
        row["id"] for row in standing(past) if row["warned"] == f"decision {number}"
    ]
    if resting:
        raise DecisionError(
            f"decision {resting[0]} rests on {number} as its warning: withdraw"
            f" {resting[0]} first"
        )
    named = str(found[number]["customer_id"])
    row = {
        "customer_id": named,
        "decision": WITHDRAWN,
        "withdraws": number,
        "recorded_by": by.strip(),
        "why": why.strip(),
    }
    records.add({KEPT: [row]})
    return history(records, (named,))[-1]


def history(
    records: Records, customer_ids: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """All that was ever decided or withdrawn, oldest first.

    Args:
        records: the store.
        customer_ids: of a person's ids only, if not None.
    """
    where = () if customer_ids is None else (KEPT.c.customer_id.in_(customer_ids),)
    return records.history(KEPT, *where)


def valid(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The decisions among some rows, without withdrawals and what they took back."""
    told = list(rows)
    gone = {row["withdraws"] for row in told}
    return [
        row for row in told if row["decision"] != WITHDRAWN and row["id"] not in gone
    ]


def standing(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What counts now among one person's rows: the newest of each kind since `none`."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in valid(rows):
        newest.pop("none", None)
        if row["decision"] == "none":
            newest.clear()
        newest.pop(row["decision"], None)
        newest[row["decision"]] = row
    return list(newest.values())


def overdue(
    rows: Iterable[Mapping[str, Any]], persons: Mapping[str, str], today: dt.date
) -> list[Mapping[str, Any]]:
    """Decisions that stand and whose day of review has passed, the longest first.

    Args:
        rows: see `history`.
        persons: the person of each customer id; who is not in it stands for themselves.
        today: the local day. A review on this day is not overdue yet.
    """
    by_person: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        known = persons.get(row["customer_id"], row["customer_id"])
        by_person.setdefault(known, []).append({**row, "person": known})
    late = [
        row
        for own in by_person.values()
        for row in standing(own)
        if row["review_on"] is not None and row["review_on"] < today
    ]
    return sorted(late, key=lambda row: (row["review_on"], row["id"]))
