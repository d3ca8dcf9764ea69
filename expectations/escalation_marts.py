"""What the marts of escalation must hold."""

from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts import marts
from transforms.contracts.escalation_marts import (
    DISAGREEMENTS,
    EVENT_TYPES,
    LINKED_BY,
    OUTCOMES,
    STARTED_BY,
)


def suites() -> tuple[Suite, ...]:
    """One suite for each mart of escalation."""
    return escalation_events(), supervisor_requests(), source_disagreements()


def escalation_events() -> Suite:
    """An event belongs to a call, and says who started it."""
    return Suite(
        marts.ESCALATION_EVENTS,
        (
            refers("call_id", marts.CALL_FACTS, "call_id"),
            one_of("event_type", EVENT_TYPES),
            one_of("started_by", STARTED_BY.categories.to_list()),
            one_of("linked_by", LINKED_BY.categories.to_list()),
            between("turn", -1, None),
            between("at_seconds", 0, None),
            between("temperature", 0, 100),
            never(
                "a formal complaint names its incident, and nothing else does",
                "SELECT call_id, event_type FROM {batch} WHERE"
                " (event_type = 'formal_complaint') <> (incident_id IS NOT NULL)",
            ),
            never(
                "an agent's own record is of the call itself",
                "SELECT call_id FROM {batch} WHERE is_own_record"
                " AND linked_by IS DISTINCT FROM 'call id'",
            ),
        ),
    )


def supervisor_requests() -> Suite:
    """A request has one outcome; only what was handed over has a time to the transfer."""
    return Suite(
        marts.SUPERVISOR_REQUESTS,
        (
            refers("call_id", marts.CALL_FACTS, "call_id"),
            one_of("outcome", OUTCOMES),
            between("requests", 1, None),
            between("seconds_to_transfer", 0, None),
            between("turns_to_transfer", 1, None),
            never(
                "only a request that was honoured has a time to the transfer",
                "SELECT call_id FROM {batch} WHERE outcome <> 'honoured' AND"
                " (turns_to_transfer IS NOT NULL OR seconds_to_transfer IS NOT NULL)",
            ),
            never(
                "a solution ends a request only where nobody took over",
                "SELECT call_id FROM {batch} WHERE outcome = 'honoured' AND is_solved",
            ),
        ),
    )


def source_disagreements() -> Suite:
    """A disagreement belongs to a call, and says both sides."""
    return Suite(
        marts.SOURCE_DISAGREEMENTS,
        (
            refers("call_id", marts.CALL_FACTS, "call_id"),
            one_of("kind", DISAGREEMENTS),
            never(
                "both sides are told",
                "SELECT call_id, kind FROM {batch} WHERE one_says = '' OR other_says = ''",
            ),
        ),
    )
