"""The Promises page: shares of what is settled, and nothing compared that points at a person."""

from pathlib import Path

from dashboards.filters import Filters
from dashboards.marts import promises as asked
from dashboards.marts.door import Published
from dashboards.pages import promises
from tests.dashboards.published import plain
from tests.dashboards.test_pages import rendered

_SOME = Filters(team=("North",))


def test_kept_and_broken_are_settled_and_the_rest_stands_apart(centre: Path) -> None:
    row = asked.totals(Published(centre, centre.parent), _SOME).row(0, named=True)
    counts = dict(
        plain(
            centre,
            "SELECT status::VARCHAR, count(*) FROM marts.promises WHERE team = 'North'"
            " GROUP BY 1",
        )
    )
    assert {name: row[name] for name in counts} == counts
    assert row["settled"] == counts["kept"] + counts["broken"]


def test_grounds_kinds_and_agents_sum_to_the_totals(centre: Path) -> None:
    door = Published(centre, centre.parent)
    everything = plain(centre, "SELECT count(*) FROM marts.promises")[0][0]
    assert asked.grounds(door, Filters())["promises"].sum() == everything
    columns = ("settled", "open", "unknowable")
    for rows in (
        *(asked.by(door, Filters(), name) for name in ("kind", "team", "language")),
        asked.by_agent(door, Filters()),
    ):
        assert sum(rows[name].sum() for name in columns) == everything


def test_the_broken_ones_are_listed_with_why_the_last_first(centre: Path) -> None:
    rows = asked.broken(Published(centre, centre.parent), Filters())
    broken = plain(
        centre, "SELECT count(*) FROM marts.promises WHERE status = 'broken'"
    )[0][0]
    assert rows.height == broken
    assert rows["due_at"].is_sorted(descending=True)
    assert rows["why"].null_count() == 0


def test_a_broken_promise_is_the_companys(centre: Path) -> None:
    text = rendered(promises.PAGE, centre, {})
    assert text.count("A broken promise is the company's") == 3


def test_small_groups_are_not_compared_and_the_page_says_so(centre: Path) -> None:
    agents = rendered(promises.PAGE, centre, {"in": "cs"})
    assert "too few to compare" in agents
    door = Published(centre, centre.parent)
    teams = asked.by(door, Filters(language=("cs",)), "team")
    assert (teams["agents"] < 5).all()
