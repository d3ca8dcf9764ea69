"""Negation: a negator near a cue, in the same clause, turns it round.

Only the nearest negator counts: one farther away is farther than it, and behind any
clause's end that the nearest is behind.
"""

import numpy as np

from transforms.detection.text import Flags, Lines, Places


def negated_before(
    first: Places, negators: Places, written: Lines, within: int
) -> Flags:
    """Whether each cue has a negator at most `within` words before it, in its clause.

    Args:
        first: the first word of each cue.
        negators: the words that are negators, in any order.
        written: the lines in which they stand.
        within: words.
    """
    nearest = np.sort(np.append(negators, -within - 1))
    nearest = nearest[np.searchsorted(nearest, first) - 1]
    near = first - nearest <= within
    near[near] = ~written.clause_ends_in(nearest[near], first[near] + 1)
    return near


def negated_after(last: Places, negators: Places, written: Lines, within: int) -> Flags:
    """The same for negators after a cue, of which `last` is the last word."""
    nearest = np.sort(np.append(negators, np.iinfo(np.int64).max))
    nearest = nearest[np.searchsorted(nearest, last, side="right")]
    near = nearest - last <= within
    near[near] = ~written.clause_ends_in(last[near], nearest[near] + 1)
    return near
