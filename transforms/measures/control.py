"""Change over time: control and run charts of shares, with the chance of a false alarm."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import chdtrc, ndtr

from transforms.measures.funnel import SIGNIFICANT, widened
from transforms.measures.rates import Floats
from transforms.measures.tails import Counted

SIGMAS: Final = 3.0
"""Shewhart's limits; beyond them lie 2.7 of 1,000 points by chance alone."""
SHORTEST_RUN: Final = 8
"""Points on one side of the median that are a run, if the chart is short enough."""
FALSE_ALARMS: Final = 0.05
"""Chance that anything is flagged, on all charts looked at together, if nothing changed."""
LEAST_POINTS: Final = 8
"""With fewer a run cannot be seen, and the centre is hardly known."""
_MOVING_RANGE: Final = 1.128
"""d₂ for pairs: the mean range of two standard normal deviates."""


@dataclass(frozen=True)
class Chart:
    """A control chart of shares.

    Attributes:
        points: the rows, with `rate`; `low` and `high`, the limits; `z`; `change`, `up` or
            `down` where flagged; `is_point`, `is_run`, by which rule.
        centre: the share over all points; None without an opportunity.
        median: of the points' shares, on whose sides runs are counted.
        sigma_z: by what the limits are widened; 1 unless overdispersed.
        point_level: the two-sided probability under which a point is flagged.
        run_needed: points on one side that are flagged as a run; None if no run could be.
        classic: chance of a false alarm on such a chart by the rules as they are in books,
            one point beyond three sigma or a run of eight.
    """

    points: pl.DataFrame
    centre: float | None
    median: float | None
    sigma_z: float
    point_level: float
    run_needed: int | None
    classic: float


def run_probability(points: int, length: int) -> float:
    """Chance of a run of so many, or more, on one side among so many points.

    Each point lies on either side with even chances, as points do about their median;
    counted exactly, point by point: M. F. Schilling, 'The longest run of heads', College
    Mathematics Journal 21 (1990) 196-207.

    >>> run_probability(8, 8) == 2 * 0.5**8
    True
    """
    if length <= 1:
        return 1.0 if points else 0.0
    running = np.zeros(length)
    running[1] = 1.0
    reached = 0.0
    for _ in range(points - 1):
        longer = running[length - 1] / 2
        reached += longer
        moved = np.zeros(length)
        moved[1] = running.sum() / 2
        moved[2:] = running[1:-1] / 2
        running = moved
    return float(reached) if points else 0.0


@cache
def run_needed(points: int, level: float) -> int | None:
    """The shortest run, of eight or more, that chance gives with at most that probability."""
    for length in range(SHORTEST_RUN, points + 1):
        if run_probability(points, length) <= level:
            return length
    return None


def classic_false_alarms(points: int) -> float:
    """Chance that a chart without a change breaks one of the two rules as in books.

    1 - (1 - 0.0027)ᵐ for one point in m beyond three sigma, and `run_probability` for a run
    of eight, taken as independent.
    """
    beyond = 1 - (1 - 2 * float(ndtr(-SIGMAS))) ** points
    return 1 - (1 - beyond) * (1 - run_probability(points, SHORTEST_RUN))


def sigma_limits(
    centre: float, sizes: npt.ArrayLike, sigma_z: float = 1.0
) -> tuple[Floats, Floats]:
    """The p-chart's limits, centre ± 3·√(centre(1 - centre)/n)·σ_z, within 0-1.

    D. C. Montgomery, 'Introduction to statistical quality control', 6th ed. 2009, section
    7.2, with variable n; with `sigma_z` those of the p′-chart, D. B. Laney, 'Improved
    control charts for attributes', Quality Engineering 14 (2002) 531-537.
    """
    n = np.asarray(sizes, dtype=np.float64)
    reach = SIGMAS * sigma_z * np.sqrt(centre * (1 - centre) / n)
    return np.clip(centre - reach, 0.0, 1.0), np.clip(centre + reach, 0.0, 1.0)


def laney_sigma(scores: npt.ArrayLike) -> float:
    """Laney's σ_z: the mean moving range of the z-scores ÷ 1.128.

    Variation from point to point, whatever drift lies over all of them.
    """
    z = np.asarray(scores, dtype=np.float64)
    return float(np.mean(np.abs(np.diff(z))) / _MOVING_RANGE) if z.size > 1 else 1.0


def weighed_counts(steps: pl.DataFrame, *by: str) -> pl.DataFrame:
    """One row for each group: counts over several steps, as those of one weighted share.

    `judged` is the size of sample that would vary as much, (Σ w·judged)² ÷ Σ w²·judged
    (L. Kish, 'Survey sampling', 1965, section 11.7), and `met` the weighted share of it;
    with equal weights both are the plain counts, which `counted_met` and `counted` always
    are.

    Args:
        steps: `met`, `judged` and `weight` of each step.
        by: columns to group by; groups stay in their order.
    """
    w = pl.col("weight").cast(pl.Float64)
    weighed = (w * pl.col("judged")).sum()
    size = weighed**2 / (w * w * pl.col("judged")).sum()
    return steps.group_by(by, maintain_order=True).agg(
        counted_met=pl.col("met").sum(),
        counted=pl.col("judged").sum(),
        met=(w * pl.col("met")).sum() / weighed * size,
        judged=size,
    )


