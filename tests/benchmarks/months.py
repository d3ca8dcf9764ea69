"""Simulated months of a centre in which every agent does equally well and only calls differ."""

from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from transforms.expected_escalations import expectations
from transforms.knowledge.thresholds import Thresholds
from transforms.measures.rates import Floats

DIFFICULTY: Final = (0.02, 0.05, 0.10, 0.25, 0.50)
"""Probability of an escalation in each stratum of calls, easy to hard."""

_FEWEST, _MOST = 30, 400
"""Calls of an agent in a month, drawn evenly on a logarithmic scale."""
_CONCENTRATION: Final = 3.0
"""Of the Dirichlet distribution of the agents' shares of the strata: low is unfair."""
_CALLS_A_SHIFT: Final = 10

EFFECTS: Final[dict[str, dict[str, float]]] = {
    "language": {"first": 0.0, "second": -0.4},
    "queue": {"billing": 0.0, "orders": -0.2, "technical": 0.4},
    "issue": {"(unknown)": 0.0, "delivery": 0.3},
    "opening_temperature": {"00-10": -1.5, "10-20": 0.0, "50-60": 1.3, "60-70": 1.9},
    "repeat_contact": {"first": 0.0, "again": 0.7},
    "hour": {"09-12": 0.0, "12-15": 0.1, "15-18": 0.3},
    "direction": {"inbound": 0.0, "outbound": -2.0},
}
"""Log odds of each level of the product's own factors of case mix."""

_INTERCEPT: Final = -2.2
_PULL: Final = 1.2
"""How much more often the agent with hard calls gets a level, in log odds, per log odd."""
HARD: Final = 2
"""The first agents of `learned_mix`: one in each language gets the hard calls."""


def known_mix(
    random: np.random.Generator,
    agents: int,
    *,
    bad_shifts: float = 0.0,
    lasting: float = 0.0,
    worse: float = 1.0,
) -> pl.DataFrame:
    """One row for each agent of a month, as `transforms.measures.funnel.funnel` takes it.

    Args:
        random: what is drawn from.
        agents: how many.
        bad_shifts: standard deviation, in log odds, of what the calls of one shift share;
            it multiplies every agent's variance alike, as Spiegelhalter's φ has it.
        lasting: the same of what all calls of an agent's month share; it adds the more
            variance the more calls there are.
        worse: odds of the first agent's calls against everybody else's.
    """
    calls = _strata(random, agents)
    known = np.array(DIFFICULTY)
    lasts = random.normal(0.0, lasting, agents) if lasting else np.zeros(agents)
    lasts[0] += np.log(worse)
    happened = [
        _happened(random, counts, known, shift, bad_shifts)
        for counts, shift in zip(calls, lasts, strict=True)
    ]
    return pl.DataFrame(
        {
            "observed": happened,
            "expected": calls @ known,
            "variance": calls @ (known * (1 - known)),
        }
    )


def _strata(random: np.random.Generator, agents: int) -> Any:
    """Agents x strata: how many calls of each difficulty each agent has in a month."""
    calls = np.exp(random.uniform(np.log(_FEWEST), np.log(_MOST), agents)).astype(int)
    shares = random.dirichlet([_CONCENTRATION] * len(DIFFICULTY), agents)
    drawn = zip(calls, shares, strict=True)
    return np.stack([random.multinomial(count, share) for count, share in drawn])


def _happened(
    random: np.random.Generator, counts: Any, known: Floats, shift: float, spread: float
) -> int:
    """How many of an agent's calls escalate, shift by shift."""
    p: Floats = random.permutation(np.repeat(known, counts))
    shifts = np.arange(p.size) // _CALLS_A_SHIFT
    shared: Floats = random.normal(0.0, spread, p.size)[shifts]
    odds = p / (1 - p) * np.exp(shift + shared)
    return int(random.binomial(1, odds / (1 + odds)).sum())


def by_one_rate(units: pl.DataFrame) -> pl.DataFrame:
    """The same agents as a league table sees them: everybody against the centre's rate.

    Args:
        units: `observed` and `calls` of each agent.
    """
    rate = pl.col("observed").sum() / pl.col("calls").sum()
    return units.with_columns(
        expected=pl.col("calls") * rate, variance=pl.col("calls") * rate * (1 - rate)
    )


def learned_mix(
    random: np.random.Generator, agents: int, calls: int, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each agent, with what the product's model expects of simulated calls.

    In each of two languages one agent gets the hard calls (the first two rows) and one the
    easy ones (the next two).

    Args:
        random: what is drawn from.
        agents: how many.
        calls: of each agent.
        thresholds: the product's.
    """
    told = expectations(_calls(random, agents, calls), thresholds).expected
    return (
        told.group_by("agent_id")
        .agg(
            pl.col("calls", "expected", "variance").sum(), observed=pl.sum("escalated")
        )
        .sort("agent_id")
    )


def _calls(random: np.random.Generator, agents: int, calls: int) -> pl.DataFrame:
    """One row for each call, as `transforms.case_mix.case_mix` gives it."""
    size = agents * calls
    agent = np.repeat(np.arange(agents), calls)
    pull = np.select([agent < HARD, agent < 2 * HARD], [_PULL, -_PULL], 0.0)
    odds = np.full(size, _INTERCEPT)
    columns: dict[str, Any] = {}
    for factor, levels in EFFECTS.items():
        effects = np.array(list(levels.values()))
        drawn = agent % 2 if factor == "language" else _drawn(random, effects, pull)
        odds += effects[drawn]
        columns[factor] = np.array(list(levels))[drawn]
    return pl.DataFrame(
        {
            "call_id": [f"{number:07d}" for number in range(size)],
            "agent_id": [f"A{number:03d}" for number in agent],
            "team": "one team",
            "day": date(2026, 3, 2),
            "is_heated": True,
            "is_escalated": random.random(size) < 1 / (1 + np.exp(-odds)),
            **columns,
        }
    )


def _drawn(random: np.random.Generator, effects: Floats, pull: Floats) -> Any:
    """A level for each call; hard ones come the more often the stronger the pull."""
    weights = np.exp(pull[:, None] * effects)
    upto = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    drawn = (random.random(len(pull))[:, None] > upto).sum(axis=1)
    return drawn.clip(max=len(effects) - 1)
