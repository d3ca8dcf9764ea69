"""True contacts and repeats: who rang again, after how long, and about what."""

from datetime import datetime, timedelta
from typing import Final

import polars as pl

WINDOWS: Final = (1, 7, 30)
"""Days after which it is asked whether the customer has rung again."""

TRANSFER: Final = timedelta(minutes=15)
"""A call that starts sooner after the one before it goes on with the same contact."""


def contacts(calls: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """One row for each contact in which a person rang, and when they rang next.

    Days are counted from the start of one contact to the start of the next. Whether
    somebody rang again within a window that ends after the data is null: nobody can know.
    The issue is the generator's own, finer than a category: two parcels are one issue, a
    parcel and a bed are two; an enquiry has none.

    Args:
        calls: the truth about all calls; see `truth.CALLS`.
        as_of: the last moment in the data.
    """
    started, ended = pl.col("started_at"), pl.col("ended_at")
    gap = started - ended.cum_max().shift(1).over("person_id")
    whole = (
        calls.sort("person_id", "started_at", "call_id")
        .with_columns(contact=(gap >= TRANSFER).fill_null(value=True).cum_sum())
        .group_by("contact", maintain_order=True)
        .agg(
            pl.col("call_id").first().alias("contact_id"),
            pl.col("person_id", "agent_id", "language", "direction").first(),
            pl.col("started_at", "category", "issue").first(),
            is_complaint=pl.col("kind").is_in(["complaint", "heated"]).any(),
            calls=pl.len(),
        )
        .filter(pl.col("direction") == "inbound")
        .drop("contact", "direction")
    )
    following = {
        "next_at": started.shift(-1).over("person_id"),
        "next_same_issue_at": pl.when(pl.col("issue").is_not_null()).then(
            started.shift(-1).over("person_id", "issue")
        ),
    }
    timed = whole.with_columns(**following)
    return timed.with_columns(
        again.alias(f"again_{days}d{which}")
        for which, column in (("", "next_at"), ("_same_issue", "next_same_issue_at"))
        for days in WINDOWS
        for again in [_again(column, timedelta(days=days), as_of)]
    )


def _again(column: str, window: timedelta, as_of: datetime) -> pl.Expr:
    closes = pl.col("started_at") + window
    again = (pl.col(column) <= closes).fill_null(value=False)
    return pl.when(closes <= as_of).then(again)
