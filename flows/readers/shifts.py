"""Shifts: when each agent worked. CSV."""

from collections.abc import Iterator
from typing import ClassVar, Final

from flows.readers.source import Kind, Record, Refused, Source
from flows.readers.tables import header_of, records

_NEEDED: Final = frozenset({"agent_id", "shift_start", "shift_end"})


class Shifts:
    """One shift of an agent a row."""

    name: ClassVar[str] = "shifts"
    understands: ClassVar[str] = "shifts as CSV (agent_id, shift_start, shift_end)"
    kind: ClassVar[Kind] = "shift"

    def recognises(self, source: Source) -> bool:
        """Whether the columns are those of shifts."""
        return set(header_of(source)) >= _NEEDED

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One shift a row."""
        return records(source, self.kind)
