"""Unfair case mix: of two agents who are equally good, one gets the hard calls."""

from random import Random
from typing import Final

from flows.generate.conversation import STEPS, Plan
from flows.generate.world import Agent, CaseMix, World

LEAST_AGENTS: Final = 10
"""In smaller centres every call goes to whoever is free."""

_LEAST_OF_A_LANGUAGE: Final = 4
_SUITS: Final[dict[CaseMix, tuple[float, float]]] = {
    "usual": (1.0, 1.0),
    "hard": (0.35, 3.0),
    "easy": (1.5, 0.25),
}
"""How likely an agent who is free takes a calm call, and one that begins as a hard one."""


def deal(world: World) -> None:
    """Give one agent of a language the hard calls and one the easy ones.

    Both perform every step as often as the agents of their language do on average, so that
    only their calls differ. Every language with enough agents has such a pair, and the
    largest one has it in any case.
    """
    if sum(len(pool) for pool in world.agents.values()) < LEAST_AGENTS:
        return
    largest = max(world.agents.values(), key=len)
    for pool in world.agents.values():
        if pool is largest or len(pool) >= _LEAST_OF_A_LANGUAGE:
            skills = {step: _mean(pool, step) for step in STEPS}
            for agent, mix in zip(pool, _PAIR, strict=False):
                agent.case_mix, agent.skills = mix, dict(skills)


_PAIR: Final[tuple[CaseMix, CaseMix]] = ("hard", "easy")


def is_unfair(pool: list[Agent]) -> bool:
    """Whether some of these agents get harder calls than others."""
    return any(agent.case_mix != "usual" for agent in pool)


def suits(agent: Agent, plan: Plan) -> float:
    """Say how likely a free agent takes a call, against one with the usual calls.

    It hangs only on what shows as the call begins: what shows later is nobody's choice.
    """
    return _SUITS[agent.case_mix][plan.is_hard]


def goes_on(agent: Agent, plan: Plan, rng: Random) -> bool:
    """Whether an agent who takes no break takes the next call, too."""
    return agent.case_mix == "usual" or rng.random() < suits(agent, plan)


def _mean(pool: list[Agent], step: str) -> float:
    return round(sum(agent.skills[step] for agent in pool) / len(pool), 3)
