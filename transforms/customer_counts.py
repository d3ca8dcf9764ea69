"""What is counted of each customer: over all the data, and in the window looked at."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.complaints import DAY
from transforms.knowledge.thresholds import Thresholds
from transforms.measures import laplace_trend

_MONTH: Final = 30 * DAY


@dataclass(frozen=True)
class History:
    """All that is known of customers' calls.

    Attributes:
        together: their contacts; see `transforms.complaints.contacts`.
        cases: `marts.cases` of them.
        facts: `marts.call_facts` of all calls.
        calls: `staging.calls` of them (`customer_name`, `customer_id`, `vulnerable`).
        events: `marts.escalation_events` of them.
        incidents: `staging.incidents`.
        promises: `call_id`, `status` and `due_at` of each promise.
        listed: one column `customer_id`: who was on the list of chronic customers before.
        as_of: the last moment in the data, in microseconds.
    """

    together: pl.DataFrame
    cases: pl.DataFrame
    facts: pl.DataFrame
    calls: pl.DataFrame
    events: pl.DataFrame
    incidents: pl.DataFrame
    promises: pl.DataFrame
    listed: pl.DataFrame
    as_of: int


def over_all(
    together: pl.DataFrame, as_of: int, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each customer, with sums over all contacts, and their trend."""
    started = pl.col("started_at").to_physical().filter("is_inbound")
    since = started - started.first()
    customers = together.group_by("customer_id", maintain_order=True).agg(
        all_contacts=pl.col("is_inbound").sum(),
        all_complaint_contacts=(pl.col("is_complaint") & pl.col("is_inbound")).sum(),
        first_contact_on=pl.col("day").filter("is_inbound").first(),
        last_contact_on=pl.col("day").filter("is_inbound").last(),
        watched=as_of - started.first(),
        waits=since.sum(),
        call_ids=pl.col("call_ids").explode(),
    )
    known = customers.filter(pl.col("all_contacts") > 0)
    # The first contact only begins the series.
    trend = laplace_trend(known["all_contacts"] - 1, known["waits"], known["watched"])
    steep = thresholds.trend_deviations.value
    months = pl.col("watched") / _MONTH
    return known.with_columns(u=pl.Series(trend).fill_nan(0)).with_columns(
        trend=pl.when(pl.col("all_contacts") < thresholds.trend_contacts.value)
        .then(pl.lit("too few"))
        .when(pl.col("u") >= steep)
        .then(pl.lit("rising"))
        .when(pl.col("u") <= -steep)
        .then(pl.lit("falling"))
        .otherwise(pl.lit("steady")),
        # In less than a month a number per month would be guessed.
        contacts_per_month=pl.when(months >= 1).then(pl.col("all_contacts") / months),
    )


