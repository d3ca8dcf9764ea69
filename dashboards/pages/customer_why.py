"""Why a customer is listed: exposure and baseline, and the patterns weighed."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from dash import html

from dashboards.components.text import chip, facts, folded, notice, panel, section
from dashboards.formats import in_words
from dashboards.view import View
from transforms.measures import rate


def exposure(
    view: View, row: dict[str, Any], baseline: dict[str, Any] | None
) -> html.Section:
    """How many complaints there were, how many are usual, and what makes it chronic."""
    written = view.formats
    if baseline is None:
        return panel("More than chance?", notice("No baseline is published."))
    window = f"{written.day(row['window_from'])} – {written.day(row['window_to'])}"
    named = (
        ("Window", window),
        ("Complaint contacts in it", written.number(row["complaint_contacts"])),
        ("Exposure (reasons to call)", written.number(row["exposure"])),
        ("To be expected", written.number(row["expected"], 2)),
        ("Probability of so many", written.percent(row["probability"], 2)),
    )
    return panel(
        "More than chance?",
        facts(named),
        html.P(_verdict(view, row, baseline)),
        folded("How this is reckoned", *_method(view, baseline)),
    )


def _verdict(view: View, row: dict[str, Any], baseline: dict[str, Any]) -> str:
    written = view.formats
    least = f"{baseline['least_complaints']} complaint contacts in"
    bound = written.percent(baseline["most_probable"], 0)
    rule = (
        f"Chronic: at least {least} {baseline['window_days']} days, and a probability"
    )
    rule += f" under {bound}. "
    if row["is_current"]:
        return f"{rule}Both hold, and the window reaches the last day in the data."
    if row["is_chronic"]:
        return (
            f"{rule}It held once and the window is over, or the baseline has moved since:"
            " the customer stays on the list as history."
        )
    if row["complaint_contacts"] < baseline["least_complaints"]:
        return f"{rule}There are fewer complaint contacts: not chronic."
    return (
        f"{rule}So many complaints are not beyond chance for someone who calls so often:"
        " not chronic."
    )


def _method(view: View, baseline: dict[str, Any]) -> Iterable[Any]:
    written = view.formats
    fitted = (
        f"It was fitted on {written.number(baseline['customers'])} customers"
        if baseline["customers"]
        else "There are too few customers to fit one; the default of chronic.yaml stands in"
    )
    yield html.P(
        "Who calls often has more occasions to complain. So complaints are compared with"
        " exposure: one, since everybody has a reason of their own to call, and each contact"
        " without a complaint in the ninety days. Complaints don't count in their own"
        " exposure, or they would excuse themselves."
    )
    yield html.P(
        "The baseline says how many complaint contacts customers with that exposure have in"
        f" their own worst ninety days: {written.number(baseline['rate'], 2)} for each reason"
        " to call, unevenly from customer to customer (negative binomial, dispersion"
        f" {written.number(baseline['dispersion'], 2)}). {fitted}. Everybody's worst window is"
        " taken, so that to look for the worst one is no unfairness to anyone."
    )
    yield html.P(
        "It does not say whose fault the complaints are, nor that they are unreasonable."
        f" For these settings answers: {baseline['owner']}."
    )


def patterns(view: View, row: dict[str, Any], weighed: pl.DataFrame) -> html.Section:
    """Every pattern with what speaks for it and against it, and what is advised."""
    spared = (
        notice(
            "The source flags this customer as vulnerable. So no pattern abusive or serial is"
            " named, whatever the calls hold: what looks like it may be the difficulty"
            " itself. Speech and language difficulties that the source notes belong in"
            " that flag.",
            title="Vulnerable customer",
            kind="warn",
        )
        if row["is_vulnerable"]
        else None
    )
    shown = [_pattern(view, each) for each in weighed.iter_rows(named=True)]
    return section(
        "Why",
        spared,
        html.Div(shown, className="columns") if shown else _nothing_weighed(),
        note="Each pattern of the glossary, weighed on the calls of the window; several may"
        " hold, or none. Words are heard by a machine: look at the calls before you decide.",
    )


def _nothing_weighed() -> html.P:
    return html.P(
        "The customer is not chronic, and no pattern shows: nothing is weighed.",
        className="note",
    )


def _pattern(view: View, row: dict[str, Any]) -> html.Section:
    state = (
        chip("named", "heated")
        if row["holds"]
        else chip("spared", "missed")
        if row["is_spared"]
        else chip("not named")
    )
    calls = [
        html.Li(html.A(call, href=view.link("/call", id=call)))
        for call in row["call_ids"]
    ]
    advice = (
        [
            html.H4("What is advised"),
            html.Ul([html.Li(each) for each in row["advice"]]),
            html.P(f"From {'; '.join(row['seeds'])}.", className="note"),
        ]
        if row["holds"]
        else []
    )
    return panel(
        in_words(row["pattern"]).capitalize(),
        html.P(state, className="chips"),
        *_evidence("For", row["evidence_for"]),
        *_evidence("Against", row["evidence_against"]),
        folded(f"{len(calls)} calls behind it", html.Ul(calls)) if calls else None,
        *advice,
    )


def _evidence(side: str, clauses: list[str]) -> list[Any]:
    told = clauses or ["nothing"]
    return [
        html.P(html.Strong(side)),
        html.Ul([html.Li(html.Bdi(clause)) for clause in told]),
    ]


def ours(view: View, row: dict[str, Any]) -> html.Section:
    """What our own failings brought about, and what the calls cost."""
    written = view.formats
    counted = pl.DataFrame([row]).select(
        cost=rate("handle_seconds", "all_handle_seconds")
    )
    return panel(
        "Ours, and the cost",
        facts(
            (
                (
                    "Contacts that we caused",
                    f"{written.of(row['our_contacts'], row['contacts'])}"
                    f" ({written.percent(row['our_share'], 0)})",
                ),
                ("Cases", written.number(row["cases"])),
                ("Of these not resolved", written.number(row["open_cases"])),
                ("Promises broken", written.number(row["broken_promises"])),
                ("Promises kept", written.number(row["kept_promises"])),
                ("Agents tried", written.number(row["agents"])),
                ("Time spent", written.duration(row["handle_seconds"])),
                ("Of all time in that window", written.percent(counted.item(), 2)),
                ("Contacts per month", written.number(row["contacts_per_month"], 1)),
                ("Trend", _TRENDS[row["trend"]]),
            )
        ),
        note="In the window. A contact is ours when it comes again on a case that the contact"
        " before did not resolve, or is the first after a promise that we broke.",
    )


_TRENDS = {
    "rising": "rising, beyond chance",
    "falling": "falling, beyond chance",
    "steady": "no more than chance",
    "too few": "too few contacts to tell",
}
