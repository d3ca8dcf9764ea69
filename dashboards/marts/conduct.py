"""What the pages ask of conduct: breaches, without those that nobody has proven to be heard."""

from typing import Final, Literal

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition

By = Literal["all", "week", "agent_id"]

_CALL_DIMENSIONS: Final = ("team", "queue", "language")
_MARKED: Final = """
SELECT language, behaviour, bool_or(mark <> 'unproven') AS is_counted FROM (
    SELECT v.language, v.mark, split_part(unnest(s.behaviours), ' (', 1) AS behaviour
    FROM marts.step_validity AS v JOIN marts.playbook_steps AS s USING (playbook, step)
    WHERE s.is_conduct
) GROUP BY ALL
"""
"""A step is as weak as its weakest behaviour, so a behaviour is no weaker than its
strongest step."""
_GROUPS: Final[dict[By, str]] = {
    "all": "0",
    "week": "date_trunc('week', f.day)::DATE",
    "agent_id": "f.agent_id",
}


def counted_breaches(published: Published, filters: Filters, by: By) -> pl.DataFrame:
    """One row for each group with a breach that counts: the group, `breaches`, `breached`.

    `breaches` are conduct behaviours violated, `breached` calls with at least one.
    Behaviours that are unproven in the call's language count only where the filters say so.
    """
    where, params = condition(filters, _CALL_DIMENSIONS, "f.")
    counted = "true" if filters.unproven else "m.is_counted"
    return published.rows(
        f"WITH marked AS ({_MARKED})"
        f" SELECT {_GROUPS[by]} AS {_quoted(by)}, count(*) AS breaches,"
        " count(DISTINCT f.call_no) AS breached"
        " FROM marts.verdicts AS v"
        " JOIN marts.call_facts AS f ON f.call_id = v.call_id AND f.day = v.day"
        " JOIN marked AS m ON m.behaviour = v.behaviour AND m.language = f.language"
        f" WHERE v.verdict = 'violated' AND {counted} AND {where} GROUP BY 1",
        params,
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def with_counted_breaches(
    rows: pl.DataFrame, published: Published, filters: Filters, by: By
) -> pl.DataFrame:
    """Rows of calls by outcome, of their `breaches` and `breached` only what counts.

    Args:
        rows: one row for each group, or one row for all.
        published: the published version.
        filters: what is shown.
        by: the groups' column; `all` for one row.
    """
    if filters.unproven:
        return rows
    counted = counted_breaches(published, by=by, filters=filters)
    plain = rows.drop("breaches", "breached")
    keyed = plain.with_columns(all=0) if by == "all" else plain
    joined = keyed.join(
        counted, on=by, how="left", maintain_order="left", validate="m:1"
    ).with_columns(pl.col("breaches", "breached").fill_null(0))
    return joined.drop("all", strict=False)


def uncounted_conduct(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each language of the selection in which conduct is unproven.

    Columns: `language`, and `behaviours`, those of which breaches aren't counted.
    """
    where, params = condition(filters, _CALL_DIMENSIONS)
    return published.rows(
        f"WITH marked AS ({_MARKED}), spoken AS (SELECT DISTINCT language"
        f" FROM marts.escalation_rates WHERE assessable > 0 AND {where})"
        " SELECT language, list(behaviour ORDER BY behaviour) AS behaviours"
        " FROM marked JOIN spoken USING (language) WHERE NOT is_counted"
        " GROUP BY 1 ORDER BY 1",
        params,
    )
