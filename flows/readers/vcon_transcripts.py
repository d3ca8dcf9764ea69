"""The transcript within a vCon: every vendor's body made into native turns."""

import base64
import binascii
import datetime as dt
from typing import Final

import orjson

from flows.readers.documents import (
    UnusableDocumentError,
    as_objects,
    first_of,
)
from flows.readers.source import Fields, Json, as_list, as_object

_TRANSCRIPTS: Final = ("transcript", "analysis_info", "wtf_transcription")
_TEXTS: Final = ("message", "text", "content", "transcript", "body")
_LISTS: Final = (
    "segments",
    "utterances",
    "paragraphs",
    "conversation",
    "turns",
    "messages",
)
_WITHIN: Final = ("results", "transcript", "paragraphs", "channels", "alternatives")
_DEEPEST: Final = 5
"""Deepgram's results.channels[].alternatives[].paragraphs.paragraphs[] is the deepest known."""
_ROLES: Final = frozenset(
    {"agent", "customer", "supervisor", "ivr", "system", "unknown"}
)


def turns_of(
    container: Fields, dialogs: list[Fields], parties: list[Fields]
) -> list[Fields]:
    """The native turns of all dialogs, times counted from the first dialog's start.

    Raises:
        UnusableDocumentError: says which analyses were looked at and what they lacked.
    """
    turns: list[Fields] = []
    looked: list[str] = []
    for place in range(max(1, len(dialogs))):
        offset = _offset(dialogs, place)
        for analysis in _transcripts(container, place):
            found = _turns(analysis, parties)
            if found:
                turns.extend(_moved(turn, offset) for turn in found)
                break
            looked.append(_described(analysis))
    turns.extend(_written(dialogs, parties))
    if not turns:
        raise UnusableDocumentError(
            f"vCon {container.get('uuid')}: no transcript with turns could be read;"
            f" looked at {looked or 'no analysis of type transcript'}; a body has to be a"
            " list of turns, or segments, utterances or paragraphs with text"
        )
    return turns


def _transcripts(container: Fields, place: int) -> list[Fields]:
    def is_of_dialog(analysis: Fields) -> bool:
        named = analysis.get("dialog", 0)
        return place in as_list(named) or named == place

    return [
        analysis
        for analysis in as_objects(container.get("analysis"))
        if analysis.get("type") in _TRANSCRIPTS and is_of_dialog(analysis)
    ]


def _described(analysis: Fields) -> str:
    body = analysis.get("body", analysis.get("transcript"))
    keys = sorted(as_object(body))
    held = f"keys {keys[:8]}" if keys else f"{str(body)[:40]!r}"
    return f"{analysis.get('type')} by {first_of(analysis.get('vendor'), 'nobody named')}: {held}"


def _turns(analysis: Fields, parties: list[Fields]) -> list[Fields]:
    body = _opened(
        analysis.get("body", analysis.get("transcript")), analysis.get("encoding")
    )
    labels = as_object(as_object(body).get("speakers"))
    turns = [_turn(entry, parties, labels) for entry in _entries(body)]
    return [turn for turn in turns if turn["text"]]


def _opened(body: Json, encoding: Json) -> Json:
    """The body as a value: text that holds JSON (or base64 of it) is unpacked."""
    if not isinstance(body, str):
        return body
    text = body
    if encoding == "base64url":
        try:
            padded = body + "=" * (-len(body) % 4)
            text = base64.urlsafe_b64decode(padded).decode()
        except (binascii.Error, UnicodeDecodeError):
            return body
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return [_spoken_line(line) for line in text.splitlines() if line.strip()]


def _spoken_line(line: str) -> Fields:
    """`Agent: good morning` is a turn of the agent; other text has no known speaker."""
    who, colon, said = line.partition(":")
    if colon and who.strip().lower() in _ROLES:
        return {"speaker": who.strip(), "text": said.strip()}
    return {"speaker": "unknown", "text": line.strip()}


def _entries(body: Json, depth: int = 0) -> list[Fields]:
    """The list of turns, wherever the vendor put it."""
    if entries := as_objects(body):
        return entries
    found = as_object(body)
    for key in _LISTS:
        if entries := as_objects(found.get(key)):
            return entries
    for key in _WITHIN if depth < _DEEPEST else ():
        inner = found.get(key)
        for candidate in as_objects(inner) or [as_object(inner)]:
            if entries := _entries(candidate, depth + 1):
                return entries
    return []


def _turn(entry: Fields, parties: list[Fields], labels: Fields) -> Fields:
    sentences = as_objects(entry.get("sentences"))
    said = first_of(
        *(entry.get(key) for key in _TEXTS if isinstance(entry.get(key), str))
    )
    text = said or " ".join(str(s.get("text", "")) for s in sentences)
    named = first_of(entry.get("speaker"), entry.get("role"), entry.get("party"))
    start = first_of(entry.get("start"), entry.get("start_time"))
    end = first_of(entry.get("end"), entry.get("end_time"))
    known = {"speaker", "start", "end", "sentences", *_TEXTS}
    return {
        **{k: v for k, v in entry.items() if k not in known},
        "speaker": _speaker(named, parties, labels),
        "text": text.strip(),
        "start": start if isinstance(start, int | float) else None,
        "end": end if isinstance(end, int | float) else None,
    }


def _speaker(named: object, parties: list[Fields], labels: Fields) -> str:
    """The role of a speaker named by role, by a party's name or by the body's labels.

    A bare number is a voice that a recogniser told apart, not a party: its role is unknown,
    and it keeps the name that tells it from the others.
    """
    if named is None:
        return "unknown"
    label = as_object(labels.get(str(named))).get("label", labels.get(str(named)))
    wanted = str(label if isinstance(label, str) else named).strip().lower()
    if wanted in _ROLES:
        return wanted
    for party in parties:
        if str(party.get("name", "")).lower() == wanted:
            role = role_of(party)
            return wanted if role == "unknown" else role
    return wanted


def role_of(party: Fields) -> str:
    """A party's role, from `role` or `meta.role`; `unknown` if neither says."""
    role = first_of(party.get("role"), as_object(party.get("meta")).get("role"))
    return str(role or "unknown").lower()


def _written(dialogs: list[Fields], parties: list[Fields]) -> list[Fields]:
    """The turns of dialogs that are messages: each is spoken by its originator."""
    turns: list[Fields] = []
    for place, dialog in enumerate(dialogs):
        if dialog.get("type") != "text" or not isinstance(dialog.get("body"), str):
            continue
        named = dialog.get("parties")
        alone = next(iter(as_list(named)), named)
        speaker = first_of(dialog.get("originator"), alone)
        party = parties[speaker] if type(speaker) is int else {}
        start = _offset(dialogs, place)
        turns.append(
            {"speaker": role_of(party), "text": dialog["body"], "start": start}
        )
    return turns


def _offset(dialogs: list[Fields], place: int) -> float:
    """Seconds from the first dialog's start to this one's; 0 where that is not told."""
    starts = [_moment(dialog.get("start")) for dialog in dialogs]
    known = [start for start in starts if start is not None]
    start = starts[place] if place < len(starts) else None
    if start is None or any(
        (start.tzinfo is None) != (k.tzinfo is None) for k in known
    ):
        return 0.0
    return (start - min(known)).total_seconds()


def _moment(value: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _moved(turn: Fields, offset: float) -> Fields:
    moved = {k: turn[k] + offset for k in ("start", "end") if turn[k] is not None}
    return {**turn, **moved}
