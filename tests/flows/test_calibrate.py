"""`coolhead calibrate` on the samples: sheets out, marks in, agreement, corrections."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from dashboards.records.corrections import CORRECTIONS, last_words
from dashboards.records.reviews import (
    EVALUATIONS,
    REVIEWS,
    SAMPLE_ITEMS,
    SAMPLES,
    last_marks,
)
from dashboards.records.store import Records, RecordsError
from flows.calibrate.command import app
from flows.calibrate.correcting import correct_call
from flows.calibrate.sheets import COLUMNS
from flows.knowledge import load_knowledge
from flows.settings import Settings
from tests.flows.runs import ask, copy_of

Run = Callable[..., Result]


@pytest.fixture
def home(
    sampled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    settings = copy_of(sampled, tmp_path / "home")
    monkeypatch.setenv("COOLHEAD_HOME", str(settings.home))
    return settings


@pytest.fixture
def records(home: Settings) -> Records:
    return Records(home.records_url)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def drawn(out: Path | None = None, *more: str) -> Any:
    said = ("--n", "4", "--playbook", "ten-steps", *more)
    told = run("sample", *said, *(("--out", out) if out else ()), "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled(path: Path, mark: Callable[[int], str], who: str = "ann") -> Path:
    """The sheet with a mark in each row, by number from 0."""
    rows = read(path)
    out = path.with_stem(f"filled-{who}")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, row in enumerate(rows):
            writer.writerow({**row, "mark": mark(number), "reviewer": who})
    return out


def test_a_sheet_is_blind_and_its_weights_are_in_the_store(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    told = drawn(tmp_path / "sheet.csv")
    content = (tmp_path / "sheet.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = read(tmp_path / "sheet.csv")
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == told["items"] == len(records.history(SAMPLE_ITEMS))
    assert {row["mark"] for row in rows} == {""}
    assert told["steps_left_out"] == 1
    items = records.history(SAMPLE_ITEMS)
    assert all("machine=" in item["stratum"] for item in items)
    assert b"machine=" not in content
    assert b"Occasion:" in content
    agents = ask(home, "SELECT DISTINCT agent_id FROM marts.call_facts")["agent_id"]
    assert not [agent for agent in agents if agent.encode() in content]
    (sample,) = records.history(SAMPLES)
    assert sample["recorded_by"]


def test_what_a_spreadsheet_would_take_for_a_formula_stays_a_text(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    from flows.calibrate.sheets import safe

    for evil in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert safe(evil) == f"'{evil}"
    drawn(tmp_path / "sheet.csv")
    done = filled(tmp_path / "sheet.csv", lambda n: "met" if n == 0 else "")
    rows = read(done)
    rows[0]["comment"] = "'=HYPERLINK(1)"
    with done.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert run("import", done).exit_code == 0
    (mark,) = last_marks(records)
    assert mark["comment"] == "=HYPERLINK(1)"


def test_workbooks_offer_the_marks_and_write_from_right_to_left(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    told = drawn(tmp_path / "sheet.xlsx", "--language", "he", "--reviewers", "ann,ben")
    assert [Path(file).name for file in told["files"]] == [
        "sheet-ann.xlsx",
        "sheet-ben.xlsx",
    ]
    for file in told["files"]:
        book = load_workbook(file)
        sheet = book.active
        assert sheet is not None
        (choice,) = sheet.data_validations.dataValidation
        assert "cannot tell" in choice.formula1
        talk = sheet.cell(2, COLUMNS.index("transcript") + 1)
        assert talk.alignment.readingOrder == 2
        assert (
            sheet.cell(2, COLUMNS.index("step_title_own") + 1).alignment.readingOrder
            == 0
        )
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, COLUMNS.index("mark") + 1).value = "Not applicable"
        book.save(file)
    result = run("import", *told["files"])
    assert result.exit_code == 0, result.output
    assert {mark["recorded_by"] for mark in last_marks(records)} == {"ann", "ben"}
    assert len(last_marks(records)) == 2 * told["items"]


def test_the_same_sheet_twice_counts_once_and_bad_rows_are_told(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    told = drawn(tmp_path / "sheet.csv")
    marks = {0: "perhaps", 1: ""}
    done = filled(tmp_path / "sheet.csv", lambda n: marks.get(n, "met"))
    first = run("import", done, "--json")
    assert first.exit_code == 1
    report = json.loads(first.stdout)
    assert (report["marks_new"], report["unmarked"]) == (told["items"] - 2, 1)
    (problem,) = report["problems"]
    assert f"{done}: row 2: the mark is 'perhaps'; write one of met" in problem
    again = json.loads(run("import", done, "--json").stdout)
    assert again["marks_new"] == 0
    assert len(records.history(REVIEWS)) == told["items"] - 2


UNUSABLE = (
    ("columns.csv", b"one,two\n1,2\n", "has no column call_id"),
    ("empty.csv", b"", "is empty"),
    ("latin.csv", b"call_id,step,mark\nx,\xff,met\n", "is not UTF-8"),
    ("book.xlsx", b"no workbook", "is no XLSX workbook"),
    ("half.json", b"{", "is no JSON"),
    ("other.json", b"{}", "no evaluation that Amazon Connect exports"),
    ("letter.txt", b"", "is neither .csv nor .xlsx"),
    ("nobody.csv", b"call_id,step,mark\nx,ten-steps/1,met\n", "without a reviewer"),
    (
        "step.csv",
        b"call_id,step,mark,reviewer\nx,ten-steps/99,met,ann\n",
        "row 2: the step is 'ten-steps/99'",
    ),
    (
        "call.csv",
        b"call_id;step;mark;reviewer\nx;ten-steps/1;met;ann\n",
        "row 2: the call is 'x'",
    ),
)


def test_what_cannot_be_used_is_told_with_what_to_do(
    home: Settings, tmp_path: Path
) -> None:
    for name, content, _ in UNUSABLE:
        (tmp_path / name).write_bytes(content)
    files = [tmp_path / name for name, _, _ in UNUSABLE]
    result = run("import", *files, tmp_path / "absent.csv", "--json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)["problems"]
    assert len(problems) == len(UNUSABLE) + 1
    for (name, _, told), problem in zip(UNUSABLE, problems, strict=False):
        assert told in problem
        assert name in problem


def test_several_reviewers_are_compared_with_the_machine_and_each_other(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    drawn(tmp_path / "sheet.csv", "--per", "step")
    ann = filled(tmp_path / "sheet.csv", lambda n: ("met", "not applicable")[n % 2])
    ben = filled(
        tmp_path / "sheet.csv", lambda n: ("met", "cannot tell")[n % 2], who="ben"
    )
    assert run("import", ann, ben).exit_code == 0
    told = json.loads(run("report", "--json").stdout)
    assert {row["playbook"] for row in told} == {"ten-steps"}
    assert sum(row["cannot_tell"] for row in told) > 0
    assert all(row["reviewers"] == 2 for row in told)
    assert all(row["outside_samples"] == 0 for row in told)
    for row in told:
        if row["kappa"] is not None:
            assert row["kappa_low"] <= row["kappa"] <= row["kappa_high"]
    assert run("report").exit_code == 0


def test_nobody_has_reviewed_anything_at_first(home: Settings) -> None:
    assert json.loads(run("report", "--json").stdout) == []
    assert not (home.home / "records.db").exists()


def test_an_exported_evaluation_is_taken_as_marks_and_kept_whole(
    home: Settings, records: Records, tmp_path: Path, exports_dir: Path
) -> None:
    form = exports_dir / "amazon_contact_lens" / "docs_evalform_0.json"
    document = json.loads(form.read_text("utf-8"))
    call = ask(home, "SELECT min(call_id) AS c FROM marts.call_facts").item()
    document["metadata"]["contactId"] = call
    own = tmp_path / "form.json"
    own.write_text(json.dumps(document), encoding="utf-8")
    for new in (1, 0):
        report = json.loads(run("import", form, own, "--json").stdout)
        assert report["problems"] == []
        assert report["marks"] == 2
        assert report["marks_new"] == 2 * new
        assert report["evaluations_new"] == 2 * new
        assert (
            len([line for line in report["kept"] if "is no step of ours" in line]) == 4
        )
    marks = {mark["call_id"]: mark for mark in last_marks(records)}
    assert marks[call]["mark"] == "met"
    assert marks[call]["recorded_by"] == document["metadata"]["evaluator"]
    assert (marks[call]["playbook"], marks[call]["step"]) == ("service-habits", "1.3")
    kept = [json.loads(row["content"]) for row in records.history(EVALUATIONS)]
    assert document in kept


def test_a_companys_own_questions_are_mapped_by_its_own_file(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    call = ask(home, "SELECT min(call_id) AS c FROM marts.call_facts").item()
    form = {
        "evaluationId": "e1",
        "metadata": {"contactId": call, "evaluator": "jo"},
        "questions": [
            {
                "questionRefId": "q1",
                "questionText": "Said sorry?",
                "answer": {"values": [{"valueText": "Nope", "selected": True}]},
            },
            {
                "questionRefId": "q2",
                "questionText": "Calm?",
                "answer": {"values": [], "metadata": {"notApplicable": True}},
            },
            {"questionRefId": "q3", "questionText": "SAID  SORRY", "answer": {}},
        ],
    }
    (tmp_path / "form.json").write_text(json.dumps(form), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        "version: '1'\nquestions:\n"
        "- {text: said sorry, step: ten-steps/4, answers: {Nope: missed}, reason: r}\n"
        "- {id: q2, step: ten-steps/1, answers: {Yes: met}, reason: r}\n",
        encoding="utf-8",
    )
    said = ("--questions", tmp_path / "map.yaml", "--json")
    report = json.loads(run("import", tmp_path / "form.json", *said).stdout)
    assert [mark["mark"] for mark in last_marks(records)] == [
        "missed",
        "not applicable",
    ]
    (problem,) = report["problems"]
    assert "question q3" in problem
    assert "the answer is 'none', mapped are Nope" in problem


def test_correcting_and_withdrawing_say_what_they_did(
    home: Settings, records: Records
) -> None:
    who = ("--by", "ann", "--why", "heard it")
    told = run("correct", "S-NL-06", "phone-15/7", "met", *who)
    assert told.exit_code == 0
    assert "call S-NL-06, empathy: met, recorded" in told.output
    assert run("withdraw", "S-NL-06", "empathy", *who).exit_code == 0
    assert (
        run("correct", "S-NL-06", "apology(when=always)", "missed", *who).exit_code == 0
    )
    assert [row["verdict"] for row in records.history(CORRECTIONS)] == [
        "met",
        None,
        "missed",
    ]


REFUSED = (
    ("S-NL-06", "ten-steps/2", "met", "let_vent, backchannel, restatement"),
    ("S-NL-06", "ten-steps/77", "met", "no step is named 'ten-steps/77'"),
    ("S-NL-06", "service-habits/1.1", "met", "cannot be observed"),
    ("S-NL-06", "apology", "met", "names several rules"),
    ("S-NL-06", "juggling", "met", "names no rule"),
    ("S-NL-06", "empathy", "splendid", "'splendid' is no verdict"),
    ("S-NL-06", "empathy", None, "nothing to withdraw"),
    ("nowhere", "empathy", "met", "no call 'nowhere'"),
    ("S-PL-01", "empathy", "met", "cannot be assessed"),
)


def test_what_cannot_be_corrected_is_refused(home: Settings, records: Records) -> None:
    knowledge = load_knowledge(home.knowledge)
    for call, named, verdict, told in REFUSED:
        with pytest.raises(ValueError, match=re.escape(told)):
            correct_call(home, knowledge, call, named, verdict, by="ann", why="x")
    with pytest.raises(RecordsError, match="'why'"):
        correct_call(home, knowledge, "S-NL-06", "empathy", "met", by="ann", why=" ")
    assert records.history(CORRECTIONS) == []


def test_marks_become_corrections_only_where_asked_and_agreed(
    home: Settings, records: Records, tmp_path: Path
) -> None:
    drawn(tmp_path / "sheet.csv", "--per", "step")
    ann = filled(tmp_path / "sheet.csv", lambda _: "violated")
    ben = filled(
        tmp_path / "sheet.csv", lambda n: ("violated", "met")[n % 2], who="ben"
    )
    run("import", ann, ben)
    assert records.history(CORRECTIONS) == []
    report = json.loads(run("import", ann, ben, "--as-corrections", "--json").stdout)
    assert report["corrections"] > 0
    assert any("reviewers disagree" in problem for problem in report["problems"])
    assert any("several behaviours" in problem for problem in report["problems"])
    words = last_words(records)
    assert {row["verdict"] for row in words} == {"violated"}
    assert {row["recorded_by"] for row in words} == {"ann, ben"}
    again = json.loads(run("import", ann, ben, "--as-corrections", "--json").stdout)
    assert again["corrections"] == 0
