"""Normalised text: what cues are matched against, and the way back to the original.

A line is lower case, words (letters, digits, inner apostrophes) with one space between
and one at each end, so that ` cue ` matches whole words without a word-boundary regex.

Texts are worked on as one run of bytes: `bytes.translate` and a table for two-byte
characters are some twenty times faster than a regular expression a row. Letters that
take three bytes or more in UTF-8 belong to no language that has a lexicon: they are spaces.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ARROW: Final[Any] = pa
"""pyarrow has no types of its own."""
_SPACE: Final = 0x20
_APOSTROPHE: Final = 0x27
_DELETED: Final = 0x00
_TEXT_END: Final = 0x1E
"""Ends each text in the run: the record separator, which no text holds."""
_APOSTROPHES: Final = "\u2018\u2019\u02bc\u05f3\u00b4`"
_FILLER: Final = b"\xff"
"""Fills up where a composed letter is shorter: a byte that UTF-8 never uses."""
_COMBINING_LEADS: Final = (b"\xcc", b"\xcd")
_DECOMPOSED: Final = re.compile(
    rb"(?:[A-Za-z]|[\xc2-\xcb\xce-\xdf].)(?:[\xcc\xcd].)+", re.DOTALL
)
_DOT: Final = ord(".")
_AT_ONCE: Final = 100_000
"""Texts worked on at once: their arrays stay in the cache and off the page tables."""


def _normal_character(character: str, *, fold: bool) -> str:
    """One character as it stands in a line: itself in lower case, `'`, ` ` or nothing."""
    if character in _APOSTROPHES or character == "'":
        return "'"
    if unicodedata.category(character) == "Mn":
        # Latin marks are composed beforehand; points of Hebrew are not letters.
        return character if "\u0300" <= character <= "\u036f" and not fold else ""
    if not character.isalnum():
        return " "
    lowered = character.lower()
    if fold:
        lowered = unicodedata.normalize("NFD", lowered)[0]
    return lowered if len(lowered.encode()) <= len(character.encode()) else character


def _one_byte_table() -> bytes:
    table = list(range(256))
    for code in range(0x80):
        table[code] = ord(_normal_character(chr(code), fold=False))
    table[_TEXT_END], table[ord(_FILLER)] = _TEXT_END, _DELETED
    return bytes(table)


def _two_byte_table(*, fold: bool) -> Bytes:
    table = np.zeros((0x20 * 0x40, 2), dtype=np.uint8)
    for code in range(0x80, 0x800):
        normal = _normal_character(chr(code), fold=fold).encode()
        filler = b" " if normal == b" " else bytes([_DELETED])
        table[code] = list(normal.ljust(2, filler))
    return table


_ONE_BYTE: Final = _one_byte_table()
_TWO_BYTES: Final = {fold: _two_byte_table(fold=fold) for fold in (False, True)}
_SENTENCE_ENDS: Final = bytes(code in b".?!;" for code in range(256))
_CLAUSE_ENDS: Final = bytes(code in (*b".?!;,:", _TEXT_END) for code in range(256))


@dataclass(frozen=True)
class Lines:
    """Texts and their lines, each as one run of bytes.

    Words are counted by the spaces before them: word `k` of the run stands between
    spaces `k` and `k + 1`. Every line has one space more than words, so words of
    different texts are never neighbours.

    Attributes:
        run: the texts in UTF-8, each after a space and before `_TEXT_END`.
        line: their lines.
        spaces: where in the lines the spaces stand.
        word_starts: where in the run the word after each space starts.
        word_ends: where in the run the word before each space ends.
    """

    run: Bytes
    line: Bytes
    spaces: Places
    word_starts: Places
    word_ends: Places

    @cached_property
    def first(self) -> Places:
        """The number of each line's first word, and at last that of all spaces."""
        ends = np.flatnonzero(np.diff(self.spaces) == 1) + 1
        return np.concatenate(([0], ends, [len(self.spaces)]))

    @cached_property
    def starts(self) -> Places:
        """Where each line starts, and at last where all end."""
        return np.append(self.spaces, len(self.line))[self.first]

    @cached_property
    def strings(self) -> pl.Series:
        """The lines, one a text."""
        return _strings(self.line, self.starts)

    @cached_property
    def whole(self) -> pl.Series:
        """All lines in one string: two spaces stand between them."""
        return _strings(self.line, np.array([0, len(self.line)]))

    def rows(self, words: Places) -> Places:
        """The text in which each word stands."""
        return np.searchsorted(self.first, words, side="right") - 1

    def starts_line(self, words: Places) -> Flags:
        """Whether each word is the first of its line."""
        return self.first[self.rows(words)] == words

    def spans(self, first: Places, last: Places) -> tuple[Places, Places]:
        """Start and end in code points of words `first` to `last`, both exclusive ends."""
        base = self._points(self.word_ends[self.first[self.rows(first)]] + 1)
        start = self._points(self.word_starts[first])
        return start - base, self._points(self.word_ends[last]) - base

    def _points(self, places: Places) -> Places:
        """Bytes of the run before each place, without those that continue a character."""
        return places - np.searchsorted(self._continuing, places)

    @cached_property
    def _continuing(self) -> Places:
        return np.flatnonzero((self.run & 0xC0) == 0x80)

    def sentence_ends_in(self, first: Places, last: Places) -> Flags:
        """Whether a sentence ends between the words from `first` to before `last`."""
        return self._any_between(self._sentence_marks, first, last)

    def clause_ends_in(self, first: Places, last: Places) -> Flags:
        """The same for clauses: commas and colons, and the ends of texts, too."""
        return self._any_between(self._clause_marks, first, last)

    def _any_between(self, marks: Places, first: Places, last: Places) -> Flags:
        begin, end = self.word_ends[first + 1], self.word_starts[last - 1]
        return np.searchsorted(marks, begin) < np.searchsorted(marks, end)

    @cached_property
    def _clause_marks(self) -> Places:
        return self._marks(_CLAUSE_ENDS)

    @cached_property
    def _sentence_marks(self) -> Places:
        """Marks, without those in a gap in which dots run on."""
        marks = self._marks(_SENTENCE_ENDS)
        dotted = marks[(self.run[marks] == _DOT) & (self.run[marks - 1] == _DOT)]
        gaps = np.searchsorted(self.word_ends, dotted, side="right") - 1
        begin = np.searchsorted(marks, self.word_ends[gaps])
        end = np.searchsorted(marks, self.word_starts[gaps])
        is_left = np.ones(len(marks), dtype=np.bool_)
        for first, last in zip(begin, end, strict=True):
            is_left[first:last] = False
        return marks[is_left]

    def _marks(self, table: bytes) -> Places:
        is_mark = self.run.tobytes().translate(table)
        return np.flatnonzero(np.frombuffer(is_mark, dtype=np.bool_))


