"""How well two raters agree on yes and no, with intervals by conversation.

Every measure is a function of four counts: both say yes, only the second does, only the
first does, neither does. The first rater is the one who is believed (people), the second
the one who is measured (the machine).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RESAMPLES: Final = 1000
_PERCENTILES: Final = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Agreement:
    """How well a second rater agrees with the first.

    Attributes:
        rows: items that both rated.
        positives: items to which the first says yes.
        true_positives: to which both say yes.
        false_positives: to which only the second says yes.
        false_negatives: to which only the first says yes.
        precision: share of the second's yes that the first shares.
        recall: share of the first's yes that the second shares.
        f1: their harmonic mean.
        kappa: Cohen's, agreement beyond what the two shares of yes give by chance.
        ac1: Gwet's, the same with a chance that rare answers do not distort.
    """

    rows: float
    positives: float
    true_positives: float
    false_positives: float
    false_negatives: float
    precision: Estimate
    recall: Estimate
    f1: Estimate
    kappa: Estimate
    ac1: Estimate


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def precision(counts: Floats) -> Floats:
    """Both ÷ second's yes. Counts: (..., 4), both, only second, only first, neither."""
    return _ratio(counts[..., 0], counts[..., 0] + counts[..., 1])


def recall(counts: Floats) -> Floats:
    """Both ÷ first's yes. Counts: see `precision`."""
    return _ratio(counts[..., 0], counts[..., 0] + counts[..., 2])


def f1(counts: Floats) -> Floats:
    """2 both ÷ (first's yes + second's yes). Counts: see `precision`."""
    both, second, first, _ = np.moveaxis(counts, -1, 0)
    return _ratio(2 * both, 2 * both + second + first)


def kappa(counts: Floats) -> Floats:
    """Cohen's kappa. Counts: see `precision`.

    Source: Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational
    and Psychological Measurement 20, 37-46. Not defined where both always say the same.
    """
    both, second, first, _ = np.moveaxis(counts, -1, 0)
    total = counts.sum(axis=-1)
    seen = 1 - _ratio(second + first, total)
    p, q = _ratio(both + first, total), _ratio(both + second, total)
    chance = p * q + (1 - p) * (1 - q)
    return _ratio(seen - chance, 1 - chance)


def ac1(counts: Floats) -> Floats:
    """Gwet's AC1. Counts: see `precision`.

    Source: Gwet, K. L. (2008), Computing inter-rater reliability and its variance in the
    presence of high agreement, British J. of Mathematical and Statistical Psychology 61,
    29-48: chance = 2 π (1 - π), π the mean share of yes.
    """
    both, second, first, _ = np.moveaxis(counts, -1, 0)
    total = counts.sum(axis=-1)
    seen = 1 - _ratio(second + first, total)
    share = _ratio(2 * both + first + second, 2 * total)
    chance = 2 * share * (1 - share)
    return _ratio(seen - chance, 1 - chance)


def agreement(
    first: Flags,
    second: Flags,
    groups: Ints,
    *,
    weights: Floats | None = None,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> Agreement:
    """Compare two raters' answers, with percentile intervals of a bootstrap by group.

    Args:
        first: the answers that are believed, one an item.
        second: the answers that are measured.
        groups: the conversation of each item, as any integers: what one person says is
            resampled together (Efron and Tibshirani 1993, An introduction to the
            bootstrap, chapter 8).
        weights: how many items each stands for; 1 if None.
        resamples: how often to draw.
        seed: the same seed gives the same intervals.
    """
    counts = _by_group(first, second, groups, weights)
    total = counts.sum(axis=0)
    drawn = _resampled(counts, resamples, seed)
    return Agreement(
        rows=float(total.sum()),
        positives=float(total[0] + total[2]),
        true_positives=float(total[0]),
        false_positives=float(total[1]),
        false_negatives=float(total[2]),
        precision=_estimate(precision(total), precision(drawn)),
        recall=_estimate(recall(total), recall(drawn)),
        f1=_estimate(f1(total), f1(drawn)),
        kappa=_estimate(kappa(total), kappa(drawn)),
        ac1=_estimate(ac1(total), ac1(drawn)),
    )


def _by_group(
    first: Flags, second: Flags, groups: Ints, weights: Floats | None
) -> Floats:
    """The four counts of each group: groups x 4."""
    _, group = np.unique(groups, return_inverse=True)
    cell = np.where(second, np.where(first, 0, 1), np.where(first, 2, 3))
    size = (int(group.max()) + 1 if len(group) else 0) * 4
    counts = np.bincount(group * 4 + cell, weights=weights, minlength=size)
    return counts.astype(np.float64).reshape(-1, 4)


def _resampled(counts: Floats, resamples: int, seed: int) -> Floats:
    """Total counts of as many groups, drawn with replacement: resamples x 4.

    Groups with the same counts are the same to a draw, so kinds of groups are drawn.
    """
    if not len(counts):
        return np.zeros((resamples, 4))
    kinds, number = np.unique(counts, axis=0, return_counts=True)
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(counts), number / len(counts), size=resamples)
    return times @ kinds


def _estimate(value: Floats, drawn: Floats) -> Estimate:
    """The figure, and the middle 95 of 100 of its defined resamples."""
    defined = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(defined):
        return Estimate(None, None, None)
    low, high = np.percentile(defined, _PERCENTILES)
    return Estimate(float(value), float(low), float(high))
