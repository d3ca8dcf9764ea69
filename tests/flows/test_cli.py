"""The command `coolhead`: help, answers, JSON, and exit codes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import typer.main
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.explain import Explanation, explain_call
from flows.render import explanation
from flows.settings import CHECKOUT, Settings
from tests.flows.nights import SAMPLES, angry, put
from tests.flows.runs import ask, coolhead
from transforms.behaviours import BEHAVIOURS
from transforms.contracts.validity_marts import MARKS

COMMANDS = (
    "nightly",
    "demo",
    "serve",
    "detect",
    "explain",
    "playbooks",
    "status",
    "export",
    "generate",
    "evaluate",
    "roles",
    "calibrate",
    "decide",
    "identities",
)


def run(settings: Settings, *arguments: str, said: bytes = b"") -> Result:
    """Run the command within this process: quicker, and the same code but for `main`."""
    environment = {
        "COOLHEAD_HOME": str(settings.home),
        "COLUMNS": "200",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
    return CliRunner().invoke(app, arguments, input=said, env=environment)


def answered(settings: Settings, *arguments: str) -> Any:
    """The JSON that a command answers."""
    result = run(settings, *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_these_are_all_commands() -> None:
    group = typer.main.get_command(app)
    assert set(getattr(group, "commands", {})) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_and_says_what_each_option_is_for(
    settings: Settings, command: str
) -> None:
    result = run(settings, command, "--help")
    assert result.exit_code == 0
    assert (
        f"coolhead {command}" in result.stdout
        or f"Usage: root {command}" in result.stdout
    )
    group = typer.main.get_command(app)
    for parameter in getattr(group, "commands", {})[command].params:
        assert parameter.help, f"{command}: {parameter.name} has no help"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command: str) -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert f"`coolhead {command}" in readme


def test_an_unknown_command_ends_with_two(settings: Settings) -> None:
    assert run(settings, "dance").exit_code == 2


def lines(*utterances: dict[str, Any]) -> bytes:
    """Utterances as JSON lines."""
    return b"".join(orjson.dumps(one) + b"\n" for one in utterances)


def test_detect_names_labels_with_spans_in_the_original_text(
    settings: Settings,
) -> None:
    text = "  I\u2019m   so sorry about the delay, Mrs Jones 😀, I'll put you through to my manager."
    said = lines(
        {"id": 1, "language": "en", "speaker": "agent", "text": text},
        {
            "id": "two",
            "speaker": "customer",
            "text": "Dit is echt belachelijk, ik ben woedend!",
        },
    )
    result = run(settings, "detect", said=said)
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert set(first) == {"id", "language", "labels"}
    assert (first["id"], first["language"]) == (1, "en")
    heard = {label["label"]: label for label in first["labels"]}
    assert {"apology", "supervisor_handover"} <= set(heard)
    for label in first["labels"]:
        assert set(label) == {"label", "start", "end", "cue"}
    apology = heard["apology"]
    assert "sorry" in text[apology["start"] : apology["end"]]
    handover = heard["supervisor_handover"]
    assert "put you through" in text[handover["start"] : handover["end"]]
    assert (second["id"], second["language"]) == ("two", "nl")
    assert "anger" in {label["label"] for label in second["labels"]}


def test_detect_hears_what_the_flow_heard_in_every_sample_turn(
    settings: Settings, sampled: Settings
) -> None:
    turns = ask(
        sampled,
        "SELECT t.call_id, t.turn, t.speaker::VARCHAR AS speaker, t.text, t.language,"
        " t.evidence FROM marts.call_transcripts AS t WHERE t.call_id LIKE 'S-NB-%'"
        " ORDER BY t.call_id, t.turn",
    )
    said = lines(
        *(
            {
                "id": row,
                "language": one["language"],
                "speaker": one["speaker"],
                "text": one["text"],
                "call_id": one["call_id"],
            }
            for row, one in enumerate(turns.iter_rows(named=True))
        )
    )
    answers = [
        json.loads(line)
        for line in run(settings, "detect", said=said).stdout.splitlines()
    ]
    assert len(answers) == turns.height
    by_detect = [
        sorted((h["label"], h["start"], h["end"]) for h in a["labels"]) for a in answers
    ]
    by_flow = [
        sorted((h["label"], h["start"], h["end"]) for h in evidence)
        for evidence in turns["evidence"].to_list()
    ]
    assert by_detect == by_flow
    assert sum(map(len, by_flow)) > 50


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b'{"speaker": "agent", "text": "Hello."}\nhello\n', "line 2: not JSON"),
        (b'\n{"speaker": "agent"}\n', "line 2: no text for ['text']"),
        (b"[1]\n", "line 1: no text for ['speaker', 'text']"),
    ],
    ids=["no JSON", "no text", "a list"],
)
def test_detect_names_the_line_that_it_cannot_read(
    settings: Settings, said: bytes, told: str
) -> None:
    result = run(settings, "detect", said=said)
    assert result.exit_code == 1
    assert f"standard input, {told}" in str(result.exception)


def test_an_error_is_one_line_on_standard_error_and_exit_code_one(
    settings: Settings,
) -> None:
    answer = coolhead(settings, "detect", said="hello\n")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.startswith("coolhead: standard input, line 1: not JSON")
    assert answer.stderr.count("\n") == 1


EXPLAINED = {
    "call_id",
    "heated",
    "unassessable",
    "de_escalated",
    "temperature",
    "escalations",
    "steps",
}
STEP = {"playbook", "step", "behaviour", "verdict", "reason", "evidence"}


@pytest.fixture(scope="module")
def hebrew(sampled: Settings) -> Explanation:
    """A Hebrew call, explained."""
    return explain_call(sampled, "S-HE-01")


def test_explain_gives_a_row_for_every_step_and_behaviour(
    sampled: Settings, hebrew: Explanation
) -> None:
    explained = hebrew.as_json()
    assert set(explained) >= EXPLAINED
    assert set(explained["temperature"]) == {"start", "peak", "end", "turns"}
    assert len(explained["temperature"]["turns"]) == hebrew.turns.height
    assert all(set(step) >= STEP for step in explained["steps"])
    playbooks = answered(sampled, "playbooks", "--json")
    asked = sorted(
        (playbook["id"], step["id"], behaviour)
        for playbook in playbooks
        for step in playbook["steps"]
        for behaviour in (step["behaviours"] or [""])
    )
    given = sorted(
        (s["playbook"], s["step"], s["behaviour"] or "") for s in explained["steps"]
    )
    assert given == asked


def test_every_verdict_has_its_evidence_or_its_reason(hebrew: Explanation) -> None:
    texts = hebrew.turns["text"].to_list()
    steps = hebrew.as_json()["steps"]
    assert {"met", "missed", "not_applicable"} <= {step["verdict"] for step in steps}
    for step in steps:
        is_silent = (
            step["verdict"] == "met" and BEHAVIOURS[step["behaviour"]].is_conduct
        )
        if step["verdict"] in ("met", "violated") and not is_silent:
            assert step["evidence"], step
        else:
            assert step["reason"], step
        for evidence in step["evidence"]:
            assert set(evidence) >= {"turn", "start", "end", "cue"}
            if evidence["start"] is not None:
                assert texts[evidence["turn"]][evidence["start"] : evidence["end"]]


def test_explain_gives_each_step_its_published_mark(
    hebrew: Explanation, sampled: Settings
) -> None:
    marks = ask(
        sampled,
        "SELECT playbook, step, mark, reason FROM marts.step_validity"
        " WHERE language = 'he'",
    )
    published = {row[:2]: row[2:] for row in marks.rows()}
    told = {
        (step["playbook"], step["step"]): step["validity"]
        for step in hebrew.as_json()["steps"]
    }
    unmarked = {step for step, validity in told.items() if validity is None}
    assert set(told) - unmarked == set(published)
    assert {
        step: (validity["mark"], validity["reason"])
        for step, validity in told.items()
        if validity
    } == published


def test_explain_agrees_with_what_was_published(sampled: Settings) -> None:
    explained = answered(sampled, "explain", "S-CS-03", "--json")
    published = ask(
        sampled,
        "SELECT is_heated, is_deescalated, temperature_peak FROM marts.call_facts"
        " WHERE call_id = 'S-CS-03'",
    ).row(0)
    assert published == (
        explained["heated"],
        explained["de_escalated"],
        explained["temperature"]["peak"],
    )
    events = ask(
        sampled,
        "SELECT event_type::VARCHAR AS type FROM marts.escalation_events"
        " WHERE call_id = 'S-CS-03'",
    )
    assert sorted(event["type"] for event in explained["escalations"]) == sorted(
        events["type"]
    )
    assert "supervisor_refusal" in set(events["type"])


def test_a_hebrew_call_is_shown_in_reading_order(
    hebrew: Explanation,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for orders_itself in ("VTE_VERSION", "KONSOLE_VERSION"):
        monkeypatch.delenv(orders_itself, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    explanation(hebrew)
    shown = capsys.readouterr().out
    # Letters run from the right: the word's last letter is the first that is written.
    assert "שלום"[::-1] in shown
    assert "S-HE-01" in shown


def test_a_call_that_cannot_be_assessed_is_explained_by_its_reason(
    sampled: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    explained = explain_call(sampled, "S-PL-01")
    told = explained.as_json()
    assert told["heated"] is None
    assert told["unassessable"] == "no lexicon for the language 'pl'"
    verdicts = {step["verdict"] for step in told["steps"]}
    assert not verdicts & {"met", "missed", "violated"}
    explanation(explained)
    shown = " ".join(capsys.readouterr().out.split())
    assert "not assessed: no lexicon for the language 'pl'" in shown


def test_an_unknown_call_is_told_with_what_to_do(sampled: Settings) -> None:
    result = run(sampled, "explain", "S-ZZ-99")
    assert result.exit_code == 1
    assert "no call 'S-ZZ-99'" in str(result.exception)
    assert "coolhead export call_facts" in str(result.exception)


def read_back(path: Path) -> pl.DataFrame:
    """The rows of an exported file; a CSV's as text."""
    if path.suffix == ".csv":
        return pl.read_csv(path, infer_schema=False)
    return pl.read_json(path) if path.suffix == ".json" else pl.read_parquet(path)


