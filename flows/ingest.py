"""Ingest: what is new in the inbox, into the raw layer and the archive."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from flows import archive, inbox
from flows.intake.call_store import CallStore
from flows.intake.file_intake import UNREADABLE, FileIntake, Tally
from flows.intake.waiting import take_waiting
from flows.readers.source import Source
from flows.settings import Settings
from flows.warehouse import Warehouse


class ReconciliationError(RuntimeError):
    """Call records read are not the sum of those stored, repeated and refused."""


@dataclass(frozen=True)
class Progress:
    """How far an ingest has come.

    Attributes:
        file_name: the file at hand.
        files_done: files looked at, known ones included.
        files: all files of the inbox.
        bytes_done: bytes of the files looked at.
        bytes: bytes of all files.
        calls: call records read of the file at hand.
        is_registered: the file at hand is done and registered.
    """

    file_name: str
    files_done: int
    files: int
    bytes_done: int
    bytes: int
    calls: int
    is_registered: bool


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
) -> IngestReport:
    """Take in each file of the inbox whose content is new, one transaction a file.

    Args:
        settings: where things are.
        warehouse: the open warehouse.
        run_id: the run, noted with each file.
        progress: told after each batch and each file.

    Raises:
        ReconciliationError: counts do not add up.
    """
    store = CallStore(warehouse, settings.archive)
    known = {str(found) for found in warehouse.read("SELECT file_hash FROM raw.files")["file_hash"]}
    archive.sweep(settings.archive, known, store.last_call_no)
    files = list(inbox.sized(inbox.files_of(settings.inbox)))
    run = _Run(settings, warehouse, store, run_id, known)
    run.tells(progress or (lambda _: None), len(files), sum(size for _, size in files))
    for path, size in files:
        run.look_at(path, size)
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
    ) -> None:
        self._settings = settings
        self._warehouse = warehouse
        self._store = store
        self._run_id = run_id
        self._known = known
        self._tallies: list[Tally] = []
        self._formats: list[str] = []
        self._failures: list[FileFailure] = []
        self._seen = self._seen_bytes = self._files_known = 0
        self._next_file_no = 1 + int(
            warehouse.read("SELECT coalesce(max(file_no), 0) AS n FROM raw.files").item()
        )

    def tells(self, progress: Callable[[Progress], None], files: int, total: int) -> None:
        """Say how far it is to somebody, given how much there is."""
        self._progress, self._files, self._bytes = progress, files, total

    def look_at(self, path: Path, size: int) -> None:
        """Take a file in if its content is new."""
        name = inbox.name_in(self._settings.inbox, path)

        def tell(calls: int, *, is_registered: bool = False) -> None:
            self._progress(
                Progress(
                    file_name=name,
                    files_done=self._seen,
                    files=self._files,
                    bytes_done=self._seen_bytes,
                    bytes=self._bytes,
                    calls=calls,
                    is_registered=is_registered,
                )
            )

        try:
            self._take_in(Source(path, name), tell)
        except _FAILURES as error:
            self._failures.append(FileFailure(name, _failure(name, error)))
        self._seen += 1
        self._seen_bytes += size
        tell(0, is_registered=True)

    def _take_in(self, source: Source, tell: Callable[[int], None]) -> None:
        file_hash = inbox.hash_of(source.path)
        if file_hash in self._known:
            self._files_known += 1
            return
        intake = FileIntake(
            self._settings,
            self._warehouse,
            self._store,
            self._run_id,
            source,
            file_hash,
            self._next_file_no,
            tell,
        )
        self._formats.append(intake.take_in())
        self._tallies.append(intake.tally)
        self._known.add(file_hash)
        self._next_file_no += 1

    def report(self) -> IngestReport:
        """Take in what had waited, and sum up."""
        new, repeated = take_waiting(self._settings, self._warehouse, self._store)
        tallies = [asdict(tally) for tally in self._tallies]
        counts = {name: sum(tally[name] for tally in tallies) for name in _COUNTS}
        counts["calls_in"] += new + repeated
        counts["calls_new"] += new
        counts["calls_repeated"] += repeated
        return IngestReport(
            files_in=len(self._formats),
            files_known=self._files_known,
            files_unreadable=self._formats.count(UNREADABLE),
            calls_completed=new,
            failures=tuple(self._failures),
            **counts,
        )


def _failure(name: str, error: Exception) -> str:
    return (
        f"{name}: {error}; nothing of the file was kept. Make it readable, or make room on"
        " the disk, and run again: the run takes it up where it is"
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
        raise ReconciliationError(f"raw.files does not add up: {uneven.rows(named=True)[:3]}")
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
