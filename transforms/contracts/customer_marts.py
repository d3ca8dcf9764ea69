"""The marts of customers: who calls again, about what, who complains again and again, and why."""

from typing import Final

import polars as pl

from transforms.contracts.columns import CALL_ID, DAY, DIMENSIONS, UTC, count, optional
from transforms.contracts.table import Column, Table

REPEAT_WINDOWS: Final = (1, 7, 30)
"""Days within which another contact counts as a repeat."""
FOLLOWED_DAYS: Final = 30
"""Days for which each contact is followed in `marts.repeat_gaps`."""
PATTERNS: Final = (
    "let_down",
    "serial_complainer",
    "abusive",
    "escalator",
    "supervisor_worthy",
)
SPARED: Final = ("serial_complainer", "abusive")
"""Patterns that are never named for a customer flagged as vulnerable."""
PATTERN: Final = pl.Enum(PATTERNS)
TOLD_BY: Final = pl.Enum(("incident", "text", "unknown"))
SETTLED_BY: Final = pl.Enum(("incident", "customer"))
TREND: Final = pl.Enum(("rising", "falling", "steady", "too few"))

CUSTOMER_ID: Final = Column(
    pl.String, "The person; where ids of the source are one person, the one seen first."
)

CALL_ISSUES: Final = Table(
    name="marts.call_issues",
    grain="one row for each assessable call of a named customer",
    key=("call_id",),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "stems": Column(
            pl.List(pl.String),
            "What the customer tells, as first letters of content words, in order.",
        ),
        "is_settled": optional(
            pl.Boolean,
            "The customer's last word on it: settled, or not; null where none is said.",
        ),
        "has_gesture": Column(pl.Boolean, "A gesture of goodwill was made."),
    },
)

_SAME: Final = "_same_issue"
_NEXT: Final = {
    "": "another contact",
    _SAME: "another contact on the same issue",
}

REPEAT_CONTACTS: Final = Table(
    name="marts.repeat_contacts",
    grain="one row for each agent, team, queue, language and day",
    key=("agent_id", "team", "queue", "language", "day"),
    columns={
        **DIMENSIONS,
        "contacts": count(
            "Contacts of customers whom the source names, transfers joined."
        ),
        "unnamed": count(
            "Calls of nobody whom the source names: no repeat can be told of them."
        ),
        "issue_known": count(
            "Of the contacts, those of which an incident or the text tells the issue."
        ),
        **{
            f"{kind}_{days}d{which}": count(meaning)
            for which, what in _NEXT.items()
            for days in REPEAT_WINDOWS
            for kind, meaning in (
                (
                    "observed",
                    f"{'Contacts whose issue is known and' if which else 'Contacts'}"
                    f" whose next {days} days lie within the data.",
                ),
                ("repeated", f"Of these, with {what} within {days} days."),
            )
        },
    },
)

REPEAT_GAPS: Final = Table(
    name="marts.repeat_gaps",
    grain="one row for each agent, team, queue, language, day and days followed",
    key=("agent_id", "team", "queue", "language", "day", "followed_days"),
    columns={
        **DIMENSIONS,
        "followed_days": Column(
            pl.UInt8,
            "Days from the contact to the next, a day begun counted whole; or whole days"
            f" for which it was followed: {FOLLOWED_DAYS}, or until the data end.",
        ),
        "repeated": count("Contacts followed by another after so many days."),
        "censored": count("Contacts that could be followed no further, with none yet."),
        "repeated_same_issue": count("Followed by another on the same issue."),
        "censored_same_issue": count(
            "Contacts whose issue is known, with none on it yet."
        ),
    },
)

