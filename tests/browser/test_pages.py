"""What a visitor sees: numbers that hold, filters, drill-down, right to left, dark mode."""

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.app import PAGES
from tests.browser.conftest import Visit
from tests.dashboards.published import plain

SOME = "?from=2026-08-20&to=2026-09-20&team=North"
WHERE = "day BETWEEN DATE '2026-08-20' AND DATE '2026-09-20' AND team = 'North'"
_UNNAMED = """
() => [...document.querySelectorAll('img, .js-plotly-plot, input:not([type=hidden]), button')]
  .filter(e => e.offsetParent !== null)
  .filter(e => {
    const labelled = e.closest('[role=img][aria-label]') || e.getAttribute('aria-label')
      || e.alt || e.labels?.length || e.textContent.trim() || e.title || e.placeholder;
    return !labelled;
  })
  .map(e => e.outerHTML.slice(0, 200))
"""
_DARK = "getComputedStyle(document.body).backgroundColor"


def card(page: Page, title: str) -> str:
    """What the card of that title says."""
    named = page.locator(
        ".card", has=page.get_by_role("heading", name=title, exact=True)
    )
    return named.inner_text()


@pytest.mark.parametrize("shown", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("asked", ["", "?id=C-000001&agent=A30&in=he&customer=K0001"])
def test_every_page_stands_and_is_accessible(
    visit: Visit, shown: Any, asked: str
) -> None:
    page = visit.open(f"{shown.path}{asked}")
    assert page.locator("h1").count() == 1
    for landmark in ("main", "header", "nav[aria-label=Pages]"):
        assert page.locator(landmark).count() == 1, landmark
    assert page.evaluate("document.documentElement.lang")
    assert page.evaluate(_UNNAMED) == []
    levels = page.locator("h1, h2, h3, h4").evaluate_all(
        "es => es.map(e => +e.tagName[1])"
    )
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), levels
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, "the page is wider than the window"


def test_cards_say_what_a_query_says(visit: Visit) -> None:
    page = visit.open("/?unproven=yes")
    met, judged = plain(
        visit.published,
        "SELECT sum(met), sum(met + missed + violated) FROM marts.agent_adherence"
        " JOIN marts.playbook_steps USING (playbook, step) WHERE NOT is_conduct",
    )[0]
    assert f"{met:,} of {judged:,} opportunities" in card(page, "Steps met")
    assert f"{met / judged:.1%}" in card(page, "Steps met")


def test_filters_in_the_url_give_the_numbers_of_a_query(visit: Visit) -> None:
    page = visit.open(f"/{SOME}")
    calls, cooled, heated = plain(
        visit.published,
        "SELECT sum(calls), sum(deescalated), sum(heated) FROM marts.escalation_rates"
        f" WHERE {WHERE}",
    )[0]
    assert f"\n{calls:,}\n" in card(page, "Calls")
    assert f"{cooled:,} of {heated:,} heated calls" in card(page, "De-escalated")
    expect(page.get_by_label("Team").first).to_be_visible()
    assert "North" in page.locator(".filter-team").inner_text()


def test_a_filter_chosen_by_hand_goes_to_the_url_and_stays_on_other_pages(
    visit: Visit,
) -> None:
    page = visit.open("/")
    page.locator("#filter-queue").click()
    page.get_by_role("option", name="billing").click()
    page.wait_for_url("**/?queue=billing")
    visit.settle()
    calls = plain(
        visit.published, "SELECT count(*) FROM marts.call_facts WHERE queue = 'billing'"
    )[0][0]
    value = page.locator(
        ".card", has=page.get_by_role("heading", name="Calls", exact=True)
    )
    expect(value.locator(".card-value")).to_have_text(f"{calls:,}")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Agents", exact=True).click()
    page.wait_for_url("**/agents?queue=billing")
    visit.settle()
    assert "billing" in page.locator(".filter-queue").inner_text()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Overview")


def test_what_is_wrong_in_the_url_is_said(visit: Visit) -> None:
    page = visit.open("/?from=tomorrow&team=East")
    said = page.locator("#filter-notes").inner_text()
    assert "tomorrow" in said
    assert "East" in said
    everything = plain(visit.published, "SELECT count(*) FROM marts.call_facts")[0][0]
    assert f"\n{everything:,}\n" in card(page, "Calls")


def test_a_cell_of_the_heat_map_leads_to_its_calls_and_to_one_call(
    visit: Visit,
) -> None:
    page = visit.open("/agents?in=en")
    plot = page.locator(".js-plotly-plot").first
    area = plot.locator(".nsewdrag").first.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 30, area["y"] + 12)
    page.wait_for_timeout(300)
    page.mouse.click(area["x"] + 30, area["y"] + 12)
    page.wait_for_url(re.compile(r"step="))
    visit.settle()
    calls = page.locator('[aria-label^="Calls of"] .ag-row a')
    calls.first.wait_for()
    name = calls.first.inner_text()
    calls.first.click()
    page.wait_for_url(re.compile(rf"/call\?id={name}"))
    expect(page.locator("h1")).to_have_text(f"Call {name}")


