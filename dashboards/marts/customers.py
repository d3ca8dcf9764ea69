"""What the Customers page asks of the published marts."""

from typing import Any, Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition
from transforms.contracts.customer_marts import REPEAT_WINDOWS

DEFINITIONS: Final = {"": "about anything", "_same_issue": "on the same issue"}
"""What counts as calling again, by the ending of the marts' columns."""
_DIMENSIONS: Final = ("team", "queue", "language")
_CALLS: Final = """
    SELECT call_id, day, started_at, zone, agent_id, agent_name, queue, language, direction,
        duration_seconds, is_heated, is_deescalated, is_complaint, is_abusive,
        temperature_start, temperature_peak, temperature_end, escalation_events, met, missed,
        violated
    FROM marts.call_facts
    WHERE call_id IN (SELECT unnest($calls::VARCHAR[])) ORDER BY started_at, call_id
"""


def complainers(published: Published, filters: Filters) -> pl.DataFrame:
    """Customers with several complaint contacts: chronic now, chronic once, others."""
    parts, params = ["true"], dict[str, Any]()
    for place, language in enumerate(filters.language):
        params[f"language_{place}"] = language
    if params:
        names = ", ".join(f"${name}" for name in params)
        parts.append(f"list_has_any(languages, [{names}])")
    if filters.since is not None:
        parts.append("last_contact_on >= $since")
        params["since"] = filters.since
    if filters.until is not None:
        parts.append("first_contact_on <= $until")
        params["until"] = filters.until
    return published.rows(
        "SELECT * EXCLUDE (call_ids) FROM marts.repeat_complainers"
        f" WHERE {' AND '.join(parts)}"
        " ORDER BY is_current DESC, is_chronic DESC, complaint_contacts DESC,"
        " probability, customer_id",
        params,
    )


def complainer(published: Published, customer: str) -> dict[str, Any] | None:
    """One customer of the list, by any of their ids; None where there is none."""
    found = published.rows(
        "SELECT * FROM marts.repeat_complainers WHERE customer_id = $customer"
        " OR list_contains(source_customer_ids, $customer)"
        " ORDER BY customer_id = $customer DESC LIMIT 1",
        {"customer": customer},
    )
    return found.row(0, named=True) if found.height else None


def calls(published: Published, call_ids: list[str]) -> pl.DataFrame:
    """The calls named, oldest first."""
    return published.rows(_CALLS, {"calls": call_ids})


def cases(published: Published, customer: str) -> pl.DataFrame:
    """A customer's cases, oldest first."""
    return published.rows(
        "SELECT * FROM marts.cases WHERE customer_id = $customer"
        " ORDER BY opened_at, case_id",
        {"customer": customer},
    )


def incidents(published: Published, customer: str) -> pl.DataFrame:
    """A customer's incidents, oldest first."""
    return published.rows(
        "SELECT * FROM marts.customer_incidents WHERE customer_id = $customer"
        " ORDER BY happened_at, incident_id",
        {"customer": customer},
    )


def promises(published: Published, call_ids: list[str]) -> pl.DataFrame:
    """The promises made in some calls: when they fell due, or were made, and their status."""
    return published.rows(
        "SELECT call_id, turn, kind::VARCHAR AS kind, status::VARCHAR AS status, why,"
        " coalesce(due_at, said_at) AS moment FROM marts.promises"
        " WHERE call_id IN (SELECT unnest($calls::VARCHAR[])) ORDER BY moment, call_id, turn",
        {"calls": call_ids},
    )


def patterns(published: Published, customer: str) -> pl.DataFrame:
    """The patterns weighed of a customer, those that hold first."""
    return published.rows(
        "SELECT * REPLACE (pattern::VARCHAR AS pattern) FROM marts.customer_patterns"
        " WHERE customer_id = $customer ORDER BY holds DESC, is_spared DESC,"
        " customer_patterns.pattern",
        {"customer": customer},
    )


def baseline(published: Published) -> dict[str, Any] | None:
    """With what customers are compared; None where nothing is published of it."""
    found = published.rows("SELECT * FROM marts.chronic_baseline")
    return found.row(0, named=True) if found.height else None


def repeats(published: Published, filters: Filters) -> pl.DataFrame:
    """One row for each window and definition: `days`, `definition`, `repeated`, `observed`.

    Also `contacts` that the definition can speak of, and `unnamed` calls that none can.
    """
    where, params = condition(filters, _DIMENSIONS)
    asked = " UNION ALL ".join(
        f"SELECT {days} AS days, '{said}' AS definition,"
        f" coalesce(sum(repeated_{days}d{which}), 0)::BIGINT AS repeated,"
        f" coalesce(sum(observed_{days}d{which}), 0)::BIGINT AS observed,"
        f" coalesce(sum({'issue_known' if which else 'contacts'}), 0)::BIGINT AS contacts,"
        " coalesce(sum(contacts), 0)::BIGINT AS all_contacts,"
        " coalesce(sum(unnamed), 0)::BIGINT AS unnamed FROM chosen"
        for which, said in DEFINITIONS.items()
        for days in REPEAT_WINDOWS
    )
    return published.rows(
        f"WITH chosen AS (SELECT * FROM marts.repeat_contacts WHERE {where})"
        f" SELECT * FROM ({asked}) ORDER BY days, definition",
        params,
    )


def gaps(published: Published, filters: Filters, which: str) -> pl.DataFrame:
    """One row for each day followed: `time`, `events`, `censored`.

    Args:
        published: the marts.
        filters: what is shown.
        which: a key of `DEFINITIONS`.
    """
    where, params = condition(filters, _DIMENSIONS)
    return published.rows(
        f"SELECT followed_days::INTEGER AS time, sum(repeated{which})::BIGINT AS events,"
        f" sum(censored{which})::BIGINT AS censored FROM marts.repeat_gaps WHERE {where}"
        " GROUP BY 1 ORDER BY 1",
        params,
    )


def resolution(published: Published, filters: Filters) -> dict[str, Any]:
    """Of the cases opened in the days shown: how many, and what came of them.

    A case has several agents and queues, so that no filter but the days applies.
    """
    parts, params = ["true"], dict[str, Any]()
    if filters.since is not None:
        parts.append("opened_at::DATE >= $since")
        params["since"] = filters.since
    if filters.until is not None:
        parts.append("opened_at::DATE <= $until")
        params["until"] = filters.until
    return published.rows(
        "SELECT count(*) AS cases, count(first_contact_resolved) AS told,"
        " count(*) FILTER (first_contact_resolved) AS at_first,"
        " count(is_resolved) AS known, count(*) FILTER (is_resolved) AS resolved,"
        " count(*) FILTER (is_reopened) AS reopened,"
        " coalesce(sum(contacts), 0)::BIGINT AS contacts,"
        " median(days_to_resolution) AS days_to_resolution"
        f" FROM marts.cases WHERE {' AND '.join(parts)}",
        params,
    ).row(0, named=True)
