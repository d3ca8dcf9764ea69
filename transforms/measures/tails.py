"""Tails of a count whose mean and variance are known: exact where it is binomial.

A count of calls, each with its own probability p, has the mean Σp and the variance
Σp(1-p). Of the binomial distributions one has the same two moments,
n = mean² ÷ (mean - variance) with p = 1 - variance ÷ mean; with one p for all calls it is
the count's own. E. A. Peköz, A. Röllin, V. Čekanavičius, M. Shwartz, 'A three-parameter
binomial approximation', Journal of Applied Probability 46 (2009) 1073-1085, bound its
error; for 20 calls or more of at most even odds it is under 0.03. n need not be whole: the
distribution function is an incomplete beta function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtri

from transforms.measures.rates import Floats

Bools = npt.NDArray[np.bool_]
_LEAST_TAIL: Final = 1e-300
_LEAST_P: Final = 1e-9
"""Under it the binomial is a Poisson distribution to all digits that count."""


@dataclass(frozen=True)
class Counted:
    """Counts, each with its mean and variance; arrays of one length.

    Attributes:
        mean: what is expected, over 0 where `can_vary`.
        variance: of the count, at most the mean.
    """

    mean: Floats
    variance: Floats

    @property
    def can_vary(self) -> Bools:
        """Whether chance has a say: without a mean or a variance it has none."""
        return (self.mean > 0) & (self.variance > 0)

    def _binomial(self) -> tuple[Floats, Floats]:
        can_vary = self.can_vary
        mean = np.where(can_vary, self.mean, 1.0)
        spread = np.where(can_vary, self.variance, 0.5)
        p = np.clip(1 - spread / mean, _LEAST_P, 1.0)
        return mean / p, p

    def at_most(self, count: npt.ArrayLike) -> Floats:
        """Probability of this count or a lower one, linear between whole numbers."""
        told = np.asarray(count, dtype=np.float64)
        n, p = self._binomial()
        below = np.floor(told)
        first = _at_most(below, n, p)
        return first + (told - below) * (_at_most(below + 1, n, p) - first)

    def at_least(self, count: npt.ArrayLike) -> Floats:
        """Probability of this count or a higher one, linear between whole numbers.

        Counted from above: 1 less the lower tail would lose what lies far out.
        """
        told = np.asarray(count, dtype=np.float64) - 1
        n, p = self._binomial()
        below = np.floor(told)
        first = _over(below, n, p)
        return first + (told - below) * (_over(below + 1, n, p) - first)

    def tails(self, count: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Probabilities of this count or a lower one, and of it or a higher one."""
        return self.at_most(count), self.at_least(count)

    def two_sided(self, count: npt.ArrayLike) -> Floats:
        """Probability of a count as far out: twice the smaller tail, at most 1.

        Exact tails, so that under chance alone it is under α in at most α of the cases;
        1 where chance has no say.
        """
        low, high = self.tails(count)
        return np.where(self.can_vary, np.minimum(1.0, 2 * np.minimum(low, high)), 1.0)

    def scores(self, count: npt.ArrayLike) -> Floats:
        """z-scores, normal deviates of the mid-p-value; NaN where chance has no say.

        With half of the count's own probability on either side their mean is near 0 and
        their variance near 1 for small counts, too, where (count - mean) ÷ √variance is
        skew. H. O. Lancaster, 'Significance tests in discrete distributions', JASA 56
        (1961) 223-234.
        """
        told = np.asarray(count, dtype=np.float64)
        below = (self.at_most(told) + self.at_most(told - 1)) / 2
        above = (self.at_least(told) + self.at_least(told + 1)) / 2
        # By the smaller tail, which keeps its digits far out.
        far: Floats = ndtri(np.clip(np.minimum(below, above), _LEAST_TAIL, 0.5))
        return np.where(self.can_vary, np.where(below < above, far, -far), np.nan)

    def limits(self, tail: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The counts beyond which each tail holds less than `tail`: lower and upper.

        Interpolated between whole counts as in D. J. Spiegelhalter, 'Funnel plots for
        comparing institutional performance', Statistics in Medicine 24 (2005) 1185-1202,
        appendix A.1.1, so that limits change smoothly with size. His upper limit leaves
        the tail *above* a count; ours is one higher and holds the count itself too, so
        that no more than `tail` lies outside on either side.

        Returns:
            Counts, within 0 and the largest possible count; the mean where chance has no
            say.
        """
        share = np.broadcast_to(np.asarray(tail, dtype=np.float64), self.mean.shape)
        n, p = self._binomial()
        low = np.maximum(_lower(share, n, p), 0.0)
        high = np.clip(_upper(share, n, p) + 1, 0.0, np.ceil(n))
        return (
            np.where(self.can_vary, low, self.mean),
            np.where(self.can_vary, high, self.mean),
        )


def _at_most(count: Floats, n: Floats, p: Floats) -> Floats:
    """P(X ≤ count) of a binomial distribution, for whole counts and any n."""
    inside = np.clip(count, 0.0, np.nextafter(n, 0))
    found = betainc(n - inside, inside + 1, 1 - p)
    return np.where(count < 0, 0.0, np.where(count >= n, 1.0, found))


def _over(count: Floats, n: Floats, p: Floats) -> Floats:
    """P(X > count), likewise."""
    inside = np.clip(count, 0.0, np.nextafter(n, 0))
    found = betainc(inside + 1, n - inside, p)
    return np.where(count < 0, 1.0, np.where(count >= n, 0.0, found))


def _first_whole(reached: Callable[[Floats], Bools], n: Floats) -> Floats:
    """The least whole count that reaches what all greater ones reach."""
    low, high = np.full_like(n, -1.0), np.ceil(n)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        is_reached = reached(middle)
        low, high = (
            np.where(is_reached, low, middle),
            np.where(is_reached, middle, high),
        )
    return high


def _lower(tail: Floats, n: Floats, p: Floats) -> Floats:
    """The interpolated count at which P(X ≤ count) is the tail."""
    at = _first_whole(lambda count: _at_most(count, n, p) >= tail, n)
    here, before = _at_most(at, n, p), _at_most(at - 1, n, p)
    step = np.where(here > before, here - before, 1.0)
    return at - np.clip((here - tail) / step, 0.0, 1.0)


def _upper(tail: Floats, n: Floats, p: Floats) -> Floats:
    """The interpolated count at which P(X > count) is the tail."""
    at = _first_whole(lambda count: _over(count, n, p) <= tail, n)
    here, before = _over(at, n, p), _over(at - 1, n, p)
    step = np.where(before > here, before - here, 1.0)
    return at - np.clip((tail - here) / step, 0.0, 1.0)
