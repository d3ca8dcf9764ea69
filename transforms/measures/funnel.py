"""Funnel limits: how far from what is expected chance alone takes an agent."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import chdtrc, ndtr, ndtri

from transforms.measures.rates import Floats
from transforms.measures.tails import Counted

LEVELS: Final = {"95": 0.05, "998": 0.002}
"""What each pair of limits leaves outside by chance, both sides together."""
LEAST_UNITS: Final = 10
"""With fewer, a tenth of them is less than one, and their spread says too little."""
SIGNIFICANT: Final = 0.05
"""For overdispersion, and for what is flagged after correction for many comparisons."""
OUTSIDE: Final = ("inside", "outside 95 %", "outside 99.8 %")
_TRIMMED: Final = 0.1


@dataclass(frozen=True)
class Dispersion:
    """How much more agents differ than chance alone makes them.

    Attributes:
        units: how many agents it was measured on.
        published: Spiegelhalter's φ: the mean square of z, winsorised.
        phi: by what the variance is multiplied: at least 1, and 1 unless significant.
        chi_square: the sum of all z².
        p_value: probability of a sum as high by chance alone; None if not tested.
    """

    units: int
    published: float | None
    phi: float
    chi_square: float
    p_value: float | None


def winsorised(scores: npt.ArrayLike, share: float = _TRIMMED) -> Floats:
    """z-scores with those in either tail set to the quantile there, as Spiegelhalter does.

    Few true outliers then don't widen the limits that should show them.
    """
    z = np.asarray(scores, dtype=np.float64)
    return np.clip(z, *np.quantile(z, (share, 1 - share))) if z.size else z


def winsorised_square(share: float = _TRIMMED) -> float:
    """Mean square of a standard normal deviate, winsorised: 0.68 at a tenth on each side.

    E[z²; |z| ≤ c] + 2·share·c² for c the normal quantile at 1 - share.
    """
    cut = float(ndtri(1 - share))
    density = float(np.exp(-cut * cut / 2) / np.sqrt(2 * np.pi))
    return (1 - 2 * share) - 2 * cut * density + 2 * share * cut * cut


def dispersion(scores: npt.ArrayLike, share: float = _TRIMMED) -> Dispersion:
    """Multiplicative overdispersion, tested.

    D. J. Spiegelhalter, 'Funnel plots for comparing institutional performance', Statistics
    in Medicine 24 (2005) 1185-1202, and 'Handling over-dispersion of performance
    indicators', Quality and Safety in Health Care 14 (2005) 347-351: φ is the mean square
    of z, winsorised by a tenth; the sum of all z² is tested against χ² with as many degrees
    of freedom as units, and limits are widened only where it is significant.

    Winsorising makes φ too small: 0.68 where there is no overdispersion at all, so that
    limits widened by it leave out several times what they promise. `phi` is therefore φ
    divided by that constant (`winsorised_square`), as a median absolute deviation is by
    0.6745; `published` is φ as he defines it.
    """
    told = np.asarray(scores, dtype=np.float64)
    z = told[np.isfinite(told)]
    chi_square = float(np.sum(z * z))
    if z.size < LEAST_UNITS:
        return Dispersion(int(z.size), None, 1.0, chi_square, None)
    published = float(np.mean(winsorised(z, share) ** 2))
    p_value = float(chdtrc(z.size, chi_square))
    widened = max(1.0, published / winsorised_square(share))
    phi = widened if p_value < SIGNIFICANT else 1.0
    return Dispersion(int(z.size), published, phi, chi_square, p_value)


def widened(p_values: npt.ArrayLike, phi: float) -> Floats:
    """Two-sided p-values after the variance is multiplied by φ: of z ÷ √φ."""
    p = np.clip(np.asarray(p_values, dtype=np.float64), 1e-300, 1.0)
    return 2 * ndtr(ndtri(p / 2) / np.sqrt(phi))


def false_discovery(p_values: npt.ArrayLike) -> Floats:
    """p-values corrected for their number: the least rate of false flags at which each counts.

    Y. Benjamini, Y. Hochberg, 'Controlling the false discovery rate', JRSS B 57 (1995)
    289-300.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    scaled = p[order] * p.size / np.arange(p.size, 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    return corrected


def limits(
    expected: npt.ArrayLike, variance: npt.ArrayLike, level: float, phi: float = 1.0
) -> tuple[Floats, Floats]:
    """Funnel limits in counts; `level` is what both sides leave outside together.

    Exact for a binomial count (see `tails.Counted.limits`); overdispersion moves them out
    on the scale of z, by √φ.
    """
    tail = float(ndtr(ndtri(level / 2) * np.sqrt(phi)))
    counted = Counted(
        np.asarray(expected, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    )
    return counted.limits(tail)


def funnel(units: pl.DataFrame) -> pl.DataFrame:
    """One row for each unit, with its limits and whether it lies outside them.

    The z-scores, and so the limits' overdispersion, are of these rows together: rows that
    are not to be compared don't belong in one frame.

    Args:
        units: `observed`, `expected` and `variance`: of the number of calls, say, with
            Σp and Σp(1-p) over their probabilities; other columns are kept.

    Returns:
        The rows with `ratio`, observed ÷ expected; `z`; `p`, two-sided, of exact tails,
        widened by `phi`; `q`, the same corrected for the number of units
        (`false_discovery`); `low95`, `high95`, `low998`, `high998` of the
        ratio; `phi`; `outside`, one of `OUTSIDE`; `is_flagged`, outside and q < 0.05. All
        are null, and the unit inside, where nothing is expected or chance has no say.
    """
    expected = units["expected"].cast(pl.Float64).to_numpy()
    variance = units["variance"].cast(pl.Float64).to_numpy()
    observed = units["observed"].cast(pl.Float64).to_numpy()
    counted = Counted(expected, variance)
    can_vary = counted.can_vary
    z = counted.scores(observed)
    phi = dispersion(z).phi
    p = widened(counted.two_sided(observed), phi)
    q = np.full_like(p, np.nan)
    q[can_vary] = false_discovery(p[can_vary])
    bounds = {
        f"{side}{name}": np.where(can_vary, bound, np.nan)
        for name, level in LEVELS.items()
        for side, bound in zip(
            ("low", "high"), limits(expected, variance, level, phi), strict=True
        )
    }
    outside = np.select(
        [can_vary & (p < LEVELS["998"]), can_vary & (p < LEVELS["95"])],
        [OUTSIDE[2], OUTSIDE[1]],
        OUTSIDE[0],
    )
    told = units.with_columns(
        ratio=pl.when(pl.col("expected") > 0).then(
            pl.col("observed") / pl.col("expected")
        ),
        z=pl.Series(z),
        p=pl.Series(np.where(can_vary, p, np.nan)),
        q=pl.Series(q),
        **{
            name: pl.Series(bound) / pl.col("expected")
            for name, bound in bounds.items()
        },
        phi=pl.lit(phi),
        outside=pl.Series(outside, dtype=pl.String),
        is_flagged=pl.Series(
            (p < LEVELS["95"]) & (np.nan_to_num(q, nan=1.0) < SIGNIFICANT)
        ),
    )
    return told.with_columns(pl.col("z", "p", "q", *bounds).fill_nan(None))


def outside_by_chance(units: int) -> dict[str, float]:
    """How many of so many units lie outside each pair of limits by chance alone."""
    return {name: level * units for name, level in LEVELS.items()}
