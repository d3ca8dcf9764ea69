"""The scene in which an agent says what comes next, and promises something for a day."""

from typing import Final

from flows.generate.conversation import Talk

_THINGS: Final = ("delivery", "refund", "visit", "other")
"""What is promised for a day, if it isn't a call."""


def promise(talk: Talk) -> None:
    """Say what comes next; a sentence that says by when is a promise."""
    if talk.attempts("next_steps"):
        if talk.plan.owes("thing") and not talk.promises:
            _promise_thing(talk)
        else:
            talk.agent("next_steps")
        talk.agreed()
    if talk.attempts("contact_details"):
        talk.agent("contact_details")
        talk.agreed(0.6)
    free = talk.plan.owes("call", "vague") and not talk.promises
    if free and (talk.plan.promises or talk.attempts("follow_up_commitment")):
        talk.agent("follow_up_commitment_dated")
        talk.promise("call_back")
        talk.agreed(0.6)
    if talk.chance(0.03):
        talk.agent("overpromise")


def _promise_thing(talk: Talk) -> None:
    kind = talk.rng.choice(_THINGS)
    talk.agent("next_steps_dated" if kind == "other" else f"promises:{kind}_dated")
    talk.promise(kind)
