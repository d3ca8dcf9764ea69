"""What a call is to be: drawn for those who ring of themselves, told for the booked."""

from datetime import date
from random import Random
from typing import Final

from flows.generate.conversation import Plan
from flows.generate.schedule import Contact, may_complain
from flows.generate.world import Customer

_HEATED: Final = 0.50
_COMPLAINT: Final = 0.13


def plan_fresh(customer: Customer, day: date, rng: Random, issues: int) -> Plan:
    """Draw what a customer rings about who wasn't expected."""
    drawn, issue = rng.random(), rng.randrange(issues)
    if drawn > _HEATED + _COMPLAINT or not may_complain(customer, day):
        return Plan("enquiry", issue)
    if drawn > _HEATED:
        return Plan("complaint", issue, fault=rng.random() < 0.4)
    return _heated(issue, rng)


def plan_contact(contact: Contact, rng: Random, weekdays: tuple[str, ...]) -> Plan:
    """Say what a booked contact is to be, by why it was booked."""
    broken = contact.broken_on or contact.customer.grievance
    if contact.reason == "callback":
        return Plan("callback", contact.issue, settles=rng.random() < 0.9)
    plan = _heated(contact.issue, rng)
    if contact.reason == "chronic":
        for pattern in contact.customer.patterns:
            _SHAPES[pattern](plan, contact)
        plan.broken_on = weekdays[broken.weekday()] if broken else None
        return plan
    if rng.random() < 0.25 and broken is None:
        plan.kind, plan.heat, plan.abuse = "complaint", 0.0, 0
    plan.again = broken is None
    plan.broken_on = weekdays[broken.weekday()] if broken else None
    plan.settles = rng.random() < 0.85
    return plan


def _heated(issue: int, rng: Random) -> Plan:
    drawn = rng.random()
    return Plan(
        "heated",
        issue,
        heat=1.6 + 3.2 * rng.random(),
        abuse=2 if drawn < 0.04 else 1 if drawn < 0.16 else 0,
        fault=rng.random() < 0.5,
        wants_supervisor=rng.random() < 0.06,
        threatens=rng.random() < 0.006,
        leaves=rng.random() < 0.07,
        sues=rng.random() < 0.03,
    )


def _let_down(plan: Plan, contact: Contact) -> None:
    plan.again = contact.place > 0
    plan.settles, plan.promises, plan.fault = False, True, True
    plan.abuse = 0


def _serial(plan: Plan, contact: Contact) -> None:
    plan.settles, plan.generous, plan.abuse = True, True, 0
    plan.heat = min(plan.heat, 3.0)


def _abusive(plan: Plan, contact: Contact) -> None:
    plan.abuse = 2 if contact.place % 2 else 1
    plan.threatens = plan.threatens or contact.place == 3


def _escalator(plan: Plan, contact: Contact) -> None:
    plan.wants_supervisor = contact.place % 4 != 3
    plan.abuse = 0


def _worthy(plan: Plan, contact: Contact) -> None:
    plan.heat, plan.settles, plan.fault = 5.0, False, True
    plan.again, plan.sues = contact.place > 0, True
    plan.abuse = 0


_SHAPES: Final = {
    "let_down": _let_down,
    "serial_complainer": _serial,
    "abusive": _abusive,
    "escalator": _escalator,
    "supervisor_worthy": _worthy,
}
