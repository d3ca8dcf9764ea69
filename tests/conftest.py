"""What tests share: where real exports are, homes, and nights that were run once."""

import atexit
import os
import shutil
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from flows.settings import Settings

CHECKOUT = Path(__file__).resolve().parent.parent
_SHARED = CHECKOUT.parent / "shared"
_ended: list[int] = []


@atexit.register
def _leave() -> None:
    """Leave without a word: DuckDB's binding would report its leftovers after pytest.

    Registered first, so run last, after everything else was closed.
    """
    if _ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended[0])


def pytest_sessionfinish(exitstatus: int) -> None:
    """Keep the outcome for `_leave`."""
    _ended.append(int(exitstatus))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where real exports and labelled corpora are, if not beside the checkout."""
    parser.addoption(
        "--exports-dir",
        type=Path,
        default=_SHARED / "formats",
        help="folder of real export files, one folder a vendor",
    )
    parser.addoption(
        "--corpora-dir",
        type=Path,
        default=_SHARED / "corpora",
        help="folder of labelled corpora, one folder each",
    )


def _folder(config: pytest.Config, option: str) -> Path:
    folder = Path(str(config.getoption(option)))
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent; give the folder by {option}")
    return folder


@pytest.fixture(scope="session")
def exports_dir(pytestconfig: pytest.Config) -> Path:
    """The folder of real export files; the test is skipped where it is absent."""
    return _folder(pytestconfig, "--exports-dir")


@pytest.fixture(scope="session")
def corpora_dir(pytestconfig: pytest.Config) -> Path:
    """The folder of labelled corpora; the test is skipped where it is absent."""
    return _folder(pytestconfig, "--corpora-dir")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of the test's own, with an empty inbox."""
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    return Settings(home=home, time_zone="Europe/Amsterdam")


@pytest.fixture(scope="session")
def prefect_server() -> Generator[str]:
    """A Prefect server of the tests' own; its address."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def sampled(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home on which one night ran over the samples. Copy it; don't change it."""
    from flows.nightly import nightly

    home = tmp_path_factory.mktemp("sampled") / "home"
    shutil.copytree(CHECKOUT / "data" / "samples" / "inbox", home / "inbox")
    nightly(home=home)
    return Settings(home=home)