CASES: Final = Table(
    name="marts.cases",
    grain="one row for each case: a customer's contacts on one issue, with a complaint",
    key=("case_id",),
    columns={
        "case_id": Column(pl.String, "The first call of the case."),
        "customer_id": CUSTOMER_ID,
        "issue": Column(
            pl.String,
            "The incident's category; else the words, by their first letters, that weigh most.",
        ),
        "told_by": Column(TOLD_BY, "How the issue was told."),
        "contacts": count("Contacts of the customer, transfers joined."),
        "complaint_contacts": count(
            "Of these, with a complaint cue or a linked incident."
        ),
        "opened_at": Column(UTC, "Start of the first contact."),
        "last_contact_at": Column(UTC, "Start of the last contact."),
        "is_resolved": optional(
            pl.Boolean,
            "By the last word on it: the incident's status, else the customer's; null"
            " where neither says.",
        ),
        "resolved_by": optional(SETTLED_BY, "Who says that it is resolved."),
        "resolved_at": optional(
            UTC,
            "End of the call in which the customer says so; or when the closed incident"
            " was written down, if later.",
        ),
        "is_reopened": Column(
            pl.Boolean, "A contact on it followed after it had been said resolved."
        ),
        "is_grave": Column(pl.Boolean, "An incident of it is of grave severity."),
        "has_gesture": Column(pl.Boolean, "A gesture of goodwill was made."),
        "days_to_resolution": optional(pl.Float64, "From opening to resolution."),
        "first_contact_resolved": optional(
            pl.Boolean,
            "One contact, none on the issue within the days of a case, and no incident"
            " left open; null while those days are not over.",
        ),
        "agents": count("Agents tried."),
        "temperature_peak": optional(pl.Float32, "Highest temperature, 0-100."),
        "handle_seconds": optional(pl.Float64, "Time spent on its calls, in seconds."),
        "call_ids": Column(
            pl.List(pl.String), "Its calls, our own calls back included."
        ),
    },
)

CUSTOMER_INCIDENTS: Final = Table(
    name="marts.customer_incidents",
    grain="one row for each incident of a customer with two complaint contacts or more",
    key=("incident_id",),
    columns={
        "incident_id": Column(pl.String, "The source's id of the incident."),
        "customer_id": CUSTOMER_ID,
        "call_id": optional(pl.String, "The call that it names."),
        "happened_at": Column(UTC, "When it happened, else when it was written down."),
        "category": optional(pl.String, "The issue's category."),
        "severity": optional(pl.String, "The source's severity."),
        "status": optional(pl.String, "The source's status."),
        "is_open": Column(pl.Boolean, "Neither resolved nor closed."),
    },
)

_WINDOW: Final[dict[str, Column]] = {
    "customer_id": CUSTOMER_ID,
    "source_customer_ids": Column(
        pl.List(pl.String), "The source's ids of this person."
    ),
    "customer_name": optional(pl.String, "The name last given."),
    "is_vulnerable": Column(pl.Boolean, "The source flags the customer as vulnerable."),
    "patterns": Column(pl.List(pl.String), "Patterns that hold; see the glossary."),
    "complaint_contacts": count(
        "Contacts with a complaint cue or a linked incident, in the window."
    ),
    "contacts": count("All contacts in the window, transfers joined."),
    "window_from": Column(pl.Date, "First day of the window: of its first complaint."),
    "window_to": Column(
        pl.Date, "Last day of the window, or the last day in the data if earlier."
    ),
    "exposure": Column(
        pl.Float64,
        "One, and each contact without a complaint in ninety days about the window.",
    ),
    "expected": Column(
        pl.Float64, "Complaint contacts that the baseline gives for that exposure."
    ),
    "probability": Column(
        pl.Float64, "Of so many complaint contacts or more by the baseline, 0-1."
    ),
    "cases": count("Cases with a contact in the window."),
    "resolved_cases": count("Of these, resolved by the last word on them."),
    "open_cases": count("Of these, not resolved by the last word on them."),
    "broken_promises": count("Promises that we broke to the customer in the window."),
    "kept_promises": count("Promises that we kept."),
    "our_contacts": count(
        "Contacts that follow a broken promise, or come again on a case not resolved."
    ),
    "our_share": Column(pl.Float64, "`our_contacts` ÷ `contacts`, 0-1."),
    "handle_seconds": Column(
        pl.Float64, "Time spent on the customer's calls in the window, in seconds."
    ),
    "all_handle_seconds": Column(
        pl.Float64, "Time spent on all calls of the centre in the window."
    ),
    "trend": Column(
        TREND, "Of all contacts until the data end; told only beyond chance."
    ),
    "is_current": Column(
        pl.Boolean, "The window reaches the last moment in the data (`as_of`)."
    ),
}

