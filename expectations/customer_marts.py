"""What the marts of customers must hold before they are published."""

from typing import Final

from expectations.suite import Expectation, Suite, between, never, one_of, refers
from transforms.contracts import customer_marts as marts
from transforms.contracts.call_marts import CALL_FACTS

_SPARED: Final = ", ".join(f"'{name}'" for name in marts.SPARED)


def suites() -> tuple[Suite, ...]:
    """One suite for each mart of customers."""
    return (
        call_issues(),
        repeat_contacts(),
        repeat_gaps(),
        cases(),
        customer_incidents(),
        repeat_complainers(),
        chronic_customers(),
        customer_patterns(),
        chronic_baseline(),
    )


def call_issues() -> Suite:
    """What is told belongs to a call."""
    return Suite(marts.CALL_ISSUES, (refers("call_id", CALL_FACTS, "call_id"),))


def repeat_contacts() -> Suite:
    """What was repeated was observed; what is on the same issue is a contact at all."""
    inside = " OR ".join(
        f"repeated_{days}d{which} > observed_{days}d{which}"
        f" OR observed_{days}d{which} > {whole}"
        for which, whole in (("", "contacts"), ("_same_issue", "issue_known"))
        for days in marts.REPEAT_WINDOWS
    )
    wider = " OR ".join(
        f"repeated_{days}d_same_issue > repeated_{days}d"
        for days in marts.REPEAT_WINDOWS
    )
    return Suite(
        marts.REPEAT_CONTACTS,
        (
            never(
                "repeated <= observed <= contacts, at 1, 7 and 30 days",
                f"SELECT agent_id, day FROM {{batch}} WHERE {inside}"
                " OR observed_7d > observed_1d OR observed_30d > observed_7d",
            ),
            never(
                "no more contacts on the same issue than contacts",
                "SELECT agent_id, day FROM {batch}"
                f" WHERE issue_known > contacts OR {wider}",
            ),
        ),
    )


def repeat_gaps() -> Suite:
    """Nobody is followed for longer than promised, and each contact leaves once."""
    last = marts.FOLLOWED_DAYS
    return Suite(
        marts.REPEAT_GAPS,
        (
            between("followed_days", 0, last),
            never(
                "a repeat takes a day, be it one begun",
                "SELECT agent_id, day FROM {batch} WHERE followed_days = 0"
                " AND repeated + repeated_same_issue > 0",
            ),
            never(
                "as many leave as there are contacts",
                "SELECT agent_id, day FROM (SELECT agent_id, team, queue, language, day,"
                " sum(repeated + censored) AS gone FROM {batch} GROUP BY ALL)"
                " JOIN marts.repeat_contacts USING (agent_id, team, queue, language, day)"
                " WHERE gone <> contacts",
            ),
        ),
    )


def cases() -> Suite:
    """A case begins before it ends, and says how its issue was told."""
    return Suite(
        marts.CASES,
        (
            one_of("told_by", tuple(marts.TOLD_BY.categories)),
            between("temperature_peak", 0, 100),
            between("handle_seconds", 0, None),
            never(
                "1 <= complaint contacts <= contacts",
                "SELECT case_id FROM {batch} WHERE complaint_contacts < 1"
                " OR complaint_contacts > contacts",
            ),
            never(
                "opened <= last contact, opened <= resolved",
                "SELECT case_id FROM {batch} WHERE opened_at > last_contact_at"
                " OR opened_at > resolved_at",
            ),
            never(
                "resolved says when and by whom, and only resolved",
                "SELECT case_id FROM {batch} WHERE coalesce(is_resolved, false)"
                " <> (resolved_at IS NOT NULL)"
                " OR (resolved_at IS NULL) <> (resolved_by IS NULL)",
            ),
            never(
                "resolved at first contact with one contact only",
                "SELECT case_id FROM {batch} WHERE first_contact_resolved"
                " AND contacts > 1",
            ),
        ),
    )


