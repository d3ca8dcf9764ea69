"""Nights that go wrong: what readers see stays, the reason is told, the next run mends."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from expectations.judge import JudgementError
from flows.candidate import open_published
from flows.ingest import ingest
from flows.lock import writing
from flows.nightly import nightly
from flows.publish import POINTER, current_file, current_version
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.flows.nights import angry, put
from tests.flows.runs import ask, coolhead, copy_of, differing, process, published


@pytest.fixture(scope="module")
def small(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with two calls published. Copy it; don't change it."""
    settings = Settings(home=tmp_path_factory.mktemp("small") / "home")
    put(
        settings,
        "a.jsonl",
        angry("c1", "2026-10-05T09:00:00+02:00"),
        angry("c2", "2026-10-06T09:00:00+02:00"),
    )
    nightly(home=settings.home)
    return settings


@pytest.fixture
def home(small: Settings, tmp_path: Path) -> Settings:
    """A copy of that home, with one more call in its inbox."""
    settings = copy_of(small, tmp_path / "home")
    put(settings, "b.jsonl", angry("c3", "2026-10-06T11:00:00+02:00"))
    return settings


@pytest.fixture(scope="module")
def undisturbed(small: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What becomes of that copy when nothing goes wrong."""
    settings = copy_of(small, tmp_path_factory.mktemp("undisturbed") / "home")
    put(settings, "b.jsonl", angry("c3", "2026-10-06T11:00:00+02:00"))
    nightly(home=settings.home)
    return settings


def assert_old_version_stands(settings: Settings, small: Settings) -> None:
    """The version published before is current, whole, and the only one there."""
    assert current_version(settings.published) == current_version(small.published)
    assert differing(published(small), published(settings)) == []
    assert len(list(settings.published.glob("run-*"))) == 1


def test_an_impossible_source_row_fails_the_night_and_the_old_version_stands(
    home: Settings, small: Settings
) -> None:
    with open_warehouse(home) as warehouse:
        warehouse.execute(
            "UPDATE raw.calls SET ended_at = started_at - INTERVAL 1 HOUR"
            " WHERE call_id = 'c2'"
        )
    with pytest.raises(JudgementError) as refused:
        nightly(home=home.home)
    told = str(refused.value)
    assert "raw.calls" in told
    assert "no call ends before it starts" in told
    assert "c2" in told
    assert "failed" in told
    assert "errored" not in told
    assert_old_version_stands(home, small)


def test_an_impossible_mart_row_fails_the_night_and_the_candidate_is_gone(
    home: Settings, small: Settings, undisturbed: Settings
) -> None:
    path = current_file(home.published)
    with open_published(home, path) as opened:
        opened.execute("UPDATE marts.run_history SET calls_in = 7")
    with pytest.raises(JudgementError, match=r"marts\.run_history: calls in = new"):
        nightly(home=home.home)
    assert_old_version_stands(home, small)
    # The days still wait: the night after, with sound rows, completes.
    with open_published(home, path) as opened:
        opened.execute("UPDATE marts.run_history SET calls_in = calls_new")
    assert nightly(home=home.home).is_changed
    assert differing(published(undisturbed), published(home)) == []


def test_a_second_run_at_once_leaves_with_one_and_says_so(
    home: Settings, prefect_server: str
) -> None:
    with writing(home.home):
        answer = coolhead(home, "nightly", server=prefect_server)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert f"{home.home}: another run is writing here" in answer.stderr
    assert "Traceback" not in answer.stderr.rpartition("coolhead:")[2]


def test_a_reader_keeps_what_it_opened_and_disturbs_no_run(
    home: Settings, small: Settings
) -> None:
    path = current_file(home.published)
    with open_published(home, path, read_only=True) as reader:
        seen = reader.read("SELECT call_id FROM marts.call_facts ORDER BY call_id")
        assert nightly(home=home.home).is_changed
        again = reader.read("SELECT call_id FROM marts.call_facts ORDER BY call_id")
    assert seen.equals(again)
    assert seen["call_id"].to_list() == ["c1", "c2"]
    assert ask(home, "SELECT count(*) AS n FROM marts.call_facts").item() == 3


Moment = Callable[[Settings], bool]

MOMENTS: dict[str, Moment] = {
    "a new part is in the archive": lambda home: len(_parts(home)) > 2,
    "a candidate is being filled": lambda home: _candidate(home) is not None,
    "the candidate has been filled for a while": lambda home: (
        (path := _candidate(home)) is not None
        and time.time() - path.stat().st_mtime > 0.3
    ),
    "the pointer has moved": lambda home: (
        current_version(home.published) != "run-000001"
    ),
}


def _parts(home: Settings) -> list[Path]:
    return list(home.archive.glob("day=*/*"))


def _candidate(home: Settings) -> Path | None:
    path = home.published / "run-000002.duckdb"
    return path if path.exists() else None


def kill_at(home: Settings, moment: Moment, server: str) -> None:
    """Start `coolhead nightly`, and end it with SIGKILL at a moment."""
    running = process(home, "nightly", server=server)
    try:
        until = time.monotonic() + 120
        while not moment(home):
            assert running.poll() is None, "the run ended before the moment came"
            assert time.monotonic() < until, "the moment did not come"
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
    finally:
        running.kill()
        running.communicate()
    assert running.returncode == -signal.SIGKILL


def test_after_a_kill_at_any_moment_readers_read_and_the_next_run_completes(
    home: Settings, small: Settings, undisturbed: Settings, prefect_server: str
) -> None:
    expected = {False: published(small), True: published(undisturbed)}
    for says, moment in MOMENTS.items():
        kill_at(home, moment, prefect_server)
        has_moved = current_version(home.published) != "run-000001"
        assert has_moved == (says == "the pointer has moved")
        assert differing(expected[has_moved], published(home)) == [], says
    report = nightly(home=home.home)
    assert report.is_complete
    assert differing(published(undisturbed), published(home)) == []
    assert not list(home.published.glob(f".{POINTER}*"))
    assert nightly(home=home.home).is_changed is False


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A disk of 24 MB, if this user may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def _fill(disk: Path, leaving: int) -> Path:
    """Fill a disk but for some bytes; returns the file to remove again."""
    filler = disk / "filler"
    status = os.statvfs(disk)
    filler.write_bytes(b"\0" * max(status.f_bavail * status.f_frsize - leaving, 0))
    return filler


def test_a_full_disk_is_told_and_the_next_run_with_room_completes(
    small: Settings, undisturbed: Settings, small_disk: Path, prefect_server: str
) -> None:
    settings = copy_of(small, small_disk / "home")
    put(settings, "b.jsonl", angry("c3", "2026-10-06T11:00:00+02:00"))
    # Nothing fits; then the candidate does at first, but cannot grow.
    candidate_size = current_file(settings.published).stat().st_size
    for leaving in (0, candidate_size + 300_000):
        filler = _fill(small_disk, leaving)
        answer = coolhead(settings, "nightly", server=prefect_server)
        told = (answer.stdout + answer.stderr).lower()
        assert answer.returncode == 1, told[-2000:]
        assert "no space left" in told, told[-2000:]
        assert current_version(settings.published) == "run-000001"
        assert differing(published(small), published(settings)) == []
        filler.unlink()
    assert nightly(home=settings.home).is_complete
    assert differing(published(undisturbed), published(settings)) == []


def test_a_night_that_took_files_in_but_died_is_completed_by_the_next(
    home: Settings, undisturbed: Settings
) -> None:
    with open_warehouse(home) as warehouse:
        assert ingest(home, warehouse, "run-000002").calls_new == 1
    report = nightly(home=home.home)
    # What the dead run took in is counted with the run that publishes it.
    assert (report.files_in, report.calls_new, report.calls_scored) == (1, 1, 2)
    assert differing(published(undisturbed), published(home)) == []
