"""Which library names languages best: ours against one other, on real sentences."""

import gzip
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import orjson
import polars as pl
import pytest

from flows.knowledge import load_knowledge
from flows.settings import Settings
from transforms.detection.language import LanguageFinder

_SENTENCES = 600
_SAMPLES_A_LANGUAGE = 40
_TOGETHER = 6

Labelled = list[tuple[str, str]]
"""Language code and text."""


@pytest.fixture(scope="module")
def finder() -> LanguageFinder:
    """Ours, with the languages of the shipped knowledge."""
    knowledge = load_knowledge(Settings().knowledge)
    return LanguageFinder(knowledge.lexicons, knowledge.languages)


@pytest.fixture(scope="module")
def rows(corpora_dir: Path) -> Labelled:
    """Sentences of news and fiction in our languages and their neighbours."""
    path = corpora_dir / "negatives_xx" / "data.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    with gzip.open(path, "rb") as lines:
        return [(row["lang"], row["text"]) for row in map(orjson.loads, lines)]


@pytest.fixture(scope="module")
def sentences(rows: Labelled) -> Labelled:
    """Single sentences, drawn once and for all."""
    return random.Random(7).sample(rows, _SENTENCES)


@pytest.fixture(scope="module")
def passages(rows: Labelled) -> Labelled:
    """Six sentences of one language at a time: about as long as a call's sample."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for language, text in rows:
        by_language[language].append(text)
    drawn = random.Random(7)
    return [
        (language, " ".join(drawn.sample(texts, _TOGETHER)))
        for language, texts in sorted(by_language.items())
        for _ in range(_SAMPLES_A_LANGUAGE)
    ]


def _certain(finder: LanguageFinder) -> LanguageFinder:
    """Ours, made to name a language for every text, as the other library does."""
    always = finder.languages.min_confidence.model_copy(update={"value": 0.0})
    languages = finder.languages.model_copy(update={"min_confidence": always})
    return LanguageFinder(finder.lexicons, languages)


def _ours(finder: LanguageFinder, labelled: Labelled) -> float:
    found = finder.find(pl.Series([text for _, text in labelled])).to_list()
    return _right(finder, labelled, found)


def _langid(finder: LanguageFinder, labelled: Labelled) -> float:
    """The other library, asked about the same languages."""
    langid = pytest.importorskip("langid")
    candidates = {*finder.lexicons, *finder.languages.neighbours, "no"}
    langid.set_languages(sorted(candidates))
    found = [langid.classify(text)[0] for _, text in labelled]
    return _right(finder, labelled, found)


def _right(
    finder: LanguageFinder, labelled: Labelled, found: Sequence[str | None]
) -> float:
    """The share named rightly; codes that one lexicon hears count as one language."""
    pairs = zip(labelled, found, strict=True)
    right = (
        code and finder.named(code) == finder.named(lang) for (lang, _), code in pairs
    )
    return sum(map(bool, right)) / len(labelled)


def test_on_one_sentence_ours_is_right_more_often_than_the_other(
    finder: LanguageFinder, sentences: Labelled
) -> None:
    ours = _ours(_certain(finder), sentences)
    assert ours > _langid(finder, sentences)
    assert ours > 0.93


def test_on_one_sentence_ours_would_sooner_say_nothing_than_something_wrong(
    finder: LanguageFinder, sentences: Labelled
) -> None:
    found = finder.find(pl.Series([text for _, text in sentences])).to_list()
    named = [(one, code) for one, code in zip(sentences, found, strict=True) if code]
    assert len(named) > 0.8 * len(sentences)
    right = _right(finder, [one for one, _ in named], [code for _, code in named])
    assert right > 0.97


def test_on_six_sentences_ours_is_right_in_ninety_nine_of_a_hundred(
    finder: LanguageFinder, passages: Labelled
) -> None:
    assert _ours(finder, passages) >= 0.99


def test_close_languages_are_told_apart_from_ours(
    finder: LanguageFinder, passages: Labelled
) -> None:
    mistaken = [
        (language, code)
        for (language, _), code in zip(
            passages,
            finder.find(pl.Series([text for _, text in passages])).to_list(),
            strict=True,
        )
        if finder.named(language) not in finder.lexicons and code in finder.lexicons
    ]
    assert len(mistaken) <= 2, mistaken