def test_an_agent_of_the_grid_leads_to_the_agents_steps(visit: Visit) -> None:
    page = visit.open("/agents?in=en")
    # Grids are filled as they come into view, and what stands above them moves them.
    page.locator("#all-agents").scroll_into_view_if_needed()
    visit.settle()
    agent = page.locator("#all-agents .ag-row a").first
    name = agent.inner_text()
    agent.click()
    page.wait_for_url(re.compile(rf"agent={name}"))
    visit.settle()
    expect(page.locator("#drill")).to_contain_text("all steps")


def test_a_grid_is_exported_as_csv(visit: Visit) -> None:
    page = visit.open("/agents?in=en")
    with page.expect_download() as told:
        page.locator("#all-agents").get_by_role("button", name="Export as CSV").click()
    text = told.value.path().read_text("utf-8-sig")
    agents = plain(
        visit.published,
        "SELECT agent_id FROM marts.escalation_rates WHERE language = 'en' GROUP BY 1",
    )
    assert len(text.strip().splitlines()) == 1 + len(agents)


def test_hebrew_is_right_to_left_and_keeps_its_evidence(visit: Visit) -> None:
    call = plain(
        visit.published,
        "SELECT f.call_id FROM marts.call_facts f JOIN marts.call_transcripts t USING (call_id)"
        " WHERE f.language = 'he' AND len(t.evidence) > 0 AND f.unassessable IS NULL",
    )[0][0]
    page = visit.open(f"/call?id={call}")
    turns = page.locator(".turn p")
    assert turns.evaluate_all(
        "es => es.every(e => getComputedStyle(e).direction === 'rtl')"
    )
    mark = page.locator("mark[data-tip]").first
    mark.focus()
    assert "cue:" in (mark.get_attribute("data-tip") or "")


def test_evidence_links_lead_to_their_turn(visit: Visit) -> None:
    call = plain(
        visit.published,
        "SELECT call_id FROM marts.verdicts WHERE turn = 1 ORDER BY call_id LIMIT 1",
    )[0][0]
    page = visit.open(f"/call?id={call}")
    page.locator("details[open] a[href='#turn-1']").first.click()
    page.wait_for_timeout(900)
    expect(page.locator("#turn-1")).to_be_in_viewport()
    assert page.locator("h1").inner_text() == f"Call {call}"


def test_a_call_is_found_by_its_id(visit: Visit) -> None:
    page = visit.open("/call")
    page.get_by_label("Call id").fill("C-000012")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/call?id=C-000012")
    expect(page.locator("h1")).to_have_text("Call C-000012")


def test_dark_mode_reaches_page_figures_and_grids(visit: Visit) -> None:
    page = visit.open("/agents?in=en")
    before = page.evaluate(_DARK)
    page.get_by_label("Switch between light and dark").click()
    visit.settle()
    assert page.evaluate(_DARK) != before
    assert page.evaluate("document.body.dataset.agThemeMode") == "dark"
    fill = page.locator(".js-plotly-plot .xtick text").first.evaluate(
        "e => e.style.fill"
    )
    red = int(re.findall(r"\d+", fill)[0])
    assert red > 128, "text on a dark ground has to be light"
    page.reload()
    visit.settle()
    assert page.evaluate("document.body.dataset.agThemeMode") == "dark"


def test_a_visitor_who_prefers_dark_gets_it_at_once(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark")
    page = visit.open("/")
    assert page.evaluate("document.body.dataset.agThemeMode") == "dark"
    fill = page.locator(".js-plotly-plot .xtick text").first.evaluate(
        "e => e.style.fill"
    )
    assert int(re.findall(r"\d+", fill)[0]) > 128


def test_everything_can_be_reached_by_keyboard(visit: Visit) -> None:
    page = visit.open("/")
    reached: list[str] = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => e.id || e.className || e.href)(document.activeElement)"
            )
        )
    assert reached[0] == "skip"
    assert any("/agents" in element for element in reached)
    assert {"filter-days", "filter-team", "filter-playbook", "scheme"} <= set(reached)


@pytest.mark.parametrize(
    "path",
    ["/", "/agents", "/call?id=C-000001", "/customers", "/playbooks", "/validity"],
)
def test_a_narrow_window_does_not_scroll_sideways(visit: Visit, path: str) -> None:
    visit.page.set_viewport_size({"width": 420, "height": 900})
    page = visit.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