def in_window(
    chosen: pl.DataFrame, history: History, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each customer: contacts, cases and calls in the window.

    Args:
        chosen: `customer_id`, `from` and `to` of each (microseconds).
        history: what is known.
        thresholds: `case_days`.
    """
    spans = _span(chosen)
    counted = spans.with_columns(all_handle_seconds=_all_seconds(spans, history)).drop(
        "from", "to"
    )
    for part in (
        _contacts(chosen, history, thresholds),
        _calls(chosen, history),
        _cases(chosen, history),
    ):
        counted = counted.join(part, on="customer_id", how="left", validate="1:1")
    return counted


def _inside(at: pl.Expr) -> pl.Expr:
    return at.to_physical().is_between(pl.col("from"), pl.col("to"))


def _span(chosen: pl.DataFrame) -> pl.DataFrame:
    return chosen.select("customer_id", "from", "to")


def _contacts(
    chosen: pl.DataFrame, history: History, thresholds: Thresholds
) -> pl.DataFrame:
    inbound = _with_causes(history, thresholds)
    return (
        inbound.join(_span(chosen), on="customer_id", validate="m:1")
        .filter(_inside(pl.col("started_at")))
        .group_by("customer_id")
        .agg(
            contacts=pl.len(),
            our_contacts=pl.col("is_ours").sum(),
            agents=pl.col("agents").explode().n_unique(),
            window_from=pl.col("day").min(),
        )
    )


def _with_causes(history: History, thresholds: Thresholds) -> pl.DataFrame:
    """The customers' contacts, and which of them our own failings brought about.

    A contact that comes again on a case of which the contact before did not end in a
    resolution; and the first one after a promise's due time that we broke, if it comes
    within the days of a case.
    """
    inbound = history.together.filter("is_inbound")
    says = pl.coalesce("is_closed", "is_settled").fill_null(value=False)
    complains = pl.col("is_complaint").any().over("issue")
    unsettled = (~says).shift(1).over("issue").fill_null(value=False)
    broken = (
        _promised(history)
        .filter(pl.col("status") == "broken")
        .select("customer_id", at="promised_at")
        .sort("at")
    )
    asked = inbound.with_columns(at=pl.col("started_at").to_physical()).sort("at")
    first = broken.join_asof(
        asked.select("customer_id", "contact", "at"),
        on="at",
        by="customer_id",
        strategy="forward",
        tolerance=int(thresholds.case_days.value * DAY),
        check_sortedness=False,
    )
    after = pl.col("contact").is_in(first["contact"].drop_nulls().unique().to_list())
    return inbound.with_columns(is_ours=(complains & unsettled) | after)


def _promised(history: History) -> pl.DataFrame:
    """Promises with their customer, and when they fell due, else when they were made."""
    whose = history.facts.select("call_id", "customer_id", "started_at")
    due = pl.coalesce(
        pl.col("due_at").to_physical(), pl.col("started_at").to_physical()
    )
    return (
        history.promises.select("call_id", "status", "due_at")
        .join(whose, on="call_id", validate="m:1")
        .filter(pl.col("customer_id").is_not_null())
        .with_columns(pl.col("status").cast(pl.String), promised_at=due)
    )


def promises_in_window(chosen: pl.DataFrame, history: History) -> pl.DataFrame:
    """One row for each customer with a promise due in the window: kept, broken, by call."""
    status = pl.col("status")
    return (
        _promised(history)
        .join(_span(chosen), on="customer_id", validate="m:1")
        .filter(pl.col("promised_at").is_between(pl.col("from"), pl.col("to")))
        .group_by("customer_id")
        .agg(
            broken_promises=(status == "broken").sum(),
            kept_promises=(status == "kept").sum(),
            broken_call_ids=pl.col("call_id")
            .filter(status == "broken")
            .unique()
            .sort(),
        )
    )


def _calls(chosen: pl.DataFrame, history: History) -> pl.DataFrame:
    """Of the calls in the window: time spent, heat, abuse, and who was asked for."""
    # A refusal answers a request, heard or not.
    kinds = pl.col("event_type").cast(pl.String)
    asked = history.events.filter(
        kinds.is_in(["supervisor_request", "supervisor_refusal"])
    )
    asks = pl.col("call_id").is_in(asked["call_id"].unique().to_list())
    call = pl.col("call_id")
    abusive = pl.col("is_abusive").fill_null(value=False)
    again = pl.col("mentions_repeat").fill_null(value=False)
    return (
        history.facts.join(_span(chosen), on="customer_id", validate="m:1")
        .filter(_inside(pl.col("started_at")))
        .sort("started_at", "call_id")
        .group_by("customer_id")
        .agg(
            handle_seconds=pl.col("duration_seconds").cast(pl.Float64).sum(),
            inbound_calls=pl.col("direction").ne_missing("outbound").sum(),
            heated_calls=pl.col("is_heated").sum(),
            abusive_calls=abusive.sum(),
            supervisor_requests=asks.sum(),
            repeat_mentions=again.sum(),
            abusive_call_ids=call.filter(abusive),
            supervisor_call_ids=call.filter(asks),
            repeat_call_ids=call.filter(again),
        )
    )


def _cases(chosen: pl.DataFrame, history: History) -> pl.DataFrame:
    """Of the cases with a contact in the window: how many, and what came of them."""
    return (
        cases_in_window(chosen, history.cases)
        .group_by("customer_id")
        .agg(
            cases=pl.len(),
            resolved_cases=pl.col("is_resolved").fill_null(value=False).sum(),
            open_cases=(~pl.col("is_resolved")).fill_null(value=False).sum(),
        )
    )


def cases_in_window(chosen: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The cases that lie, at least in part, in their customer's window."""
    return cases.join(_span(chosen), on="customer_id", validate="m:1").filter(
        pl.col("opened_at").to_physical() <= pl.col("to"),
        pl.col("last_contact_at").to_physical() >= pl.col("from"),
    )


def _all_seconds(spans: pl.DataFrame, history: History) -> pl.Series:
    """Time spent on all of the centre's calls that start in each window."""
    calls = history.facts.select(
        pl.col("started_at").to_physical(),
        pl.col("duration_seconds").fill_null(0).cast(pl.Float64),
    ).sort("started_at")
    started = calls["started_at"].to_numpy()
    spent = np.concatenate(([0.0], np.cumsum(calls["duration_seconds"].to_numpy())))
    upto = spent[np.searchsorted(started, spans["to"].to_numpy(), side="right")]
    return pl.Series(upto - spent[np.searchsorted(started, spans["from"].to_numpy())])


def about(history: History) -> pl.DataFrame:
    """One row for each customer: name last given, ids, languages, whether vulnerable."""
    told = history.calls.select(
        "call_id",
        "customer_name",
        pl.coalesce("source_customer_id", "customer_id").alias("source_customer_id"),
        "vulnerable",
    )
    return (
        history.facts.filter(pl.col("customer_id").is_not_null())
        .select("call_id", "customer_id", "language", "started_at")
        .join(told, on="call_id", how="left", validate="1:1")
        .sort("started_at", "call_id")
        .group_by("customer_id")
        .agg(
            customer_name=pl.col("customer_name").drop_nulls().last(),
            source_customer_ids=pl.col("source_customer_id")
            .drop_nulls()
            .unique()
            .sort(),
            is_vulnerable=pl.col("vulnerable").fill_null(value=False).any(),
            languages=pl.col("language").unique().sort(),
        )
    )
