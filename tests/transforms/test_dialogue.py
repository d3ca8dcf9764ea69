"""What an utterance says by its place in the talk."""

import polars as pl
import pytest

from flows.knowledge import load_knowledge
from tests.conftest import CHECKOUT
from transforms.detection.detect import Detector
from transforms.detection.dialogue import ECHO, RETELLING


@pytest.fixture(scope="module")
def detector() -> Detector:
    knowledge = load_knowledge(CHECKOUT / "data")
    return Detector(knowledge.lexicons, knowledge.languages)


def heard(
    detector: Detector, *turns: tuple[str, str], language: str = "en"
) -> dict[int, set[tuple[str, str]]]:
    """Label and cue heard in each turn of one talk."""
    talk = pl.DataFrame(
        {
            "speaker": [speaker for speaker, _ in turns],
            "text": [text for _, text in turns],
            "language": language,
            "call_no": 1,
        }
    )
    found: dict[int, set[tuple[str, str]]] = {n: set() for n in range(len(turns))}
    for row, label, _, _, cue, _ in detector.hear(talk).iter_rows():
        found[row].add((label, cue))
    return found


@pytest.mark.parametrize(
    ("language", "customer", "agent"),
    [
        ("en", "the engineer never turned up", "never turned up"),
        ("nl", "de monteur is niet gekomen", "niet gekomen"),
        ("nb", "montøren kom aldri fram", "kom aldri fram"),
        ("cs", "technik vůbec nepřijel", "technik vůbec nepřijel"),
        ("he", "הטכנאי בכלל לא הגיע", "הטכנאי בכלל לא הגיע"),
    ],
)
def test_an_echo_is_heard_after_the_words_it_echoes(
    detector: Detector, language: str, customer: str, agent: str
) -> None:
    talk = heard(detector, ("customer", customer), ("agent", agent), language=language)
    assert ("restatement", ECHO) in talk[1]


def test_nothing_is_echoed_from_another_call_or_by_the_customer(
    detector: Detector,
) -> None:
    turns = pl.DataFrame(
        {
            "speaker": ["customer", "agent", "customer"],
            "text": ["never turned up"] * 3,
            "language": "en",
            "call_no": [1, 2, 2],
        }
    )
    assert ECHO not in detector.hear(turns)["cue"].to_list()


def test_a_number_read_back_in_digits_is_no_restatement(detector: Detector) -> None:
    talk = heard(detector, ("customer", "it's 4 7 1 1"), ("agent", "4 7 1 1"))
    assert not talk[1]


def test_a_retelling_takes_up_what_the_customer_said(detector: Detector) -> None:
    talk = heard(
        detector,
        ("customer", "my freezer broke on Saturday and all the food was ruined"),
        ("agent", "Your freezer broke and everything was ruined."),
    )
    assert ("restatement", RETELLING) in talk[1]


def test_advice_in_the_same_words_is_no_retelling(detector: Detector) -> None:
    talk = heard(
        detector,
        ("customer", "my freezer broke on Saturday and all the food was ruined"),
        ("agent", "You should throw away food that was ruined in a freezer."),
    )
    assert ("restatement", RETELLING) not in talk[1]


def test_a_bare_sorry_is_an_apology_only_where_the_agent_goes_on(
    detector: Detector,
) -> None:
    """After the customer's words it asks to say them again."""
    pardon = heard(detector, ("customer", "it's Ashdown"), ("agent", "sorry"))
    apology = heard(detector, ("agent", "i cut you off there"), ("agent", "sorry"))
    assert "apology" not in {label for label, _ in pardon[1]}
    assert "apology" in {label for label, _ in apology[1]}


def test_alone_an_utterance_is_heard_by_its_words_only(detector: Detector) -> None:
    alone = pl.DataFrame(
        {"text": ["sorry", "never turned up"], "speaker": "agent", "language": "en"}
    )
    assert detector.hear(alone).is_empty()
