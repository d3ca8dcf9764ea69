"""Incident logs: CSV, or JSON lines with one incident a line."""

from collections.abc import Iterator
from typing import ClassVar

from flows.readers.native_jsonl import json_lines
from flows.readers.source import Kind, Record, Refused, Source
from flows.readers.tables import header_of, records


class Incidents:
    """One incident a row or line, in native names."""

    name: ClassVar[str] = "incidents"
    understands: ClassVar[str] = "incident logs as CSV or JSON lines (incident_id, …)"
    kind: ClassVar[Kind] = "incident"

    def recognises(self, source: Source) -> bool:
        """Whether header or lines name an `incident_id`."""
        return "incident_id" in header_of(source) or any(
            "incident_id" in fields for fields in source.line_objects
        )

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One incident a row or line."""
        if source.line_objects:
            return json_lines(source, self.kind)
        return records(source, self.kind)
