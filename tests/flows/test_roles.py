"""Exchanged labels and unlabelled voices, night after night."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.records.store import RecordsError
from flows import archive
from flows.explain import Explanation, explain_call
from flows.nightly import nightly
from flows.render import run_summary
from flows.report import RunReport
from flows.roles import NoRolesError, say_roles
from flows.settings import Settings
from tests.flows.nights import call, put
from tests.flows.runs import ask, coolhead
from tests.talks import Turn, exchanged, unlabelled

FAULT: list[Turn] = [
    ("agent", "Good morning, this is Dana, how can I help?"),
    ("customer", "I'm ringing about my broadband, this is ridiculous, I'm furious."),
    ("agent", "I'm so sorry about that. Can I take your postcode? Bear with me."),
    ("customer", "They said somebody would come on Monday and nobody came."),
]
VOICES = {"0": "SPEAKER_07", "1": "SPEAKER_02"}


def turns(talk: list[Turn]) -> list[dict[str, str]]:
    return [{"speaker": VOICES.get(who, who), "text": text} for who, text in talk]


@dataclass(frozen=True)
class Night:
    """What stood after a run."""

    report: RunReport
    facts: dict[str, dict[str, Any]]
    spoken: dict[str, list[str]]
    explained: Explanation


def run(settings: Settings, *, fix_roles: bool = False) -> Night:
    report = nightly(home=settings.home, fix_roles=fix_roles)
    facts = ask(settings, "SELECT * FROM marts.call_facts").rows(named=True)
    spoken = ask(
        settings,
        "SELECT call_id, list(speaker ORDER BY turn) AS speakers"
        " FROM marts.call_transcripts GROUP BY call_id",
    )
    return Night(
        report,
        {fact["call_id"]: fact for fact in facts},
        dict(spoken.iter_rows()),
        explain_call(settings, "turned"),
    )


@pytest.fixture(scope="module")
def nights(
    prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, list[Night]]:
    """A night, one that fixes roles, a plain one, and one after a person's word."""
    settings = Settings(home=tmp_path_factory.mktemp("roles") / "home")
    settings.inbox.mkdir(parents=True)
    talks = {"right": FAULT, "turned": exchanged(FAULT), "voices": unlabelled(FAULT)}
    told = [call(name, turns=turns(talk)) for name, talk in talks.items()]
    put(settings, "a.jsonl", *told)
    seen = [run(settings), run(settings, fix_roles=True), run(settings)]
    say_roles(settings, "turned", is_exchanged=False, by="Ann", why="I know them both")
    return settings, [*seen, run(settings)]


LABELS = [speaker for speaker, _ in FAULT]
TURNED = [speaker for speaker, _ in exchanged(FAULT)]


def test_a_call_with_exchanged_labels_is_flagged_and_not_scored(
    nights: tuple[Settings, list[Night]],
) -> None:
    settings, (first, *_) = nights
    fact = first.facts["turned"]
    assert fact["roles"] == "seem exchanged"
    assert "labels of agent and customer seem exchanged" in fact["unassessable"]
    assert (fact["is_heated"], fact["met"]) == (None, 0)
    assert first.spoken["turned"] == TURNED
    assert first.report.roles_flagged == 1
    assert "1 calls are not scored" in run_summary(settings, first.report)


def test_roles_of_unlabelled_voices_are_inferred_and_scored(
    nights: tuple[Settings, list[Night]],
) -> None:
    _, (first, *_) = nights
    fact = first.facts["voices"]
    assert (fact["roles"], fact["unassessable"]) == ("inferred", None)
    assert fact["roles_confidence"] >= 0.95
    assert first.spoken["voices"] == LABELS
    same = ("is_heated", "temperature_peak", "met", "missed", "violated")
    assert [fact[name] for name in same] == [
        first.facts["right"][name] for name in same
    ]


def test_fixed_roles_are_scored_exchanged_and_remembered(
    nights: tuple[Settings, list[Night]],
) -> None:
    settings, (_, fixed, later, _) = nights
    for night in (fixed, later):
        fact = night.facts["turned"]
        assert (fact["roles"], fact["unassessable"]) == ("exchanged", None)
        assert fact["temperature_peak"] == fixed.facts["right"]["temperature_peak"]
        assert night.spoken["turned"] == LABELS
    assert (fixed.report.is_changed, later.report.is_changed) == (True, False)
    assert (fixed.report.roles_flagged, later.report.roles_flagged) == (0, 0)
    days = [fact["day"] for fact in fixed.facts.values()]
    kept = archive.read_days(settings.archive, days).collect()
    number = fixed.facts["turned"]["call_no"]
    exported = kept.filter(pl.col("call_no") == number)["speaker"].to_list()
    assert exported == TURNED


def test_an_explained_call_shows_its_mended_roles(
    nights: tuple[Settings, list[Night]],
) -> None:
    _, (first, fixed, later, _) = nights
    assert first.explained.turns["speaker"].to_list() == TURNED
    for night in (fixed, later):
        assert night.explained.turns["speaker"].to_list() == LABELS
        assert night.explained.as_json()["roles"] == "exchanged"


def test_a_persons_word_goes_before_the_guess_and_opens_the_day_again(
    nights: tuple[Settings, list[Night]],
) -> None:
    _, (*_, last) = nights
    assert last.report.days_scored == 1
    assert last.facts["turned"]["roles"] == "as labelled"
    assert last.facts["turned"]["unassessable"] is None
    assert last.spoken["turned"] == TURNED
    assert last.explained.turns["speaker"].to_list() == TURNED


def test_the_command_records_a_word_with_who_and_why(
    nights: tuple[Settings, list[Night]], tmp_path: Path
) -> None:
    settings, _ = nights
    said = ("roles", "right", "swapped", "--by", "Ann", "--why", "I heard it")
    told = settings.model_copy(update={"records": None})
    answer = coolhead(told, *said)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "right is swapped" in answer.stdout
    unknown = coolhead(told, "roles", "nobody", *said[2:])
    assert unknown.returncode == 1
    assert "no call 'nobody'" in unknown.stderr


def test_a_word_needs_a_call_with_two_sides_and_a_reason(
    nights: tuple[Settings, list[Night]],
) -> None:
    settings, _ = nights
    with pytest.raises(NoRolesError, match="no call 'nobody'"):
        say_roles(settings, "nobody", is_exchanged=True, by="Ann", why="because")
    with pytest.raises(RecordsError, match="why"):
        say_roles(settings, "right", is_exchanged=True, by="Ann", why=" ")
