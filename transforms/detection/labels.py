"""The labels: what one utterance can say, by whom. A public contract.

A label's place in `LABELS` is its bit in `staging.utterances.labels`: append, never reorder.
"""

from typing import Final, Literal

Side = Literal["agent", "customer", "both"]

LABELS: Final[dict[str, Side]] = {
    "greeting": "agent",
    "closing": "agent",
    "backchannel": "agent",
    "restatement": "agent",
    "confirm_understanding": "agent",
    "invite_account": "agent",
    "empathy": "agent",
    "apology": "agent",
    "admission": "agent",
    "clarifying_question": "agent",
    "desired_outcome_question": "agent",
    "solution_offer": "agent",
    "ownership": "agent",
    "solution_check": "agent",
    "cooling_off_offer": "agent",
    "goodwill_gesture": "agent",
    "next_steps": "agent",
    "contact_details": "agent",
    "follow_up_commitment": "agent",
    "overpromise": "agent",
    "prevention_commitment": "agent",
    "thanks": "both",
    "positive_wording": "agent",
    "negative_wording": "agent",
    "boundary": "agent",
    "warning_of_ending": "agent",
    "ending_call": "agent",
    "resume_offer": "agent",
    "supervisor_handover": "agent",
    "supervisor_refusal": "agent",
    "beyond_authority": "agent",
    "hostility": "agent",
    "sarcasm": "agent",
    "judging": "agent",
    "argument": "agent",
    "rushing": "agent",
    "complaint": "customer",
    "anger": "customer",
    "insult": "customer",
    "profanity": "customer",
    "threat": "customer",
    "churn_threat": "customer",
    "legal_threat": "customer",
    "supervisor_request": "customer",
    "repeat_contact": "customer",
    "summary_rejected": "customer",
    "resolved": "customer",
    "unresolved": "customer",
}

BITS: Final[dict[str, int]] = {label: 1 << bit for bit, label in enumerate(LABELS)}
SEVERE_INSULT_BIT: Final[int] = 1 << 63
"""Set beside `insult` where the cue is marked severe."""

AGENT_LABELS: Final = frozenset(
    label for label, side in LABELS.items() if side != "customer"
)
CUSTOMER_LABELS: Final = frozenset(
    label for label, side in LABELS.items() if side != "agent"
)


def mask(*labels: str) -> int:
    """Combine labels into one bit mask.

    >>> mask("greeting", "backchannel")
    5
    """
    combined = 0
    for label in labels:
        combined |= BITS[label]
    return combined
