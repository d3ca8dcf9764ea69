"""What reviewers are told: of every behaviour that can be read, whatever its parameters."""

from pathlib import Path

import pytest

from tests.transforms.test_verdicts import shipped
from transforms.behaviours import BEHAVIOURS
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.review import ReviewGuide

PATH = Path(__file__).resolve().parents[2] / "data" / "review" / "guide.yaml"
GUIDE = parse(ReviewGuide, PATH.read_text("utf-8"), "guide")
NOT_IN_THE_CALL = {
    "deliverable_promise",
    "steady_warmth",
    "follow_up",
    "documented",
    "break_after",
    "no_carry_over",
    "management_informed",
}


def test_every_behaviour_that_a_transcript_shows_is_told() -> None:
    assert set(GUIDE.behaviours) == set(BEHAVIOURS) - NOT_IN_THE_CALL


def test_every_parameter_that_a_playbook_gives_is_told() -> None:
    uses = [use for b in shipped().values() for s in b.steps for use in s.behaviours]
    for use in uses:
        for name, value in use.parameters.items():
            if use.behaviour in GUIDE.behaviours:
                told = GUIDE.behaviours[use.behaviour].parameters[name]
                words = value if isinstance(value, tuple) else (value,)
                assert all("yes" if w is True else w in told for w in words), use


def test_steps_are_told_line_by_line_unless_no_transcript_shows_them() -> None:
    steps = {(b.id, s.id): s for b in shipped().values() for s in b.steps}
    told = {key: GUIDE.instructions(step) for key, step in steps.items()}
    assert sum(words is not None for words in told.values()) == 47
    assert told["service-habits", "1.1"] is None
    assert told["ten-steps", "9"] is None
    fault = told["phone-15", "8"]
    assert fault is not None
    assert [line.partition(":")[0] for line in fault.splitlines()] == [
        "Met",
        "Missed",
        "Violated",
        "Not applicable",
    ]
    assert "only where the company is at fault" in fault
    several = told["ten-steps", "2"]
    assert several is not None
    assert several.startswith("All of these are asked; the worst counts")
    assert several.count("Met:") == 3


def test_the_guide_tells_of_nothing_that_no_transcript_shows() -> None:
    text = "version: '1'\nheated: h\nbehaviours: {documented: {occasion: o, met: m}}"
    with pytest.raises(KnowledgeError, match="documented"):
        parse(ReviewGuide, text, "guide")
