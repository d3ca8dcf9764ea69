"""Intervals as whiskers of dots."""

from typing import Any

import polars as pl


def whiskers(
    value: pl.Series,
    low: pl.Series,
    high: pl.Series,
    colour: str,
    *,
    is_bold: bool = False,
) -> dict[str, Any]:
    """The `error_x` of dots at `value` whose intervals run from `low` to `high`."""
    return {
        "type": "data",
        "symmetric": False,
        # A bound that rounding puts on the wrong side of its dot draws no whisker.
        "array": (high - value).clip(0.0).to_list(),
        "arrayminus": (value - low).clip(0.0).to_list(),
        "color": colour,
        "thickness": 2 if is_bold else 1.5,
        "width": 5 if is_bold else 4,
    }
