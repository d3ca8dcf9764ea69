"""Other calls of the same agent and customer: the next, the one before, the call back."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.heard import NEVER, Floats, Ints, Mask

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_FIELDS: Final = (
    "call_no",
    "call_id",
    "day",
    "agent_id",
    "customer_id",
    "direction",
    "started_at",
)


@dataclass(frozen=True)
class Neighbours:
    """The batch's calls among all calls that are known of.

    Attributes:
        known: all known calls, the batch's first, in its order; a call stands once.
        count: how many of them are the batch's.
        started: when each known call started, in microseconds.
        ended: when each of the batch's calls ended; NEVER where unknown.
        shifts: `staging.shifts` of the agents.
    """

    known: pl.DataFrame
    count: int
    started: Ints
    ended: Ints
    shifts: pl.DataFrame

    @cached_property
    def by_agent(self) -> tuple[Ints, Ints]:
        """Known calls with an agent in (agent, start) order, and the agent of each."""
        return self._ordered("agent_id")

    def _ordered(self, column: str) -> tuple[Ints, Ints]:
        codes = _codes(self.known[column])
        numbers = self.known["call_no"].to_numpy()
        order = np.lexsort((numbers, self.started, codes))
        order = order[codes[order] >= 0]
        return order, codes[order]

    def _beside(self, step: int) -> Ints:
        """For each of the batch's calls the same agent's call `step` places on; -1 if none."""
        order, agents = self.by_agent
        found = np.full(self.known.height, -1, dtype=np.int64)
        here, there = (order[:-1], order[1:]) if step > 0 else (order[1:], order[:-1])
        same = agents[1:] == agents[:-1]
        found[here[same]] = there[same]
        return found[: self.count]

    @cached_property
    def next_by_agent(self) -> Ints:
        """The known call that each call's agent takes next; -1 if none."""
        return self._beside(1)

    @cached_property
    def previous_by_agent(self) -> Ints:
        """The known call that each call's agent took before; -1 if none."""
        return self._beside(-1)

    @cached_property
    def next_in_shift(self) -> Ints:
        """When the agent's next call in the same shift starts; NEVER if there is none.

        The shift is known where `shifts` holds the call; else it is the same local day.
        """
        following = self.next_by_agent
        starts = np.full(self.count, NEVER, dtype=np.int64)
        has = np.flatnonzero(following >= 0)
        starts[has] = self.started[following[has]]
        until = self._shift_ends()
        day = self.known["day"].to_physical().to_numpy()
        same_day = np.zeros(self.count, dtype=np.bool_)
        same_day[has] = day[following[has]] == day[has]
        inside = np.where(until == NEVER, same_day, starts <= until)
        return np.where(inside, starts, NEVER)

    def _shift_ends(self) -> Ints:
        """When the shift in which each call started ends; NEVER where it is not known."""
        mine = self.known.head(self.count).select(
            "agent_id", at="started_at", row=pl.int_range(pl.len())
        )
        told = (
            mine.drop_nulls("agent_id")
            .sort("at")
            .join_asof(
                self.shifts.select("agent_id", "shift_start", "shift_end").sort(
                    "shift_start"
                ),
                left_on="at",
                right_on="shift_start",
                by="agent_id",
                check_sortedness=False,
            )
        )
        told = told.filter(pl.col("at") <= pl.col("shift_end"))
        ends = np.full(self.count, NEVER, dtype=np.int64)
        ends[told["row"].to_numpy()] = told["shift_end"].to_physical().to_numpy()
        return ends

    def call_back(self, after: Ints) -> Ints:
        """When each call's customer is next called by us; NEVER if not.

        Args:
            after: the moment for each of the batch's calls, in microseconds.
        """
        customers = _codes(self.known["customer_id"])
        outbound = (
            (self.known["direction"] == "outbound").fill_null(value=False).to_numpy()
        )
        # Customer and moment as one number: moments count from the first that is known.
        base = int(self.started.min()) if len(self.started) else 0
        keys = np.sort(
            _key(customers, self.started - base)[outbound & (customers >= 0)]
        )
        mine = customers[: self.count]
        wanted = _key(mine, np.maximum(after - base, 0))
        at = np.searchsorted(keys, wanted, side="left")
        found = np.full(self.count, NEVER, dtype=np.int64)
        has = np.flatnonzero((at < len(keys)) & (mine >= 0))
        has = has[keys[at[has]] >> _MOMENT_BITS == mine[has]]
        moment = keys[at[has]] & ((1 << _MOMENT_BITS) - 1)
        found[has] = moment * _SECOND + base
        return found


_MOMENT_BITS: Final = 36


def _key(codes: Ints, moments: Ints) -> Ints:
    return (codes << _MOMENT_BITS) + np.minimum(
        moments // _SECOND, (1 << _MOMENT_BITS) - 1
    )


def _codes(column: pl.Series) -> Ints:
    """A number for each distinct value; -1 for null."""
    return column.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()


def neighbours(
    calls: pl.DataFrame, ended: Ints, around: pl.DataFrame, shifts: pl.DataFrame
) -> Neighbours:
    """Put the batch's calls among those around them.

    Args:
        calls: the batch's calls in call_no order.
        ended: when each ended, in microseconds; NEVER where unknown.
        around: `staging.calls` of the same customers and agents.
        shifts: `staging.shifts` of the same agents.
    """
    others = around.select(_FIELDS).join(
        calls.select("call_id"), on="call_id", how="anti"
    )
    known = pl.concat([calls.select(_FIELDS), others.sort("call_no")])
    started = known["started_at"].to_physical().to_numpy()
    return Neighbours(known, calls.height, started, ended, shifts)


def ends(calls: pl.DataFrame, last_spoken: Floats) -> Ints:
    """When each call ended, in microseconds; NEVER where nothing tells.

    Args:
        calls: with `started_at` and `ended_at`.
        last_spoken: seconds at which the last turn ends; NaN where unknown.
    """
    started = calls["started_at"].to_physical().to_numpy()
    told = calls["ended_at"].to_physical().fill_null(NEVER).to_numpy()
    is_spoken: Mask = ~np.isnan(last_spoken)
    spoken = started + (np.nan_to_num(last_spoken) * _SECOND).astype(np.int64)
    return np.where(told != NEVER, told, np.where(is_spoken, spoken, NEVER))
