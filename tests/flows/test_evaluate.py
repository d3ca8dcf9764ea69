"""`coolhead evaluate`: what it reads, measures and refuses."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.evaluate.measure import false_alarms
from flows.evaluate.noise import noisy
from flows.evaluate.rows import CorpusError, as_rows, single_file
from flows.evaluate.run import Asked, Evaluation, NothingToEvaluateError
from flows.knowledge import load_knowledge, load_mapping
from tests.conftest import CHECKOUT
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.evaluation import (
    Excused,
    ExcusedRow,
    Mapping,
    Source,
    is_held_out,
    text_hash,
)

DATA = CHECKOUT / "data"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(DATA)


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return load_mapping(DATA)[0]


def written(folder: Path, rows: list[dict[str, Any]], name: str = "own.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_file_of_our_own_form_is_measured(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    said = {"speaker": "agent", "language": "en"}
    path = written(
        tmp_path,
        [
            {**said, "text": "I'm so sorry about the delay.", "labels": ["apology"]},
            {**said, "text": "We do apologise for that.", "labels": ["apology"]},
            {**said, "text": "It is open until six.", "labels": []},
            {**said, "text": "My word, what a mess.", "labels": ["apology"]},
        ],
    )
    (figure,) = Evaluation(knowledge, Asked(DATA, file=path)).figures()
    assert figure["label"] == "apology"
    assert (figure["rows"], figure["positives"]) == (4, 3)
    assert (figure["true_positives"], figure["false_negatives"]) == (2, 1)
    assert figure["precision"] == 1
    assert figure["recall"] == pytest.approx(0.667)
    assert figure["kappa_low"] <= figure["kappa"] <= figure["kappa_high"]


def test_a_corpus_is_known_by_its_folder(tmp_path: Path, mapping: Mapping) -> None:
    folder = tmp_path / "rasa_nlu"
    folder.mkdir()
    row = {"text": "a person please", "lang": "en", "steps": ["supervisor_request"]}
    with gzip.open(folder / "data.jsonl.gz", "wt") as file:
        file.write(json.dumps(row))
    (labelled,) = single_file(folder / "data.jsonl.gz", mapping)
    assert labelled.name == "rasa_nlu"
    assert labelled.rows["speaker"].to_list() == ["customer"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "line 1: not JSON"),
        ('{"labels": []}', "line 1: no `text`"),
        ('{"text": "x", "labels": ["joy"]}', "line 1: `labels` is"),
        ('{"text": "x"}', "line 1: `labels` is 'None'"),
        ('{"text": "x", "labels": []}', "line 1: no `language`"),
    ],
)
def test_a_bad_line_is_told_with_its_place(
    tmp_path: Path, mapping: Mapping, line: str, told: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line)
    with pytest.raises(CorpusError, match=told):
        list(single_file(path, mapping))


def test_a_folder_without_corpora_says_what_it_needs(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    with pytest.raises(CorpusError, match="holds none of the corpora"):
        Evaluation(knowledge, Asked(DATA, corpora=tmp_path)).figures()


def test_what_was_said_before_is_part_of_the_talk() -> None:
    source = Source(text="human", speaker="agent", context="prev", reason="-")
    rows = as_rows([{"text": "b", "prev": "a", "lang": "en"}], source)
    assert rows.select("speaker", "text", "is_judged").rows() == [
        ("customer", "a", False),
        ("agent", "b", True),
    ]


def test_parts_of_an_utterance_are_one_turn() -> None:
    source = Source(text="human", conversation="c", utterance="t", reason="-")
    parts = [
        {"c": 1, "t": 1, "role": "agent", "text": "right", "steps": ["x"]},
        {"c": 1, "t": 1, "role": "agent", "text": "go on"},
        {"c": 1, "t": 2, "role": "customer", "text": "well"},
    ]
    rows = as_rows(parts, source)
    assert rows.select("text").to_series().to_list() == ["right go on", "well"]
    assert rows["native"].to_list() == [["x"], []]


def test_noise_is_the_same_again_and_touches_the_share_asked() -> None:
    source = Source(text="human", speaker="agent", reason="-")
    words = [{"text": " ".join("abcdefghij"), "lang": "en"}] * 200
    rows = as_rows(words, source)
    once, again = noisy(rows, 0.1), noisy(rows, 0.1)
    assert once.equals(again)
    dropped = 10 - once["text"].str.count_matches(r"\w").mean()  # type: ignore[operator]
    assert 0.3 < dropped < 0.7
    assert noisy(rows, 0.0)["text"].to_list() == rows["text"].to_list()


def test_an_excused_sentence_is_left_out_of_the_rate() -> None:
    pool = pl.DataFrame({"language": ["en", "en"], "text": ["Sorry, all.", "Sorry."]})
    heard = pl.DataFrame(
        {"conversation": [0, 1], "label": ["apology"] * 2},
        schema_overrides={"conversation": pl.UInt32},
    )
    row = ExcusedRow(
        label="apology", language="en", text_hash=text_hash("Sorry."), reason="It is."
    )
    counted = false_alarms("pool", pool, heard, Excused(version="1", excused=(row,)))
    (apology,) = [each for each in counted if each["label"] == "apology"]
    assert (apology["false_alarms"], apology["excused"]) == (2, 1)
    assert apology["per_thousand"] == 500


def test_a_fifth_of_our_own_sentences_is_held_out(knowledge: Knowledge) -> None:
    kept = [is_held_out(f"sentence {n}") for n in range(2000)]
    assert 0.17 < sum(kept) / len(kept) < 0.23


@pytest.mark.parametrize("asked", [{"language": "xx"}, {"source": "nothing"}])
def test_what_nothing_answers_to_is_told(
    knowledge: Knowledge, asked: dict[str, str]
) -> None:
    with pytest.raises(NothingToEvaluateError, match="there are the languages"):
        Evaluation(knowledge, Asked(DATA, **asked)).figures()


def test_own_text_is_measured_without_any_corpus(knowledge: Knowledge) -> None:
    asked = Asked(DATA, language="en", source="generator")
    figures = Evaluation(knowledge, asked).figures()
    assert {figure["text"] for figure in figures} == {"own"}
    assert len(figures) == 48
