"""Runs suites over a closed database file, and tells what failed from what errored."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from expectations.suite import Suite

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

Outcome = Literal["passed", "failed", "errored"]
Severity = Literal["block", "warn"]

_EXAMPLES: Final = 5
_QUERY: Final = "unexpected_rows_expectation"
_OF_ROWS: Final = ("expect_column_values", "expect_compound")


class JudgementError(RuntimeError):
    """Tables do not hold what they must; nothing was published."""


@dataclass(frozen=True)
class Finding:
    """What one expectation came to; a row of `marts.data_quality` but for the run."""

    table_name: str
    expectation: str
    subject: str
    severity: Severity
    outcome: Outcome
    rows_judged: int | None
    rows_unexpected: int | None
    examples: list[str]
    message: str | None

    @property
    def blocks(self) -> bool:
        """Whether publishing must not go on; an error of a check always blocks."""
        return self.outcome == "errored" or (
            self.outcome == "failed" and self.severity == "block"
        )

    def __str__(self) -> str:
        found = f", for example {'; '.join(self.examples)}" if self.examples else ""
        count = f" ({self.rows_unexpected} rows)" if self.rows_unexpected else ""
        said = f": {self.message}" if self.outcome == "errored" else ""
        return (
            f"{self.table_name}: {self.expectation} [{self.subject}]"
            f" {self.outcome}{count}{found}{said}"
        )


def judge(
    database: Path,
    suites: Sequence[Suite],
    *,
    days: Sequence[date] | None = None,
    search_path: Path | None = None,
) -> list[Finding]:
    """Run suites over a closed DuckDB file, read only.

    Args:
        database: the file; no connection to it may be open in another process.
        suites: one for each table.
        days: of tables that have a `day`, judge these only; all if None.
        search_path: folder to which the file's views are relative.
    """
    import great_expectations as gx

    from expectations import dialect

    dialect.register()
    # It tells of a temporary folder at each start.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(
        logging.WARNING
    )
    # Its types know neither settings by name nor arguments of a connection.
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    config = {"file_search_path": str(search_path)} if search_path else {}
    # Great Expectations makes several engines, and a connection left open would keep
    # writers out.
    with dialect.closing_connections():
        source = context.data_sources.add_sql(
            "judged",
            connection_string=f"{dialect.URL_SCHEME}:///{database}",
            create_temp_table=False,
            kwargs={"connect_args": {"read_only": True, "config": config}},
        )
        return [
            finding
            for suite in suites
            for finding in _judge_one(context, source, suite, days)
        ]


def check(findings: Sequence[Finding]) -> None:
    """Refuse to go on where a finding blocks.

    Raises:
        JudgementError: names table, expectation and examples of each.
    """
    if blocking := [finding for finding in findings if finding.blocks]:
        told = "\n  ".join(map(str, blocking))
        raise JudgementError(
            f"{len(blocking)} expectations do not hold; the version published before"
            f" stays:\n  {told}"
        )


def _judge_one(
    context: Any, source: Any, suite: Suite, days: Sequence[date] | None
) -> list[Finding]:
    import great_expectations as gx

    name = suite.table.name
    query = _query(suite, days)
    asset = source.add_query_asset(name, query=query)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    expected = gx.ExpectationSuite(name=name, expectations=suite.expectations())
    context.suites.add(expected)
    # Looking for examples is a query more for each expectation: only where it fails.
    results = batch.validate(expected, result_format="BOOLEAN_ONLY").results
    is_counted = any(r.expectation_config.type.startswith(_OF_ROWS) for r in results)
    rows = _count(source, query) if is_counted else 0
    return [_finding(name, _with_examples(batch, result), rows) for result in results]


def _count(source: Any, query: str) -> int:
    from sqlalchemy import text

    with source.get_engine().connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM ({query})")).scalar())


def _with_examples(batch: Any, result: Any) -> Any:
    """The result; where it failed, with counts and example rows."""
    config = result.expectation_config
    if result.success or _error(result.exception_info):
        return result
    if config.type == _QUERY:
        return batch.validate(config.to_domain_obj(), result_format="COMPLETE")
    summary = {"result_format": "SUMMARY", "partial_unexpected_count": _EXAMPLES}
    return batch.validate(config.to_domain_obj(), result_format=summary)


def _query(suite: Suite, days: Sequence[date] | None) -> str:
    everything = f"SELECT * FROM {suite.table.name}"
    if days is None or "day" not in suite.table.columns:
        return everything
    if not days:
        return f"{everything} WHERE false"
    spans = " OR ".join(f"day BETWEEN {low} AND {high}" for low, high in _spans(days))
    # DuckDB carries bounds, unlike lists and alternatives, through a view's joins.
    low, high = (f"DATE '{day.isoformat()}'" for day in (min(days), max(days)))
    return f"{everything} WHERE day >= {low} AND day <= {high} AND ({spans})"


def _spans(days: Sequence[date]) -> list[tuple[str, str]]:
    """First and last of each run of days, as SQL."""
    spans: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if spans and spans[-1][1] + timedelta(days=1) == day:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return [
        (f"DATE '{low.isoformat()}'", f"DATE '{high.isoformat()}'")
        for low, high in spans
    ]


def _finding(table_name: str, result: Any, rows: int) -> Finding:
    config, found = result.expectation_config, result.result
    error = _error(result.exception_info)
    outcome: Outcome = "errored" if error else "passed" if result.success else "failed"
    observed = found.get("observed_value")
    return Finding(
        table_name=table_name,
        expectation=config.description or config.type.removeprefix("expect_"),
        subject=_subject(config.kwargs),
        severity="warn" if (config.meta or {}).get("severity") == "warn" else "block",
        outcome=outcome,
        rows_judged=rows if config.type.startswith(_OF_ROWS) else None,
        rows_unexpected=0 if result.success else _unexpected(found, observed),
        examples=[] if outcome == "passed" else _examples(found, observed),
        message=error,
    )


def _error(info: dict[str, Any]) -> str | None:
    """The message of a check that could not run; None where it ran."""
    reports = [info] if "raised_exception" in info else list(info.values())
    for report in reports:
        if report.get("raised_exception"):
            return str(report.get("exception_message")).partition("\n[SQL")[0]
    return None


def _subject(kwargs: dict[str, Any]) -> str:
    shown = {
        key: value
        for key, value in kwargs.items()
        if key not in ("batch_id", "unexpected_rows_query") and value is not None
    }
    if "column_list" in shown:
        return ", ".join(shown["column_list"])
    return ", ".join(
        str(value) if key == "column" else f"{key}={value}"
        for key, value in shown.items()
    )


def _unexpected(found: dict[str, Any], observed: Any) -> int | None:
    count = found.get("unexpected_count")
    if count is None and isinstance(observed, int):
        return observed
    return count


def _examples(found: dict[str, Any], observed: Any) -> list[str]:
    details: dict[str, Any] = found.get("details") or {}
    rows: list[Any] | None = found.get("partial_unexpected_list") or details.get(
        "unexpected_rows"
    )
    if rows:
        return [str(row) for row in rows[:_EXAMPLES]]
    return [] if observed is None else [str(observed)]
