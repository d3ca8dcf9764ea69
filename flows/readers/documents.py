"""JSON documents: a file is one, or holds one a line."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from flows.readers.native_jsonl import json_lines
from flows.readers.source import Fields, Json, Record, Refused, Source, as_list

_MISSHAPEN: Final = (TypeError, ValueError, KeyError, IndexError, AttributeError)
"""What a value of another type than the format says leads to, anywhere in a conversion."""

NO_OBJECT: Final = "the file holds no JSON object; export the call again"


class UnusableDocumentError(ValueError):
    """A document of a known format from which no call can be made; the message says why."""


def documents(source: Source) -> Iterator[Record | Refused]:
    """Each document of the file as the vendor wrote it, or why it is not JSON."""
    if len(source.line_objects) > 1 and source.document is None:
        yield from json_lines(source, "call")
        return
    content = source.content
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        yield Refused("call", 1, content, not_strict(content, error))
        return
    if isinstance(found, dict):
        yield Record("call", 1, found, content)
    else:
        yield Refused("call", 1, content, NO_OBJECT)


def not_strict(content: bytes, error: json.JSONDecodeError) -> str:
    """Where a document stops being JSON, in words: line, column, the line's text."""
    lines = content.splitlines()
    place = lines[error.lineno - 1] if error.lineno <= len(lines) else b""
    return (
        f"line {error.lineno}, column {error.colno}: not strict JSON ({error.msg}) at"
        f" {place.decode('utf-8', 'replace').strip()[:60]!r}; comments, missing or spare"
        " commas and braces have to be mended at the source"
    )


def converted(
    source: Source, convert: Callable[[Fields], Fields]
) -> Iterator[Record | Refused]:
    """Each document made into native fields by a format's own rule."""
    for found in documents(source):
        if isinstance(found, Refused):
            yield found
            continue
        try:
            yield found._replace(fields=convert(found.fields))
        except UnusableDocumentError as error:
            yield Refused(
                "call", found.line, found.raw, f"record {found.line}: {error}"
            )
        except _MISSHAPEN as error:
            yield Refused(
                "call",
                found.line,
                found.raw,
                f"record {found.line}: not shaped as its format says"
                f" ({type(error).__name__}: {error}); export the call again",
            )


def as_objects(value: Json) -> list[Fields]:
    """The objects of what should be a list of objects; whatever else is there is left."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def first_of(*values: Any) -> Any:
    """The first value that says something."""
    return next((v for v in values if v is not None and v != ""), None)
