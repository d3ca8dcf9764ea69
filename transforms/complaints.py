"""Contacts, complaints and customers: who calls again, who complains again, and why.

Plain measures over whole calls. What the source splits into several customers is not yet
joined, and a case is the incident log's category.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.contracts import marts
from transforms.contracts.marts import REPEAT_WINDOWS
from transforms.knowledge.thresholds import Thresholds
from transforms.patterns import patterns

_MINUTE: Final = 60_000_000
_DAY: Final = 86_400_000_000
_DIMENSIONS: Final = ("agent_id", "team", "queue", "language", "day")
_KEY_BITS: Final = 36


@dataclass(frozen=True)
class History:
    """All that is known of some customers' calls.

    Attributes:
        facts: `marts.call_facts` of their calls.
        calls: `staging.calls` of them (`customer_name`, `vulnerable`).
        events: `marts.escalation_events` of them.
        incidents: `staging.incidents` of these calls and customers.
        broken: one column `call_id`: calls whose promise was broken.
        as_of: the last moment in the data, in microseconds.
    """

    facts: pl.DataFrame
    calls: pl.DataFrame
    events: pl.DataFrame
    incidents: pl.DataFrame
    broken: pl.DataFrame
    as_of: int


def joined_contacts(facts: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each call of a named customer, with the `contact` that it is part of.

    A call that starts within the minutes of a transfer after the customer's call before
    belongs to the same contact. Contacts are numbered from 0, by customer and time.
    """
    seconds = pl.col("duration_seconds").fill_null(0).cast(pl.Float64)
    started = pl.col("started_at").to_physical()
    ended = started + (seconds * 1_000_000).cast(pl.Int64)
    gap = started - ended.cum_max().shift(1).over("customer_id")
    apart = gap >= thresholds.transfer_minutes.value * _MINUTE
    return (
        facts.filter(pl.col("customer_id").is_not_null())
        .sort("customer_id", "started_at", "call_id")
        .with_columns(contact=apart.fill_null(value=True).cum_sum().cast(pl.Int64) - 1)
    )


