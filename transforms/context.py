"""What rules know of each call: its account, first solution, closing, and neighbours.

The terms are those of the glossary: account, substantive turn, customer stretch, closing.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.batch import Batch, Surroundings
from transforms.commitment import NOTHING_READ, Promising
from transforms.decisions import last_decided
from transforms.detection.dialogue import ECHO
from transforms.detection.labels import LABELS
from transforms.escalation import ending_turn, is_transferred
from transforms.heard import NEVER, Floats, Heard, Ints, Mask
from transforms.incidents import DAY, Incidents, linked_incidents
from transforms.knowledge.thresholds import Temperature, Thresholds
from transforms.neighbours import Neighbours, ends, neighbours
from transforms.placing import heard
from transforms.promises import Promise, promises
from transforms.restating import Account, retelling_turns
from transforms.temperature import Heat, abusive_turns, call_heat, temperature
from transforms.warmth import earlier_warmth

SOLUTIONS: Final = ("solution_offer", "goodwill_gesture", "follow_up_commitment")
"""Labels of a concrete thing that the agent will do, or lets the customer choose."""
WARM: Final = ("empathy", "thanks", "positive_wording")
_COURTESIES: Final = ("backchannel", "greeting", "empathy", "apology")


@dataclass(frozen=True)
class Context:
    """A batch with what every rule asks about its calls.

    Attributes:
        heard: turns and hits by place.
        heat: temperatures, and which calls are heated.
        incidents: incidents linked to the calls.
        neighbours: other calls of the same agents and customers.
        around: what other days and logs know.
        thresholds: the numbers on which verdicts hang.
        is_assessable: calls that can be assessed.
        started: when each call started, in microseconds.
        ended: when it ended; NEVER where unknown.
        as_of: the last moment in the data, in microseconds.
        promising: what promises are read by.
    """

    heard: Heard
    heat: Heat
    incidents: Incidents
    neighbours: Neighbours
    around: Surroundings
    thresholds: Thresholds
    is_assessable: Mask
    started: Ints
    ended: Ints
    as_of: int
    promising: Promising = NOTHING_READ

    @property
    def count(self) -> int:
        """How many calls there are."""
        return self.heard.count

    @cached_property
    def is_logged(self) -> Mask:
        """Calls on a day that the incident log covers."""
        days = self.around.incident_days["day"]
        return self.heard.calls["day"].is_in(days.to_list()).to_numpy() | (
            self.incidents.is_linked
        )

    @cached_property
    def has_customer(self) -> Mask:
        """Calls of which the source names the customer."""
        return self.heard.calls["customer_id"].is_not_null().to_numpy()

    @cached_property
    def is_substantive(self) -> Mask:
        """Turns of agents and supervisors that are more than a courtesy."""
        mine = self.heard.is_by["staff"].copy()
        mine[self._courtesies] = False
        return mine

    @cached_property
    def _courtesies(self) -> Ints:
        """Places of turns that are merely backchannel, greeting, empathy or apology."""
        h = self.heard
        courteous = np.isin(h.hit_label, [list(LABELS).index(x) for x in _COURTESIES])
        candidate = np.zeros(len(h.call_of), dtype=np.bool_)
        candidate[h.hit_turn[courteous]] = True
        candidate[h.hit_turn[~courteous]] = False
        candidate &= h.is_by["staff"]
        places = np.flatnonzero(candidate)
        said = np.bincount(
            h.hit_turn, weights=h.hit_end - h.hit_start, minlength=len(candidate)
        )[places]
        length = h.text_at(places).str.len_chars().to_numpy()
        besides = h.words[places] * (1 - np.minimum(said / np.maximum(length, 1), 1))
        return places[besides <= self.thresholds.courtesy_words.value]

    @cached_property
    def account_start(self) -> Ints:
        """Place of the first complaint or heated turn of the customer, or NEVER."""
        complaints = self.heard.said("customer", "complaint")
        return np.minimum(self.heard.first_turn(complaints), self.heat.first_heated)

    @cached_property
    def account_end(self) -> Ints:
        """Place of the substantive turn that ends the account; else the end of the call."""
        turns = np.flatnonzero(self.is_substantive)
        after = turns[turns > self.account_start[self.heard.call_of[turns]]]
        ending = self.heard.first_place(after)
        ending = np.where(ending == NEVER, self.heard.end, ending)
        return np.where(self.has_account, ending, NEVER)

    @cached_property
    def has_account(self) -> Mask:
        """Calls in which the customer gives an account."""
        return self.account_start != NEVER

    @cached_property
    def is_account_answered(self) -> Mask:
        """Calls in which a substantive turn ends the account."""
        return self.has_account & (self.account_end < self.heard.end)

    @cached_property
    def is_cut_short(self) -> Mask:
        """Calls in which the turn that ends the account cuts into the customer's turn."""
        h, mine = self.heard, self.is_account_answered
        calls = np.flatnonzero(mine)
        turn = self.account_end[calls]
        customers = h.turns_by["customer"]
        spoken = customers[np.searchsorted(customers, turn) - 1]
        overlap = h.ends[spoken] - h.starts[turn]
        cut = h.none()
        by_agent = h.is_by["agent"][turn]
        cut[calls] = by_agent & (overlap > self.thresholds.interruption_seconds.value)
        return cut

    @cached_property
    def solution(self) -> Ints:
        """The hit that first offers a solution in each call, or NEVER."""
        return self.heard.first_hit(self.heard.said("staff", *SOLUTIONS))

    @cached_property
    def solution_turn(self) -> Ints:
        """Its place, or NEVER."""
        return self.heard.first_turn(self.heard.said("staff", *SOLUTIONS))

    @cached_property
    def solution_key(self) -> Ints:
        """Its key, or NEVER."""
        return self.heard.first_key(self.heard.said("staff", *SOLUTIONS))

    @cached_property
    def restated(self) -> Ints:
        """Restating cues of agent or supervisor after the account began, before a solution.

        A mere echo of the last words, a number above all, restates no problem.
        """
        h = self.heard
        said = h.said("staff", "restatement")
        said = said[(h.hit_cue.gather(said) != ECHO).to_numpy()]
        return h.keyed_before(
            h.within(said, self.account_start, h.never()), self.solution_key
        )

    @cached_property
    def retold(self) -> Ints:
        """Places of turns that retell the account in its own words, before a solution.

        Looked for in heated calls without a restating cue only.
        """
        open_calls = self.heat.is_heated & ~self.heard.any_of(self.restated)
        account = Account(
            calls=open_calls & self.is_account_answered,
            start=self.account_start,
            end=self.account_end,
            solution=self.solution,
            solution_turn=self.solution_turn,
        )
        return retelling_turns(self.heard, account, self.thresholds)

    @cached_property
    def ending(self) -> Ints:
        """Place at which the agent ends the call on the customer, or NEVER."""
        return ending_turn(self.heard)

    @cached_property
    def is_broken_off(self) -> Mask:
        """Calls without a leave-taking: in anger, or ended by the agent on a warning."""
        h = self.heard
        last = h.last_place(h.turns_by["customer"])
        angry = h.hit_turn[h.said("customer", "threat", "insult", "anger")]
        broken = self.ending != NEVER
        broken[h.call_of[angry[angry == last[h.call_of[angry]]]]] = True
        return broken

    @cached_property
    def hand_over(self) -> Ints:
        """Place of the agent's turn that hands the call over, or NEVER."""
        h = self.heard
        said = h.first_turn(h.said("agent", "supervisor_handover"))
        last = h.last_place(h.turns_by["agent"])
        told = is_transferred(h) & (said == NEVER) & (last >= 0)
        return np.where(told, last, said)

    @cached_property
    def closing_start(self) -> Ints:
        """Place from which the last turns of a call count as its closing, or NEVER."""
        h = self.heard
        people = np.flatnonzero(h.is_by["staff"] | h.is_by["customer"])
        count = np.bincount(h.call_of[people], minlength=h.count)
        after = np.cumsum(count)
        turns = int(self.thresholds.closing_turns.value)
        start = h.never()
        has = np.flatnonzero((count > 0) & ~self.is_broken_off)
        start[has] = people[after[has] - np.minimum(count[has], turns)]
        return start

    @cached_property
    def has_closing(self) -> Mask:
        """Calls with a closing: a leave-taking, or a turn that hands over."""
        return (self.closing_start != NEVER) | (self.hand_over != NEVER)

    @cached_property
    def boundary_set(self) -> Ints:
        """Place of the first boundary or warning by agent or supervisor, or NEVER."""
        h = self.heard
        return h.first_turn(h.said("staff", "boundary", "warning_of_ending"))

    @cached_property
    def abuse(self) -> Ints:
        """Places of abuse: severe or repeated insults, and threats."""
        h = self.heard
        threats = h.hit_turn[h.said("customer", "threat")]
        return np.unique(np.concatenate((abusive_turns(h), threats)))

    @cached_property
    def abuse_after_boundary(self) -> Ints:
        """Place of the first insult or threat after a boundary, or NEVER."""
        h = self.heard
        insults = h.said("customer", "insult", "threat")
        places = h.hit_turn[insults]
        return h.first_turn(insults[places > self.boundary_set[h.hit_call[insults]]])

    def shows_calls_out(self, since: Ints, until: Ints) -> Mask:
        """Whether calls to customers, of anybody, are exported around some spans of time.

        Where none are, it cannot be told that nobody called.

        Args:
            since: when each span begins, in microseconds.
            until: when it ends.
        """
        days = self.around.outbound_days["day"].unique().sort().to_physical().to_numpy()
        reach = int(self.thresholds.calls_out_days.value)
        first, last = since // DAY - reach, until // DAY + reach
        return np.searchsorted(days, last, side="right") > np.searchsorted(days, first)

    @cached_property
    def promises(self) -> list[Promise]:
        """What was promised in the calls, and what came of it."""
        return promises(self)

    @cached_property
    def warmth(self) -> Floats:
        """Warm cues per turn of the agent in each call; NaN where the agent says nothing."""
        h = self.heard
        turns = np.bincount(h.call_of[h.turns_by["agent"]], minlength=h.count)
        said = np.bincount(h.hit_call[h.said("agent", *WARM)], minlength=h.count)
        return np.divide(said, turns, out=np.full(h.count, np.nan), where=turns > 0)

    @cached_property
    def earlier_warmth(self) -> pl.DataFrame:
        """The warmth of each call's agent in the calls before; see `earlier_warmth`."""
        known = pl.Series(self.is_assessable & ~np.isnan(self.warmth))
        mine = self.heard.calls.select(
            "agent_id",
            "started_at",
            "call_no",
            is_heated=pl.Series(self.heat.is_heated),
            warmth=pl.when(known).then(pl.Series(self.warmth)),
        )
        return earlier_warmth(mine, self.around.heat)

    @cached_property
    def review_closes(self) -> Ints:
        """When the days of review after each call are over, in microseconds."""
        return self.started + int(self.thresholds.review_days.value * DAY)

    @cached_property
    def decided(self) -> Ints:
        """When management last decided on the customer in these days; NEVER if not."""
        decisions = self.around.decisions
        if decisions is None:
            return self.heard.never()
        customers = self.heard.calls["customer_id"]
        return last_decided(decisions, customers, self.started, self.review_closes)

    @cached_property
    def are_decisions_kept(self) -> Mask:
        """Calls that came when decisions were recorded already: before, none is found."""
        since = self.around.decisions_since
        if self.around.decisions is None:
            return self.heard.none()
        return self.started >= (0 if since is None else microseconds(since))

    @cached_property
    def is_complaint(self) -> Mask:
        """Calls with a complaint cue or a linked incident."""
        h = self.heard
        return h.any_of(h.said("customer", "complaint")) | self.incidents.is_linked

    @cached_property
    def is_at_fault(self) -> Mask:
        """Calls in which an incident, or the agent, says that the company is at fault."""
        admitted = self.heard.said("staff", "admission")
        return (self.incidents.fault == 1) | self.heard.any_of(admitted)


