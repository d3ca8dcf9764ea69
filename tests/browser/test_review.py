"""What a reviewer and a corrector see and do, with a mouse and with keys alone."""

from playwright.sync_api import expect

from dashboards.records.corrections import last_words
from dashboards.records.reviews import last_marks
from dashboards.records.store import Records
from tests.browser.conftest import Visit
from tests.dashboards.test_review import drawn


def store(visit: Visit) -> Records:
    return Records(f"sqlite:///{visit.published.parent / 'records.db'}")


def test_a_reviewer_marks_one_item_after_the_other(visit: Visit) -> None:
    records = store(visit)
    drawn(records, sample="marking", reviewers="mia")
    page = visit.open("/review")
    page.get_by_label("Your name").fill("mia")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("0 of 2 marked")).to_be_visible()
    assert page.locator("mark").count() == 0
    assert page.locator(".temperature").count() == 0
    page.get_by_label("Comment (optional)").fill("she means it")
    page.get_by_role("button", name="met", exact=True).click()
    expect(page.get_by_text("1 of 2 marked")).to_be_visible()
    assert page.get_by_label("Comment (optional)").input_value() == ""
    page.get_by_role("button", name="cannot tell").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All 2 items are marked")).to_be_visible()
    marks = {row["step"]: row for row in last_marks(records)}
    assert marks["7"]["mark"] == "met"
    assert marks["7"]["comment"] == "she means it"
    assert marks["8"]["mark"] == "cannot tell"
    page.go_back()
    expect(page.get_by_text("You marked it")).to_be_visible()


def test_a_verdict_is_corrected_on_the_page_of_its_call(visit: Visit) -> None:
    (call,) = (visit.open("/call").locator("a[href*='/call?id=']").first.inner_text(),)
    page = visit.open(f"/call?id={call}")
    page.get_by_text("Correct a verdict").click()
    page.get_by_role("button", name="Keep the correction").click()
    expect(page.get_by_text("Still to be said")).to_be_visible()
    page.get_by_role("textbox", name="Behaviour").click()
    page.get_by_role("option", name="empathy").click()
    page.get_by_role("textbox", name="Verdict").click()
    page.get_by_role("option", name="met", exact=True).click()
    page.get_by_label("Who says so").fill("mia")
    page.get_by_label("Why").fill("turn 3")
    page.get_by_role("button", name="Keep the correction").click()
    expect(
        page.get_by_text("Recorded. The next nightly run counts it.")
    ).to_be_visible()
    (row,) = last_words(store(visit), call)
    assert (row["behaviour"], row["verdict"]) == ("empathy", "met")
