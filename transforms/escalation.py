"""Escalation events of each call, and whether the call was de-escalated."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.contracts.escalation_marts import EVENT_TYPES
from transforms.heard import NEVER, Heard, Ints, Mask
from transforms.incidents import Incidents
from transforms.knowledge.thresholds import Thresholds
from transforms.temperature import Heat

OUTSIDE: Final = -1
"""The place of an event that the transcript does not hold."""
_CODES: Final = {event: code for code, event in enumerate(EVENT_TYPES)}


@dataclass(frozen=True)
class Escalations:
    """Escalation events, each once a call, type and turn.

    Attributes:
        call: the call of each event.
        event: code of its type (`EVENT_TYPES`).
        place: where it happened; OUTSIDE the transcript, -1.
        is_honoured: calls in which a supervisor was asked for, and came or will call,
            and nobody refused.
    """

    call: Ints
    event: Ints
    place: Ints
    is_honoured: Mask

    def of(self, event: str) -> Ints:
        """Calls with an event of this type, each once."""
        return np.unique(self.call[self.event == _CODES[event]])


@dataclass(frozen=True)
class SupervisorRequests:
    """What came of requests for a supervisor.

    Attributes:
        asked: place of each call's first request, or NEVER.
        hand_overs: hits after it in which the agent hands over, or is the manager.
        callbacks: hits after it that promise a call.
        spoke: places of a supervisor's turns after it.
        refusals: hits after it in which the agent refuses.
        is_transferred: calls with a request that the source says were handed over.
    """

    asked: Ints
    hand_overs: Ints
    callbacks: Ints
    spoke: Ints
    refusals: Ints
    is_transferred: Mask


def supervisor_requests(heard: Heard) -> SupervisorRequests:
    """Find what came of each call's first request for a supervisor."""
    asked = heard.first_turn(heard.said("customer", "supervisor_request"))
    never = heard.never()
    turns = heard.turns_by["supervisor"]
    return SupervisorRequests(
        asked=asked,
        hand_overs=heard.within(
            heard.said("staff", "supervisor_handover"), asked, never
        ),
        callbacks=heard.within(
            heard.said("staff", "follow_up_commitment"), asked, never
        ),
        spoke=turns[turns > asked[heard.call_of[turns]]],
        refusals=heard.within(heard.said("agent", "supervisor_refusal"), asked, never),
        is_transferred=(asked != NEVER) & is_transferred(heard),
    )


def is_transferred(heard: Heard) -> Mask:
    """Calls of which the source says to whom they were handed over."""
    return heard.calls["transferred_to"].is_not_null().to_numpy()


def ending_turn(heard: Heard) -> Ints:
    """Place at which the agent ends a call on the customer; NEVER where none does.

    Said so, or a warning after which the customer has no word any more and the agent
    has the last one.
    """
    said = heard.first_turn(heard.said("agent", "ending_call"))
    last_agent = heard.last_place(heard.turns_by["agent"])
    last_customer = heard.last_place(heard.turns_by["customer"])
    warned = heard.first_turn(heard.said("agent", "warning_of_ending"))
    unanswered = (warned != NEVER) & (last_customer < last_agent)
    unanswered &= last_customer < _last_hit(heard, "warning_of_ending")
    return np.where(said != NEVER, said, np.where(unanswered, last_agent, NEVER))


def _last_hit(heard: Heard, label: str) -> Ints:
    return heard.last_place(heard.hit_turn[heard.said("agent", label)])


