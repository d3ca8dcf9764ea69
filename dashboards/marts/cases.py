"""What the Call and Data quality pages ask of the published marts."""

from typing import Any, Final

import polars as pl

from dashboards.marts.door import Published

_FOUND: Final = 20
"""Calls offered where a search names none exactly."""


def call_fact(published: Published, call_id: str) -> dict[str, Any] | None:
    """The facts of one call; None where there is no such call."""
    found = published.rows(
        "SELECT * FROM marts.call_facts WHERE call_id = $call", {"call": call_id}
    )
    return found.row(0, named=True) if found.height else None


def calls_like(published: Published, text: str) -> pl.DataFrame:
    """A few calls whose id holds the text, the hottest of the newest first."""
    return published.rows(
        "SELECT call_id, day, started_at, zone, agent_id, agent_name, queue, language,"
        " is_heated, temperature_peak, missed, violated FROM marts.call_facts"
        " WHERE contains(lower(call_id), lower($text))"
        " ORDER BY is_heated DESC NULLS LAST, started_at DESC LIMIT $found",
        {"text": text, "found": _FOUND},
    )


def transcript(published: Published, fact: dict[str, Any]) -> pl.DataFrame:
    """The turns of one call, in order, with temperature and evidence."""
    return published.rows(
        "SELECT turn, speaker::VARCHAR AS speaker, start_seconds, end_seconds, text,"
        " language, temperature, evidence FROM marts.call_transcripts"
        " WHERE call_id = $call AND day = $day ORDER BY turn",
        {"call": fact["call_id"], "day": fact["day"]},
    )


def call_verdicts(published: Published, fact: dict[str, Any]) -> pl.DataFrame:
    """One row for each step and behaviour of every playbook, with the verdict kept of it.

    `verdict` is null where the behaviour had no opportunity, or could not be observed;
    `behaviour` is null in a step that no transcript can show.
    """
    return published.rows(
        "WITH asked AS (SELECT playbook, playbook_title, direction, position, step, title,"
        " title_native, is_conduct, is_observable, combine, reason AS unobservable,"
        " unnest(CASE WHEN len(behaviours) > 0 THEN behaviours ELSE [NULL] END)"
        " AS behaviour FROM marts.playbook_steps),"
        " kept AS (SELECT behaviour || CASE WHEN parameters = '' THEN ''"
        " ELSE ' (' || parameters || ')' END AS behaviour, verdict::VARCHAR AS verdict,"
        ' machine_verdict::VARCHAR AS machine_verdict, reason, turn, start, "end", cue'
        " FROM marts.verdicts"
        " WHERE call_id = $call AND day = $day)"
        ' SELECT a.*, k.verdict, k.machine_verdict, k.reason, k.turn, k.start, k."end", k.cue'
        " FROM asked AS a LEFT JOIN kept AS k USING (behaviour)"
        " ORDER BY a.playbook, a.position",
        {"call": fact["call_id"], "day": fact["day"]},
    )


def call_events(published: Published, fact: dict[str, Any]) -> pl.DataFrame:
    """The escalation events of one call, in the order of the talk."""
    return published.rows(
        "SELECT event_type::VARCHAR AS event_type, turn FROM marts.escalation_events"
        " WHERE call_id = $call AND day = $day ORDER BY turn, event_type",
        {"call": fact["call_id"], "day": fact["day"]},
    )


def findings(published: Published) -> pl.DataFrame:
    """What each expectation came to, errored and failed ones first."""
    return published.rows(
        "SELECT * FROM marts.data_quality ORDER BY"
        " CASE outcome WHEN 'errored' THEN 0 WHEN 'failed' THEN 1 ELSE 2 END,"
        " CASE severity WHEN 'block' THEN 0 ELSE 1 END, table_name, expectation, subject"
    )


def roles(published: Published) -> pl.DataFrame:
    """`roles` and `calls`: how many calls have which roles, in the order of the contract."""
    return published.rows(
        "SELECT roles::VARCHAR AS roles, count(*) AS calls FROM marts.call_facts"
        " GROUP BY 1 ORDER BY 1"
    )


def runs(published: Published) -> pl.DataFrame:
    """The runs, the last one first."""
    return published.rows(
        "SELECT * FROM marts.run_history ORDER BY as_of DESC, run_id DESC"
    )
