"""Who works at the centre and who calls it: drawn once, before the first day."""

import itertools
from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from flows.generate.bank import Bank, Gender
from flows.generate.conversation import STEPS
from flows.generate.identities import Identity, Registry

CALLS_PER_CUSTOMER: Final = 2.2
_TAIL: Final = 1.25
"""Pareto shape of the customers' volumes: a few ring very often, most once."""

_BASE_SKILL: Final = {
    "greeting": 0.93,
    "closing": 0.88,
    "backchannel": 0.72,
    "let_vent": 0.75,
    "calm": 0.93,
    "honour_supervisor": 0.8,
    "solution_offer": 0.9,
    "cooling_off_offer": 0.3,
    "desired_outcome_question": 0.45,
    "invite_account": 0.5,
    "ownership": 0.5,
    "goodwill_gesture": 0.4,
    "contact_details": 0.4,
    "follow_up_commitment": 0.35,
    "resume_offer": 0.55,
    "warning_of_ending": 0.45,
    "admission": 0.5,
    "keep_promises": 0.75,
}
_COMMON_SKILL: Final = 0.6


Role = Literal["caller", "chronic", "business", "pair"]
"""Who rings of themselves, and of whom every call is booked beforehand."""

CaseMix = Literal["usual", "hard", "easy"]
"""Which calls reach an agent: everybody's, or mostly the hard or the easy ones."""


@dataclass(slots=True)
class Agent:
    """One agent, with the probability of performing each step."""

    agent_id: str
    name: str
    gender: Gender
    language: str
    queue: str
    team: str
    former_team: str | None
    moved_on: date | None
    skills: dict[str, float]
    case_mix: CaseMix = "usual"

    def team_on(self, day: date) -> str:
        """Give the team that the agent is in on a day."""
        moved = (
            self.moved_on is None or self.former_team is None or day >= self.moved_on
        )
        return self.team if moved else str(self.former_team)


@dataclass(slots=True)
class Customer:
    """One person who calls, with what has happened to them so far."""

    person_id: str
    identities: tuple[Identity, ...]
    gender: Gender
    language: str
    vulnerable: bool
    patterns: tuple[str, ...] = ()
    role: Role = "caller"
    complained_on: list[date] = field(default_factory=list[date])
    pending_until: date | None = None
    grievance: date | None = None
    calls: int = 0
    heated: int = 0
    abusive: int = 0
    supervisor_requests: int = 0
    broken_promises: int = 0
    unresolved: int = 0
    issues: set[int] = field(default_factory=set[int])


class World:
    """The agents and the customers of one generated centre."""

    def __init__(
        self,
        banks: dict[str, Bank],
        calls: int,
        agents: int,
        span: tuple[date, int],
        seed: int,
    ) -> None:
        """Draw everybody; the same arguments draw the same people."""
        self.rng = Random(f"{seed}:world")
        self.registry = Registry(seed)
        self.banks = banks
        staff = _allotted(agents, {code: bank.share for code, bank in banks.items()})
        self.languages = [code for code, count in staff.items() if count]
        self.agents: dict[str, list[Agent]] = {code: [] for code in self.languages}
        number = itertools.count(1)
        for code in self.languages:
            for _ in range(staff[code]):
                self.agents[code].append(self._agent(next(number), code, span))
        self.staff_weights = [staff[code] for code in self.languages]
        self.customers: dict[str, list[Customer]] = {
            code: [] for code in self.languages
        }
        self.cumulative: dict[str, list[float]] = {code: [] for code in self.languages}
        self.count = 0
        for code, wanted in _allotted(
            max(len(self.languages), int(calls / CALLS_PER_CUSTOMER)),
            dict(zip(self.languages, self.staff_weights, strict=True)),
        ).items():
            for _ in range(wanted):
                self.add_customer(code, self.rng.paretovariate(_TAIL))

    def add_customer(
        self,
        code: str,
        weight: float,
        patterns: tuple[str, ...] = (),
        role: Role = "caller",
    ) -> Customer:
        """Let one more person exist, ringing in proportion to a weight.

        Without weight nobody rings of themselves: all their calls are booked.
        """
        rng, bank = self.rng, self.banks[code]
        self.count += 1
        gender: Gender = 1 if rng.random() < 0.5 else 0
        # Planted repeats are counted by id: whoever they are of has one.
        is_split = role in ("caller", "chronic")
        identities = self.registry.enter(
            self.count, bank, _name(rng, bank, gender), is_split=is_split
        )
        customer = Customer(
            person_id=identities[0].customer_id,
            identities=identities,
            gender=gender,
            language=code,
            vulnerable=rng.random() < 0.01,
            patterns=patterns,
            role=role,
        )
        cumulative = self.cumulative[code]
        self.customers[code].append(customer)
        cumulative.append((cumulative[-1] if cumulative else 0.0) + min(weight, 400.0))
        return customer

    def caller(self, code: str, rng: Random, taken: set[str]) -> Customer:
        """Draw who rings next, nobody twice on one day."""
        cumulative, customers = self.cumulative[code], self.customers[code]
        for _ in range(12):
            place = bisect(cumulative, rng.random() * cumulative[-1])
            customer = customers[min(place, len(customers) - 1)]
            if customer.person_id not in taken and customer.role == "caller":
                return customer
        return self.add_customer(code, 1.0)

    def _agent(self, number: int, code: str, span: tuple[date, int]) -> Agent:
        rng, bank = self.rng, self.banks[code]
        first_day, days = span
        gender: Gender = 1 if rng.random() < 0.55 else 0
        moves = days > 20 and rng.random() < 0.1
        team, former = rng.sample(bank.teams, 2)
        ability = rng.gauss(0.0, 0.13)
        return Agent(
            agent_id=f"A{number:04d}",
            name=_name(rng, bank, gender),
            gender=gender,
            language=code,
            queue=rng.choice(bank.queues),
            team=f"{team} {code}",
            former_team=f"{former} {code}" if moves else None,
            moved_on=first_day + timedelta(days=rng.randrange(5, days))
            if moves
            else None,
            skills={step: _skill(rng, step, ability) for step in STEPS},
        )


def _skill(rng: Random, step: str, ability: float) -> float:
    base = _BASE_SKILL.get(step, _COMMON_SKILL)
    return round(min(0.99, max(0.03, base + ability + rng.gauss(0.0, 0.12))), 3)


def _name(rng: Random, bank: Bank, gender: Gender) -> str:
    names = bank.first_names.feminine if gender else bank.first_names.masculine
    return f"{rng.choice(names)} {rng.choice(bank.last_names)}"


def _allotted(total: int, weights: dict[str, float]) -> dict[str, int]:
    """Share a total out by weight; everybody gets one while there are enough."""
    floor = 1 if total >= len(weights) else 0
    whole = sum(weights.values())
    left = total - floor * len(weights)
    exact = {key: weight / whole * left for key, weight in weights.items()}
    shared = {key: floor + int(part) for key, part in exact.items()}
    by_rest = sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key))
    for key in by_rest[: total - sum(shared.values())]:
        shared[key] += 1
    return shared
