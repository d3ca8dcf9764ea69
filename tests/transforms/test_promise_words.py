"""The words about promises: every sentence of every language's file is heard as it says."""

from pathlib import Path

import polars as pl
import pytest

from tests.transforms.drawn import DATA
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.promises import HeardWords, PromiseWords
from transforms.promise_words import Hearing, hearing

FILES = sorted((DATA / "promises").glob("*.yaml"))


def words(path: Path) -> PromiseWords:
    return parse(PromiseWords, path.read_text("utf-8"), str(path))


def _sentences(heard: HeardWords) -> list[tuple[str, bool]]:
    return [(text, True) for text in heard.heard_in] + [
        (text, False) for text in heard.not_heard_in
    ]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_sentence_is_heard_as_its_file_says(path: Path) -> None:
    told = hearing(words(path))
    wrong: list[tuple[str, str]] = []
    for kind, heard in told.words.kinds.items():
        for text, expected in _sentences(heard):
            if (kind in told.kinds([text])[0]) is not expected:
                wrong.append((kind, text))
    for text, expected in _sentences(told.words.offers):
        if told.offers([text])[0] is not expected:
            wrong.append(("offers", text))
    for says, heard in told.words.told.items():
        for text, expected in _sentences(heard):
            if (says in _said(told, text)) is not expected:
                wrong.append((says, text))
    assert wrong == []


def _said(told: Hearing, text: str) -> list[str]:
    return told.said(pl.Series([text]))["says"].to_list()


def test_every_lexicon_has_its_words_about_promises() -> None:
    lexicons = {path.stem for path in (DATA / "lexicons").glob("*.yaml")}
    assert {path.stem for path in FILES} == lexicons


def test_what_was_not_done_outweighs_what_was() -> None:
    told = hearing(words(DATA / "promises" / "en.yaml"))
    text = "The parcel has arrived, but nobody called me back."
    assert _said(told, text) == ["not_called"]


def test_marks_of_the_lexicons_that_mean_nothing_here_are_refused() -> None:
    text = "phrases: ['^call you']\nheard_in: [a]\nnot_heard_in: [b]"
    with pytest.raises(KnowledgeError, match="mean nothing here"):
        parse(HeardWords, text, "en.yaml")


def test_a_file_without_all_kinds_is_refused_and_says_which() -> None:
    text = (DATA / "promises" / "en.yaml").read_text("utf-8")
    short = text[: text.index("  investigation:")] + text[text.index("told:") :]
    with pytest.raises(KnowledgeError, match="investigation"):
        parse(PromiseWords, short, "en.yaml")
