"""vCon containers: parties, dialogs and, in the analyses, a transcript."""

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar, Final

from flows.readers.documents import (
    UnusableDocumentError,
    as_objects,
    converted,
    first_of,
)
from flows.readers.source import (
    Fields,
    Kind,
    Record,
    Refused,
    Source,
    as_list,
    as_object,
)
from flows.readers.vcon_transcripts import role_of, turns_of
from transforms.contracts.columns import CALL_FIELDS

_DIRECTIONS: Final = {"in": "inbound", "out": "outbound"}
_KEYS: Final = ("parties", "dialog")
_CUSTOMER: Final = {
    "name": "customer_name",
    "tel": "customer_phone",
    "mailto": "customer_email",
    "email": "customer_email",
}


class VCon:
    """One conversation a file (or a line), with or without the `vcon` version key."""

    name: ClassVar[str] = "vcon"
    understands: ClassVar[str] = (
        "vCon containers with a transcript (JSON: parties, dialog, analysis)"
    )
    kind: ClassVar[Kind] = "call"

    def recognises(self, source: Source) -> bool:
        """Whether the object has a vCon's `parties` and `dialog`."""
        found = source.document or next(iter(source.line_objects), None)
        if found is None:
            return False
        return all(key in found for key in _KEYS) and (
            "vcon" in found or "uuid" in found
        )

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call a container."""
        return converted(source, _call)


def _call(container: Fields) -> Fields:
    parties, dialogs = _sound(container)
    turns = turns_of(container, dialogs, parties)
    meta = as_object(container.get("meta"))
    spoken = dialogs[0] if dialogs else {}
    starts = sorted(str(d["start"]) for d in dialogs if d.get("start"))
    started_at = first_of(
        *starts, meta.get("call_started_on"), container.get("created_at")
    )
    named = {name: meta[name] for name in CALL_FIELDS if name in meta}
    return {
        "call_id": first_of(meta.get("call_id"), container.get("uuid")),
        "started_at": started_at,
        "ended_at": _ended_at(started_at, dialogs),
        "channel": "chat" if spoken.get("type") == "text" else "voice",
        "exported_at": first_of(
            container.get("updated_at"), container.get("created_at")
        ),
        **_party(parties, "agent", {"name": "agent_name"}),
        **_party(parties, "customer", _CUSTOMER),
        "disposition": _disposition(spoken),
        **named,
        "direction": _direction(spoken, meta),
        "turns": turns,
        **_kept(container),
    }


def _sound(container: Fields) -> tuple[list[Fields], list[Fields]]:
    """The parties and dialogs, if they fit together.

    Raises:
        UnusableDocumentError: says everything that is wrong with them at once.
    """
    parties = as_objects(container.get("parties"))
    dialogs = as_objects(container.get("dialog"))
    faults: list[str] = []
    if not parties:
        faults.append(
            f"`parties` is {container.get('parties')!r}, so nobody is known to speak"
        )
    for place, dialog in enumerate(dialogs):
        beyond = [i for i in _indices(dialog) if not 0 <= i < len(parties)]
        if beyond and parties:
            faults.append(
                f"dialog {place} names the parties {beyond}, but there are only"
                f" {len(parties)}, counted from 0"
            )
    has_text = any(dialog.get("type") == "text" for dialog in dialogs)
    if not container.get("analysis") and not has_text:
        faults.append("there is audio only, no transcript: have it transcribed first")
    if faults:
        raise UnusableDocumentError(
            f"vCon {container.get('uuid')}: {'; '.join(faults)}"
        )
    return parties, dialogs


def _indices(dialog: Fields) -> list[int]:
    named = dialog.get("parties")
    listed = as_list(named) or [named]
    return [i for i in (*listed, dialog.get("originator")) if type(i) is int]


def _party(parties: list[Fields], role: str, names: dict[str, str]) -> Fields:
    none: Fields = {}
    party = next((p for p in parties if role_of(p) == role), none)
    meta = as_object(party.get("meta"))
    number = first_of(meta.get(f"{role}_id"), meta.get("id"), party.get("id"))
    fields = {native: party[own] for own, native in names.items() if party.get(own)}
    return {f"{role}_id": number, **fields}


def _ended_at(started_at: object, dialogs: list[Fields]) -> str | None:
    last = dialogs[-1] if dialogs else {}
    length = last.get("duration")
    try:
        start = dt.datetime.fromisoformat(str(first_of(last.get("start"), started_at)))
    except ValueError:
        return None
    if not isinstance(length, int | float) or length <= 0:
        return None
    return (start + dt.timedelta(seconds=length)).isoformat()


def _disposition(dialog: Fields) -> object:
    meta = as_object(dialog.get("meta"))
    return first_of(meta.get("disposition"), dialog.get("disposition"))


def _direction(dialog: Fields, meta: Fields) -> object:
    found = first_of(
        meta.get("direction"), as_object(dialog.get("meta")).get("direction")
    )
    return _DIRECTIONS.get(str(found), found)


def _kept(container: Fields) -> Fields:
    """What no native field holds: all but the audio itself and the turns."""
    dialogs = [
        {k: v for k, v in d.items() if k != "body"}
        for d in _listed(container, "dialog")
    ]
    analyses = [
        {k: v for k, v in a.items() if k not in ("body", "transcript")}
        for a in _listed(container, "analysis")
    ]
    rest = {k: v for k, v in container.items() if k not in ("analysis", "dialog") and v}
    return {"vcon_container": {**rest, "dialog": dialogs, "analysis": analyses}}


def _listed(container: Fields, key: str) -> list[Fields]:
    return as_objects(container.get(key))
