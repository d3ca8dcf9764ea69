"""Which of the times that an utterance names are those of its promise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeAlias

from transforms.detection.phrase_tree import Match, Meaning, PhraseTree
from transforms.due_times.words import SENTENCE, Word, words_of
from transforms.knowledge.due_rules import (
    Bound,
    Clock,
    Date,
    Day,
    Heard,
    Part,
    Rule,
    Weekday,
)
from transforms.knowledge.due_times import Grammar

Piece: TypeAlias = Match[Rule]

NEGATED: Final = "what is said of that time is negated"
CONDITIONAL: Final = "it hangs on a condition"
ASKED: Final = "it is asked, not promised"
ELSEWHERE: Final = "the time is not that of a promise"
UNCLEAR: Final = "the words leave open when"
UNREAD: Final = "a number beside the time could not be read"


_NOT_READ: Final = Heard(phrases=("a number",), kind="unclear")


@dataclass(frozen=True)
class Clause:
    """A part of a sentence, its times, and why these are no due times, if they aren't.

    Attributes:
        first: number of its first word in the utterance.
        last: number of the word after its last.
        pieces: times and their bounds, in the order of the words.
        is_promise: whether a word in it promises.
        excluded: why its times are no due times.
    """

    first: int
    last: int
    pieces: tuple[Piece, ...]
    is_promise: bool
    excluded: str | None = None

    @property
    def times(self) -> tuple[Piece, ...]:
        """Its pieces without bounds and what is no time."""
        return tuple(p for p in self.pieces if is_time(p))

    @property
    def is_bare(self) -> bool:
        """Whether it has no other words than those of its pieces."""
        return sum(p.last - p.first for p in self.pieces) == self.last - self.first

    def heard(self, kind: str) -> bool:
        """Whether something of that kind was heard in it."""
        return any(
            isinstance(p.meaning, Heard) and p.meaning.kind == kind for p in self.pieces
        )


Sentence: TypeAlias = tuple[Clause, ...]


def is_time(piece: Piece) -> bool:
    """Whether a piece is a time that could be due."""
    return not isinstance(piece.meaning, Bound | Heard)


def sentences(text: str, grammar: Grammar) -> tuple[list[Word], list[Sentence]]:
    """The words of an utterance, and its sentences as clauses."""
    words = words_of(text, grammar.clauses.abbreviations, fold=grammar.fold_diacritics)
    said = [word.text for word in words]
    pieces = list(_standing(_pieces(words, said, grammar), words, grammar))
    found: list[Sentence] = []
    first = 0
    for place, word in enumerate(words):
        if word.ends == SENTENCE:
            of_it = [p for p in pieces if first <= p.first <= place]
            found.append(_sentence(words, said, (first, place + 1), of_it, grammar))
            first = place + 1
    return words, found


def _pieces(
    words: Sequence[Word], said: Sequence[str], grammar: Grammar
) -> Iterator[Piece]:
    """The longest phrases, from left to right; none goes over the end of a clause."""
    end = at = 0
    while at < len(words):
        while end <= at or not words[end - 1].ends:
            end += 1
        piece = _longest(grammar.tree, said, at, end, grammar.prefixes)
        if piece is None:
            at += 1
        else:
            yield piece
            at = piece.last


def _longest(
    tree: PhraseTree[Meaning],
    said: Sequence[str],
    first: int,
    end: int,
    prefixes: Sequence[str],
) -> Match[Meaning] | None:
    """The longest phrase that begins at a word, or at what follows its joined prefix."""
    found = tree.longest(said, first, end)
    for prefix in prefixes:
        if found is None and said[first].startswith(prefix):
            bare = [*said[:first], said[first][len(prefix) :], *said[first + 1 :]]
            found = tree.longest(bare, first, end)
    return found


def _standing(
    pieces: Iterator[Piece], words: Sequence[Word], grammar: Grammar
) -> Iterator[Piece]:
    """Leave out bare numbers that may count anything; after a bound they are unclear."""
    every = list(pieces)
    around = zip((None, *every), every, (*every[1:], None), strict=False)
    for before, piece, after in around:
        rule = piece.meaning
        if not isinstance(rule, Clock | Part) or rule.stands in ("alone", "dated"):
            yield piece
            continue
        beside = before if before and before.last == piece.first else None
        is_bound = beside is not None and isinstance(beside.meaning, Bound)
        if isinstance(rule, Part):
            if is_bound or _names_day(beside) or _is_clock(beside):
                yield piece
            continue
        stands = _is_followed(piece, after, words, grammar) and (
            rule.stands == "followed" or is_bound or _names_day(beside)
        )
        if stands:
            yield piece
        elif _is_hour_unread(piece, beside):
            yield replace(piece, meaning=_NOT_READ)


def _is_hour_unread(piece: Piece, beside: Piece | None) -> bool:
    """Whether a number left out may be an hour: after "by", not "from one of us"."""
    rule = beside.meaning if beside is not None else None
    if piece.slots.get("hour") == 1:
        return isinstance(rule, Bound) and rule.bound in ("by", "before")
    return isinstance(rule, Bound) or (
        isinstance(piece.meaning, Clock) and piece.meaning.stands == "followed"
    )


def _is_clock(piece: Piece | None) -> bool:
    return piece is not None and isinstance(piece.meaning, Clock)


def _names_day(piece: Piece | None) -> bool:
    return piece is not None and isinstance(piece.meaning, Day | Weekday | Date | Part)


def _is_followed(
    piece: Piece, after: Piece | None, words: Sequence[Word], grammar: Grammar
) -> bool:
    if words[piece.last - 1].ends or (after and after.first == piece.last):
        return True
    following = words[piece.last].text
    return following in grammar.follows_hour or following in grammar.joining


def _sentence(
    words: Sequence[Word],
    said: Sequence[str],
    span: tuple[int, int],
    pieces: Sequence[Piece],
    grammar: Grammar,
) -> Sentence:
    inside = {at for piece in pieces for at in range(piece.first, piece.last)}
    marks = list(_marks(said, span, inside, grammar))
    bounds = [span[0]]
    for at in range(*span):
        is_joint = said[at] in grammar.joining and at not in inside
        goes_on = said[at] in grammar.that
        if at > bounds[-1] and (is_joint or (words[at - 1].ends and not goes_on)):
            bounds.append(at)
    bounds.append(span[1])
    clauses = [
        _clause(words, (first, last), pieces, marks) for first, last in pairwise(bounds)
    ]
    return tuple(_on_condition(clauses, marks, said, grammar))


def _marks(
    said: Sequence[str], span: tuple[int, int], inside: set[int], grammar: Grammar
) -> Iterator[tuple[int, str]]:
    """Where words show what a clause does, and what they show."""
    at, end = span
    while at < end:
        mark = None
        if at not in inside:
            mark = _longest(grammar.clause_tree, said, at, end, grammar.prefixes)
        if mark is None:
            at += 1
        else:
            yield at, mark.meaning
            at = mark.last


def _clause(
    words: Sequence[Word],
    span: tuple[int, int],
    pieces: Sequence[Piece],
    marks: Sequence[tuple[int, str]],
) -> Clause:
    first, last = span
    own = tuple(p for p in pieces if first <= p.first < last)
    kinds = [(at, kind) for at, kind in marks if first <= at < last]
    clause = Clause(first, last, own, any(kind == "promising" for _, kind in kinds))
    if words[last - 1].is_asked:
        return replace(clause, excluded=ASKED)
    if any(kind == "negating" for _, kind in kinds):
        return replace(clause, excluded=NEGATED)
    if any(_is_elsewhere(piece, kinds) for piece in clause.times):
        return replace(clause, excluded=ELSEWHERE)
    return clause


def _is_elsewhere(piece: Piece, kinds: Sequence[tuple[int, str]]) -> bool:
    """Whether the word nearest before a time, else after it, speaks of other times."""
    shown = [(at, kind) for at, kind in kinds if kind in ("promising", "elsewhere")]
    before = [kind for at, kind in shown if at < piece.first]
    after = [kind for at, kind in shown if at >= piece.last]
    nearest = before[-1:] or after[:1]
    return nearest == ["elsewhere"]


def _on_condition(
    clauses: Sequence[Clause],
    marks: Sequence[tuple[int, str]],
    said: Sequence[str],
    grammar: Grammar,
) -> Iterator[Clause]:
    """A condition holds for its whole sentence; after "and", for what follows it."""
    conditions = [at for at, kind in marks if kind == "conditional"]
    for clause in clauses:
        free = all(
            at > clause.last - 1 and at and said[at - 1] in grammar.joining
            for at in conditions
        )
        yield (
            clause if free or clause.excluded else replace(clause, excluded=CONDITIONAL)
        )
