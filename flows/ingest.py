"""Ingest: what is new in the inbox, into the raw layer and the archive."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from flows import archive, inbox
from flows.intake.call_store import CallStore
from flows.intake.group_intake import UNREADABLE, Arrival, GroupIntake, Taken, Tally
from flows.intake.progress import Meter, Progress
from flows.intake.waiting import take_waiting
from flows.readers.source import Source, UnreadableFileError
from flows.settings import Settings
from flows.warehouse import Warehouse

__all__ = [
    "FileFailure",
    "IngestReport",
    "Progress",
    "ReconciliationError",
    "ingest",
    "reconcile",
]


class ReconciliationError(RuntimeError):
    """Call records read are not the sum of those stored, repeated and refused."""


@dataclass(frozen=True)
class FileFailure:
    """A file that could not be taken in by this run; the next run tries again."""

    file_name: str
    message: str


@dataclass(frozen=True)
class IngestReport:
    """What one ingest did; counts are named as in marts.run_history.

    Attributes:
        files_in: files taken in, unreadable ones included.
        files_known: files whose content was registered before.
        files_unreadable: files that nobody recognised.
        calls_in: call records read, sound or not; also waiting ones, read again.
        calls_new: stored as new or corrected.
        calls_repeated: stored already.
        calls_rejected: in quarantine.
        records_in: other records read.
        records_rejected: other records in quarantine.
        calls_completed: of the new ones, those that had waited for a contact record.
        failures: files that were left for the next run, and why.
    """

    files_in: int
    files_known: int
    files_unreadable: int
    calls_in: int
    calls_new: int
    calls_repeated: int
    calls_rejected: int
    records_in: int
    records_rejected: int
    calls_completed: int
    failures: tuple[FileFailure, ...]


_COUNTS: Final = tuple(field.name for field in fields(Tally))
_FAILURES: Final = (OSError, duckdb.IOException, pl.exceptions.ComputeError)
"""A disk that is full, a file that cannot be opened: other files may still go well."""

_UNEVEN_FILES: Final = """
    SELECT file_name, calls_in, calls_new, calls_repeated, calls_rejected FROM raw.files
    WHERE calls_in <> calls_new + calls_repeated + calls_rejected
"""
_OVERALL: Final = """
    SELECT
        (SELECT coalesce(sum(calls_new), 0) FROM raw.files)::BIGINT AS calls_new,
        (SELECT count(*) FROM raw.calls) AS calls_stored,
        (SELECT coalesce(sum(calls_rejected), 0) FROM raw.files)::BIGINT AS calls_rejected,
        (SELECT count(*) FROM raw.rejects WHERE kind = 'call') AS rejects_kept
