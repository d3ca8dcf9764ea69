"""One automaton for all cues of a language that have choices or gaps: it reads words.

Its states are places between the words of a phrase. All candidates step forward one word
at a time together, so that a step is a few operations on arrays.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from transforms.detection.phrases import Choice, Gap, Part, Parts, Tokens, Word
from transforms.detection.text import Lines

Numbers = npt.NDArray[np.int64]

ANY: Final = 0
"""The symbol that every word has."""
_ANYWHERE: Final = 1
_AT_END: Final = 2
_SYMBOL_BITS: Final = 24
_ARROW: Final[Any] = pa
"""pyarrow has no types of its own."""


@dataclass(frozen=True)
class Symbols:
    """What a word may be to a cue: itself, or what a starred word stands for."""

    whole: dict[str, int]
    heads: dict[str, int]
    tails: dict[str, int]
    inner: dict[str, int]

    def of(self, words: pl.Series) -> tuple[Numbers, Numbers]:
        """The symbols of words: where those of each begin, and all of them.

        Args:
            words: distinct words as lines have them.
        """
        found = [
            _looked_up(words, self.whole),
            *(
                _looked_up(words.str.head(size), starred)
                for size, starred in _by_length(self.heads)
            ),
            *(
                _looked_up(words.str.tail(size), starred)
                for size, starred in _by_length(self.tails)
            ),
            *(
                _looked_up(words.str.extract(f"({re.escape(part)})"), {part: number})
                for part, number in self.inner.items()
            ),
        ]
        every = np.arange(len(words))
        place = np.concatenate((every, *(place for place, _ in found)))
        number = np.concatenate((np.zeros_like(every), *(n for _, n in found)))
        order = np.argsort(place, kind="stable")
        begins = np.searchsorted(place[order], np.arange(len(words) + 1))
        return begins, number[order]


def _by_length(starred: dict[str, int]) -> list[tuple[int, dict[str, int]]]:
    found: dict[int, dict[str, int]] = {}
    for text, number in starred.items():
        found.setdefault(len(text), {})[text] = number
    return sorted(found.items())


def _looked_up(words: pl.Series, numbers: dict[str, int]) -> tuple[Numbers, Numbers]:
    """Places of the words that have a number, and their numbers."""
    found = words.replace_strict(numbers, default=None, return_dtype=pl.Int64)
    places = found.is_not_null().arg_true()
    return places.to_numpy().astype(np.int64), found.drop_nulls().to_numpy()


@dataclass(frozen=True)
class Automaton:
    """Where each cue begins, where words lead, and where a cue is met.

    Attributes:
        begins: the first state of each cue, -1 of one that is not here; the state after
            it is where the cue begins at the start of a line only.
        keys: state and symbol of each step, in order.
        targets: the state to which each step leads.
        accepts: for each state whether the cue is met, anywhere or at a line's end.
        symbols: the symbols of words.
    """

    begins: Numbers
    keys: Numbers
    targets: Numbers
    accepts: npt.NDArray[np.uint8]
    symbols: Symbols

    def longest_from(
        self, cue: Numbers, first: Numbers, written: Lines
    ) -> tuple[Numbers, Numbers]:
        """The longest hit of each cue from its word on, within a sentence.

        Args:
            cue: cues that have an automaton.
            first: the word from which each is tried.
            written: the lines.

        Returns:
            Places in `cue` that are hits, and the word after the last of each.
        """
        if not len(cue):
            return cue, cue
        codes, by_code = self._read(first, written)
        own = np.arange(len(cue))
        at_start = np.flatnonzero(written.starts_line(first))
        origin = np.concatenate((own, at_start))
        state = self.begins[cue][origin]
        state[len(own) :] += 1
        word = first[origin]
        met: list[tuple[Numbers, Numbers]] = []
        while len(state):
            origin, state, word = self._step(origin, state, word, codes, by_code)
            accepted = self.accepts[state]
            here = (accepted & _ANYWHERE) > 0
            here |= ((accepted & _AT_END) > 0) & (codes[word] == 0)
            met.append((origin[here], word[here]))
        origin, word = (np.concatenate(parts) for parts in zip(*met, strict=True))
        within = ~written.sentence_ends_in(first[origin], word)
        last = np.zeros(len(cue), dtype=np.int64)
        # Those met later are longer: they take the place of shorter ones.
        last[origin[within]] = word[within]
        hits = np.flatnonzero(last)
        return hits, last[hits]

    def _read(
        self, first: Numbers, written: Lines
    ) -> tuple[npt.NDArray[np.int32], tuple[Numbers, Numbers]]:
        """A code for each word of the lines concerned, 0 for none, and codes' symbols."""
        concerned = np.zeros(len(written.first) - 1, dtype=np.bool_)
        concerned[written.rows(first)] = True
        rows = np.flatnonzero(concerned)
        begin, end = written.first[rows], written.first[rows + 1] - 1
        counts = end - begin
        words = np.repeat(begin - np.cumsum(counts) + counts, counts)
        words += np.arange(len(words))
        spelt = _spelt(written).take(_ARROW.array(words)).dictionary_encode()
        codes = np.zeros(len(written.spaces) + 1, dtype=np.int32)
        codes[words] = spelt.indices.to_numpy(zero_copy_only=False) + 1
        distinct = pl.Series(pl.from_arrow(spelt.dictionary), dtype=pl.String)
        begins, symbols = self.symbols.of(distinct.str.slice(1))
        # Code 0 is no word: it has no symbols.
        return codes, (np.concatenate(([0], begins)), symbols)

    def _step(
        self,
        origin: Numbers,
        state: Numbers,
        word: Numbers,
        codes: npt.NDArray[np.int32],
        by_code: tuple[Numbers, Numbers],
    ) -> tuple[Numbers, Numbers, Numbers]:
        """One word on, wherever that leads."""
        first, symbols = by_code
        code = codes[word]
        item, at = _spread(first[code], first[code + 1])
        key = (state[item] << _SYMBOL_BITS) + symbols[at]
        low = np.searchsorted(self.keys, key)
        known = np.flatnonzero(self.keys[low] == key)
        low, item = low[known], item[known]
        high = np.searchsorted(self.keys, key[known], side="right")
        again, step = _spread(low, high)
        item = item[again]
        return origin[item], self.targets[step], word[item] + 1


