"""What a visitor sees of what works: associations by language and outcome, and their limits."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.dashboards.published import plain

_SHOWN = """
SELECT count(*) FROM marts.step_associations WHERE state = 'estimated'
AND language = '{language}' AND playbook = '{playbook}' AND outcome = '{outcome}' {marked}
"""
_TRUSTED = "AND mark <> 'unproven'"


def dots(visit: Visit, outcome: str) -> Locator:
    return visit.page.locator(f"#steps-{outcome} .scatterlayer .points path.point")


def counted(visit: Visit, outcome: str, marked: str = _TRUSTED) -> int:
    query = _SHOWN.format(
        language="nl", playbook="ten-steps", outcome=outcome, marked=marked
    )
    return int(plain(visit.published, query)[0][0])


@pytest.mark.parametrize("outcome", ["deescalated", "no_repeat"])
def test_every_association_with_a_figure_is_a_dot(visit: Visit, outcome: str) -> None:
    visit.open("/what-works?in=nl&show=ten-steps")
    assert counted(visit, outcome) > 0
    expect(dots(visit, outcome)).to_have_count(counted(visit, outcome))


def test_unproven_steps_are_left_out_until_they_are_asked_for(visit: Visit) -> None:
    page = visit.open("/what-works?in=nl&show=ten-steps")
    said = page.locator(".left-out")
    expect(said).to_contain_text(re.compile(r"\d+ of \d+ steps are unproven here"))
    said.get_by_role("link", name="Show them").click()
    page.wait_for_url(re.compile("unproven=yes"))
    visit.settle()
    every = counted(visit, "deescalated", "")
    expect(dots(visit, "deescalated")).to_have_count(every)
    assert every > counted(visit, "deescalated")
    assert "in=nl" in page.url


def test_language_and_playbook_are_chosen_by_links(visit: Visit) -> None:
    page = visit.open("/what-works")
    page.locator(".pills").get_by_role("link", name="Norwegian").click()
    page.wait_for_url(re.compile("in=nb"))
    visit.settle()
    page.locator(".pills").get_by_role("link", name="Service habits").click()
    page.wait_for_url(re.compile("show=service-habits"))
    visit.settle()
    expect(page.locator("#steps h2")).to_have_text(
        "Steps of “Service habits”: Norwegian"
    )


def test_the_page_speaks_of_association_and_says_what_it_is_not(visit: Visit) -> None:
    page = visit.open("/what-works")
    words = page.locator("main").inner_text()
    assert "goes with" in words
    assert "no proof of a cause" in words
    assert "Many comparisons" in words
    assert not re.search(r"\b(effect|causes|leads to|improves)\b", words)


def test_each_chart_has_its_counts_as_a_table(visit: Visit) -> None:
    page = visit.open("/what-works?in=nl&show=ten-steps")
    panel = page.locator("#steps .panel", has_text="De-escalated").first
    panel.get_by_text("Show as a table").click()
    rows = panel.locator("tbody tr")
    assert rows.count() == counted(visit, "deescalated")
    expect(rows.first).to_contain_text("110 of 160")


def test_the_grids_hold_all_rows_and_levels(visit: Visit) -> None:
    page = visit.open("/what-works?in=nl")
    rows = plain(
        visit.published,
        "SELECT count(*) FROM marts.step_associations WHERE language = 'nl'",
    )[0][0]
    expect(page.locator("#all .grid-tools")).to_contain_text(f"{rows} rows")
    expect(page.locator("#case-mix .ag-row").first).to_contain_text(
        "opening temperature"
    )
    assert page.locator("#reliability tbody tr").count() == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_holds_the_page(visit: Visit, scheme: str) -> None:
    visit.page.set_viewport_size({"width": 420, "height": 900})
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = visit.open("/what-works?in=he&unproven=yes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
