"""Agents compared on the page: numbers as a query gives them, and who is left out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import polars as pl
import pytest

from dashboards.components.chance import comparisons_told, spread_told
from dashboards.figures.funnel import SYMBOLS, Axes, funnel
from dashboards.figures.ranking import ranking
from dashboards.figures.run_chart import run_chart
from dashboards.filters import Filters
from dashboards.formats import formats
from dashboards.marts import comparing
from dashboards.marts.door import Published, UnreadableError
from dashboards.pages import agents
from dashboards.view import View
from tests.dashboards.published import plain
from transforms.measures import control_chart, ratio_funnel

ENGLISH = formats()
DUTCH = Filters(language=("nl",))


def page(
    published: Path,
    asked: dict[str, str],
    filters: Filters | None = None,
    ranked_calls: int | None = 20,
) -> str:
    view = View(
        published=Published(published, published.parent),
        filters=filters or Filters(),
        asked=asked,
        path="/agents",
        formats=ENGLISH,
        scheme="light",
        heated_threshold=40.0,
        carried=filters or Filters(),
        ranked_calls=ranked_calls,
    )
    layout = list(agents.layout(view))
    return json.dumps(layout, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def proven(published: Path) -> tuple[str, str, list[str]]:
    """A step that is proven in two languages at least, and not conduct."""
    rows = plain(
        published,
        "SELECT v.playbook, v.step, list(v.language ORDER BY v.language)"
        " FROM marts.step_validity AS v JOIN marts.playbook_steps AS s"
        " USING (playbook, step) WHERE v.mark = 'proven' AND NOT s.is_conduct"
        " AND v.language IN (SELECT language FROM marts.escalation_rates)"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY 1, 2",
    )
    playbook, step, languages = rows[0]
    return playbook, step, languages


def test_cells_are_those_of_a_query_whatever_the_team(marts: Published) -> None:
    every = comparing.step_cells(marts, DUTCH, "phone-15", "6")
    of_team = comparing.step_cells(
        marts, replace(DUTCH, team=("North",), unproven=True), "phone-15", "6"
    )
    unproven = comparing.step_cells(
        marts, replace(DUTCH, unproven=True), "phone-15", "6"
    )
    assert of_team.equals(unproven)
    told = marts.rows(
        "SELECT sum(met + missed + violated)::BIGINT FROM marts.agent_adherence"
        " WHERE language = 'nl' AND playbook = 'phone-15' AND step = '6'"
    ).item()
    assert unproven["judged"].sum() == told
    assert every["judged"].sum() in (0, told)


def test_totals_leave_out_conduct_and_what_is_unproven(marts: Published) -> None:
    cells = comparing.step_cells(marts, DUTCH, "phone-15", None)
    left = marts.rows(
        "SELECT step FROM marts.playbook_steps AS s JOIN marts.step_validity AS v"
        " USING (playbook, step) WHERE playbook = 'phone-15' AND v.language = 'nl'"
        " AND (s.is_conduct OR v.mark = 'unproven')"
    )
    assert not set(cells["step"]) & set(left["step"])
    weeks = comparing.weekly_steps(marts, DUTCH, "phone-15", None)
    assert weeks["judged"].sum() == cells["judged"].sum()


@pytest.mark.parametrize("among", comparing.AMONG)
def test_expectations_are_summed_over_teams(marts: Published, among: str) -> None:
    told = comparing.expected_escalations(marts, replace(DUTCH, team=("North",)), among)
    column = "escalated" if among == "assessable" else "heated_escalated"
    counted = marts.rows(
        f"SELECT sum({column})::BIGINT FROM marts.escalation_rates"
        " WHERE language = 'nl'"
    ).item()
    assert told["observed"].sum() == counted
    assert told["expected"].sum() == pytest.approx(counted)


def test_languages_are_compared_only_where_the_step_is_proven(centre: Path) -> None:
    playbook, step, languages = proven(centre)
    asked = {"in": languages[0], "show": playbook, "by": step}
    offered = page(centre, asked)
    assert "All languages in which this step is proven" in offered
    across = page(centre, {**asked, "across": "yes"})
    ids = plain(
        centre,
        "SELECT DISTINCT agent_id FROM marts.call_facts WHERE language = ?",
        languages[1],
    )
    assert f"({ids[-1][0]})" in across
    assert f"({ids[-1][0]})" not in offered
    total = page(centre, {"in": languages[0], "show": playbook, "across": "yes"})
    assert "All languages in which this step is proven" not in total


def test_a_step_unproven_in_the_language_is_not_compared(centre: Path) -> None:
    playbook, step, language = plain(
        centre,
        "SELECT playbook, step, v.language FROM marts.step_validity AS v JOIN"
        " marts.playbook_steps AS s USING (playbook, step) WHERE mark = 'unproven'"
        " AND NOT s.is_conduct AND v.language = 'nb' ORDER BY 1, 2",
    )[0]
    asked = {"in": language, "show": playbook, "by": step}
    assert f"Compared fairly: step {step}." not in page(centre, asked)
    assert f"Compared fairly: step {step}." in page(
        centre, asked, Filters(unproven=True)
    )


def test_the_team_filter_picks_who_is_shown_not_who_is_compared(centre: Path) -> None:
    asked = {"in": "en", "show": "phone-15"}
    shown = page(centre, asked, Filters(team=("North",)))
    assert "The team filter picks whom you see" in shown
    assert "funnel plot of 3 agents" in shown.lower()
    assert "of 5 agents, chance alone" in shown


def test_few_calls_have_no_rank_and_the_page_says_so(centre: Path) -> None:
    asked = {"in": "en", "show": "phone-15", "by": "6"}
    everyone = page(centre, asked, ranked_calls=100_000)
    assert "too few calls" in everyone
    assert "0 agents are ranked" in everyone
    nobody = page(centre, asked, ranked_calls=None)
    assert "does not tell from how many calls" in nobody


def test_every_step_of_every_team_can_be_looked_at_over_time(centre: Path) -> None:
    text = page(centre, {"in": "en", "show": "phone-15", "weeks": "steps"})
    assert "Over time: each step" in text
    assert "First such week" in text


def test_a_version_of_before_says_what_to_do(tmp_path: Path, nothing: Path) -> None:
    door = Published(nothing, nothing.parent)
    with pytest.raises(UnreadableError, match="coolhead nightly --rescore"):
        door.rows("SELECT * FROM marts.of_tomorrow")


def units(*rows: tuple[int, float]) -> Any:
    frame = pl.DataFrame(rows, schema=["observed", "expected"], orient="row")
    found = ratio_funnel(frame.with_columns(variance=pl.col("expected") * 0.8))
    assert found is not None
    return found


def drawn(scheme: str) -> Any:
    found = units((10, 10.0), (60, 20.0), (31, 20.0))
    told = found.units.with_columns(
        place=pl.col("ratio"), name=pl.lit("Ana"), hover=pl.lit("words")
    )
    axes = Axes("expected", "ratio", 1.0, ".1f")
    return funnel(told, found.curve, axes, ENGLISH, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_funnel_tells_sides_apart_by_shape_and_word(scheme: str) -> None:
    marks = {
        trace.name.split(" (")[0]: trace
        for trace in drawn(scheme).data
        if trace.mode == "markers"
    }
    assert set(marks) == set(SYMBOLS)
    assert len({trace.marker.symbol for trace in marks.values()}) == len(SYMBOLS)
    assert [len(marks[name].x) for name in SYMBOLS] == [1, 1, 1]
    limits = [trace for trace in drawn(scheme).data if trace.mode == "lines"]
    assert len({trace.line.dash for trace in limits}) == 2
    assert all(np.isfinite(trace.y).all() for trace in limits)


def test_a_funnel_of_nobody_is_drawn_empty() -> None:
    none = units((3, 3.0)).units.head(0)
    told = none.with_columns(place=pl.col("ratio"), name=pl.lit(""), hover=pl.lit(""))
    axes = Axes("expected", "ratio", 1.0, ".1f")
    figure: Any = funnel(told, lambda x, _: (x, x), axes, ENGLISH, "light")
    assert [trace.mode for trace in figure.data] == ["markers"] * 3 + ["text"]


def test_a_run_chart_marks_changes_by_shape() -> None:
    weeks = pl.DataFrame(
        {
            "week": pl.date_range(
                pl.date(2026, 8, 3), pl.date(2026, 10, 19), "1w", eager=True
            ),
            "met": [30] * 6 + [2] + [30] * 5,
            "judged": [40] * 12,
        }
    ).with_columns(counted=pl.col("judged"), counted_met=pl.col("met"))
    figure: Any = run_chart(control_chart(weeks), ENGLISH, "light")
    change = next(trace for trace in figure.data if trace.name == "change down")
    assert (change.marker.symbol, list(change.y)) == ("triangle-down", [0.05])
    shares = next(trace for trace in figure.data if trace.name == "share met")
    assert "change down" in shares.customdata[6]


def test_a_ranking_shows_what_was_counted_beside_what_is_believed() -> None:
    rows = pl.DataFrame(
        {
            "name": ["Ana", "Ben"],
            "share": [0.9, 0.4],
            "shrunk": [0.7, 0.5],
            "low": [0.6, 0.4],
            "high": [0.8, 0.6],
            "hover": ["a", "b"],
        }
    )
    figure: Any = ranking(rows, ENGLISH, "dark")
    assert list(figure.layout.yaxis.categoryarray) == ["Ben", "Ana"]
    assert [list(trace.x) for trace in figure.data] == [[0.9, 0.4], [0.7, 0.5]]


def words(part: Any) -> str:
    return str(part.children)


def test_what_chance_does_is_said_with_numbers() -> None:
    few = units((10, 10.0), (60, 20.0)).units
    assert "of 2 agents" in words(comparisons_told(few, ENGLISH))
    assert "1 is still outside" in words(comparisons_told(few, ENGLISH))
    assert "too few" in words(spread_told(few, ENGLISH))
    equal = units(*[(10, 10.0)] * 20).units
    assert "nobody is told apart" in words(comparisons_told(equal, ENGLISH))
    assert "nothing to correct" in words(spread_told(equal, ENGLISH))
    apart = units(*[(4, 10.0), (17, 10.0)] * 10).units
    assert "multiplied by φ" in words(spread_told(apart, ENGLISH))