def test_an_export_has_the_rows_in_key_order_in_every_format(
    sampled: Settings, tmp_path: Path
) -> None:
    expected = ask(sampled, "SELECT * FROM marts.agent_adherence")
    key = ["agent_id", "team", "queue", "language", "playbook", "step", "day"]
    frames: dict[str, pl.DataFrame] = {}
    for kind in ("csv", "json", "parquet"):
        out = tmp_path / f"adherence.{kind}"
        result = run(
            sampled, "export", "agent_adherence", "--format", kind, "--out", str(out)
        )
        assert result.exit_code == 0, result.output
        frames[kind] = read_back(out)
    for frame in frames.values():
        keys = frame.select(pl.col(key).cast(pl.String)).rows()
        assert frame.columns == expected.columns
        assert len(keys) == expected.height
        assert keys == sorted(keys)
        assert frame["met"].cast(pl.Int64).sum() == expected["met"].cast(pl.Int64).sum()


def test_an_export_without_a_file_goes_to_standard_output(sampled: Settings) -> None:
    answer = coolhead(sampled, "export", "call_facts")
    assert answer.returncode == 0
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    ids = ask(sampled, "SELECT call_id FROM marts.call_facts ORDER BY call_id")
    assert [row["call_id"] for row in rows] == ids["call_id"].to_list()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("moods",), "there is no mart 'moods'; choose one of call_facts"),
        (
            ("call_facts", "--format", "xml"),
            "--format xml: not known; choose one of csv",
        ),
        (("call_facts", "--format", "parquet"), "name a file with --out"),
    ],
    ids=["mart", "format", "parquet"],
)
def test_what_cannot_be_exported_is_told(
    sampled: Settings, arguments: tuple[str, ...], told: str
) -> None:
    result = run(sampled, "export", *arguments)
    assert result.exit_code == 1
    assert told in str(result.exception)


