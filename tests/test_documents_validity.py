"""README and model card say what was measured, and nothing else."""

from flows.evaluate.card import CARD, model_card, with_table
from flows.knowledge import load_knowledge
from tests.conftest import CHECKOUT
from transforms.detection.labels import LABELS

KNOWLEDGE = load_knowledge(CHECKOUT / "data")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
RENEW = "run `make evaluate CORPORA=FOLDER`"


def test_the_readme_has_the_table_of_the_figures() -> None:
    assert with_table(README, KNOWLEDGE.validity.figures) == README, RENEW


def test_the_model_card_has_the_figures() -> None:
    card = (CHECKOUT / "data" / CARD).read_text(encoding="utf-8")
    assert card == model_card(KNOWLEDGE), RENEW


def test_every_label_was_measured_in_every_language() -> None:
    measured = {(f.label, f.language) for f in KNOWLEDGE.validity.figures.figures}
    assert measured >= {
        (label, language) for label in LABELS for language in KNOWLEDGE.lexicons
    }
