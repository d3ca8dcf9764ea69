"""A headless Chromium, and the dashboards of a filled version served on loopback."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from dashboards.app import create_app
from tests.dashboards.centre import publish_centre

_CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE: Final = 30_000
"""Milliseconds that a page may take, on a machine that is busy with other tests."""


@dataclass
class Visit:
    """A browser's page, and what went wrong or went out while it was open."""

    page: Page
    address: str
    published: Path
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the dashboards, and wait until it stands."""
        self.page.goto(f"{self.address}{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is being fetched, and the page has its heading."""
        self.page.wait_for_selector("h1")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(250)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published version with a quarter's calls."""
    return publish_centre(tmp_path_factory.mktemp("browsed"))


@pytest.fixture(scope="session")
def address(published: Path) -> Iterator[str]:
    """Where the dashboards are served."""
    app = create_app(
        published,
        home=published.parent,
        heated_threshold=40.0,
        ranked_calls=20,
        smallest_group=5,
    )
    app.server.test_client().get(
        "/_dash-dependencies"
    )  # Dash's set-up is not for two threads
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if _CHROMIUM is None:
        pytest.skip("there is no `chromium` on the path to look at the pages with")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


def _watched(context: BrowserContext, address: str, published: Path) -> Visit:
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    visit = Visit(page, address, published)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on(
        "console",
        lambda said: visit.errors.append(said.text) if said.type == "error" else None,
    )
    return visit


@pytest.fixture
def visit(browser: Browser, address: str, published: Path) -> Iterator[Visit]:
    """A page in light mode; nothing may go wrong on it, and nothing may leave loopback."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000},
        color_scheme="light",
        accept_downloads=True,
    )
    visit = _watched(context, address, published)
    yield visit
    context.close()
    assert visit.errors == []
    assert [url for url in visit.requests if not _stays(url, address)] == []


def _stays(url: str, address: str) -> bool:
    return url.startswith((f"{address}/", "data:", "blob:"))
