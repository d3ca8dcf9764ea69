"""Corrections through whole nights: they count at once, and survive scoring again."""

from pathlib import Path

import polars as pl
import pytest

from dashboards.records.corrections import correct, last_words
from dashboards.records.reviews import Mark, keep_marks
from dashboards.records.store import Records
from flows.corrections import standing
from flows.explain import explain_call
from flows.nightly import nightly
from flows.settings import Settings
from tests.flows.nights import angry, call, put
from tests.flows.runs import ask, differing, published

pytestmark = pytest.mark.usefixtures("prefect_server")
RULE = [("invite_account", "")]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    put(
        settings,
        "calls.jsonl",
        angry("a", "2026-10-05T09:00:00+02:00"),
        angry("b", "2026-10-06T09:00:00+02:00"),
    )
    nightly(home=settings.home)
    return settings


def invited(settings: Settings, call: str = "a") -> tuple[str, str | None]:
    rows = ask(
        settings,
        "SELECT verdict::VARCHAR, machine_verdict::VARCHAR FROM marts.verdicts"
        f" WHERE behaviour = 'invite_account' AND call_id = '{call}'",
    )
    return rows.row(0)


def say(settings: Settings, verdict: str | None, call: str = "a") -> None:
    store = Records(settings.records_url)
    correct(store, call, RULE, verdict, by="ann", why="heard it")


def test_a_correction_reopens_its_day_only_and_counts(home: Settings) -> None:
    before = published(home)
    assert invited(home) == ("missed", None)
    say(home, "met")
    report = nightly(home=home.home)
    assert report.days_scored == 1
    assert invited(home) == ("met", "missed")
    assert invited(home, "b") == ("missed", None)
    counted = "SELECT met FROM marts.call_facts WHERE call_id = 'a'"
    facts = before["marts.call_facts"].filter(pl.col("call_id") == "a")
    assert ask(home, counted).item() == facts["met"][0] + 1
    assert nightly(home=home.home).days_scored == 0
    say(home, None)
    assert nightly(home=home.home).days_scored == 1
    assert invited(home) == ("missed", None)
    # All is as it was, but that the call says that a person spoke of it.
    after = {
        name: frame.drop("corrected_at", strict=False)
        for name, frame in published(home).items()
    }
    assert (
        differing(
            {n: f.drop("corrected_at", strict=False) for n, f in before.items()}, after
        )
        == []
    )


def test_a_correction_survives_scoring_again_from_nothing(home: Settings) -> None:
    say(home, "violated")
    nightly(home=home.home)
    first = published(home)
    for path in home.published.iterdir():
        path.unlink()
    nightly(home=home.home)
    assert invited(home) == ("violated", "missed")
    assert differing(first, published(home)) == []


def test_the_newest_correction_counts_and_all_stay(home: Settings) -> None:
    say(home, "met")
    say(home, "violated")
    nightly(home=home.home)
    assert invited(home) == ("violated", "missed")
    (last,) = last_words(Records(home.records_url), "a")
    assert last["verdict"] == "violated"
    assert standing(home)["verdict"].to_list() == ["violated"]


def test_explaining_a_call_tells_of_corrections_before_the_next_night(
    home: Settings,
) -> None:
    say(home, "met")
    steps = explain_call(home, "a").steps.filter(
        pl.col("behaviour") == "invite_account"
    )
    assert set(steps["machine_verdict"]) == {"missed"}
    assert set(steps["reason"]) == {"corrected by ann: heard it"}


def test_enough_marks_of_reviewers_decide_a_steps_mark_the_next_night(
    tmp_path: Path,
) -> None:
    home = Settings(home=tmp_path / "home")
    calls = [angry(f"c{n}", "2026-10-05T09:00:00+02:00") for n in range(24)]
    calm = [call(f"q{n}", language="en") for n in range(6)]
    put(home, "calls.jsonl", *calls, *calm)
    nightly(home=home.home)
    machine = ask(
        home,
        "SELECT call_id, v.verdict::VARCHAR AS verdict FROM marts.call_facts"
        " LEFT JOIN (SELECT * FROM marts.verdicts WHERE behaviour = 'empathy') AS v"
        " USING (call_id)",
    )
    marks = [
        Mark(name, "phone-15", "7", "ann", said or "not applicable", "", "s", "w")
        for name, said in machine.iter_rows()
    ]
    keep_marks(Records(home.records_url), marks)
    assert nightly(home=home.home).days_scored == 1
    (row,) = ask(
        home,
        "SELECT items, kappa FROM marts.step_validity WHERE decided_by = 'reviewers'"
        " AND playbook = 'phone-15' AND step = '7' AND language = 'en'",
    ).rows()
    assert row[0] == 30
    assert nightly(home=home.home).days_scored == 0
