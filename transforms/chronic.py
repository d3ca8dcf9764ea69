"""Customers who complain again and again: what is counted of them, and what it says."""

from typing import Final

import polars as pl

from transforms.contracts.customer_marts import (
    CHRONIC_BASELINE,
    CHRONIC_CUSTOMERS,
    CUSTOMER_INCIDENTS,
    CUSTOMER_PATTERNS,
    REPEAT_COMPLAINERS,
)
from transforms.customer_counts import (
    History,
    about,
    in_window,
    over_all,
    promises_in_window,
)
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.thresholds import Thresholds
from transforms.measures import Baseline
from transforms.patterns import Finding, findings
from transforms.windows import windows

_LEAST_LISTED: Final = 2


def chronic_marts(
    history: History, thresholds: Thresholds, guide: ChronicGuide
) -> dict[str, pl.DataFrame]:
    """The marts of customers who complain again and again, by name.

    Once chronic, a customer stays on the list: as history when the window no longer
    reaches the last moment, and also when a baseline fitted anew would no longer call it
    improbable, as long as the complaints are still counted. So what was said of somebody
    does not come and go with what others do.
    """
    found = windows(history.together, history.as_of, thresholds, guide)
    listed = _listed(history, found.chosen, thresholds)
    weighed = _to_weigh(listed, history)
    told = findings(weighed, history.cases, thresholds, guide, history.as_of)
    complainers = listed.with_columns(
        patterns=pl.Series(
            [_held(told.get(name, ())) for name in listed["customer_id"]],
            dtype=pl.List(pl.String),
        )
    )
    return {
        table.name: table.conform(frame.lazy()).collect().sort(table.key)
        for table, frame in (
            (REPEAT_COMPLAINERS, complainers),
            (CHRONIC_CUSTOMERS, complainers.filter("is_chronic")),
            (CUSTOMER_PATTERNS, _patterns(told, complainers)),
            (CUSTOMER_INCIDENTS, _incidents(history, listed, thresholds)),
            (CHRONIC_BASELINE, _settings(found.baseline, thresholds, guide)),
        )
    }


def _to_weigh(listed: pl.DataFrame, history: History) -> pl.DataFrame:
    """Who is chronic, and who may show a pattern without being it."""
    grave = history.cases.filter("is_grave")["customer_id"].unique().to_list()
    may = pl.col("is_chronic") | (pl.col("abusive_calls") > 0)
    return listed.filter(may | pl.col("customer_id").is_in(grave))


def _held(found: tuple[Finding, ...]) -> list[str]:
    return [finding.pattern for finding in found if finding.holds]


def _listed(
    history: History, chosen: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each customer with two complaint contacts, with all that is counted."""
    totals = over_all(history.together, history.as_of, thresholds).filter(
        pl.col("all_complaint_contacts") >= _LEAST_LISTED
    )
    enough = pl.col("x") >= thresholds.chronic_complaints.value
    before = pl.col("customer_id").is_in(history.listed["customer_id"].to_list())
    whole = int(thresholds.chronic_days.value)
    last_day = pl.from_epoch(pl.lit(history.as_of), time_unit="us").dt.date()
    from_day = pl.col("window_from")
    windowed = chosen.join(totals, on="customer_id", validate="1:1").with_columns(
        is_chronic=pl.col("is_improbable") | (enough & before),
        is_current=pl.col("is_improbable") & pl.col("is_current"),
        complaint_contacts=pl.col("x"),
    )
    counted = in_window(windowed, history, thresholds)
    promised = promises_in_window(windowed, history)
    for part in (counted, promised, about(history)):
        windowed = windowed.join(part, on="customer_id", how="left", validate="1:1")
    return (
        windowed.with_columns(
            pl.selectors.integer().fill_null(0),
            pl.col("is_vulnerable").fill_null(value=False),
        )
        .with_columns(
            our_share=pl.col("our_contacts") / pl.col("contacts"),
            window_to=pl.min_horizontal(from_day.dt.offset_by(f"{whole}d"), last_day),
        )
        .sort("customer_id")
    )


def _patterns(
    told: dict[str, tuple[Finding, ...]], complainers: pl.DataFrame
) -> pl.DataFrame:
    """Each pattern of customers who are chronic, or show one, or are spared one."""
    chronic = set(complainers.filter("is_chronic")["customer_id"])
    rows = [
        {"customer_id": customer, **vars(finding)}
        for customer, found in told.items()
        if customer in chronic or any(each.holds or each.is_spared for each in found)
        for finding in found
    ]
    return pl.DataFrame(rows, schema=CUSTOMER_PATTERNS.polars_schema)


def _incidents(
    history: History, listed: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """The incidents of the customers listed, by the call named, else by the customer."""
    whose = history.facts.select("call_id", caller="customer_id")
    persons = _persons(history)
    status = pl.col("status").fill_null("").str.strip_chars().str.to_lowercase()
    return (
        history.incidents.join(whose, on="call_id", how="left", validate="m:1")
        .join(
            persons,
            left_on="customer_id",
            right_on="source_customer_id",
            how="left",
            validate="m:1",
        )
        .with_columns(
            customer_id=pl.coalesce("caller", "person", "customer_id"),
            happened_at=pl.coalesce("occurred_at", "recorded_at"),
            is_open=~status.is_in(list(thresholds.closed_statuses.words)),
        )
        .filter(pl.col("happened_at").is_not_null())
        .join(listed.select("customer_id"), on="customer_id", how="semi")
    )


def _persons(history: History) -> pl.DataFrame:
    """`source_customer_id` and the `person` whom the facts say it is."""
    told = pl.coalesce("source_customer_id", "customer_id")
    source = history.calls.select("call_id", source_customer_id=told)
    return (
        history.facts.select("call_id", person="customer_id")
        .join(source, on="call_id", validate="1:1")
        .drop_nulls()
        .unique("source_customer_id", keep="first", maintain_order=True)
        .drop("call_id")
    )


def _settings(
    baseline: Baseline, thresholds: Thresholds, guide: ChronicGuide
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customers": [baseline.counted],
            "rate": [baseline.rate],
            "dispersion": [baseline.dispersion],
            "least_complaints": [int(thresholds.chronic_complaints.value)],
            "window_days": [int(thresholds.chronic_days.value)],
            "most_probable": [thresholds.chronic_probability.value],
            "owner": [guide.owner],
        }
    )
