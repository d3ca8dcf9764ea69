"""The records store: added to, never overwritten, and silent on secrets."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Column, String

from dashboards.records.store import (
    Records,
    RecordsError,
    RecordsUrlError,
    record_table,
)
from flows.settings import Settings

NOTES = record_table("notes_of_a_test", Column("note", String))
WHO = {"recorded_by": "ann", "why": "to try"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(f"sqlite:///{tmp_path / 'home' / 'records.db'}")


def test_a_missing_store_has_nothing_recorded_and_is_not_made_by_reading(
    records: Records, tmp_path: Path
) -> None:
    assert records.history(NOTES) == []
    assert not (tmp_path / "home").exists()


def test_rows_come_back_oldest_first_with_who_when_and_why(records: Records) -> None:
    begun = dt.datetime.now(dt.UTC)
    records.add({NOTES: [{"note": "one", **WHO}]})
    records.add({NOTES: [{"note": "two", **WHO}]})
    first, second = records.history(NOTES)
    assert (first["note"], second["note"]) == ("one", "two")
    assert first["recorded_by"] == "ann"
    assert first["why"] == "to try"
    assert begun <= first["recorded_at"] <= second["recorded_at"]
    assert first["recorded_at"].tzinfo is dt.UTC


def test_moments_are_kept_in_utc_whatever_zone_they_are_told_in(
    records: Records,
) -> None:
    told = dt.datetime(2026, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    records.add({NOTES: [{"note": "x", "recorded_at": told, **WHO}]})
    (row,) = records.history(NOTES)
    assert row["recorded_at"] == dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("missing", ["recorded_by", "why"])
def test_nothing_is_recorded_without_who_and_why(
    records: Records, missing: str
) -> None:
    with pytest.raises(RecordsError, match=missing):
        records.add({NOTES: [{"note": "x", **WHO, missing: " "}]})
    assert records.history(NOTES) == []


def test_rows_are_added_all_or_none(records: Records) -> None:
    others = record_table("others_of_a_test", Column("n", String, nullable=False))
    with pytest.raises(RecordsError):
        records.add({NOTES: [{"note": "x", **WHO}], others: [{"n": None, **WHO}]})
    assert records.history(NOTES) == []


def test_words_of_people_are_values_never_statements(records: Records) -> None:
    evil = "'); DROP TABLE notes_of_a_test; --"
    records.add({NOTES: [{"note": evil, **WHO}]})
    assert records.history(NOTES, NOTES.c.note == evil)[0]["note"] == evil


def test_passwords_are_in_no_message() -> None:
    with pytest.raises(RecordsUrlError) as refused:
        Records("no-such-database://ann:hush@db/x")
    assert "hush" not in str(refused.value)
    store = Records("postgresql+psycopg://ann:hush@db.invalid/x")
    assert "hush" not in str(store)
    with pytest.raises(RecordsError) as failed:
        store.history(NOTES)
    assert "hush" not in str(failed.value)
    assert "COOLHEAD_RECORDS" in str(failed.value)


def test_a_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_text("this is a letter, not a database" * 100)
    with pytest.raises(RecordsError, match="not a database"):
        Records(f"sqlite:///{path}").history(NOTES)


def test_the_store_stands_in_the_home_unless_set_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    assert settings.records_url == f"sqlite:///{tmp_path / 'records.db'}"
    monkeypatch.setenv("COOLHEAD_RECORDS", "postgresql://ann:hush@db/x")
    elsewhere = Settings(home=tmp_path)
    assert elsewhere.records_url == "postgresql://ann:hush@db/x"
    assert "hush" not in repr(elsewhere)
