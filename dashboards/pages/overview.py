"""Overview: how calls went, and how well the playbooks were followed."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.cards import cards, number_card, rate_card
from dashboards.components.charts import chart
from dashboards.components.text import page_head, section, table
from dashboards.figures.intervals import dots
from dashboards.filters import KEYS
from dashboards.formats import NOTHING, Formats, in_words
from dashboards.marts import counts
from dashboards.marts.marks import step_marks
from dashboards.pages.trends import trends
from dashboards.rates import adherence, with_per_hundred, with_share
from dashboards.view import Page, View
from transforms.contracts.marts import EVENT_TYPES

_MOST_MISSED: Final = 8
"""Rows of the list of steps that are missed most."""


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    calls = counts.call_counts(view.published, view.filters)
    steps = counts.step_counts(view.published, view.filters)
    weeks = counts.call_counts_by_week(view.published, view.filters)
    return (
        page_head("Overview", _freshness(view)),
        _headlines(view, calls, steps),
        _repeats(view),
        _playbooks(view, steps),
        trends(view, weeks),
        _events(view, calls.row(0, named=True)),
        _most_missed(view, steps),
    )


def _freshness(view: View) -> Any:
    told, written = counts.freshness(view.published), view.formats
    last = written.moment(told.last_call, told.last_zone)
    return [
        "Last call ",
        html.Strong(last),
        " · judged with what was known at ",
        html.Strong(written.moment(told.as_of)),
        " · version ",
        html.Strong(told.version),
    ]


def share_of(counted: pl.DataFrame, numerator: str, denominator: str) -> dict[str, Any]:
    """One row's share of two columns, with interval, as cards and figures take it."""
    row = with_share(counted, numerator, denominator).row(0, named=True)
    return {
        "numerator": row[numerator],
        "denominator": row[denominator],
        **{name: row[name] for name in ("rate", "low", "high")},
    }


def _headlines(view: View, calls: pl.DataFrame, steps: pl.DataFrame) -> html.Section:
    written = view.formats
    followed = adherence(steps.filter(~pl.col("is_conduct"))).row(0, named=True)
    share = {
        "numerator": followed["met"],
        "denominator": followed["judged"],
        **followed,
    }
    return section(
        "At a glance",
        marks.left_out(view, view.filters),
        cards(
            rate_card(
                "Steps met",
                share,
                written,
                of_what="opportunities",
                headline=followed["weighted"],
                note="Met ÷ (met + missed + violated), by the playbooks' weights. Steps without"
                " an opportunity, and what could not be observed, are left out."
                + _unobserved(steps, written),
            ),
            _breaches(view, calls),
            rate_card(
                "De-escalated",
                share_of(calls, "deescalated", "heated"),
                written,
                of_what="heated calls",
                note="Heated calls that ended at half of their peak or cooler, with no"
                " escalation after it.",
            ),
            rate_card(
                "Escalation, heated calls",
                share_of(calls, "heated_escalated", "heated"),
                written,
                of_what="heated calls",
                note="Heated calls with at least one escalation event.",
            ),
            rate_card(
                "Escalation, all calls",
                share_of(calls, "escalated", "assessable"),
                written,
                of_what="assessable calls",
                note="Assessable calls with at least one escalation event.",
            ),
            _calls(view, calls.row(0, named=True)),
            label="Key figures",
        ),
        note="The playbook filter acts on steps only; calls, escalation and breaches are the"
        " same for every playbook.",
    )


def _unobserved(steps: pl.DataFrame, written: Formats) -> str:
    unseen = int(steps.filter(~pl.col("is_conduct"))["not_observable"].sum())
    return f" Not observable: {written.number(unseen)}." if unseen else ""


def _breaches(view: View, calls: pl.DataFrame) -> html.Div:
    written = view.formats
    row = with_per_hundred(calls, "breaches", "assessable").row(0, named=True)
    return number_card(
        "Conduct breaches per 100 calls",
        written.number(row["per_hundred"], 1),
        f"{written.number(row['breaches'])} breaches in {written.number(row['assessable'])}"
        " assessable calls",
        aside=f"{written.number(row['breached'])} calls with at least one",
        note="Hostility, sarcasm, judging, rushing. Silence satisfies conduct, so it is no"
        f" part of the steps met.{marks.uncounted_conduct(view, view.filters)}",
    )


