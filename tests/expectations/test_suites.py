"""Every table has its suite, and every expectation in it can fail."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pytest

from expectations import marts as mart_suites
from expectations import raw as raw_suites
from expectations import staging as staging_suites
from expectations.judge import Finding, JudgementError, check, judge
from expectations.suite import Suite, between, never
from flows.settings import Settings
from flows.warehouse import duckdb_type
from tests.flows.runs import ask
from transforms.contracts.marts import MARTS
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.contracts.table import Column, Table

AS_OF: Final = datetime(2026, 10, 25, tzinfo=UTC)
SOURCES: Final = (*raw_suites.suites(), *staging_suites.suites())
READ: Final = mart_suites.suites(AS_OF)

BAD_SOURCES: Final = """
INSERT INTO raw.files BY NAME SELECT 3 AS calls_in, 1 AS calls_new, 0 AS calls_repeated,
    0 AS calls_rejected, 0 AS records_in, 1 AS records_rejected;
INSERT INTO raw.calls BY NAME SELECT 'none' AS file_hash,
    TIMESTAMPTZ '2026-10-05' AS started_at, TIMESTAMPTZ '2026-10-04' AS ended_at;
INSERT INTO raw.incidents BY NAME SELECT 'none' AS file_hash;
INSERT INTO raw.roster BY NAME SELECT DATE '2026-10-05' AS valid_from,
    DATE '2026-10-04' AS valid_to;
INSERT INTO raw.shifts BY NAME SELECT TIMESTAMPTZ '2026-10-05' AS shift_start,
    TIMESTAMPTZ '2026-10-05' AS shift_end;
INSERT INTO raw.contact_records BY NAME SELECT 'none' AS file_hash;
INSERT INTO raw.rejects BY NAME SELECT -1 AS line, '' AS reason;
INSERT INTO staging.calls BY NAME SELECT 9 AS call_no, -1 AS turns,
    'sideways' AS direction, DATE '2026-10-05' AS day,
    TIMESTAMPTZ '2026-10-09' AS started_at;
INSERT INTO staging.calls BY NAME SELECT DATE '2026-10-12' AS day FROM range(20);
INSERT INTO staging.calls BY NAME SELECT DATE '2026-10-19' AS day FROM range(20);
INSERT INTO staging.utterances BY NAME SELECT 9 AS call_no, 'crowd' AS speaker,
    101 AS temperature, -1 AS start_seconds, -2 AS end_seconds;
INSERT INTO staging.incidents BY NAME SELECT TIMESTAMPTZ '2026-10-05' AS occurred_at,
    TIMESTAMPTZ '2026-10-04' AS recorded_at;
INSERT INTO staging.agents BY NAME SELECT 'A1' AS agent_id, DATE '2026-10-05' AS valid_from;
INSERT INTO staging.agents BY NAME SELECT 'A1' AS agent_id, DATE '2026-10-06' AS valid_from;
INSERT INTO staging.shifts BY NAME SELECT 'A1' AS agent_id,
    TIMESTAMPTZ '2026-10-05' AS shift_start, TIMESTAMPTZ '2026-10-07' AS shift_end;
INSERT INTO staging.pending BY NAME SELECT 'weather' AS kind;
INSERT INTO staging.fixed_roles BY NAME SELECT 9 AS call_no;
INSERT INTO staging.promise_words BY NAME SELECT 'none' AS call_id, 'hearsay' AS says;
INSERT INTO staging.customers BY NAME SELECT 'C1' AS source_customer_id,
    unnest(['C1', 'C2', NULL]) AS customer_id, true AS is_named;
INSERT INTO staging.identity_pairs BY NAME SELECT 9 AS record_no, 8 AS other_no,
    2 AS probability;
"""
BAD_MARTS: Final = """
INSERT INTO marts.call_facts BY NAME SELECT TIMESTAMPTZ '2026-10-05' AS started_at,
    101 AS temperature_start, -1 AS temperature_peak, 102 AS temperature_end,
    -1 AS duration_seconds, false AS is_heated, true AS is_deescalated,
    'no turns' AS unassessable, 'upside down' AS roles, 2 AS roles_confidence;
