"""What the Agents page asks in order to compare: steps by queue, expectations, weeks.

A comparison needs all who did the same work: the team filter picks whom the page shows, and
is left out of these questions; days, queues and language are not.
"""

from dataclasses import replace
from typing import Any, Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition
from dashboards.marts.marks import counting

AMONG: Final = ("assessable", "heated")
"""Of which calls escalations are counted: all that could be assessed, or heated ones."""
_COLUMNS: Final = {
    "assessable": ("calls", "escalated", "expected", "variance"),
    "heated": ("heated", "heated_escalated", "heated_expected", "heated_variance"),
}


def step_cells(
    published: Published, filters: Filters, playbook: str, step: str | None
) -> pl.DataFrame:
    """One row for each agent, queue and step that counts, over all teams.

    Columns: `agent_id`, `queue`, `step`, `met`, `judged` and `weight`. Conduct is left out,
    as are unproven steps unless the filters include them.

    Args:
        published: the published version.
        filters: days, queues and languages.
        playbook: the playbook.
        step: this step only; all of the playbook's if None.
    """
    where, params = _counted(filters, playbook, step)
    return published.rows(
        "SELECT a.*, s.weight FROM (SELECT agent_id, queue, playbook, step,"
        " sum(met)::BIGINT AS met, sum(met + missed + violated)::BIGINT AS judged"
        f" FROM marts.agent_adherence WHERE {where} GROUP BY ALL) AS a"
        " JOIN marts.playbook_steps AS s USING (playbook, step)"
        " WHERE NOT s.is_conduct AND judged > 0 ORDER BY a.step, a.queue, a.agent_id",
        params,
    )


def weekly_steps(
    published: Published, filters: Filters, playbook: str, step: str | None
) -> pl.DataFrame:
    """One row for each team, step that counts and week (its Monday), the weeks in order.

    Columns: `team`, `step`, `week`, `met`, `judged` and `weight`. Here the team filter
    holds: a team is compared with itself.
    """
    where, params = _counted(filters, playbook, step, teams=filters.team)
    return published.rows(
        "SELECT a.*, s.weight FROM (SELECT team, playbook, step,"
        " date_trunc('week', day)::DATE AS week, sum(met)::BIGINT AS met,"
        " sum(met + missed + violated)::BIGINT AS judged"
        f" FROM marts.agent_adherence WHERE {where} GROUP BY ALL) AS a"
        " JOIN marts.playbook_steps AS s USING (playbook, step)"
        " WHERE NOT s.is_conduct AND judged > 0 ORDER BY a.team, s.position, a.week",
        params,
    )


def _counted(
    filters: Filters, playbook: str, step: str | None, teams: tuple[str, ...] = ()
) -> tuple[str, dict[str, Any]]:
    where, params = counting(replace(filters, playbook=(playbook,), team=teams))
    if step is None:
        return where, params
    return f"{where} AND step = $step", {**params, "step": step}


def expected_escalations(
    published: Published, filters: Filters, among: str
) -> pl.DataFrame:
    """One row for each agent with calls that have an expectation, over all teams.

    Columns: `agent_id`; `calls`, of which `observed` escalated; `expected` of them by their
    case mix, and its `variance`.

    Args:
        published: the published version.
        filters: days, queues and languages.
        among: one of `AMONG`.
    """
    where, params = condition(replace(filters, team=()), ("queue", "language"))
    calls, observed, expected, variance = _COLUMNS[among]
    return published.rows(
        f"SELECT agent_id, sum({calls})::BIGINT AS calls,"
        f" sum({observed})::BIGINT AS observed, sum({expected}) AS expected,"
        f" sum({variance}) AS variance FROM marts.expected_escalations WHERE {where}"
        f" GROUP BY 1 HAVING sum({calls}) > 0 ORDER BY 1",
        params,
    )


def proven_languages(
    published: Published, filters: Filters, playbook: str, step: str
) -> tuple[str, ...]:
    """The languages in which a step is proven, of those with an opportunity for it."""
    where, params = condition(replace(filters, team=(), playbook=()), ("queue",))
    rows = published.rows(
        "SELECT v.language FROM marts.step_validity AS v WHERE v.mark = 'proven'"
        " AND v.playbook = $playbook AND v.step = $step AND v.language IN ("
        f"SELECT language FROM marts.agent_adherence WHERE {where}"
        " AND playbook = $playbook AND step = $step AND met + missed + violated > 0)"
        " ORDER BY 1",
        {**params, "playbook": playbook, "step": step},
    )
    return tuple(rows["language"])


def agent_names(published: Published, filters: Filters) -> dict[str, str]:
    """How agents with calls under the filters are shown, by id: the name and the id."""
    where, params = condition(filters, ("team", "queue", "language"))
    rows = published.rows(
        "SELECT agent_id, arg_max(agent_name, started_at)"
        " FILTER (agent_name IS NOT NULL) AS agent_name"
        f" FROM marts.call_facts WHERE {where} AND agent_id IS NOT NULL"
        " GROUP BY 1 ORDER BY 1",
        params,
    )
    return {
        row["agent_id"]: f"{row['agent_name']} ({row['agent_id']})"
        if row["agent_name"]
        else row["agent_id"]
        for row in rows.iter_rows(named=True)
    }
