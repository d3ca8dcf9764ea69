"""Figures show the rows that they are given, and what is missing as missing."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from dashboards.components.transcript import marked
from dashboards.figures.heat_map import SMALL_COUNT, SMALL_MARK, agent_steps
from dashboards.figures.intervals import dots
from dashboards.figures.kappas import SYMBOLS, kappas
from dashboards.figures.temperature import curve
from dashboards.figures.trends import Series, weekly
from dashboards.formats import NOTHING, formats, zone_of
from dashboards.pages.agent_weeks import charts_of
from dashboards.rates import adherence, with_share
from dashboards.theme import PALETTES, ink

ENGLISH = formats()
CELLS = with_share(
    pl.DataFrame(
        {
            "agent": ["Ana", "Ana", "Ben"],
            "step": ["1", "2", "1"],
            "met": [15, 2, 0],
            "judged": [20, SMALL_COUNT - 1, 0],
            "href": ["/a1", "/a2", "/b1"],
        }
    ),
    "met",
    "judged",
)


def drawn(scheme: str = "light") -> Any:
    return agent_steps(
        CELLS, ["Ana", "Ben"], [("1", "One"), ("2", "Two")], ENGLISH, scheme
    )


def test_cells_without_an_opportunity_have_no_colour_and_are_hatched() -> None:
    figure = drawn()
    assert [list(line) for line in figure.data[0].z] == [
        [0.75, pytest.approx(2 / 9)],
        [None, None],
    ]
    hatched = next(
        trace
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "markers"
    )
    assert set(zip(hatched.x, hatched.y, strict=True)) == {("1", "Ben"), ("2", "Ben")}


def test_cells_with_few_opportunities_are_marked() -> None:
    texts = next(
        trace
        for trace in drawn().data
        if trace.type == "scatter" and trace.mode == "text"
    ).text
    assert texts == ("75%<br>15/20", f"22%{SMALL_MARK}<br>2/{SMALL_COUNT - 1}")


def test_a_cell_tells_counts_interval_and_where_its_calls_are() -> None:
    figure = drawn()
    hover = figure.data[0].customdata[0][0]
    assert "15 met of 20 opportunities" in hover
    assert "95% interval" in hover
    assert figure.layout.meta["Ana"] == {"1": "/a1", "2": "/a2"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_pale", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_what_is_written_on_a_cell_can_be_read(
    scheme: str, share: float, *, is_pale: bool
) -> None:
    from dashboards.theme import VEIL, _between, _channels, _luminance  # pyright: ignore[reportPrivateUsage] - the colours as drawn

    colours = PALETTES[scheme]
    ground = _between(colours.ramp, share)
    if is_pale:
        paper = _channels(colours.paper)
        ground = tuple(
            (1 - VEIL) * a + VEIL * b for a, b in zip(ground, paper, strict=True)
        )
    text = _luminance(_channels(ink(colours, share, is_pale=is_pale)))
    low, high = sorted((_luminance(ground), text))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_a_week_without_cases_is_a_gap() -> None:
    weeks = pl.DataFrame(
        {
            "week": ["2026-10-05", "2026-10-12"],
            "numerator": [1, 0],
            "denominator": [2, 0],
        }
    ).with_columns(pl.col("week").str.to_date())
    points = with_share(weeks, "numerator", "denominator")
    line = weekly([Series("Met", points)], ENGLISH, "light").data[-1]
    assert list(line.y) == [0.5, None]
    assert f"{NOTHING} · 0 of 0" in line.customdata[1]


def test_dots_leave_out_what_has_no_cases() -> None:
    shares = with_share(
        pl.DataFrame({"name": ["a", "b"], "numerator": [3, 0], "denominator": [4, 0]}),
        "numerator",
        "denominator",
    )
    figure = dots(shares, ENGLISH, "dark")
    assert list(figure.data[0].y) == ["a"]
    assert list(figure.layout.yaxis.categoryarray) == ["b", "a"]


def test_the_curve_draws_the_threshold_only_where_it_is_told() -> None:
    turns = pl.DataFrame({"turn": [1, 3], "temperature": [10.0, 55.0]})
    assert len(curve(turns, 40.0, 3, "light").layout.shapes) == 1
    assert len(curve(turns, None, 3, "light").layout.shapes) == 0
    assert curve(turns, None, 3, "light").data[1].text == ("peak 55",)


def test_adherence_follows_the_weights_and_tells_plain_counts() -> None:
    steps = pl.DataFrame({"met": [1, 9], "judged": [10, 10], "weight": [3.0, 1.0]})
    row = adherence(steps).row(0, named=True)
    assert (row["met"], row["judged"], row["rate"]) == (10, 20, 0.5)
    assert row["weighted"] == pytest.approx((3 * 1 + 9) / 40)


def test_no_cases_is_a_dash_and_not_zero() -> None:
    row = adherence(
        pl.DataFrame(schema={"met": pl.Int64, "judged": pl.Int64, "weight": pl.Float64})
    )
    assert row["rate"][0] is None
    assert row["weighted"][0] is None
    assert ENGLISH.percent(row["rate"][0]) == NOTHING


def test_numbers_and_days_follow_the_locale() -> None:
    from datetime import UTC, date, datetime

    assert ENGLISH.number(12345.6, 1) == "12,345.6"
    assert formats("nl-NL").number(12345.6, 1) == "12.345,6"
    assert formats("nb-NO").percent(0.125) == "12,5\u00a0%"
    assert ENGLISH.day(date(2026, 10, 5)) == "5 Oct 2026"
    moment = datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert (
        ENGLISH.moment(moment, "Europe/Amsterdam")
        == "6 Oct 2026, 00:30 Europe/Amsterdam"
    )
    assert ENGLISH.moment(moment, "-03:30") == "5 Oct 2026, 19:00 UTC-03:30"
    assert zone_of("no zone")[1] == "UTC"


def text_of(pieces: list[Any]) -> list[tuple[str, str | None]]:
    return [
        (p, None) if isinstance(p, str) else (p.children[0], getattr(p, "data-tip"))
        for p in pieces
    ]


def test_overlapping_evidence_is_marked_piece_by_piece() -> None:
    spans = [
        {"label": "anger", "start": 0, "end": 6, "cue": "so ang"},
        {"label": "complaint", "start": 3, "end": 9, "cue": "ang ry"},
    ]
    told = text_of(list(marked("so angry!", spans)))
    assert [piece for piece, _ in told] == ["so ", "ang", "ry!"]
    assert told[1][1] == "anger, complaint\ncue: so ang; ang ry"


def test_evidence_beyond_the_text_changes_no_word() -> None:
    spans = [{"label": "anger", "start": 2, "end": 99, "cue": "x"}]
    assert "".join(piece for piece, _ in text_of(list(marked("שלום", spans)))) == "שלום"


MEASURED = pl.DataFrame(
    {
        "label": ["apology", "anger", "thanks"],
        "mark": ["proven", "unproven", "provisional"],
        "kappa": [0.8, 0.2, None],
        "kappa_low": [0.7, 0.1, None],
        "kappa_high": [0.9, 0.3, None],
        "source": ["talk", "talk", "(none)"],
        "positives": [100, 60, None],
    }
)


def test_each_mark_has_a_shape_of_its_own_and_what_was_not_measured_has_none() -> None:
    bounds = {"provisional": 0.4, "proven": 0.6}
    figure: Any = kappas(MEASURED, bounds, ENGLISH, "light")
    shown = {
        trace.name: (trace.marker.symbol, trace.y)
        for trace in figure.data
        if len(trace.x)
    }
    assert shown == {
        "proven": ("circle", ("apology",)),
        "unproven": (SYMBOLS["unproven"], ("anger",)),
    }
    assert len(set(SYMBOLS.values())) == 3
    assert [line.x0 for line in figure.layout.shapes] == [0.4, 0.6]
    assert "0.70 to 0.90" in figure.data[0].customdata[0]


def test_steps_of_the_heat_map_carry_their_signs() -> None:
    figure: Any = agent_steps(
        CELLS, ["Ana"], [("1", "One"), ("2", "Two")], ENGLISH, "light", {"1": "●"}
    )
    assert figure.layout.xaxis.ticktext == ("1<br>●", "2<br>")


def test_weeks_of_a_run_chart_stand_in_order_though_steps_come_one_after_another() -> (
    None
):
    weeks = [date(2026, 8, 3), date(2026, 8, 17), date(2026, 8, 10)]
    rows = pl.DataFrame(
        {
            "team": "North",
            "step": ["1", "1", "2"],
            "week": weeks,
            "met": 1,
            "judged": 2,
            "weight": 1.0,
        }
    )
    chart = charts_of(rows, ("team",))[("North",)]
    assert chart.points["week"].to_list() == sorted(weeks)
