"""The seats of a day: which agents work when, and who of them takes a call."""

from dataclasses import dataclass
from random import Random
from typing import Final

from flows.generate.call import Call
from flows.generate.case_mix import is_unfair, suits
from flows.generate.conversation import Plan
from flows.generate.schedule import Contact
from flows.generate.world import Agent

OPENS_AT: Final = 8 * 3600
"""Second of the local day at which the lines open."""

_SHIFT: Final = 8 * 3600
_LONG_SHIFT: Final = 12 * 3600
_STARTS: Final = 5
_CALLS_PER_SHIFT: Final = 9
_CHOICE: Final = 3
_BREAK: Final = 300
_QUARTER: Final = 900
_WAITS_FOR_ITS_AGENT: Final = 600


@dataclass(slots=True)
class Seat:
    """An agent at work: when the shift runs, and from when the agent is free."""

    agent: Agent
    begins: float
    ends: float
    free: float

    @property
    def worked_until(self) -> float:
        """When the shift ends, with the overtime that the last call took."""
        return max(self.ends, -(-self.free // _QUARTER) * _QUARTER)


def manned_seats(
    pool: list[Agent], calls: int, booked: list[Contact], rng: Random
) -> list[Seat]:
    """Call in as many agents as the calls need, first those who owe one.

    Shifts start an hour apart, so that early and late are covered; up to three agents
    alone cover the whole day. Where some get harder calls than others, there are three at
    least: one alone would get all.
    """
    needed = -(-calls // _CALLS_PER_SHIFT)
    count = min(len(pool), max(needed, _CHOICE if is_unfair(pool) else 1))
    owing = {contact.agent_id for contact in booked if contact.agent_id}
    expected = [agent for agent in pool if agent.agent_id in owing][: count // 2]
    others = [agent for agent in pool if agent not in expected]
    chosen = expected + rng.sample(others, count - len(expected))
    rng.shuffle(chosen)
    seats: list[Seat] = []
    for place, agent in enumerate(chosen):
        few = count <= _CHOICE
        begins = OPENS_AT + (0 if few else 3600.0 * (place * _STARTS // count))
        ends = begins + (_LONG_SHIFT if few else _SHIFT)
        seats.append(Seat(agent, begins, ends, free=begins))
    return seats


def taking(
    seats: list[Seat],
    second: float,
    contact: Contact | None,
    plan: Plan,
    rng: Random,
) -> Seat:
    """Choose who takes a call: the one who promised it, else somebody free.

    A call that was handed on goes to another agent; of those who are free, some get more
    of the hard calls than others.
    """
    if contact is not None and contact.not_by is not None:
        seats = [seat for seat in seats if seat.agent.agent_id != contact.not_by]
    if contact is not None and contact.agent_id is not None:
        soon = second + _WAITS_FOR_ITS_AGENT
        for seat in seats:
            if seat.agent.agent_id == contact.agent_id and seat.free <= soon:
                return seat
    ready = [seat for seat in seats if seat.free <= second < seat.ends]
    if not ready:
        return min(seats, key=lambda seat: seat.free)
    if plan.kind in ("callback", "transfer"):
        return rng.choice(ready)
    return rng.choices(ready, [suits(seat.agent, plan) for seat in ready])[0]


def rest(call: Call, seat: Seat, hurried: list[Seat], rng: Random) -> None:
    """Free the agent: after a break, or at once for the next who waits."""
    end = call.start + call.talk.clock
    if call.plan.kind != "heated":
        seat.free = end + 15 + rng.random() * 90
    elif rng.random() < seat.agent.skills["break_after"]:
        seat.free = end + _BREAK + 10 + rng.random() * 500
    else:
        seat.free = end + 10 + rng.random() * 200
        hurried.append(seat)


def note_breaks(calls: list[Call]) -> None:
    """Note for each heated call whether its agent paused before the next one."""
    latest: dict[str, Call] = {}
    for call in sorted(calls, key=lambda call: call.start):
        before = latest.get(call.agent.agent_id)
        if before is not None and before.plan.kind == "heated":
            gap = (call.started_at - before.ended_at).total_seconds()
            before.talk.conduct["break_after"] = gap >= _BREAK
        latest[call.agent.agent_id] = call
