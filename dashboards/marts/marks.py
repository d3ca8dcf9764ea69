"""What the pages ask of validity: marks of steps, figures of labels, what totals leave out."""

from typing import Any, Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition

_COUNTING: Final = """EXISTS (SELECT 1 FROM marts.step_validity AS v
    WHERE v.mark <> 'unproven' AND v.playbook = agent_adherence.playbook
    AND v.step = agent_adherence.step AND v.language = agent_adherence.language)"""


def counting(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The filters as a condition on rows of `marts.agent_adherence` that count in totals.

    Unproven steps don't, unless the filters say so; nor do steps without a mark.
    """
    where, params = condition(filters)
    return (where if filters.unproven else f"{where} AND {_COUNTING}"), params


def step_marks(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each step and language of the chosen ones, in the playbooks' order."""
    where, params = condition(
        Filters(language=filters.language, playbook=filters.playbook),
        ("language", "playbook"),
        "v.",
    )
    return published.rows(
        "SELECT v.*, s.playbook_title, s.title, s.position, s.is_conduct"
        " FROM marts.step_validity AS v"
        f" JOIN marts.playbook_steps AS s USING (playbook, step) WHERE {where}"
        " ORDER BY v.playbook, s.position, v.language",
        params,
    )


def unproven_steps(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each language with unproven steps that had an opportunity.

    Columns: `language`; `steps`, how many; `judged`, their opportunities. Conduct, which
    is in no total of steps, is left out.
    """
    where, params = condition(filters)
    return published.rows(
        "WITH cells AS (SELECT playbook, step, language,"
        " sum(met + missed + violated)::BIGINT AS judged FROM marts.agent_adherence"
        f" WHERE {where} GROUP BY ALL)"
        " SELECT c.language, count(*) AS steps, sum(c.judged)::BIGINT AS judged"
        " FROM cells AS c JOIN marts.playbook_steps AS s USING (playbook, step)"
        " LEFT JOIN marts.step_validity AS v"
        " ON v.playbook = c.playbook AND v.step = c.step AND v.language = c.language"
        " WHERE NOT s.is_conduct AND c.judged > 0"
        " AND coalesce(v.mark, 'unproven') = 'unproven' GROUP BY 1 ORDER BY 1",
        params,
    )


def figures(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each label, language and source, the marks' own first."""
    where, params = condition(Filters(language=filters.language), ("language",))
    return published.rows(
        f"SELECT * FROM marts.validity WHERE text <> 'negatives' AND {where}"
        " ORDER BY label, language, is_deciding DESC, positives DESC NULLS LAST, source",
        params,
    )


def false_alarms(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each label and source of negatives that it was heard in, worst first."""
    where, params = condition(Filters(language=filters.language), ("language",))
    return published.rows(
        f"SELECT * FROM marts.validity WHERE text = 'negatives' AND {where}"
        " ORDER BY per_thousand DESC NULLS LAST, false_alarms DESC, label, language, source",
        params,
    )
