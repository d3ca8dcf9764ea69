"""What the Escalations page asks of the published marts."""

from typing import Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition

_CALL_DIMENSIONS: Final = ("team", "queue", "language")
LONGEST_LIST: Final = 1000
"""A list longer than this is cut; the page says so."""

_CHOSEN: Final = "chosen AS (SELECT * FROM marts.call_facts AS f WHERE {where})"
_EVENTS: Final = """
WITH {chosen}, told AS (
    SELECT e.event_type::VARCHAR AS event, e.call_id, e.started_by::VARCHAR AS who,
        e.temperature, e.is_own_record, c.is_heated
    FROM marts.escalation_events AS e JOIN chosen AS c USING (call_id)
)
SELECT event, count(DISTINCT call_id) AS calls,
    count(DISTINCT call_id) FILTER (is_heated) AS heated_calls, count(*) AS events,
    count(*) FILTER (who = 'customer') AS by_customer,
    count(*) FILTER (who = 'agent') AS by_agent,
    count(*) FILTER (who = 'source') AS by_source,
    count(*) FILTER (is_own_record) AS own_records,
    median(temperature) AS temperature,
    (SELECT count(*) FROM chosen WHERE is_heated IS NOT NULL) AS assessable,
    (SELECT count(*) FROM chosen WHERE is_heated) AS heated
FROM told GROUP BY event ORDER BY calls DESC, event
"""
_BEFORE: Final = """
WITH {chosen}, told AS (
    SELECT e.* FROM marts.escalation_events AS e JOIN chosen USING (call_id)
    WHERE e.turn >= 0
), sizes AS (SELECT event_type, count(*) AS events FROM told GROUP BY 1),
said AS (
    SELECT event_type, unnest(CASE WHEN len(before) = 0 THEN ['(nothing heard)']
        ELSE before END) AS label FROM told
)
SELECT s.event_type::VARCHAR AS event, s.label, count(*) AS times, z.events
FROM said AS s JOIN sizes AS z USING (event_type)
GROUP BY 1, 2, 4 ORDER BY z.events DESC, event, times DESC, s.label
"""
_OUTCOMES: Final = """
SELECT outcome::VARCHAR AS outcome, count(*) AS calls,
    count(*) FILTER (was_refused) AS refused_first,
    count(*) FILTER (is_solved) AS solved,
    (SELECT count(*) FROM marts.supervisor_requests WHERE {where}) AS requests
FROM marts.supervisor_requests WHERE {where} GROUP BY 1 ORDER BY calls DESC
"""
_WAITS: Final = """
WITH timed AS (
    SELECT seconds_to_transfer AS seconds FROM marts.supervisor_requests
    WHERE outcome = 'honoured' AND {where}
)
SELECT count(*) AS honoured, count(seconds) AS timed,
    quantile_cont(seconds, 0.25) AS low, median(seconds) AS middle,
    quantile_cont(seconds, 0.75) AS high, max(seconds) AS longest FROM timed
"""
_WAIT_BINS: Final = """
SELECT least(floor(seconds_to_transfer / 30), 10)::INTEGER AS bin, count(*) AS calls
FROM marts.supervisor_requests WHERE seconds_to_transfer IS NOT NULL AND {where}
GROUP BY 1 ORDER BY 1
"""
_BY_AGENT: Final = """
SELECT agent_id, string_agg(DISTINCT team, ', ' ORDER BY team) AS teams, language,
    count(*) AS requests,
    count(*) FILTER (outcome = 'honoured') AS honoured,
    count(*) FILTER (outcome = 'callback') AS callback,
    count(*) FILTER (outcome = 'refused') AS refused,
    count(*) FILTER (outcome = 'ignored') AS ignored,
    count(*) FILTER (is_solved) AS solved,
    median(seconds_to_transfer) AS seconds
FROM marts.supervisor_requests WHERE {where}
GROUP BY agent_id, language ORDER BY requests DESC, agent_id
"""
_UNHEARD: Final = """
SELECT r.call_id, r.day, r.agent_id, r.language, r.turn, r.outcome::VARCHAR AS outcome,
    r.is_solved, f.customer_id, f.temperature_peak
FROM marts.supervisor_requests AS r JOIN marts.call_facts AS f USING (call_id)
WHERE r.outcome IN ('refused', 'ignored') AND {where}
ORDER BY r.day DESC, r.call_id LIMIT $at_most
"""
_COMPLAINTS: Final = """
WITH {chosen}
SELECT c.call_id, c.day, c.agent_id, c.customer_id, e.incident_id,
    e.linked_by::VARCHAR AS linked_by, e.is_own_record, c.temperature_peak, c.is_deescalated
FROM marts.escalation_events AS e JOIN chosen AS c USING (call_id)
WHERE e.event_type = 'formal_complaint' ORDER BY c.day DESC, c.call_id LIMIT $at_most
"""
_DISAGREEMENTS: Final = """
SELECT call_id, day, agent_id, kind::VARCHAR AS kind, one_says, other_says
FROM marts.source_disagreements WHERE {where}
ORDER BY day DESC, call_id, kind LIMIT $at_most
"""
_KINDS: Final = """
SELECT kind::VARCHAR AS kind, count(*) AS calls FROM marts.source_disagreements
WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1
"""


def _rows(
    published: Published, filters: Filters, query: str, alias: str = "", **asked: int
) -> pl.DataFrame:
    where, params = condition(filters, _CALL_DIMENSIONS, alias)
    chosen = _CHOSEN.format(where=condition(filters, _CALL_DIMENSIONS, "f.")[0])
    sql = query.replace("{chosen}", chosen).replace("{where}", where)
    return published.rows(sql, {**params, **asked})


def events(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each type of event: calls, events by who started them, denominators."""
    return _rows(published, filters, _EVENTS)


def before(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each type of event and label that the other side said just before it.

    `times` of `events` in the transcript; '(nothing heard)' where no label was.
    """
    return _rows(published, filters, _BEFORE)


def outcomes(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each outcome of supervisor requests: `calls` of `requests`."""
    return _rows(published, filters, _OUTCOMES)


def waits(published: Published, filters: Filters) -> pl.DataFrame:
    """One row: seconds from request to transfer, as quartiles, and how many are timed."""
    return _rows(published, filters, _WAITS)


def wait_bins(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each half minute from request to transfer, the last one open: calls."""
    return _rows(published, filters, _WAIT_BINS)


def requests_by_agent(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each agent and language with a supervisor request: calls by outcome."""
    return _rows(published, filters, _BY_AGENT)


def unheard_requests(published: Published, filters: Filters) -> pl.DataFrame:
    """Calls whose request for a supervisor was refused or ignored, the newest first."""
    return _rows(published, filters, _UNHEARD, "r.", at_most=LONGEST_LIST)


def formal_complaints(published: Published, filters: Filters) -> pl.DataFrame:
    """Calls with a formal complaint: its incident, and how that is linked."""
    return _rows(published, filters, _COMPLAINTS, at_most=LONGEST_LIST)


def disagreements(published: Published, filters: Filters) -> pl.DataFrame:
    """Calls on whose escalation two sources differ, with what each says."""
    return _rows(published, filters, _DISAGREEMENTS, at_most=LONGEST_LIST)


def disagreement_kinds(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each kind of disagreement: `calls`."""
    return _rows(published, filters, _KINDS)
