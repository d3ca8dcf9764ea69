"""The demonstration home: the samples beside a generated half year."""

import shutil
from datetime import date
from pathlib import Path
from typing import Final

from flows.generate import Truth, generate
from flows.progress import Bars
from flows.settings import CHECKOUT, Settings

_FIRST_DAY: Final = date(2026, 4, 27)
_DAYS: Final = 182
"""Half a year that ends with the samples' last day."""
_AGENTS: Final = 24
_SEED: Final = 7


def prepare_demo(settings: Settings, *, calls: int) -> None:
    """Lay samples and a generated half year in the demonstration's inbox, once."""
    generated = settings.home / f"generated-{calls}"
    if not generated.exists():
        unfinished = settings.home / ".generating"
        shutil.rmtree(unfinished, ignore_errors=True)
        generate_with_bar(
            settings,
            unfinished,
            calls=calls,
            days=_DAYS,
            agents=_AGENTS,
            seed=_SEED,
            first_day=_FIRST_DAY,
        )
        unfinished.rename(generated)
    _copy(CHECKOUT / "data" / "samples" / "inbox", settings.inbox / "samples")
    _copy(generated / "inbox", settings.inbox / "generated")


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


def generate_with_bar(
    settings: Settings,
    out: Path,
    *,
    calls: int,
    days: int,
    agents: int,
    seed: int,
    first_day: date,
) -> Truth:
    """Generate exports with a progress bar; see `flows.generate.generate`."""
    with Bars() as bars:
        return generate(
            calls,
            days,
            agents,
            seed,
            out,
            bank_dir=settings.knowledge / "generator",
            first_day=first_day,
            zone=settings.time_zone,
            progress=bars.days(calls, "generating calls"),
        )
