"""Filters go to the URL and back, and what is wrong there is said."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dashboards.filters import Filters, from_search, other_pairs, to_search

VALUES = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=4).map(tuple)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def all_filters(draw: st.DrawFn) -> Filters:
    """Any filters whose days are in order."""
    days = sorted((draw(DAYS), draw(DAYS)), key=lambda day: day or date(2100, 1, 2))
    since, until = days if None not in days else (days[0], None)
    values = (draw(VALUES) for _ in range(4))
    return Filters(since, until, *values, unproven=draw(st.booleans()))


@given(all_filters())
def test_filters_survive_the_url(filters: Filters) -> None:
    assert from_search(to_search(filters)) == (filters, ())


@given(all_filters(), st.text(min_size=1, max_size=9))
def test_a_pages_own_choices_are_kept_beside_the_filters(
    filters: Filters, agent: str
) -> None:
    search = to_search(filters, [("agent", agent)])
    assert other_pairs(search) == [("agent", agent)]
    assert from_search(search)[0] == filters


@given(st.text(max_size=60))
def test_no_query_breaks_the_page(search: str) -> None:
    filters, notes = from_search(search, {"team": ("North",)})
    assert set(filters.team) <= {"North"}
    assert all(note.endswith(".") for note in notes)


def test_a_day_that_is_none_is_ignored_and_said() -> None:
    filters, notes = from_search("?from=2026-13-45&team=North", {"team": ("North",)})
    assert filters == Filters(team=("North",))
    assert len(notes) == 1
    assert "2026-13-45" in notes[0]


def test_days_in_the_wrong_order_are_ignored_and_said() -> None:
    filters, notes = from_search("?from=2026-10-02&to=2026-10-01")
    assert (filters.since, filters.until) == (None, None)
    assert "after" in notes[0]


def test_a_team_that_is_not_in_the_data_is_ignored_and_said() -> None:
    filters, notes = from_search("?team=East&team=North", {"team": ("North",)})
    assert filters.team == ("North",)
    assert "East" in notes[0]


def test_the_switch_for_unproven_steps_is_on_or_absent() -> None:
    assert to_search(Filters(unproven=True)) == "?unproven=yes"
    assert from_search("?unproven=yes")[0].unproven
    filters, notes = from_search("?unproven=perhaps")
    assert not filters.unproven
    assert "perhaps" in notes[0]
    assert Filters(unproven=True).only(("team",)) == Filters()


def test_a_page_gets_only_the_filters_that_it_has() -> None:
    filters = Filters(date(2026, 1, 1), None, ("North",), ("billing",))
    assert filters.only(("from", "queue")) == Filters(
        date(2026, 1, 1), queue=("billing",)
    )