def customer_incidents() -> Suite:
    """An incident is of a customer listed."""
    return Suite(
        marts.CUSTOMER_INCIDENTS,
        (refers("customer_id", marts.REPEAT_COMPLAINERS, "customer_id"),),
    )


def repeat_complainers() -> Suite:
    """Counts are within their whole; a vulnerable customer is never called abusive."""
    return Suite(
        marts.REPEAT_COMPLAINERS,
        (
            between("all_complaint_contacts", 2, None),
            *_windows(),
            never(
                "chronic as the list of chronic customers says",
                "SELECT customer_id FROM {batch} WHERE is_chronic <> (customer_id IN"
                " (SELECT customer_id FROM marts.chronic_customers"
                " WHERE customer_id IS NOT NULL))",
            ),
        ),
    )


def chronic_customers() -> Suite:
    """Chronic ones have their patterns weighed, and reach as far as their window."""
    return Suite(
        marts.CHRONIC_CUSTOMERS,
        (
            refers("customer_id", marts.REPEAT_COMPLAINERS, "customer_id"),
            *_windows(),
            never(
                "no fewer complaint contacts than make a customer chronic",
                "SELECT customer_id FROM {batch} WHERE complaint_contacts <"
                " (SELECT min(least_complaints) FROM marts.chronic_baseline)",
            ),
            never(
                "every pattern is weighed of a chronic customer",
                "SELECT customer_id FROM {batch} WHERE customer_id NOT IN"
                " (SELECT customer_id FROM marts.customer_patterns"
                f" GROUP BY 1 HAVING count(*) = {len(marts.PATTERNS)})",
            ),
        ),
    )


def _windows() -> tuple[Expectation, ...]:
    """What holds of every customer's window."""
    return (
        between("probability", 0, 1),
        between("our_share", 0, 1),
        between("exposure", 1, None),
        between("expected", 0, None),
        between("handle_seconds", 0, None),
        one_of("trend", tuple(marts.TREND.categories)),
        never(
            "1 <= complaint contacts <= contacts, and ours among them",
            "SELECT customer_id FROM {batch} WHERE complaint_contacts < 1"
            " OR complaint_contacts > contacts OR our_contacts > contacts",
        ),
        never(
            "the window begins before it ends",
            "SELECT customer_id FROM {batch} WHERE window_from > window_to",
        ),
        never(
            "vulnerable customers carry no abusive or serial pattern",
            "SELECT customer_id FROM {batch} WHERE is_vulnerable AND"
            f" list_has_any(patterns, [{_SPARED}])",
        ),
    )


def customer_patterns() -> Suite:
    """A pattern that is named has what speaks for it, its calls, and advice."""
    return Suite(
        marts.CUSTOMER_PATTERNS,
        (
            one_of("pattern", marts.PATTERNS),
            refers("customer_id", marts.REPEAT_COMPLAINERS, "customer_id"),
            never(
                "named with evidence and calls behind it",
                "SELECT customer_id, pattern FROM {batch} WHERE holds"
                " AND (len(evidence_for) = 0 OR len(call_ids) = 0)",
            ),
            never(
                "one that is not named says what speaks against it",
                "SELECT customer_id, pattern FROM {batch} WHERE NOT holds"
                " AND len(evidence_against) = 0",
            ),
            never(
                "spared is not named",
                "SELECT customer_id, pattern FROM {batch} WHERE holds AND is_spared",
            ),
            never(
                "advice says where it comes from",
                "SELECT customer_id, pattern FROM {batch}"
                " WHERE len(advice) = 0 OR len(seeds) = 0",
            ),
        ),
    )


def chronic_baseline() -> Suite:
    """The baseline is one that can be."""
    return Suite(
        marts.CHRONIC_BASELINE,
        (
            between("rate", 0, None),
            between("dispersion", 0, None),
            between("most_probable", 0, 1),
        ),
    )
