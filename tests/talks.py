"""Conversations as the frames in which roles are looked for."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from transforms.contracts.staging import SPEAKER

Turn = tuple[str, str]
"""Who says it, and what."""

_CALLS: Final = pl.Schema(
    {
        "call_no": pl.UInt32,
        "direction": pl.String,
        "agent_name": pl.String,
        "spoken_language": pl.String,
    }
)
_TEXTS: Final = pl.Schema(
    {
        "call_no": pl.UInt32,
        "turn": pl.UInt16,
        "speaker": SPEAKER,
        "voice": pl.UInt8,
        "text": pl.String,
    }
)
_OTHER: Final = {"agent": "customer", "customer": "agent"}


def call_frame(
    count: int, fields: Sequence[Mapping[str, str | None]] | None = None
) -> pl.DataFrame:
    """Calls numbered from 0, in English unless told otherwise."""
    told = fields or [{}] * count
    rows = [{"call_no": n, "spoken_language": "en", **told[n]} for n in range(count)]
    return pl.DataFrame(rows, schema=_CALLS)


def text_frame(talks: Sequence[Sequence[Turn]]) -> pl.DataFrame:
    """The turns as exported; a number for a speaker is a voice without a role."""
    return pl.DataFrame(
        [
            {"call_no": n, "turn": turn, "text": text, **_who(speaker)}
            for n, talk in enumerate(talks)
            for turn, (speaker, text) in enumerate(talk)
        ],
        schema=_TEXTS,
    )


def _who(speaker: str) -> dict[str, Any]:
    if speaker.isdecimal():
        return {"speaker": "unknown", "voice": int(speaker)}
    return {"speaker": speaker, "voice": None}


def exchanged(talk: Sequence[Turn]) -> list[Turn]:
    """The same talk with the labels of agent and customer exchanged."""
    return [(_OTHER.get(speaker, speaker), text) for speaker, text in talk]


def unlabelled(talk: Sequence[Turn]) -> list[Turn]:
    """The same talk with voices numbered by appearance instead of labels."""
    numbers: dict[str, str] = {}
    return [
        (numbers.setdefault(speaker, str(len(numbers))), text) for speaker, text in talk
    ]
