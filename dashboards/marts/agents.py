"""What the Agents page asks of the published marts."""

from typing import Any, Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.conduct import with_counted_breaches
from dashboards.marts.door import Published, condition
from dashboards.marts.marks import counting

_CALL_DIMENSIONS: Final = ("team", "queue", "language")
_NAMES: Final = """SELECT agent_id, arg_max(agent_name, started_at) AS agent_name
    FROM marts.call_facts WHERE agent_name IS NOT NULL GROUP BY agent_id"""


def languages(published: Published, filters: Filters) -> pl.DataFrame:
    """`language`, `calls` and `agents` of the selection, the language most heard first."""
    where, params = condition(filters, _CALL_DIMENSIONS)
    return published.rows(
        "SELECT language, sum(calls)::BIGINT AS calls, count(DISTINCT agent_id) AS agents"
        f" FROM marts.escalation_rates WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",
        params,
    )


def agent_totals(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each agent: calls by outcome, and `met` and `judged` over all steps.

    Unproven steps, and breaches of unproven conduct, count only where the filters include
    them.
    """
    calls, params = condition(filters, _CALL_DIMENSIONS)
    steps, step_params = counting(filters)
    outcomes = published.rows(
        "WITH outcomes AS (SELECT agent_id, string_agg(DISTINCT team, ', ' ORDER BY team)"
        " AS teams, sum(calls)::BIGINT AS calls, sum(assessable)::BIGINT AS assessable,"
        " sum(heated)::BIGINT AS heated, sum(deescalated)::BIGINT AS deescalated,"
        " sum(heated_escalated)::BIGINT AS heated_escalated,"
        " sum(breaches)::BIGINT AS breaches, sum(breached)::BIGINT AS breached"
        f" FROM marts.escalation_rates WHERE {calls} GROUP BY 1),"
        f" named AS ({_NAMES})"
        " SELECT o.*, n.agent_name FROM outcomes AS o LEFT JOIN named AS n USING (agent_id)"
        " ORDER BY o.agent_id",
        params,
    )
    return with_counted_breaches(outcomes, published, filters, "agent_id").join(
        _step_totals(published, steps, step_params),
        on="agent_id",
        how="left",
        validate="1:1",
    )


def _step_totals(
    published: Published, where: str, params: dict[str, Any]
) -> pl.DataFrame:
    return published.rows(
        "SELECT a.agent_id, sum(a.met)::BIGINT AS met,"
        " sum(a.met + a.missed + a.violated)::BIGINT AS judged,"
        " sum(a.met * s.weight) AS met_weighted,"
        " sum((a.met + a.missed + a.violated) * s.weight) AS judged_weighted"
        " FROM (SELECT agent_id, playbook, step, sum(met) AS met, sum(missed) AS missed,"
        f" sum(violated) AS violated FROM marts.agent_adherence WHERE {where}"
        " GROUP BY ALL) AS a JOIN marts.playbook_steps AS s USING (playbook, step)"
        " WHERE NOT s.is_conduct GROUP BY 1",
        params,
    )


def agent_steps(
    published: Published, filters: Filters, agent_id: str | None = None
) -> pl.DataFrame:
    """One row for each agent, playbook and step that an opportunity was judged for.

    Args:
        published: the published version.
        filters: what is to be shown.
        agent_id: this agent only.
    """
    where, params = condition(filters)
    if agent_id is not None:
        where, params = f"{where} AND agent_id = $agent", {**params, "agent": agent_id}
    return published.rows(
        "SELECT a.*, s.playbook_title, s.title, s.position, s.weight, s.is_conduct"
        " FROM (SELECT agent_id, playbook, step, sum(met)::BIGINT AS met,"
        " sum(missed)::BIGINT AS missed, sum(violated)::BIGINT AS violated,"
        " sum(met + missed + violated)::BIGINT AS judged,"
        f" sum(not_observable)::BIGINT AS not_observable"
        f" FROM marts.agent_adherence WHERE {where} GROUP BY ALL) AS a"
        " JOIN marts.playbook_steps AS s USING (playbook, step)"
        " ORDER BY a.agent_id, a.playbook, s.position",
        params,
    )


_STEP_VERDICTS: Final = """
WITH chosen AS (
    SELECT f.* FROM marts.call_facts AS f WHERE f.agent_id = $agent AND {where}
), conduct AS (
    SELECT DISTINCT split_part(unnest(behaviours), ' (', 1) AS behaviour
    FROM marts.playbook_steps WHERE is_conduct
), uses AS (
    SELECT combine, is_conduct, unnest(behaviours) AS use FROM marts.playbook_steps
    WHERE playbook = $playbook AND step = $step
), asked AS (
    SELECT combine, split_part(use, ' (', 1) AS behaviour,
        CASE WHEN contains(use, ' (') THEN use[strpos(use, ' (') + 2 : -2] ELSE '' END
        AS parameters
    FROM uses WHERE is_conduct
        OR split_part(use, ' (', 1) NOT IN (SELECT behaviour FROM conduct)
), told AS (
    SELECT v.call_id, v.behaviour, v.verdict::VARCHAR AS verdict, v.reason, a.combine,
        CASE v.verdict::VARCHAR WHEN 'met' THEN 0 WHEN 'missed' THEN 1 ELSE 2 END AS badness
    FROM marts.verdicts AS v
    JOIN asked AS a ON a.behaviour = v.behaviour AND a.parameters = v.parameters
    JOIN chosen AS c ON c.call_id = v.call_id
    WHERE v.verdict::VARCHAR <> 'not_applicable'
), judged AS (
    SELECT call_id, CASE WHEN any_value(combine) = 'any' THEN min(badness)
        ELSE max(badness) END AS badness,
        string_agg(behaviour || ': ' || verdict || coalesce(' – ' || reason, ''), '; '
            ORDER BY behaviour) AS why
    FROM told GROUP BY call_id
)
SELECT c.call_id, c.day, c.started_at, c.zone, c.customer_id, c.is_heated,
    c.temperature_peak, ['met', 'missed', 'violated'][j.badness + 1] AS verdict, j.why
FROM judged AS j JOIN chosen AS c USING (call_id)
ORDER BY j.badness DESC, c.started_at DESC
LIMIT $at_most
"""
CALLS_SHOWN: Final = 1000
"""A list longer than this is cut; the page says so."""


def calls_of_step(
    published: Published, filters: Filters, agent_id: str, playbook: str, step: str
) -> pl.DataFrame:
    """The agent's calls with an opportunity for a step: verdict and why, worst first.

    In a step that mixes conduct with other behaviours the conduct does not count, as in
    the adherence of the step.
    """
    where, params = condition(filters, _CALL_DIMENSIONS, "f.")
    asked = {
        "agent": agent_id,
        "playbook": playbook,
        "step": step,
        "at_most": CALLS_SHOWN,
    }
    return published.rows(_STEP_VERDICTS.format(where=where), {**params, **asked})


def calls_of_agent(
    published: Published, filters: Filters, agent_id: str
) -> pl.DataFrame:
    """The agent's calls with their counts of verdicts, the newest first."""
    where, params = condition(filters, _CALL_DIMENSIONS)
    return published.rows(
        "SELECT call_id, day, started_at, zone, customer_id, is_heated, is_deescalated,"
        " temperature_peak, escalation_events, met, missed, violated FROM marts.call_facts"
        f" WHERE agent_id = $agent AND {where} ORDER BY started_at DESC LIMIT $at_most",
        {**params, "agent": agent_id, "at_most": CALLS_SHOWN},
    )
