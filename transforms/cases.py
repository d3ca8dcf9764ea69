"""Cases: a customer's contacts on one issue, from the first one to its resolution."""

from typing import Final

import polars as pl

from transforms.complaints import DAY
from transforms.contracts.customer_marts import CASES
from transforms.issues import weights
from transforms.knowledge.thresholds import Thresholds

_WORDS: Final = 3
"""Words by which an issue is called that no incident names."""
_UNKNOWN: Final = "(unknown)"


def cases(together: pl.DataFrame, as_of: int, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each case; see `marts.cases`.

    A case is the contacts on one issue of which at least one is a complaint. Calls that we
    make belong to it, and can resolve it, but are no contacts of the customer.

    Args:
        together: see `transforms.complaints.contacts`.
        as_of: the last moment in the data, in microseconds.
        thresholds: `case_days`.
    """
    told = together.with_columns(
        says=pl.coalesce("is_closed", "is_settled"),
        by=pl.when(pl.col("is_closed").is_not_null())
        .then(pl.lit("incident"))
        .when(pl.col("is_settled").is_not_null())
        .then(pl.lit("customer")),
        inbound_at=pl.when("is_inbound").then("started_at"),
        complains=pl.col("is_complaint") & pl.col("is_inbound"),
        # Said on this contact, or when the closed incident was written down.
        said_at=pl.when("is_closed")
        .then(pl.max_horizontal("ended", "written"))
        .otherwise("ended"),
    )
    grouped = (
        told.group_by("issue", maintain_order=True)
        .agg(
            pl.col("customer_id").first(),
            case_id=pl.col("call_ids").first().list.first(),
            category=pl.col("category").drop_nulls().first(),
            known=pl.col("is_issue_known").any(),
            contacts=pl.col("is_inbound").sum(),
            complaint_contacts=pl.col("complains").sum(),
            opened_at=pl.col("started_at").first(),
            last_contact_at=pl.col("inbound_at").max(),
            is_resolved=pl.col("says").drop_nulls().last(),
            resolved_by=pl.col("by").drop_nulls().last(),
            said_at=pl.col("said_at").filter(pl.col("says").is_not_null()).last(),
            settled_at=pl.col("started_at").filter(pl.col("says")).min(),
            any_open=(~pl.col("is_closed")).any(),
            is_grave=pl.col("is_grave").any(),
            has_gesture=pl.col("has_gesture").any(),
            agents=pl.col("agents").explode().n_unique(),
            temperature_peak=pl.col("temperature_peak").max(),
            handle_seconds=pl.col("handle_seconds").sum(),
            call_ids=pl.col("call_ids").explode(),
        )
        .filter((pl.col("contacts") > 0) & (pl.col("complaint_contacts") > 0))
    )
    rows = grouped.join(
        _called(together, grouped), on="issue", how="left", validate="1:1"
    ).with_columns(_outcome(as_of, thresholds))
    by_text = pl.when("known").then(pl.lit("text")).otherwise(pl.lit("unknown"))
    named = rows.with_columns(
        told_by=pl.when(pl.col("category").is_not_null())
        .then(pl.lit("incident"))
        .otherwise(by_text),
        issue=pl.coalesce("category", "words", pl.lit(_UNKNOWN)),
        days_to_resolution=(
            pl.col("resolved_at").to_physical() - pl.col("opened_at").to_physical()
        )
        / DAY,
    )
    return CASES.conform(named.lazy()).collect().sort(CASES.key)


def _outcome(as_of: int, thresholds: Thresholds) -> list[pl.Expr]:
    resolved = pl.col("is_resolved")
    opened = pl.col("opened_at").to_physical()
    over = opened + int(thresholds.case_days.value * DAY) <= as_of
    again = pl.col("contacts") > 1
    first = (
        pl.when(again)
        .then(pl.lit(value=False))
        .when(over)
        .then(
            # An incident left open is no resolution, even if nobody calls again.
            resolved.fill_null(value=True) | ~pl.col("any_open").fill_null(value=False)
        )
    )
    at = pl.col("said_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return [
        pl.when(resolved).then(at).alias("resolved_at"),
        pl.when(resolved).then("resolved_by").alias("resolved_by"),
        (pl.col("settled_at") < pl.col("last_contact_at"))
        .fill_null(value=False)
        .alias("is_reopened"),
        first.alias("first_contact_resolved"),
    ]


def _called(together: pl.DataFrame, grouped: pl.DataFrame) -> pl.DataFrame:
    """One row for each issue that no incident names: the words that weigh most in it."""
    unnamed = grouped.filter(pl.col("category").is_null()).select("issue")
    return (
        together.select("issue", "stems")
        .join(unnamed, on="issue", how="semi")
        .filter(pl.col("stems").list.len() > 0)
        .explode("stems")
        .join(
            weights(together),
            left_on="stems",
            right_on="stem",
            how="left",
            validate="m:1",
        )
        .group_by("issue", "stems")
        .agg(pl.col("weight").sum())
        .sort("issue", "weight", "stems", descending=[False, True, False])
        .group_by("issue", maintain_order=True)
        .agg(words=pl.col("stems").head(_WORDS).str.join("… ") + "…")
    )
