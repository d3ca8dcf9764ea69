"""Whether events come more often, or less often, than before."""

import numpy as np
import numpy.typing as npt


def laplace_trend(
    count: npt.ArrayLike, sum_of_times: npt.ArrayLike, length: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Laplace's statistic of a trend in events: positive if they come ever more often.

    At a constant rate the times of n events in (0, T) are uniform on it, so that
    U = (Σt - nT/2) / (T √(n/12)) is nearly standard normal, from four events on; D. R. Cox,
    P. A. W. Lewis, The Statistical Analysis of Series of Events (1966), section 3.3. From
    ±1.96 on it is beyond chance at 5 %.

    Args:
        count: events of each series, n.
        sum_of_times: of their times since the series began, Σt.
        length: how long the series was watched, T, in the same unit.

    Returns:
        U of each series; NaN where there is no event, or no time.
    """
    n = np.asarray(count, dtype=np.float64)
    total = np.asarray(sum_of_times, dtype=np.float64)
    whole = np.asarray(length, dtype=np.float64)
    told = (n > 0) & (whole > 0)
    return np.divide(
        total - n * whole / 2,
        whole * np.sqrt(n / 12),
        out=np.full(np.broadcast(n, whole).shape, np.nan),
        where=told,
    )
