"""Phrases as trees: what a cue's notation says, without writing out its wordings.

A phrase of five groups may stand for a thousand wordings; its tree has twenty words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from transforms.knowledge.lexicon import expand

GAP_WORDS: Final = {"...": (0, 1, 2, 3, 4), "_": (1,)}
"""How many words each gap may stand for."""
_MARKS: Final = re.compile(r"([\^$])")
_MOST_OPENINGS: Final = 60
_OPENERS: Final = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the lexicon writes it, stars included."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Any words, as many as one of these numbers."""

    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The start of a line, `^`, or its end, `$`."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; an empty one may be left out."""

    options: tuple["Parts", ...]


Part: TypeAlias = Word | Gap | Mark | Choice
Parts: TypeAlias = tuple[Part, ...]
Tokens: TypeAlias = Mapping[str, tuple[str, ...]]
"""Each word as lines have it, with its stars: often one token, seldom none or two."""


START: Final = Mark("^")


def parsed(phrase: str, prefixes: tuple[str, ...]) -> Parts:
    """The tree of a phrase.

    >>> parsed("so [very] sorry", ())[1]
    Choice(options=((Word(text='very'),), ()))
    """
    return tuple(
        part for chunk in _split(phrase, " ") for part in _chunk(chunk, prefixes)
    )


def _chunk(chunk: str, prefixes: tuple[str, ...]) -> Iterator[Part]:
    """The parts of what stands between two spaces outside all groups."""
    if not any(opener in chunk for opener in _OPENERS):
        for text in _MARKS.split(chunk):
            if text in ("^", "$"):
                yield Mark(text)
            elif text in GAP_WORDS:
                yield Gap(GAP_WORDS[text])
            elif text.startswith("~"):
                bare = text[1:]
                yield Choice(tuple((Word(p + bare),) for p in ("", *prefixes)))
            elif text:
                yield Word(text)
    elif _is_group(chunk):
        options = list(_split(chunk[1:-1], "|"))
        if chunk[0] == "[":
            options.append("")
        yield Choice(
            tuple(dict.fromkeys(parsed(option, prefixes) for option in options))
        )
    else:
        # A group within a word: its few wordings are the choice.
        wordings = expand(chunk, prefixes)
        yield Choice(tuple(dict.fromkeys(parsed(w, ()) for w in wordings)))


def _is_group(chunk: str) -> bool:
    """Whether one group is all of the chunk."""
    depth = 0
    for place, character in enumerate(chunk):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return place == len(chunk) - 1 and chunk[-1] == _OPENERS.get(chunk[0])
    return False


def _split(text: str, at: str) -> Iterator[str]:
    """Split outside all groups; by spaces without empty parts, by bars with them."""
    if "(" not in text and "[" not in text:
        yield from text.split() if at == " " else text.split(at)
        return
    depth, part = 0, ""
    for character in text:
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character == at:
            if part or at != " ":
                yield part
            part = ""
        else:
            part += character
    if part or at != " ":
        yield part


def words_in(parts: Parts) -> Iterator[str]:
    """Every word of a tree."""
    for part in parts:
        if isinstance(part, Word):
            yield part.text
        elif isinstance(part, Choice):
            for option in part.options:
                yield from words_in(option)


def wordings(parts: Parts) -> int:
    """How many wordings a tree stands for; gaps count as one."""
    count = 1
    for part in parts:
        if isinstance(part, Choice):
            count *= sum(map(wordings, part.options))
    return count


def has_gap(parts: Parts) -> bool:
    """Whether any words may stand somewhere in it."""
    return any(
        isinstance(part, Gap)
        or (isinstance(part, Choice) and any(map(has_gap, part.options)))
        for part in parts
    )


def may_be_empty(part: Part, tokens: Tokens) -> bool:
    """Whether nothing need stand for the part."""
    if isinstance(part, Word):
        return not tokens[part.text]
    if isinstance(part, Choice):
        return any(all(may_be_empty(p, tokens) for p in o) for o in part.options)
    return isinstance(part, Mark) or 0 in part.sizes


def shortest(parts: Parts, tokens: Tokens) -> int:
    """How many words it takes at least."""
    return sum(_shortest(part, tokens) for part in parts)


def _shortest(part: Part, tokens: Tokens) -> int:
    if isinstance(part, Word):
        return len(tokens[part.text])
    if isinstance(part, Choice):
        return min(shortest(option, tokens) for option in part.options)
    return min(part.sizes) if isinstance(part, Gap) else 0


def longest(parts: Parts, tokens: Tokens) -> int:
    """How many words it may take at most."""
    return sum(_longest(part, tokens) for part in parts)


def _longest(part: Part, tokens: Tokens) -> int:
    if isinstance(part, Word):
        return len(tokens[part.text])
    if isinstance(part, Choice):
        return max(longest(option, tokens) for option in part.options)
    return max(part.sizes) if isinstance(part, Gap) else 0


def openings(parts: Iterable[Part], tokens: Tokens, count: int) -> set[tuple[str, ...]]:
    """The ways in which it may open: tokens, `count` of them, or fewer before a gap."""
    return {opening for opening, _ in _openings(parts, tokens, count)}


def _openings(
    parts: Iterable[Part], tokens: Tokens, count: int
) -> set[tuple[tuple[str, ...], bool]]:
    """Openings, and whether what follows them may be added."""
    found: set[tuple[tuple[str, ...], bool]] = {((), True)}
    for part in parts:
        if not any(is_open for _, is_open in found) or len(found) > _MOST_OPENINGS:
            break
        longer: set[tuple[tuple[str, ...], bool]] = set()
        for opening, is_open in found:
            if is_open:
                for more, still in _openings_of(part, tokens, count - len(opening)):
                    whole = opening + more
                    longer.add((whole, still and len(whole) < count))
            else:
                longer.add((opening, False))
        found = longer
    return found


def _openings_of(
    part: Part, tokens: Tokens, count: int
) -> Iterable[tuple[tuple[str, ...], bool]]:
    if isinstance(part, Word):
        return ((tokens[part.text][:count], True),)
    if isinstance(part, Choice):
        return {o for option in part.options for o in _openings(option, tokens, count)}
    return (((), isinstance(part, Mark)),)
