"""Calls of the BT OASIS corpus as native JSON lines.

The corpus is a JSON line for each segment of talk, in order: `conv`, `turn`, `role` and
`text`. It has no times, so calls are laid one after another, ten minutes apart.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

_FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
_APART = timedelta(minutes=10)
_A_DAY = 48
"""Calls a day: eight hours of them."""


def segments(corpus: Path) -> Iterator[dict[str, Any]]:
    """The corpus's segments, in its order."""
    with gzip.open(corpus, "rb") as lines:
        yield from map(orjson.loads, lines)


def calls(corpus: Path) -> Iterator[dict[str, Any]]:
    """One native call for each conversation."""
    conversations = groupby(segments(corpus), key=lambda segment: segment["conv"])
    for number, (conversation, spoken) in enumerate(conversations):
        day, slot = divmod(number, _A_DAY)
        started = _FIRST + timedelta(days=day) + slot * _APART
        yield {
            "call_id": f"oasis-{conversation}",
            "started_at": started.isoformat(),
            "queue": "operator",
            "turns": list(_turns(spoken)),
        }


def _turns(spoken: Iterator[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """One turn for each run of segments that belong to one turn of one speaker."""
    for (_, role), run in groupby(spoken, key=lambda one: (one["turn"], one["role"])):
        yield {"speaker": role, "text": " ".join(one["text"] for one in run)}


def convert(corpus: Path, target: Path) -> int:
    """Write the corpus as native JSON lines; returns how many calls there are."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("wb") as file:
        for call in calls(corpus):
            file.write(orjson.dumps(call, option=orjson.OPT_APPEND_NEWLINE))
            written += 1
    return written
