"""Some files of the inbox taken in: all of them whole and registered, or none."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from flows.intake.call_store import CallStore, mark_pending
from flows.intake.calls import CallColumns, call_columns, uncollected
from flows.intake.logs import LOG_TABLES, log_frame, log_row
from flows.intake.values import RecordError
from flows.quarantine import Quarantine
from flows.readers import recognise, unrecognised
from flows.readers.source import Kind, Reader, Record, Refused, Source
from flows.readers.tables import header_of
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.contracts.raw import FILES, INCIDENTS, REJECTS

_BATCH_BYTES: Final = 8 << 20
"""Bytes of records made into columns at a time: bounds memory, and stays near the cache
(of 2, 4, 8 and 16 MB, 8 took the least CPU time)."""

_STORED_BYTES: Final = 256 << 20
"""Bytes of records written to the archive at a time: fewer, larger parts."""

UNREADABLE: Final = "unreadable"
_PENDING_OF: Final[dict[Kind, tuple[str, str]]] = {
    "incident": ("incident", "incident_id"),
    "roster": ("roster", "agent_id"),
    "shift": ("shift", "agent_id"),
    "contact_record": ("call", "call_id"),
}


@dataclass
class Tally:
    """Counts of one file, named as in raw.files."""

    calls_in: int = 0
    calls_new: int = 0
    calls_repeated: int = 0
    calls_rejected: int = 0
    records_in: int = 0
    records_rejected: int = 0


@dataclass(frozen=True)
class Arrival:
    """A file whose content is new."""

    source: Source
    file_hash: str
    file_no: int


@dataclass(frozen=True)
class Taken:
    """What became of one file: the format it was read as, and its counts."""

    format_name: str
    tally: Tally


@dataclass
class _FileAtHand:
    """A file being taken in."""

    arrival: Arrival
    format_name: str
    quarantine: Quarantine
    tally: Tally = field(default_factory=Tally)
    rejects: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def reject(
        self,
        refused: Refused,
        awaits: str | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        """Keep a record's bytes, and note why it was refused."""
        if refused.kind == "call":
            self.tally.calls_rejected += 1
        else:
            self.tally.records_rejected += 1
        kept = self.quarantine.refuse(
            kind=refused.kind,
            line=refused.line,
            raw=refused.raw,
            reason=refused.reason,
            fields=fields,
        )
        self.note(refused.kind, refused.line, refused.reason, kept, awaits)

    def note(
        self, kind: str, line: int, reason: str, kept: str, awaits: str | None = None
    ) -> None:
        """Note a refusal as a row of raw.rejects."""
        self.rejects.append(
            {
                "file_hash": self.arrival.file_hash,
                "line": line,
                "file_name": self.arrival.source.name,
                "kind": kind,
                "reason": reason,
                "quarantined_as": kept,
                "awaits_call_id": awaits,
            }
        )

    def refuse_whole(self, reason: str) -> None:
        """Keep a copy of the file, which nobody can read."""
        kept = self.quarantine.refuse_file(self.arrival.source.path, reason)
        self.note("file", 0, reason, kept)


