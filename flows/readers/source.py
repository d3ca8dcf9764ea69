"""What every reader takes and gives: a file of the inbox; native records, or refusals."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, NamedTuple, Protocol, TypeAlias

import orjson

Kind: TypeAlias = Literal["call", "incident", "roster", "shift", "contact_record"]
Fields: TypeAlias = dict[str, Any]
Json: TypeAlias = Fields | list[Any] | str | float | None

_HEAD_BYTES: Final = 1 << 16
_LARGEST_DOCUMENT: Final = 256 << 20
"""Bytes of one JSON document; a larger one is no single call."""


class UnreadableFileError(ValueError):
    """A file of a known format cannot be read to its end; the message says where and why."""


class Record(NamedTuple):
    """One record in native fields, not yet judged.

    Attributes:
        kind: what it describes.
        line: its first line (or its place) in the file, from 1.
        fields: native names and values, as the source gave them.
        raw: its original bytes.
        file: its file's place among those taken in together.
    """

    kind: Kind
    line: int
    fields: Fields
    raw: bytes
    file: int = 0


class Refused(NamedTuple):
    """One record that could not even be read.

    Attributes:
        kind: what it was to describe.
        line: its line (or its place) in the file, from 1.
        raw: its original bytes.
        reason: where it is, what was found, what to do.
    """

    kind: Kind
    line: int
    raw: bytes
    reason: str


@dataclass(frozen=True)
class Source:
    """A file of the inbox, looked into only as far as asked."""

    path: Path
    name: str

    @cached_property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @cached_property
    def head(self) -> bytes:
        """The first 64 kB."""
        with self.path.open("rb") as file:
            return file.read(_HEAD_BYTES)

    @cached_property
    def first_lines(self) -> list[bytes]:
        """The lines of the head that are there in full."""
        lines = self.head.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
        whole = lines if len(self.head) == self.size else lines[:-1]
        return [line for line in whole if line.strip()]

    @cached_property
    def line_objects(self) -> list[Fields]:
        """The JSON objects among the first lines, one a line; empty for other files."""
        if not self.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return []
        lines = self.first_lines or [self.first_line]
        return [
            found for line in lines[:50] if (found := json_object(line)) is not None
        ]

    @cached_property
    def first_line(self) -> bytes:
        """The first line with content, however long."""
        with self.path.open("rb") as file:
            for line in file:
                if line.strip():
                    return line.removeprefix(b"\xef\xbb\xbf")
        return b""

    @cached_property
    def document(self) -> Fields | None:
        """The file as one JSON object; None if it is none."""
        is_json = self.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        if not is_json or self.size > _LARGEST_DOCUMENT:
            return None
        return json_object(self.content)

    @property
    def content(self) -> bytes:
        """All bytes, without a byte order mark."""
        return self.path.read_bytes().removeprefix(b"\xef\xbb\xbf")


def as_list(value: Json) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def as_object(value: Json) -> Fields:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def json_object(line: bytes) -> Fields | None:
    """The JSON object that some bytes are; None if they are none."""
    try:
        found: Json = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


class Reader(Protocol):
    """One export format."""

    name: ClassVar[str]
    """The format's name in `raw.files`."""
    understands: ClassVar[str]
    """What a file of this format looks like, in words."""
    kind: ClassVar[Kind]
    """What its records describe."""

    def recognises(self, source: Source) -> bool:
        """Whether the file's content is of this format."""
        ...

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """The file's records in file order."""
        ...
