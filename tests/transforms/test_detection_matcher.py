"""Hearing cues: the notation of lexicons, and agreement with its plain reading."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.settings import CHECKOUT
from tests.reference_matcher import ReferenceMatcher
from transforms.detection.labels import LABELS
from transforms.detection.matcher import Matcher
from transforms.knowledge.frozen import parse
from transforms.knowledge.lexicon import Lexicon

LEXICONS = sorted((CHECKOUT / "data" / "lexicons").glob("*.yaml"))
SENTENCES = {"heard_in": (), "not_heard_in": ()}


def lexicon(
    apology: list[str], *, others: dict[str, Any] | None = None, **fields: Any
) -> Lexicon:
    """A lexicon in which an apology has these phrases, and fields."""
    of_lexicon = {
        key: fields.pop(key) for key in ("negation", "prefixes") if key in fields
    }
    silent = {label: {"phrases": ["qqq"], **SENTENCES} for label in LABELS}
    heard = {"apology": {"phrases": apology, **SENTENCES, **fields}}
    return Lexicon.model_validate(
        {
            "language": "xx",
            "version": "1",
            "name": "Test",
            "direction": "ltr",
            "cues": silent | heard | (others or {}),
            **of_lexicon,
        }
    )


def heard(lexicon: Lexicon, text: str, speaker: str = "agent") -> list[str]:
    """What is heard in a text, as the text has it; as the oracle hears it, too."""
    hits = Matcher(lexicon).hear(pl.Series([text]), speaker)
    spans = sorted(hits.select("start", "end", "label", "cue").iter_rows())
    plain = ReferenceMatcher(lexicon).hear(text, speaker)
    assert spans == sorted((h.start, h.end, h.label, h.cue) for h in plain)
    return [text[start:end] for start, end, *_ in spans]


@pytest.mark.parametrize(
    ("cue", "text", "found"),
    [
        ("sorry", "I'm Sorry, sir", ["Sorry"]),
        ("sorry", "sorrys", []),
        ("(so|very) sorry [about|for]", "so sorry for it", ["so sorry for"]),
        ("apolog*", "My apologies!", ["apologies"]),
        ("*excuus", "duizendexcuus", ["duizendexcuus"]),
        ("apolog* to you", "apologies to you", ["apologies to you"]),
        ("a* b* c*", "aa bb cc", ["aa bb cc"]),
        ("~sorry", "vesorry", ["vesorry"]),
        ("feel ... bad", "feel so very very bad", ["feel so very very bad"]),
        ("feel ... bad", "feel 1 2 3 4 bad", ["feel 1 2 3 4 bad"]),
        ("feel ... bad", "feel 1 2 3 4 5 bad", []),
        ("feel ... bad", "bad feel", []),
        ("am _ sorry", "am so sorry", ["am so sorry"]),
        ("am _ sorry", "am sorry", []),
        ("am _ sorry", "am so so sorry", []),
        ("^ sorry", "Sorry, sorry", ["Sorry"]),
        ("sorry $", "sorry, sorry!", ["sorry"]),
        ("^ sorry $", "not sorry", []),
        ("^ so _ sorry $", "so very sorry", ["so very sorry"]),
        ("so sorry", "so. Sorry", []),
        ("so sorry", "so, sorry", ["so, sorry"]),
        ("so sorry", "so... sorry", ["so... sorry"]),
        ("feel ... bad", "feel it. Bad", []),
    ],
)
def test_the_notation_is_heard_as_it_is_described(
    cue: str, text: str, found: list[str]
) -> None:
    assert heard(lexicon([cue], prefixes=["ve"]), text) == found


def test_a_phrase_of_very_many_wordings_is_heard_whole() -> None:
    words = "(a|b|c|d|e) (f|g|h|i|j) (k|l|m|n|o) [p|q|r] (s*|t|u)"
    spoken = lexicon([words, f"^ x {words} $"])

    assert heard(spoken, "so b g n q ssss, a f k t") == ["b g n q ssss", "a f k t"]
    assert heard(spoken, "x c j o u") == ["x c j o u"]
    assert heard(spoken, "y x c j o u z") == ["c j o u"]
    assert heard(spoken, "a f p s") == []


def test_the_widest_of_nested_hits_is_told() -> None:
    assert heard(lexicon(["sorry", "so sorry", "sorry for"]), "so sorry for it") == [
        "so sorry",
        "sorry for",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I am sorry", ["sorry"]),
        ("I am not sorry", []),
        ("not one two sorry", []),
        ("not one two three sorry", ["sorry"]),
        ("not that, sorry", ["sorry"]),
        ("not. Sorry", ["Sorry"]),
        ("sorry never", []),
        ("sorry one never", []),
        ("sorry one two never", ["sorry"]),
        ("sorry, never", ["sorry"]),
    ],
)
def test_a_negator_turns_a_cue_round_only_near_it_and_in_its_clause(
    text: str, found: list[str]
) -> None:
    negation = {"before": ["not"], "within": 3, "after": ["never"], "within_after": 2}

    assert heard(lexicon(["sorry"], negation=negation), text) == found


def test_a_label_that_is_not_negatable_is_heard_beside_a_negator() -> None:
    spoken = lexicon(["sorry"], negation={"before": ["not"]}, negatable=False)

    assert heard(spoken, "not sorry") == ["sorry"]


def test_a_negator_of_one_utterance_does_not_reach_another() -> None:
    matcher = Matcher(
        lexicon(["sorry"], negation={"before": ["not"], "after": ["not"]})
    )

    hits = matcher.hear(pl.Series(["not", "sorry", "not"]), "agent")

    assert hits["row"].to_list() == [1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sorry", ["sorry"]),
        ("sorry state", []),
        ("a sorry state, sorry", ["sorry"]),
        ("state sorry", ["sorry"]),
    ],
)
def test_a_cancelling_phrase_cancels_only_what_it_overlaps(
    text: str, found: list[str]
) -> None:
    assert heard(lexicon(["sorry"], unless=["sorry state"]), text) == found


def test_a_cancelling_phrase_of_another_label_cancels_nothing() -> None:
    empathy = {"phrases": ["sad"], "unless": ["sorry state"], **SENTENCES}
    spoken = lexicon(["sorry"], others={"empathy": empathy})

    assert heard(spoken, "sorry state") == ["sorry"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sorry", ["sorry"]),
        ("Sorry. Sorry, dear!", ["Sorry", "Sorry, dear"]),
        ("sorry about it", []),
    ],
)
def test_a_label_of_whole_utterances_is_heard_only_where_cues_cover_all(
    text: str, found: list[str]
) -> None:
    assert heard(lexicon(["sorry", "sorry dear"], whole_utterance=True), text) == found


def test_each_speaker_carries_only_their_labels() -> None:
    spoken = lexicon(["well"], others={"anger": {"phrases": ["well"], **SENTENCES}})
    speakers = pl.Series(
        ["agent", "supervisor", "customer", "unknown", "ivr", "system"]
    )

    hits = Matcher(spoken).hear(pl.Series(["well"] * 6), speakers)

    assert hits.select("row", "label").rows() == [
        (0, "apology"),
        (1, "apology"),
        (2, "anger"),
        (3, "anger"),
        (3, "apology"),
    ]


def test_what_is_said_again_is_heard_again() -> None:
    said = pl.Series(["sorry", "no", "sorry", None, "sorry"], dtype=pl.String)

    hits = Matcher(lexicon(["sorry"])).hear(said, "agent")

    assert hits.select("row", "start", "end").rows() == [
        (0, 0, 5),
        (2, 0, 5),
        (4, 0, 5),
    ]


def test_no_texts_are_no_hits() -> None:
    assert (
        Matcher(lexicon(["a"])).hear(pl.Series([], dtype=pl.String), "agent").is_empty()
    )


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.stem)
def test_the_sentences_of_a_lexicon_are_heard_as_by_the_plain_reading(
    path: Path,
) -> None:
    spoken = parse(Lexicon, path.read_text(encoding="utf-8"), path.name)
    # The plain reading is slow to prepare: some labels of each language must do.
    some = dict(list(spoken.cues.items())[::11])
    spoken = spoken.model_copy(update={"cues": some})
    sentences = [
        sentence
        for cues in some.values()
        for sentence in (*cues.heard_in, *cues.not_heard_in)
    ]
    plain = ReferenceMatcher(spoken)

    hits = Matcher(spoken).hear(pl.Series(sentences), "unknown")

    assert sorted(hits.select("row", "label", "start", "end", "cue").rows()) == sorted(
        (row, *hit)
        for row, sentence in enumerate(sentences)
        for hit in plain.hear(sentence)
    )