def context(
    batch: Batch,
    thresholds: Thresholds,
    weights: Temperature,
    promising: Promising = NOTHING_READ,
) -> Context:
    """Find out what rules ask of each call of a batch.

    Args:
        batch: some days' calls.
        thresholds: the numbers on which verdicts hang.
        weights: what makes a temperature.
        promising: what promises are read by.

    Raises:
        BatchError: the batch's turns, hits and calls don't hold together.
    """
    by_place = heard(batch)
    calls = by_place.calls
    ended = ends(calls, _last_spoken(by_place))
    incidents = linked_incidents(calls, ended, batch.around.incidents, thresholds)
    assessable = calls["unassessable"].is_null().to_numpy()
    degrees = temperature(by_place, weights)
    heated = thresholds.heated.value
    around = batch.around
    return Context(
        heard=by_place,
        heat=call_heat(by_place, degrees, heated, incidents.is_linked, assessable),
        incidents=incidents,
        neighbours=neighbours(calls, ended, around),
        around=around,
        thresholds=thresholds,
        is_assessable=assessable,
        started=calls["started_at"].to_physical().to_numpy(),
        ended=ended,
        as_of=microseconds(around.as_of),
        promising=promising,
    )


def _last_spoken(by_place: Heard) -> Floats:
    latest = np.full(by_place.count, np.nan)
    np.fmax.at(latest, by_place.call_of, by_place.ends)
    return latest


def microseconds(moment: datetime) -> int:
    """A moment as columns of moments hold it, in microseconds."""
    return int(pl.Series([moment], dtype=pl.Datetime("us", "UTC")).to_physical()[0])
