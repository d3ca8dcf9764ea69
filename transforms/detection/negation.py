"""Negation: a negator near a cue, in the same clause, turns it round."""

import numpy as np
import numpy.typing as npt

from transforms.detection.text import Places


def is_negated_before(
    first: Places, negators: Places, breaks: Places, within: int
) -> npt.NDArray[np.bool_]:
    """Whether each cue has a negator at most `within` words before it, in its clause.

    Args:
        first: the first word of each cue.
        negators: the words that are negators, in order.
        breaks: the clause breaks up to each word; see `Lines.clause_breaks`.
        within: words. Only the nearest negator counts: one farther away is farther
            than it, and behind any break that it is behind.
    """
    if not negators.size:
        return np.zeros(len(first), dtype=np.bool_)
    at = np.searchsorted(negators, first) - 1
    nearest = negators[np.maximum(at, 0)]
    return (
        (at >= 0) & (first - nearest <= within) & (breaks[first] == breaks[nearest])
    )


def is_negated_after(
    last: Places, negators: Places, breaks: Places, within: int
) -> npt.NDArray[np.bool_]:
    """The same for negators after a cue, of which `last` is the last word."""
    if not negators.size:
        return np.zeros(len(last), dtype=np.bool_)
    at = np.searchsorted(negators, last, side="right")
    nearest = negators[np.minimum(at, len(negators) - 1)]
    return (
        (at < len(negators))
        & (nearest - last <= within)
        & (breaks[nearest] == breaks[last])
    )
