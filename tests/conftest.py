"""What tests share: options that say where real exports are, and a home of their own."""

from pathlib import Path

import pytest

from flows.settings import Settings

CHECKOUT = Path(__file__).resolve().parent.parent
_SHARED = CHECKOUT.parent / "shared"


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
