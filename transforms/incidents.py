"""Incidents of the log, linked to the calls that they record or concern."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.heard import NEVER, Ints, Mask
from transforms.knowledge.thresholds import Thresholds

HOUR: Final = 3_600_000_000
"""Microseconds."""
DAY: Final = 24 * HOUR


@dataclass(frozen=True)
class Incidents:
    """The incidents of a batch's calls.

    Attributes:
        links: one row for each call and linked incident, nearest first: `call`,
            `same_call`, `late` (microseconds from the call's end to its recording) and
            the incident's fields.
        best: one row for each linked call: its nearest incident.
        is_linked: calls with a linked incident.
        fault: 1 where an incident says that the company was at fault, 0 where one says
            that it was not, -1 where none says.
        is_formal: calls with an incident within the days of a formal complaint.
        is_complained_after: of these, with one that is not the record of the call itself.
        formal: one row for each call of `is_formal`: `call`, its first such incident's
            `incident_id`, `same_call` and `recorded_by`.
    """

    links: pl.DataFrame
    best: pl.DataFrame
    is_linked: Mask
    fault: npt.NDArray[np.int8]
    is_formal: Mask
    is_complained_after: Mask
    formal: pl.DataFrame


def linked_incidents(
    calls: pl.DataFrame, ended: Ints, incidents: pl.DataFrame, thresholds: Thresholds
) -> Incidents:
    """Link incidents to calls: by call id, else by customer within the hours allowed.

    An incident that names a call belongs to that call only.

    Args:
        calls: the batch's calls in call_no order.
        ended: when each call ended, in microseconds; NEVER where unknown.
        incidents: `staging.incidents` of the same calls and customers.
        thresholds: how far apart a call and an incident may be.
    """
    started = calls["started_at"].to_physical().to_numpy()
    numbered = pl.DataFrame(
        {
            "call": np.arange(calls.height),
            "call_id": calls["call_id"],
            "customer_id": calls["customer_id"],
            "from": started,
            "to": np.where(ended == NEVER, started, ended),
        }
    )
    timed = incidents.with_columns(
        at=pl.coalesce("occurred_at", "recorded_at").to_physical(),
        written=pl.coalesce("recorded_at", "occurred_at").to_physical(),
    )
    candidates = _candidates(numbered, timed)
    hours = thresholds.complaint_link_hours.value * HOUR
    links = candidates.filter(pl.col("same_call") | (pl.col("gap") <= hours))
    own, others = _formal(candidates, thresholds.formal_complaint_days.value * DAY)
    formal = pl.concat([own, others])
    return Incidents(
        links=links,
        best=links.unique("call", keep="first", maintain_order=True),
        is_linked=_mask(links, calls.height),
        fault=_fault(links, calls.height),
        is_formal=_mask(formal, calls.height),
        is_complained_after=_mask(others, calls.height),
        formal=formal.unique("call", keep="first", maintain_order=True).select(
            "call", "incident_id", "same_call", recorded_by="agent_id"
        ),
    )


def _formal(candidates: pl.DataFrame, days: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Within the days: records that name the call, and the customer's other complaints."""
    after = (pl.col("at") - pl.col("from")).is_between(0, days)
    written = (pl.col("written") - pl.col("from")) <= days
    own = candidates.filter(pl.col("same_call") & written)
    return own, candidates.filter(~pl.col("same_call") & after)


def _candidates(calls: pl.DataFrame, incidents: pl.DataFrame) -> pl.DataFrame:
    """Each call with the incidents that name it, or name only its customer."""
    by_id = calls.drop("customer_id").join(incidents, on="call_id", how="inner")
    unnamed = incidents.filter(pl.col("call_id").is_null()).drop("call_id")
    by_customer = calls.join(unnamed, on="customer_id", how="inner")
    together = pl.concat(
        [
            by_id.with_columns(same_call=pl.lit(value=True)),
            by_customer.with_columns(same_call=pl.lit(value=False)),
        ],
        how="diagonal",
    )
    outside = pl.max_horizontal(
        pl.col("from") - pl.col("at"), pl.col("at") - pl.col("to"), pl.lit(0)
    )
    return together.with_columns(
        gap=outside.fill_null(NEVER), late=pl.col("written") - pl.col("to")
    ).sort(
        "call",
        "same_call",
        "gap",
        "incident_id",
        descending=[False, True, False, False],
    )


def _mask(rows: pl.DataFrame, calls: int) -> Mask:
    mask = np.zeros(calls, dtype=np.bool_)
    mask[rows["call"].to_numpy()] = True
    return mask


def _fault(links: pl.DataFrame, calls: int) -> npt.NDArray[np.int8]:
    fault = np.full(calls, -1, dtype=np.int8)
    for said, code in ((False, 0), (True, 1)):
        fault[links.filter(pl.col("company_fault") == said)["call"].to_numpy()] = code
    return fault
