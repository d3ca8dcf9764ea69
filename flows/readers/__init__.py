"""Readers: one file for each export format, bytes to native records; registered here."""

from typing import Final

from flows.readers.contact_lens import ContactLens
from flows.readers.contact_records import ContactRecords
from flows.readers.incidents import Incidents
from flows.readers.native_jsonl import NativeJsonl
from flows.readers.native_table import NativeTable
from flows.readers.roster import Roster
from flows.readers.shifts import Shifts
from flows.readers.source import Reader, Source
from flows.readers.tables import header_of
from flows.readers.vcon import VCon

READERS: Final[tuple[Reader, ...]] = (
    NativeJsonl(),
    NativeTable(),
    Incidents(),
    Shifts(),
    Roster(),
    ContactRecords(),
    VCon(),
    ContactLens(),
)
"""Every format that is understood; the first that recognises a file reads it."""


def recognise(source: Source) -> Reader | None:
    """The reader for a file, by its content; None if nobody knows it."""
    return next((reader for reader in READERS if reader.recognises(source)), None)


def unrecognised(source: Source) -> str:
    """In words: what was found in a file that nobody reads, and what is understood."""
    understood = "; ".join(reader.understands for reader in READERS)
    return f"found {_found(source)}; understood are: {understood}"


def _found(source: Source) -> str:
    if not source.head.strip():
        return "no content"
    if source.head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd")):
        return "a compressed file (unpack it first)"
    if source.document is not None:
        return f"a JSON object with the keys {sorted(source.document)[:12]}"
    if source.line_objects:
        return f"JSON lines with the keys {sorted(source.line_objects[0])[:12]}"
    columns = header_of(source)
    if len(columns) > 1:
        return f"a table with the columns {list(columns)[:12]}"
    start = source.head[:60].decode("utf-8", "replace")
    return f"a file that starts with {start!r}"
