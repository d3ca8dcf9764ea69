"""Whole nights on the sample exports: what goes in, what is published, what stays."""

import shutil
from pathlib import Path

import pytest

from flows.nightly import nightly
from flows.publish import current_file, current_version
from flows.report import RunReport
from flows.settings import Settings
from tests.flows.nights import SAMPLES
from tests.flows.runs import OF_THE_RUN, ask, copy_of, differing, published
from transforms.contracts import marts

pytestmark = pytest.mark.usefixtures("prefect_server")

PORTIONS = (
    ("incidents-north.jsonl", "calls-broken.jsonl", "calls-he.jsonl", "shifts.csv"),
    ("calls-nb.jsonl", "calls-cs.jsonl", "calls-en-more.jsonl", "roster.csv"),
    (
        "calls-en.csv",
        "calls-nl.jsonl",
        "calls-other.jsonl",
        "S-VC-01.vcon.json",
        "incidents-south.csv",
        "contact-records.csv",
    ),
)
"""The samples on three nights: corrections, incidents and a repetition before their calls,
contact records after theirs."""


def lay(settings: Settings, *names: str) -> None:
    """Lay sample files into the inbox."""
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(SAMPLES / name, settings.inbox / name)


def test_every_sample_call_is_stored_repeated_or_in_quarantine(
    sampled: Settings,
) -> None:
    run = ask(sampled, "SELECT * FROM marts.run_history").row(0, named=True)
    # 76 calls in sound lines, of which one is a correction and one a repetition, and 6
    # lines that cannot be read.
    stored = ask(sampled, "SELECT count(*) AS calls FROM marts.call_facts").item()
    assert run["calls_in"] == (
        run["calls_new"] + run["calls_repeated"] + run["calls_rejected"]
    )
    assert (run["calls_repeated"], run["calls_rejected"]) == (1, 6)
    corrections = 1
    assert stored == run["calls_total"] == run["calls_new"] - corrections
    assert (run["records_in"], run["records_rejected"]) == (17 + 20 + 9 + 243 + 2, 1)
    assert run["files_in"] == len(list(SAMPLES.iterdir()))


# All sample calls are labelled rightly: `test_roles.py` mends some.
@pytest.mark.parametrize(
    "mart",
    [mart for mart in marts.MARTS if mart is not marts.MENDED_SPEAKERS],
    ids=lambda mart: mart.bare_name,
)
def test_every_mart_is_filled(sampled: Settings, mart: marts.Table) -> None:
    rows = ask(sampled, f"SELECT * FROM {mart.name}")
    assert rows.height > 0
    assert rows.columns == list(mart.columns)


def test_calls_that_cannot_be_assessed_say_why_and_count_as_calls_only(
    sampled: Settings,
) -> None:
    unassessable = ask(
        sampled,
        "SELECT call_id, unassessable, is_heated, met + missed + violated AS verdicts"
        " FROM marts.call_facts WHERE unassessable IS NOT NULL ORDER BY call_id",
    )
    assert unassessable.rows() == [
        ("S-PL-01", "no lexicon for the language 'pl'", None, 0),
        ("S-XX-01", "speakers are not labelled as agent and customer", None, 0),
        ("S-XX-02", "no turns: nobody speaks", None, 0),
    ]
    counted = ask(
        sampled,
        "SELECT sum(calls) AS calls, sum(assessable) AS assessable,"
        " sum(heated) AS heated FROM marts.escalation_rates",
    ).row(0, named=True)
    facts = ask(
        sampled,
        "SELECT count(*) AS calls, count(is_heated) AS assessable,"
        " count(*) FILTER (is_heated) AS heated FROM marts.call_facts",
    ).row(0, named=True)
    assert counted == facts
    assert facts["calls"] - facts["assessable"] == 3


def test_every_verdict_is_counted_in_the_adherence_of_its_steps(
    sampled: Settings,
) -> None:
    # A step of one behaviour has that behaviour's verdicts, no more and no less.
    summed = ask(
        sampled,
        "SELECT sum(met) AS met, sum(missed) AS missed, sum(violated) AS violated"
        " FROM marts.agent_adherence WHERE playbook = 'ten-steps' AND step = '3'",
    ).row(0)
    judged = ask(
        sampled,
        "SELECT count(*) FILTER (verdict = 'met'), count(*) FILTER (verdict = 'missed'),"
        " count(*) FILTER (verdict = 'violated')"
        " FROM marts.verdicts WHERE behaviour = 'empathy'",
    ).row(0)
    assert summed == judged
    assert summed[0] > 0
    assert summed[1] > 0


def test_a_second_run_changes_nothing(sampled: Settings, tmp_path: Path) -> None:
    settings = copy_of(sampled, tmp_path / "home")
    path = current_file(settings.published)
    before = path.read_bytes()
    report = nightly(home=settings.home)
    assert not report.is_changed
    assert report.version == current_version(sampled.published)
    assert report.files_in == report.days_scored == 0
    assert path.read_bytes() == before
    assert sorted(file.name for file in settings.published.iterdir()) == sorted(
        file.name for file in sampled.published.iterdir()
    )


def test_three_nights_publish_what_one_night_publishes(
    sampled: Settings, settings: Settings
) -> None:
    assert {name for portion in PORTIONS for name in portion} == {
        path.name for path in SAMPLES.iterdir()
    }
    taken: list[RunReport] = []
    for portion in PORTIONS:
        lay(settings, *portion)
        taken.append(nightly(home=settings.home))
    assert [report.is_changed for report in taken] == [True, True, True]
    assert differing(published(sampled), published(settings)) == []
    whole = ask(sampled, "SELECT * FROM marts.run_history").row(0, named=True)
    for count in ("calls_in", "calls_repeated", "calls_rejected", "records_in"):
        assert sum(getattr(report, count) for report in taken) == whole[count]


def test_marts_left_out_of_comparisons_tell_of_runs_only() -> None:
    assert (marts.RUN_HISTORY.name, marts.DATA_QUALITY.name) == OF_THE_RUN
