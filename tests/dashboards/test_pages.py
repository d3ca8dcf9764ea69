"""Every page renders for a filled and for an empty version, and says what it leaves out."""

import json
import re
from pathlib import Path
from typing import Any

import plotly
import pytest

from dashboards.app import PAGES, create_app
from dashboards.filters import Filters
from dashboards.formats import formats
from dashboards.marts.door import Published
from dashboards.pages import playbooks
from dashboards.view import Page, View
from tests.dashboards.published import plain

ASKED = {"id": "C-000001", "in": "he", "agent": "A30", "customer": "K0001"}


def rendered(
    page: Page, published: Path, asked: dict[str, str], scheme: str = "light"
) -> str:
    """The page as it goes to the browser."""
    view = View(
        published=Published(published, published.parent),
        filters=Filters(),
        asked=asked,
        path=page.path,
        formats=formats(),
        scheme=scheme,
        heated_threshold=40.0,
        carried=Filters(team=("North",)),
        ranked_calls=20,
        smallest_group=5,
    )
    layout = list(page.layout(view))
    return json.dumps(layout, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def tags(text: str, name: str) -> int:
    return text.count(f'"type": "{name}"')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("asked", [{}, ASKED], ids=["plain", "drilled"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_renders(
    page: Page, centre: Path, asked: dict[str, str], scheme: str
) -> None:
    text = rendered(page, centre, asked, scheme)
    assert tags(text, "H1") == 1
    assert tags(text, "Graph") == text.count('"role": "img"')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("asked", [{}, ASKED], ids=["plain", "drilled"])
def test_every_page_renders_when_there_is_nothing(
    page: Page, nothing: Path, asked: dict[str, str]
) -> None:
    text = rendered(page, nothing, asked)
    assert tags(text, "H1") == 1
    assert "0.0%" not in text
    assert "nan" not in text.lower().replace("finance", "")


def test_links_to_other_pages_keep_the_filters(centre: Path) -> None:
    page = next(page for page in PAGES if page.path == "/agents")
    assert "/call?team=North&id=C-" in rendered(page, centre, ASKED)


def test_a_call_that_could_not_be_assessed_says_why(centre: Path) -> None:
    call, why = plain(
        centre,
        "SELECT call_id, unassessable FROM marts.call_facts WHERE unassessable IS NOT NULL",
    )[0]
    page = next(page for page in PAGES if page.path == "/call")
    text = rendered(page, centre, {"id": call})
    assert f"could not be assessed: {why}" in text
    assert "Verdicts" not in text


def test_hebrew_turns_run_from_right_to_left(centre: Path) -> None:
    call, turns = plain(
        centre, "SELECT call_id, turns FROM marts.call_facts WHERE language = 'he'"
    )[0]
    page = next(page for page in PAGES if page.path == "/call")
    text = rendered(page, centre, {"id": call})
    assert text.count('"dir": "rtl"') == turns


def test_playbooks_that_ask_differently_are_told_apart() -> None:
    same = {"a": [("after=insult", "1")], "b": [("after=insult", "7")]}
    other = {"a": [("after=insult", "1")], "b": [("after=abuse", "7")]}
    assert not playbooks.disagree(same)
    assert playbooks.disagree(other)


def test_every_step_of_every_playbook_is_shown(centre: Path) -> None:
    page = next(page for page in PAGES if page.path == "/playbooks")
    text = rendered(page, centre, {})
    for title, native in plain(
        centre, "SELECT title, title_native FROM marts.playbook_steps"
    ):
        assert json.dumps(native, ensure_ascii=False) in text
        assert title in text


def test_the_application_opens_nothing_when_it_is_built(tmp_path: Path) -> None:
    app = create_app(tmp_path / "published", home=tmp_path)
    assert not (tmp_path / "published").exists()
    assert app.config.serve_locally is True


def test_two_applications_do_not_share_their_marts(centre: Path, nothing: Path) -> None:
    apps = [create_app(folder, home=folder.parent) for folder in (centre, nothing)]
    layouts: list[Any] = [
        app.server.test_client().get("/_dash-layout").text for app in apps
    ]
    assert "billing" in layouts[0]
    assert "billing" not in layouts[1]


def test_a_home_without_a_version_still_answers(tmp_path: Path) -> None:
    app = create_app(tmp_path, home=tmp_path)
    assert app.server.test_client().get("/_dash-layout").status_code == 200


def page_at(path: str) -> Page:
    return next(page for page in PAGES if page.path == path)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", {}),
        ("/agents", {"in": "nl"}),
        ("/agents", {"in": "nl", "agent": "A50", "show": "ten-steps", "step": "5"}),
        ("/call", {"id": "C-000001"}),
        ("/playbooks", {}),
        ("/validity", {}),
    ],
)
def test_every_page_with_steps_shows_their_marks(
    centre: Path, path: str, asked: dict[str, str]
) -> None:
    text = rendered(page_at(path), centre, asked)
    assert [name for name in ("●", "◐", "○") if name not in text] == []
    assert "validity-unproven" in text or "○ unproven" in text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/", r"\d+ steps unproven in Czech, .*\d+ in Dutch.* are not in the total\."),
        ("/agents", r"\d+ steps unproven in Dutch are not in the total\."),
    ],
)
def test_totals_say_what_they_leave_out_and_offer_to_include_it(
    centre: Path, path: str, says: str
) -> None:
    text = rendered(page_at(path), centre, {"in": "nl"})
    assert re.search(says, text)
    assert "unproven=yes" in text


def test_a_measurement_of_other_knowledge_is_told(centre: Path) -> None:
    text = rendered(page_at("/validity"), centre, {"in": "nb"})
    assert "of knowledge fedcba987654" in text
    assert "differs from" in text
    assert "Agreement by label: Norwegian" in text