class GroupIntake:
    """Takes in some files in one transaction; many small ones cost little more than one.

    Args:
        settings: where things are.
        warehouse: the open warehouse.
        store: where sound calls go.
        run_id: the run, noted with each file.
        on_batch: told the file at hand and how many of its calls were read so far.
    """

    def __init__(
        self,
        settings: Settings,
        warehouse: Warehouse,
        store: CallStore,
        run_id: str,
        on_batch: Callable[[str, int], None],
    ) -> None:
        self._settings = settings
        self._warehouse = warehouse
        self._store = store
        self._run_id = run_id
        self._on_batch = on_batch
        self._files: list[_FileAtHand] = []
        self._batch: list[Record] = []
        self._batch_bytes = self._columns_bytes = 0
        self._columns: list[CallColumns] = []
        self._logs: dict[Kind, list[dict[str, Any]]] = defaultdict(list)

    def take_in(
        self, arrivals: Sequence[Arrival], refusal: str | None = None
    ) -> list[Taken]:
        """Read, store and register the files.

        Args:
            arrivals: the files, in order of arrival.
            refusal: why they are to be refused unread, if they are.

        Raises:
            OSError: a file cannot be read, or the disk is full; nothing is kept.
            UnreadableFileError: a file of a known format is broken; nothing is kept.
        """
        try:
            with (
                self._warehouse.transaction(),
                ExitStack() as quarantines,
                uncollected(),
            ):
                for arrival in arrivals:
                    self._take(arrival, quarantines, refusal)
                self._make_columns()
                self._store_calls()
                self._store_logs()
                self._register()
        except BaseException:
            self._store.forget()
            raise
        self._store.parts.clear()
        return [Taken(file.format_name, file.tally) for file in self._files]

    def _take(
        self, arrival: Arrival, quarantines: ExitStack, refusal: str | None
    ) -> None:
        reader = None if refusal else recognise(arrival.source)
        file = self._at_hand(arrival, reader)
        self._files.append(file)
        quarantines.enter_context(file.quarantine)
        if reader is None:
            file.refuse_whole(refusal or unrecognised(arrival.source))
        elif reader.kind == "call":
            self._read_calls(file, reader)
        else:
            self._read_logs(file, reader)

    def _at_hand(self, arrival: Arrival, reader: Reader | None) -> _FileAtHand:
        has_header = reader is not None and header_of(arrival.source)
        quarantine = Quarantine(
            self._settings.quarantine,
            arrival.file_hash,
            arrival.source.name,
            arrival.source.first_line if has_header else b"",
        )
        return _FileAtHand(arrival, reader.name if reader else UNREADABLE, quarantine)

    def _read_calls(self, file: _FileAtHand, reader: Reader) -> None:
        place = len(self._files) - 1
        for record in reader.read(file.arrival.source):
            file.tally.calls_in += 1
            if isinstance(record, Refused):
                file.reject(record)
                continue
            # Most files are the first of their group, and changing a record costs.
            self._batch.append(record._replace(file=place) if place else record)
            self._batch_bytes += len(record.raw)
            if self._batch_bytes >= _BATCH_BYTES:
                self._make_columns()
                self._on_batch(file.arrival.source.name, file.tally.calls_in)

    def _make_columns(self) -> None:
        for columns in call_columns(self._batch, self._settings.zone):
            self._columns.append(columns)
            for refused in columns.refused:
                record = refused.record
                self._files[record.file].reject(
                    Refused("call", record.line, record.raw, refused.reason),
                    awaits=refused.awaits,
                    fields=record.fields if refused.awaits else None,
                )
        self._columns_bytes += self._batch_bytes
        self._batch, self._batch_bytes = [], 0
        if self._columns_bytes >= _STORED_BYTES:
            self._store_calls()

    def _store_calls(self) -> None:
        hashes = [file.arrival.file_hash for file in self._files]
        stored = self._store.store(hashes, self._columns)
        for place, (new, repeated) in stored.items():
            self._files[place].tally.calls_new += new
            self._files[place].tally.calls_repeated += repeated
        self._columns, self._columns_bytes = [], 0

    def _read_logs(self, file: _FileAtHand, reader: Reader) -> None:
        kind = reader.kind
        for record in reader.read(file.arrival.source):
            file.tally.records_in += 1
            if isinstance(record, Refused):
                file.reject(record)
                continue
            try:
                row = log_row(kind, record.fields, self._settings.zone)
            except RecordError as error:
                reason = f"line {record.line}: {error}"
                file.reject(Refused(kind, record.line, record.raw, reason))
                continue
            row |= {"line": record.line, "file_hash": file.arrival.file_hash}
            self._logs[kind].append(row)

    def _store_logs(self) -> None:
        for kind, rows in self._logs.items():
            frame = log_frame(kind, rows)
            if kind == "incident":
                frame = self._last_told(frame)
            self._warehouse.append(LOG_TABLES[kind], frame)
            pending, column = _PENDING_OF[kind]
            mark_pending(self._warehouse, pending, frame[column])

    def _last_told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Each version once; an older file that told the same gives way to this one."""
        key = list(INCIDENTS.key)
        with self._warehouse.lend("retold", frame.select(key)):
            self._warehouse.execute(
                "DELETE FROM raw.incidents WHERE (incident_id, content_hash) IN"
                " (SELECT (incident_id, content_hash) FROM retold)"
            )
        return frame.unique(subset=key, keep="last", maintain_order=True)

    def _register(self) -> None:
        run = pl.lit(self._run_id)
        rejects = [row for file in self._files for row in file.rejects]
        refused = pl.DataFrame(rejects, schema=REJECTS.polars_schema, orient="row")
        self._warehouse.append(REJECTS, refused.with_columns(run_id=run))
        rows = [
            {
                "file_hash": file.arrival.file_hash,
                "file_no": file.arrival.file_no,
                "file_name": file.arrival.source.name,
                "format": file.format_name,
                "bytes": file.arrival.source.size,
                **asdict(file.tally),
            }
            for file in self._files
        ]
        files = pl.DataFrame(rows, schema=FILES.polars_schema, orient="row")
        self._warehouse.append(FILES, files.with_columns(run_id=run))
