"""What a customer calls about, told by the first letters of content words."""

from typing import Final

import numpy as np
import polars as pl

from transforms.context import Context
from transforms.contracts.customer_marts import CALL_ISSUES
from transforms.heard import Floats, Ints
from transforms.restating import content_stems

_TURNS: Final = 6
"""Customer turns looked at: the matter is told in the first of the account."""


def call_issues(context: Context) -> pl.DataFrame:
    """One row for each assessable call of a named customer; see `marts.call_issues`.

    The stems are those of the customer's turns from where the account starts, and from
    where the call starts if there is none. They stand for the text, so that calls of
    other days can be compared without reading it again.
    """
    h, t = context.heard, context.thresholds
    told = context.is_assessable & context.has_customer
    turns = _first_turns(context)
    turns = turns[told[h.call_of[turns]]]
    words = content_stems(h.text_at(turns), int(t.content_characters.value))
    place = pl.Series(h.call_of[turns], dtype=pl.UInt32)
    stems = (
        words.with_columns(call=place.gather(words["row"]))
        .group_by("call", maintain_order=True)
        .agg(pl.col("stem").unique(maintain_order=True).head(int(t.issue_words.value)))
    )
    calls = np.flatnonzero(told)
    at = pl.Series(calls, dtype=pl.UInt32)
    gestures = h.any_of(h.said("staff", "goodwill_gesture"))
    frame = pl.DataFrame(
        {
            "call": at,
            "call_id": h.calls["call_id"].gather(at),
            "day": h.calls["day"].gather(at),
            "is_settled": pl.Series(_settled(context)[calls]).fill_nan(None) == 1,
            "has_gesture": gestures[calls],
        }
    ).join(stems, on="call", how="left", maintain_order="left", validate="1:1")
    told_stems = frame.with_columns(stems=pl.col("stem").fill_null([]))
    return CALL_ISSUES.conform(told_stems.lazy()).collect()


def _first_turns(context: Context) -> Ints:
    """Places of the customer's first turns from where the account starts."""
    h = context.heard
    turns = h.turns_by["customer"]
    start = np.where(context.has_account, context.account_start, h.first)
    turns = turns[turns >= start[h.call_of[turns]]]
    first = np.searchsorted(h.call_of[turns], h.call_of[turns])
    return turns[np.arange(len(turns)) - first < _TURNS]


def _settled(context: Context) -> Floats:
    """1 where the customer's last word is that it is settled, 0 that it isn't, else NaN."""
    h = context.heard
    last = np.full(context.count, np.nan)
    said = h.said("customer", "resolved", "unresolved")
    # Hits are in order, so that the last of each call stays.
    last[h.hit_call[said]] = np.isin(said, h.said("customer", "resolved"))
    return last
