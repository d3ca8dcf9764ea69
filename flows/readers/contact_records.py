"""Contact records: call fields that complete exports which lack them. CSV."""

from collections.abc import Iterator
from typing import ClassVar, Final

from flows.readers.source import Kind, Record, Refused, Source
from flows.readers.tables import header_of, records
from transforms.contracts.columns import CALL_FIELDS

_OF_OTHERS: Final = frozenset({"text", "speaker", "incident_id"})


class ContactRecords:
    """One call a row: `call_id` and any of the call fields."""

    name: ClassVar[str] = "contact_records"
    understands: ClassVar[str] = (
        "contact records as CSV (call_id with any of the call fields)"
    )
    kind: ClassVar[Kind] = "contact_record"

    def recognises(self, source: Source) -> bool:
        """Whether the columns are a call's, without turns."""
        columns = set(header_of(source))
        return (
            "call_id" in columns
            and bool(columns & CALL_FIELDS.keys())
            and not columns & _OF_OTHERS
        )

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call a row."""
        return records(source, self.kind)
