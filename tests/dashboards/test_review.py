"""The page Review: blind, one's own marks only, and nothing but marks is written."""

import json
from pathlib import Path

import plotly
import pytest
from sqlalchemy import Table

from dashboards.filters import Filters
from dashboards.formats import formats
from dashboards.marts.door import Published
from dashboards.pages import review
from dashboards.records.corrections import CORRECTIONS
from dashboards.records.reviews import (
    REVIEWS,
    SAMPLE_ITEMS,
    SAMPLES,
    items_of,
    last_marks,
    marks_of,
)
from dashboards.records.store import Records, RecordsError
from dashboards.view import View

WHO = {"recorded_by": "lead", "why": "to see"}


def drawn(records: Records, sample: str = "s1", reviewers: str = "") -> None:
    """A sample of two steps of one call."""
    items = [
        {
            "sample": sample,
            "place": place,
            "call_id": "C-000001",
            "language": "he",
            "playbook": "phone-15",
            "step": step,
            "stratum": "machine=violated",
            "stratum_size": 7,
            **WHO,
        }
        for place, step in ((1, "7"), (2, "8"))
    ]
    described = {
        "sample": sample,
        "per": "step",
        "count": 1,
        "seed": 1,
        "version": "run-000001",
        "knowledge": "k",
        "reviewers": reviewers,
        **WHO,
    }
    records.add({SAMPLES: [described], SAMPLE_ITEMS: items})


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(f"sqlite:///{tmp_path / 'records.db'}")


def page(centre: Path, records: Records, **asked: str) -> str:
    view = View(
        published=Published(centre, centre.parent),
        filters=Filters(),
        asked=asked,
        path="/review",
        formats=formats(),
        scheme="light",
        heated_threshold=40.0,
        carried=Filters(),
        records=records,
    )
    layout = list(review.layout(view))
    return json.dumps(layout, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def rows(records: Records, table: Table) -> int:
    return len(records.history(table))


def test_without_a_name_it_asks_who_reviews(centre: Path, records: Records) -> None:
    drawn(records, reviewers="ann\nben")
    text = page(centre, records)
    assert "Your name" in text
    assert '"ann"' in text
    assert "transcript" not in text


def test_an_item_shows_step_and_talk_and_nothing_of_the_machines(
    centre: Path, records: Records
) -> None:
    drawn(records)
    text = page(centre, records, reviewer="ann")
    assert "0 of 2 marked" in text
    assert "Show sympathy" in text
    assert "Not applicable: no occasion." in text
    assert "turn by-agent" in text
    for told in ("machine=violated", "mark mark-", "of 100", "A30"):
        assert told not in text, told


def test_a_mark_is_kept_and_the_next_item_follows(
    centre: Path, records: Records
) -> None:
    drawn(records)
    assert review.mark_item(records, "ann", "s1:1", "met", " well said ") == "s1:2"
    (mark,) = last_marks(records)
    assert (mark["recorded_by"], mark["mark"]) == ("ann", "met")
    assert mark["comment"] == "well said"
    assert mark["why"] == "reviewed as s1:1"
    assert "1 of 2 marked" in page(centre, records, reviewer="ann")
    assert review.mark_item(records, "ann", "s1:2", "cannot tell", "") is None
    assert "All 2 items are marked" in page(centre, records, reviewer="ann")
    assert rows(records, CORRECTIONS) == 0


def test_a_mark_may_be_changed_back_and_forth_and_all_stay(records: Records) -> None:
    drawn(records)
    for mark in ("met", "missed", "met", "met"):
        review.mark_item(records, "ann", "s1:1", mark, "")
    assert rows(records, REVIEWS) == 3
    (own,) = marks_of(records, "ann").values()
    assert own["mark"] == "met"


def test_others_marks_are_never_shown(centre: Path, records: Records) -> None:
    drawn(records)
    review.mark_item(records, "ben", "s1:1", "missed", "secret words of ben")
    text = page(centre, records, reviewer="ann", item="s1:1")
    assert "secret words of ben" not in text
    assert "You marked it" not in text
    own = page(centre, records, reviewer="ben", item="s1:1")
    assert "secret words of ben" in own


def test_samples_for_named_reviewers_are_for_nobody_else(
    centre: Path, records: Records
) -> None:
    drawn(records, reviewers="ann")
    assert "Nothing is to be reviewed by ben" in page(centre, records, reviewer="ben")
    with pytest.raises(RecordsError, match="s1:1"):
        review.mark_item(records, "ben", "s1:1", "met", "")
    drawn(records, sample="s2", reviewers="ben")
    assert [item["sample"] for item in items_of(records, "ann")] == ["s1", "s1"]
    assert [item["sample"] for item in items_of(records, "ben")] == ["s2", "s2"]


def test_a_store_that_cannot_be_read_is_told_on_the_page(
    centre: Path, tmp_path: Path
) -> None:
    (tmp_path / "records.db").write_text("no database" * 200)
    store = Records(f"sqlite:///{tmp_path / 'records.db'}")
    assert "COOLHEAD_RECORDS" in page(centre, store, reviewer="ann")
