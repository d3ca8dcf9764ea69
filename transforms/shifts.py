"""Shifts: the hours that an agent works without a gap, and which calls fall into one."""

import numpy as np
import polars as pl

from transforms.heard import NEVER, Ints, Mask

SAME = 1
ANOTHER = 0
UNKNOWN = -1
"""Whether two calls of an agent are of one shift."""


def stretches(shifts: pl.DataFrame) -> pl.DataFrame:
    """One row for each stretch of work: `agent_id`, `begins`, `ends`, in microseconds.

    Exported rows that overlap or touch are one stretch; a gap between them, be it lunch,
    divides two. Moments are UTC, so that a night is as long as its clock change makes it.

    Args:
        shifts: `staging.shifts`.
    """
    timed = shifts.select(
        "agent_id",
        begins=pl.col("shift_start").to_physical(),
        ends=pl.col("shift_end").to_physical(),
    ).sort("agent_id", "begins", "ends")
    before = pl.col("ends").cum_max().shift(1).over("agent_id")
    apart = (pl.col("begins") > before).fill_null(value=True)
    return (
        timed.with_columns(stretch=apart.cum_sum())
        .group_by("agent_id", "stretch", maintain_order=True)
        .agg(pl.col("begins").min(), pl.col("ends").max())
        .drop("stretch")
    )


def stretch_ends(calls: pl.DataFrame, shifts: pl.DataFrame) -> Ints:
    """When the stretch ends in which each call began, in microseconds; NEVER without one.

    Args:
        calls: with `agent_id` and `started_at`.
        shifts: `staging.shifts` of the agents.
    """
    found = np.full(calls.height, NEVER, dtype=np.int64)
    mine = (
        calls.select("agent_id", at=pl.col("started_at").to_physical())
        .with_row_index("row")
        .drop_nulls("agent_id")
        .sort("at")
    )
    told = mine.join_asof(
        stretches(shifts).sort("begins"),
        left_on="at",
        right_on="begins",
        by="agent_id",
        check_sortedness=False,
    ).filter(pl.col("at") <= pl.col("ends"))
    found[told["row"].to_numpy()] = told["ends"].to_numpy()
    return found


def same_shift(
    ends: Ints, is_exported: Mask, later: Ints, *, is_same_day: Mask
) -> Ints:
    """Whether a later call of the agent is of the same shift: SAME, ANOTHER or UNKNOWN.

    Where the export has shifts for the day, but none of this agent's holds the call, nothing
    tells; where it has none for the day at all, a local day stands for a shift.

    Args:
        ends: see `stretch_ends`, of the earlier call of each pair.
        is_exported: the export has somebody's shift on the day of the earlier call.
        later: when the later call started, in microseconds.
        is_same_day: both calls are of one local day.
    """
    known = np.where(later <= ends, SAME, ANOTHER)
    assumed = np.where(is_exported, UNKNOWN, np.where(is_same_day, SAME, ANOTHER))
    return np.where(ends != NEVER, known, assumed)
