"""What a call is to be: drawn for those who ring of themselves, told for the booked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Final

from flows.generate.bank import Bank, Issue
from flows.generate.conversation import Plan
from flows.generate.planting import COMPLAINS_EACH
from flows.generate.schedule import Contact, may_complain
from flows.generate.world import Customer

_HEATED: Final = 0.50
_COMPLAINT: Final = 0.13
_HANDED_ON: Final = 0.03
_LOWEST_HEAT: Final = 1.6
_HEAT_RANGE: Final = 3.2
_TOUGH_QUEUE: Final = 0.4
"""How much hotter callers are in the queue that a bank names last."""

_OPENS_ANGRY: Final = (1.0, 3.8)
"""Heat at which nobody opens in anger, and above it, the heat at which everybody does."""


def plan_fresh(customer: Customer, day: date, rng: Random, bank: Bank) -> Plan:
    """Draw what a customer rings about who wasn't expected."""
    drawn, issue = rng.random(), rng.randrange(len(bank.issues))
    if drawn > _HEATED + _COMPLAINT or not may_complain(customer, day):
        return Plan("enquiry", issue)
    if drawn > _HEATED:
        return Plan("complaint", issue, fault=rng.random() < 0.4)
    return _heated(issue, bank, rng)


def handed_on(plan: Plan, rng: Random) -> Plan:
    """Let some complaints be heard by one agent and dealt with by another."""
    if plan.kind not in ("complaint", "heated") or rng.random() >= _HANDED_ON:
        return plan
    then = replace(plan, handed_on=True)
    return Plan("transfer", plan.issue, then=then)


def plan_contact(contact: Contact, rng: Random, bank: Bank) -> Plan:
    """Say what a booked contact is to be, by why it was booked."""
    if contact.reason == "callback":
        return Plan("callback", contact.issue, settles=rng.random() < 0.9)
    if contact.plan is not None:
        return contact.plan
    if contact.reason == "business":
        complains = contact.place % COMPLAINS_EACH == COMPLAINS_EACH - 1
        return Plan("complaint" if complains else "enquiry", contact.issue)
    plan = _heated(contact.issue, bank, rng)
    if contact.reason == "chronic":
        return _chronic(plan, contact, bank.days.weekdays)
    if rng.random() < 0.25 and contact.reason != "broken":
        plan.kind, plan.heat, plan.abuse, plan.opens_angry = "complaint", 0.0, 0, False
    if contact.reason == "pair":
        plan.abuse, plan.settles = 0, contact.place > 0
        return plan
    thing = contact.promise is not None and contact.promise.due.sort == "thing"
    plan.again, plan.unmet = contact.reason == "repeat", thing
    plan.broken_on = None if thing else _weekday(contact.broken_on, bank.days.weekdays)
    plan.settles = rng.random() < 0.85
    return plan


def _heated(issue: int, bank: Bank, rng: Random) -> Plan:
    drawn = rng.random()
    heat = _LOWEST_HEAT + _HEAT_RANGE * rng.random()
    heat += _TOUGH_QUEUE * _is_tough(bank.issues[issue], bank.queues)
    none, above = _OPENS_ANGRY
    return Plan(
        "heated",
        issue,
        heat=heat,
        opens_angry=rng.random() < (heat - none) / above,
        abuse=2 if drawn < 0.04 else 1 if drawn < 0.16 else 0,
        fault=rng.random() < 0.5,
        wants_supervisor=rng.random() < 0.06,
        threatens=rng.random() < 0.006,
        leaves=rng.random() < 0.07,
        sues=rng.random() < 0.03,
    )


def _is_tough(issue: Issue, queues: Sequence[str]) -> bool:
    return issue.queue == queues[-1]


def _weekday(day: date | None, weekdays: Sequence[str]) -> str | None:
    return None if day is None else weekdays[day.weekday()]


def _chronic(plan: Plan, contact: Contact, weekdays: Sequence[str]) -> Plan:
    """Shape a call of a chronic customer: only the customer's own patterns show."""
    customer = contact.customer
    plan.insists, plan.abuse, plan.settles, plan.fault = True, 0, False, False
    plan.wants_supervisor = plan.threatens = plan.sues = plan.leaves = False
    plan.heat = min(plan.heat, 3.5)
    for pattern in customer.patterns:
        _SHAPES[pattern](plan, contact)
    plan.broken_on = _weekday(customer.grievance, weekdays)
    return plan


def _let_down(plan: Plan, contact: Contact) -> None:
    plan.again = contact.place > 0
    plan.promises = plan.fault = True


def _serial(plan: Plan, contact: Contact) -> None:
    plan.settles, plan.generous = True, True
    plan.heat = min(plan.heat, 3.0)


def _abusive(plan: Plan, contact: Contact) -> None:
    plan.abuse = 2 if contact.place % 2 else 1


def _escalator(plan: Plan, contact: Contact) -> None:
    plan.wants_supervisor = contact.place % 6 != 3


def _worthy(plan: Plan, contact: Contact) -> None:
    if contact.is_grave:
        plan.heat, plan.fault = 5.0, True
        plan.opens_angry = plan.sues = True
        plan.again, plan.is_grave = contact.place > 0, True


_SHAPES: Final = {
    "let_down": _let_down,
    "serial_complainer": _serial,
    "abusive": _abusive,
    "escalator": _escalator,
    "supervisor_worthy": _worthy,
}
