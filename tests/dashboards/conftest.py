"""A filled and an empty published version, written once."""

from pathlib import Path

import pytest

from dashboards.marts.door import Published
from tests.dashboards.centre import publish_centre, publish_nothing


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published version with a quarter's calls."""
    return publish_centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published version without rows."""
    return publish_nothing(tmp_path_factory.mktemp("nothing"))


@pytest.fixture(scope="session")
def marts(centre: Path) -> Published:
    """The dashboards' door to the quarter's calls."""
    return Published(centre, centre.parent)
