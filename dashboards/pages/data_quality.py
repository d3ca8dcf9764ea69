"""Data quality: what was expected of the data, what was found, and the runs."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.cards import cards, number_card
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import chip, folded, notice, page_head, section, table
from dashboards.formats import in_words
from dashboards.marts import cases
from dashboards.view import Page, View

_ROLES: Final = {
    "as labelled": "The source's labels of agent and customer are used.",
    "seem exchanged": "The labels speak against the talk: flagged, not scored.",
    "exchanged": "The labels were exchanged for scoring, by a person's word or as asked.",
    "inferred": "The source only numbers the voices; their roles are sure enough.",
    "not inferred": "The source only numbers the voices; their roles are not sure.",
}
_OUTCOMES: Final = ("errored", "failed", "passed")
_KINDS: Final = {"errored": "heated", "failed": "missed", "passed": "met"}


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Data quality",
        "Every table is judged before it is published. An expectation that fails and blocks"
        " leaves the version before standing; one that warns is only told here.",
    )
    findings, runs = cases.findings(view.published), cases.runs(view.published)
    yield _summary(view, findings)
    yield _found(findings)
    yield _by_table(findings)
    yield _roles(view)
    yield section(
        "All expectations",
        grid(
            findings.with_columns(pl.col("expectation").str.replace_all("_", " ")),
            _FINDINGS,
            "expectations",
            "Expectations and their outcomes",
            rows_shown=10,
        ),
    )
    yield section(
        "Runs",
        grid(runs, _RUNS, "runs", "Runs that changed something", rows_shown=10),
        note="Calls in = new + repeated + rejected. Rejected records lie in the quarantine"
        " folder, each with file, line and reason.",
    )


def _summary(view: View, findings: pl.DataFrame) -> html.Section:
    written = view.formats
    told = {
        name: findings.filter(pl.col("outcome") == name).height for name in _OUTCOMES
    }
    warns = findings.filter(
        (pl.col("outcome") == "failed") & (pl.col("severity") == "warn")
    )
    return section(
        "The last run",
        cards(
            number_card(
                "Passed",
                written.number(told["passed"]),
                f"of {written.number(findings.height)} expectations",
                note="What was expected holds.",
            ),
            number_card(
                "Failed",
                written.number(told["failed"]),
                f"{written.number(warns.height)} of them only warn",
                note="The data is not as expected.",
            ),
            number_card(
                "Errored",
                written.number(told["errored"]),
                "could not be checked",
                note="The check itself broke, so nothing is known of the data.",
            ),
            label="Outcomes",
        ),
    )


def _roles(view: View) -> html.Section:
    counted = cases.roles(view.published)
    told = dict(counted.iter_rows())
    rows = [
        (roles, view.formats.number(told.get(roles, 0)), meaning)
        for roles, meaning in _ROLES.items()
    ]
    return section(
        "Who is who",
        table(
            ("Roles", "Calls", "What it means"), rows, "Calls by roles", numeric=(1,)
        ),
        note="By what each side says, and who speaks first and longest. Labels that seem"
        " exchanged are not scored until `coolhead nightly --fix-roles`, or a person's word"
        " by `coolhead roles`.",
    )


def _found(findings: pl.DataFrame) -> html.Section:
    bad = findings.filter(pl.col("outcome") != "passed")
    if bad.is_empty():
        return section("What was found", notice("Every expectation passed."))
    return section(
        "What was found",
        html.Ul(
            [_finding(row) for row in bad.iter_rows(named=True)], className="findings"
        ),
    )


def _finding(row: dict[str, Any]) -> html.Li:
    counted = (
        f"{row['rows_unexpected']} of {row['rows_judged']} rows"
        if row["rows_unexpected"] is not None and row["rows_judged"] is not None
        else ""
    )
    examples = (
        [html.Ul([html.Li(html.Code(each)) for each in row["examples"]])]
        if row["examples"]
        else []
    )
    return html.Li(
        [
            html.Div(
                [
                    chip(row["outcome"], _KINDS.get(row["outcome"], "plain")),
                    chip(row["severity"]),
                    html.Strong(row["table_name"]),
                    html.Span(in_words(row["expectation"])),
                ],
                className="verdict-head",
            ),
            html.P(
                [row["subject"], f" · {counted}" if counted else ""], className="muted"
            ),
            html.P(row["message"]) if row["message"] else None,
            folded(f"Examples ({len(row['examples'])})", *examples)
            if examples
            else None,
        ]
    )


def _by_table(findings: pl.DataFrame) -> html.Section:
    summed = (
        findings.group_by("table_name")
        .agg(
            pl.len().alias("all"),
            *((pl.col("outcome") == name).sum().alias(name) for name in _OUTCOMES),
        )
        .sort("table_name")
    )
    rows = [
        (row["table_name"], row["all"], row["passed"], row["failed"], row["errored"])
        for row in summed.iter_rows(named=True)
    ]
    heads = ("Table", "Expectations", "Passed", "Failed", "Errored")
    return section(
        "By table", table(heads, rows, "Expectations by table", numeric=(1, 2, 3, 4))
    )


_FINDINGS: Final = (
    GridColumn("table_name", "Table", width=1.3),
    GridColumn("expectation", "Expectation", width=2.5),
    GridColumn("subject", "Of", width=1.5),
    GridColumn("severity", "Severity", width=0.8),
    GridColumn("outcome", "Outcome", width=0.8),
    GridColumn("rows_judged", "Rows", "number"),
    GridColumn("rows_unexpected", "Unexpected", "number"),
    GridColumn("message", "Message", width=1.5),
)
_RUNS: Final = (
    GridColumn("run_id", "Run", width=1.1),
    GridColumn("as_of", "As of", "moment", width=1.7),
    GridColumn("files_in", "Files", "number"),
    GridColumn("calls_in", "Calls in", "number"),
    GridColumn("calls_new", "New", "number"),
    GridColumn("calls_repeated", "Repeated", "number"),
    GridColumn("calls_rejected", "Rejected", "number"),
    GridColumn("records_in", "Records in", "number"),
    GridColumn("records_rejected", "Rec. rejected", "number"),
    GridColumn("days_scored", "Days scored", "number"),
    GridColumn("verdicts_changed", "Verdicts changed", "number"),
    GridColumn("calls_total", "Calls in all", "number"),
    GridColumn("unassessable_total", "Unassessable", "number"),
    GridColumn("warnings", "Warnings", "number"),
    GridColumn("knowledge", "Knowledge", width=1.2),
)

PAGE: Final = Page("/data-quality", "Data quality", layout)
