"""One file of the inbox taken in: whole and registered, or not at all."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from flows.intake.call_store import CallStore, mark_pending
from flows.intake.calls import CallColumns, RefusedCall, call_columns, uncollected
from flows.intake.logs import LOG_TABLES, log_frame, log_row
from flows.intake.values import RecordError
from flows.quarantine import Quarantine
from flows.readers import recognise, unrecognised
from flows.readers.source import Kind, Reader, Record, Refused, Source, UnreadableFileError
from flows.readers.tables import header_of
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.contracts.raw import FILES, INCIDENTS, REJECTS

_BATCH_BYTES: Final = 8 << 20
"""Bytes of records made into columns at a time: bounds memory, and stays near the cache."""

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


@dataclass
class FileIntake:
    """Takes in one file, in one transaction.

    Attributes:
        settings: where things are.
        warehouse: the open warehouse.
        store: where sound calls go.
        run_id: the run's id.
        source: the file.
        file_hash: hash of its bytes.
        file_no: its place in the order of arrival.
        on_batch: told the calls read so far, after each batch.
    """

    settings: Settings
    warehouse: Warehouse
    store: CallStore
    run_id: str
    source: Source
    file_hash: str
    file_no: int
    on_batch: Callable[[int], None]
    tally: Tally = field(default_factory=Tally)
    _rejects: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _columns: list[CallColumns] = field(default_factory=list[CallColumns])
    _columns_bytes: int = 0

    def take_in(self) -> str:
        """Read, store and register the file; returns the format's name.

        Raises:
            OSError: the file cannot be read, or the disk is full; nothing is kept.
        """
        reader = recognise(self.source)
        reason = unrecognised(self.source) if reader is None else ""
        if reader is not None:
            try:
                self._taken_by(reader)
            except UnreadableFileError as error:
                reason = str(error)
            else:
                return reader.name
        self._refused_whole(reason)
        return UNREADABLE

    def _taken_by(self, reader: Reader) -> None:
        try:
            with self.warehouse.transaction(), self._quarantine(reader) as quarantine:
                if reader.kind == "call":
                    self._calls(reader.read(self.source), quarantine)
                else:
                    self._logs(reader.kind, reader.read(self.source), quarantine)
                self._register(reader.name)
        except BaseException:
            self.store.forget()
            raise
        self.store.parts.clear()

    def _quarantine(self, reader: Reader | None) -> Quarantine:
        has_header = reader is not None and header_of(self.source)
        header = self.source.first_line if has_header else b""
        return Quarantine(self.settings.quarantine, self.file_hash, self.source.name, header)

    def _calls(self, found: Iterable[Record | Refused], quarantine: Quarantine) -> None:
        batch: list[Record] = []
        batch_bytes = 0
        with uncollected():
            for record in found:
                self.tally.calls_in += 1
                if isinstance(record, Refused):
                    self._reject(quarantine, record)
                    continue
                batch.append(record)
                batch_bytes += len(record.raw)
                if batch_bytes >= _BATCH_BYTES:
                    self._batch(batch, batch_bytes, quarantine)
                    batch, batch_bytes = [], 0
            self._batch(batch, batch_bytes, quarantine)
            self._store()

    def _batch(self, batch: list[Record], size: int, quarantine: Quarantine) -> None:
        for columns in call_columns(batch, self.settings.zone):
            self._columns.append(columns)
            for refused in columns.refused:
                self._reject_call(quarantine, refused)
        self._columns_bytes += size
        if self._columns_bytes >= _STORED_BYTES:
            self._store()
        self.on_batch(self.tally.calls_in)

    def _store(self) -> None:
        new, repeated = self.store.store(self.file_hash, self._columns)
        self.tally.calls_new += new
        self.tally.calls_repeated += repeated
        self._columns, self._columns_bytes = [], 0

    def _logs(
        self, kind: Kind, found: Iterable[Record | Refused], quarantine: Quarantine
    ) -> None:
        rows: list[dict[str, Any]] = []
        for record in found:
            self.tally.records_in += 1
            if isinstance(record, Refused):
                self._reject(quarantine, record)
                continue
            try:
                row = log_row(kind, record.fields, self.settings.zone)
            except RecordError as error:
                reason = f"line {record.line}: {error}"
                self._reject(quarantine, Refused(kind, record.line, record.raw, reason))
                continue
            rows.append({**row, "line": record.line})
        frame = log_frame(kind, rows, self.file_hash)
        if kind == "incident":
            frame = self._last_told(frame)
        self.warehouse.append(LOG_TABLES[kind], frame)
        pending, column = _PENDING_OF[kind]
        mark_pending(self.warehouse, pending, frame[column])

    def _last_told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Each version once; an older file that told the same gives way to this one."""
        key = list(INCIDENTS.key)
        with self.warehouse.lend("retold", frame.select(key)):
            self.warehouse.execute(
                "DELETE FROM raw.incidents WHERE (incident_id, content_hash) IN"
                " (SELECT (incident_id, content_hash) FROM retold)"
            )
        return frame.unique(subset=key, keep="last", maintain_order=True)

    def _reject_call(self, quarantine: Quarantine, refused: RefusedCall) -> None:
        record = refused.record
        self._reject(
            quarantine,
            Refused("call", record.line, record.raw, refused.reason),
            awaits=refused.awaits,
            fields=record.fields if refused.awaits else None,
        )

    def _reject(
        self,
        quarantine: Quarantine,
        refused: Refused,
        awaits: str | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        if refused.kind == "call":
            self.tally.calls_rejected += 1
        else:
            self.tally.records_rejected += 1
        kept = quarantine.refuse(
            kind=refused.kind,
            line=refused.line,
            raw=refused.raw,
            reason=refused.reason,
            fields=fields,
        )
        self._note(refused.kind, refused.line, refused.reason, kept, awaits)

    def _note(
        self, kind: str, line: int, reason: str, kept: str, awaits: str | None = None
    ) -> None:
        self._rejects.append(
            {
                "file_hash": self.file_hash,
                "line": line,
                "file_name": self.source.name,
                "kind": kind,
                "reason": reason,
                "quarantined_as": kept,
                "awaits_call_id": awaits,
                "run_id": self.run_id,
            }
        )

    def _refused_whole(self, reason: str) -> None:
        self.tally, self._rejects = Tally(), []
        with self.warehouse.transaction(), self._quarantine(None) as quarantine:
            kept = quarantine.refuse_file(self.source.path, reason)
            self._note("file", 0, reason, kept)
            self._register(UNREADABLE)

    def _register(self, format_name: str) -> None:
        rejects = pl.DataFrame(self._rejects, schema=REJECTS.polars_schema, orient="row")
        self.warehouse.append(REJECTS, rejects)
        row = {
            "file_hash": self.file_hash,
            "file_no": self.file_no,
            "file_name": self.source.name,
            "format": format_name,
            "bytes": self.source.size,
            "run_id": self.run_id,
            **asdict(self.tally),
        }
        self.warehouse.append(FILES, pl.DataFrame([row], schema=FILES.polars_schema))