"""


def ingest(
    settings: Settings,
    warehouse: Warehouse,
    run_id: str,
    progress: Callable[[Progress], None] | None = None,
    *,
    group_bytes: int = 64 << 20,
) -> IngestReport:
    """Take in each file of the inbox whose content is new, each within one transaction.

    Args:
        settings: where things are.
        warehouse: the open warehouse.
        run_id: the run, noted with each file.
        progress: told after each batch and each file.
        group_bytes: small files are taken in together up to this size.

    Raises:
        ReconciliationError: counts do not add up.
    """
    store = CallStore(warehouse, settings.archive)
    known = {
        str(found)
        for found in warehouse.read("SELECT file_hash FROM raw.files")["file_hash"]
    }
    archive.sweep(settings.archive, known, store.last_call_no)
    files = list(inbox.sized(inbox.files_of(settings.inbox)))
    meter = Meter(
        progress or (lambda _: None), len(files), sum(size for _, size in files)
    )
    run = _Run(settings, warehouse, store, run_id, known, meter)
    for path, size in files:
        run.look_at(path, size, group_bytes)
    report = run.report()
    reconcile(warehouse, report)
    return report


class _Run:
    """One ingest under way."""

    def __init__(
        self,
        settings: Settings,
        warehouse: Warehouse,
        store: CallStore,
        run_id: str,
        known: set[str],
        meter: Meter,
    ) -> None:
        self._settings = settings
        self._warehouse = warehouse
        self._store = store
        self._run_id = run_id
        self._known = known
        self._meter = meter
        self._queue: list[Arrival] = []
        self._queue_bytes = 0
        self._taken: list[Taken] = []
        self._failures: list[FileFailure] = []
        self._files_known = 0
        self._next_file_no = 1 + int(
            warehouse.read(
                "SELECT coalesce(max(file_no), 0) AS n FROM raw.files"
            ).item()
        )

    def look_at(self, path: Path, size: int, group_bytes: int) -> None:
        """Line a file up if its content is new; take in what has lined up if it is much."""
        source = Source(path, inbox.name_in(self._settings.inbox, path))
        try:
            file_hash = inbox.hash_of(path)
        except OSError as error:
            self._failed(source, error)
            self._meter.done(source, size, 0)
            return
        if file_hash in self._known:
            self._files_known += 1
            self._meter.done(source, size, 0)
            return
        if self._queue_bytes + size > group_bytes:
            self._take_queue()
        self._queue.append(Arrival(source, file_hash, self._next_file_no))
        self._queue_bytes += size
        self._known.add(file_hash)
        self._next_file_no += 1

    def _take_queue(self) -> None:
        """Take in what has lined up: together, else one by one to spare the sound ones."""
        queue, self._queue, self._queue_bytes = self._queue, [], 0
        try:
            taken = self._take(queue)
        except (*_FAILURES, UnreadableFileError):
            for arrival in queue:
                self._take_alone(arrival)
            return
        for arrival, one in zip(queue, taken, strict=True):
            self._meter.done(arrival.source, arrival.source.size, one.tally.calls_in)

    def _take_alone(self, arrival: Arrival) -> None:
        calls = 0
        try:
            (taken,) = self._take([arrival])
            calls = taken.tally.calls_in
        except UnreadableFileError as error:
            self._take([arrival], str(error))
        except _FAILURES as error:
            self._failed(arrival.source, error)
        self._meter.done(arrival.source, 0, calls)

    def _take(self, arrivals: list[Arrival], refusal: str | None = None) -> list[Taken]:
        if not arrivals:
            return []
        intake = GroupIntake(
            self._settings, self._warehouse, self._store, self._run_id, self._meter.tell
        )
        taken = intake.take_in(arrivals, refusal)
        self._taken.extend(taken)
        return taken

    def _failed(self, source: Source, error: Exception) -> None:
        message = (
            f"{source.name}: {error}; nothing of the file was kept. Make it readable, or make"
            " room on the disk, and run again: the next run takes it up"
        )
        self._failures.append(FileFailure(source.name, message))

    def report(self) -> IngestReport:
        """Take in what is left in the queue and what had waited, and sum up."""
        self._take_queue()
        new, repeated = take_waiting(self._settings, self._warehouse, self._store)
        tallies = [asdict(taken.tally) for taken in self._taken]
        counts = {name: sum(tally[name] for tally in tallies) for name in _COUNTS}
        counts["calls_in"] += new + repeated
        counts["calls_new"] += new
        counts["calls_repeated"] += repeated
        formats = [taken.format_name for taken in self._taken]
        return IngestReport(
            files_in=len(formats),
            files_known=self._files_known,
            files_unreadable=formats.count(UNREADABLE),
            calls_completed=new,
            failures=tuple(self._failures),
            **counts,
        )


def reconcile(warehouse: Warehouse, report: IngestReport) -> None:
    """Check that calls in = new + repeated + rejected: in the run, per file, over all.

    Raises:
        ReconciliationError: says where the counts do not add up.
    """
    accounted = report.calls_new + report.calls_repeated + report.calls_rejected
    if report.calls_in != accounted:
        raise ReconciliationError(
            f"this run read {report.calls_in} calls, but accounts for {accounted}: {report}"
        )
    uneven = warehouse.read(_UNEVEN_FILES)
    if not uneven.is_empty():
        raise ReconciliationError(
            f"raw.files does not add up: {uneven.rows(named=True)[:3]}"
        )
    total = warehouse.read(_OVERALL).row(0, named=True)
    if total["calls_new"] != total["calls_stored"]:
        raise ReconciliationError(
            f"raw.files counts {total['calls_new']} calls, raw.calls holds"
            f" {total['calls_stored']}"
        )
    if total["calls_rejected"] != total["rejects_kept"]:
        raise ReconciliationError(
            f"raw.files counts {total['calls_rejected']} refused calls, raw.rejects holds"
            f" {total['rejects_kept']}"
        )