INSERT INTO marts.call_facts BY NAME SELECT 'seem exchanged' AS roles;
INSERT INTO marts.mended_speakers BY NAME SELECT 9 AS call_no, 'crowd' AS speaker;
INSERT INTO marts.verdicts BY NAME SELECT 'none' AS call_id, 'perhaps' AS verdict,
    5 AS start, 5 AS "end";
INSERT INTO marts.verdicts BY NAME SELECT 'none' AS call_id, 'missed' AS verdict;
INSERT INTO marts.verdicts BY NAME SELECT 'none' AS call_id,
    'not_applicable' AS verdict;
INSERT INTO marts.promises BY NAME SELECT 'none' AS call_id, -2 AS turn, '' AS why,
    'bribe' AS kind, 'half kept' AS status, 'a hunch' AS ground,
    'turn' AS due_read_from, 5 AS start, 5 AS "end";
INSERT INTO marts.promises BY NAME SELECT 'open' AS status, -1 AS turn,
    'agent' AS made_by;
INSERT INTO marts.promises BY NAME SELECT 'broken' AS status, 'nobody called' AS ground;
INSERT INTO marts.escalation_events BY NAME SELECT 'none' AS call_id,
    'fireworks' AS event_type, -2 AS turn, 'nobody' AS started_by, -1 AS at_seconds,
    101 AS temperature, 'I1' AS incident_id, 'hearsay' AS linked_by, true AS is_own_record;
INSERT INTO marts.supervisor_requests BY NAME SELECT 'none' AS call_id,
    'forgotten' AS outcome, 0 AS requests, -1 AS seconds_to_transfer,
    0 AS turns_to_transfer;
INSERT INTO marts.supervisor_requests BY NAME SELECT 'honoured' AS outcome,
    true AS is_solved;
INSERT INTO marts.source_disagreements BY NAME SELECT 'none' AS call_id,
    'quarrel' AS kind, '' AS one_says;
INSERT INTO marts.spans BY NAME SELECT 9 AS call_no, 5 AS start, 5 AS "end";
INSERT INTO marts.temperatures BY NAME SELECT 9 AS call_no, 101 AS temperature;
INSERT INTO marts.call_transcripts BY NAME SELECT 'crowd' AS speaker, 101 AS temperature;
INSERT INTO marts.agent_adherence BY NAME SELECT 'none' AS playbook, 0 AS met,
    0 AS missed, 0 AS violated, 0 AS not_observable;
INSERT INTO marts.escalation_rates BY NAME SELECT 1 AS calls, 2 AS assessable;
INSERT INTO marts.customer_identities BY NAME SELECT 'C8' AS source_customer_id,
    'C9' AS customer_id, '911' AS phone_ending, 0 AS calls;
INSERT INTO marts.customer_identities BY NAME SELECT unnest(['C1', 'C2', 'C3'])
    AS source_customer_id, unnest(['C1', 'C1', 'C3']) AS customer_id;
INSERT INTO marts.identity_links BY NAME SELECT 'C1' AS source_customer_id,
    'C3' AS other_customer_id, 'linked' AS state, 2 AS probability;
INSERT INTO marts.identity_links BY NAME SELECT 'C1' AS source_customer_id,
    'C2' AS other_customer_id, 'split' AS state, []::VARCHAR[] AS reasons;
INSERT INTO marts.identity_links BY NAME SELECT 'C4' AS source_customer_id,
    'C4' AS other_customer_id, 'twins' AS state;
INSERT INTO marts.call_issues BY NAME SELECT 'none' AS call_id;
INSERT INTO marts.repeat_contacts BY NAME SELECT 1 AS observed_1d, 2 AS repeated_1d,
    0 AS contacts, 1 AS issue_known, 'ana' AS agent_id, 'north' AS team, 'bills' AS queue,
    'en' AS language, DATE '2026-10-05' AS day;
