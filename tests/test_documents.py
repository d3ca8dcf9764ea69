"""What the documents promise is so."""

import re
from pathlib import Path

import pytest

from transforms.behaviours import BEHAVIOURS
from transforms.contracts.call_marts import VERDICTS_KEPT
from transforms.contracts.dictionary import LAYERS, dictionary
from transforms.contracts.escalation_marts import EVENT_TYPES
from transforms.contracts.marts import MARTS
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.contracts.table import Table
from transforms.detection.labels import LABELS

DATA = Path(__file__).resolve().parent.parent / "data"
DICTIONARY = (DATA / "DICTIONARY.md").read_text(encoding="utf-8")
GLOSSARY = (DATA / "GLOSSARY.md").read_text(encoding="utf-8")
TABLES = (*RAW, *STAGING, *MARTS)

ENTRIES = {
    cells[0].strip("`"): (cells[1], cells[2])
    for cells in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", GLOSSARY, re.MULTILINE
    )
    if cells[0] != "term"
}
"""Each term with what it is and what it means."""


def of_kind(kind: str) -> set[str]:
    """The terms of one kind."""
    return {term for term, (is_a, _) in ENTRIES.items() if kind in is_a.split(" and ")}


def test_the_dictionary_is_what_the_contracts_say() -> None:
    assert dictionary() == DICTIONARY, (
        "run `python -m transforms.contracts.dictionary > data/DICTIONARY.md`"
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_is_described_with_grain_and_every_column(table: Table) -> None:
    _, _, after = DICTIONARY.partition(f"### `{table.name}`\n")
    described = after.partition("\n##")[0]
    assert table.grain in described
    for name, column in table.columns.items():
        assert f"| `{name}` |" in described
        assert f"| {column.meaning} |" in described


def test_the_dictionary_leaves_no_table_out() -> None:
    assert [table for _, _, tables in LAYERS for table in tables] == list(TABLES)
    assert DICTIONARY.count("\n### ") == len(TABLES)


def test_no_meaning_breaks_its_table() -> None:
    meanings = [column.meaning for table in TABLES for column in table.columns.values()]
    assert not [meaning for meaning in meanings if "|" in meaning or "\n" in meaning]


def test_every_behaviour_is_in_the_glossary() -> None:
    assert of_kind("behaviour") == set(BEHAVIOURS)


def test_every_label_is_in_the_glossary() -> None:
    assert of_kind("label") == set(LABELS)


def test_every_escalation_event_is_in_the_glossary() -> None:
    assert of_kind("event") == set(EVENT_TYPES)


def test_every_verdict_is_in_the_glossary() -> None:
    assert of_kind("verdict") == {*VERDICTS_KEPT, "not_applicable", "not_observable"}


def test_every_pattern_is_in_the_glossary() -> None:
    assert of_kind("pattern") == {
        "let_down",
        "serial_complainer",
        "abusive",
        "escalator",
        "supervisor_worthy",
    }


NOUNS = (
    "call, transcript, utterance, speaker, agent, customer, supervisor, incident,"
    " complaint, case, escalation, playbook, step, cue, lexicon, adherence,"
    " repeat contact, mart, grain"
)


@pytest.mark.parametrize("noun", NOUNS.split(", "))
def test_every_noun_of_the_field_is_in_the_glossary(noun: str) -> None:
    assert noun in ENTRIES


def test_the_glossary_is_sorted_and_says_something_of_each_term() -> None:
    terms = list(ENTRIES)
    assert terms == sorted(terms)
    assert len(terms) == GLOSSARY.count("\n| ") - 1
    assert not [term for term, (_, says) in ENTRIES.items() if len(says.split()) < 3]


@pytest.mark.parametrize("text", [DICTIONARY, GLOSSARY], ids=["dictionary", "glossary"])
def test_documents_carry_no_banners(text: str) -> None:
    assert not re.search(r"—|[-=*#]{6,}", text)
