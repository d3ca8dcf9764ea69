"""What the Promises page asks of the published marts."""

from typing import Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition

_DIMENSIONS: Final = ("team", "queue", "language")
BROKEN_SHOWN: Final = 500
"""A list longer than this is cut; the page says so."""
_COUNTS: Final = """
    count(*) FILTER (WHERE status::VARCHAR = 'kept') AS kept,
    count(*) FILTER (WHERE status::VARCHAR = 'broken') AS broken,
    count(*) FILTER (WHERE status::VARCHAR IN ('kept', 'broken')) AS settled,
    count(*) FILTER (WHERE status::VARCHAR = 'open') AS open,
    count(*) FILTER (WHERE status::VARCHAR = 'unknowable') AS unknowable"""


def totals(published: Published, filters: Filters) -> pl.DataFrame:
    """One row: promises by status, and `settled` ones: kept or broken."""
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(f"SELECT {_COUNTS} FROM marts.promises WHERE {where}", params)


def grounds(published: Published, filters: Filters) -> pl.DataFrame:
    """`status`, `ground` and `promises`: on what each status rests, by status."""
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(
        "SELECT status::VARCHAR AS status, ground::VARCHAR AS ground,"
        f" count(*) AS promises FROM marts.promises WHERE {where}"
        " GROUP BY ALL ORDER BY any_value(promises.status), promises DESC, ground",
        params,
    )


def by(published: Published, filters: Filters, dimension: str) -> pl.DataFrame:
    """One row for each value of a dimension: `value`, `agents` and the counts.

    Args:
        published: the published version.
        filters: what is to be shown.
        dimension: `kind`, `team`, `language` or `agent_id`.
    """
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(
        f"SELECT {dimension}::VARCHAR AS value, count(DISTINCT agent_id) AS agents,"
        f" {_COUNTS} FROM marts.promises WHERE {where} GROUP BY 1"
        " ORDER BY settled DESC, value",
        params,
    )


def by_agent(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each language and agent who promised something: the counts."""
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(
        f"SELECT language, agent_id, {_COUNTS} FROM marts.promises WHERE {where}"
        " GROUP BY ALL ORDER BY language, agent_id",
        params,
    )


def broken(published: Published, filters: Filters) -> pl.DataFrame:
    """Broken promises with their calls, the one last due first."""
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(
        "SELECT call_id, day, turn, kind::VARCHAR AS kind, agent_id, team, language,"
        " customer_id, said_at, due_at, zone, why, ground::VARCHAR AS ground, settled_by"
        f" FROM marts.promises WHERE status::VARCHAR = 'broken' AND {where}"
        " ORDER BY coalesce(due_at, said_at) DESC, call_id, turn LIMIT $at_most",
        {**params, "at_most": BROKEN_SHOWN},
    )
