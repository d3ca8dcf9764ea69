"""Whose labels are exchanged: people's words and earlier mending, as a run reads them."""

from datetime import date
from typing import Final

import polars as pl

from dashboards.records import roles as kept
from dashboards.records.store import Records
from flows.publish import current_file
from flows.settings import Settings
from flows.warehouse import Warehouse, open_database
from transforms.contracts.call_marts import CALL_FACTS
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.roles import TOLD

_WORDS: Final = pl.Schema(
    {"call_id": pl.String, "content_hash": pl.String, "is_exchanged": pl.Boolean}
)
_TOLD: Final = """
    WITH said AS (
        SELECT c.call_no, w.is_exchanged FROM words AS w
        JOIN raw.calls AS c USING (call_id, content_hash))
    SELECT * FROM said
    UNION ALL SELECT call_no, true FROM staging.fixed_roles
    WHERE call_no NOT IN (SELECT call_no FROM said)
"""
_TOLD_OTHERWISE: Final = """
    SELECT DISTINCT f.day FROM marts.call_facts AS f LEFT JOIN told AS t USING (call_no)
    WHERE f.roles_confidence IS NOT NULL AND (
        t.is_exchanged AND f.roles IN ('as labelled', 'seem exchanged', 'inferred')
        OR NOT t.is_exchanged AND f.roles IN ('seem exchanged', 'exchanged')
        OR $fix::BOOLEAN AND f.roles = 'seem exchanged')
    ORDER BY day
"""
_VERSION: Final = """
    SELECT c.content_hash FROM staging.calls AS s JOIN raw.calls AS c USING (call_no)
    WHERE s.call_id = $id
"""
_FOUND: Final = """
    SELECT roles, roles_confidence FROM marts.call_facts WHERE call_id = $id
"""


class NoRolesError(LookupError):
    """There is no such call, or nothing in it that could be exchanged."""


def roles_told(settings: Settings, warehouse: Warehouse) -> pl.DataFrame:
    """What is known of calls' labels; a person's word goes before `--fix-roles`.

    Raises:
        RecordsError: the records store is there and cannot be read.
    """
    rows = kept.roles_said(Records(settings.records_url))
    words = [{name: row[name] for name in _WORDS} for row in rows]
    with warehouse.lend("words", pl.DataFrame(words, schema=_WORDS)):
        told = warehouse.read(_TOLD)
    return told.select(pl.col(name).cast(dtype) for name, dtype in TOLD.items())


def retold_days(published: Warehouse, told: pl.DataFrame, *, fix: bool) -> list[date]:
    """Days with a call that was scored by other roles than are known now.

    Args:
        published: the published version.
        told: see `roles_told`.
        fix: labels that seem exchanged are going to be exchanged.
    """
    with published.lend("told", told):
        return published.read(_TOLD_OTHERWISE, {"fix": fix})["day"].to_list()


def say_roles(
    settings: Settings, call_id: str, *, is_exchanged: bool, by: str, why: str
) -> None:
    """Record a person's word on the labels of agent and customer in a call.

    Args:
        settings: where the home and the records are.
        call_id: the source's id of the call.
        is_exchanged: the two labels are exchanged.
        by: who says so.
        why: why.

    Raises:
        NoRolesError: no call has this id, or it has no two sides to exchange.
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    from flows.candidate import open_published

    with open_database(
        settings.warehouse, (*RAW, *STAGING), read_only=True
    ) as warehouse:
        version = warehouse.read(_VERSION, {"id": call_id})
    if version.is_empty():
        raise NoRolesError(
            f"no call {call_id!r} in {settings.home}; `coolhead export call_facts` lists"
            " the calls"
        )
    path = current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        found = published.read(_FOUND, {"id": call_id})
    if found.is_empty() or found["roles_confidence"][0] is None:
        raise NoRolesError(
            f"call {call_id!r} has no agent and customer to exchange, or is in a language"
            f" without a lexicon; {CALL_FACTS.name} says why in `unassessable`"
        )
    kept.say_roles(
        Records(settings.records_url),
        call_id,
        version.item(),
        is_exchanged=is_exchanged,
        by=by,
        why=why,
    )
