"""What a manager sees of customers who complain again and again, and of who calls again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.dashboards.published import plain

CHRONIC = "SELECT customer_id, complaint_contacts FROM marts.chronic_customers"


def test_the_list_leads_to_one_customers_timeline_and_reasons(visit: Visit) -> None:
    customer, complaints = plain(
        visit.published,
        f"{CHRONIC} WHERE is_current ORDER BY complaint_contacts DESC, probability LIMIT 1",
    )[0]
    page = visit.open("/customers")
    first = page.locator("[aria-label='Repeat complainers'] .ag-row a").first
    first.wait_for()
    first.click()
    page.wait_for_url("**customer=**")
    visit.settle()
    page = visit.open(f"/customers?customer={customer}")
    drill = page.locator("#drill")
    expect(drill).to_contain_text(f"Customer {customer}")
    expect(drill).to_contain_text("chronic")
    exposure = drill.locator(".panel", has_text="More than chance?")
    expect(exposure).to_contain_text(f"{complaints}")
    exposure.get_by_text("How this is reckoned").click()
    expect(exposure).to_contain_text("negative binomial")
    for pattern in ("Let down", "Serial complainer", "Abusive", "Escalator"):
        expect(drill.get_by_role("heading", name=pattern, exact=True)).to_be_visible()
    drill.get_by_text("Show as a table").first.click()
    rows = drill.locator("table", has_text="The customer in time").locator("tbody tr")
    calls = plain(
        visit.published,
        "SELECT len(call_ids) FROM marts.repeat_complainers WHERE customer_id = ?",
        customer,
    )[0][0]
    assert rows.count() >= calls


def test_the_curves_and_the_table_of_repeats_say_what_a_query_says(
    visit: Visit,
) -> None:
    again, of = plain(
        visit.published,
        "SELECT sum(repeated_7d_same_issue), sum(observed_7d_same_issue)"
        " FROM marts.repeat_contacts WHERE team = 'North'",
    )[0]
    page = visit.open("/customers?team=North")
    row = page.locator("tr", has_text="within 7 days, on the same issue")
    expect(row).to_contain_text(f"{again / of:.1%}")
    expect(row).to_contain_text(f"{of:,}")
    assert page.locator(".js-plotly-plot").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_shows_a_customer_without_scrolling_sideways(
    visit: Visit, scheme: str
) -> None:
    customer = plain(visit.published, f"{CHRONIC} ORDER BY 1 LIMIT 1")[0][0]
    visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit.page.set_viewport_size({"width": 420, "height": 900})
    page = visit.open(f"/customers?customer={customer}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
