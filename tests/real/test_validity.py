"""The figures that ship, measured again on the labelled corpora."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from flows.evaluate.run import Asked, Evaluation
from flows.knowledge import load_knowledge
from tests.conftest import CHECKOUT
from transforms.knowledge.validity import Figure, Figures, Negatives

DATA = CHECKOUT / "data"
MOST_FALSE_ALARMS = 2.0
REACHED = {
    ("apology", "en", "bt_oasis"): 0.82,
    ("thanks", "en", "bt_oasis"): 0.96,
    ("clarifying_question", "en", "bt_oasis"): 0.76,
    ("solution_offer", "en", "bt_oasis"): 0.52,
    ("restatement", "en", "bt_oasis"): 0.50,
    ("restatement", "en", "annomi"): 0.55,
    ("empathy", "en", "epitome"): 0.55,
    ("backchannel", "en", "bt_oasis_turns"): 0.90,
    ("supervisor_request", "en", "rasa_nlu"): 0.90,
    ("insult", "nl", "nl_hatecheck"): 0.59,
}
"""F1 that detection had reached, and must not lose."""


@pytest.fixture(scope="module")
def measured(corpora_dir: Path) -> Figures:
    evaluation = Evaluation(load_knowledge(DATA), Asked(DATA, corpora=corpora_dir))
    return Figures(
        version="",
        evaluated_on=evaluation.knowledge.validity.figures.evaluated_on,
        figures=tuple(Figure(**figure) for figure in evaluation.figures()),
        negatives=tuple(Negatives(**row) for row in evaluation.false_alarms()),
    )


def test_the_figures_that_ship_have_not_drifted(measured: Figures) -> None:
    shipped = load_knowledge(DATA).validity.figures
    assert measured.figures == shipped.figures
    assert measured.negatives == shipped.negatives


def test_what_was_reached_is_kept(measured: Figures) -> None:
    found: Mapping[tuple[str, str, str], float | None] = {
        (f.label, f.language, f.source): f.f1 for f in measured.figures
    }
    assert {
        key: found[key] for key, least in REACHED.items() if (found[key] or 0) < least
    } == {}


def test_hardly_a_false_alarm_in_text_without_labels(measured: Figures) -> None:
    assert [
        (n.label, n.language, n.per_thousand)
        for n in measured.negatives
        if (n.per_thousand or 0) > MOST_FALSE_ALARMS
    ] == []


@pytest.mark.parametrize("language", ["he", "nb", "nl", "cs"])
def test_what_translations_tell_is_heard_where_it_is_said_often(
    measured: Figures, language: str
) -> None:
    """Where a label has thirty sentences or more."""
    said = [
        f
        for f in measured.figures
        if f.source == "tatoeba" and f.language == language and f.positives >= 30
    ]
    weak = [
        (f.label, f.recall, f.precision)
        for f in said
        if (f.recall or 0) < 0.9 or (f.precision or 0) < 0.75
    ]
    assert weak == []
