"""Measure the bars of performance in one run, print a table and write JSON."""

import argparse
import json
import platform
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.generate import generate
from flows.settings import CHECKOUT
from tests.benchmarks.bars import Bar, hearing_bars, night_bars
from tests.benchmarks.hearing import Hearing, measure_hearing, measure_rivals
from tests.benchmarks.nights import measure_nights
from tests.benchmarks.pages import measure_pages

_DAYS = 365
_CALLS_A_AGENT = 400


def main() -> None:
    """Generate calls, measure, tell."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        results = measure(asked, Path(folder))
    bars = results["bars"]
    _tell(bars, results)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    written = results | {"bars": [bar.as_row() for bar in bars]}
    asked.out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def measure(asked: argparse.Namespace, work: Path) -> dict[str, Any]:
    """All figures of one run, with the bars made of them."""
    console = Console(stderr=True)
    console.print(f"generating {asked.calls:,} calls over {_DAYS} days")
    agents = max(10, asked.calls // _CALLS_A_AGENT)
    made = generate(
        asked.calls, _DAYS, agents, 1, work, bank_dir=CHECKOUT / "data" / "generator"
    )
    hearing = Hearing(made.inbox)
    console.print(f"hearing {made.turns:,} utterances, {asked.repeats} times each way")
    seconds = measure_hearing(hearing, asked.repeats)
    seconds |= measure_rivals(hearing, min(asked.repeats, asked.slow_repeats))
    results: dict[str, Any] = {
        "calls": made.calls,
        "utterances": made.turns,
        "repeats": {"fast": asked.repeats, "rivals": asked.slow_repeats, "nights": 1},
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seconds": seconds,
        "bars": hearing_bars(seconds),
    }
    if not asked.hearing_only:
        console.print("whole nights: a year, a day on it, that day alone")
        nights = measure_nights(made.inbox, work)
        pages = measure_pages(work / "year")
        results |= {"nights": nights, "pages": pages}
        results["bars"] += night_bars(nights, seconds["parse"])
        results["bars"].append(Bar("dashboard query p95, ms", 150, 60, pages["p95_ms"]))
    return results


def _tell(bars: list[Bar], results: dict[str, Any]) -> None:
    console = Console()
    table = Table(
        title=f"{results['calls']:,} calls, {results['utterances']:,} utterances"
    )
    for heading in ("bar", "limit", "stretch", "measured", "verdict"):
        table.add_column(heading, justify="left" if heading == "bar" else "right")
    for bar in bars:
        sign = "≥" if bar.least else "≤"
        measured = "" if bar.measured is None else f"{bar.measured:.3g}"
        limits = (f"{sign} {bar.limit:.3g}", f"{sign} {bar.stretch:.3g}")
        table.add_row(bar.name, *limits, measured, bar.verdict)
    console.print(table)
    console.print("CPU seconds", results["seconds"])
    console.print("nights", results.get("nights", "left out"))
    console.print("ConvoKit is left out: it is not among the locked dependencies.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument(
        "--work", type=Path, help="where to generate; removed at the end"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slow-repeats", type=int, default=5, help="for the rivals")
    parser.add_argument(
        "--hearing-only", action="store_true", help="leave the nights out"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
