"""What the staging tables must hold."""

from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts import raw, staging
from transforms.knowledge.promises import TOLD


def suites() -> tuple[Suite, ...]:
    """One suite for each staging table."""
    return (
        calls(),
        utterances(),
        incidents(),
        agents(),
        shifts(),
        days_due(),
        pending(),
        fixed_roles(),
        promise_words(),
        customers(),
        identity_pairs(),
        Suite(staging.IDENTITY_MODEL),
        Suite(staging.IDENTITY_LINKS),
    )


def calls() -> Suite:
    """One row a call, its last version, on a plausible day; enough calls a day."""
    return Suite(
        staging.CALLS,
        (
            refers("call_no", raw.CALLS, "call_no"),
            between("turns", 0, 65_000),
            one_of("direction", ("inbound", "outbound")),
            never(
                "the local day is that of the start, give or take the zone",
                "SELECT call_id, day, started_at FROM {batch}"
                " WHERE abs(date_diff('day', day, started_at::DATE)) > 1",
            ),
            never(
                "volume: a weekday has at least a quarter of its median calls",
                "SELECT day, calls FROM (SELECT day, count(*) AS calls,"
                " median(count(*)) OVER (PARTITION BY dayofweek(day)) AS usual"
                " FROM {batch} GROUP BY day) WHERE calls < 0.25 * usual",
                warn=True,
            ),
        ),
    )


def utterances() -> Suite:
    """Turns belong to calls, run forward, and carry a temperature of 0-100."""
    return Suite(
        staging.UTTERANCES,
        (
            refers("call_no", raw.CALLS, "call_no"),
            one_of("speaker", staging.SPEAKERS),
            between("temperature", 0, 100),
            between("start_seconds", 0, None),
            never(
                "no turn ends before it starts",
                "SELECT call_no, turn FROM {batch} WHERE end_seconds < start_seconds",
            ),
        ),
    )


def incidents() -> Suite:
    """One row an incident; it is not written down before it happened, but for clocks."""
    return Suite(
        staging.INCIDENTS,
        (
            never(
                "recorded no earlier than an hour before it occurred",
                "SELECT incident_id FROM {batch}"
                " WHERE recorded_at < occurred_at - INTERVAL 1 HOUR",
                warn=True,
            ),
        ),
    )


def agents() -> Suite:
    """Roster periods of one agent do not overlap."""
    return Suite(
        staging.AGENTS,
        (
            never(
                "no two periods of an agent overlap",
                "SELECT agent_id, valid_from FROM (SELECT *, lead(valid_from) OVER"
                " (PARTITION BY agent_id ORDER BY valid_from) AS following FROM {batch})"
                " WHERE coalesce(valid_to, DATE '9999-12-31') >= following",
                warn=True,
            ),
        ),
    )


def shifts() -> Suite:
    """A shift lasts some minutes at least and a day at most."""
    return Suite(
        staging.SHIFTS,
        (
            never(
                "no shift is longer than a day",
                "SELECT agent_id, shift_start FROM {batch}"
                " WHERE shift_end > shift_start + INTERVAL 24 HOUR",
                warn=True,
            ),
        ),
    )


def days_due() -> Suite:
    """A day that is due says why."""
    return Suite(staging.DAYS_DUE)


def fixed_roles() -> Suite:
    """Roles are exchanged in calls that are there, or were before a newer version came."""
    return Suite(staging.FIXED_ROLES, (refers("call_no", raw.CALLS, "call_no"),))


def promise_words() -> Suite:
    """What is said of a promise is one of the things that can be, in a call that is there."""
    return Suite(
        staging.PROMISE_WORDS,
        (
            one_of("says", TOLD),
            refers("call_id", staging.CALLS, "call_id"),
        ),
    )


def pending() -> Suite:
    """What has news is named by its kind."""
    return Suite(staging.PENDING, (one_of("kind", staging.PENDING_KINDS),))


def customers() -> Suite:
    """Whoever the source names is a person, and one person only."""
    return Suite(
        staging.CUSTOMERS,
        (
            never(
                "whoever the source names is a person",
                "SELECT record_no FROM {batch} WHERE is_named AND customer_id IS NULL",
            ),
            never(
                "one id is one person",
                "SELECT source_customer_id FROM {batch} GROUP BY source_customer_id"
                " HAVING count(DISTINCT customer_id) > 1",
            ),
        ),
    )


def identity_pairs() -> Suite:
    """Pairs are of records that are there, each once, with a probability."""
    return Suite(
        staging.IDENTITY_PAIRS,
        (
            refers("record_no", staging.CUSTOMERS, "record_no"),
            refers("other_no", staging.CUSTOMERS, "record_no"),
            between("probability", 0, 1),
            never(
                "the first record of a pair is the smaller",
                "SELECT record_no, other_no FROM {batch} WHERE record_no >= other_no",
            ),
        ),
    )
