"""Names are folded, and found by their sound in two scripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.people import KNOWLEDGE, SPELLING
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.transliteration import Transliteration

# Romanisations as their bearers write them, several of one name.
PAIRS = [
    ("יעל כהן", "Yael Cohen"),
    ("משה לוי", "Moshe Levy"),
    ("רחל מזרחי", "Rachel Mizrahi"),
    ("רחל מזרחי", "Rahel Mizrachi"),
    ("דוד שפירא", "David Schapira"),
    ("יצחק צדוק", "Yitzhak Tzadok"),
    ("יצחק צדוק", "Itzhak Zadok"),
    ("חליל חורי", "Khalil Houri"),
    ("נועה וקנין", "Noa Vaknin"),
    ("אביגיל פרץ", "Avigail Peretz"),
    ("שלמה רוזן", "Shlomo Rosen"),
    ("יהושע גבאי", "Yehoshua Gabbay"),
    ("סתיו אוחיון", "Stav Ohayon"),
    ("תמר בן דוד", "Tamar Ben-David"),
]
STRANGERS = [
    ("יעל כהן", "Michal Cohen"),
    ("דן", "Dana"),
    ("משה לוי", "Miriam Levy"),
    ("רותם", "Rivka"),
]


def alike(one: str, other: str) -> bool:
    words = zip(SPELLING.words(one), SPELLING.words(other), strict=True)
    return all(set(SPELLING.sounds(a)) & set(SPELLING.sounds(b)) for a, b in words)


@pytest.mark.parametrize(("hebrew", "latin"), PAIRS)
def test_a_name_is_heard_in_both_scripts(hebrew: str, latin: str) -> None:
    assert alike(hebrew, latin)


@pytest.mark.parametrize(("hebrew", "latin"), STRANGERS)
def test_other_names_are_not(hebrew: str, latin: str) -> None:
    assert not alike(hebrew, latin)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Mevr. J. van der Berg", ["j", "van", "der", "berg"]),
        ("Šťastný Øyvind", ["stastny", "oyvind"]),
        ("O’Brien-Smith", ["obrien", "smith"]),
        ("גב' יעל כֹּהֵן", ["יעל", "כהן"]),
        ("Dr.", ["dr"]),
        (" ", []),
    ],
)
def test_names_are_folded_without_marks_and_titles(name: str, words: list[str]) -> None:
    assert SPELLING.words(name) == words


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_and_every_word_has_a_few_keys(name: str) -> None:
    words = SPELLING.words(name)
    assert SPELLING.words(" ".join(words)) == words
    most = int(KNOWLEDGE.transliteration.most_keys.value)
    assert all(1 <= len(SPELLING.sounds(word)) <= most for word in words)


def test_a_letter_without_a_sound_is_refused_by_file_and_place() -> None:
    told = KNOWLEDGE.transliteration.model_dump()
    told["scripts"]["hebrew"]["end"]["ם"] = []
    with pytest.raises(KnowledgeError, match=r"names\.yaml: scripts\.hebrew.*'ם'"):
        parse(Transliteration, json.dumps(told), "names.yaml")