def escalations(
    heard: Heard, incidents: Incidents, assessable: Mask, thresholds: Thresholds
) -> Escalations:
    """Find the escalation events of the calls that can be assessed."""
    requests = supervisor_requests(heard)
    found: list[tuple[str, Ints, Ints]] = [
        (label, *_turns(heard, heard.said("customer", label)))
        for label in ("supervisor_request", "legal_threat", "churn_threat", "threat")
    ]
    refusals = heard.said("agent", "supervisor_refusal")
    found.append(("supervisor_refusal", *_turns(heard, refusals)))
    found.append(("supervisor_transfer", *_transfers(heard, requests)))
    ending = ending_turn(heard)
    ended = np.flatnonzero(ending != NEVER)
    found.append(("agent_ended_call", ended, ending[ended]))
    for event, mask in (
        ("formal_complaint", incidents.is_formal),
        ("security", security_called(heard, incidents, thresholds)),
    ):
        calls = np.flatnonzero(mask)
        found.append((event, calls, np.full(len(calls), OUTSIDE)))
    call = np.concatenate([calls for _, calls, _ in found])
    event = np.repeat(
        [_CODES[name] for name, _, _ in found], [len(c) for _, c, _ in found]
    )
    place = np.concatenate([places for _, _, places in found])
    kept = np.flatnonzero(assessable[call])
    kept = kept[np.lexsort((event[kept], place[kept], call[kept]))]
    return Escalations(call[kept], event[kept], place[kept], _honoured(heard, requests))


def _turns(heard: Heard, hits: Ints) -> tuple[Ints, Ints]:
    places = np.unique(heard.hit_turn[hits])
    return heard.call_of[places], places


def _transfers(heard: Heard, requests: SupervisorRequests) -> tuple[Ints, Ints]:
    """One a call: where it is handed over, else where a supervisor speaks, else outside."""
    said = heard.first_turn(heard.said("agent", "supervisor_handover"))
    place = np.minimum(said, heard.first_place(requests.spoke))
    told = is_transferred(heard) & (place == NEVER)
    place[told] = OUTSIDE
    calls = np.flatnonzero(place != NEVER)
    return calls, place[calls]


def security_called(heard: Heard, incidents: Incidents, thresholds: Thresholds) -> Mask:
    """Calls whose linked incidents, or transfer, name security by the configured words."""
    words = list(thresholds.security_words.words)
    told = [
        pl.col(name).fill_null("") for name in ("category", "description", "resolution")
    ]
    text = pl.concat_str(told, separator=" ").str.to_lowercase()
    named = incidents.links.filter(text.str.contains_any(words))
    mask = heard.none()
    mask[named["call"].to_numpy()] = True
    target = heard.calls["transferred_to"].fill_null("").str.to_lowercase()
    return mask | target.str.contains_any(words).to_numpy()


def own_records(heard: Heard, incidents: Incidents) -> Mask:
    """Calls whose formal complaint is the record that their own agent made of them."""
    formal = incidents.formal
    agents = heard.calls["agent_id"].gather(formal["call"].cast(pl.UInt32))
    own = formal["same_call"] & (formal["recorded_by"] == agents)
    mask = heard.none()
    mask[formal.filter(own.fill_null(value=False))["call"].to_numpy()] = True
    return mask


def _honoured(heard: Heard, requests: SupervisorRequests) -> Mask:
    helped = heard.any_of(requests.hand_overs) | heard.any_of(requests.callbacks)
    helped |= heard.any_place(requests.spoke) | requests.is_transferred
    return helped & ~heard.any_of(requests.refusals)


def deescalated(
    heat: Heat, events: Escalations, incidents: Incidents, thresholds: Thresholds
) -> Mask:
    """Heated calls that end at the share of their peak or lower, with nothing after it.

    After the peak there is no escalation event but an honoured supervisor request, and no
    complaint in writing. The incident that records the call itself is no such complaint:
    agents are asked to write it.
    """
    excused = np.isin(
        events.event, [_CODES["supervisor_request"], _CODES["supervisor_transfer"]]
    )
    excused &= events.is_honoured[events.call]
    later = (events.place > heat.peak_turn[events.call]) & ~excused
    cooled = heat.end <= thresholds.deescalated_share.value * heat.peak
    cooled &= heat.is_heated & ~incidents.is_complained_after
    cooled[events.call[later]] = False
    return cooled
