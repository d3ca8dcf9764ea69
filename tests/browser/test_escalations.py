"""The Escalations page: counts that a query gives, and calls that open."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.dashboards.published import plain

SOME = "from=2026-08-20&to=2026-09-20&team=North"
WHERE = "day BETWEEN DATE '2026-08-20' AND DATE '2026-09-20' AND team = 'North'"


def test_what_came_of_requests_is_what_a_query_says(visit: Visit) -> None:
    page = visit.open(f"/escalations?{SOME}")
    part = page.locator(".section", has=page.get_by_text("A solution ended it"))
    part.locator("summary").click()
    for outcome, calls in plain(
        visit.published,
        "SELECT outcome, count(*) FROM marts.supervisor_requests"
        f" WHERE {WHERE} GROUP BY 1",
    ):
        row = part.locator("tr", has=page.get_by_role("rowheader", name=outcome))
        expect(row.locator("td").nth(1)).to_have_text(str(calls))


def test_both_denominators_are_told(visit: Visit) -> None:
    page = visit.open(f"/escalations?{SOME}")
    assessable, heated = plain(
        visit.published,
        "SELECT count(is_heated), count(*) FILTER (is_heated)"
        f" FROM marts.call_facts WHERE {WHERE}",
    )[0]
    said = page.locator(".section", has=page.get_by_text("What escalation was"))
    assert f"of {assessable:,} assessable calls, {heated:,} of them heated" in (
        said.locator(".note").first.inner_text()
    )


def test_a_disagreement_leads_to_its_call(visit: Visit) -> None:
    page = visit.open("/escalations")
    found = page.get_by_role("region", name="Calls on whose escalation sources differ")
    found.scroll_into_view_if_needed()
    found.get_by_role("link", name=re.compile("C-")).first.click()
    page.wait_for_url("**/call?id=C-*")
    visit.settle()
    expect(page.locator("h1")).to_contain_text("C-")


def test_nothing_to_show_is_said(visit: Visit) -> None:
    page = visit.open("/escalations?from=2020-01-01&to=2020-01-02")
    said = page.locator("main").inner_text()
    assert "No call of this selection has an escalation event." in said
    assert "Nobody asks for a supervisor" in said
