"""The Promises page: counts that a query gives, what is not compared, calls that open."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import card
from tests.dashboards.published import plain

SOME = "from=2026-08-20&to=2026-09-20&language=en"
WHERE = "day BETWEEN DATE '2026-08-20' AND DATE '2026-09-20' AND language = 'en'"


def test_the_cards_say_what_a_query_says(visit: Visit) -> None:
    page = visit.open(f"/promises?{SOME}")
    counts = dict(
        plain(
            visit.published,
            f"SELECT status::VARCHAR, count(*) FROM marts.promises WHERE {WHERE} GROUP BY 1",
        )
    )
    settled = counts["kept"] + counts["broken"]
    assert f"{counts['kept']:,} of {settled:,} promises that are settled" in (
        card(page, "Kept")
    )
    for status in ("broken", "open", "unknowable"):
        told = f"\n{counts.get(status, 0):,}\n"
        assert told in card(page, status.capitalize())


def test_why_nobody_can_tell_is_told(visit: Visit) -> None:
    page = visit.open(f"/promises?{SOME}")
    part = page.locator(".section", has=page.get_by_text("What that rests on"))
    for ground, count in plain(
        visit.published,
        "SELECT ground::VARCHAR, count(*) FROM marts.promises"
        f" WHERE {WHERE} AND status = 'unknowable' GROUP BY 1",
    ):
        row = part.locator("tr", has_text=ground)
        expect(row.locator("td").nth(1)).to_have_text(str(count))


def test_another_comparison_is_chosen_with_the_keyboard(visit: Visit) -> None:
    page = visit.open("/promises")
    page.get_by_role("link", name="Team", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**by=team*")
    visit.settle()
    heading = page.get_by_role("heading", name="By team")
    expect(heading).to_be_visible(timeout=20_000)
    part = page.locator(".section", has=page.get_by_role("heading", name="By team"))
    part.locator("summary").first.click()
    expect(part.get_by_role("rowheader", name="North")).to_be_visible()


def test_a_broken_promise_leads_to_its_call(visit: Visit) -> None:
    page = visit.open("/promises")
    found = page.get_by_role("region", name="Broken promises with their calls")
    found.scroll_into_view_if_needed()
    found.get_by_role("link", name=re.compile("C-")).first.click()
    page.wait_for_url("**/call?id=C-*")
    visit.settle()
    expect(page.locator("h1")).to_contain_text("C-")


def test_nothing_to_show_is_said(visit: Visit) -> None:
    page = visit.open("/promises?from=2020-01-01&to=2020-01-02")
    assert "No promise was heard" in page.locator("main").inner_text()
