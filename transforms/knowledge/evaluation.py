"""What evaluation needs to know: which native label of a source answers which of ours."""

import hashlib
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, field_validator

from transforms.detection.labels import LABELS
from transforms.knowledge.frozen import Frozen

Text = Literal["human", "silver", "own"]
"""Who labelled: people; a rule, through a translation; or we, who wrote the text."""
Speaker = Literal["agent", "customer", "unknown"]

_HELD_OUT: Final = 5
"""Of our own sentences every fifth, by its hash, is kept for testing."""


def _known(label: str) -> str:
    if label not in LABELS:
        raise ValueError(f"no label {label!r}; see data/GLOSSARY.md")
    return label


class Answer(Frozen):
    """How a source answers for one label.

    Attributes:
        native: the source's labels that say yes.
        ours: our labels that say yes; the label itself if none is named.
        by: whose rows are asked.
        not_judged: native labels whose rows can say neither yes nor no.
        not_judged_texts: patterns of texts that can say neither yes nor no.
        reason: why these.
    """

    native: tuple[str, ...] = Field(min_length=1)
    ours: tuple[str, ...] = ()
    by: tuple[Speaker, ...] = Field(min_length=1)
    not_judged: tuple[str, ...] = ()
    not_judged_texts: tuple[str, ...] = ()
    reason: str


class Source(Frozen):
    """One labelled source, as a folder with a `data.jsonl.gz`.

    Attributes:
        folder: the folder's name; the source's own name if None.
        text: who labelled it.
        conversation: the field that names a row's conversation; None: each row alone.
        context: the field with what the other side said before, where rows stand alone.
        speaker: who says every row; None: the row's `role` says it.
        speakers: what the row's `role` means, where it is neither agent nor customer.
        both_sides: hear it twice, the speakers exchanged.
        where: fields and the values (with `*`) that a row must have.
        is_precision_lower_bound: rows do more than their one label says.
        reason: what it is, and how far it can judge us.
        utterance: the field that names an utterance of which rows are parts; None: each
            row is one.
        answers: by our label.
        behaviours: by our behaviour, where whole conversations are there.
    """

    folder: str | None = None
    text: Text
    conversation: str | None = None
    context: str | None = None
    speaker: Speaker | None = None
    speakers: dict[str, Speaker] = Field(default_factory=dict)
    both_sides: bool = False
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    is_precision_lower_bound: bool = False
    reason: str
    utterance: str | None = None
    answers: dict[str, Answer] = Field(default_factory=dict[str, Answer])
    behaviours: dict[Literal["backchannel"], Answer] = Field(
        default_factory=dict[Literal["backchannel"], Answer]
    )

    @field_validator("answers")
    @classmethod
    def _labels_are_known(cls, answers: dict[str, Answer]) -> dict[str, Answer]:
        return {_known(label): answer for label, answer in answers.items()}


class Pool(Frozen):
    """Text in which (almost) nothing should be heard."""

    folder: str
    reason: str


class Mapping(Frozen):
    """All sources, and the pools of text without labels."""

    version: str
    sources: dict[str, Source]
    pools: dict[str, Pool]


class ExcusedRow(Frozen):
    """A sentence of a pool that truly has the label, told by its hash."""

    label: str
    language: str
    text_hash: str = Field(pattern=r"^[0-9a-f]{16}$")
    reason: str


class Excused(Frozen):
    """False alarms that were read, and are right."""

    version: str
    excused: tuple[ExcusedRow, ...]


def _lines(value: object) -> object:
    return tuple(value.strip().splitlines()) if isinstance(value, str) else value


Lines = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class Exemplars(Frozen):
    """Sentences of our own in which one label is, and is not, to be heard."""

    label: str
    language: str
    heard: Lines
    not_heard: Lines


def text_hash(text: str) -> str:
    """A sentence's name where the sentence itself may not stand: 16 hex digits."""
    return hashlib.blake2b(text.strip().encode(), digest_size=8).hexdigest()


def is_held_out(sentence: str) -> bool:
    """Whether one of our own sentences is kept for testing, and never learned from."""
    digest = hashlib.blake2b(sentence.strip().encode(), digest_size=4).hexdigest()
    return int(digest, 16) % _HELD_OUT == 0
