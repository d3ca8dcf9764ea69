"""Order and timing within a heated call: how soon the apology, what comes before what."""

import numpy as np
import polars as pl

from transforms.context import SOLUTIONS, Context
from transforms.contracts.agent_marts import CALL_TIMING
from transforms.detection.dialogue import ECHO
from transforms.heard import NEVER, Floats, Ints


def call_timing(context: Context) -> pl.DataFrame:
    """One row for each heated call: `marts.call_timing`."""
    calls = pl.Series(np.flatnonzero(context.heat.is_heated), dtype=pl.UInt32)
    ids = context.heard.calls.select("call_id", "day")
    frame = ids.with_columns(
        apology_seconds=pl.Series(_apology_seconds(context)).fill_nan(None),
        is_restated_first=_restated_first(context),
        options=pl.Series(_options(context)),
    ).select(pl.all().gather(calls))
    return CALL_TIMING.conform(frame.lazy()).collect()


def _apology_seconds(context: Context) -> Floats:
    """Seconds from the start of the agent's reply to the apology; NaN where not known.

    The reply is the agent's first turn after the first heated one. Within a turn, time is
    taken to run evenly over its characters: transcripts time turns, not words.
    """
    h = context.heard
    reply = h.next_turn(context.heat.first_heated, "agent")
    said = h.first_hit(h.within(h.said("staff", "apology"), reply, h.never()))
    seconds = np.full(context.count, np.nan)
    calls = np.flatnonzero(said != NEVER)
    hits = said[calls]
    turns = h.hit_turn[hits]
    length = h.text_at(turns).str.len_chars().to_numpy()
    share = h.hit_start[hits] / np.maximum(length, 1)
    # Without an end of the turn, only what stands at its start has a time.
    into = np.where(share > 0, share * (h.ends[turns] - h.starts[turns]), 0.0)
    seconds[calls] = h.starts[turns] + into - h.starts[reply[calls]]
    return np.maximum(seconds, 0.0)


def _restated_first(context: Context) -> pl.Series:
    """Whether the problem is restated before the first solution, or only after it.

    Null where there is no solution, or no restatement at all.
    """
    h = context.heard
    before = h.any_of(context.restated) | h.any_place(context.retold)
    said = h.said("staff", "restatement")
    said = said[(h.hit_cue.gather(said) != ECHO).to_numpy()]
    after = h.any_of(said[h.hit_key[said] > context.solution_key[h.hit_call[said]]])
    known = (context.solution != NEVER) & (before | after)
    return pl.Series(before).set(pl.Series(~known), None)


def _options(context: Context) -> Ints:
    """How many different things the agent's side offers to do, by the cues heard."""
    h = context.heard
    said = h.said("staff", *SOLUTIONS)
    offered = pl.DataFrame(
        {"call": h.hit_call[said], "cue": h.hit_cue.gather(said)}
    ).unique()
    return np.bincount(offered["call"].to_numpy(), minlength=context.count)
