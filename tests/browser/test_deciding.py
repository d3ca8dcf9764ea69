"""What a manager sees and does who decides on a customer, with a mouse and with keys alone."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from dashboards.records.decisions import KEPT, history
from dashboards.records.store import Records
from tests.browser.conftest import Visit
from tests.dashboards.published import plain

AHEAD = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)).isoformat()


def store(visit: Visit) -> Records:
    return Records(f"sqlite:///{visit.published.parent / 'records.db'}")


@pytest.fixture
def customers(visit: Visit) -> list[str]:
    """The customers on the list who are not flagged as vulnerable, by id."""
    rows = plain(
        visit.published,
        "SELECT customer_id FROM marts.repeat_complainers"
        " WHERE NOT is_vulnerable ORDER BY customer_id",
    )
    return [row[0] for row in rows]


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("textbox", name=label, exact=True).click()
    page.get_by_role("option", name=option).click()


def fill(page: Page, by: str, why: str, review: str = "") -> None:
    page.get_by_label("Who decides").fill(by)
    page.get_by_label("Why", exact=True).fill(why)
    if review:
        page.get_by_label("Review on").fill(review)
        page.keyboard.press("Enter")


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep the decision").click()


def test_a_restriction_is_refused_until_a_warning_is_recorded(
    visit: Visit, customers: list[str]
) -> None:
    customer = customers[0]
    page = visit.open(f"/customers?customer={customer}")
    expect(page.get_by_text("Nothing was decided yet.")).to_be_visible()
    page.get_by_text("Decide on this customer").click()
    keep(page)
    expect(page.get_by_text("Still to be said: decision, who decides")).to_be_visible()
    choose(page, "Decision", "restriction")
    fill(page, "mia", "abuse in four calls", AHEAD)
    keep(page)
    expect(page.get_by_text("record ground_rules or warning first")).to_be_visible()
    assert history(store(visit), (customer,)) == []
    choose(page, "Decision", "warning")
    keep(page)
    expect(page.get_by_text("Recorded as decision")).to_be_visible()
    choose(page, "Decision", "restriction")
    fill(page, "mia", "and again")
    keep(page)
    expect(page.get_by_role("cell", name="restriction; warned by")).to_be_visible()
    warning, restriction = history(store(visit), (customer,))
    assert restriction["warned"] == f"decision {warning['id']}"
    assert restriction["review_on"].isoformat() == AHEAD


def test_a_decision_is_made_and_taken_back_by_keys_alone(
    visit: Visit, customers: list[str]
) -> None:
    customer = customers[1]
    page = visit.open(f"/customers?customer={customer}")
    page.get_by_text("Decide on this customer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.get_by_label("Who decides").focus()
    page.keyboard.type("מיה")
    page.keyboard.press("Tab")
    page.keyboard.type("אשמתנו")
    # Nobody's fingers reach the button before the browser has told what was typed.
    page.wait_for_timeout(400)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recorded as decision")).to_be_visible()
    (row,) = history(store(visit), (customer,))
    assert (row["recorded_by"], row["why"]) == ("מיה", "אשמתנו")
    page.get_by_text("Take a decision back").focus()
    page.keyboard.press("Enter")
    choose(page, "Decision to take back", f"decision {row['id']}")
    page.get_by_label("Who takes it back").fill("mia")
    page.get_by_label("Why it is taken back").fill("another customer")
    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_text("is taken back. The history stays")).to_be_visible()
    assert len(history(store(visit), (customer,))) == 2


def test_reviews_that_are_overdue_stand_on_top_and_lead_to_the_customer(
    visit: Visit, customers: list[str]
) -> None:
    customer = customers[2]
    row = {
        "customer_id": customer,
        "decision": "goodwill",
        "owner": "Ola",
        "review_on": dt.date(2026, 1, 5),
        "recorded_by": "mia",
        "why": "our fault",
    }
    store(visit).add({KEPT: [row]})
    page = visit.open("/customers")
    overdue = page.locator("#overdue")
    expect(overdue.get_by_role("heading", name="Reviews overdue")).to_be_visible()
    overdue.get_by_role("link", name=customer).click()
    expect(page.locator("#decisions").get_by_role("cell", name="Ola")).to_be_visible()