def _calls(view: View, row: dict[str, Any]) -> html.Div:
    written = view.formats
    reasons = counts.unassessable_reasons(view.published, view.filters)
    unassessable = row["calls"] - row["assessable"]
    why = "; ".join(
        f"{told['reason']} ({told['calls']})" for told in reasons.to_dicts()
    )
    return number_card(
        "Calls",
        written.number(row["calls"]) if row["calls"] else NOTHING,
        f"{written.number(row['assessable'])} assessable, {written.number(row['heated'])}"
        " of them heated",
        aside=f"{written.number(unassessable)} could not be assessed",
        note=why or "Every call could be assessed.",
    )


def _repeats(view: View) -> html.Section:
    shares = with_share(
        counts.repeat_contacts(view.published, view.filters), "repeated", "observed"
    )
    return section(
        "Repeat contacts",
        cards(
            *(
                rate_card(
                    f"Called again within {row['days']} {'day' if row['days'] == 1 else 'days'}",
                    {
                        **row,
                        "numerator": row["repeated"],
                        "denominator": row["observed"],
                    },
                    view.formats,
                    of_what="contacts",
                    note=f"{view.formats.number(row['contacts'] - row['observed'])} contacts are"
                    " left out: the days after them are not all in the data yet.",
                )
                for row in shares.iter_rows(named=True)
            ),
            label="Repeat contacts",
        ),
        note="Another contact of the same customer, whatever it is about. Calls handed over"
        " are one contact; customers whom the source does not name are left out.",
    )


def _playbooks(view: View, steps: pl.DataFrame) -> html.Section:
    shares = adherence(
        steps.filter(~pl.col("is_conduct")), "playbook", "playbook_title"
    ).rename({"playbook_title": "name", "met": "numerator", "judged": "denominator"})
    written = view.formats
    rows = [
        (
            row["name"],
            written.number(row["numerator"]),
            written.number(row["denominator"]),
            written.percent(row["weighted"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
        )
        for row in shares.iter_rows(named=True)
    ]
    heads = ("Playbook", "Met", "Opportunities", "Weighted", "Plain", "95% interval")
    return section(
        "Steps met, by playbook",
        chart(
            dots(shares, written, view.scheme),
            "Share of steps met for each playbook, with 95% intervals",
            table(heads, rows, "Steps met by playbook", numeric=(1, 2, 3, 4, 5)),
            "overview-playbooks",
        ),
        note="Playbooks ask for different things, and disagree; a playbook that asks for less"
        " is not better followed. Dots are plain shares on their 95% interval, which takes"
        " opportunities for independent; those within one call are not quite.",
    )


def _events(view: View, row: dict[str, Any]) -> html.Section:
    written = view.formats
    told = pl.DataFrame(
        {
            "name": [in_words(event) for event in EVENT_TYPES],
            "calls": [row[event] for event in EVENT_TYPES],
            "assessable": [row["assessable"]] * len(EVENT_TYPES),
        }
    )
    shares = with_share(told, "calls", "assessable").sort("calls", descending=True)
    rows = [
        (
            each["name"],
            written.number(each["calls"]),
            written.percent(each["rate"]),
            written.interval(each["low"], each["high"]),
        )
        for each in shares.iter_rows(named=True)
    ]
    return section(
        "What escalation was",
        table(
            ("Event", "Calls", "Of assessable calls", "95% interval"),
            rows,
            "Calls with each escalation event",
            numeric=(1, 2, 3),
        ),
        note=f"Calls with each event, of {written.number(row['assessable'])} assessable calls;"
        " a call can have several.",
    )


def _most_missed(view: View, steps: pl.DataFrame) -> html.Section:
    written = view.formats
    lost = with_share(
        steps.filter(~pl.col("is_conduct")).with_columns(
            lost=pl.col("missed") + pl.col("violated")
        ),
        "met",
        "judged",
    ).sort("lost", "playbook", "position", descending=[True, False, False])
    told = marks.of_steps(step_marks(view.published, view.filters))
    rows = [
        (
            row["title"],
            row["playbook_title"],
            marks.by_language(told.get((row["playbook"], row["step"]), ())),
            written.number(row["missed"]),
            written.number(row["violated"]),
            written.number(row["judged"]),
            written.percent(row["rate"]),
        )
        for row in lost.filter(pl.col("lost") > 0)
        .head(_MOST_MISSED)
        .iter_rows(named=True)
    ]
    heads = ("Step", "Playbook", "Mark", "Missed", "Violated", "Opportunities", "Met")
    return section(
        "Where most opportunities are lost",
        table(heads, rows, "Steps most often missed or violated", numeric=(3, 4, 5, 6)),
        note="The steps with the most missed and violated opportunities, with their marks by"
        " language."
        + (
            ""
            if view.filters.unproven
            else " Where a step is unproven it isn't counted."
        ),
    )


PAGE: Final = Page("/", "Overview", layout, KEYS)
