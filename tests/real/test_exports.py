"""Real export files, read in place: the sound are stored, the broken refused in words."""

import shutil
from pathlib import Path

from flows.settings import Settings
from tests.flows.nights import night, put, rows, texts


def _inbox_of(settings: Settings, exports_dir: Path, vendor: str) -> None:
    shutil.copytree(exports_dir / vendor, settings.inbox / vendor)


def test_vcons_are_stored_and_the_unusable_refused(
    settings: Settings, exports_dir: Path
) -> None:
    _inbox_of(settings, exports_dir, "vcon")
    report, _ = night(settings)
    assert (report.calls_in, report.calls_new, report.calls_rejected) == (9, 5, 4)
    assert report.files_unreadable == 1
    reasons = dict(rows(settings, "SELECT file_name, reason FROM raw.rejects"))
    assert "audio only" in reasons["vcon/hello.vcon"]
    assert "`parties` is None" in reasons["vcon/null_parties.json"]
    assert "[5, 9, 7]" in reasons["vcon/out_of_range_party_indices.json"]
    assert "no transcript with turns" in reasons["vcon/ab_call_ext_rec_0.0.1.vcon"]
    assert "'$schema'" in reasons["vcon/vcon-0.0.1.schema.json"]
    spoken = texts(settings).group_by("call_id").len().sort("call_id")
    assert spoken["len"].min() == 11
    zones = "SELECT DISTINCT zone, agent_id, customer_id, direction FROM staging.calls ORDER BY ALL"
    assert rows(settings, zones) == [
        ("Europe/Amsterdam", None, None, "inbound"),
        ("Europe/Amsterdam", None, None, None),
    ]
    assert rows(settings, "SELECT min(agent_name) FROM staging.calls") == [
        ("Charles Carter",)
    ]


def test_contact_lens_is_stored_refused_or_waits(
    settings: Settings, exports_dir: Path
) -> None:
    _inbox_of(settings, exports_dir, "amazon_contact_lens")
    report, _ = night(settings)
    assert (report.calls_in, report.calls_new, report.calls_rejected) == (7, 3, 4)
    assert report.files_unreadable == 1
    reasons = {
        Path(name).name: reason
        for name, reason in rows(settings, "SELECT file_name, reason FROM raw.rejects")
    }
    assert "line 297, column 1" in reasons["docs_voice_0.notstrict.json"]
    assert "line 10, column 44" in reasons["docs_voice_1.notstrict.json"]
    assert "'evaluationId'" in reasons["docs_evalform_0.json"]
    stored = "SELECT call_id, started_at::VARCHAR, language, channel FROM staging.calls ORDER BY 2"
    assert rows(settings, stored) == [
        (
            "7c77422d-f9ba-4111-ad48-b2f5dadf854a",
            "2022-06-22 16:55:00+00",
            "en-US",
            "voice",
        ),
        (
            "b49644f6-672f-445c-b209-f76b36482830",
            "2022-10-27 03:31:50.735+00",
            "en-US",
            "chat",
        ),
    ]
    speakers = set(texts(settings)["speaker"])
    assert speakers == {"agent", "customer", "system"}


def test_voice_contacts_that_wait_come_in_with_their_contact_records(
    settings: Settings, exports_dir: Path
) -> None:
    _inbox_of(settings, exports_dir, "amazon_contact_lens")
    night(settings)
    waiting = "SELECT awaits_call_id FROM raw.rejects WHERE awaits_call_id IS NOT NULL ORDER BY 1"
    ids = [call_id for (call_id,) in rows(settings, waiting)]
    assert len(ids) == 2
    lines = (f"{call_id},2026-10-05T0{n}:00:00Z,a{n}" for n, call_id in enumerate(ids))
    put(settings, "records.csv", "call_id,started_at,agent_id", *lines)
    report, _ = night(settings, "second")
    assert (report.calls_completed, report.calls_new) == (2, 2)
    taken = "SELECT agent_id FROM staging.calls WHERE agent_id IS NOT NULL ORDER BY 1"
    assert rows(settings, taken) == [("a0",), ("a1",)]
    assert rows(settings, waiting) == []


def test_the_other_vendors_files_are_refused_without_a_crash(
    settings: Settings, exports_dir: Path
) -> None:
    for folder in sorted(exports_dir.iterdir()):
        if folder.is_dir() and folder.name not in ("vcon", "amazon_contact_lens"):
            _inbox_of(settings, exports_dir, folder.name)
    report, _ = night(settings)
    assert report.files_in > 30
    assert report.files_unreadable == report.files_in
    assert (report.calls_in, report.failures) == (0, ())
