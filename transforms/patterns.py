"""Why a customer complains again: the patterns, each with its reason in words."""

from typing import Final

import polars as pl

from transforms.knowledge.thresholds import Thresholds

_SPARED: Final = ("serial_complainer", "abusive")
"""Patterns that are never named for a customer flagged as vulnerable."""
_COUNTS: Final = (
    "incidents",
    "issues",
    "most_on_issue",
    "open_incidents",
    "settled_incidents",
    "grave_and_old",
)


def patterns(customers: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Add to each customer the `patterns` that hold, and the `reasons`, in the same order.

    Patterns are named for chronic customers, and for abusive ones. A vulnerable customer
    is never named abusive or serial; the reason says so instead.

    Args:
        customers: one row for each customer, with the counts of `complaints.py`.
        thresholds: the numbers on which each pattern hangs.
    """
    counted = customers.with_columns(
        pl.col(_COUNTS).fill_null(0), pl.col("is_vulnerable").cast(pl.Boolean)
    )
    rules = _rules(thresholds)
    spared = pl.col("is_vulnerable")
    names: list[pl.Expr] = []
    reasons: list[pl.Expr] = []
    for name, (holds, reason) in rules.items():
        named = holds & ~spared if name in _SPARED else holds
        names.append(pl.when(named).then(pl.lit(name)).alias(f"name_{name}"))
        reasons.append(pl.when(named).then(reason).alias(f"reason_{name}"))
    held = pl.any_horizontal(rules[name][0] for name in _SPARED)
    reasons.append(
        pl.when(spared & held)
        .then(pl.lit("flagged as vulnerable: never listed as abusive or serial"))
        .alias("reason_spared")
    )
    listed = counted.with_columns(
        patterns=pl.concat_list(names).list.drop_nulls(),
        reasons=pl.concat_list(reasons).list.drop_nulls(),
    )
    unexplained = pl.lit(["no pattern of the glossary holds"], dtype=pl.List(pl.String))
    return listed.with_columns(
        reasons=pl.when(pl.col("reasons").list.len() == 0)
        .then(unexplained)
        .otherwise("reasons")
    )


def _rules(t: Thresholds) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """For each pattern when it holds, and the reason in words."""
    conditions, reasons = _conditions(t), _reasons(t)
    return {name: (holds, reasons[name]) for name, holds in conditions.items()}


def _conditions(t: Thresholds) -> dict[str, pl.Expr]:
    chronic = pl.col("is_chronic")
    again = pl.max_horizontal("most_on_issue", "repeat_mentions")
    unsettled = (pl.col("open_incidents") > 0) | (pl.col("broken_promises") > 0)
    asked = pl.col("supervisor_requests")
    many = pl.col("issues") >= t.serial_issues.value
    mostly_settled = pl.col("settled_incidents") * 2 > pl.col("incidents")
    hot = pl.col("highest") >= t.grave_temperature.value
    return {
        # The first contact on an issue is no repetition of it.
        "let_down": chronic & unsettled & (again >= t.let_down_contacts.value - 1),
        "serial_complainer": chronic & many & mostly_settled,
        "abusive": pl.col("abusive_calls") >= t.abusive_calls.value,
        "escalator": chronic
        & (asked >= 2)
        & (asked >= t.escalator_share.value * pl.col("calls")),
        "supervisor_worthy": (pl.col("grave_and_old") > 0) & hot,
    }


def _reasons(t: Thresholds) -> dict[str, pl.Expr]:
    return {
        "let_down": pl.format(
            "{} complaint contacts, {} say it is not the first, {} incidents open,"
            " {} promises broken",
            "complaint_contacts",
            "repeat_mentions",
            "open_incidents",
            "broken_promises",
        ),
        "serial_complainer": pl.format(
            "{} different issues, {} of {} incidents settled",
            "issues",
            "settled_incidents",
            "incidents",
        ),
        "abusive": pl.format(
            "insults or threats in {} of {} calls", "abusive_calls", "calls"
        ),
        "escalator": pl.format(
            "asks for a supervisor in {} of {} calls", "supervisor_requests", "calls"
        ),
        "supervisor_worthy": pl.format(
            "{} grave incidents open for more than {} days",
            "grave_and_old",
            pl.lit(int(t.long_open_days.value)),
        ),
    }
