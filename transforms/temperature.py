"""The customer's temperature: cues to degrees for each customer turn, and heat for each call."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.detection.labels import LABELS
from transforms.heard import NEVER, Floats, Heard, Ints, Mask
from transforms.knowledge.thresholds import Temperature

_HIGHEST: Final = 100.0
_LABELS: Final = tuple(LABELS)


@dataclass(frozen=True)
class Heat:
    """How warm the customer is, by turn and by call.

    Attributes:
        degrees: temperature of each turn, 0-100; NaN where no customer speaks.
        start: temperature of each call's first customer turn; NaN without one.
        peak: highest temperature of each call.
        end: temperature of its last customer turn.
        peak_turn: place of the (first) peak; NEVER without a customer turn.
        crossed: place of the first customer turn at or over the threshold, or NEVER.
        is_heated: calls that peak over the threshold, hold abuse or a threat, or have a
            linked incident; False where the call cannot be assessed.
        first_heated: place of the first heated turn of a heated call, else NEVER.
    """

    degrees: Floats
    start: Floats
    peak: Floats
    end: Floats
    peak_turn: Ints
    crossed: Ints
    is_heated: Mask
    first_heated: Ints


def temperature(heard: Heard, weights: Temperature) -> Floats:
    """The temperature of each turn, 0-100; NaN where no customer speaks."""
    added = _degrees_added(heard, weights)
    turns = heard.turns_by["customer"]
    degrees = np.full(len(heard.call_of), np.nan)
    degrees[turns] = _carried(added[turns], heard.call_of[turns], weights.decay.value)
    return degrees


def _degrees_added(heard: Heard, weights: Temperature) -> Floats:
    """Degrees of each turn by itself: each label once a turn."""
    customers = heard.is_by["customer"]
    added = np.zeros(len(heard.call_of))
    by_label = np.zeros(len(_LABELS))
    for label, weight in weights.labels.items():
        by_label[_LABELS.index(label)] = weight.degrees
    hits = np.flatnonzero(customers[heard.hit_turn] & (by_label[heard.hit_label] != 0))
    places = heard.hit_turn[hits] * len(_LABELS) + heard.hit_label[hits]
    once = np.unique(places)
    np.add.at(added, once // len(_LABELS), by_label[once % len(_LABELS)])
    severe = np.flatnonzero(customers[heard.hit_turn] & heard.hit_severe)
    added[np.unique(heard.hit_turn[severe])] += weights.severe_insult.degrees
    added[heard.is_capitals & customers] += weights.capitals.degrees
    runs = heard.is_shouting & ~heard.is_capitals & customers
    added[runs] += weights.exclamations.degrees
    return added


def _carried(added: Floats, call: Ints, decay: float) -> Floats:
    """Carry degrees over within each call; one step a turn position, all calls at once."""
    carried = np.zeros(len(added))
    if not len(added):
        return carried
    opens = np.flatnonzero(np.diff(call, prepend=-1))
    lengths = np.diff(opens, append=len(call))
    longest_first = np.argsort(-lengths, kind="stable")
    opens, lengths = opens[longest_first], lengths[longest_first]
    now = np.zeros(len(opens))
    for position in range(lengths[0]):
        going = int(np.searchsorted(-lengths, -position))
        at = opens[:going] + position
        now = np.clip(decay * now[:going] + added[at], 0.0, _HIGHEST)
        carried[at] = now
    return carried


def call_heat(
    heard: Heard, degrees: Floats, threshold: float, linked: Mask, assessable: Mask
) -> Heat:
    """Sum the turns' temperatures up to calls.

    Args:
        heard: the batch by place.
        degrees: temperature of each turn.
        threshold: the one from which a turn is heated, in degrees.
        linked: calls with a linked incident.
        assessable: calls that can be assessed at all.
    """
    turns = heard.turns_by["customer"]
    warm = degrees[turns]
    first, last = heard.first_place(turns), heard.last_place(turns)
    talks = first != NEVER
    peak = np.full(heard.count, np.nan)
    np.fmax.at(peak, heard.call_of[turns], warm)
    at_peak = turns[warm == peak[heard.call_of[turns]]]
    crossed = heard.first_place(turns[warm >= threshold])
    heated = (crossed != NEVER) | _abused(heard) | linked
    heated &= assessable
    complained = heard.first_turn(heard.said("customer", "complaint"))
    else_first = np.where(complained != NEVER, complained, first)
    since = np.where(crossed != NEVER, crossed, else_first)
    return Heat(
        degrees=degrees,
        start=_at(degrees, first, talks),
        peak=peak,
        end=_at(degrees, last, talks),
        peak_turn=heard.first_place(at_peak),
        crossed=crossed,
        is_heated=heated,
        first_heated=np.where(heated, since, NEVER),
    )


def _at(degrees: Floats, places: Ints, real: Mask) -> Floats:
    found = np.full(len(places), np.nan)
    found[real] = degrees[places[real]]
    return found


def abusive_turns(heard: Heard) -> Ints:
    """Places of abuse: a severe insult, or a call's second turn with insults and later ones."""
    insults = heard.said("customer", "insult")
    severe = heard.hit_turn[insults[heard.hit_severe[insults]]]
    turns = np.unique(heard.hit_turn[insults])
    repeated = turns[1:][heard.call_of[turns[1:]] == heard.call_of[turns[:-1]]]
    return np.unique(np.concatenate((severe, repeated)))


def _abused(heard: Heard) -> Mask:
    threats = heard.said("customer", "threat")
    return heard.any_place(abusive_turns(heard)) | heard.any_of(threats)
