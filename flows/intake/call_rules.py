"""What makes a call record sound: one record looked at closely, mended or refused."""

import math
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from flows.intake import values
from flows.intake.values import RecordError
from flows.readers.source import Fields, Json
from transforms.contracts.columns import CALL_FIELDS
from transforms.contracts.staging import SPEAKERS

TEXT_FIELDS: Final = tuple(
    name
    for name, column in CALL_FIELDS.items()
    if column.dtype == pl.String and name != "zone"
)
TIME_FIELDS: Final = ("started_at", "ended_at", "exported_at")
TURN_FIELDS: Final = ("speaker", "text", "start", "end")
KNOWN_FIELDS: Final = frozenset({"call_id", "turns", *CALL_FIELDS}) - {"zone"}
"""A record's own fields; others are kept as they are, `zone` among them."""

MOST_TURNS: Final = 65_535
"""The highest number of turns that `turn` can count."""


class SpeakerCodes(dict[str | None, int]):
    """A speaker's place in SPEAKERS: as told, else in lower case, else unknown's."""

    def __init__(self) -> None:
        super().__init__({speaker: code for code, speaker in enumerate(SPEAKERS)})

    def __missing__(self, speaker: str | None) -> int:
        word = speaker.strip().lower() if speaker else "unknown"
        # Only our own words are kept: a source may name every caller as a speaker.
        return self.get(word, self["unknown"])


def tidied(fields: Mapping[str, Any], zone: ZoneInfo) -> Fields:
    """A record whose every known field is of its type; unknown fields stay.

    Raises:
        RecordError: says which field hinders, what it holds, what to do. A record that
            lacks only its start awaits a contact record.
    """
    call_id = values.text("call_id", fields.get("call_id"))
    if call_id is None:
        raise RecordError("no call_id; a call needs the id that its source gave it")
    tidy: Fields = {**fields, "call_id": call_id}
    for name in TEXT_FIELDS:
        tidy[name] = values.text(name, fields.get(name))
    tidy["vulnerable"] = values.truth("vulnerable", fields.get("vulnerable"))
    tidy["turns"] = _turns(fields.get("turns"))
    moments = {
        name: values.moment(name, fields.get(name), zone) for name in TIME_FIELDS
    }
    started, ended = moments["started_at"], moments["ended_at"]
    if started is None:
        raise RecordError(
            f"call {call_id} has no started_at; send a contact record (CSV) with its"
            " call_id and started_at, and it is taken in by the next run",
            awaits=call_id,
        )
    if ended is not None and ended[0] < started[0]:
        raise RecordError(
            f"call {call_id} ends ({fields['ended_at']}) before it starts"
            f" ({fields['started_at']}); mend the times at the source"
        )
    return {**tidy, **{n: fields.get(n) or None for n in TIME_FIELDS}}


def _turns(found: Json) -> list[Fields]:
    if not isinstance(found, list):
        what = "nothing" if found is None else type(found).__name__
        raise RecordError(
            f"turns holds {what}, where a list of speaker and text is due"
        )
    if len(found) > MOST_TURNS:
        raise RecordError(
            f"{len(found)} turns, where at most {MOST_TURNS} are understood"
        )
    return [_turn(place, turn) for place, turn in enumerate(found)]


def _turn(place: int, found: Json) -> Fields:
    turn = found if isinstance(found, dict) else {}
    if "speaker" not in turn or "text" not in turn:
        raise RecordError(
            f"turns[{place}] is no object with speaker and text: {str(found)[:60]}"
        )
    speaker, said = turn["speaker"], turn["text"]
    if not isinstance(said, str) or not isinstance(speaker, str | None):
        raise RecordError(
            f"turns[{place}] has the speaker {speaker!r} and the text {str(said)[:40]!r},"
            " where text is due"
        )
    times = {name: seconds(turn.get(name)) for name in ("start", "end")}
    # What was told for a time and is none is kept, under a name that nobody reads.
    told = {
        f"{name}_told": turn[name]
        for name, value in times.items()
        if value is None and turn.get(name) is not None
    }
    return {**turn, **times, **told}


def seconds(value: Any) -> float | None:
    """Seconds as a number; None where none is told, or what is told is none.

    Turn times serve only the behaviours that need them, so a bad one never costs a turn.
    """
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
