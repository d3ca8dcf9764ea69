"""Native transcripts as JSON lines: one call a line (`data/schema/call.schema.json`)."""

from collections.abc import Iterator
from typing import ClassVar

import orjson

from flows.readers.source import Kind, Record, Refused, Source, json_object


class NativeJsonl:
    """One call a line, in native names."""

    name: ClassVar[str] = "native_jsonl"
    understands: ClassVar[str] = (
        "calls as JSON lines (one object a line with call_id, started_at, turns)"
    )
    kind: ClassVar[Kind] = "call"

    def recognises(self, source: Source) -> bool:
        """Whether one of the first lines is an object that speaks of a call's turns."""
        return any(
            "turns" in fields and ("call_id" in fields or "started_at" in fields)
            for fields in source.line_objects
        )

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call a line."""
        return json_lines(source, self.kind)


def json_lines(source: Source, kind: Kind) -> Iterator[Record | Refused]:
    """One record a line; blank lines count as lines and give nothing."""
    loads = orjson.loads
    with source.path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            try:
                fields = loads(raw)
            except orjson.JSONDecodeError as error:
                stripped = raw.removeprefix(b"\xef\xbb\xbf")
                if not stripped.strip():
                    continue
                if (
                    stripped is not raw
                    and (mended := json_object(stripped)) is not None
                ):
                    yield Record(kind, line, mended, raw)
                    continue
                yield Refused(
                    kind,
                    line,
                    raw,
                    f"line {line}, column {error.colno}: not JSON ({error.msg}); write one"
                    " complete JSON object a line",
                )
                continue
            if type(fields) is dict:
                yield Record(kind, line, fields, raw)
            else:
                yield Refused(
                    kind,
                    line,
                    raw,
                    f"line {line}: a JSON {type(fields).__name__} where an object is due",
                )
