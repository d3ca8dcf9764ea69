"""Ingest: files and calls counted once, corrections, refusals, kills."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl
import pytest

from flows import archive
from flows.ingest import Progress, ReconciliationError, ingest, reconcile
from flows.settings import Settings
from flows.stage import stage
from flows.warehouse import open_warehouse
from tests.flows.nights import SAMPLES, call, due, night, put, rows, texts


def test_the_sample_inbox_is_taken_in_as_its_readme_says(settings: Settings) -> None:
    for path in SAMPLES.iterdir():
        (settings.inbox / path.name).write_bytes(path.read_bytes())
    report, staged = night(settings)
    assert (report.files_in, report.files_unreadable) == (14, 0)
    assert (report.calls_in, report.calls_new) == (80, 73)
    assert (report.calls_repeated, report.calls_rejected) == (1, 6)
    assert (report.records_in, report.records_rejected) == (291, 1)
    assert (staged.calls, staged.incidents, staged.shifts) == (72, 36, 243)
    refused = rows(
        settings,
        "SELECT line FROM raw.rejects WHERE file_name = 'calls-broken.jsonl' ORDER BY line",
    )
    assert refused == [(2,), (3,), (5,), (6,), (8,), (9,)]
    corrected = (
        "SELECT s.disposition, f.file_name FROM staging.calls s JOIN raw.calls r USING (call_no)"
        " JOIN raw.files f USING (file_hash) WHERE s.call_id = 'S-NB-02'"
    )
    assert rows(settings, corrected) == [
        ("resolved_first_contact", "calls-broken.jsonl")
    ]
    completed = (
        "SELECT customer_id, agent_id FROM staging.calls WHERE call_id = 'S-EN-12'"
    )
    assert rows(settings, completed) == [("C030", "A08")]


def test_a_second_run_finds_nothing_new(settings: Settings) -> None:
    put(settings, "a.jsonl", call("c1"))
    night(settings)
    before = sorted(settings.archive.rglob("*"))
    report, staged = night(settings, "again")
    assert (report.files_in, report.files_known, report.calls_in) == (0, 1, 0)
    assert staged.calls == 0
    assert sorted(settings.archive.rglob("*")) == before


def test_the_same_call_counts_once_in_any_key_order_and_format(
    settings: Settings,
) -> None:
    sound = call("c1", agent_id="a1")
    turned = dict(reversed(sound.items()))
    turned["turns"] = [dict(reversed(turn.items())) for turn in sound["turns"]]
    put(settings, "a.jsonl", sound, sound)
    put(settings, "b.jsonl", turned)
    put(
        settings,
        "c.csv",
        "text,speaker,end,start,started_at,call_id,agent_id",
        "Good morning.,agent,1.5,0.50,2026-10-05T09:00:00+02:00,c1,a1",
        "Hello.,customer,2.5,2,2026-10-05T09:00:00+02:00,c1,a1",
    )
    report, staged = night(settings)
    assert (report.calls_in, report.calls_new, report.calls_repeated) == (4, 1, 3)
    assert staged.calls == 1
    assert texts(settings)["text"].to_list() == ["Good morning.", "Hello."]


def test_the_same_call_sent_again_later_counts_once_and_opens_no_day(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1", exported_at="2026-10-06T02:00:00Z"))
    night(settings)
    due(settings)
    put(settings, "b.jsonl", call("c1", exported_at="2026-10-07T02:00:00Z"))
    report, _ = night(settings, "second")
    assert (report.calls_new, report.calls_repeated) == (0, 1)
    assert due(settings) == []
    put(settings, "c.jsonl", call("c1", queue="x", exported_at="2026-10-06T12:00:00Z"))
    night(settings, "third")
    assert rows(settings, "SELECT queue FROM staging.calls") == [(None,)]


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        ("2026-10-06T02:00:00Z", "2026-10-07T02:00:00Z", "second"),
        ("2026-10-07T02:00:00Z", "2026-10-06T02:00:00Z", "first"),
        (None, None, "second"),
        ("2026-10-07T02:00:00Z", None, "second"),
        ("2026-10-07T02:00:00Z", "2026-10-07T02:00:00Z", "second"),
    ],
)
def test_of_two_versions_the_later_export_stands_else_the_later_file(
    settings: Settings, first: str | None, second: str | None, stands: str
) -> None:
    put(settings, "a.jsonl", call("c1", disposition="first", exported_at=first))
    night(settings)
    put(settings, "b.jsonl", call("c1", disposition="second", exported_at=second))
    report, _ = night(settings, "second")
    assert report.calls_new == 1
    assert rows(settings, "SELECT disposition FROM staging.calls") == [(stands,)]


def test_a_correction_that_moves_a_call_opens_its_old_day_and_its_new_one(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1"))
    night(settings)
    assert due(settings) == ["2026-10-05"]
    put(settings, "b.jsonl", call("c1", started_at="2026-10-09T09:00:00+02:00"))
    night(settings, "second")
    assert due(settings) == ["2026-10-05", "2026-10-09"]
    assert texts(settings)["text"].to_list() == ["Good morning.", "Hello."]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"call_id": "c9", "turns": [', "line 2, column"),
        (call(None), "no call_id"),
        (call("c9", started_at=None), "has no started_at"),
        (call("c9", started_at="yesterday"), "started_at is 'yesterday'"),
        (call("c9", started_at="2026-10-05"), "no ISO 8601 time"),
        (call("c9", ended_at="2026-10-05T08:59:59+02:00"), "before it starts"),
        (call("c9", exported_at="soon"), "exported_at is 'soon'"),
        (call("c9", turns="agent: hello"), "turns holds str"),
        (call("c9", turns=[{"speaker": "agent"}]), "turns[0] is no object with"),
        (call("c9", turns=[{"speaker": "agent", "text": 5}]), "where text is due"),
        (call("c9", agent_id=["a"]), "agent_id is ['a']"),
        (call("c9", vulnerable="perhaps"), "vulnerable is 'perhaps'"),
        ("[1, 2]", "a JSON list where an object is due"),
    ],
)
def test_a_bad_line_is_quarantined_with_its_bytes_and_the_rest_goes_on(
    settings: Settings, line: Any, said: str
) -> None:
    path = put(settings, "a.jsonl", call("c1"), line, call("c2"))
    report, _ = night(settings)
    assert (report.calls_in, report.calls_new, report.calls_rejected) == (3, 2, 1)
    ((number, reason, kept),) = rows(
        settings, "SELECT line, reason, quarantined_as FROM raw.rejects"
    )
    assert number == 2
    assert said in reason
    original = path.read_bytes().splitlines(keepends=True)[1]
    assert (settings.quarantine / kept).read_bytes() == original
    note = json.loads(
        (settings.quarantine / kept).with_name("reasons.jsonl").read_text()
    )
    assert (note["file"], note["line"], note["reason"]) == ("a.jsonl", 2, reason)


def test_a_file_that_nobody_knows_is_quarantined_once_with_what_is_understood(
    settings: Settings,
) -> None:
    put(settings, "README.md", "# Exports", "Nightly, from the telephone system.")
    put(settings, "call.schema.json", '{"$schema": "x", "properties": {"turns": {}}}')
    (settings.inbox / "empty.jsonl").touch()
    (settings.inbox / "packed.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00rest")
    first, _ = night(settings)
    second, _ = night(settings, "second")
    assert (first.files_in, first.files_unreadable) == (4, 4)
    assert (second.files_in, second.files_known) == (0, 4)
    reasons = dict(rows(settings, "SELECT file_name, reason FROM raw.rejects"))
    assert "starts with '# Exports" in reasons["README.md"]
    assert "keys ['$schema', 'properties']" in reasons["call.schema.json"]
    assert "no content" in reasons["empty.jsonl"]
    assert "unpack it first" in reasons["packed.jsonl.gz"]
    assert all("call_id, started_at, turns" in reason for reason in reasons.values())


def test_subfolders_are_walked_and_unfinished_files_left_alone(
    settings: Settings,
) -> None:
    put(settings, "north/2026/a.jsonl", call("c1"))
    for name in (".hidden.jsonl", "b.jsonl.part", "c.jsonl.tmp", ".git/d.jsonl"):
        put(settings, name, call(name))
    report, _ = night(settings)
    assert report.files_in == 1
    assert rows(settings, "SELECT file_name FROM raw.files") == [
        ("north/2026/a.jsonl",)
    ]


def test_unknown_fields_of_call_and_turns_are_kept(settings: Settings) -> None:
    turns = [
        {"speaker": "agent", "text": "Hi.", "confidence": 0.5},
        {"speaker": "customer", "text": "Hi."},
    ]
    put(settings, "a.jsonl", call("c1", turns=turns, survey={"score": 3}))
    night(settings)
    ((extra,),) = rows(settings, "SELECT extra FROM raw.calls")
    assert json.loads(extra) == {
        "survey": {"score": 3},
        "turns": {"confidence": [0.5, None]},
    }


def test_a_speaker_is_matched_in_any_case_and_else_unknown(settings: Settings) -> None:
    told = ["AGENT", " Customer ", "Supervisor", "robot", None, "ivr"]
    turns = [{"speaker": speaker, "text": "x"} for speaker in told]
    put(settings, "a.jsonl", call("c1", turns=turns))
    night(settings)
    assert texts(settings)["speaker"].to_list() == [
        "agent",
        "customer",
        "supervisor",
        "unknown",
        "unknown",
        "ivr",
    ]


def test_voices_without_a_role_are_told_apart_by_number(settings: Settings) -> None:
    told = ["SPEAKER_01", "agent", "SPEAKER_00", "speaker_01 ", None, "SPEAKER_00"]
    turns = [{"speaker": speaker, "text": "x"} for speaker in told]
    put(settings, "a.jsonl", call("c1", turns=turns))
    night(settings)
    assert texts(settings)["voice"].to_list() == [0, None, 1, 0, 2, 1]


def test_the_same_words_by_other_voices_are_another_version(settings: Settings) -> None:
    for name, second in (("a.jsonl", "SPEAKER_01"), ("b.jsonl", "SPEAKER_00")):
        turns = [{"speaker": s, "text": "x"} for s in ("SPEAKER_00", second)]
        put(settings, name, call("c1", turns=turns))
    taken, _ = night(settings)
    assert taken.calls_new == len(("a", "b"))


def test_text_kept_before_there_were_voices_is_still_read(settings: Settings) -> None:
    put(settings, "a.jsonl", call("c1"))
    night(settings)
    (part,) = settings.archive.rglob("*.parquet")
    pl.read_parquet(part, hive_partitioning=False).drop("voice").write_parquet(part)
    put(settings, "b.jsonl", call("c2"))
    night(settings)
    assert texts(settings)["voice"].to_list() == [None] * 4


def test_turn_times_that_cannot_be_are_dropped_and_kept_as_told(
    settings: Settings,
) -> None:
    turns = [
        {"speaker": "agent", "text": "a", "start": 5, "end": 4},
        {"speaker": "agent", "text": "b", "start": -1, "end": 4},
        {"speaker": "agent", "text": "c", "start": 5, "end": 6},
        {"speaker": "agent", "text": "d", "start": "soon", "end": "7.5"},
    ]
    put(settings, "a.jsonl", call("c1", turns=turns))
    night(settings)
    times = texts(settings).select("start_seconds", "end_seconds").rows()
    assert times == [(None, None), (None, None), (5.0, 6.0), (None, 7.5)]
    ((extra,),) = rows(settings, "SELECT extra FROM raw.calls")
    assert json.loads(extra)["turn_times"] == {"0": [5.0, 4.0], "1": [-1.0, 4.0]}
    assert json.loads(extra)["turns"]["start_told"][3] == "soon"


@pytest.mark.parametrize(
    ("told", "utc", "zone", "day"),
    [
        ("2026-10-05T00:30:00+03:00", "2026-10-04 21:30:00", "+03:00", "2026-10-04"),
        (
            "2026-10-05T00:30:00",
            "2026-10-04 22:30:00",
            "Europe/Amsterdam",
            "2026-10-05",
        ),
        ("2026-10-04T22:30:00Z", "2026-10-04 22:30:00", "+00:00", "2026-10-05"),
        (
            "2026-10-05 09:00:00.250-0530",
            "2026-10-05 14:30:00.25",
            "-05:30",
            "2026-10-05",
        ),
    ],
)
def test_times_are_stored_in_utc_with_their_zone_and_the_local_day(
    settings: Settings, told: str, utc: str, zone: str, day: str
) -> None:
    put(settings, "a.jsonl", call("c1", started_at=told))
    night(settings)
    stored = "SELECT (started_at AT TIME ZONE 'UTC')::VARCHAR, zone, day::VARCHAR FROM raw.calls"
    assert rows(settings, stored) == [(utc, zone, day)]


def test_a_call_without_a_start_is_taken_in_when_its_contact_record_comes(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1", started_at=None, team="North"))
    report, _ = night(settings)
    assert (report.calls_rejected, report.calls_completed) == (1, 0)
    put(
        settings,
        "b.csv",
        "call_id,started_at,agent_id",
        "c1,2026-10-05T09:00:00+03:00,a1",
    )
    report, staged = night(settings, "second")
    assert (report.calls_completed, report.calls_new, staged.calls) == (1, 1, 1)
    completed = "SELECT team, agent_id, zone, day::VARCHAR FROM staging.calls"
    assert rows(settings, completed) == [("North", "a1", "+03:00", "2026-10-05")]
    assert rows(
        settings, "SELECT calls_new, calls_rejected FROM raw.files LIMIT 1"
    ) == [(1, 0)]
    assert rows(settings, "SELECT * FROM raw.rejects") == []
    assert texts(settings)["text"].to_list() == ["Good morning.", "Hello."]
    third, _ = night(settings, "third")
    assert third.calls_in == 0


def test_a_waiting_call_that_its_contact_record_proves_wrong_stays_refused(
    settings: Settings,
) -> None:
    put(
        settings,
        "a.jsonl",
        call("c1", started_at=None, ended_at="2026-10-05T08:00:00Z"),
    )
    put(settings, "b.csv", "call_id,started_at", "c1,2026-10-05T09:00:00Z")
    report, _ = night(settings)
    assert (report.calls_in, report.calls_rejected, report.calls_completed) == (1, 1, 0)
    ((reason, awaits),) = rows(
        settings, "SELECT reason, awaits_call_id FROM raw.rejects"
    )
    assert "before it starts" in reason
    assert awaits is None


def test_a_bad_line_amid_thousands_costs_only_itself(settings: Settings) -> None:
    lines: list[dict[str, Any] | str] = [call(f"c{n}") for n in range(3000)]
    lines[1500] = call("bad", turns=None)
    put(settings, "a.jsonl", *lines)
    report, _ = night(settings)
    assert (report.calls_new, report.calls_rejected) == (2999, 1)
    numbers = (
        "SELECT count(DISTINCT call_no), min(call_no), max(call_no) FROM raw.calls"
    )
    assert rows(settings, numbers) == [(2999, 1, 2999)]


def test_a_file_that_cannot_be_opened_leaves_the_others_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "a.jsonl", call("c1"))
    put(settings, "b.jsonl", call("c2"))
    put(settings, "c.jsonl", call("c3"))
    real_open: Any = Path.open

    def full_disk(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "b.jsonl":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return real_open(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full_disk)
        report, _ = night(settings)
    assert report.calls_new == 2
    (failure,) = report.failures
    assert failure.file_name == "b.jsonl"
    assert "run again" in failure.message
    report, _ = night(settings, "second")
    assert (report.calls_new, report.files_known, report.failures) == (1, 2, ())


def test_no_room_for_the_archive_keeps_nothing_of_the_file(settings: Settings) -> None:
    put(settings, "a.jsonl", call("c1"))
    settings.archive.write_text("a file stands where the folder has to be")
    report, _ = night(settings)
    (failure,) = report.failures
    assert "nothing of the file was kept" in failure.message
    assert rows(settings, "SELECT * FROM raw.calls") == []
    settings.archive.unlink()
    report, _ = night(settings, "second")
    assert (report.calls_new, len(texts(settings))) == (1, 2)


def test_progress_ends_with_every_file_done(settings: Settings) -> None:
    put(settings, "a.jsonl", call("c1"), call("c2"))
    put(settings, "b.jsonl", call("c3"))
    told: list[Progress] = []
    with open_warehouse(settings) as warehouse:
        ingest(settings, warehouse, "run", told.append)
    assert [(p.file_name, p.calls, p.is_registered) for p in told] == [
        ("a.jsonl", 2, True),
        ("b.jsonl", 1, True),
    ]
    assert (told[-1].files_done, told[-1].files) == (2, 2)
    assert told[-1].bytes_done == told[-1].bytes > 0


def test_counts_that_do_not_add_up_are_an_error(settings: Settings) -> None:
    put(settings, "a.jsonl", call("c1"))
    with open_warehouse(settings) as warehouse:
        report = ingest(settings, warehouse, "run")
        warehouse.execute("DELETE FROM raw.calls")
        with pytest.raises(
            ReconciliationError, match=r"counts 1 calls, raw\.calls holds 0"
        ):
            reconcile(warehouse, report)
        warehouse.execute("UPDATE raw.files SET calls_in = 5")
        with pytest.raises(ReconciliationError, match=r"a\.jsonl"):
            reconcile(warehouse, report)


KILLED = dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from flows import archive, ingest
    from flows.settings import Settings
    from flows.warehouse import Warehouse, open_warehouse

    where, home = sys.argv[1], Path(sys.argv[2])
    die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    settings = Settings(home=home, time_zone="Europe/Amsterdam")
    with open_warehouse(settings) as warehouse:
        def between(told):
            if where == "between files" and told.is_registered:
                die()
        if where == "before the commit":
            append = Warehouse.append
            def late(self, table, frame):
                append(self, table, frame)
                if table.name == "raw.files" and frame["file_name"][0] == "b.jsonl":
                    die()
            Warehouse.append = late
        ingest.ingest(settings, warehouse, "killed", between, group_bytes=1)
    """
)


