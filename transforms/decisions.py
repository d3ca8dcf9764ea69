"""Management's decisions on customers, beside the calls that they may follow."""

from typing import Final

import numpy as np
import polars as pl

from transforms.contracts.columns import UTC
from transforms.heard import NEVER, Ints

DECISIONS: Final = pl.Schema({"customer_id": pl.String, "decided_at": UTC})
"""One row for each decision that was not withdrawn."""


def last_decided(
    decisions: pl.DataFrame, customers: pl.Series, started: Ints, until: Ints
) -> Ints:
    """When management last decided on each call's customer within a time; or NEVER.

    Args:
        decisions: see `DECISIONS`.
        customers: the customer of each call; null where none is named.
        started: from when on a decision counts, for each call, in microseconds.
        until: until when, inclusive.
    """
    spans = pl.DataFrame(
        {
            "call": np.arange(len(started)),
            "customer_id": customers,
            "from": started,
            "to": until,
        }
    )
    at = pl.col("decided_at").to_physical()
    last = (
        spans.join(decisions, on="customer_id", how="inner")
        .filter(at.is_between(pl.col("from"), pl.col("to")))
        .group_by("call")
        .agg(at.max())
    )
    found = np.full(len(started), NEVER, dtype=np.int64)
    found[last["call"].to_numpy()] = last["decided_at"].to_numpy()
    return found
