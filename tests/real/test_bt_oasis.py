"""Several hundred real telephone calls, through the whole nightly run."""

from pathlib import Path

import pytest

from flows.nightly import nightly
from flows.report import RunReport
from flows.settings import Settings
from tests.flows.runs import ask
from tests.real.bt_oasis import calls, convert


@pytest.fixture(scope="module")
def corpus(corpora_dir: Path) -> Path:
    """The corpus's one file; the tests are skipped where it is absent."""
    path = corpora_dir / "bt_oasis" / "data.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return path


@pytest.fixture(scope="module")
def ran(
    corpus: Path, prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, RunReport]:
    """A home on which one night ran over the corpus, and what the run said."""
    settings = Settings(home=tmp_path_factory.mktemp("oasis"))
    convert(corpus, settings.inbox / "oasis.jsonl")
    return settings, nightly(home=settings.home)


def test_a_turn_is_its_speakers_segments_joined(corpus: Path) -> None:
    first = next(calls(corpus))
    assert [turn["speaker"] for turn in first["turns"][:3]] == [
        "agent",
        "customer",
        "agent",
    ]
    assert first["turns"][1]["text"].startswith(
        "um yes um i'm in a bit of a with my bill"
    )


def test_every_real_call_is_stored_and_none_is_quarantined(
    corpus: Path, ran: tuple[Settings, RunReport]
) -> None:
    _, report = ran
    held = sum(1 for _ in calls(corpus))
    assert held > 300
    assert (report.calls_in, report.calls_new) == (held, held)
    assert report.calls_rejected == report.records_rejected == 0
    assert report.is_complete


def test_every_real_call_is_assessed_or_says_why_not(
    ran: tuple[Settings, RunReport],
) -> None:
    settings, report = ran
    facts = ask(
        settings, "SELECT call_id, language, unassessable FROM marts.call_facts"
    )
    assert facts.height == report.calls_new
    assessed = facts.filter(facts["unassessable"].is_null())
    assert assessed.height >= 0.99 * facts.height
    assert set(assessed["language"]) == {"en"}
    assert (facts["unassessable"].drop_nulls().str.len_chars() > 0).all()


def test_real_routine_calls_are_mostly_calm(ran: tuple[Settings, RunReport]) -> None:
    settings, _ = ran
    heated = ask(
        settings, "SELECT avg(is_heated::INTEGER) AS share FROM marts.call_facts"
    )
    assert heated.item() < 0.1


def test_what_was_heard_in_real_calls_stands_in_their_text(
    ran: tuple[Settings, RunReport],
) -> None:
    settings, _ = ran
    odd = ask(
        settings,
        'SELECT s.call_no, s.turn, s.label, s.start, s."end" FROM marts.spans AS s'
        " JOIN marts.call_facts AS f USING (call_no)"
        " LEFT JOIN marts.call_transcripts AS t ON t.call_id = f.call_id AND t.turn = s.turn"
        ' WHERE t.text IS NULL OR s."end" > length(t.text) OR s.start >= s."end"',
    )
    assert odd.is_empty(), odd.rows()[:3]
    assert ask(settings, "SELECT count(*) AS n FROM marts.spans").item() > 1000