INSERT INTO marts.repeat_gaps BY NAME SELECT 31 AS followed_days;
INSERT INTO marts.repeat_gaps BY NAME SELECT 0 AS followed_days, 1 AS repeated,
    0 AS repeated_same_issue, 0 AS censored, 'ana' AS agent_id, 'north' AS team,
    'bills' AS queue, 'en' AS language, DATE '2026-10-05' AS day;
INSERT INTO marts.cases BY NAME SELECT 'hearsay' AS told_by, 101 AS temperature_peak,
    -1 AS handle_seconds, 1 AS contacts, 2 AS complaint_contacts,
    TIMESTAMPTZ '2026-10-05' AS opened_at, TIMESTAMPTZ '2026-10-04' AS last_contact_at,
    true AS is_resolved;
INSERT INTO marts.cases BY NAME SELECT 2 AS contacts, true AS first_contact_resolved;
INSERT INTO marts.customer_incidents BY NAME SELECT 'none' AS customer_id;
INSERT INTO marts.repeat_complainers BY NAME SELECT 1 AS all_complaint_contacts,
    'C1' AS customer_id, true AS is_chronic, 2 AS probability, 2 AS our_share,
    0 AS exposure, -1 AS expected, -1 AS handle_seconds, 'upward' AS trend,
    0 AS complaint_contacts, 0 AS contacts, true AS is_vulnerable,
    ['abusive'] AS patterns, DATE '2026-10-05' AS window_from,
    DATE '2026-10-04' AS window_to;
INSERT INTO marts.chronic_customers BY NAME SELECT 'none' AS customer_id,
    2 AS probability, 2 AS our_share, 0 AS exposure, -1 AS expected,
    -1 AS handle_seconds, 'upward' AS trend, 0 AS complaint_contacts, 0 AS contacts,
    true AS is_vulnerable, ['abusive'] AS patterns, DATE '2026-10-05' AS window_from,
    DATE '2026-10-04' AS window_to;
INSERT INTO marts.customer_patterns BY NAME SELECT 'none' AS customer_id,
    'grumpy' AS pattern, true AS holds, true AS is_spared, []::VARCHAR[] AS evidence_for,
    []::VARCHAR[] AS advice;
INSERT INTO marts.customer_patterns BY NAME SELECT false AS holds,
    []::VARCHAR[] AS evidence_against;
INSERT INTO marts.chronic_baseline BY NAME SELECT -1 AS rate, -1 AS dispersion,
    2 AS most_probable, 3 AS least_complaints;
INSERT INTO marts.expected_escalations BY NAME SELECT 'none' AS agent_id, 1 AS calls,
    2 AS escalated, 3 AS expected, -1 AS variance;
INSERT INTO marts.case_mix BY NAME SELECT 'nobody' AS among, 'weather' AS factor,
    'guess' AS method, -1 AS odds_ratio, 1 AS calls, 2 AS escalated;
INSERT INTO marts.case_mix BY NAME SELECT 'model' AS method;
INSERT INTO marts.case_mix_reliability BY NAME SELECT 'nobody' AS among, 11 AS tenth,
    'guess' AS method, 1 AS calls, 2 AS escalated;
INSERT INTO marts.call_timing BY NAME SELECT 'none' AS call_id, -1 AS apology_seconds;
INSERT INTO marts.step_associations BY NAME SELECT 'luck' AS kind, 'joy' AS outcome,
    'perhaps' AS mark, 'shrug' AS state, 2 AS difference, 2 AS plain_difference,
    2 AS p_value, 2 AS q_value, -1 AS odds_ratio, -1 AS plain_odds_ratio, 1 AS done,
    2 AS done_good, 3 AS difference_low, 4 AS difference_high, '(all)' AS language;
