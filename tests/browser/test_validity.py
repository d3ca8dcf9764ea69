"""What a visitor sees of validity: marks with reasons, and totals that leave out the unproven."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import card
from tests.dashboards.published import plain

_TOTAL = """
SELECT sum(a.met), sum(a.met + a.missed + a.violated) FROM marts.agent_adherence AS a
JOIN marts.playbook_steps AS s USING (playbook, step)
LEFT JOIN marts.step_validity AS v
    ON v.playbook = a.playbook AND v.step = a.step AND v.language = a.language
WHERE NOT s.is_conduct AND {where}
"""
_PROVEN = "v.mark IN ('proven', 'provisional')"


def told(visit: Visit, where: str) -> str:
    met, judged = plain(visit.published, _TOTAL.format(where=where))[0]
    return f"{met:,} of {judged:,} opportunities"


def test_totals_leave_out_what_is_unproven_until_the_switch_is_on(visit: Visit) -> None:
    page = visit.open("/")
    assert told(visit, _PROVEN) in card(page, "Steps met")
    expect(page.locator(".left-out")).to_contain_text("are not in the total")
    page.get_by_label("Include unproven steps").click(force=True)
    page.wait_for_url("**/?unproven=yes")
    shown = page.locator(".left-out")
    expect(shown).to_contain_text("are in the total", timeout=30_000)
    assert told(visit, "true") in card(page, "Steps met")
    page.get_by_role("link", name="Agents", exact=True).click()
    page.wait_for_url("**/agents?unproven=yes")
    visit.settle()
    expect(page.get_by_label("Include unproven steps")).to_be_checked()


def test_the_link_beside_a_total_does_the_same(visit: Visit) -> None:
    page = visit.open("/agents?in=nl")
    page.locator("#all-agents").get_by_role("link", name="Include them").click()
    page.wait_for_url(re.compile("unproven=yes"))
    visit.settle()
    assert "in=nl" in page.url
    expect(page.get_by_role("link", name="Leave them out").first).to_be_visible()


def test_a_mark_gives_its_reason_to_keyboard_and_pointer(visit: Visit) -> None:
    page = visit.open("/agents?in=nl&show=ten-steps")
    mark = page.locator(".step-legend .validity").first
    mark.focus()
    tip = page.locator(".tip")
    expect(tip).to_have_text(mark.get_attribute("data-tip") or "?")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    mark.hover()
    expect(tip).to_be_in_viewport()
    assert "kappa" in mark.inner_text()


def test_marks_differ_by_more_than_colour(visit: Visit) -> None:
    page = visit.open("/validity?in=nl")
    signs = {
        name: page.locator(f"#steps .validity-{name} .sign").first.inner_text()
        for name in ("proven", "provisional", "unproven")
    }
    assert len(set(signs.values())) == 3


def test_the_figure_shows_the_language_chosen(visit: Visit) -> None:
    page = visit.open("/validity")
    page.locator(".pills").get_by_role("link", name="Norwegian").click()
    page.wait_for_url("**/validity?in=nb")
    visit.settle()
    expect(page.locator("#agreement h2")).to_have_text("Agreement by label: Norwegian")
    shown = page.locator("#agreement .js-plotly-plot .ytick").count()
    measured = plain(
        visit.published,
        "SELECT count(*) FROM marts.validity"
        " WHERE language = 'nb' AND is_deciding AND kappa IS NOT NULL",
    )[0][0]
    assert shown == measured


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_read_on_their_ground(visit: Visit, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = visit.open("/validity?in=nl")
    contrasts = page.locator("#steps .validity").evaluate_all(_CONTRASTS)
    assert min(contrasts) >= 4.5


_CONTRASTS = """
marks => marks.map(mark => {
  const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = getComputedStyle(mark.closest('.table-frame')).backgroundColor;
  const both = [luminance(getComputedStyle(mark).color), luminance(ground)].sort();
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
})
"""