def control_chart(points: pl.DataFrame, charts: int = 1) -> Chart:
    """A control chart that flags only what chance alone would hardly give.

    A change is a point that lies beyond three sigma and whose exact binomial probability is
    under `point_level`, or a run on one side of the median. Both rules are made strict
    enough that all charts looked at together, if nothing changed, flag anything at all
    with a probability of at most `FALSE_ALARMS` (Šidák for charts and points; half of it
    for each rule). Limits and probabilities are Laney's where the points vary more than a
    binomial (χ² of z², p < 0.05) and σ_z is over 1.

    Runs are counted about the median, whose sides are equally likely also where shares lie
    close to 0 or 1: J. Anhøj, A. V. Olesen, 'Run charts revisited', PLoS ONE 9 (2014)
    e113825. Points on the median, and points without an opportunity, are skipped. Fewer
    than `LEAST_POINTS` points are drawn and not judged.

    Args:
        points: `met` and `judged`, in the order of time; other columns are kept. They need
            not be whole numbers (weighted totals).
        charts: how many charts are looked at together.
    """
    rows = points.with_row_index("_at").with_columns(
        rate=pl.when(pl.col("judged") > 0).then(pl.col("met") / pl.col("judged"))
    )
    told = rows.filter(pl.col("judged") > 0)
    classic = classic_false_alarms(told.height)
    if told.is_empty():
        return Chart(_with_places(rows, told), None, None, 1.0, 0.0, None, classic)
    x, n = (told[name].cast(pl.Float64).to_numpy() for name in ("met", "judged"))
    centre = float(x.sum() / n.sum())
    counted = Counted(n * centre, n * centre * (1 - centre))
    z = counted.scores(x)
    sigma_z = _sigma(z)
    low, high = sigma_limits(centre, n, sigma_z)
    level = 1 - (1 - FALSE_ALARMS) ** (1 / max(charts, 1))
    by_point = 1 - (1 - level / 2) ** (1 / told.height)
    rates = x / n
    median = float(np.median(rates))
    is_enough = told.height >= LEAST_POINTS
    p = widened(counted.two_sided(x), sigma_z**2)
    is_point = is_enough & ((rates < low) | (rates > high)) & (p < by_point)
    sides = np.sign(np.where(np.abs(rates - median) < 1e-12, 0.0, rates - median))
    needed = run_needed(int(np.count_nonzero(sides)), level / 2) if is_enough else None
    is_run = _runs(sides, needed)
    side = np.where(is_point, np.sign(rates - centre), np.where(is_run, sides, 0.0))
    judged = told.with_columns(
        low=pl.Series(low),
        high=pl.Series(high),
        z=pl.Series(z),
        is_point=pl.Series(is_point),
        is_run=pl.Series(is_run),
        change=pl.Series([_WAYS.get(int(way)) for way in side], dtype=pl.String),
    )
    every = _with_places(rows, judged)
    return Chart(every, centre, median, sigma_z, by_point, needed, classic)


_WAYS: Final = {1: "up", -1: "down"}
_JUDGED: Final = {
    **dict.fromkeys(("low", "high", "z"), pl.Float64),
    **dict.fromkeys(("is_point", "is_run"), pl.Boolean),
    "change": pl.String,
}


def _with_places(rows: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """All points in their order, with what is known of those that had an opportunity."""
    known = judged.select(
        "_at",
        *(
            pl.col(name) if name in judged.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in _JUDGED.items()
        ),
    )
    return (
        rows.join(known, on="_at", how="left", maintain_order="left")
        .with_columns(pl.col("is_point", "is_run").fill_null(value=False))
        .drop("_at")
    )


def _sigma(z: Floats) -> float:
    """Laney's σ_z where the scores vary more than chance makes them; else 1."""
    told = z[np.isfinite(z)]
    if told.size < LEAST_POINTS:
        return 1.0
    is_over = float(chdtrc(told.size - 1, np.sum(told * told))) < SIGNIFICANT
    return max(1.0, laney_sigma(told)) if is_over else 1.0


def _runs(sides: Floats, needed: int | None) -> npt.NDArray[np.bool_]:
    """Which points belong to a run that is long enough; points on the median don't break it."""
    found = np.zeros(sides.size, dtype=np.bool_)
    if needed is None:
        return found
    places = np.flatnonzero(sides)
    starts = np.flatnonzero(np.diff(sides[places], prepend=0.0))
    for run in np.split(places, starts[1:]):
        if run.size >= needed:
            found[run] = True
    return found
