"""Corrections: people's verdicts, which stand in the place of the machine's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from transforms.contracts.columns import UTC
from transforms.heard import NEVER, Ints

CORRECTIONS: Final = pl.Schema(
    {
        "call_id": pl.String,
        "behaviour": pl.String,
        "parameters": pl.String,
        "verdict": pl.String,
        "recorded_by": pl.String,
        "why": pl.String,
        "recorded_at": UTC,
    }
)
"""One row for each call, behaviour and parameters that was ever corrected: the last word on
it. `verdict` is null where the correction was withdrawn."""


@dataclass(frozen=True)
class Applied:
    """The corrections that count in a batch.

    Attributes:
        machine: the machine's code, by number of the call and of the rule.
        words: why it is otherwise, by the same.
    """

    machine: Mapping[tuple[int, int], int] = field(
        default_factory=dict[tuple[int, int], int]
    )
    words: Mapping[tuple[int, int], str] = field(
        default_factory=dict[tuple[int, int], str]
    )


NO_CORRECTIONS: Final = Applied()


def located(
    corrections: pl.DataFrame, calls: pl.DataFrame, rules: pl.DataFrame
) -> pl.DataFrame:
    """The corrections that stand, of calls and rules at hand, in (call, rule) order.

    Args:
        corrections: see `CORRECTIONS`.
        calls: one row a call, in order, with `call_id`.
        rules: one row a rule, in order, with `behaviour` and `parameters`.
    """
    return (
        corrections.drop_nulls("verdict")
        .join(
            calls.select("call_id").with_row_index("call"),
            on="call_id",
            validate="m:1",
        )
        .join(
            rules.with_row_index("rule"),
            on=["behaviour", "parameters"],
            validate="m:1",
        )
        .sort("call", "rule")
        .with_columns(
            words=pl.format("corrected by {}: {}", "recorded_by", "why"),
        )
    )


def last_told(corrections: pl.DataFrame, calls: pl.DataFrame) -> Ints:
    """When something was last corrected or withdrawn in each call, in microseconds; or NEVER."""
    told = corrections.group_by("call_id").agg(pl.col("recorded_at").max())
    moments = calls.select("call_id").join(
        told, on="call_id", how="left", maintain_order="left", validate="m:1"
    )["recorded_at"]
    return np.asarray(
        moments.dt.timestamp("us").fill_null(int(NEVER)).to_numpy(), dtype=np.int64
    )
