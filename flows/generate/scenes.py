"""The scenes of a call, in the order in which they are played.

An angry customer cools with every step that the agent performs and heats up with every
one that is trampled on, so that adherence and calm belong together in what is made.
"""

from collections.abc import Callable
from typing import Final

from flows.generate.conversation import Kind, Talk
from flows.generate.escalating import abuse, press
from flows.generate.promising import promise

_SWEARING: Final = 0.6
"""How many of those who open in anger also swear."""


def play(talk: Talk) -> None:
    """Play the whole call that the plan asks for."""
    _SCRIPTS[talk.plan.kind](talk)


def _enquiry(talk: Talk) -> None:
    _open(talk)
    pairs = talk.book.pairs["enquiries"]
    asked, answered = pairs[int(talk.rng.random() * len(pairs))]
    talk.say("customer", asked)
    talk.nod()
    talk.exchange(talk.rng.randint(5, 9))
    talk.say("agent", talk.filled(answered))
    talk.agreed(0.7)
    if talk.chance(0.4) and talk.attempts("next_steps"):
        talk.agent("next_steps")
        talk.agreed()
    talk.settled = True
    talk.customer("resolved" if talk.chance(0.5) else "agreement")
    _part(talk)


def _complaint(talk: Talk) -> None:
    _open(talk)
    _tell(talk, angry=False)
    if talk.chance(0.5) and talk.attempts("apology"):
        talk.agent("apology")
        talk.agreed()
    talk.exchange(talk.rng.randint(1, 4))
    _inquire(talk)
    _offer(talk)
    talk.settled = talk.plan.settles is not False
    talk.customer("agreement" if talk.settled else "unresolved")
    promise(talk)
    talk.exchange(talk.rng.randint(0, 2))
    _part(talk)


def _heated(talk: Talk) -> None:
    talk.heat = talk.plan.heat
    for scene in (_open, _vent, abuse, _acknowledge, _inquire, _resolve, press):
        scene(talk)
        if talk.over:
            return
    talk.settled = _is_settled(talk)
    if talk.settled and not talk.accepted:
        _offer(talk)
        talk.customer("agreement")
    talk.customer("resolved" if talk.settled else "unresolved")
    promise(talk)
    _make_good(talk)
    if not talk.settled and talk.heat >= 3 and talk.chance(0.4):
        talk.customer("anger")
        talk.over = True
        return
    _part(talk)


def _callback(talk: Talk) -> None:
    talk.agent("outbound_opening")
    talk.customer("thanks" if talk.chance(0.4) else "customer_nods")
    talk.agent("news")
    talk.nod()
    talk.exchange(talk.rng.randint(2, 5))
    talk.settled = talk.plan.settles is not False
    if talk.settled:
        talk.agent("news")
        talk.customer("resolved")
    else:
        talk.customer("unresolved")
        _offer(talk)
        talk.customer("agreement")
    _part(talk)


def _transfer(talk: Talk) -> None:
    """Let the agent hear what it is about and hand the customer on to a colleague."""
    _open(talk)
    _tell(talk, angry=False)
    talk.nod()
    talk.exchange(1)
    talk.agent("hand_on")
    talk.customer("customer_nods")


def _open(talk: Talk) -> None:
    talk.agent("greeting" if talk.attempts("greeting") else "flat_opening")


def _tell(talk: Talk, *, angry: bool) -> None:
    plan, story = talk.plan, talk.issue.story
    opening = [story[0]]
    labels = ["complaint"]
    if plan.broken_on is not None:
        talk.slots["day"], day = plan.broken_on, talk.slots["day"]
        dated = talk.chance(0.4) and bool(talk.book.lines["promise_broken_dated"])
        opening.insert(
            0, talk.wording("promise_broken_dated" if dated else "promise_broken")
        )
        talk.slots["day"] = day
    elif plan.unmet:
        opening.insert(0, talk.wording("promise_unmet"))
    elif plan.handed_on:
        opening.insert(0, talk.wording("handed_on"))
    elif plan.again:
        opening.insert(0, talk.wording("customer:repeat_contact"))
        labels.insert(0, "repeat_contact")
    if angry and plan.opens_angry:
        opening.append(talk.wording("customer:anger"))
        labels.append("anger")
        if talk.chance(_SWEARING):
            opening.append(talk.wording("customer:profanity"))
            labels.append("profanity")
    if plan.insists:
        opening.append(talk.naming("customer:complaint"))
    talk.say("customer", " ".join(opening), *labels)


