"""Lexicons: the cues of one language, and the sentences in which each label must and must not be heard.

A cue is written in words, with a small notation that is expanded once, on load:

- `(a|b c|)` one of several, the empty one allowed; `[a|b]` the same, optional
- `word*` any ending, `*word` any beginning (compounds, inflection)
- `~word` the word may carry one of the file's joined `prefixes`
- `...` up to four words in between; `_` exactly one word
- `^` the utterance starts here, `$` it ends here
"""

import itertools
import re
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.detection.labels import LABELS
from transforms.knowledge.frozen import Frozen


class Negation(Frozen):
    """Words that turn a cue round when they stand near it in the same sentence."""

    before: tuple[str, ...] = ()
    within: int = Field(default=3, ge=1, le=8, description="words, cue excluded")
    after: tuple[str, ...] = ()
    within_after: int = Field(default=2, ge=1, le=8)


class LabelCues(Frozen):
    """The cues of one label in one language."""

    phrases: tuple[str, ...] = Field(min_length=1)
    severe: tuple[str, ...] = Field(default=(), description="insult only")
    unless: tuple[str, ...] = Field(
        default=(), description="phrases that cancel a hit they overlap"
    )
    negatable: bool = Field(
        default=True, description="a negator near the cue cancels the hit"
    )
    whole_utterance: bool = Field(
        default=False, description="heard only when the cues cover every word"
    )
    going_on: tuple[str, ...] = Field(
        default=(),
        description="phrases heard only where the same speaker had the turn before",
    )
    note: str | None = None
    heard_in: tuple[str, ...]
    not_heard_in: tuple[str, ...]


class Dialogue(Frozen):
    """Words by which an utterance is seen to restate what the other has just said."""

    fillers: tuple[str, ...] = Field(
        default=(), description="words that open or end a turn and say nothing"
    )
    address: tuple[str, ...] = Field(
        default=(), description="words with which a retelling begins: you, your"
    )
    conclusions: tuple[str, ...] = Field(
        default=(), description="words with which what was heard is drawn together: so"
    )
    advice: tuple[str, ...] = Field(
        default=(), description="phrases after which it is advice, no retelling"
    )


class Lexicon(Frozen):
    """All the cues of one language, with the version under which calls are scored."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    version: str
    name: str
    direction: Literal["ltr", "rtl"]
    iso: tuple[str, ...] = Field(
        default=(), description="other codes that sources use for this language"
    )
    fold_diacritics: bool = False
    prefixes: tuple[str, ...] = ()
    common_words: tuple[str, ...] = Field(
        default=(),
        description="function words: an utterance that has one is in this language",
    )
    negation: Negation = Negation()
    dialogue: Dialogue = Dialogue()
    cues: dict[str, LabelCues]

    @model_validator(mode="after")
    def _labels_are_known(self) -> Self:
        if unknown := sorted(set(self.cues) - set(LABELS)):
            raise ValueError(f"unknown labels {unknown}; see data/GLOSSARY.md")
        if missing := sorted(set(LABELS) - set(self.cues)):
            raise ValueError(f"labels without cues: {missing}")
        if stray := sorted(
            phrase
            for cues in self.cues.values()
            for phrase in cues.going_on
            if phrase not in cues.phrases
        ):
            raise ValueError(f"`going_on` names what is no phrase: {stray}")
        if open_ended := [
            phrase
            for cues in self.cues.values()
            for phrase in (*cues.phrases, *cues.severe, *cues.unless)
            if _OPEN_END.search(phrase)
        ]:
            raise ValueError(
                f"a gap stands between words, not at the edge of a cue: {open_ended[:3]}"
            )
        if misplaced := [
            x for x, cues in self.cues.items() if cues.severe and x != "insult"
        ]:
            raise ValueError(f"only `insult` has severe cues, not {misplaced}")
        return self


_OPEN_END = re.compile(r"^\^?\s*\.\.\.|\.\.\.\s*\$?$")


GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
"""An innermost group: `(a|b)` or `[a|b]`."""


def expand(phrase: str, prefixes: tuple[str, ...] = ()) -> list[str]:
    """Write out every wording that a cue's groups and joined prefixes stand for.

    >>> expand("i'm [so|very] sorry (about|for)")[:3]
    ["i'm so sorry about", "i'm so sorry for", "i'm very sorry about"]
    """
    wordings = [phrase]
    while any(GROUP.search(wording) for wording in wordings):
        wordings = [opened for wording in wordings for opened in _open_first(wording)]
    spread = itertools.chain.from_iterable(_prefixed(w, prefixes) for w in wordings)
    return list(dict.fromkeys(" ".join(wording.split()) for wording in spread))


def open_group(phrase: str, group: re.Match[str]) -> list[str]:
    """The phrase with each choice of one group in its place."""
    required, optional = group.groups()
    choices = (
        required.split("|") if required is not None else [*optional.split("|"), ""]
    )
    return [f"{phrase[: group.start()]}{c}{phrase[group.end() :]}" for c in choices]


def _open_first(wording: str) -> list[str]:
    group = GROUP.search(wording)
    return [wording] if group is None else open_group(wording, group)


def _prefixed(wording: str, prefixes: tuple[str, ...]) -> list[str]:
    words = [
        [word[1:], *(prefix + word[1:] for prefix in prefixes)]
        if word.startswith("~")
        else [word]
        for word in wording.split()
    ]
    return [" ".join(choice) for choice in itertools.product(*words)]
