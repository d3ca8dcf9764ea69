"""How long the dashboards' queries take: wall time, for a person waits for them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from dashboards.filters import Filters
from dashboards.marts import agents, cases, counts
from dashboards.marts.door import Published

_QUERIES: tuple[Callable[[Published, Filters], pl.DataFrame], ...] = (
    counts.call_counts,
    counts.call_counts_by_week,
    counts.repeat_contacts,
    counts.step_counts,
    counts.step_counts_by_week,
    agents.agent_totals,
    cases.complainers,
)
_SPANS = (7, 30, 90, 180, 365)


def measure_pages(home: Path) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, over filters that are all different.

    The first query, which opens the published file, is not counted.
    """
    published = Published(home / "published", home)
    bounds = published.rows(
        "SELECT min(day) AS first, max(day) AS last FROM marts.call_facts"
    )
    teams = published.rows("SELECT DISTINCT team FROM marts.call_facts ORDER BY team")
    first, last = bounds.row(0)
    waits: list[float] = []
    for filters in _filters(first, last, teams["team"].drop_nulls().to_list()):
        for query in _QUERIES:
            start = perf_counter()
            query(published, filters)
            waits.append(1000 * (perf_counter() - start))
    median, p95 = np.percentile(waits[1:], (50, 95)).tolist()
    return {"queries": len(waits) - 1, "median_ms": median, "p95_ms": p95}


def _filters(first: date, last: date, teams: list[str]) -> Iterator[Filters]:
    """Spans of days that end on different days, of all teams and of each."""
    for n, span in enumerate(_SPANS):
        until = last - timedelta(days=n)
        since = max(first, until - timedelta(days=span))
        yield Filters(since=since, until=until)
        for team in teams[:5]:
            yield Filters(since=since, until=until, team=(team,))