def _strings(line: Bytes, offsets: Places) -> pl.Series:
    strings = _ARROW.LargeStringArray.from_buffers(
        len(offsets) - 1, _ARROW.py_buffer(offsets), _ARROW.py_buffer(line)
    )
    return pl.Series(pl.from_arrow(strings), dtype=pl.String)


def lines(texts: pl.Series, *, fold: bool = False) -> Lines:
    """Write texts as lines; a null as a line without words.

    Args:
        texts: strings, in any order, at least one.
        fold: leave diacritics out (`zpět` as `zpet`).
    """
    texts = texts.fill_null("")
    parts = [
        _part(texts.slice(start, _AT_ONCE), fold=fold)
        for start in range(0, len(texts), _AT_ONCE)
    ]
    in_run = np.cumsum([0, *(len(part.run) for part in parts[:-1])])
    in_line = np.cumsum([0, *(len(part.line) for part in parts[:-1])])
    return Lines(
        run=np.concatenate([part.run for part in parts]),
        line=np.concatenate([part.line for part in parts]),
        spaces=np.concatenate(
            [p.spaces + n for p, n in zip(parts, in_line, strict=True)]
        ),
        word_starts=np.concatenate(
            [p.word_starts + n for p, n in zip(parts, in_run, strict=True)]
        ),
        word_ends=np.concatenate(
            [p.word_ends + n for p, n in zip(parts, in_run, strict=True)]
        ),
    )


