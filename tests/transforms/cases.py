"""One call, one behaviour, one verdict: how the tests of behaviours are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, use, weights
from transforms.behaviours import BEHAVIOURS
from transforms.context import context
from transforms.knowledge.playbook import Value
from transforms.verdicts import VERDICT_NAMES, Verdicts, judge

HEATED = """
    agent    | greeting        | good morning Dana speaking how can I help
    customer | complaint anger | the router broke again on sunday and I am furious
"""
CALM = """
    agent    | greeting | good morning Dana speaking how can I help
    customer |          | when do you open tomorrow
    agent    |          | at nine
"""
SOON = MONDAY + timedelta(hours=2)
FAULT = {
    "call_id": "c1",
    "recorded_at": MONDAY + timedelta(hours=1),
    "company_fault": True,
}
RECORD = {
    "call_id": "c1",
    "occurred_at": MONDAY,
    "recorded_at": MONDAY + timedelta(hours=1),
    "place": "Hamar",
    "description": "router",
    "resolution": "replaced",
}
BACK = {"direction": "outbound", "customer_id": "customer1"}
CALLED = {**BACK, "started_at": MONDAY + timedelta(days=2)}


@dataclass(frozen=True)
class Case:
    """One call, one behaviour, and the verdict that follows."""

    behaviour: str
    verdict: str
    talk: str
    reason: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict[str, Value])
    around: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    timed: bool = True
    seconds: float = 4.0


def judged(case: Case) -> Verdicts:
    call = Drawn(case.talk, case.fields, case.timed, case.seconds)
    given = batch(call, **case.around)
    known = context(given, thresholds(), weights())
    return judge(known, (use(case.behaviour, case.parameters),))


def names(cases: list[Case]) -> list[str]:
    """A name for each case, in order."""
    return [f"{n}-{case.behaviour}-{case.verdict}" for n, case in enumerate(cases)]


def check(case: Case) -> None:
    """The verdict is the one drawn, with its reason, and evidence where it needs some."""
    verdicts = judged(case)
    assert VERDICT_NAMES[verdicts.codes[0, 0]] == case.verdict
    kept = verdicts.kept
    if case.verdict in ("met", "missed", "violated"):
        assert kept.height == 1
        assert case.reason in kept["reason"][0]
    else:
        assert kept.is_empty()
    if case.verdict not in ("met", "violated"):
        assert case.reason in verdicts.reason(0, 0)
        assert verdicts.evidence.is_empty()
    elif case.verdict == "met" and BEHAVIOURS[case.behaviour].is_conduct:
        assert verdicts.evidence.is_empty()
    else:
        _check_evidence(case, verdicts)


def _check_evidence(case: Case, verdicts: Verdicts) -> None:
    assert verdicts.evidence.height > 0
    lines = [line for line in case.talk.strip().splitlines() if line.strip()]
    for row in verdicts.evidence.iter_rows(named=True):
        assert row["cue"]
        if row["turn"] >= 0:
            text = lines[int(row["turn"])].split("|")[2].strip()
            assert 0 <= row["start"] <= row["end"] <= len(text)
