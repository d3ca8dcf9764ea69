"""Rosters: which agent belonged to which team and queue, and when. CSV."""

from collections.abc import Iterator
from typing import ClassVar, Final

from flows.readers.source import Kind, Record, Refused, Source
from flows.readers.tables import header_of, records

_TELLING: Final = frozenset({"valid_from", "valid_to", "team", "queue", "agent_name"})
_OF_OTHERS: Final = frozenset({"call_id", "incident_id", "shift_start"})


class Roster:
    """One agent and period a row."""

    name: ClassVar[str] = "roster"
    understands: ClassVar[str] = (
        "rosters as CSV (agent_id, agent_name, team, queue, valid_from, …)"
    )
    kind: ClassVar[Kind] = "roster"

    def recognises(self, source: Source) -> bool:
        """Whether the columns describe an agent, and no call, incident or shift."""
        columns = set(header_of(source))
        return (
            "agent_id" in columns
            and bool(columns & _TELLING)
            and not columns & _OF_OTHERS
        )

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One agent and period a row."""
        return records(source, self.kind)
