"""Amazon Contact Lens: analysis files of voice contacts and of chats."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import ClassVar, Final

import orjson

from flows.readers.documents import (
    UnusableDocumentError,
    as_objects,
    converted,
    first_of,
)
from flows.readers.source import Fields, Kind, Record, Refused, Source, as_object

_ROLES: Final = {"CUSTOM_BOT": "ivr", "BOT": "ivr", "MANAGER": "supervisor"}
_RECORDED_AT: Final = re.compile(r"_(\d{8}T\d\d:?\d\d(?::?\d\d)?)_UTC\.")
_TAKEN: Final = frozenset({"Content", "BeginOffsetMillis", "EndOffsetMillis"})
_UNCLOSED: Final = (b'"Transcript"', b'"Participants"')


class ContactLens:
    """One contact a file: roles in `Participants` (voice) or in the turn (chat)."""

    name: ClassVar[str] = "contact_lens"
    understands: ClassVar[str] = "Amazon Contact Lens voice and chat analysis (JSON)"
    kind: ClassVar[Kind] = "call"

    def recognises(self, source: Source) -> bool:
        """Whether the keys are Contact Lens', even where the JSON is not strict."""
        found = source.document or next(iter(source.line_objects), None)
        if found is not None:
            return "Transcript" in found and bool(
                {"Participants", "Channel"} & found.keys()
            )
        if not source.head.lstrip().startswith(b"{"):
            return False
        content = source.content if source.size <= 1 << 24 else source.head
        return all(key in content for key in _UNCLOSED)

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call a document."""
        return converted(source, _call)


def _call(contact: Fields) -> Fields:
    entries = as_objects(contact.get("Transcript"))
    turns = _turns(entries, _roles(contact))
    if not turns:
        raise UnusableDocumentError(
            "Contact Lens file without any turn that has Content; the transcript was not"
            " made, or was withheld (see JobStatus and SkippedAnalysis)"
        )
    metadata = as_object(contact.get("CustomerMetadata"))
    started_at = _started_at(entries, metadata)
    characteristics = as_object(contact.get("ConversationCharacteristics"))
    used = {"Transcript", "LanguageCode", "Channel"}
    return {
        "call_id": first_of(metadata.get("ContactId"), _stable_id(contact)),
        "started_at": started_at and started_at.isoformat(),
        "ended_at": _ended_at(started_at, entries, characteristics),
        "language": contact.get("LanguageCode"),
        "channel": str(contact.get("Channel") or "voice").lower(),
        "turns": turns,
        **{name: value for name, value in contact.items() if name not in used},
    }


def _stable_id(contact: Fields) -> str:
    """An id for a file that names no contact: its transcript's content."""
    content = orjson.dumps(contact.get("Transcript"), option=orjson.OPT_SORT_KEYS)
    return f"contact-lens-{hashlib.blake2b(content, digest_size=8).hexdigest()}"


def _roles(contact: Fields) -> dict[str, str]:
    return {
        str(participant.get("ParticipantId")): str(participant.get("ParticipantRole"))
        for participant in as_objects(contact.get("Participants"))
        if participant.get("ParticipantRole")
    }


def _turns(entries: list[Fields], roles: dict[str, str]) -> list[Fields]:
    times = [_moment(entry.get("AbsoluteTime")) for entry in entries]
    origin = min((time for time in times if time is not None), default=None)
    return [
        _turn(
            entry, roles, (time - origin).total_seconds() if time and origin else None
        )
        for entry, time in zip(entries, times, strict=True)
        if isinstance(entry.get("Content"), str)
    ]


def _turn(entry: Fields, roles: dict[str, str], offset: float | None) -> Fields:
    participant = str(entry.get("ParticipantId"))
    role = str(
        first_of(entry.get("ParticipantRole"), roles.get(participant), participant)
    )
    begin, end = entry.get("BeginOffsetMillis"), entry.get("EndOffsetMillis")
    return {
        "speaker": _ROLES.get(role, role),
        "text": entry["Content"],
        "start": begin / 1000 if isinstance(begin, int | float) else offset,
        "end": end / 1000 if isinstance(end, int | float) else None,
        **{name: value for name, value in entry.items() if name not in _TAKEN},
    }


def _moment(value: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _started_at(entries: list[Fields], metadata: Fields) -> dt.datetime | None:
    """Chat: the first entry. Voice: the time in the recording's name, if it has one."""
    times = [_moment(entry.get("AbsoluteTime")) for entry in entries]
    if known := [time for time in times if time is not None]:
        return min(known)
    recorded = _RECORDED_AT.search(str(metadata.get("InputS3Uri")))
    found = recorded and _moment(recorded[1].replace(":", ""))
    return found.replace(tzinfo=dt.UTC) if found else None


def _ended_at(
    started_at: dt.datetime | None, entries: list[Fields], characteristics: Fields
) -> str | None:
    if started_at is None:
        return None
    length = characteristics.get("TotalConversationDurationMillis")
    if isinstance(length, int | float):
        return (started_at + dt.timedelta(milliseconds=length)).isoformat()
    times = [_moment(entry.get("AbsoluteTime")) for entry in entries]
    known = [time for time in times if time is not None]
    return max(known).isoformat() if known else None