def repeat_contacts(
    facts: pl.DataFrame, as_of: int, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each agent, team, queue, language and day, with contacts and repeats.

    A contact counts for the agent and day of its first call. Calls that we make are not
    contacts of the customer. A contact whose window is still open at `as_of` is left out
    of that window's counts.

    Args:
        facts: `marts.call_facts` of all calls of the customers concerned.
        as_of: the last moment in the data, in microseconds.
        thresholds: `transfer_minutes`.
    """
    first = joined_contacts(facts, thresholds).unique(
        "contact", keep="first", maintain_order=True
    )
    inbound = first.filter(pl.col("direction").ne_missing("outbound"))
    started = pl.col("started_at").to_physical()
    following = started.shift(-1).over("customer_id") - started
    counted = inbound.with_columns(
        **{
            f"observed_{days}d": started + days * _DAY <= as_of
            for days in REPEAT_WINDOWS
        },
        **{
            f"repeated_{days}d": (following <= days * _DAY).fill_null(value=False)
            & (started + days * _DAY <= as_of)
            for days in REPEAT_WINDOWS
        },
    )
    names = [
        f"{kind}_{days}d"
        for days in REPEAT_WINDOWS
        for kind in ("observed", "repeated")
    ]
    rows = counted.group_by(_DIMENSIONS).agg(
        contacts=pl.len(), **{name: pl.col(name).sum() for name in names}
    )
    conformed = marts.REPEAT_CONTACTS.conform(rows.lazy()).collect()
    return conformed.sort(marts.REPEAT_CONTACTS.key)


def repeat_complainers(history: History, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each customer with at least two complaint contacts, and why."""
    joined = joined_contacts(history.facts, thresholds)
    if joined.is_empty():
        return marts.REPEAT_COMPLAINERS.empty()
    customers = (
        _customers(joined)
        .join(_windows(joined, thresholds), on="customer_id", validate="1:1")
        .join(_about(history), on="customer_id", how="left", validate="1:1")
        .join(_counted(history), on="customer_id", how="left", validate="1:1")
        .filter(pl.col("complaint_contacts") >= 2)
        .with_columns(
            pl.col("is_vulnerable", "broken_promises", "supervisor_requests").fill_null(
                0
            ),
            is_chronic=pl.col("complaints_90d") >= thresholds.chronic_complaints.value,
        )
    )
    issues = _issues(history, thresholds)
    named = patterns(customers.join(issues, on="customer_id", how="left"), thresholds)
    return marts.REPEAT_COMPLAINERS.conform(named.lazy()).collect().sort("customer_id")


def _customers(joined: pl.DataFrame) -> pl.DataFrame:
    """One row for each customer, with sums over calls and contacts."""
    complaining = pl.col("contact").filter("is_complaint")
    return joined.group_by("customer_id").agg(
        languages=pl.col("language").unique().sort(),
        contacts=pl.col("contact").n_unique(),
        calls=pl.len(),
        complaint_contacts=complaining.n_unique(),
        heated_calls=pl.col("is_heated").sum(),
        abusive_calls=pl.col("is_abusive").sum(),
        repeat_mentions=pl.col("mentions_repeat").sum(),
        highest=pl.col("temperature_peak").max(),
        agents=pl.col("agent_id").n_unique(),
        handle_seconds=pl.col("duration_seconds").cast(pl.Float64).sum(),
        first_contact_on=pl.col("day").min(),
        last_contact_on=pl.col("day").max(),
        call_ids=pl.col("call_id"),
    )


def _windows(joined: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each complaining customer: most complaint contacts in the days, and when."""
    complaints = (
        joined.filter("is_complaint")
        .unique("contact", keep="first", maintain_order=True)
        .with_columns(number=pl.col("customer_id").rle_id().cast(pl.Int64))
    )
    seconds = complaints["started_at"].to_physical().to_numpy() // 1_000_000
    key = (complaints["number"].to_numpy() << _KEY_BITS) + seconds
    reach = int(thresholds.chronic_days.value * _DAY // 1_000_000)
    last = np.searchsorted(key, key + reach, side="right") - 1
    counted = complaints.with_columns(
        complaints_90d=pl.Series(last - np.arange(len(last)) + 1),
        window_from="day",
        window_to=complaints["day"].gather(pl.Series(last, dtype=pl.UInt32)),
    )
    most = counted.sort("complaints_90d", descending=True, maintain_order=True)
    return most.unique("customer_id", keep="first", maintain_order=True).select(
        "customer_id", "complaints_90d", "window_from", "window_to"
    )


def _about(history: History) -> pl.DataFrame:
    """One row for each customer: the name last given, and whether flagged as vulnerable."""
    return (
        history.calls.filter(pl.col("customer_id").is_not_null())
        .sort("started_at", "call_id")
        .group_by("customer_id")
        .agg(
            customer_name=pl.col("customer_name").drop_nulls().last(),
            is_vulnerable=pl.col("vulnerable").fill_null(value=False).any(),
        )
    )


def _counted(history: History) -> pl.DataFrame:
    """One row for each customer: calls with a supervisor request, and with a broken promise."""
    asked = history.events.filter(pl.col("event_type") == "supervisor_request")
    named = history.facts.select("customer_id", "call_id").drop_nulls()
    return (
        named.with_columns(
            asks=pl.col("call_id").is_in(asked["call_id"].unique().to_list()),
            breaks=pl.col("call_id").is_in(history.broken["call_id"].to_list()),
        )
        .group_by("customer_id")
        .agg(
            supervisor_requests=pl.col("asks").sum(),
            broken_promises=pl.col("breaks").sum(),
        )
    )


def _issues(history: History, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each customer with incidents: categories, what is open, what is grave."""
    whose = history.facts.select("call_id", caller="customer_id")
    status = pl.col("status").fill_null("").str.to_lowercase()
    severity = pl.col("severity").fill_null("").str.to_lowercase()
    is_open = ~status.is_in(list(thresholds.closed_statuses.words))
    grave = severity.is_in(list(thresholds.grave_severities.words))
    at = pl.coalesce("occurred_at", "recorded_at").to_physical()
    old = at < history.as_of - thresholds.long_open_days.value * _DAY
    settled = ~is_open | pl.col("resolution").is_not_null()
    return (
        history.incidents.join(whose, on="call_id", how="left", validate="m:1")
        .with_columns(customer_id=pl.coalesce("customer_id", "caller"))
        .filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id")
        .agg(
            incidents=pl.len(),
            issues=pl.col("category").drop_nulls().n_unique(),
            most_on_issue=pl.col("category")
            .drop_nulls()
            .value_counts()
            .struct[1]
            .max(),
            open_incidents=is_open.sum(),
            settled_incidents=settled.sum(),
            grave_and_old=(grave & is_open & old).sum(),
        )
    )
