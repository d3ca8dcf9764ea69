"""Customers whose calls are booked beforehand, so that it is known what they show.

Chronic customers of each pattern; businesses that ring often and seldom complain; people
who ring twice, so many days apart, about the same matter or another.
"""

import itertools
from collections.abc import Sequence
from random import Random
from typing import Final

from flows.generate.schedule import Contact, Schedule
from flows.generate.world import Customer, Role, World

PLANTED_PATTERNS: Final[tuple[tuple[str, ...], ...]] = (
    ("let_down",),
    ("serial_complainer",),
    ("abusive",),
    ("escalator",),
    ("supervisor_worthy",),
    ("let_down", "escalator"),
    ("serial_complainer", "abusive"),
    ("let_down", "supervisor_worthy"),
)
"""Patterns that one customer shows together, dealt out in turn."""

_CHRONIC_SHARE: Final = 0.08
_CHRONIC_CONTACTS: Final = (5, 8)
_DAYS_A_CONTACT: Final = 10
_VULNERABLE_EACH: Final = 7
_ON_ONE_MATTER: Final = 2
"""Contacts on each matter of a customer who is neither let down nor serial: too few to be
the same case again and again, and as nothing is settled, no serial complaining either."""

_BUSINESS_DAYS: Final = 30
_BUSINESS_CALLS: Final = 1500
_BUSINESS_CONTACTS: Final = 45
COMPLAINS_EACH: Final = 8
"""A business complains in each eighth contact."""

_PAIR_SHARE: Final = 0.02
GAPS: Final = (1, 3, 6, 8, 20, 29, 31, 45)
"""Days between the two contacts of a pair: on both sides of 7 and of 30."""


def plant(world: World, schedule: Schedule, calls: int, rng: Random) -> None:
    """Book every planted contact, as far as the days have room for it.

    Args:
        world: who lives in it; the planted customers are added.
        schedule: where their contacts are booked.
        calls: of the whole run.
        rng: what to draw from.
    """
    if schedule.days < _CHRONIC_CONTACTS[0]:
        return
    _plant_chronic(world, schedule, calls, rng)
    if schedule.days >= _BUSINESS_DAYS:
        for _ in range(calls // _BUSINESS_CALLS):
            _book_business(_added(world, rng, "business"), world, schedule, rng)
    for number in range(int(calls * _PAIR_SHARE / 2)):
        _book_pair(_added(world, rng, "pair"), world, schedule, number, rng)


def _added(
    world: World, rng: Random, role: Role, patterns: tuple[str, ...] = ()
) -> Customer:
    code = rng.choices(world.languages, world.staff_weights)[0]
    return world.add_customer(code, 0.0, patterns, role)


def _plant_chronic(world: World, schedule: Schedule, calls: int, rng: Random) -> None:
    most = int(calls * _CHRONIC_SHARE / _CHRONIC_CONTACTS[0])
    for number in range(min(most, 5 + calls // 200)):
        patterns = PLANTED_PATTERNS[number % len(PLANTED_PATTERNS)]
        customer = _added(world, rng, "chronic", patterns)
        if number % _VULNERABLE_EACH == _VULNERABLE_EACH - 1:
            customer.vulnerable = True
        _book_chronic(customer, world, schedule, rng)


def _book_chronic(
    customer: Customer, world: World, schedule: Schedule, rng: Random
) -> None:
    wanted = min(rng.randint(*_CHRONIC_CONTACTS), schedule.days)
    span = min(schedule.days, _DAYS_A_CONTACT * wanted)
    start = rng.randrange(schedule.days - span + 1)
    days = sorted(start + offset for offset in rng.sample(range(span), wanted))
    told = _told(customer.patterns, _apart(world, customer, rng), wanted)
    for place, day in enumerate(days):
        contact = Contact(customer, "chronic", told[place], place)
        contact.is_grave = _is_grave(customer.patterns, place)
        schedule.book(day, contact)
    for day, following in itertools.pairwise(days):
        schedule.chronic_next[customer.person_id, day] = following


def _is_grave(patterns: tuple[str, ...], place: int) -> bool:
    one_case = "let_down" in patterns or place < _ON_ONE_MATTER
    return "supervisor_worthy" in patterns and one_case


def _told(
    patterns: tuple[str, ...], issues: Sequence[int], wanted: int
) -> tuple[int, ...]:
    """Choose what each contact is about: one case, always another, or a few matters."""
    if "let_down" in patterns:
        return (issues[0],) * wanted
    if "serial_complainer" in patterns:
        return tuple(itertools.islice(itertools.cycle(issues), wanted))
    return tuple(issues[place // _ON_ONE_MATTER] for place in range(wanted))


def _apart(world: World, customer: Customer, rng: Random) -> list[int]:
    """Choose one issue of each category, in an order of its own."""
    issues = world.banks[customer.language].issues
    numbers = list(range(len(issues)))
    rng.shuffle(numbers)
    return list({issues[number].category: number for number in numbers}.values())


def _book_business(
    customer: Customer, world: World, schedule: Schedule, rng: Random
) -> None:
    wanted = min(_BUSINESS_CONTACTS, schedule.days * 2 // 5)
    issues = len(world.banks[customer.language].issues)
    for place, day in enumerate(sorted(rng.sample(range(schedule.days), wanted))):
        schedule.book(day, Contact(customer, "business", rng.randrange(issues), place))


def _book_pair(
    customer: Customer, world: World, schedule: Schedule, number: int, rng: Random
) -> None:
    gaps = [gap for gap in GAPS if gap < schedule.days]
    gap = gaps[number % len(gaps)]
    first, other = _apart(world, customer, rng)[:2]
    day = rng.randrange(schedule.days - gap)
    again = number // len(gaps) % 2 == 0
    schedule.book(day, Contact(customer, "pair", first, 0))
    schedule.book(day + gap, Contact(customer, "pair", first if again else other, 1))
