"""Roles: labels that seem exchanged, voices without a role, and what goes before a guess."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.knowledge import load_knowledge
from tests.talks import Turn, call_frame, exchanged, text_frame, unlabelled
from tests.transforms.drawn import DATA, roles
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.roles import Roles
from transforms.role_evidence import role_evidence
from transforms.roles import TOLD, RolesFound, find_roles

LEXICONS = load_knowledge(DATA).lexicons
NOBODY_SAID = pl.DataFrame(schema=TOLD)
FAULT: list[Turn] = [
    ("agent", "Good morning, this is Dana, how can I help?"),
    ("customer", "Hi, I'm ringing about my broadband, it's not working again today."),
    ("agent", "Can I take your postcode please? Bear with me, I'll just check."),
    ("customer", "They said somebody would come on Monday."),
]
BARE: list[Turn] = [("customer", "Yes."), ("agent", "No."), ("customer", "Well.")]


def found(
    *talks: Sequence[Turn],
    told: pl.DataFrame = NOBODY_SAID,
    fix: bool = False,
    **fields: str | None,
) -> RolesFound:
    calls = call_frame(len(talks), [fields] * len(talks))
    return find_roles(calls, text_frame(talks), roles(), LEXICONS, told, fix=fix)


def row(talk: Sequence[Turn], **given: Any) -> dict[str, Any]:
    return found(talk, **given).calls.row(0, named=True)


def speakers(talk: Sequence[Turn], **given: Any) -> list[str]:
    return found(talk, **given).mended(text_frame([talk]))["speaker"].to_list()


def odds(talk: Sequence[Turn]) -> float:
    frame = role_evidence(call_frame(1), text_frame([talk]), roles(), LEXICONS)
    by_party = dict(frame.select("party", "odds").iter_rows())
    return by_party.get(0, 0.0) - by_party.get(1, 0.0)


def test_labels_that_fit_the_talk_stay() -> None:
    fits = row(FAULT)
    assert fits["roles"] == "as labelled"
    assert fits["roles_confidence"] > 0.95
    assert speakers(FAULT) == [speaker for speaker, _ in FAULT]


def test_exchanged_labels_are_flagged_and_not_mended_unasked() -> None:
    flagged = row(exchanged(FAULT))
    assert flagged["roles"] == "seem exchanged"
    assert flagged["roles_confidence"] < 0.05
    assert "seem exchanged (99 of 100)" in flagged["roles_doubt"]
    assert "--fix-roles" in flagged["roles_doubt"]
    assert speakers(exchanged(FAULT)) == [s for s, _ in exchanged(FAULT)]


def test_exchanged_labels_are_mended_when_asked() -> None:
    mended = row(exchanged(FAULT), fix=True)
    assert (mended["roles"], mended["roles_doubt"]) == ("exchanged", None)
    assert mended["roles_confidence"] > 0.95
    assert speakers(exchanged(FAULT), fix=True) == [speaker for speaker, _ in FAULT]


def test_a_call_without_signs_keeps_its_labels() -> None:
    assert row(BARE, fix=True)["roles"] == "as labelled"


@pytest.mark.parametrize("is_exchanged", [True, False])
def test_what_was_said_goes_before_what_is_found(is_exchanged: bool) -> None:
    told = pl.DataFrame({"call_no": [0], "is_exchanged": [is_exchanged]}, schema=TOLD)
    for talk in (FAULT, exchanged(FAULT)):
        followed = row(talk, told=told, fix=True)
        assert followed["roles"] == ("exchanged" if is_exchanged else "as labelled")
        assert followed["roles_doubt"] is None


WORDS = st.sampled_from(
    [text for _, text in FAULT]
    + ["Yes.", "I can see that here.", "My phone keeps cutting off", "Thank you, bye"]
)


@given(st.lists(st.tuples(st.sampled_from(["agent", "customer"]), WORDS), min_size=2))
def test_exchanging_the_labels_negates_the_odds(talk: list[Turn]) -> None:
    assert odds(exchanged(talk)) == pytest.approx(-odds(talk))


def test_no_habit_counts_more_often_than_it_may() -> None:
    asks = ("agent", "How can I help?")
    answers = ("customer", "Nothing, really, thank you very much for asking me.")
    once, often = odds([asks, answers]), odds([asks, answers, asks, asks, asks])
    assert often == pytest.approx(once)


def test_in_a_call_that_goes_out_who_opens_or_rings_tells_nothing() -> None:
    talk: list[Turn] = [
        ("customer", "Hello?"),
        ("agent", "Good morning, I'm calling about the delivery."),
        ("customer", "Yes."),
    ]
    coming_in, going_out = row(talk), row(talk, direction="outbound")
    assert coming_in["roles"] == "seem exchanged"
    assert going_out["roles"] == "as labelled"


def test_whoever_says_the_agents_name_first_is_the_agent() -> None:
    talk: list[Turn] = [("0", "Mm."), ("1", "Nela here"), ("0", "Oh Nela, hello you")]
    assert row(talk)["roles"] == "not inferred"
    assert row(talk, direction="outbound", agent_name="Nela Malá")[
        "roles_confidence"
    ] == pytest.approx(0.95, abs=0.01)
    assert speakers(talk, direction="outbound", agent_name="Nela Malá") == [
        "customer",
        "agent",
        "customer",
    ]


def test_voices_without_a_role_get_theirs_with_a_confidence() -> None:
    for talk in (FAULT, FAULT[1:]):
        inferred = row(unlabelled(talk))
        assert (inferred["roles"], inferred["roles_doubt"]) == ("inferred", None)
        assert inferred["roles_confidence"] > 0.95
        assert speakers(unlabelled(talk)) == [speaker for speaker, _ in talk]


def test_voices_that_nothing_tells_apart_stay_without_a_role() -> None:
    doubtful = row(unlabelled(BARE))
    assert doubtful["roles"] == "not inferred"
    assert "who is who is not certain (" in doubtful["roles_doubt"]
    assert speakers(unlabelled(BARE)) == ["unknown"] * 3


def test_one_voice_alone_has_no_role() -> None:
    alone = row([("0", text) for _, text in FAULT])
    assert (alone["roles"], alone["roles_confidence"]) == ("not inferred", None)
    assert alone["roles_doubt"] == "speakers are not labelled as agent and customer"


def test_a_voice_beside_a_labelled_one_takes_the_other_side() -> None:
    talk = [("agent" if s == "agent" else "0", text) for s, text in FAULT]
    assert row(talk)["roles"] == "inferred"
    assert speakers(talk) == [speaker for speaker, _ in FAULT]
    turned = [("customer" if s == "agent" else "0", text) for s, text in FAULT]
    assert row(turned)["roles"] == "not inferred"


def test_a_third_voice_is_the_supervisors_after_a_hand_over_only() -> None:
    joins: Turn = ("2", "Hello, this is Mr Moore, what happened with the router?")
    over: Turn = ("0", "I'll put you through to my manager.")
    talk = unlabelled(FAULT)
    assert speakers([*talk, over, joins])[-2:] == ["agent", "supervisor"]
    crowded = row([*talk, joins])
    assert crowded["roles"] == "not inferred"
    assert "more than two voices" in crowded["roles_doubt"]


def test_a_stray_voice_of_a_few_words_stays_unknown() -> None:
    long_talk = unlabelled(FAULT) * 3
    assert speakers([*long_talk, ("2", "Um.")])[-1] == "unknown"
    assert row([*long_talk, ("2", "Um.")])["roles"] == "inferred"


def test_a_persons_word_turns_inferred_roles_round() -> None:
    told = pl.DataFrame({"call_no": [0], "is_exchanged": [True]}, schema=TOLD)
    assert row(unlabelled(FAULT), told=told)["roles"] == "exchanged"
    assert speakers(unlabelled(FAULT), told=told) == [s for s, _ in exchanged(FAULT)]


def test_in_a_language_without_a_lexicon_nothing_is_said_of_roles() -> None:
    for talk in (exchanged(FAULT), unlabelled(FAULT)):
        unheard = row(talk, spoken_language=None, fix=True)
        assert unheard["roles"] == "as labelled"
        assert unheard["roles_confidence"] is None


def test_every_spoken_language_has_role_phrases_of_both_sides() -> None:
    groups = roles().groups
    for language in LEXICONS:
        sides = {groups[name].side for name in roles().phrases[language]}
        assert sides == {"agent", "customer"}, language


def test_a_phrase_group_that_there_is_none_of_is_refused() -> None:
    text = (DATA / "roles.yaml").read_text("utf-8")
    with pytest.raises(KnowledgeError, match=r"has the groups \['offers'\]"):
        parse(Roles, text.replace("    offer_of_help: |", "    offers: |"), "roles")
    with pytest.raises(KnowledgeError, match=r"write the words out"):
        parse(Roles, text.replace("bear with me", "bear ... me"), "roles")
