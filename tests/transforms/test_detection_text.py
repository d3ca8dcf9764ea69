"""Lines: what they say, and how they lead back to the texts."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference_matcher import words_of
from transforms.detection.text import lines, normalise

# Letters of three bytes or more are spaces, so texts are drawn from shorter ones, and
# from the marks that calls have. Marks that combine come only after a letter.
LETTERS = "abzABZ09éÉåøŘžßשלםъ" + "'’‘`" + ' .,?!;:-_\n\t\x00\x1e"' + "…–😀"
TEXTS = st.lists(st.text(st.sampled_from(LETTERS), max_size=30), min_size=1, max_size=5)
FOLDS = st.booleans()


def spans(texts: list[str], *, fold: bool) -> list[list[tuple[int, int]]]:
    written = lines(pl.Series(texts), fold=fold)
    found: list[list[tuple[int, int]]] = []
    for row in range(len(texts)):
        first, after = int(written.first[row]), int(written.first[row + 1])
        words = np.arange(first, after - 1, dtype=np.int64)
        start, end = written.spans(words, words + 1)
        found.append(list(zip(start.tolist(), end.tolist(), strict=True)))
    return found


@given(TEXTS, FOLDS)
def test_normalising_twice_changes_nothing(texts: list[str], fold: bool) -> None:
    once = normalise(pl.Series(texts), fold=fold)

    assert normalise(once, fold=fold).to_list() == once.to_list()


@given(TEXTS, FOLDS)
def test_words_and_their_spans_are_those_of_the_plain_reading(
    texts: list[str], fold: bool
) -> None:
    plain = [words_of(text, fold=fold) for text in texts]

    written = normalise(pl.Series(texts), fold=fold)

    assert [line.split() for line in written] == [
        [word for word, _, _ in words] for words in plain
    ]
    assert spans(texts, fold=fold) == [
        [(start, end) for _, start, end in words] for words in plain
    ]


@given(TEXTS)
def test_a_line_has_one_space_between_words_and_at_each_end(texts: list[str]) -> None:
    for line in normalise(pl.Series(texts)):
        assert line == f" {' '.join(line.split())} ".replace("  ", " ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("I’m SORRY,   'really'!", " i'm sorry really "),
        ("zpe\u0301t", " zpét "),
        ("שָׁלוֹם, עוֹלָם", " שלום עולם "),
        ("e-mail: a_b@c.nl", " e mail a b c nl "),
        ("'t is ''zo'n''", " t is zo'n "),
        ("...", " "),
        ("", " "),
    ],
)
def test_text_is_written_as_words(text: str, line: str) -> None:
    assert normalise(pl.Series([text])).to_list() == [line]


def test_diacritics_are_left_out_where_asked() -> None:
    said = pl.Series(["Zpět, prosím", "zpe\u030ct"])

    assert normalise(said, fold=True).to_list() == [" zpet prosim ", " zpet "]


def test_a_null_is_a_line_without_words() -> None:
    assert normalise(pl.Series([None, "a"], dtype=pl.String)).to_list() == [" ", " a "]


def test_no_texts_are_no_lines() -> None:
    assert normalise(pl.Series([], dtype=pl.String)).is_empty()


def test_spans_of_composed_letters_and_points_count_every_character() -> None:
    assert spans(["a zpe\u0301t, שָׁלוֹם!"], fold=False) == [[(0, 1), (2, 7), (9, 16)]]


@pytest.mark.parametrize(
    ("text", "sentence", "clause"),
    [
        ("so sorry", False, False),
        ("so, sorry", False, True),
        ("so. sorry", True, True),
        ("so... sorry", False, True),
        ("so?! sorry", True, True),
        ("so: sorry", False, True),
    ],
)
def test_marks_between_words_end_sentences_and_clauses(
    text: str, sentence: bool, clause: bool
) -> None:
    written = lines(pl.Series([text]))
    first, last = np.array([0]), np.array([2])

    assert written.sentence_ends_in(first, last).tolist() == [sentence]
    assert written.clause_ends_in(first, last).tolist() == [clause]


def test_a_texts_end_ends_a_clause() -> None:
    written = lines(pl.Series(["not", "sorry"]))

    assert written.clause_ends_in(np.array([0]), np.array([3])).tolist() == [True]