INSERT INTO marts.step_associations BY NAME SELECT 'step' AS kind, 'none' AS playbook;
INSERT INTO marts.playbook_steps BY NAME SELECT -1 AS weight, false AS is_observable;
INSERT INTO marts.validity BY NAME SELECT 'poem' AS text, 'verse' AS unit,
    'perhaps' AS mark, 2 AS precision, 2 AS recall, 2 AS f1, 2 AS kappa, 2 AS ac1,
    1 AS rows, 2 AS positives, 3 AS false_alarms, 4 AS excused;
INSERT INTO marts.validity BY NAME SELECT 'own' AS text, 'proven' AS mark,
    true AS is_deciding FROM range(2);
INSERT INTO marts.step_validity BY NAME SELECT 'none' AS playbook, 'perhaps' AS mark,
    'nobody' AS decided_by, '' AS reason;
INSERT INTO marts.step_validity BY NAME SELECT 'provisional' AS mark,
    []::VARCHAR[] AS weakest, 'evaluation' AS decided_by;
INSERT INTO marts.data_quality BY NAME SELECT 'shrug' AS severity, 'maybe' AS outcome;
INSERT INTO marts.run_history BY NAME SELECT 3 AS calls_in, 1 AS calls_new,
    0 AS calls_repeated, 0 AS calls_rejected;
