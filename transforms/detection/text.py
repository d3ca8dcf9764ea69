"""Normalised text: what cues are matched against, and the way back to the original.

A line is lower case, words (letters, digits, inner apostrophes) with one space between
and one at each end, so that ` cue ` matches whole words without a word-boundary regex.
Normalising never merges or splits a word, so the n-th word of a line is the n-th word of
the original: spans travel back by word numbers.

Texts are worked on as one run of bytes: `bytes.translate` and a table for two-byte
characters are some twenty times faster than a regular expression a row. Letters that
take three bytes or more in UTF-8 belong to no language that has a lexicon: they are spaces.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_SPACE: Final = 0x20
_APOSTROPHE: Final = 0x27
_DELETED: Final = 0x00
_QUOTE_REST: Final = 0x01
"""The second and third byte of a curly apostrophe: deleted too."""
_TEXT_END: Final = 0xFF
"""Ends each text in the run: a byte that UTF-8 never uses."""
_DELETABLE: Final = bytes([_DELETED, _QUOTE_REST])
_APOSTROPHES: Final = "\u2018\u2019\u02bc\u05f3\u00b4`"
_COMBINING_LEADS: Final = (b"\xcc", b"\xcd")
_SENTENCE_MARKS: Final = b".?!;"
_CLAUSE_MARKS: Final = b".?!;,:"


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


def _run(texts: pl.Series) -> tuple[bytes, Places]:
    """All texts as one run, each after a space and before `_TEXT_END`, and these ends."""
    space = pl.lit(" ")
    spaced = pl.select(pl.concat_str(space, texts.fill_null(""), space)).to_series()
    strings = pa.chunked_array([spaced.to_arrow()]).combine_chunks()
    strings = strings.cast(pa.large_string())
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[
        strings.offset + 1 : strings.offset + len(strings) + 1
    ]
    base = np.frombuffer(offsets, dtype=np.int64)[strings.offset]
    run = np.frombuffer(data, dtype=np.uint8)[base : ends[-1]].copy()
    run[ends - base - 1] = _TEXT_END
    return run.tobytes(), ends - base - 1


def _translate(run: bytes, *, fold: bool) -> Bytes:
    """Each byte as it stands in a line: a word's byte, a space, or 0 for none."""
    data = np.frombuffer(run, dtype=np.uint8)
    out = np.frombuffer(bytearray(run.translate(_ONE_BYTE)), dtype=np.uint8)
    # Plain Hebrew letters stand for themselves; they are too many to look up.
    plain = (data == 0xD7)[:-1] & (data[1:] >= 0x90) & (data[1:] <= 0xAA)
    lead = np.flatnonzero((data[:-1] >= 0xC2) & (data[:-1] <= 0xDF) & ~plain)
    code = (data[lead].astype(np.int64) - 0xC0) * 0x40 + (data[lead + 1] - 0x80)
    pairs = _TWO_BYTES[fold][code]
    out[lead], out[lead + 1] = pairs[:, 0], pairs[:, 1]
    longer = np.flatnonzero((data >= 0xE0) & (data < _TEXT_END))
    for step in range(3):
        out[longer + step] = _SPACE
    out[longer[data[longer] >= 0xF0] + 3] = _SPACE
    quotes = longer[(data[longer] == 0xE2) & (data[longer + 1] == 0x80)]
    quotes = quotes[(data[quotes + 2] & 0xFE) == 0x98]
    out[quotes] = _APOSTROPHE
    out[quotes + 1] = out[quotes + 2] = _QUOTE_REST
    return out


