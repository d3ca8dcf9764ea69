"""Synthetic exports with their truth: whole contact centres, made from phrase banks."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from flows.generate.bank import load_banks
from flows.generate.case_mix import deal
from flows.generate.day import DayMaker
from flows.generate.incidents import incident
from flows.generate.planting import plant
from flows.generate.schedule import Schedule
from flows.generate.world import World
from flows.generate.write import Exports, Truth

MOST_CALLS_A_DAY: Final = 40
"""Calls that one agent can take on an average day, with the breaks between them."""

__all__ = ["MOST_CALLS_A_DAY", "GenerateError", "Truth", "generate"]


class GenerateError(ValueError):
    """What was asked for cannot be made."""


def generate(
    calls: int,
    days: int,
    agents: int,
    seed: int,
    out: Path,
    *,
    bank_dir: Path,
    first_day: date = date(2026, 3, 2),
    zone: str = "Europe/Amsterdam",
    progress: Callable[[int], None] | None = None,
) -> Truth:
    """Write exports to `out/inbox` and what is true of them to `out/truth`.

    The same arguments write the same bytes. Exactly as many calls are made as asked,
    spread over the days; the languages are those of the banks in `bank_dir`.
    `progress` is told after each day how many calls have been written.

    Raises:
        GenerateError: the counts cannot be met, or `out` already holds exports.
        KnowledgeError: a phrase bank cannot be used as written.

    """
    _refuse_the_impossible(calls, days, agents, out)
    banks = load_banks(bank_dir)
    world = World(banks, calls, agents, (first_day, days), seed)
    deal(world)
    schedule = Schedule(calls, first_day, days)
    plant(world, schedule, calls, Random(f"{seed}:planted"))
    maker = DayMaker(world, schedule, ZoneInfo(zone), seed)
    last_day = first_day + timedelta(days=days - 1)
    until = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))
    with Exports(out, ZoneInfo(zone)) as exports:
        for day in range(days):
            made, shifts = maker.make(day)
            log = Random(f"{seed}:{day}:log")
            for call in made:
                row = incident(call, banks[call.customer.language], log, until)
                if row is None:
                    maker.aftermath.unlogged(call)
                else:
                    exports.incident(row)
            exports.day(made, shifts)
            if progress is not None:
                progress(exports.calls)
        maker.aftermath.close(exports.last_moment)
        return exports.finish(
            world, maker.aftermath.promises, (str(first_day), str(last_day))
        )


def _refuse_the_impossible(calls: int, days: int, agents: int, out: Path) -> None:
    if min(calls, days, agents) < 1:
        raise GenerateError(
            f"calls={calls}, days={days}, agents={agents}: each must be 1 or more"
        )
    if calls > days * agents * MOST_CALLS_A_DAY:
        raise GenerateError(
            f"{calls} calls are too many for {agents} agents in {days} days: at most"
            f" {MOST_CALLS_A_DAY} each a day; ask for more agents or days"
        )
    inbox = out / "inbox"
    if inbox.is_dir() and any(inbox.iterdir()):
        raise GenerateError(
            f"{inbox} already holds files; nothing is mixed into them: name an empty"
            " folder, or clear this one"
        )
