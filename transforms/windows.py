"""Each customer's worst ninety days: how many complaints, and how much of that is chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.complaints import DAY
from transforms.heard import Ints
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.thresholds import Thresholds
from transforms.measures import Baseline, negative_binomial

_KEY_BITS: Final = 36
"""Seconds since 1970 take fewer for the next two thousand years."""
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True)
class Windows:
    """What is compared, and with what.

    Attributes:
        chosen: one row for each customer with a complaint contact: `customer_id`, `x`
            (complaint contacts in the window), `exposure`, `expected`, `probability`,
            `from` and `to` (microseconds), `is_improbable`, `is_current`.
        baseline: fitted on all customers, or the default.
    """

    chosen: pl.DataFrame
    baseline: Baseline


def windows(
    together: pl.DataFrame, as_of: int, thresholds: Thresholds, guide: ChronicGuide
) -> Windows:
    """Find each customer's window, and how probable so many complaints are in it.

    A window begins with a complaint contact and lasts `chronic_days`. Exposure is one,
    since everybody has a reason of their own to call, and each contact without a complaint
    in ninety days about the window: of those from its first complaint on, or those up to
    its last one, whichever are more. Complaints don't count in their own exposure, or they
    would excuse themselves.

    A customer's window is chosen for being the worst, and the worst of many is bad by
    chance (a scan statistic). So the baseline is fitted on the worst window of every
    customer, those without a complaint included: each is compared with what chance
    gives others who are looked at in the same way.

    Args:
        together: see `transforms.complaints.contacts`.
        as_of: the last moment in the data, in microseconds.
        thresholds: `chronic_…`.
        guide: the default baseline.
    """
    counted = _counted(
        together.filter("is_inbound"), int(thresholds.chronic_days.value)
    )
    worst = counted.sort("customer_id", "x", "from", descending=[False, True, True])
    baseline = _baseline(worst.unique("customer_id", keep="first"), thresholds, guide)
    complaints = counted.filter(pl.col("x") > 0)
    x, exposure = complaints["x"].to_numpy(), complaints["exposure"].to_numpy()
    judged = complaints.with_columns(
        expected=pl.Series(baseline.expected(exposure)),
        probability=pl.Series(baseline.tail(x, exposure)),
        to=pl.col("from") + int(thresholds.chronic_days.value) * DAY,
    ).with_columns(
        is_improbable=(pl.col("x") >= thresholds.chronic_complaints.value)
        & (pl.col("probability") < thresholds.chronic_probability.value),
        is_current=pl.col("to") >= as_of,
    )
    order = ["customer_id", "is_improbable", "is_current", "x", "probability", "from"]
    chosen = judged.sort(order, descending=[False, True, True, True, False, True])
    return Windows(
        chosen.unique("customer_id", keep="first", maintain_order=True), baseline
    )


def _baseline(
    worst: pl.DataFrame, thresholds: Thresholds, guide: ChronicGuide
) -> Baseline:
    """Fitted on every customer's worst window; the default while they are too few."""
    few = worst.height < thresholds.chronic_customers.value
    if few or not worst["x"].sum():
        return Baseline(guide.baseline.rate, guide.baseline.dispersion, 0)
    # Who has no other contact is known of by complaints only.
    exposure = worst["exposure"].to_numpy()
    return negative_binomial(worst["x"].to_numpy(), exposure, exposure == 1)


def _counted(inbound: pl.DataFrame, days: int) -> pl.DataFrame:
    """One row for each complaint contact, and for each customer with none.

    `customer_id`, `from` (microseconds), `x` complaint contacts in the window that begins
    there, `exposure`.
    """
    number = inbound["customer_id"].rle_id().to_numpy().astype(np.int64)
    seconds = inbound["started_at"].to_physical().to_numpy() // _MICROSECONDS
    key = (number << _KEY_BITS) + seconds
    complains = inbound["is_complaint"].to_numpy()
    bad, other = key[complains], key[~complains]
    reach = days * DAY // _MICROSECONDS
    after = np.searchsorted(bad, bad + reach, side="right")
    x = after - np.arange(len(bad))
    last = bad[after - 1] if len(bad) else bad
    ahead = _between(other, bad, bad + reach)
    behind = _between(other, last - reach, last)
    at = inbound.filter("is_complaint").select("customer_id", "started_at")
    rows = at.select(
        "customer_id",
        pl.col("started_at").to_physical().alias("from"),
        x=pl.Series(x, dtype=pl.Int64),
        exposure=pl.Series(1.0 + np.maximum(ahead, behind), dtype=pl.Float64),
    )
    quiet = inbound.filter(~pl.col("is_complaint").any().over("customer_id"))
    return pl.concat([rows, _quiet(quiet, reach)])


def _between(keys: Ints, low: Ints, high: Ints) -> Ints:
    """How many of the keys, in order, lie from low to high."""
    upto = np.searchsorted(keys, high, side="right")
    return upto - np.searchsorted(keys, low, side="left")


def _quiet(inbound: pl.DataFrame, reach: int) -> pl.DataFrame:
    """One row for each customer without a complaint: the busiest window, with no count."""
    number = inbound["customer_id"].rle_id().to_numpy().astype(np.int64)
    seconds = inbound["started_at"].to_physical().to_numpy() // _MICROSECONDS
    key = (number << _KEY_BITS) + seconds
    busy = inbound.select(
        "customer_id",
        pl.col("started_at").to_physical().alias("from"),
        x=pl.lit(0, pl.Int64),
        exposure=pl.Series(1.0 + _between(key, key, key + reach), dtype=pl.Float64),
    )
    most = busy.sort("customer_id", "exposure", "from", descending=[False, True, True])
    return most.unique("customer_id", keep="first", maintain_order=True)