def _vent(talk: Talk) -> None:
    _tell(talk, angry=True)
    story = talk.issue.story
    nods = talk.attempts("backchannel")
    if nods:
        talk.agent("backchannel")
    if talk.attempts("invite_account"):
        talk.agent("invite_account")
    talk.say("customer", story[1])
    if not talk.behaves("let_vent"):
        _trample(talk)
    elif nods:
        talk.agent("backchannel")
    talk.say("customer", f"{story[2]} {talk.wording('customer:anger')}", "anger")
    if talk.chance(0.35):
        talk.customer("profanity")
    if talk.plan.is_grave:
        talk.customer("anger", "profanity")
    if nods and talk.chance(0.6):
        talk.agent("backchannel")
        talk.customer("complaint")
    elif talk.plan.insists:
        talk.say("customer", talk.naming("customer:complaint"), "complaint")


def _trample(talk: Talk) -> None:
    """Let the agent cut in, argue or hurry the customer along."""
    talk.agent(
        talk.rng.choice(("argument", "argument", "rushing", "judging")), cutting_in=True
    )
    talk.heat += 0.7


def _acknowledge(talk: Talk) -> None:
    said = [step for step in ("empathy", "apology") if talk.attempts(step)]
    if talk.plan.fault and talk.attempts("admission"):
        said.append("admission")
    if said:
        talk.agent(*said)
        talk.heat -= 0.6 * len(said)
        talk.agreed(0.4)
    if not talk.attempts("restatement"):
        return
    asks = talk.attempts("confirm_understanding")
    talk.agent(*("restatement", "confirm_understanding") if asks else ("restatement",))
    talk.heat -= 0.5
    if asks and talk.chance(0.12):
        talk.customer("summary_rejected")
        talk.say("customer", talk.issue.story[0], "complaint")
        talk.agent("restatement", "confirm_understanding")
    talk.customer("confirmation")


def _inquire(talk: Talk) -> None:
    if talk.attempts("clarifying_question"):
        pairs = talk.book.pairs["clarifying_question"]
        for asked, answered in talk.rng.sample(pairs, talk.rng.randint(1, 2)):
            talk.say("agent", talk.filled(asked), "clarifying_question")
            talk.say("customer", talk.filled(answered))
            talk.nod()
    talk.exchange(talk.rng.randint(0, 3))
    if talk.attempts("desired_outcome_question"):
        talk.agent("desired_outcome_question")
        talk.say("customer", talk.issue.wish)


def _resolve(talk: Talk) -> None:
    if talk.chance(0.22):
        gives_way = talk.attempts("positive_wording")
        keys = ("negative_wording", "positive_wording")
        talk.agent(*keys[: 1 + gives_way])
        talk.heat += -0.2 if gives_way else 0.6
        if not gives_way:
            talk.customer("anger")
    if not _offer(talk):
        return
    if talk.heat < 2.2:
        talk.accepted = True
        talk.customer("agreement")
        return
    talk.customer("decline")
    if talk.chance(0.5):
        talk.customer("anger")
    if talk.attempts("cooling_off_offer"):
        talk.agent("cooling_off_offer")
        talk.heat -= 0.6
        talk.agreed()


def _offer(talk: Talk) -> bool:
    """Offer a solution and perhaps check it; false when nothing was offered."""
    if not talk.attempts("solution_offer"):
        talk.exchange(1)
        return False
    own = talk.chance(0.55)
    line = talk.fresh(talk.issue.fix) if own else talk.wording("agent:solution_offer")
    labels = ["solution_offer"]
    if talk.attempts("ownership") and talk.chance(0.6):
        line = f"{talk.wording('agent:ownership')} {line}"
        labels.insert(0, "ownership")
    talk.say("agent", line, *labels)
    talk.heat -= 0.7
    if talk.attempts("solution_check"):
        talk.agreed(0.3)
        talk.agent("solution_check")
        talk.heat -= 0.4
    return True


def _is_settled(talk: Talk) -> bool:
    if talk.plan.settles is not None:
        return talk.plan.settles
    offered = "solution_offer" in talk.by_agent or "supervisor_transfer" in talk.events
    return offered and talk.heat < 2.6 and talk.chance(0.85)


def _make_good(talk: Talk) -> None:
    said = ["prevention_commitment"] if talk.attempts("prevention_commitment") else []
    owed = talk.plan.fault and talk.attempts("goodwill_gesture")
    if talk.plan.generous or owed:
        said.append("goodwill_gesture")
    if said:
        talk.agent(*said)
        talk.agreed(0.5)


def _part(talk: Talk) -> None:
    if talk.attempts("thanks"):
        talk.agent("thanks")
    if talk.settled and talk.chance(0.7):
        talk.customer("thanks")
    if talk.attempts("closing"):
        talk.agent("closing")
    if len(talk.turns) < 8:
        talk.customer("customer_nods")


_SCRIPTS: Final[dict[Kind, Callable[[Talk], None]]] = {
    "enquiry": _enquiry,
    "complaint": _complaint,
    "heated": _heated,
    "callback": _callback,
    "transfer": _transfer,
}
