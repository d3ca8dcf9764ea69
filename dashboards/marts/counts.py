"""What the pages ask of the published marts, each question a function named for its answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.conduct import with_counted_breaches
from dashboards.marts.door import Published, condition
from dashboards.marts.marks import counting
from transforms.contracts.customer_marts import REPEAT_WINDOWS
from transforms.contracts.marts import EVENT_TYPES

_CALL_DIMENSIONS: Final = ("team", "queue", "language")
_COUNTS: Final = (
    "calls",
    "assessable",
    "heated",
    "deescalated",
    "escalated",
    "heated_escalated",
    "breach_checks",
    "breaches",
    "breached",
    "complaints",
)
_SUMS: Final = ", ".join(
    f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _COUNTS
)
_STEP_SUMS: Final = """sum(met)::BIGINT AS met, sum(missed)::BIGINT AS missed,
    sum(violated)::BIGINT AS violated, sum(met + missed + violated)::BIGINT AS judged,
    sum(not_observable)::BIGINT AS not_observable"""


@dataclass(frozen=True)
class Freshness:
    """How new the data is, all moments in UTC."""

    version: str
    as_of: datetime | None
    last_call: datetime | None
    last_zone: str | None


@dataclass(frozen=True)
class Choices:
    """What can be filtered by: the values that the marts hold."""

    first_day: date | None
    last_day: date | None
    known: dict[str, tuple[str, ...]]
    titles: dict[str, str]


def freshness(published: Published) -> Freshness:
    """How new the published version is."""
    runs = published.rows("SELECT max(as_of) AS as_of FROM marts.run_history")
    calls = published.rows(
        "SELECT max(started_at) AS last_call, arg_max(zone, started_at) AS zone"
        " FROM marts.call_facts"
    )
    last = calls.row(0, named=True)
    return Freshness(published.version, runs.item(), last["last_call"], last["zone"])


def choices(published: Published) -> Choices:
    """The days, teams, queues, languages and playbooks that the marts hold."""
    days = published.rows(
        "SELECT min(day) AS first_day, max(day) AS last_day FROM marts.escalation_rates"
    ).row(0, named=True)
    known = {
        name: tuple(
            published.rows(
                f"SELECT DISTINCT {name} AS value FROM marts.escalation_rates ORDER BY 1"
            )["value"]
        )
        for name in _CALL_DIMENSIONS
    }
    playbooks = published.rows(
        "SELECT DISTINCT playbook, playbook_title FROM marts.playbook_steps ORDER BY 1"
    )
    titles = dict(playbooks.iter_rows())
    return Choices(**days, known={**known, "playbook": tuple(titles)}, titles=titles)


def call_counts(published: Published, filters: Filters) -> pl.DataFrame:
    """One row: the calls by outcome, and the calls with each escalation event.

    Breaches of unproven conduct count only where the filters include them.
    """
    events = ", ".join(f"coalesce(sum({e}), 0)::BIGINT AS {e}" for e in EVENT_TYPES)
    where, params = condition(filters, _CALL_DIMENSIONS)
    rows = published.rows(
        f"SELECT {_SUMS}, {events} FROM marts.escalation_rates WHERE {where}", params
    )
    return with_counted_breaches(rows, published, filters, "all")


def call_counts_by_week(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each week (its Monday) with calls; breaches as in `call_counts`."""
    where, params = condition(filters, _CALL_DIMENSIONS)
    rows = published.rows(
        f"SELECT date_trunc('week', day)::DATE AS week, {_SUMS}"
        f" FROM marts.escalation_rates WHERE {where} GROUP BY 1 ORDER BY 1",
        params,
    )
    return with_counted_breaches(rows, published, filters, "week")


def unassessable_reasons(published: Published, filters: Filters) -> pl.DataFrame:
    """`reason` and `calls`: why calls could not be assessed, the most frequent first."""
    where, params = condition(filters, _CALL_DIMENSIONS)
    return published.rows(
        # How sure the roles are differs from call to call, and is no reason of its own.
        "SELECT regexp_replace(unassessable, ' \\(\\d+ of 100\\)', '') AS reason,"
        " count(*) AS calls FROM marts.call_facts"
        f" WHERE unassessable IS NOT NULL AND {where} GROUP BY 1 ORDER BY 2 DESC, 1",
        params,
    )


def repeat_contacts(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each window: `days`, `repeated`, `observed`, `contacts`."""
    where, params = condition(filters, _CALL_DIMENSIONS)
    asked = " UNION ALL ".join(
        f"SELECT {days} AS days, coalesce(sum(repeated_{days}d), 0)::BIGINT AS repeated,"
        f" coalesce(sum(observed_{days}d), 0)::BIGINT AS observed,"
        " coalesce(sum(contacts), 0)::BIGINT AS contacts FROM chosen"
        for days in REPEAT_WINDOWS
    )
    return published.rows(
        f"WITH chosen AS (SELECT * FROM marts.repeat_contacts WHERE {where})"
        f" {asked} ORDER BY days",
        params,
    )


def playbook_steps(published: Published, filters: Filters) -> pl.DataFrame:
    """The steps of the chosen playbooks, in the playbooks' order."""
    where, params = condition(Filters(playbook=filters.playbook), ("playbook",))
    return published.rows(
        f"SELECT * FROM marts.playbook_steps WHERE {where} ORDER BY playbook, position",
        params,
    )


def step_counts(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each observable step of the chosen playbooks, with its verdicts summed.

    A step that no call gave an opportunity for has zeros, as has, unless the filters
    include it, a step in the languages in which it is unproven.
    """
    where, params = counting(filters)
    steps, named = condition(Filters(playbook=filters.playbook), ("playbook",), "s.")
    return published.rows(
        f"WITH counted AS (SELECT playbook, step, {_STEP_SUMS}"
        f" FROM marts.agent_adherence WHERE {where} GROUP BY ALL)"
        " SELECT s.playbook, s.playbook_title, s.step, s.title, s.position, s.weight,"
        " s.is_conduct, coalesce(met, 0) AS met, coalesce(missed, 0) AS missed,"
        " coalesce(violated, 0) AS violated, coalesce(judged, 0) AS judged,"
        " coalesce(not_observable, 0) AS not_observable"
        " FROM marts.playbook_steps AS s LEFT JOIN counted AS c USING (playbook, step)"
        f" WHERE s.is_observable AND {steps} ORDER BY s.playbook, s.position",
        {**params, **named},
    )


def step_counts_by_week(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each week, playbook and step of the adherence total, with its weight.

    Unproven steps count only where the filters include them.
    """
    where, params = counting(filters)
    return published.rows(
        f"WITH counted AS (SELECT date_trunc('week', day)::DATE AS week, playbook, step,"
        f" {_STEP_SUMS} FROM marts.agent_adherence WHERE {where} GROUP BY ALL)"
        " SELECT c.*, s.playbook_title, s.weight FROM counted AS c"
        " JOIN marts.playbook_steps AS s USING (playbook, step)"
        " WHERE NOT s.is_conduct ORDER BY week, playbook, step",
        params,
    )