@pytest.mark.parametrize("where", ["between files", "before the commit"])
def test_after_a_kill_the_next_run_completes_and_counts_nothing_twice(
    settings: Settings, where: str
) -> None:
    put(settings, "a.jsonl", call("c1"), call("c2"), "broken")
    put(settings, "b.jsonl", call("c2"), call("c3"))
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, where, str(settings.home)],
        env=environment,
        check=False,
    )
    assert killed.returncode == -9
    # A file that comes in before the one that was under way takes its numbers.
    put(settings, "aa.jsonl", call("c0"))
    night(settings)
    assert rows(settings, "SELECT call_id FROM staging.calls ORDER BY 1") == [
        ("c0",),
        ("c1",),
        ("c2",),
        ("c3",),
    ]
    counts = "SELECT sum(calls_in), sum(calls_new), sum(calls_rejected) FROM raw.files"
    assert rows(settings, counts) == [(6, 4, 1)]
    said = texts(settings)
    assert said["call_id"].to_list() == ["c0", "c0", "c1", "c1", "c2", "c2", "c3", "c3"]
    ((last,),) = rows(settings, "SELECT max(call_no) FROM raw.calls")
    hashes = [found for (found,) in rows(settings, "SELECT file_hash FROM raw.files")]
    assert archive.sweep(settings.archive, hashes, last) == 0


def test_many_small_files_and_one_at_a_time_give_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    other = Settings(home=tmp_path / "other", time_zone="Europe/Amsterdam")
    for home in (settings, other):
        put(home, "a.jsonl", call("c1"), call("c1"), "broken")
        put(home, "b.jsonl", call("c1"), call("c2"), call("c3", started_at=None))
        put(home, "c.csv", "incident_id,call_id", "i1,c1", "i1,c2")
    counts: list[pl.DataFrame] = []
    for home, group_bytes in ((settings, 1 << 20), (other, 1)):
        with open_warehouse(home) as warehouse:
            ingest(home, warehouse, "run", group_bytes=group_bytes)
            stage(home, warehouse)
            files = warehouse.read("SELECT * FROM raw.files ORDER BY file_no")
            calls = warehouse.read("SELECT * FROM staging.calls ORDER BY call_no")
            counts.extend((files, calls))
    assert counts[0].equals(counts[2])
    assert counts[1].equals(counts[3])
    assert texts(settings).equals(texts(other))
