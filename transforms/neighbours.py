"""Other calls of the same agent and customer: the next, the one before, the call back."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.batch import Surroundings
from transforms.heard import NEVER, Floats, Ints, Mask
from transforms.shifts import ANOTHER, same_shift, stretch_ends

_SECOND: Final = 1_000_000
_FIELDS: Final = (
    "call_no",
    "call_id",
    "day",
    "agent_id",
    "customer_id",
    "direction",
    "started_at",
    "ended_at",
    "continues_call_id",
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
        shift_days: one column `day`: local days for which shifts are exported.
        zone: the contact centre's.
    """

    known: pl.DataFrame
    count: int
    started: Ints
    ended: Ints
    shifts: pl.DataFrame
    shift_days: pl.DataFrame
    zone: str

    @cached_property
    def ends(self) -> Ints:
        """When each known call ended; its start where nothing tells."""
        told = self.known["ended_at"].to_physical().fill_null(NEVER).to_numpy().copy()
        told[: self.count] = self.ended
        return np.where(told == NEVER, self.started, told)

    @cached_property
    def _calls(self) -> pl.DataFrame:
        """Known calls with an agent, by start: `row`, `agent_id`, `start`, `end`."""
        calls = pl.DataFrame(
            {
                "row": np.arange(self.known.height),
                "agent_id": self.known["agent_id"],
                "number": self.known["call_no"],
                "start": self.started,
                "end": self.ends,
            }
        )
        return calls.drop_nulls("agent_id").sort("start", "number")

    @cached_property
    def following(self) -> Ints:
        """The first call that each known call's agent begins after its end; -1 if none."""
        after = pl.max_horizontal("end", pl.col("start") + 1)
        told = (
            self._calls.with_columns(at=after)
            .sort("at")
            .join_asof(
                self._calls.select("agent_id", at="start", next="row"),
                on="at",
                by="agent_id",
                strategy="forward",
                check_sortedness=False,
            )
        )
        found = np.full(self.known.height, -1, dtype=np.int64)
        found[told["row"].to_numpy()] = told["next"].fill_null(-1).to_numpy()
        return found

    @cached_property
    def is_still_busy(self) -> Mask:
        """Calls at whose end their agent is still in another one, as in several chats."""
        latest = self._calls.select(
            "agent_id",
            at="start",
            until=pl.col("end").cum_max().over("agent_id"),
        )
        told = (
            self._calls.with_columns(at=pl.col("end") - 1)
            .sort("at")
            .join_asof(latest, on="at", by="agent_id", check_sortedness=False)
        )
        mask = np.zeros(self.known.height, dtype=np.bool_)
        mask[told.filter(pl.col("until") > pl.col("end"))["row"].to_numpy()] = True
        return mask

    @cached_property
    def shift_ends(self) -> Ints:
        """When the shift ends in which each known call began; NEVER where none holds it."""
        return stretch_ends(self.known, self.shifts)

    @cached_property
    def has_shifts(self) -> Mask:
        """Known calls on a day for which shifts are exported, whoever's they are."""
        return self.known["day"].is_in(self.shift_days["day"].to_list()).to_numpy()

    @cached_property
    def in_same_shift(self) -> Ints:
        """Whether `following` is of the same shift as each known call; see `same_shift`.

        Without one: ANOTHER.
        """
        following = self.following
        day = self.known["day"].to_physical().to_numpy()
        ended = pl.Series(self.ends).cast(pl.Datetime("us", "UTC"))
        local = ended.dt.convert_time_zone(self.zone).dt.date().to_physical().to_numpy()
        then = day[following]
        told = same_shift(
            self.shift_ends,
            self.has_shifts,
            self.started[following],
            is_same_day=(then == day) | (then == local),
        )
        return np.where(following < 0, ANOTHER, told)

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


def neighbours(calls: pl.DataFrame, ended: Ints, around: Surroundings) -> Neighbours:
    """Put the batch's calls among those around them.

    Args:
        calls: the batch's calls in call_no order.
        ended: when each ended, in microseconds; NEVER where unknown.
        around: what other days know of the same customers and agents.
    """
    others = around.calls.select(_FIELDS).join(
        calls.select("call_id"), on="call_id", how="anti"
    )
    known = pl.concat([calls.select(_FIELDS), others.sort("call_no")])
    started = known["started_at"].to_physical().to_numpy()
    return Neighbours(
        known,
        calls.height,
        started,
        ended,
        around.shifts,
        around.shift_days,
        around.zone,
    )


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