"""


def unguarded(table: Table) -> str:
    """A table of the contract, without the guards that types and NOT NULL give."""
    columns = ", ".join(
        f'"{name}" {_loose(column)}' for name, column in table.columns.items()
    )
    return f"CREATE TABLE {table.name} ({columns}, odd_one_out INTEGER)"


def _loose(column: Column) -> str:
    dtype = column.dtype
    if isinstance(dtype, pl.Enum):
        return "VARCHAR"
    base = dtype if isinstance(dtype, type) else type(dtype)
    return "BIGINT" if base.is_integer() else duckdb_type(dtype)


def spoilt(path: Path, tables: Sequence[Table], bad: str) -> Path:
    """A file in which each table has empty rows, rows twice, a column too many, bad rows."""
    with duckdb.connect(path) as connection:
        for schema in {table.schema_name for table in tables}:
            connection.execute(f"CREATE SCHEMA {schema}")
        for table in tables:
            connection.execute(unguarded(table))
        connection.execute(bad)
        for table in tables:
            key = ", ".join(f'1 AS "{name}"' for name in table.key)
            connection.execute(_TWICE.format(table=table.name, key=_keys(table) or key))
            connection.execute(
                f"INSERT INTO {table.name} BY NAME SELECT 1 AS odd_one_out"
            )
    return path


_TWICE: Final = "INSERT INTO {table} BY NAME SELECT {key} FROM range(2)"


def _keys(table: Table) -> str:
    """The same key for any row: a value of each column's type."""
    types = {name: _loose(table.columns[name]) for name in table.key}
    values = {"DATE": "DATE '2026-10-05'", "TIMESTAMPTZ": "TIMESTAMPTZ '2026-10-05'"}
    return ", ".join(
        f'{values.get(dtype, "1")}::{dtype} AS "{name}"'
        for name, dtype in types.items()
    )


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What the suites say of files in which everything is wrong."""
    folder = tmp_path_factory.mktemp("spoilt")
    sources = spoilt(folder / "spoilt-sources.duckdb", (*RAW, *STAGING), BAD_SOURCES)
    read = spoilt(folder / "spoilt-marts.duckdb", MARTS, BAD_MARTS)
    return [*judge(sources, SOURCES), *judge(read, READ)]


def test_every_table_of_the_contracts_has_one_suite() -> None:
    judged = [suite.table.name for suite in (*SOURCES, *READ)]
    assert sorted(judged) == sorted(table.name for table in (*RAW, *STAGING, *MARTS))


def test_every_expectation_can_fail(findings: list[Finding]) -> None:
    expected = sum(len(suite.expectations()) for suite in (*SOURCES, *READ))
    assert len(findings) == expected
    assert [str(finding) for finding in findings if finding.outcome != "failed"] == []


def test_what_fails_is_told_with_table_expectation_and_examples(
    findings: list[Finding],
) -> None:
    (found,) = [
        one for one in findings if one.expectation == "no call ends before it starts"
    ]
    assert found.table_name == "raw.calls"
    assert found.rows_unexpected == 1
    assert "call_id" in found.examples[0]
    assert [
        str(one) for one in findings if not one.examples and one.rows_unexpected
    ] == []


def test_freshness_and_volume_warn_and_everything_else_of_the_marts_blocks(
    findings: list[Finding],
) -> None:
    warned = {
        (one.table_name, one.expectation.partition(":")[0]) for one in findings
    } & {
        (one.table_name, one.expectation.partition(":")[0])
        for one in findings
        if one.severity == "warn"
    }
    assert warned == {
        ("marts.call_facts", "freshness"),
        ("staging.calls", "volume"),
        ("staging.incidents", "recorded no earlier than an hour before it occurred"),
        ("staging.agents", "no two periods of an agent overlap"),
        ("staging.shifts", "no shift is longer than a day"),
    }


def test_what_warns_lets_the_publishing_go_on_and_what_blocks_does_not(
    findings: list[Finding],
) -> None:
    check([finding for finding in findings if finding.severity == "warn"])
    for finding in findings:
        if finding.severity == "block":
            with pytest.raises(JudgementError) as refused:
                check([finding])
            assert finding.table_name in str(refused.value)
            assert finding.expectation in str(refused.value)


NUMBERS: Final = Table(
    "marts.numbers", "one row a number", ("n",), {"n": Column(pl.Int64, "n")}
)


def _numbers(path: Path, *rows: int) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.numbers (n BIGINT)")
        for row in rows:
            connection.execute("INSERT INTO marts.numbers VALUES (?)", [row])
    return path


def test_a_check_that_cannot_run_is_errored_not_failed_and_blocks_even_if_it_would_warn(
    tmp_path: Path,
) -> None:
    path = _numbers(tmp_path / "numbers.duckdb", 1)
    broken = never("asks the impossible", "SELECT absent FROM {batch}", warn=True)
    judged = judge(path, [Suite(NUMBERS, (between("n", 0, 9), broken))])
    (found,) = [one for one in judged if one.expectation == "asks the impossible"]
    sound = [one for one in judged if one is not found]
    assert len(sound) == 4
    assert [str(one) for one in sound if one.outcome != "passed"] == []
    assert (found.outcome, found.severity) == ("errored", "warn")
    assert found.message is not None
    assert "absent" in found.message
    with pytest.raises(JudgementError, match=r"asks the impossible.*errored.*absent"):
        check([found])


def test_only_the_days_asked_for_are_judged(tmp_path: Path) -> None:
    by_day = Table(
        "marts.by_day", "one row a day", ("day",), {"day": Column(pl.Date, "Day.")}
    )
    path = tmp_path / "days.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.by_day AS SELECT DATE '2026-10-05' AS day"
        )

    def outcomes(day: int) -> list[str]:
        suite = Suite(by_day, (never("no day at all", "SELECT day FROM {batch}"),))
        days = [datetime(2026, 10, day, tzinfo=UTC).date()]
        return sorted(one.outcome for one in judge(path, [suite], days=days))

    assert outcomes(6) == ["passed"] * 4
    assert outcomes(5) == ["failed", *["passed"] * 3]


def test_on_the_samples_every_expectation_is_judged_and_only_warnings_fail(
    sampled: Settings,
) -> None:
    quality = ask(
        sampled, "SELECT table_name, severity, outcome FROM marts.data_quality"
    )
    assert set(quality["table_name"]) == {
        suite.table.name for suite in (*SOURCES, *READ)
    }
    assert quality.filter(severity="block")["outcome"].unique().to_list() == ["passed"]
    assert "errored" not in set(quality["outcome"])
    warned = quality.filter(outcome="failed").height
    run = ask(sampled, "SELECT warnings FROM marts.run_history")
    assert run.item() == warned