def _spelt(written: Lines) -> Any:
    """The words of all lines, each with the space before it."""
    return _ARROW.Array.from_buffers(
        _ARROW.large_string(),
        len(written.spaces) - 1,
        [None, _ARROW.py_buffer(written.spaces), _ARROW.py_buffer(written.line)],
    )


def _spread(low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Every number from each `low` to before its `high`, and the place of the pair."""
    counts = high - low
    place = np.repeat(np.arange(len(low)), counts)
    number = np.arange(len(place)) + np.repeat(low - np.cumsum(counts) + counts, counts)
    return place, number


@dataclass
class Builder:
    """Builds the automaton of a language, cue by cue."""

    tokens: Tokens
    _begins: list[int] = field(default_factory=list[int])
    _keys: list[int] = field(default_factory=list[int])
    _targets: list[int] = field(default_factory=list[int])
    _accepts: list[int] = field(default_factory=list[int])
    _symbols: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, parts: Parts | None) -> None:
        """Add the next cue; none where it needs no automaton."""
        if parts is None:
            self._begins.append(-1)
            return
        start = self._state()
        at_start = self._state()
        self._begins.append(start)
        end = self._state()
        for state in self._walk(parts, [start], end):
            if state not in (start, at_start):
                self._accepts[state] |= _ANYWHERE

    def built(self) -> Automaton:
        """The automaton of all cues added."""
        keys = np.array([*self._keys, np.iinfo(np.int64).max], dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        return Automaton(
            begins=np.array(self._begins, dtype=np.int64),
            keys=keys[order],
            targets=np.array([*self._targets, 0], dtype=np.int64)[order],
            accepts=np.array(self._accepts, dtype=np.uint8),
            symbols=self._sorted_symbols(),
        )

    def _sorted_symbols(self) -> Symbols:
        kinds: dict[tuple[bool, bool], dict[str, int]] = {}
        for token, number in self._symbols.items():
            kind = (token.startswith("*"), token.endswith("*"))
            kinds.setdefault(kind, {})[token.strip("*")] = number
        return Symbols(
            whole=kinds.get((False, False), {}),
            heads=kinds.get((False, True), {}),
            tails=kinds.get((True, False), {}),
            inner=kinds.get((True, True), {}),
        )

    def _state(self) -> int:
        self._accepts.append(0)
        return len(self._accepts) - 1

    def _join(self, sources: Sequence[int], symbol: int, target: int) -> None:
        for source in sources:
            self._keys.append((source << _SYMBOL_BITS) + symbol)
            self._targets.append(target)

    def _walk(self, parts: Parts, sources: list[int], end: int) -> list[int]:
        """Lay a way through the parts; returns where it may arrive, mostly at `end`."""
        for place, part in enumerate(parts):
            if not sources:
                break
            is_last = place == len(parts) - 1
            sources = self._pass(part, sources, end if is_last else None)
        return sources

    def _pass(self, part: Part, sources: list[int], end: int | None) -> list[int]:
        if isinstance(part, Word):
            tokens = self.tokens[part.text]
            for place, token in enumerate(tokens):
                is_last = place == len(tokens) - 1
                target = end if is_last and end is not None else self._state()
                symbol = self._symbols.setdefault(token, len(self._symbols) + 1)
                self._join(sources, symbol, target)
                sources = [target]
            return sources
        if isinstance(part, Choice):
            end = self._state() if end is None else end
            ways = [self._walk(option, sources, end) for option in part.options]
            return list(dict.fromkeys(state for way in ways for state in way))
        if isinstance(part, Gap):
            return self._skip(part, sources)
        if part.text == "^":
            begin = self._begins[-1]
            return [begin + 1] if begin in sources or begin + 1 in sources else []
        for state in sources:
            self._accepts[state] |= _AT_END
        return []

    def _skip(self, gap: Gap, sources: list[int]) -> list[int]:
        """Any words in between, as many as the gap may have."""
        arrived = list(sources) if 0 in gap.sizes else []
        for size in range(1, max(gap.sizes) + 1):
            state = self._state()
            self._join(sources, ANY, state)
            sources = [state]
            if size in gap.sizes:
                arrived.append(state)
        return arrived
