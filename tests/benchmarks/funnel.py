"""How often a funnel plot accuses an agent who does as well as all others.

Months of a centre are simulated in which only the calls differ from agent to agent
(`months.py`), and the product's own funnel is asked who lies outside:

- on counts, with the case mix known: with chance alone; with bad shifts, which widen every
  agent's spread alike; and with lasting differences that nobody measures;
- on calls, with the case mix learned by the product's own model, where some agents get the
  hard calls: all agents, and those alone, beside what one rate for all says of them;
- and with one agent whose odds are twice everybody's: how often that one is found.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from flows.knowledge import load_knowledge
from flows.settings import CHECKOUT
from tests.benchmarks.months import HARD, by_one_rate, known_mix, learned_mix
from transforms.measures.funnel import LEVELS, funnel

BAD_SHIFTS: Final = 0.6
LASTING: Final = 0.35
"""Standard deviations in log odds, of the two kinds of overdispersion."""
BAD: Final = 2.0
"""Odds of the bad agent's calls against the same calls of everybody else."""
CALLS: Final = 150
"""Of each agent, where the case mix is learned."""

Month = Callable[[np.random.Generator], pl.DataFrame]


@dataclass(frozen=True)
class Share:
    """A share of agents or months, with what simulating no more than this leaves unsure.

    Attributes:
        world: what was simulated.
        limits: `95` or `998`, whose limits; `flagged`, outside after the correction for
            many comparisons; or months in which anybody was.
        nominal: the share that chance alone should leave outside; None for power.
        found: the share that was.
        low: lower end of its 95 % Monte-Carlo interval, over months.
        high: upper end.
    """

    world: str
    limits: str
    nominal: float | None
    found: float
    low: float
    high: float

    @property
    def is_kept(self) -> bool:
        """Whether the share is not above the nominal one, but for Monte-Carlo error."""
        return self.nominal is None or self.low <= self.nominal


def simulated(month: Month, months: int, seed: int) -> list[pl.DataFrame]:
    """So many months, each from a seed of its own, with the product's funnel of each."""
    return [funnel(month(np.random.default_rng((seed, m)))) for m in range(months)]


def false_outliers(
    world: str, drawn: list[pl.DataFrame], agents: slice = slice(None)
) -> Iterator[Share]:
    """The shares of equally good agents that lie outside.

    Args:
        world: what was simulated.
        drawn: as `simulated` gives it.
        agents: which rows of each month count; all of them by default.
    """
    for name, nominal in LEVELS.items():
        outside = [np.mean(each["p"].to_numpy()[agents] < nominal) for each in drawn]
        yield _share(world, name, nominal, outside)
    anybody = [float(each["is_flagged"][agents].any()) for each in drawn]
    yield _share(world, "months with a flag", LEVELS["95"], anybody)


def power(world: str, drawn: list[pl.DataFrame]) -> Iterator[Share]:
    """How often the first agent, who does worse, lies outside on the bad side."""
    worse = [each.row(0, named=True) for each in drawn]
    for name, level in LEVELS.items():
        found = [float(row["p"] < level and row["z"] > 0) for row in worse]
        yield _share(world, name, None, found)
    flagged = [float(row["is_flagged"] and row["z"] > 0) for row in worse]
    yield _share(world, "flagged", None, flagged)


def _share(world: str, limits: str, nominal: float | None, found: list[Any]) -> Share:
    """Mean over months, which are independent of each other; agents of one need not be."""
    told = np.array(found, dtype=np.float64)
    mean = float(told.mean())
    half = 1.96 * float(told.std(ddof=1)) / np.sqrt(len(told))
    return Share(world, limits, nominal, mean, max(0.0, mean - half), mean + half)


def on_counts(months: int, agents: int, seed: int) -> list[Share]:
    """The shares of the worlds on counts, false outliers first, then power."""
    month = partial(known_mix, agents=agents)
    worlds: dict[str, Month] = {
        "chance alone": month,
        "bad shifts": partial(month, bad_shifts=BAD_SHIFTS),
        "lasting differences": partial(month, lasting=LASTING),
    }
    bad = {
        "one bad agent": partial(month, worse=BAD),
        "one bad agent, bad shifts": partial(month, worse=BAD, bad_shifts=BAD_SHIFTS),
    }
    return [
        *(
            share
            for world, drawn in worlds.items()
            for share in false_outliers(world, simulated(drawn, months, seed))
        ),
        *(
            share
            for world, drawn in bad.items()
            for share in power(world, simulated(drawn, months, seed))
        ),
    ]


def on_calls(months: int, agents: int, seed: int) -> list[Share]:
    """The shares of the world on calls, whose case mix is learned anew each month."""
    thresholds = load_knowledge(CHECKOUT / "data").thresholds
    randoms = [np.random.default_rng((seed, month)) for month in range(months)]
    learned = [learned_mix(random, agents, CALLS, thresholds) for random in randoms]
    fair = [funnel(units) for units in learned]
    unfair = [funnel(by_one_rate(units)) for units in learned]
    hard = slice(HARD)
    return [
        *false_outliers("case mix learned", fair),
        *false_outliers("case mix learned: those with hard calls", fair, hard),
        *false_outliers("one rate for all: those with hard calls", unfair, hard),
    ]


def main() -> None:
    """Simulate, tell, write JSON."""
    asked = _arguments()
    shares = on_counts(asked.months, asked.agents, asked.seed)
    shares += on_calls(asked.learned_months, asked.agents, asked.seed)
    table = Table(title=f"{asked.months} months of {asked.agents} equally good agents")
    for heading in ("world", "limits", "nominal", "found", "95 % interval", "verdict"):
        table.add_column(heading)
    for share in shares:
        table.add_row(*_told(share))
    Console(width=120).print(table)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(share) for share in shares]
    asked.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _told(share: Share) -> tuple[str, ...]:
    nominal = "power" if share.nominal is None else f"{share.nominal:.1%}"
    verdict = "" if share.nominal is None else "kept" if share.is_kept else "exceeded"
    interval = f"{share.low:.2%} - {share.high:.2%}"
    return share.world, share.limits, nominal, f"{share.found:.2%}", interval, verdict


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tests.benchmarks.funnel", description=__doc__
    )
    parser.add_argument("--months", type=int, default=200)
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument(
        "--learned-months", type=int, default=40, help="of the world on calls"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/funnel.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
