"""How many customers call again, how soon, and what came of their cases."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.cards import cards, number_card, rate_card
from dashboards.components.charts import chart
from dashboards.components.text import section, table
from dashboards.figures.returns import returns
from dashboards.filters import Filters
from dashboards.marts import customers as asked
from dashboards.rates import with_share
from dashboards.view import View
from transforms.measures import kaplan_meier

_TOLD_DAYS: Final = (1, 3, 7, 14, 21, 30)


def again(view: View) -> html.Section:
    """Repeat rates under both definitions, side by side, and as curves."""
    shares = with_share(
        asked.repeats(view.published, view.filters), "repeated", "observed"
    )
    curves = {
        said: _curve(asked.gaps(view.published, view.filters, which))
        for which, said in asked.DEFINITIONS.items()
    }
    return section(
        "Who calls again",
        _rates(view, shares),
        chart(
            returns(curves, view.formats, view.scheme),
            "Share of contacts followed by another, by days since, for both definitions",
            _days(view, curves),
            "customers-returns",
        ),
        html.P(
            "The chart shows the share of contacts after which the customer has called again"
            " by each day, with its 95% interval (Kaplan and Meier; Greenwood). Contacts of the"
            " last days count as long as they could be followed, which the cards cannot do. It"
            " does not show why people call: a question answered well can bring another."
            " The interval takes contacts for independent; those of one customer are not"
            " quite.",
            className="note",
        ),
        note="Two definitions, side by side, since the definition alone can double the rate:"
        " another contact about anything, and another on the same issue. The issue is told by"
        " the incident's category, else by the words used. Calls handed over are one contact.",
    )


def _rates(view: View, shares: pl.DataFrame) -> html.Div:
    written = view.formats
    told = shares.iter_rows(named=True)
    first = shares.row(0, named=True) if shares.height else None
    rows = [
        (
            f"within {row['days']} {'day' if row['days'] == 1 else 'days'},"
            f" {row['definition']}",
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
            written.number(row["repeated"]),
            written.number(row["observed"]),
            written.number(row["contacts"] - row["observed"]),
            written.number(row["all_contacts"] - row["contacts"]),
        )
        for row in told
    ]
    heads = (
        "Called again",
        "Share",
        "95% interval",
        "Again",
        "Of contacts",
        "Left out: days not over",
        "Left out: issue not known",
    )
    nobody = written.number(first["unnamed"] if first else 0)
    return html.Div(
        [
            table(
                heads,
                rows,
                "Share of contacts followed by another, by window and definition",
                numeric=(1, 2, 3, 4, 5, 6),
            ),
            html.P(
                f"{nobody} calls of nobody whom the source names are left out: no repeat can"
                " be told of them.",
                className="note",
            ),
        ]
    )


def _curve(gaps: pl.DataFrame) -> pl.DataFrame:
    """One row for each day: the share that has called again by its end."""
    return (
        kaplan_meier(gaps)
        .filter(pl.col("time") > 0)
        .select(
            "at_risk",
            "events",
            day="time",
            share=1 - pl.col("survival"),
            low=1 - pl.col("high"),
            high=1 - pl.col("low"),
        )
    )


def _days(view: View, curves: dict[str, pl.DataFrame]) -> html.Div:
    written = view.formats
    rows = [
        (
            f"{row['day']} days, {said}",
            written.percent(row["share"]),
            written.interval(row["low"], row["high"]),
            written.number(row["at_risk"]),
            written.number(row["events"]),
        )
        for said, curve in curves.items()
        for row in curve.filter(pl.col("day").is_in(_TOLD_DAYS)).iter_rows(named=True)
    ]
    heads = ("Within", "Called again", "95% interval", "Followed", "Again on that day")
    return table(heads, rows, "Called again, by day", numeric=(1, 2, 3, 4))


def resolution(view: View) -> html.Section:
    """What came of the cases: resolved at the first contact, at all, reopened."""
    told = asked.resolution(view.published, view.filters)
    by_days = Filters(since=view.filters.since, until=view.filters.until)
    narrowed = view.filters != by_days
    written = view.formats
    return section(
        "Cases",
        cards(
            _share(
                view,
                "Resolved at the first contact",
                told["at_first"],
                told["told"],
                "No further contact on the issue within 30 days, and no incident left open."
                f" {written.number(told['cases'] - told['told'])} cases are left out: their"
                " days are not over.",
            ),
            _share(
                view,
                "Resolved",
                told["resolved"],
                told["known"],
                "By the last word on it: the incident's status, else the customer's."
                f" {written.number(told['cases'] - told['known'])} cases are left out: nobody"
                " says.",
            ),
            _share(
                view,
                "Reopened",
                told["reopened"],
                told["cases"],
                "The customer called again after it had been said resolved.",
            ),
            number_card(
                "Contacts per case",
                written.number(
                    told["contacts"] / told["cases"] if told["cases"] else None, 2
                ),
                f"{written.number(told['contacts'])} contacts,"
                f" {written.number(told['cases'])} cases",
                note="Half of the cases resolved took no more than"
                f" {written.number(told['days_to_resolution'], 1)} days.",
            ),
            label="Cases",
        ),
        note="A case is a customer's contacts on one issue, at most 30 days apart, with a"
        " complaint among them."
        + (
            " Of the filters only the days apply here: a case has several agents and queues."
            if narrowed
            else ""
        ),
    )


def _share(view: View, title: str, part: int, whole: int, note: str) -> Any:
    counted = pl.DataFrame({"numerator": [part], "denominator": [whole]})
    share = with_share(counted, "numerator", "denominator").row(0, named=True)
    return rate_card(title, share, view.formats, of_what="cases", note=note)
