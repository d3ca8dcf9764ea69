"""Agreement of machine and reviewers, from the records store and a published file."""

from datetime import date
from typing import Final

import polars as pl

from dashboards.records.reviews import drawn_items, last_marks
from dashboards.records.store import Records
from flows.calibrate.drawing import machine_verdicts
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.contracts import marts
from transforms.knowledge.bundle import Knowledge
from transforms.reviewing import REVIEWING, reviewing
from transforms.validity import step_marks

_MARKS: Final = pl.Schema(
    dict.fromkeys(("call_id", "playbook", "step", "recorded_by", "mark"), pl.String)
)
_STRATA: Final = pl.Schema(
    {
        **dict.fromkeys(
            ("call_id", "playbook", "step", "sample", "stratum"), pl.String
        ),
        "stratum_size": pl.Int64,
    }
)


def agreement_with_reviewers(
    settings: Settings, published: Warehouse, knowledge: Knowledge
) -> pl.DataFrame:
    """One row for each step and language that was reviewed; see `REVIEWING`.

    The machine's own verdicts are compared, also where a person corrected them; marks of
    calls that are not published wait.

    Args:
        settings: whose records store.
        published: a published file or candidate.
        knowledge: whose steps.

    Raises:
        RecordsError: the store is there and cannot be read.
    """
    records = Records(settings.records_url)
    marks = _frame(last_marks(records), _MARKS).rename({"recorded_by": "reviewer"})
    if marks.is_empty():
        return pl.DataFrame(schema=REVIEWING)
    calls = marks["call_id"].unique().sort().to_list()
    machine = machine_verdicts(published, knowledge, calls)
    strata = _frame(drawn_items(records), _STRATA).with_columns(
        stratum=pl.concat_str("sample", pl.lit(" "), "stratum")
    )
    return reviewing(marks, machine, strata.drop("sample"))


def _frame(rows: list[dict[str, object]], columns: pl.Schema) -> pl.DataFrame:
    named = [{name: row[name] for name in columns} for row in rows]
    return pl.DataFrame(named, schema=columns)


_DAYS: Final = """
    SELECT DISTINCT day FROM marts.call_facts
    WHERE call_id IN (SELECT unnest($calls::VARCHAR[]))
"""
_DECIDED: Final = ("playbook", "step", "language", "mark", "items", "kappa")


def newly_reviewed_days(
    settings: Settings, published: Warehouse, knowledge: Knowledge
) -> list[date]:
    """Days of the calls reviewed, if by now reviewers decide marks that they did not before."""
    calls = {row["call_id"] for row in last_marks(Records(settings.records_url))}
    reviewed = agreement_with_reviewers(settings, published, knowledge)
    by_reviewers = pl.col("decided_by") == "reviewers"
    now = step_marks(
        knowledge.validity,
        knowledge.playbooks,
        list(knowledge.lexicons),
        reviewed,
        knowledge.version,
    ).filter(by_reviewers)
    before = published.read_table(marts.STEP_VALIDITY).filter(by_reviewers)
    if (
        now.select(_DECIDED)
        .sort(_DECIDED)
        .equals(before.select(_DECIDED).sort(_DECIDED))
    ):
        return []
    found = published.read(_DAYS, {"calls": sorted(calls)})
    return sorted(found["day"].to_list())
