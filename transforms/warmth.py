"""How warm an agent was in the calls before each call: counts and sums, heated and calm."""

from typing import Final

import polars as pl

from transforms.contracts.columns import UTC

KINDS: Final = ("hot", "calm")
_KEY: Final = ("agent_id", "started_at", "call_no")
_TOLD: Final = (*_KEY, "is_heated", "warmth")


def _sums() -> dict[str, pl.Expr]:
    """What each call adds: to the count, sum and squares of its kind, and 0 to the other's."""
    added: dict[str, pl.Expr] = {}
    for kind in KINDS:
        is_kind = pl.col("is_heated") if kind == "hot" else ~pl.col("is_heated")
        value = pl.when(is_kind).then(pl.col("warmth").cast(pl.Float64))
        added[f"{kind}_calls"] = value.is_not_null().cast(pl.Float64)
        added[f"{kind}_total"] = value.fill_null(0.0)
        added[f"{kind}_squares"] = (value**2).fill_null(0.0)
    return added


def earlier_warmth(calls: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """One row for each call, in order: `hot_calls`, `hot_total`, `hot_squares`, and of calm.

    They are over all calls of the same agent that started before it; zero without an agent.
    Warmth is cues per turn of the agent; calls whose warmth is not known add nothing.

    Args:
        calls: the batch's, with `agent_id`, `started_at`, `call_no`, `is_heated`, `warmth`.
        past: the same of other calls, earlier and later ones.
    """
    sums = _sums()
    mine = calls.select(_TOLD).with_row_index("call")
    first, last = (
        pl.lit(mine["started_at"].min(), UTC),
        pl.lit(mine["started_at"].max(), UTC),
    )
    known = past.select(_TOLD).with_columns(pl.col("warmth").cast(pl.Float64))
    # Most calls came before all of the batch: only their sums are asked, not their order.
    before = known.filter(pl.col("started_at") < first)
    base = before.group_by("agent_id").agg(
        expr.sum().alias(n) for n, expr in sums.items()
    )
    among = known.filter(pl.col("started_at").is_between(first, last))
    running = (
        pl.concat([mine, among], how="diagonal_relaxed")
        .drop_nulls("agent_id")
        .sort(_KEY)
        .with_columns(**sums)
        .select(
            "call",
            "agent_id",
            pl.col(list(sums)).cum_sum().over("agent_id") - pl.col(list(sums)),
        )
        .drop_nulls("call")
        .join(base, on="agent_id", how="left", validate="m:1", suffix="_base")
        .select(
            "call",
            *(pl.col(n) + pl.col(f"{n}_base").fill_null(0.0) for n in sums),
        )
    )
    told = mine.select("call").join(running, on="call", how="left", validate="1:1")
    return told.sort("call").drop("call").fill_null(0.0)
