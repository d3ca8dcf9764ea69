"""Contacts and repeats under both definitions, on histories drawn by hand."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.customers import (
    MINUTES,
    YEAR_END,
    joined,
    microseconds,
    together,
)
from tests.transforms.drawn import MONDAY
from transforms.complaints import repeat_contacts, repeat_gaps
from transforms.measures import kaplan_meier

NOBODY = together([]).clear()


def repeats(rows: pl.DataFrame, days: float) -> dict[str, int]:
    """The sums of the mart's counts, as of some days after Monday."""
    as_of = microseconds(MONDAY + timedelta(days=days))
    unnamed = pl.DataFrame(schema={**NOBODY.schema, "direction": pl.String})
    mart = repeat_contacts(rows, unnamed, as_of)
    return mart.select(pl.selectors.integer().sum()).row(0, named=True)


def test_a_call_within_a_quarter_of_an_hour_joins_the_contact_before() -> None:
    rows = [{"at": 0}, {"at": 19 * MINUTES}, {"at": 60 * MINUTES}]
    assert joined(rows)["contact"].to_list() == [0, 0, 1]
    assert joined([{"at": 0}, {"at": 20 * MINUTES}])["contact"].to_list() == [0, 1]


def test_a_transfer_is_one_contact_of_the_first_agent_and_a_complaint_if_either_is() -> (
    None
):
    [contact] = together(
        [
            {"at": 0, "is_complaint": False, "agent_id": "ana"},
            {"at": 10 * MINUTES, "agent_id": "ben"},
        ]
    ).to_dicts()
    assert contact["agent_id"] == "ana"
    assert sorted(contact["agents"]) == ["ana", "ben"]
    assert contact["is_complaint"] is True
    assert contact["call_ids"] == ["c1", "c2"]


def test_a_linked_incident_makes_a_complaint_of_a_call_that_cannot_be_read() -> None:
    unread = {"at": 0, "is_complaint": None, "stems": []}
    [silent] = together([unread]).to_dicts()
    assert (silent["is_complaint"], silent["is_issue_known"]) == (False, False)
    [logged] = together([{**unread, "category": "router"}]).to_dicts()
    assert (logged["is_complaint"], logged["is_issue_known"]) == (True, True)


def test_contacts_repeat_within_their_windows_and_open_windows_are_left_out() -> None:
    rows = together([{"at": 0}, {"at": 0.5}, {"at": 6}, {"at": 30}])
    sums = repeats(rows, 32)
    assert {name: sums[name] for name in sums if "same" not in name} == {
        "contacts": 4,
        "unnamed": 0,
        "issue_known": 4,
        "observed_1d": 4,
        "repeated_1d": 1,
        "observed_7d": 3,
        "repeated_7d": 2,
        "observed_30d": 2,
        "repeated_30d": 2,
    }


def test_both_definitions_differ_where_the_next_contact_is_about_something_else() -> (
    None
):
    rows = together(
        [
            {"at": 0, "category": "router"},
            {"at": 3, "category": "invoice"},
            {"at": 5, "category": "Router "},
        ]
    )
    sums = repeats(rows, 40)
    assert (sums["repeated_7d"], sums["repeated_7d_same_issue"]) == (2, 1)
    assert (sums["observed_7d"], sums["observed_7d_same_issue"]) == (3, 3)


def test_a_contact_whose_issue_is_not_known_is_left_out_of_the_same_issue_only() -> (
    None
):
    rows = together([{"at": 0, "stems": []}, {"at": 1}])
    sums = repeats(rows, 40)
    assert (sums["observed_7d"], sums["repeated_7d"]) == (2, 1)
    assert (sums["observed_7d_same_issue"], sums["issue_known"]) == (1, 1)


def test_calls_that_we_make_are_no_contacts_of_the_customer() -> None:
    rows = together([{"at": 0}, {"at": 1, "direction": "outbound"}])
    sums = repeats(rows, 40)
    assert (sums["contacts"], sums["repeated_7d"]) == (1, 0)


