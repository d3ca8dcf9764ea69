"""Simulated centres, as `case_mix.case_mix` describes them, in which the truth is known."""

from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import expit

from tests.transforms.drawn import MONDAY

HARD: Final = "40-50"
CALM: Final = "00-10"


def centre(
    seed: int,
    *,
    calls: int = 3000,
    agents: int = 12,
    hard: tuple[float, ...] = (),
    worse: tuple[float, ...] = (),
    languages: tuple[str, ...] = ("en",),
) -> pl.DataFrame:
    """Calls whose log odds of escalation are their case mix and their agent's own part.

    Args:
        seed: of the draw.
        calls: how many.
        agents: how many; agent n speaks the n-th language, in turn.
        hard: each agent's share of hot openings; three in ten where not told.
        worse: each agent's own part, in log odds; none where not told.
        languages: spoken.
    """
    draw: Any = np.random.default_rng(seed)
    agent = draw.integers(0, agents, calls)
    share = np.array([*hard, *[0.3] * (agents - len(hard))])
    own = np.array([*worse, *[0.0] * (agents - len(worse))])
    is_hard = draw.random(calls) < share[agent]
    queue = draw.integers(0, 3, calls)
    odds = -2.5 + 2.2 * is_hard + 0.4 * (queue - 1) + own[agent]
    return pl.DataFrame(
        {
            "call_id": [f"c{n:06d}" for n in range(calls)],
            "agent_id": [f"a{n:03d}" for n in agent],
            "team": "north",
            "queue": [f"queue {n}" for n in queue],
            "language": [languages[n % len(languages)] for n in agent],
            "day": MONDAY.date(),
            "is_heated": draw.random(calls) < expit(odds + 1),
            "issue": [("billing", "router", "(unknown)")[n] for n in queue],
            "opening_temperature": np.where(is_hard, HARD, CALM),
            "repeat_contact": draw.choice(["again", "first"], calls),
            "hour": draw.choice(["09-12", "12-15"], calls),
            "direction": "inbound",
            "is_escalated": draw.random(calls) < expit(odds),
        }
    )