def normalise(texts: pl.Series, *, fold: bool = False) -> pl.Series:
    """Each text as a line of words; nulls as a line without words.

    >>> normalise(pl.Series(["I\u2019m SORRY,   'really'!"])).to_list()
    [" i'm sorry really "]
    """
    if texts.is_empty():
        return texts.cast(pl.String)
    return lines(texts, fold=fold).strings.alias(texts.name)


def _part(texts: pl.Series, *, fold: bool) -> Lines:
    run = _run(texts)
    out = _translated(run if fold else _composed(run), fold=fold)
    source = np.flatnonzero(out != _DELETED)
    line = out[source]
    _clear_outer_apostrophes(line)
    # A space or a text's end is left out after a space; a text's first space never.
    again = (line[:-1] == _SPACE) & ((line[1:] == _SPACE) | (line[1:] == _TEXT_END))
    kept = np.flatnonzero(np.concatenate(([True], ~again)))
    line = line[kept]
    spaces = np.flatnonzero((line == _SPACE) | (line == _TEXT_END))
    line[spaces] = _SPACE
    # Of the gap between words, a line has the first byte: where the word before ends.
    return Lines(
        run=np.frombuffer(run, dtype=np.uint8),
        line=line,
        spaces=spaces,
        word_starts=source[np.append(kept, len(source) - 1)[spaces + 1]],
        word_ends=source[kept[spaces]],
    )


def _run(texts: pl.Series) -> bytes:
    """All texts as one run, each after a space and before `_TEXT_END`."""
    end = chr(_TEXT_END)
    joined = texts.str.join(f"{end} ").cast(pl.Binary)[0]
    if joined.count(_TEXT_END) >= len(texts):
        return _run(texts.str.replace_all(end, " ", literal=True))
    return b" " + joined + end.encode()


def _composed(run: bytes) -> bytes:
    """Letters with combining marks as one letter, filled up to the same length."""
    if any(lead in run for lead in _COMBINING_LEADS):
        for letter in sorted(set(_DECOMPOSED.findall(run)), key=len, reverse=True):
            composed = unicodedata.normalize("NFC", letter.decode()).encode()
            run = run.replace(letter, composed.ljust(len(letter), _FILLER))
    return run


def _translated(run: bytes, *, fold: bool) -> Bytes:
    """Each byte as it stands in a line: a word's byte, a space, or `_DELETED`."""
    data = np.frombuffer(run, dtype=np.uint8)
    out = np.frombuffer(bytearray(run.translate(_ONE_BYTE)), dtype=np.uint8)
    # Plain Hebrew letters stand for themselves; they are too many to look up.
    plain = (data == 0xD7)[:-1] & (data[1:] >= 0x90) & (data[1:] <= 0xAA)
    lead = np.flatnonzero((data[:-1] >= 0xC2) & (data[:-1] <= 0xDF) & ~plain)
    code = (data[lead].astype(np.int64) - 0xC0) * 0x40 + (data[lead + 1] - 0x80)
    pairs = _TWO_BYTES[fold][code]
    out[lead], out[lead + 1] = pairs[:, 0], pairs[:, 1]
    longer = np.flatnonzero((data >= 0xE0) & (data != ord(_FILLER)))
    for step in range(3):
        out[longer + step] = _SPACE
    out[longer[data[longer] >= 0xF0] + 3] = _SPACE
    quotes = longer[(data[longer] == 0xE2) & (data[longer + 1] == 0x80)]
    quotes = quotes[(data[quotes + 2] & 0xFE) == 0x98]
    out[quotes] = _APOSTROPHE
    out[quotes + 1] = out[quotes + 2] = _DELETED
    return out


def _clear_outer_apostrophes(line: Bytes) -> None:
    """Make spaces of apostrophes that don't stand between two letters of a word."""
    marks = np.flatnonzero(line == _APOSTROPHE)
    while marks.size:
        around = np.stack([line[marks - 1], line[marks + 1]])
        outer = ((around == _SPACE) | (around == _TEXT_END)).any(axis=0)
        if not outer.any():
            return
        line[marks[outer]] = _SPACE
        marks = marks[~outer]