@pytest.mark.parametrize("arguments", [("export", "call_facts"), ("explain", "c1")])
def test_before_the_first_night_the_answer_says_what_to_run(
    settings: Settings, arguments: tuple[str, ...]
) -> None:
    result = run(settings, *arguments)
    assert result.exit_code == 1
    assert "run `coolhead nightly`" in str(result.exception)


def test_playbooks_as_json_have_the_promised_shape(settings: Settings) -> None:
    playbooks = answered(settings, "playbooks", "--json")
    assert len(playbooks) == 5
    for playbook in playbooks:
        assert set(playbook) == {"id", "language", "source", "steps"}
        for step in playbook["steps"]:
            assert set(step) >= {
                "id",
                "title",
                "seed_step",
                "behaviours",
                "observable",
                "reason",
            }
            assert step["observable"] == (step["validity"] is not None)
            if step["validity"]:
                told = step["validity"]
                assert told["mark"] in MARKS
                assert told["reason"]
                assert told["language"] == playbook["language"]
                own = told["by_language"][told["language"]]
                assert own == {name: told[name] for name in ("mark", "reason")}
            assert step["observable"] == bool(step["behaviours"])
            assert step["observable"] == (step["reason"] is None)


def test_playbooks_for_people_tell_how_much_can_be_observed(settings: Settings) -> None:
    result = run(settings, "playbooks")
    assert result.exit_code == 0
    assert "12 of 20 steps can be observed" in " ".join(result.stdout.split())


