"""Case mix: what makes a call harder before the agent has said a word about the matter.

Every factor is known when the agent begins to answer. What the agent brings about, such as
how hot the call becomes, is none: it would explain away what is to be compared.
"""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from transforms.complaints import joined_contacts
from transforms.contracts.agent_marts import FACTORS
from transforms.contracts.columns import DIMENSIONS
from transforms.contracts.table import UNKNOWN
from transforms.knowledge.thresholds import Threshold, Thresholds
from transforms.measures.logistic import Floats

_DAY: Final = 86_400_000_000
_OFFSET: Final = r"^([+-])(\d\d):?(\d\d)$"
_HOURS: Final = 24
_KEPT: Final = ("call_id", *DIMENSIONS, "is_heated")


def case_mix(
    facts: pl.DataFrame, incidents: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each assessable call, in call_id order, with its level of each factor.

    Besides `FACTORS` it has `call_id`, the dimensions, `is_heated` and `is_escalated`. What
    is not known of a call is a level of its own.

    Args:
        facts: `marts.call_facts` of all calls.
        incidents: `staging.incidents`.
        thresholds: widths of the bands, and the days that make a repeat or a known issue.
    """
    hour, degrees = thresholds.hour_band, thresholds.temperature_band
    return (
        facts.join(_repeats(facts, thresholds), "call_id", "left", validate="1:1")
        .join(_issues(facts, incidents, thresholds), "call_id", "left", validate="1:1")
        .with_columns(hour=local_hours(facts["started_at"], facts["zone"]))
        .filter(pl.col("is_heated").is_not_null())
        .with_columns(
            hour=_banded("hour", hour, _HOURS),
            opening_temperature=_banded("temperature_start", degrees, 100),
        )
        .select(
            *_KEPT,
            *(pl.col(name).fill_null(UNKNOWN) for name in FACTORS if name not in _KEPT),
            # Documenting a call must not look like escalating it.
            is_escalated=pl.col("escalation_events") > pl.col("own_records"),
        )
        .sort("call_id")
    )


def known_levels(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """The factors and levels that some rows know, in order."""
    return [
        (factor, level) for factor in FACTORS for level in rows[factor].unique().sort()
    ]


def factor_columns(levels: Sequence[tuple[str, str]]) -> list[slice]:
    """The columns of each factor among the levels of a design, side by side."""
    names = [factor for factor, _ in levels]
    return [
        slice(names.index(factor), names.index(factor) + names.count(factor))
        for factor in dict.fromkeys(names)
    ]


def one_hot(rows: pl.DataFrame, levels: Sequence[tuple[str, str]]) -> Floats:
    """Rows x levels: 1 where a row has the level; what no level names is all zeros."""
    design = np.zeros((rows.height, len(levels)))
    for place, (factor, level) in enumerate(levels):
        design[:, place] = (rows[factor] == level).to_numpy()
    return design


def _banded(name: str, band: Threshold, top: int) -> pl.Expr:
    """The band that a number lies in, as `from-to`, padded so that bands sort as they run."""
    low = (pl.col(name) / band.value).floor() * band.value
    low = low.clip(upper_bound=top - band.value)
    ends = (low, low + band.value)
    written = [end.cast(pl.Int64).cast(pl.String).str.zfill(2) for end in ends]
    return pl.concat_str(written, separator="-")


def local_hours(started: pl.Series, zones: pl.Series) -> pl.Series:
    """The hour of the day, 0-23, at which each call started where it took place.

    Args:
        started: when calls started, in UTC.
        zones: the source's zone (`Europe/Oslo`) or offset (`+02:00`) of each; the hour is
            null where a zone is neither.
    """
    told = pl.DataFrame({"at": started, "zone": zones})
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    parts = [
        pl.col("zone").str.extract(_OFFSET, group).cast(pl.Int64) for group in (2, 3)
    ]
    shift = pl.duration(minutes=sign * (60 * parts[0] + parts[1]))
    local = (pl.col("at") + shift).dt.hour()
    for zone in told["zone"].unique().drop_nulls().sort():
        if _is_named(zone):
            there = pl.col("at").dt.convert_time_zone(zone).dt.hour()
            local = pl.when(pl.col("zone") == zone).then(there).otherwise(local)
    return told.select(hour=local).to_series()


def _is_named(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _repeats(facts: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each call of a named customer: is it the first in the days, or again?

    A call within the minutes of a transfer is its own level: it reaches the agent from
    another one. Calls that we make are not contacts of the customer.
    """
    joined = joined_contacts(facts, thresholds)
    started = pl.col("started_at").to_physical()
    inbound = pl.when(pl.col("direction").ne_missing("outbound")).then(started)
    first = joined.unique("contact", keep="first", maintain_order=True).select(
        "contact",
        first_call="call_id",
        since=started
        - inbound.forward_fill().over("customer_id").shift(1).over("customer_id"),
    )
    days = thresholds.repeat_days.value
    again = (pl.col("since") <= days * _DAY).fill_null(value=False)
    level = (
        pl.when(pl.col("call_id") != pl.col("first_call"))
        .then(pl.lit("transferred"))
        .when(again)
        .then(pl.lit(f"again within {days:g} days"))
        .otherwise(pl.lit(f"first in {days:g} days"))
    )
    return joined.join(first, "contact", "left", validate="m:1").select(
        "call_id", repeat_contact=level
    )


def _issues(
    facts: pl.DataFrame, incidents: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """One row for each call whose customer had an incident on record: its category.

    An incident is its call's customer's, where it names a call. Only what was recorded before the call counts, and never on the call itself. An incident
    that a call gives rise to is at once its issue and an escalation (`formal_complaint`):
    calls with such a category would all be escalated, and a model that knew it would expect
    of every agent just what happened.
    """
    whose = facts.select("call_id", caller="customer_id")
    days = thresholds.case_days.value
    known = (
        incidents.join(whose, "call_id", "left", validate="m:1")
        .select(
            customer_id=pl.coalesce("caller", "customer_id"),
            issue=pl.col("category").str.strip_chars().str.to_lowercase(),
            recorded=pl.max_horizontal("recorded_at", "occurred_at"),
            recorded_on="call_id",
            incident_id="incident_id",
        )
        .drop_nulls(["customer_id", "issue", "recorded"])
        .sort("recorded", "incident_id")
    )
    asked = (
        facts.select("call_id", "customer_id", "started_at")
        .drop_nulls()
        .sort("started_at", "call_id")
    )
    return (
        asked.join_asof(
            known,
            left_on="started_at",
            right_on="recorded",
            by="customer_id",
            tolerance=f"{int(days * _DAY)}us",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .filter(pl.col("recorded_on").ne_missing(pl.col("call_id")))
        .select("call_id", "issue")
    )
