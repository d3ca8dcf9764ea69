"""The Customers page asks of the marts what a plain question answers, and draws it all."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboards.figures.returns import returns
from dashboards.figures.timeline import timeline
from dashboards.filters import Filters
from dashboards.formats import formats
from dashboards.marts import customers as asked
from dashboards.marts.door import Published
from dashboards.pages import customers
from tests.dashboards.published import FIRST_DAY, at, plain
from tests.dashboards.test_pages import rendered
from transforms.measures import kaplan_meier

CHRONIC = "SELECT customer_id FROM marts.chronic_customers"


@pytest.fixture(scope="module")
def marts(centre: Path) -> Published:
    return Published(centre, centre.parent)


def test_who_is_chronic_now_comes_first_and_then_who_was(marts: Published) -> None:
    listed = asked.complainers(marts, Filters())
    order = listed.select(
        rank=pl.col("is_chronic").cast(pl.Int8) + pl.col("is_current").cast(pl.Int8)
    )["rank"].to_list()
    assert order == sorted(order, reverse=True)
    assert set(order) == {0, 1, 2}


def test_repeats_under_both_definitions_stand_side_by_side(
    marts: Published, centre: Path
) -> None:
    rows = asked.repeats(marts, Filters(team=("North",)))
    assert rows.select("days", "definition").rows() == [
        (days, said)
        for days in (1, 7, 30)
        for said in ("about anything", "on the same issue")
    ]
    assert (rows["repeated"] <= rows["observed"]).all()
    told = plain(
        centre,
        "SELECT sum(repeated_7d_same_issue), sum(observed_7d_same_issue)"
        " FROM marts.repeat_contacts WHERE team = 'North'",
    )[0]
    assert rows.row(3)[2:4] == told


@pytest.mark.parametrize("which", ["", "_same_issue"])
def test_curves_end_where_windows_lie_when_nobody_is_cut_off(
    marts: Published, which: str
) -> None:
    """Of contacts followed for all thirty days the curve and the count are one share."""
    early = Filters(until=FIRST_DAY)
    gaps = asked.gaps(marts, early, which)
    rows = asked.repeats(marts, early).filter(
        definition=asked.DEFINITIONS[which], days=30
    )
    share = 1 - kaplan_meier(gaps)["survival"][-1]
    row = rows.row(0, named=True)
    assert share == pytest.approx(row["repeated"] / row["observed"])


def test_a_customer_is_found_by_any_of_their_ids(marts: Published) -> None:
    listed = asked.complainers(marts, Filters())
    for row in listed.head(3).iter_rows(named=True):
        for name in (row["customer_id"], *row["source_customer_ids"]):
            found = asked.complainer(marts, name)
            assert found is not None
            assert found["customer_id"] == row["customer_id"]
    assert asked.complainer(marts, "'; DROP TABLE marts.cases; --") is None


def test_a_chronic_customers_page_weighs_every_pattern_and_says_why(
    centre: Path,
) -> None:
    customer = plain(centre, f"{CHRONIC} WHERE is_current ORDER BY 1")[0][0]
    text = rendered(customers.PAGE, centre, {"customer": customer})
    for words in (
        "Let down",
        "Serial complainer",
        "Abusive",
        "Escalator",
        "Supervisor worthy",
        "For",
        "Against",
        "Exposure",
        "How this is reckoned",
        "head of customer care",
        "Contacts that we caused",
        "The customer in time",
    ):
        assert words in text, words


def test_history_stays_and_says_that_it_is(centre: Path) -> None:
    customer = plain(centre, f"{CHRONIC} WHERE NOT is_current ORDER BY 1")[0][0]
    text = rendered(customers.PAGE, centre, {"customer": customer})
    assert "chronic once" in text
    assert "stays on the list as history" in text


def test_a_vulnerable_customers_page_says_what_is_not_named_and_why(
    centre: Path,
) -> None:
    customer = plain(
        centre, "SELECT customer_id FROM marts.customer_patterns WHERE is_spared"
    )[0][0]
    text = rendered(customers.PAGE, centre, {"customer": customer})
    assert "flags this customer as vulnerable" in text
    assert '"spared"' in text


def test_who_is_not_on_the_list_is_told_so(centre: Path) -> None:
    text = rendered(customers.PAGE, centre, {"customer": "nobody"})
    assert "Customer 'nobody' is not on this list" in text


def _names(figure: go.Figure) -> list[Any]:
    told: Any = figure.to_dict()
    return [trace["name"] for trace in told["data"] if trace.get("showlegend", True)]


def test_a_timeline_draws_calls_cases_and_each_kind_of_mark() -> None:
    calls = pl.DataFrame(
        {
            "started_at": [at(0, 0), at(9, 0)],
            "day": [FIRST_DAY, FIRST_DAY],
            "call_id": ["c1", "c2"],
            "direction": ["inbound", "outbound"],
            "temperature_peak": [70.0, None],
            "temperature_end": [20.0, None],
        }
    )
    cases = pl.DataFrame(
        {
            "opened_at": [at(0, 0)],
            "ends_at": [at(9, 0)],
            "issue": ["router"],
            "state": ["not resolved"],
        }
    )
    marks = pl.DataFrame(
        {
            "at": [at(1, 0), at(3, 0)],
            "kind": ["promise broken", "incident open"],
            "words": ["call back", "I1"],
        }
    )
    figure = timeline(calls, cases, marks, formats(), "light")
    assert _names(figure) == [
        "peak of a call",
        "end of a call",
        "promise broken",
        "incident open",
    ]


def test_a_curve_without_events_yet_has_no_interval_to_draw() -> None:
    curve = pl.DataFrame(
        {
            "day": [1, 2],
            "share": [0.0, 0.5],
            "low": [None, 0.1],
            "high": [None, 0.8],
            "at_risk": [4, 4],
            "events": [0, 2],
        }
    )
    figure = returns({"about anything": curve}, formats(), None)
    assert _names(figure) == ["about anything"]
