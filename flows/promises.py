"""What later calls say of promises: heard before scoring, so that its order doesn't matter."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from flows import archive
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.contracts.staging import PROMISE_WORDS
from transforms.detection.language import LanguageFinder
from transforms.knowledge.bundle import Knowledge
from transforms.promise_words import hearing

_DAYS_AT_ONCE: Final = 30
_CALLING_AGAIN: Final = """
    SELECT DISTINCT again.call_id, again.call_no, again.day, again.customer_id,
        again.started_at, again.language
    FROM staging.calls AS again JOIN staging.calls AS before
        ON before.customer_id = again.customer_id
        AND before.started_at < again.started_at
        AND before.day >= again.day - $reach::INTEGER
    WHERE list_contains($days::DATE[], again.day)
        OR list_contains($days::DATE[], before.day)
    ORDER BY again.call_no
"""
_OF_THESE: Final = """list_contains($days::DATE[], day)
    OR call_id IN (SELECT call_id FROM calling_again)"""
_REOPENED: Final = """
    SELECT DISTINCT p.day FROM marts.promises AS p JOIN told AS w
        ON w.customer_id = p.customer_id AND w.said_at > p.said_at
        AND w.said_at <= coalesce(p.due_at, p.said_at) + to_days($patience::INTEGER + 1)
    WHERE p.status::VARCHAR = 'unknowable' OR p.kind::VARCHAR <> 'call_back'
        OR p.settled_by = w.call_id
    ORDER BY p.day
"""
_AROUND: Final = """
    -- Who called may have been found out since the words were heard.
    SELECT w.* REPLACE (c.customer_id AS customer_id)
    FROM staging.promise_words AS w JOIN staging.calls AS c USING (call_id)
    WHERE c.customer_id IN (SELECT customer_id FROM scored_calls)
"""
_CALLS_OUT: Final = """
    SELECT DISTINCT day FROM staging.calls WHERE direction = 'outbound' ORDER BY day
"""


def hear_of_promises(
    settings: Settings, warehouse: Warehouse, knowledge: Knowledge, days: Sequence[date]
) -> pl.DataFrame:
    """Keep what customers say of promises in calls of some days, and after these days.

    Only in calls of customers who had called, or been called, before: others were
    promised nothing.

    Returns:
        Rows of `staging.promise_words` that are new, and those that are there no more.
    """
    reach = {"days": list(days), "reach": int(knowledge.thresholds.chronic_days.value)}
    again = warehouse.read(_CALLING_AGAIN, reach)
    found = [
        PROMISE_WORDS.empty(),
        *(_heard(settings, knowledge, part) for part in _parts(again)),
    ]
    heard, of_these = pl.concat(found), {"days": list(days)}
    with warehouse.transaction(), warehouse.lend("calling_again", again):
        known = warehouse.read_table(PROMISE_WORDS, _OF_THESE, of_these)
        warehouse.execute(
            f"DELETE FROM staging.promise_words WHERE {_OF_THESE}", of_these
        )
        warehouse.append(PROMISE_WORDS, heard)
    same = list(PROMISE_WORDS.columns)
    return pl.concat(
        [heard.join(known, on=same, how="anti"), known.join(heard, on=same, how="anti")]
    )


def _parts(calls: pl.DataFrame) -> Iterator[pl.DataFrame]:
    days = calls["day"].unique().sort().to_list()
    for first in range(0, len(days), _DAYS_AT_ONCE):
        yield calls.filter(pl.col("day").is_in(days[first : first + _DAYS_AT_ONCE]))


def _heard(
    settings: Settings, knowledge: Knowledge, calls: pl.DataFrame
) -> pl.DataFrame:
    """Rows of `staging.promise_words` of some calls."""
    words = knowledge.promises
    finder = LanguageFinder(knowledge.lexicons, knowledge.languages)
    named = {
        source: finder.named(source)
        for source in calls["language"].drop_nulls().unique()
    }
    turns = (
        archive.read_days(settings.archive, calls["day"].unique(), calls["call_no"])
        .filter(pl.col("speaker").cast(pl.String).is_in(["customer", "unknown"]))
        .select("call_no", "turn", "start_seconds", "text")
        .collect()
        .join(calls, on="call_no", how="left", validate="m:1")
        .with_columns(
            language=pl.col("language").replace_strict(
                named, default=None, return_dtype=pl.String
            )
        )
    )
    found = [PROMISE_WORDS.empty()]
    for language, told in words.items():
        # A call whose language the source does not name is heard in every one.
        mine = turns.filter(
            pl.col("language").is_null() | (pl.col("language") == language)
        )
        said = hearing(told).said(mine["text"])
        rows = mine[said["row"]].with_columns(
            says=said["says"],
            said_at=pl.col("started_at")
            + pl.duration(milliseconds=1000 * pl.col("start_seconds").fill_null(0)),
        )
        found.append(PROMISE_WORDS.conform(rows.lazy()).collect())
    return pl.concat(found).unique(PROMISE_WORDS.key, maintain_order=True)


def retold_days(
    published: Warehouse, news: pl.DataFrame, knowledge: Knowledge
) -> list[date]:
    """Days with promises of which calls tell something new.

    What calls to the customer decide, words don't change: their days stay closed.

    Args:
        published: the promises as they stand.
        news: what is told now and was not, or no more; see `hear_of_promises`.
        knowledge: for how long after its due time a promise is listened for.
    """
    patience = {"patience": int(knowledge.thresholds.told_days.value)}
    with published.lend("told", news.with_columns(pl.col("says").cast(pl.String))):
        return published.read(_REOPENED, patience)["day"].to_list()


def words_around(warehouse: Warehouse) -> pl.DataFrame:
    """`staging.promise_words` of the customers of the calls lent as `scored_calls`."""
    return PROMISE_WORDS.conform(warehouse.read(_AROUND).lazy()).collect()


def days_with_calls_out(warehouse: Warehouse) -> pl.DataFrame:
    """One column `day`: local days on which anybody called a customer."""
    return warehouse.read(_CALLS_OUT)
