"""The scenes in which a call gets out of hand: abuse, threats, somebody above."""

from flows.generate.conversation import Talk


def abuse(talk: Talk) -> None:
    """Let the customer threaten or insult, or a rough agent be rough unasked."""
    plan = talk.plan
    if plan.threatens:
        talk.customer("threat")
        talk.event("threat")
        talk.heat += 1
    elif plan.abuse:
        talk.customer("insult_severe" if plan.abuse == 2 else "insult")
    elif not talk.behaves("calm"):
        talk.agent(talk.rng.choice(("hostility", "sarcasm")))
        talk.heat += 1.5
        talk.customer("anger")
        return
    else:
        return
    _answer_abuse(talk)


def _answer_abuse(talk: Talk) -> None:
    if not talk.behaves("calm"):
        talk.agent(talk.rng.choice(("hostility", "sarcasm", "argument")))
        talk.heat += 1.5
        talk.customer("anger")
        return
    if not talk.attempts("boundary"):
        talk.exchange(1)
        return
    warned = talk.attempts("warning_of_ending")
    talk.agent(*("boundary", "warning_of_ending") if warned else ("boundary",))
    if talk.chance(0.16 * (talk.plan.abuse + 1)):
        talk.customer("insult_severe" if talk.plan.abuse == 2 else "insult")
        if warned:
            _end_for_abuse(talk)
            return
        talk.agent("warning_of_ending")
    talk.heat -= 0.7
    talk.customer("calming")


def _end_for_abuse(talk: Talk) -> None:
    resumes = talk.attempts("resume_offer")
    talk.agent(*("ending_call", "resume_offer") if resumes else ("ending_call",))
    talk.event("agent_ended_call")
    talk.over = True


def press(talk: Talk) -> None:
    """Let a customer who is still angry, or set on it, threaten or ask for more."""
    plan = talk.plan
    for wanted, label in ((plan.leaves, "churn_threat"), (plan.sues, "legal_threat")):
        if wanted or (talk.heat > 3.2 and talk.chance(0.15)):
            talk.customer(label)
            talk.event(label)
            talk.exchange(1)
    if plan.wants_supervisor or (talk.heat > 3.4 and talk.chance(0.2)):
        _ask_for_supervisor(talk)


def _ask_for_supervisor(talk: Talk) -> None:
    talk.customer("supervisor_request")
    if talk.plan.insists:
        talk.exchange(1)
        talk.customer("supervisor_request")
    talk.event("supervisor_request")
    if not talk.behaves("honour_supervisor"):
        talk.agent("supervisor_refusal")
        talk.event("supervisor_refusal")
        talk.supervisor_outcome = "refused"
        talk.heat += 1.2
        talk.customer("anger")
        return
    if talk.chance(0.3):
        talk.agent("beyond_authority")
    if talk.plan.owes("call") and talk.chance(0.4):
        talk.agent("supervisor_callback_dated")
        talk.promise("supervisor_call_back")
        talk.supervisor_outcome = "callback"
    else:
        _hand_over(talk)
    talk.heat -= 1.2
    talk.accepted = True
    talk.customer("agreement")


def _hand_over(talk: Talk) -> None:
    talk.agent("supervisor_handover")
    talk.event("supervisor_transfer")
    talk.supervisor_outcome = "transferred"
    talk.clock += 8 + talk.rng.random() * 30
    talk.supervisor("supervisor_opening")
    talk.say("customer", talk.issue.story[0], "complaint")
    talk.supervisor("empathy", "apology")
    talk.customer("customer_nods")
    talk.say("supervisor", talk.fresh(talk.issue.fix), "solution_offer")
    talk.supervisor("solution_check")