def normalise(texts: pl.Series, *, fold: bool = False) -> pl.Series:
    """Each text as a line of words; nulls as a line without words.

    Args:
        texts: strings, in any order.
        fold: leave diacritics out (`zpět` as `zpet`).

    >>> normalise(pl.Series(["I\u2019m SORRY,   'really'!"])).to_list()
    [" i'm sorry really "]
    """
    if texts.is_empty():
        return texts.cast(pl.String)
    run, _ = _run(texts)
    if any(lead in run for lead in _COMBINING_LEADS):
        run, _ = _run(texts.str.normalize("NFC"))
    line = _translate(run, fold=fold).tobytes().translate(None, _DELETABLE)
    for found, put in ((b" '", b" "), (b"' ", b" "), (b"'\xff", b"\xff")):
        while found in line:
            line = line.replace(found, put)
    data = _single_spaced(np.frombuffer(line, dtype=np.uint8))
    ends = np.flatnonzero(data == _TEXT_END)
    data[ends] = _SPACE
    offsets = np.concatenate(([0], ends + 1))
    strings = pa.LargeStringArray.from_buffers(
        len(texts), pa.py_buffer(offsets), pa.py_buffer(data)
    )
    return pl.Series(texts.name, pl.from_arrow(strings), dtype=pl.String)


def _single_spaced(line: Bytes) -> Bytes:
    """Leave out every space before another space or a text's end."""
    before_break = (line[1:] == _SPACE) | (line[1:] == _TEXT_END)
    keep = np.ones(len(line), dtype=bool)
    keep[:-1] = (line[:-1] != _SPACE) | ~before_break
    return line[keep]


@dataclass(frozen=True)
class Words:
    """Where the words of some texts stand, and what stands between them.

    Attributes:
        first: number of each text's first word among all words, and at last their count.
        start: start of each word in its own text, in code points.
        end: its end, exclusive.
        sentence_breaks: gaps up to each word in which a sentence ends, counted.
        clause_breaks: the same for commas and colons too.
    """

    first: Places
    start: Places
    end: Places
    sentence_breaks: Places
    clause_breaks: Places


def words(texts: pl.Series, *, fold: bool = False) -> Words:
    """Find the words of the original texts, numbered as in their lines."""
    run, text_ends = _run(texts)
    data = np.frombuffer(run, dtype=np.uint8)
    inside = _inside_words(_translate(run, fold=fold))
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    points = np.concatenate(
        ([0], np.cumsum((data & 0xC0) != 0x80, dtype=np.int32))
    ).astype(np.int64)
    text_starts = np.concatenate(([0], text_ends + 1))
    first = np.searchsorted(starts, text_starts)
    # One space was put before each text.
    base = np.repeat(points[text_starts[:-1]] + 1, np.diff(first))
    return Words(
        first=first,
        start=points[starts] - base,
        end=points[ends] - base,
        sentence_breaks=_breaks(run, starts, ends, _SENTENCE_MARKS, run_on=True),
        clause_breaks=_breaks(run, starts, ends, _CLAUSE_MARKS, run_on=False),
    )


def _inside_words(out: Bytes) -> npt.NDArray[np.bool_]:
    """Which bytes belong to a word: points do, outer apostrophes do not."""
    out[out == _QUOTE_REST] = _APOSTROPHE
    inside = (out != _SPACE) & (out != _TEXT_END)
    while True:
        marks = np.flatnonzero(inside & (out == _APOSTROPHE))
        outer = marks[~inside[marks - 1] | ~inside[marks + 1]]
        if not outer.size:
            return inside
        inside[outer] = False


def _breaks(
    run: bytes, starts: Places, ends: Places, marks: bytes, *, run_on: bool
) -> Places:
    """Count, up to each word, the gaps in which a mark stands; dots in a row run on."""
    data = np.frombuffer(run, dtype=np.uint8)
    table = bytes(code in marks for code in range(256))
    places = np.flatnonzero(np.frombuffer(run.translate(table), dtype=np.uint8))
    broken = np.zeros(len(starts) + 1, dtype=np.int64)
    after = np.searchsorted(starts, places)
    broken[after] = 1
    if run_on:
        dots = (data[places] == ord(".")) & (data[places - 1] == ord("."))
        broken[after[dots]] = 0
    return np.cumsum(broken[:-1])
