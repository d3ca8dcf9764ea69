"""Contacts of customers, and how many of them are followed by another."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from transforms.contracts.columns import DIMENSIONS
from transforms.contracts.customer_marts import (
    FOLLOWED_DAYS,
    REPEAT_CONTACTS,
    REPEAT_GAPS,
    REPEAT_WINDOWS,
)
from transforms.issues import issues
from transforms.knowledge.thresholds import Thresholds

MINUTE: Final = 60_000_000
DAY: Final = 86_400_000_000
"""Microseconds."""


def joined_contacts(facts: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each call of a named customer, with the `contact` that it is part of.

    A call that starts within the minutes of a transfer after the customer's call before, or
    that the source says continues it, belongs to the same contact. Contacts are numbered
    from 0, by customer and time.
    """
    seconds = pl.col("duration_seconds").fill_null(0).cast(pl.Float64)
    started = pl.col("started_at").to_physical()
    ended = started + (seconds * 1_000_000).cast(pl.Int64)
    gap = started - ended.cum_max().shift(1).over("customer_id")
    before = pl.col("call_id").shift(1).over("customer_id")
    linked = pl.col("continues_call_id").eq(before).fill_null(value=False)
    apart = (gap >= thresholds.transfer_minutes.value * MINUTE) & ~linked
    return (
        facts.filter(pl.col("customer_id").is_not_null())
        .sort("customer_id", "started_at", "call_id")
        .with_columns(
            contact=apart.fill_null(value=True).cum_sum().cast(pl.Int64) - 1,
            ended=ended,
        )
    )


def contacts(
    facts: pl.DataFrame,
    call_issues: pl.DataFrame,
    incidents: pl.DataFrame,
    thresholds: Thresholds,
) -> pl.DataFrame:
    """One row for each contact of a named customer, by customer and time, with its issue.

    It has the dimensions of its first call; `started_at` and `ended` (microseconds);
    `is_inbound`, unless we made its first call; `is_complaint`; `category`, `is_closed`,
    `is_grave` and `written` of the linked incident; `stems`, `is_settled`, `has_gesture` of
    its talk; `issue`, equal for contacts on one issue, and `is_issue_known`; `call_ids`.

    Args:
        facts: `marts.call_facts` of all calls of the customers concerned.
        call_issues: `marts.call_issues` of them.
        incidents: `staging.incidents` linked to them.
        thresholds: what makes a transfer, a case, and which words close an incident.
    """
    calls = (
        joined_contacts(facts, thresholds)
        .join(
            call_issues.drop("day"),
            on="call_id",
            how="left",
            maintain_order="left",
            validate="m:1",
        )
        .join(
            _logged(incidents, thresholds),
            on="incident_id",
            how="left",
            maintain_order="left",
            validate="m:1",
        )
    )
    together = calls.group_by("contact", maintain_order=True).agg(
        pl.col("customer_id", *DIMENSIONS, "started_at").first(),
        pl.col("ended", "temperature_peak", "written").max(),
        # With a linked incident it is a complaint, whether or not the text can be read.
        is_complaint=pl.coalesce(
            "is_complaint", pl.col("incident_id").is_not_null()
        ).any(),
        is_inbound=pl.col("direction").first().ne_missing("outbound"),
        category=pl.col("category").drop_nulls().first(),
        is_closed=pl.col("is_closed").drop_nulls().last(),
        is_grave=pl.col("is_grave").fill_null(value=False).any(),
        is_settled=pl.col("is_settled").drop_nulls().last(),
        has_gesture=pl.col("has_gesture").fill_null(value=False).any(),
        stems=pl.col("stems")
        .explode(empty_as_null=False)
        .drop_nulls()
        .unique(maintain_order=True),
        handle_seconds=pl.col("duration_seconds").cast(pl.Float64).sum(),
        call_ids=pl.col("call_id"),
        agents=pl.col("agent_id").unique(),
    )
    known = pl.col("category").is_not_null() | (pl.col("stems").list.len() > 0)
    return together.with_columns(
        issue=issues(together, thresholds), is_issue_known=known
    )


