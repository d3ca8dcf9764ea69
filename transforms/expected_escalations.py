"""Escalations expected of each agent: from other agents' calls of the same case mix.

A regularised logistic model (`measures.logistic.factor_logistic`) is fitted anew every
night to all calls. Observed against expected is indirect standardisation, as in N. E. Breslow, N. E. Day, 'Statistical Methods in
Cancer Research' II (1987) section 2.3.

Agents are split into parts, and those of a part are held against what the other parts'
calls teach: an agent's own calls never set their own expectation. As calls come in, the
expectation of a past day moves a little, as does every comparison with others.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.case_mix import factor_columns, known_levels, one_hot
from transforms.contracts.agent_marts import (
    CASE_MIX,
    CASE_MIX_RELIABILITY,
    EXPECTED_ESCALATIONS,
    FACTORS,
)
from transforms.contracts.columns import DIMENSIONS
from transforms.knowledge.thresholds import Thresholds
from transforms.measures.logistic import Counted, Floats, factor_logistic, probabilities

_TENTHS: Final = 10


@dataclass(frozen=True)
class Expectations:
    """What is expected, and how.

    Attributes:
        expected: rows of `marts.expected_escalations`.
        case_mix: rows of `marts.case_mix`.
        reliability: rows of `marts.case_mix_reliability`.
    """

    expected: pl.DataFrame
    case_mix: pl.DataFrame
    reliability: pl.DataFrame


def expectations(mix: pl.DataFrame, thresholds: Thresholds) -> Expectations:
    """What case mix makes us expect of all assessable calls, and of the heated ones.

    A call has no expectation where no other agent's call is of its language: nobody is
    there to compare it with.

    Args:
        mix: as `case_mix.case_mix` gives it.
        thresholds: parts, prior, and how many calls a model needs.
    """
    every = _Calls.of(mix, "assessable", thresholds)
    heated = _Calls.of(mix.filter("is_heated"), "heated", thresholds)
    both = (every, heated)
    sums = pl.concat(
        [
            every.sums("calls", "escalated", "expected", "variance"),
            heated.sums(
                "heated", "heated_escalated", "heated_expected", "heated_variance"
            ),
        ],
        how="align_left",
    ).fill_null(0)
    return Expectations(
        expected=EXPECTED_ESCALATIONS.conform(sums.lazy()).collect(),
        case_mix=pl.concat([part.levels() for part in both]).sort(
            "among", "factor", "position"
        ),
        reliability=pl.concat([part.reliability() for part in both]),
    )


def folds(mix: pl.DataFrame, parts: int) -> pl.DataFrame:
    """One row for each agent, with the `fold` that the agent's calls are held out in.

    The agents of a language are dealt out in turn, those with most calls first, so that
    each part leaves other agents of the language to learn from. What came of the calls
    plays no role in it.
    """
    spoken = (
        mix.group_by("agent_id", "language")
        .agg(calls=pl.len())
        .sort("calls", "language", descending=[True, False])
        .group_by("agent_id", maintain_order=True)
        .agg(pl.col("language").first(), pl.col("calls").sum())
        .sort("language", "calls", "agent_id", descending=[False, True, False])
    )
    return spoken.select("agent_id", fold=pl.int_range(pl.len()) % parts)


@dataclass(frozen=True)
class _Calls:
    """Some calls with what is expected of each.

    Attributes:
        among: which calls they are.
        calls: `case_mix` with `probability`; only calls that have an expectation.
        odds: log odds of each factor's levels in the model of all calls, if there is one.
        method: `model`, or `base rate` where too few calls have the rarer outcome.
    """

    among: str
    calls: pl.DataFrame
    odds: dict[tuple[str, str], float]
    method: str

    @classmethod
    def of(cls, mix: pl.DataFrame, among: str, thresholds: Thresholds) -> "_Calls":
        agents = max(mix["agent_id"].n_unique(), 1)
        parts = min(int(thresholds.case_mix_folds.value), agents)
        split = mix.join(folds(mix, parts), "agent_id", "left", validate="m:1")
        patterns = (
            split.group_by("fold", *FACTORS)
            .agg(calls=pl.len(), escalated=pl.col("is_escalated").sum())
            .sort("fold", *FACTORS)
        )
        is_model = _is_enough(patterns, parts, thresholds)
        learnt = _by_model if is_model else _by_base_rate
        told = [
            learnt(
                patterns.filter(pl.col("fold") != fold),
                patterns.filter(pl.col("fold") == fold),
                thresholds,
            )
            for fold in range(parts)
        ]
        expected = split.join(
            pl.concat(told).select("fold", *FACTORS, "probability"),
            ["fold", *FACTORS],
            validate="m:1",
        )
        return cls(
            among=among,
            calls=expected.sort("call_id"),
            odds=_odds(patterns, thresholds) if is_model else {},
            method="model" if is_model else "base rate",
        )

    def sums(
        self, calls: str, escalated: str, expected: str, variance: str
    ) -> pl.DataFrame:
        """One row for each agent, team, queue, language and day, under the names given.

        Grouped in the calls' order, here as below: sums of parts in another order differ in
        the last digits, and a second night is to give the very same figures.
        """
        p = pl.col("probability")
        return (
            self.calls.group_by(*DIMENSIONS, maintain_order=True)
            .agg(
                pl.len().alias(calls),
                pl.col("is_escalated").sum().alias(escalated),
                p.sum().alias(expected),
                (p * (1 - p)).sum().alias(variance),
            )
            .sort(*EXPECTED_ESCALATIONS.key)
        )

    def levels(self) -> pl.DataFrame:
        """One row for each level of each factor; the most frequent one is the reference."""
        frames = [self._levels(factor) for factor in FACTORS]
        return CASE_MIX.conform(pl.concat(frames).lazy()).collect()

    def _levels(self, factor: str) -> pl.DataFrame:
        counted = (
            self.calls.group_by(pl.col(factor).alias("level"), maintain_order=True)
            .agg(
                calls=pl.len(),
                escalated=pl.col("is_escalated").sum(),
                expected=pl.col("probability").sum(),
            )
            .sort("level")
            .with_row_index("position")
        )
        most = counted.sort("calls", "level", descending=[True, False]).head(1)["level"]
        odds = [self.odds.get((factor, level)) for level in counted["level"]]
        base = sum(self.odds.get((factor, level), 0.0) for level in most)
        return counted.with_columns(
            among=pl.lit(self.among),
            factor=pl.lit(factor),
            odds_ratio=(pl.Series(odds, dtype=pl.Float64) - base).exp(),
            is_reference=pl.col("level").is_in(most.to_list()),
            method=pl.lit(self.method),
        )

    def reliability(self) -> pl.DataFrame:
        """One row for each tenth of the calls, from the least expected to escalate on."""
        tenth = (pl.int_range(pl.len()) * _TENTHS // pl.len()) + 1
        counted = (
            self.calls.sort("probability", "call_id")
            .with_columns(tenth=tenth)
            .group_by("tenth", maintain_order=True)
            .agg(
                calls=pl.len(),
                escalated=pl.col("is_escalated").sum(),
                expected=pl.col("probability").sum(),
            )
            .with_columns(among=pl.lit(self.among), method=pl.lit(self.method))
            .sort("tenth")
        )
        return CASE_MIX_RELIABILITY.conform(counted.lazy()).collect()


def _is_enough(patterns: pl.DataFrame, parts: int, thresholds: Thresholds) -> bool:
    """Whether every part leaves enough calls with and without the outcome to learn from."""
    escalated, calls = pl.col("escalated"), pl.col("calls")
    rarer = pl.min_horizontal(escalated.sum(), (calls - escalated).sum())
    left = [
        patterns.filter(pl.col("fold") != fold).select(rarer).item()
        for fold in range(parts)
    ]
    return min(left) >= thresholds.case_mix_events.value


def _by_model(
    known: pl.DataFrame, held: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """The patterns held out with their `probability`, by the model of the others.

    A level that the others do not know counts as the average of its factor.
    """
    levels = known_levels(known)
    told = held.join(known.select("language").unique(), "language", "semi")
    expected = probabilities(_fitted(known, thresholds), one_hot(told, levels))
    return told.with_columns(probability=pl.Series(expected, dtype=pl.Float64))


def _by_base_rate(
    known: pl.DataFrame, held: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """The patterns held out with their `probability`: the others' rate in the language.

    It is drawn to the rate of all languages, and that (as by Jeffreys' prior) off 0 and 1.
    """
    rate = (pl.col("escalated").sum() + 0.5) / (pl.col("calls").sum() + 1)
    overall = float(known.select(rate).item())
    weight = thresholds.case_mix_base_calls.value
    rates = known.group_by("language").agg(
        probability=(pl.col("escalated").sum() + weight * overall)
        / (pl.col("calls").sum() + weight)
    )
    return held.join(rates, "language", validate="m:1", maintain_order="left")


def _fitted(patterns: pl.DataFrame, thresholds: Thresholds) -> Floats:
    levels = known_levels(patterns)
    counted = Counted(
        design=one_hot(patterns, levels),
        with_outcome=patterns["escalated"].to_numpy().astype(np.float64),
        calls=patterns["calls"].to_numpy().astype(np.float64),
    )
    widest = thresholds.case_mix_prior.value
    return factor_logistic(counted, factor_columns(levels), widest)[0]


def _odds(
    patterns: pl.DataFrame, thresholds: Thresholds
) -> dict[tuple[str, str], float]:
    """Log odds of every level, by the model of all calls: shown, and used for nothing."""
    coefficients = _fitted(patterns, thresholds)
    return dict(zip(known_levels(patterns), coefficients[1:].tolist(), strict=True))
