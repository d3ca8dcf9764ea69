"""What a visitor sees of fair comparison: funnels, ranking, run charts, each with its words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.dashboards.published import plain

_COMPARED = "/agents?in=en&show=phone-15"
_PATIENCE = 90_000
"""Milliseconds that a page may take, on a machine that is busy with other tests."""
_SECTIONS = ("compared", "escalation-funnel", "over-time")


def test_each_chart_stands_with_words_and_a_table(visit: Visit) -> None:
    page = visit.open(_COMPARED)
    for name in _SECTIONS:
        part = page.locator(f"#{name}")
        charts = part.locator("[role=img][aria-label]")
        assert charts.count() >= 1, name
        assert part.get_by_text("Show as a table").count() == charts.count(), name
        assert len(part.locator(".note").first.inner_text()) > 100, name
        for plot in part.locator(".js-plotly-plot").all():
            assert plot.locator(".scatterlayer .trace").count() > 1, name
    expect(page.locator("#compared")).to_contain_text("chance alone would put")
    expect(page.locator("#escalation-funnel")).to_contain_text("Overdispersion")
    expect(page.locator("#over-time")).to_contain_text("False alarms")


def test_a_step_chosen_by_keyboard_is_what_agents_are_compared_on(
    visit: Visit,
) -> None:
    page = visit.open(_COMPARED)
    step = page.locator("#compared nav[aria-label='Compare by']").get_by_role(
        "link", name="6", exact=True
    )
    step.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("by=6"))
    visit.settle()
    title = plain(
        visit.published,
        "SELECT title FROM marts.playbook_steps WHERE playbook = 'phone-15' AND step = '6'",
    )[0][0]
    heading = page.locator("#compared h2")
    expect(heading).to_have_text(f"Compared fairly: step 6. {title}", timeout=_PATIENCE)
    expect(page.locator("#over-time h2")).to_contain_text("step 6")


def test_the_table_of_the_funnel_says_what_a_query_says(visit: Visit) -> None:
    page = visit.open(f"{_COMPARED}&among=heated")
    part = page.locator("#escalation-funnel")
    part.get_by_text("Show as a table").click()
    agent, heated, escalated = plain(
        visit.published,
        "SELECT agent_id, sum(heated), sum(heated_escalated) FROM marts.escalation_rates"
        " WHERE language = 'en' GROUP BY 1 HAVING sum(heated) > 0 ORDER BY 1",
    )[0]
    row = part.get_by_role("row", name=re.compile(rf"\b{agent}\b"))
    cells = row.locator("td").all_inner_texts()
    assert cells[:2] == [str(heated), str(escalated)]


def test_the_ranking_leads_to_the_agents_steps(visit: Visit) -> None:
    page = visit.open(_COMPARED)
    grid = page.locator('[aria-label^="Agents by shrunk share"]')
    grid.locator(".ag-row a").first.click()
    page.wait_for_url(re.compile("agent=A"))
    visit.settle()
    expect(page.locator("#drill")).to_contain_text("all steps", timeout=_PATIENCE)


def test_an_agent_with_few_calls_has_no_rank(visit: Visit) -> None:
    page = visit.open(f"{_COMPARED}&from=2026-08-17&to=2026-08-23")
    grid = page.locator('[aria-label^="Agents by shrunk share"]')
    grid.scroll_into_view_if_needed()
    expect(grid.get_by_text("too few calls").first).to_be_visible(timeout=_PATIENCE)
    expect(page.locator("#compared")).to_contain_text("0 agents are ranked")


def test_all_steps_over_time_lead_to_one_step(visit: Visit) -> None:
    page = visit.open(f"{_COMPARED}&weeks=steps")
    links = page.locator("#over-time .ag-row a")
    page.locator("#over-time .grid").scroll_into_view_if_needed()
    links.first.wait_for()
    step = links.first.inner_text()
    links.first.click()
    page.wait_for_url(re.compile(rf"by={step}\b"))
    visit.settle()
    plots = page.locator("#over-time .js-plotly-plot")
    expect(plots.first).to_be_attached(timeout=_PATIENCE)


@pytest.mark.parametrize("asked", ["", "&weeks=steps", "&by=6&across=yes"])
def test_nothing_is_wider_than_a_narrow_screen(visit: Visit, asked: str) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    page = visit.open(f"{_COMPARED}{asked}")
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_dark_mode_reaches_the_funnels(visit: Visit) -> None:
    fills: list[str] = []
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page = visit.open(_COMPARED)
        tick = page.locator("#compared .js-plotly-plot .xtick text").first
        fills.append(tick.evaluate("e => e.style.fill"))
    assert fills[0] != fills[1]


def test_the_parts_of_the_page_can_be_jumped_to(visit: Visit) -> None:
    page = visit.open(_COMPARED)
    for words, name in (("Over time", "over-time"), ("Compared fairly", "compared")):
        page.get_by_role("link", name=words, exact=True).click()
        expect(page.locator(f"#{name} h2")).to_be_in_viewport()
        page.evaluate("window.scrollTo(0, 0)")
    assert page.locator("h1").inner_text() == "Agents"