REPEAT_COMPLAINERS: Final = Table(
    name="marts.repeat_complainers",
    grain="one row for each customer with at least two complaint contacts",
    key=("customer_id",),
    columns={
        **_WINDOW,
        "is_chronic": Column(
            pl.Boolean, "Chronic now, or once; see `marts.chronic_customers`."
        ),
        "languages": Column(pl.List(pl.String), "Languages of the calls."),
        "heated_calls": count("Heated calls in the window."),
        "abusive_calls": count("Calls with an insult or a threat, in the window."),
        "supervisor_requests": count("Calls in which a supervisor was asked for."),
        "repeat_mentions": count(
            "Calls in which the customer says it is not the first."
        ),
        "agents": count("Agents tried in the window."),
        "all_contacts": count("Contacts in all the data."),
        "all_complaint_contacts": count("Of these, with a complaint."),
        "contacts_per_month": optional(
            pl.Float64, "Contacts in 30 days, from the first to the end of the data."
        ),
        "first_contact_on": Column(pl.Date, "Day of the first contact."),
        "last_contact_on": Column(pl.Date, "Day of the last contact."),
        "call_ids": Column(pl.List(pl.String), "All calls, oldest first."),
    },
)

CHRONIC_CUSTOMERS: Final = Table(
    name="marts.chronic_customers",
    grain="one row for each customer who is chronic, or once was",
    key=("customer_id",),
    columns=_WINDOW,
)

CUSTOMER_PATTERNS: Final = Table(
    name="marts.customer_patterns",
    grain="one row for each pattern of each customer who is chronic or shows a pattern",
    key=("customer_id", "pattern"),
    columns={
        "customer_id": CUSTOMER_ID,
        "pattern": Column(PATTERN, "The pattern; see the glossary."),
        "holds": Column(pl.Boolean, "It is named for this customer."),
        "is_spared": Column(
            pl.Boolean, "It would hold, but the customer is flagged as vulnerable."
        ),
        "evidence_for": Column(pl.List(pl.String), "What speaks for it, in words."),
        "evidence_against": Column(pl.List(pl.String), "What speaks against it."),
        "call_ids": Column(pl.List(pl.String), "The calls behind it."),
        "advice": Column(pl.List(pl.String), "What the playbooks advise."),
        "seeds": Column(pl.List(pl.String), "Where they say so."),
    },
)

CHRONIC_BASELINE: Final = Table(
    name="marts.chronic_baseline",
    grain="one row: with what customers are compared, and by which settings",
    key=("customers",),
    columns={
        "customers": count(
            "Customers on whom the baseline was fitted; 0 if it is the default."
        ),
        "rate": Column(pl.Float64, "Complaint contacts for each unit of exposure."),
        "dispersion": Column(
            pl.Float64, "α of the negative binomial: variance μ + αμ²; 0 is Poisson's."
        ),
        "least_complaints": count("Complaint contacts from which on one is chronic."),
        "window_days": count("Days of the window."),
        "most_probable": Column(
            pl.Float64, "Probability under which a count is more than chance."
        ),
        "owner": Column(pl.String, "Who answers for these settings."),
    },
)

CUSTOMER_MARTS: Final = (
    CALL_ISSUES,
    REPEAT_CONTACTS,
    REPEAT_GAPS,
    CASES,
    CUSTOMER_INCIDENTS,
    REPEAT_COMPLAINERS,
    CHRONIC_CUSTOMERS,
    CUSTOMER_PATTERNS,
    CHRONIC_BASELINE,
)
