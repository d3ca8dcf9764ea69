"""What the raw tables must hold."""

from expectations.suite import Suite, between, never, refers
from transforms.contracts import raw


def suites() -> tuple[Suite, ...]:
    """One suite for each raw table."""
    return (
        files(),
        calls(),
        incidents(),
        roster(),
        shifts(),
        contact_records(),
        rejects(),
    )


def files() -> Suite:
    """Every call record of a file is new, a repetition or in quarantine."""
    return Suite(
        raw.FILES,
        (
            never(
                "calls in = new + repeated + rejected",
                "SELECT file_name, calls_in FROM {batch}"
                " WHERE calls_in <> calls_new + calls_repeated + calls_rejected",
            ),
            never(
                "no more records rejected than read",
                "SELECT file_name FROM {batch} WHERE records_rejected > records_in",
            ),
        ),
    )


def calls() -> Suite:
    """A stored version of a call comes from a known file, and ends after it starts."""
    return Suite(
        raw.CALLS,
        (
            refers("file_hash", raw.FILES, "file_hash"),
            never(
                "no call ends before it starts",
                "SELECT call_id FROM {batch} WHERE ended_at < started_at",
            ),
        ),
    )


def incidents() -> Suite:
    """An incident comes from a known file."""
    return Suite(raw.INCIDENTS, (refers("file_hash", raw.FILES, "file_hash"),))


def roster() -> Suite:
    """A roster period does not end before it begins."""
    return Suite(
        raw.ROSTER,
        (
            never(
                "no period ends before it begins",
                "SELECT agent_id FROM {batch} WHERE valid_to < valid_from",
            ),
        ),
    )


def shifts() -> Suite:
    """A shift ends after it starts."""
    return Suite(
        raw.SHIFTS,
        (
            never(
                "no shift ends before it starts",
                "SELECT agent_id FROM {batch} WHERE shift_end <= shift_start",
            ),
        ),
    )


def contact_records() -> Suite:
    """A contact record comes from a known file."""
    return Suite(raw.CONTACT_RECORDS, (refers("file_hash", raw.FILES, "file_hash"),))


def rejects() -> Suite:
    """What was refused says where it stood and why."""
    return Suite(
        raw.REJECTS,
        (
            between("line", 0, None),
            never(
                "every reject has its reason", "SELECT * FROM {batch} WHERE reason = ''"
            ),
        ),
    )
