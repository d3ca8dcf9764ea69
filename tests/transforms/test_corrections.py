"""A person's verdict stands in the place of the machine's, wherever verdicts count."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from tests.transforms.drawn import Drawn, batch
from tests.transforms.test_verdicts import CALM, HEATED, book, knowledge
from transforms.corrections import CORRECTIONS
from transforms.explaining import explained
from transforms.knowledge.playbook import BehaviourUse, Step
from transforms.scoring import Scored, score

TOLD = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMPATHY = BehaviourUse(behaviour="empathy")
STEP = Step(
    id="1",
    title="Feel",
    title_native="Feel",
    seed_step="1",
    weight=1,
    behaviours=(EMPATHY,),
)
BOOKS = knowledge(book(STEP))


def correction(
    verdict: str | None, call: str = "c1", **other: str
) -> dict[str, object]:
    return {
        "call_id": call,
        "behaviour": "empathy",
        "parameters": "",
        "verdict": verdict,
        "recorded_by": "ann",
        "why": "she said so",
        "recorded_at": TOLD,
        **other,
    }


def scored(*corrections: dict[str, object], talk: Drawn | str = HEATED) -> Scored:
    made = pl.DataFrame(list(corrections), schema=CORRECTIONS)
    return score(replace(batch(talk), corrections=made), BOOKS)


def verdict(given: Scored) -> dict[str, object]:
    return given.verdicts.row(0, named=True)


def test_without_corrections_the_machine_alone_is_told() -> None:
    told = verdict(scored())
    assert told["verdict"] == "missed"
    assert told["machine_verdict"] is None


def test_a_correction_overrides_and_keeps_the_machines_verdict_beside() -> None:
    told = verdict(scored(correction("met")))
    assert (told["verdict"], told["machine_verdict"]) == ("met", "missed")
    assert told["reason"] == "corrected by ann: she said so"
    assert (told["turn"], told["cue"]) == (None, None)


def test_the_machines_evidence_goes_with_its_verdict() -> None:
    talk = HEATED + "agent | empathy | that must be hard\n"
    assert verdict(scored(talk=talk))["turn"] == 2
    told = scored(correction("violated"), talk=talk)
    assert verdict(told)["machine_verdict"] == "met"
    assert verdict(told)["turn"] is None
    assert told.judged.evidence.is_empty()


def test_counts_of_call_and_agent_are_of_the_corrected_verdict() -> None:
    told = scored(correction("met"))
    assert told.call_facts.select("met", "missed").row(0) == (1, 0)
    assert told.agent_adherence.select("met", "missed").row(0) == (1, 0)


def test_not_applicable_by_a_person_is_kept_and_counted_nowhere() -> None:
    told = scored(correction("not_applicable"))
    assert verdict(told)["verdict"] == "not_applicable"
    assert verdict(told)["machine_verdict"] == "missed"
    assert told.call_facts.select("met", "missed", "violated").row(0) == (0, 0, 0)
    assert told.agent_adherence.is_empty()


def test_an_occasion_that_only_a_person_saw_counts() -> None:
    told = scored(correction("missed"), talk=CALM)
    assert verdict(told)["verdict"] == "missed"
    assert verdict(told)["machine_verdict"] == "not_applicable"
    assert told.agent_adherence["missed"].to_list() == [1]


def test_a_withdrawn_correction_leaves_the_machines_and_the_moment() -> None:
    told = scored(correction(None))
    assert verdict(told)["verdict"] == "missed"
    assert verdict(told)["machine_verdict"] is None
    assert told.call_facts["corrected_at"].to_list() == [TOLD]


def test_corrections_of_other_calls_and_of_rules_that_nobody_asks_for_change_nothing() -> (
    None
):
    told = scored(
        correction("met", call="elsewhere"), correction("met", behaviour="boundary")
    )
    assert verdict(told)["verdict"] == "missed"


def test_a_call_that_cannot_be_assessed_is_not_judged_by_people_either() -> None:
    silent = Drawn(HEATED, {"unassessable": "no lexicon"})
    assert scored(correction("met"), talk=silent).verdicts.is_empty()


def test_the_explanation_tells_who_corrected_and_what_the_machine_said() -> None:
    told = scored(correction("met"))
    row = explained(told.judged, BOOKS.playbooks, told.applies, 1).row(0, named=True)
    assert (row["verdict"], row["machine_verdict"]) == ("met", "missed")
    assert row["reason"] == "corrected by ann: she said so"
    assert row["evidence"] == []
