"""Identity: who is one person, who is not, and who is left to a person to say."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.people import (
    KNOWLEDGE,
    among_strangers,
    crowd,
    linked,
    records,
    states,
    together,
)
from transforms.identity import WORDS
from transforms.identity_records import mailbox, phone_number

SPELT_TWICE = """
    id | name         | phone            | email             | language
    ---+--------------+------------------+-------------------+---------
    C1 | יעל כהן      | +972 52 123 4567 | yael@example.org | he
    X1 | Yael Cohen   | 052-123-4567     |                   | he
    C2 | Bauke Hoekema| +31 6 12345678   | bauke@example.org | nl
    X2 | Hoekema, Bauke| 06 12345678     |                   | nl
    C3 | Øyvind Strand| 41 23 45 67      | strand@example.org| nb
    X3 | Oyvind Strand| 0047 90 11 22 33 | Strand+shop@example.org| nb
    C4 | Marieke Postma| 06 87654321     | mpostma@example.org| nl
    X4 | Mareike Postma| 06 87654321     | mpostma@example.org| nl
    """
HOUSE = """
    id | name          | phone       | email
    ---+---------------+-------------+------------------
    C1 | Bauke Hoekema | 06 12345678 | hoekema@example.org
    C2 | Femke Hoekema | 06 12345678 | hoekema@example.org
    C3 | Sytse Hoekema | 06 12345678 |
    C5 | Martin Wiarda | 06 11223344 | wiarda@example.org
    C6 | Martina Wiarda| 06 11223344 | wiarda@example.org
    """


def word(one: str, other: str, *, is_confirmed: bool) -> pl.DataFrame:
    return pl.DataFrame(
        [(one, other, is_confirmed, "ann says so")], WORDS, orient="row"
    )


def test_spellings_numbers_and_addresses_of_one_person_are_linked_with_reasons() -> (
    None
):
    found = among_strangers(SPELT_TWICE)
    assert together(found) == {frozenset({f"C{n}", f"X{n}"}) for n in range(1, 5)}
    assert set(
        found.people.filter(pl.col("source_customer_id").str.starts_with("X"))[
            "customer_id"
        ]
    ) == {"C1", "C2", "C3", "C4"}
    told = {row["other_customer_id"]: row for row in found.links.to_dicts()}
    assert told["X1"]["state"] == "linked"
    assert told["X1"]["probability"] > KNOWLEDGE.limits.link
    assert told["X1"]["reasons"] == [
        "first names that sound alike, in two scripts",
        "family names that sound alike",
        "same telephone number",
    ]
    assert told["X3"]["reasons"] == [
        "same first name (1 record in 204 has it)",
        "same family name (1 record in 204 has it)",
        "different telephone numbers",
        "same e-mail address",
    ]


def test_a_household_is_not_one_person_whatever_it_shares() -> None:
    found = among_strangers(HOUSE)
    assert together(found) == set()
    assert set(states(found).values()) <= {"to_review"}
    assert frozenset({"C1", "C2"}) not in states(found)


def test_a_letter_between_two_short_first_names_is_left_to_a_person() -> None:
    found = among_strangers("""
        id | name        | phone       | email
        ---+-------------+-------------+------------------
        C1 | Dana Hoekema | 06 12345678 | hoekema@example.org
        C2 | Dina Hoekema | 06 12345678 | hoekema@example.org
        """)
    assert together(found) == set()
    assert states(found) == {frozenset({"C1", "C2"}): "to_review"}


def test_a_company_number_tells_nothing() -> None:
    staff = "\n".join(
        f"S{n} | {name} | 020 1234567 | {email}"
        for n, (name, email) in enumerate(
            [
                ("Sjoerd Wiersma", "sjoerd@example.org"),
                ("Sjoerd Wiersma", "wiersma@example.com"),
                ("Hylke Dijkstra", ""),
                ("Wytske Bosma", ""),
                ("Jelle Terpstra", ""),
            ]
        )
    )
    head = "id | name | phone | email\n---+---\n"
    assert together(among_strangers(head + staff)) == set()
    few = "\n".join((head + staff).splitlines()[:4])
    assert together(among_strangers(few)) == {frozenset({"S0", "S1"})}


def test_a_chain_breaks_where_it_would_join_two_people() -> None:
    found = among_strangers("""
        id | name          | phone       | email            | born
        ---+---------------+-------------+------------------+---------
        C1 | Bauke Hoekema | 06 12345678 | b.hoekema@example.org | 19500101
        C2 | Bauke Hoekema | 06 12345678 | b.hoekema@example.org |
        C3 | Bauke Hoekema | 06 12345678 |                  | 19850607
        """)
    (group,) = together(found)
    assert group == {"C1", "C2"}
    assert states(found)[frozenset({"C2", "C3"})] == "to_review"
    (kept,) = found.links.filter(source_customer_id="C2", other_customer_id="C3")[
        "reasons"
    ].to_list()
    assert kept[0] == "would make C1 and C3 one person: different birth dates"


def test_a_number_without_a_name_is_nobodys_of_those_who_share_it() -> None:
    shared = HOUSE.rstrip() + "\n    N1 |  | 06 12345678 | hoekema@example.org\n"
    assert together(among_strangers(shared)) == set()
    alone = """
        id | name          | phone       | email
        ---+---------------+-------------+------------------
        C1 | Bauke Hoekema | 06 12345678 | bauke@example.org
        N1 |               | 06 12345678 | bauke@example.org
        N2 |               | 06 99999988 | one@example.org
        N3 |               | 06 99999988 | one@example.org
        """
    found = among_strangers(alone)
    assert together(found) == {frozenset({"C1", "N1"})}
    assert states(found)[frozenset({"N2", "N3"})] == "to_review"


def test_an_id_that_everybody_hangs_together_with_is_not_believed() -> None:
    rows = [f"P{n} | Bauke Hoekema | 06 12345678 | b@example.org" for n in range(40)]
    found = among_strangers("id | name | phone | email\n---+---\n" + "\n".join(rows))
    assert together(found) == set()
    assert "too many for one person" in found.links["reasons"][0][0]


def test_a_persons_word_goes_before_any_probability() -> None:
    joined = among_strangers(HOUSE, word("C1", "C3", is_confirmed=True))
    assert together(joined) == {frozenset({"C1", "C3"})}
    assert states(joined)[frozenset({"C1", "C3"})] == "confirmed"
    apart = among_strangers(SPELT_TWICE, word("C1", "X1", is_confirmed=False))
    assert frozenset({"C1", "X1"}) not in together(apart)
    assert states(apart)[frozenset({"C1", "X1"})] == "split"
    reasons = dict(apart.links.select("other_customer_id", "reasons").iter_rows())
    assert reasons["X1"][0] == "ann says so"


def test_what_is_confirmed_against_a_split_waits_for_a_person() -> None:
    words = pl.concat(
        [
            word("C1", "C2", is_confirmed=False),
            word("C1", "C3", is_confirmed=True),
            word("C2", "C3", is_confirmed=True),
        ]
    )
    found = among_strangers(HOUSE, words)
    assert together(found) == {frozenset({"C1", "C3"})}
    assert states(found)[frozenset({"C2", "C3"})] == "to_review"


def test_order_changes_nothing() -> None:
    drawn = pl.concat([records(SPELT_TWICE), crowd(300)], how="diagonal")
    turned = drawn.reverse().with_columns(
        record_no=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
    )
    first, second = linked(drawn), linked(turned)
    assert together(first) == together(second)
    shown = pl.col("probability", "reasons")
    assert (
        first.links.select(shown)
        .sort("probability")
        .equals(second.links.select(shown).sort("probability"))
    )


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Bauke Hoekema", "Femke Hoekema", "Bauke", None]),
            st.sampled_from(["06 12345678", "06 87654321", None]),
            st.sampled_from(["b@example.org", "f@example.org", None]),
        ),
        max_size=12,
    )
)
def test_people_part_the_ids(rows: list[tuple[str | None, ...]]) -> None:
    """Every id is of one person, who goes by one of their own ids; links agree with it."""
    drawn = pl.DataFrame(
        [(n, f"C{n}", *row, "nl") for n, row in enumerate(rows)],
        schema=crowd(0).schema,
        orient="row",
    )
    found = linked(pl.concat([drawn, crowd(60)]))
    ids = found.people["source_customer_id"]
    assert ids.n_unique() == ids.len() == len(rows) + 60
    person = dict(found.people.iter_rows())
    assert all(person[who] == who for who in person.values())
    for one, other, state in found.links.select(
        "source_customer_id", "other_customer_id", "state"
    ).iter_rows():
        assert (person[one] == person[other]) == (state == "linked")


@pytest.mark.parametrize(
    ("written", "language", "known"),
    [
        ("052-123-4567", "he", "+972521234567"),
        ("06 12345678", "nl", "+31612345678"),
        ("0047 41 23 45 67", "nl", "+4741234567"),
        ("41 23 45 67", "nb", "+4741234567"),
        ("777 123 456", "cs", "+420777123456"),
        ("06 12345678", "xx", "+31612345678"),
        ("anonymous", "nl", None),
        ("0000000000", "nl", None),
        ("112", "nl", None),
        (None, "nl", None),
        ("12345678901234567", "nl", "12345678901234567"),
    ],
)
def test_numbers_have_one_form(
    written: str | None, language: str, known: str | None
) -> None:
    places = (language, "Europe/Amsterdam")
    assert phone_number(written, places, KNOWLEDGE.identity.regions) == known


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (" Ann.Lee@Example.org ", "ann.lee@example.org"),
        ("ann.lee+shop@googlemail.com", "annlee@gmail.com"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("none", None),
        ("@example.org", None),
        (None, None),
    ],
)
def test_addresses_have_one_form(written: str | None, known: str | None) -> None:
    assert mailbox(written, KNOWLEDGE.identity.mailboxes) == known
