"""Names, gender forms and address change nothing in what is heard."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.generate.bank import Bank, load_banks, spoken
from flows.knowledge import load_knowledge
from tests.conftest import CHECKOUT
from transforms.detection.detect import Detector

BANKS = load_banks(CHECKOUT / "data" / "generator")
ADDRESS = yaml.safe_load((Path(__file__).parent / "address.yaml").read_text("utf-8"))
FORMS = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


@cache
def detector() -> Detector:
    knowledge = load_knowledge(CHECKOUT / "data")
    return Detector(knowledge.lexicons, knowledge.languages)


def labels(language: str, said: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """The labels of each utterance, given as speaker and text."""
    rows = list(said)
    frame = pl.DataFrame(rows, schema=["speaker", "text"], orient="row")
    found: list[set[str]] = [set() for _ in rows]
    for row, label, *_ in (
        detector().hear(frame.with_columns(language=pl.lit(language))).iter_rows()
    ):
        found[row].add(label)
    return [frozenset(each) for each in found]


def wordings(bank: Bank) -> list[tuple[str, str]]:
    """Who says it, and the wording with its forms."""
    return [
        *(("agent", line) for lines in bank.agent.values() for line in lines),
        *(("customer", line) for lines in bank.customer.values() for line in lines),
        *(("agent", question) for question, _ in bank.clarifying_question),
        *(("agent", question) for question in bank.desired_outcome_question),
    ]


@pytest.mark.parametrize("language", BANKS)
def test_genders_flip_no_label(language: str) -> None:
    bank = BANKS[language]
    lines = wordings(bank)
    heard = [
        labels(language, [(who, spoken(bank, line, a, c, 0)) for who, line in lines])
        for a in (0, 1)
        for c in (0, 1)
    ]
    flipped = {
        line: {spoken(bank, line, a, c, 0) for a in (0, 1) for c in (0, 1)}
        for (_, line), said in zip(lines, zip(*heard, strict=True), strict=True)
        if len(set(said)) > 1
    }
    assert not flipped


@pytest.mark.parametrize("language", BANKS)
@settings(max_examples=15, deadline=None)
@given(
    first=st.integers(0, 400),
    second=st.integers(0, 400),
    gender=st.sampled_from([0, 1]),
)
def test_names_flip_no_label(
    language: str, first: int, second: int, gender: int
) -> None:
    bank = BANKS[language]
    named = [(w, x) for w, x in wordings(bank) if "{agent}" in x or "{supervisor}" in x]
    one, other = (
        labels(language, [(w, spoken(bank, x, gender, 0, n)) for w, x in named])
        for n in (first, second)
    )
    assert one == other


@pytest.mark.parametrize("language", ADDRESS)
def test_formal_and_informal_address_flip_no_label(language: str) -> None:
    said = [(who, line) for who, lines in ADDRESS[language].items() for line in lines]
    formal, informal = (
        labels(language, [(who, FORMS.sub(rf"\{form}", line)) for who, line in said])
        for form in (1, 2)
    )
    flipped = {
        line: (sorted(one), sorted(other))
        for (_, line), one, other in zip(said, formal, informal, strict=True)
        if one != other
    }
    assert not flipped
