"""Identities: after staging, say of each call and incident whose it is, whatever id it bears."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import polars as pl

from dashboards.records import identities as kept
from dashboards.records.store import Records
from flows.knowledge import load_identity
from flows.linking import Compared, Linking
from flows.settings import Settings
from flows.stage import note_days
from flows.warehouse import Warehouse
from transforms.contracts.staging import (
    CUSTOMERS,
    IDENTITY_LINKS,
    IDENTITY_MODEL,
    IDENTITY_PAIRS,
)
from transforms.identity import WORDS

_RECORD: Final = "customer_phone, customer_email, customer_name"
_IS_SAME: Final = " AND ".join(
    f"c.{name} IS NOT DISTINCT FROM r.{name}" for name in _RECORD.split(", ")
)
_SOURCE_RECORDS: Final = f"""
    CREATE OR REPLACE TEMP TABLE source_records AS
    SELECT source_customer_id AS customer_id, {_RECORD}, min(started_at) AS first_at,
        arg_min(call_id, (started_at, call_id)) AS call_id,
        arg_min(language, (started_at, call_id)) AS language
    FROM staging.calls
    WHERE coalesce(source_customer_id, customer_phone, customer_email) IS NOT NULL
    GROUP BY ALL
"""
_MATCHED: Final = f"""
    (r.customer_id IS NOT DISTINCT FROM
        CASE WHEN c.is_named THEN c.source_customer_id END) AND {_IS_SAME}
"""
_NEW: Final = f"""
    SELECT coalesce(r.customer_id, 'unnamed-' || r.call_id) AS source_customer_id,
        r.customer_id IS NOT NULL AS is_named, {_RECORD}, r.language
    FROM source_records AS r ANTI JOIN staging.customers AS c ON {_MATCHED}
    ORDER BY r.first_at, r.customer_id, {_RECORD}
"""
_GONE: Final = f"""
    SELECT record_no FROM staging.customers AS c
    ANTI JOIN source_records AS r ON {_MATCHED}
"""
_OF_NAMED: Final = """
    UPDATE staging.{table} AS t SET customer_id = c.customer_id
    FROM (SELECT DISTINCT source_customer_id, customer_id FROM staging.customers
        WHERE is_named) AS c
    WHERE t.source_customer_id = c.source_customer_id
        AND t.customer_id IS DISTINCT FROM c.customer_id
"""
_OF_UNNAMED: Final = f"""
    UPDATE staging.calls AS r SET customer_id = c.customer_id
    FROM staging.customers AS c
    WHERE r.source_customer_id IS NULL AND NOT c.is_named AND {_IS_SAME}
        AND r.customer_id IS DISTINCT FROM c.customer_id
"""
_DAYS: Final = """
    SELECT DISTINCT day, 'customers linked or split' AS reason FROM staging.calls
    WHERE customer_id IN (SELECT customer_id FROM moved)
        OR source_customer_id IN (SELECT customer_id FROM moved)
"""
IDENTITIES: Final = """
    WITH told AS (
        SELECT t.customer_id, t.started_at, t.call_id, t.customer_name, t.customer_phone,
            t.source_customer_id IS NOT NULL AS is_named,
            coalesce(t.source_customer_id, c.source_customer_id) AS source_customer_id
        FROM staging.calls AS t LEFT JOIN staging.customers AS c
            ON t.source_customer_id IS NULL AND NOT c.is_named
            AND c.customer_phone IS NOT DISTINCT FROM t.customer_phone
            AND c.customer_email IS NOT DISTINCT FROM t.customer_email
            AND c.customer_name IS NOT DISTINCT FROM t.customer_name
        WHERE t.customer_id IS NOT NULL)
    SELECT source_customer_id, any_value(customer_id) AS customer_id,
        last(customer_name ORDER BY started_at, call_id)
            FILTER (WHERE customer_name IS NOT NULL) AS customer_name,
        right(regexp_replace(last(customer_phone ORDER BY started_at, call_id)
            FILTER (WHERE customer_phone IS NOT NULL), '[^0-9]', '', 'g'), 2)
            AS phone_ending,
        count(*) AS calls, bool_or(is_named) AS is_named
    FROM told GROUP BY source_customer_id ORDER BY source_customer_id
"""
"""Rows of `marts.customer_identities`, from the warehouse."""


@dataclass(frozen=True)
class IdentityReport:
    """What one look at the customers came to.

    Attributes:
        records: customer records known.
        new: of these, new since the last look.
        moved: ids whose person, or whose word, is another than before.
    """

    records: int
    new: int
    moved: int


def refresh_identities(settings: Settings, warehouse: Warehouse) -> IdentityReport:
    """Say of staged calls and incidents whose they are, in one transaction.

    Records are compared only where they are new, or as new: a number that tells nothing any
    more, say. Everything is compared anew, by a model that learns anew, after a change of
    knowledge or once there are twice as many records.

    Raises:
        KnowledgeError: what linking starts from cannot be used as written.
        RecordsError: the records store is there and cannot be read.
    """
    knowledge = load_identity(settings.knowledge)
    words = _words(settings)
    with warehouse.transaction():
        warehouse.execute(_SOURCE_RECORDS)
        new, gone = warehouse.read(_NEW), warehouse.read(_GONE)["record_no"]
        by = warehouse.read_table(IDENTITY_MODEL)
        known = warehouse.rows(CUSTOMERS)
        is_same = by["knowledge"].to_list() == [knowledge.version]
        is_told = by["words"].to_list() == [_hash(words)]
        moved = 0
        if new.height or gone.len() or not (is_same and is_told):
            linking = Linking(settings.time_zone, knowledge, words)
            moved = _store(warehouse, linking, new, gone, by)
        for table in ("calls", "incidents"):
            warehouse.execute(_OF_NAMED.format(table=table))
        warehouse.execute(_OF_UNNAMED)
    return IdentityReport(known + new.height - gone.len(), new.height, moved)


def _store(
    warehouse: Warehouse,
    linking: Linking,
    new: pl.DataFrame,
    gone: pl.Series,
    by: pl.DataFrame,
) -> int:
    """Compare what is new, and store what came of it; returns how many ids moved."""
    before = Compared(
        customers=warehouse.read_table(CUSTOMERS),
        pairs=warehouse.read_table(IDENTITY_PAIRS),
        links=warehouse.read_table(IDENTITY_LINKS),
        by=by,
    )
    now = linking.run(before, new, gone)
    warehouse.replace_all(CUSTOMERS, now.customers)
    warehouse.replace_all(IDENTITY_PAIRS, now.pairs)
    warehouse.replace_all(IDENTITY_LINKS, now.links)
    warehouse.replace_all(
        IDENTITY_MODEL, now.by.with_columns(words=pl.lit(_hash(linking.words)))
    )
    moved = now.moved_since(before)
    with warehouse.lend("moved", moved):
        note_days(warehouse, _DAYS)
    return moved.height


def _words(settings: Settings) -> pl.DataFrame:
    """What people said of ids, as `WORDS`."""
    rows = [
        {
            **row,
            "words": f"{row['recorded_by']} says so: {row['why']}",
        }
        for row in kept.identities_said(Records(settings.records_url))
    ]
    named = [{name: row[name] for name in WORDS} for row in rows]
    return pl.DataFrame(named, schema=WORDS).sort(WORDS.names())


def _hash(words: pl.DataFrame) -> str:
    return blake2b(repr(words.rows()).encode(), digest_size=8).hexdigest()