def test_calls_of_nobody_are_counted_apart() -> None:
    facts = joined([{"at": 0}]).with_columns(customer_id=pl.lit(None, pl.String))
    ours = facts.with_columns(direction=pl.lit("outbound"))
    as_of = microseconds(YEAR_END)
    mart = repeat_contacts(NOBODY, pl.concat([facts, ours]), as_of)
    assert mart.select("contacts", "unnamed").rows() == [(0, 1)]


@pytest.mark.parametrize(
    ("gap", "as_of", "left"),
    [
        (None, 40, (30, 0, 1)),  # followed to the end
        (None, 9.5, (9, 0, 1)),  # the tenth day is not over
        (0.1, 40, (1, 1, 0)),
        (1, 40, (1, 1, 0)),  # after exactly one day: within a day
        (1.01, 40, (2, 1, 0)),
        (30, 40, (30, 1, 0)),
        (30.01, 40, (30, 0, 1)),
        (9.2, 9.5, (9, 0, 1)),  # it came on a day that is not over
        (1, -1, (0, 0, 1)),  # judged as of a moment before
    ],
)
def test_a_contact_leaves_once_by_a_repeat_or_by_the_end_of_following(
    gap: float | None, as_of: float, left: tuple[int, int, int]
) -> None:
    later = [] if gap is None else [{"at": gap, "agent_id": "ben"}]
    rows = [{"at": 0}, *later]
    moment = microseconds(MONDAY + timedelta(days=as_of))
    mart = repeat_gaps(together(rows), moment).filter(agent_id="ana")
    assert mart.select("followed_days", "repeated", "censored").rows() == [left]


moments = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(["k", "l"]),
        st.sampled_from(["router", "invoice", None]),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(moments, st.integers(0, 5))
def test_repeats_never_exceed_what_was_observed_and_order_does_not_matter(
    calls: list[tuple[int, str, str | None]], seed: int
) -> None:
    rows = [
        {"at": at / 4, "customer_id": customer, "category": category}
        for at, customer, category in calls
    ]
    as_of = microseconds(MONDAY + timedelta(days=40))
    drawn = together(rows)
    mart = repeat_contacts(drawn, _no_facts(), as_of)
    for days in (1, 7, 30):
        for which in ("", "_same_issue"):
            repeated = mart[f"repeated_{days}d{which}"]
            assert (repeated <= mart[f"observed_{days}d{which}"]).all()
        assert (mart[f"repeated_{days}d_same_issue"] <= mart[f"repeated_{days}d"]).all()
    mixed = together(rows, seed=seed)
    assert repeat_contacts(mixed, _no_facts(), as_of).equals(mart)
    gaps = repeat_gaps(drawn, as_of)
    assert repeat_gaps(mixed, as_of).equals(gaps)
    assert gaps["repeated"].sum() + gaps["censored"].sum() == mart["contacts"].sum()


@settings(deadline=None, max_examples=40)
@given(moments)
def test_where_nobody_is_cut_off_curve_and_count_are_one_share(
    calls: list[tuple[int, str, str | None]],
) -> None:
    rows = together([{"at": at / 4, "customer_id": who} for at, who, _ in calls])
    as_of = microseconds(MONDAY + timedelta(days=90))
    mart = repeat_contacts(rows, _no_facts(), as_of)
    gaps = repeat_gaps(rows, as_of).select(
        time="followed_days", events="repeated", censored="censored"
    )
    curve = kaplan_meier(gaps)
    for days in (1, 7, 30):
        until = curve.filter(pl.col("time") <= days)["survival"]
        share = mart[f"repeated_{days}d"].sum() / mart[f"observed_{days}d"].sum()
        assert 1 - (until[-1] if len(until) else 1.0) == pytest.approx(share)


def _no_facts() -> pl.DataFrame:
    return joined([{"at": 0}]).clear()


@pytest.mark.parametrize(("continues", "contact"), [("c1", 0), ("c9", 1), (None, 1)])
def test_a_call_that_the_source_links_to_the_one_before_is_the_same_contact(
    continues: str | None, contact: int
) -> None:
    later = joined([{"at": 0}, {"at": 0.5, "continues_call_id": continues}])
    assert later["contact"].to_list() == [0, contact]
