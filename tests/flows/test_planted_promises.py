"""Promises that were planted are read and settled as they came about."""

from datetime import timedelta

import polars as pl
import pytest

from tests.flows.recovery import Recovered

LEAST_STATUS = 0.97
"""Of the planted promises that are heard, and whose end shows in calls or in the log."""
LEAST_OF_ALL = 0.95
"""The same with those of which only the customer tells, in one sentence that may be missed."""
LEAST_HEARD = 0.70
"""How many are heard hangs on the lexicons, which have not read the generator's bank."""


@pytest.fixture(scope="module")
def promises(recovered: Recovered) -> pl.DataFrame:
    """One row for each planted promise, with what was told of it, if anything."""
    told = recovered.ask(
        "SELECT call_id, turn, due_at AS told_due_at, status::VARCHAR AS told, why"
        " FROM marts.promises WHERE turn >= 0"
        " QUALIFY row_number() OVER (PARTITION BY call_id, turn ORDER BY start, kind) = 1"
    )
    return recovered.truth("promises").join(
        told.with_columns(pl.col("turn").cast(pl.Int32)),
        on=["call_id", "turn"],
        how="left",
        validate="1:1",
    )


def test_most_are_heard(promises: pl.DataFrame) -> None:
    heard = promises["told"].is_not_null().mean()
    assert isinstance(heard, float)
    assert heard >= LEAST_HEARD


def test_of_those_heard_the_status_is_the_planted_one(promises: pl.DataFrame) -> None:
    heard = promises.filter(pl.col("told").is_not_null())
    shown = heard.filter(pl.col("outcome") != "told")
    assert shown.height > 200
    for kind, least in ((shown, LEAST_STATUS), (heard, LEAST_OF_ALL)):
        wrong = kind.filter(pl.col("told") != pl.col("status"))
        listed = wrong.select("call_id", "said", "outcome", "status", "told", "why")
        assert 1 - wrong.height / kind.height >= least, listed.to_dicts()


def test_no_exact_due_time_is_read_wrong(promises: pl.DataFrame) -> None:
    """Hours are counted from when the sentence was said, to a few minutes."""
    read = promises.filter("is_exact", pl.col("told_due_at").is_not_null())
    apart = (pl.col("told_due_at") - pl.col("due_at")).abs()
    assert read.height > 60
    assert read.filter(apart > timedelta(minutes=10)).to_dicts() == []


def test_a_due_day_without_an_hour_is_read_as_that_day(promises: pl.DataFrame) -> None:
    read = promises.filter(
        ~pl.col("is_exact"), pl.col("due_at", "told_due_at").is_not_null()
    )
    local = pl.col("due_at", "told_due_at").dt.convert_time_zone("Europe/Amsterdam")
    days = read.select("call_id", "said", local.dt.date())
    wrong = days.filter(pl.col("due_at") != pl.col("told_due_at"))
    assert read.height > 100
    assert wrong.height <= 0.02 * read.height, wrong.to_dicts()


def test_what_names_no_time_is_given_none(promises: pl.DataFrame) -> None:
    """But for one in twenty at most: a weekday in the sentence after may pass for it."""
    vague = promises.filter(pl.col("due_at").is_null())
    given = vague.filter(pl.col("told_due_at").is_not_null())
    assert vague.height > 10
    assert given.height <= 0.05 * vague.height, given.to_dicts()
