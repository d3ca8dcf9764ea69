"""What the tests of flows share."""

import pytest

from flows.generate import generate
from flows.settings import CHECKOUT, Settings
from tests.flows.recovery import Recovered


@pytest.fixture(scope="session")
def recovered(
    prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Recovered:
    """One night over a generated centre of four months. Read it; don't change it."""
    from flows.nightly import nightly

    home = tmp_path_factory.mktemp("recovered") / "home"
    made = generate(3600, 125, 22, 5, home, bank_dir=CHECKOUT / "data" / "generator")
    nightly(home=home)
    return Recovered(Settings(home=home), made.truth)