def test_status_tells_what_is_published_and_what_waits(sampled: Settings) -> None:
    state = answered(sampled, "status", "--json")
    assert set(state) == {"home", "version", "published", "inbox"}
    files = len(list(SAMPLES.iterdir()))
    assert state["inbox"] == {"files": files, "new": 0, "days_due": 0, "rejects": 7}
    assert state["published"]["calls_total"] == 72
    assert state["published"]["unassessable_total"] == 3
    assert set(state["published"]["expectations"]) == {"passed", "failed"}
    shown = run(sampled, "status")
    assert shown.exit_code == 0
    assert "72 from 2026-10-05 to 2026-10-25, 3 unassessable" in shown.stdout


def test_status_of_a_new_home_tells_what_to_run(settings: Settings) -> None:
    put(settings, "a.jsonl", angry("c1", "2026-10-05T09:00:00+02:00"))
    state = answered(settings, "status", "--json")
    assert (state["version"], state["published"]) == (None, None)
    assert state["inbox"]["new"] == 1
    assert "nothing yet" in run(settings, "status").stdout


def test_nightly_answers_what_the_run_did(
    settings: Settings, prefect_server: str
) -> None:
    put(settings, "a.jsonl", angry("c1", "2026-10-05T09:00:00+02:00"))
    done = answered(settings, "nightly", "--json")
    assert (done["version"], done["is_changed"], done["calls_new"]) == (
        "run-000001",
        True,
        1,
    )
    shown = run(settings, "nightly")
    assert shown.exit_code == 0
    assert "nothing to score: run-000001 stands" in shown.stdout


def test_nightly_on_an_empty_inbox_says_what_to_do(
    settings: Settings, prefect_server: str
) -> None:
    result = run(settings, "nightly")
    assert result.exit_code == 1
    assert "no call and no incident was found" in str(result.exception)


def test_generate_writes_an_inbox_and_its_truth(
    settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    arguments = (
        "--calls",
        "20",
        "--days",
        "2",
        "--agents",
        "3",
        "--out",
        str(out),
        "--json",
    )
    truth = answered(settings, "generate", *arguments)
    assert truth["calls"] == 20
    assert list((out / "inbox").iterdir())
    assert list((out / "truth").iterdir())


def test_a_setting_that_cannot_be_is_told_by_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOLHEAD_HOST", "192.0.2.1")
    answer = coolhead(settings, "status")
    assert answer.returncode == 1
    assert "COOLHEAD_HOST='192.0.2.1' is beyond loopback" in answer.stderr