def _logged(incidents: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each incident: what it says of a contact."""
    told = {
        name: pl.col(name).str.strip_chars().str.to_lowercase().replace("", None)
        for name in ("category", "status", "severity")
    }
    return incidents.select(
        "incident_id",
        category=told["category"],
        is_closed=told["status"].is_in(list(thresholds.closed_statuses.words)),
        is_grave=told["severity"].is_in(list(thresholds.grave_severities.words)),
        written=pl.coalesce("recorded_at", "occurred_at").to_physical(),
    )


def repeat_contacts(
    together: pl.DataFrame, unnamed: pl.DataFrame, as_of: int
) -> pl.DataFrame:
    """One row for each agent, team, queue, language and day, with contacts and repeats.

    A contact counts for the agent and day of its first call. Calls that we make are not
    contacts of the customer. A contact whose window is still open at `as_of` is left out
    of that window's counts; one whose issue is not known, of those by issue.

    Args:
        together: see `contacts`.
        unnamed: `marts.call_facts` of calls of nobody whom the source names.
        as_of: the last moment in the data, in microseconds.
    """
    followed = _followed(together, as_of)
    known = pl.col("is_issue_known")
    counted = followed.group_by(*DIMENSIONS).agg(
        contacts=pl.len(),
        issue_known=known.sum(),
        **{
            f"{kind}_{days}d{which}": (expr & counts).sum()
            for which, counts in (("", pl.lit(value=True)), ("_same_issue", known))
            for days in REPEAT_WINDOWS
            for kind, expr in _within(days, which).items()
        },
    )
    nobody = (
        unnamed.filter(pl.col("direction").ne_missing("outbound"))
        .group_by(*DIMENSIONS)
        .agg(unnamed=pl.len())
    )
    rows = pl.concat([counted, nobody], how="diagonal").group_by(*DIMENSIONS).sum()
    conformed = REPEAT_CONTACTS.conform(rows.lazy()).collect()
    return conformed.sort(REPEAT_CONTACTS.key)


def repeat_gaps(together: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """One row for each agent, team, queue, language, day and whole days followed.

    A contact leaves once: with the next contact, where the data end, or when it has been
    followed for `FOLLOWED_DAYS`. A day that is not over at `as_of` is not followed, so that
    the counts give the same shares as the windows of `repeat_contacts`.
    """
    followed = _followed(together, as_of)
    parts = (
        _leaving(followed, ""),
        _leaving(followed.filter("is_issue_known"), "_same_issue"),
    )
    rows = (
        pl.concat(parts, how="diagonal")
        .group_by(*DIMENSIONS, "followed_days")
        .agg(pl.selectors.boolean().cast(pl.UInt32).sum())
    )
    return REPEAT_GAPS.conform(rows.lazy()).collect().sort(REPEAT_GAPS.key)


def _leaving(followed: pl.DataFrame, which: str) -> pl.DataFrame:
    """One row for each contact: after how many days it leaves, and whether by a repeat."""
    # A contact after exactly one day is still one within a day.
    days = ((pl.col(f"gap{which}") + DAY - 1) // DAY).clip(lower_bound=1)
    again = (days <= pl.col("whole_days")).fill_null(value=False)
    return followed.select(
        *DIMENSIONS,
        pl.when(again).then(days).otherwise("whole_days").alias("followed_days"),
        again.alias(f"repeated{which}"),
        (~again).alias(f"censored{which}"),
    )


def _followed(together: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """The customers' contacts, with the time to the next one and how long it was looked for."""
    started = pl.col("started_at").to_physical()
    left = as_of - started
    return together.filter("is_inbound").with_columns(
        gap=_to_next(started, ["customer_id"]),
        gap_same_issue=_to_next(started, ["customer_id", "issue"]),
        left=left,
        whole_days=(left // DAY).clip(0, FOLLOWED_DAYS),
    )


def _to_next(started: pl.Expr, among: Sequence[str]) -> pl.Expr:
    return (started.shift(-1) - started).over(among)


def _within(days: int, which: str) -> dict[str, pl.Expr]:
    observed = pl.col("left") >= days * DAY
    again = (pl.col(f"gap{which}") <= days * DAY).fill_null(value=False)
    return {"observed": observed, "repeated": observed & again}
