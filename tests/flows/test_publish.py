"""Publishing: candidates, the pointer, and the versions that are kept."""

from pathlib import Path

import pytest

from flows.publish import (
    POINTER,
    PublishedError,
    candidate,
    current_file,
    current_version,
    make_current,
    next_version,
    version_file,
)


def publish(published: Path, text: str) -> str:
    """Publish a version whose file holds a text; returns its name."""
    version = next_version(published)
    with candidate(published, version) as path:
        path.write_text(text, encoding="utf-8")
    make_current(published, version)
    return version


def test_versions_count_from_one(tmp_path: Path) -> None:
    assert current_version(tmp_path) is None
    assert [publish(tmp_path, "a"), publish(tmp_path, "b")] == [
        "run-000001",
        "run-000002",
    ]
    assert current_file(tmp_path).read_text(encoding="utf-8") == "b"


def test_before_the_first_publishing_readers_are_told_what_to_do(
    tmp_path: Path,
) -> None:
    with pytest.raises(PublishedError, match="nothing is published yet; run `coolhead"):
        current_file(tmp_path)


def test_a_pointer_to_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    version = publish(tmp_path, "a")
    version_file(tmp_path, version).unlink()
    with pytest.raises(PublishedError, match=r"run-000001\.duckdb.*missing; run"):
        current_file(tmp_path)


def test_a_candidate_starts_as_a_copy_of_the_current_version(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    with candidate(tmp_path, "run-000002") as path:
        assert path.read_text(encoding="utf-8") == "a"
        path.write_text("b", encoding="utf-8")
        assert current_file(tmp_path).read_text(encoding="utf-8") == "a"


def test_what_a_killed_run_left_of_a_candidate_is_not_taken_over(
    tmp_path: Path,
) -> None:
    publish(tmp_path, "a")
    left = version_file(tmp_path, "run-000002")
    left.write_text("half", encoding="utf-8")
    left.with_name(f"{left.name}.wal").write_text("half", encoding="utf-8")
    with candidate(tmp_path, "run-000002") as path:
        assert path.read_text(encoding="utf-8") == "a"
        assert not path.with_name(f"{path.name}.wal").exists()


def test_a_candidate_that_fails_is_removed_and_the_pointer_stays(
    tmp_path: Path,
) -> None:
    publish(tmp_path, "a")

    def fail() -> None:
        with candidate(tmp_path, "run-000002") as path:
            path.with_name(f"{path.name}.wal").write_text("wal", encoding="utf-8")
            raise RuntimeError("unsound")

    with pytest.raises(RuntimeError, match="unsound"):
        fail()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        POINTER,
        "run-000001.duckdb",
    ]
    assert current_version(tmp_path) == "run-000001"


def test_three_versions_are_kept_and_the_current_one_is_always_among_them(
    tmp_path: Path,
) -> None:
    for text in "abcde":
        publish(tmp_path, text)
        assert current_file(tmp_path).read_text(encoding="utf-8") == text
    assert sorted(path.stem for path in tmp_path.glob("run-*")) == [
        "run-000003",
        "run-000004",
        "run-000005",
    ]


def test_moving_the_pointer_leaves_nothing_behind(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        POINTER,
        "run-000001.duckdb",
    ]
    assert (tmp_path / POINTER).read_text(encoding="utf-8") == "run-000001\n"
