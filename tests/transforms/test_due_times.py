"""Due times: what agents say, in five languages, and by when it is due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.generate.bank import Bank, load_banks
from tests.transforms.drawn import DATA
from transforms.due_times import NO_TIME, VAGUE, OfficeHours, due_time
from transforms.due_times.clauses import (
    ASKED,
    CONDITIONAL,
    ELSEWHERE,
    NEGATED,
    UNCLEAR,
)
from transforms.due_times.dates import calendar_date
from transforms.due_times.gathering import (
    DATE_OR_TIME,
    EITHER_WEEK,
    HALF_DAY,
    NO_SUCH_DATE,
    OPEN,
    PASSED,
    TWO,
)
from transforms.knowledge.due_times import Grammar
from transforms.knowledge.frozen import KnowledgeError, parse

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GOLD = Path(__file__).parent / "due_times"
GRAMMARS = {
    path.stem: parse(Grammar, path.read_text(encoding="utf-8"), str(path))
    for path in sorted((DATA / "due_times").glob("*.yaml"))
}
OFFICE = OfficeHours(time(8), time(17))


def said(language: str, kind: str) -> Iterator[tuple[str, datetime, datetime | None]]:
    """What is said, when, and by when it is due; None where nobody can know."""
    listed = yaml.safe_load((GOLD / f"{language}.yaml").read_text(encoding="utf-8"))
    zone = ZoneInfo(listed["zone"])
    for talk in listed.get(kind, []):
        said_at = moment(talk["said_at"], zone)
        for text, due in talk["says"].items():
            yield text, said_at, None if due == "unknowable" else moment(due, zone)


def moment(written: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)


def cases(kind: str) -> list[tuple[str, str, datetime, datetime | None]]:
    return [(language, *case) for language in GRAMMARS for case in said(language, kind)]


@pytest.mark.parametrize(("language", "text", "said_at", "due"), cases("gold"))
def test_what_is_said_is_read(
    language: str, text: str, said_at: datetime, due: datetime | None
) -> None:
    assert due_time(text, said_at, GRAMMARS[language], OFFICE).at == due


@pytest.mark.parametrize(("language", "text", "said_at", "due"), cases("fresh"))
def test_what_is_said_in_other_words_is_read(
    language: str, text: str, said_at: datetime, due: datetime | None
) -> None:
    assert due_time(text, said_at, GRAMMARS[language], OFFICE).at == due


@pytest.mark.parametrize("language", GRAMMARS)
def test_each_language_has_sixty_sentences_and_none_of_them_twice(
    language: str,
) -> None:
    listed = [
        (text, at) for kind in ("gold", "fresh") for text, at, _ in said(language, kind)
    ]
    assert len(listed) >= 60
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("language", GRAMMARS)
def test_the_words_that_were_read_are_named(language: str) -> None:
    for text, said_at, _ in said(language, "gold"):
        found = due_time(text, said_at, GRAMMARS[language], OFFICE)
        assert found.why
        if found.at is not None:
            assert found.phrase is not None
            start, end = found.phrase
            assert 0 <= start < end <= len(text)
            words = text[start:end]
            again = due_time(words, said_at, GRAMMARS[language], OFFICE).at
            assert again in (found.at, None)


BANKS = load_banks(DATA / "generator")


@pytest.mark.parametrize("language", BANKS)
@pytest.mark.parametrize("weekday", range(7))
def test_each_wording_of_the_generator_is_read(language: str, weekday: int) -> None:
    bank, grammar = BANKS[language], GRAMMARS[language]
    said_at = datetime(2026, 5, 11 + weekday, 10, 23, tzinfo=AMSTERDAM)
    for ahead in range(1, 7):
        on = said_at + timedelta(days=ahead)
        days = {bank.days.weekdays[on.weekday()]}
        days |= {bank.days.tomorrow} if ahead == 1 else set()
        for day, (clock, by), wording in product(
            sorted(days), bank.times.items(), promises_of(bank)
        ):
            text = wording.format_map(Slots(day=day, time=by))
            due = datetime.combine(on.date(), time.fromisoformat(clock), AMSTERDAM)
            assert due_time(text, said_at, grammar, OFFICE).at == due, text


def promises_of(bank: Bank) -> Iterator[str]:
    """The wordings that name a day and a time."""
    for wording in (*bank.agent["follow_up_commitment"], *bank.supervisor_callback):
        if "{day}" in wording and "{time}" in wording:
            yield wording


class Slots(dict[str, str]):
    """Fills what is given, and leaves other slots as they are."""

    def __missing__(self, slot: str) -> str:
        return slot


MOMENTS = st.datetimes(
    # Hypothesis asks for bounds without a zone.
    datetime(2020, 1, 1),  # noqa: DTZ001
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(AMSTERDAM),
)
WORDS = {
    language: sorted(
        {
            w
            for kind in ("gold", "fresh")
            for text, _, _ in said(language, kind)
            for w in text.split()
        }
    )
    for language in GRAMMARS
}


@settings(deadline=None)  # the first use of a grammar compiles its phrases
@given(language=st.sampled_from(sorted(GRAMMARS)), said_at=MOMENTS, text=st.text())
def test_any_text_is_read_or_left(language: str, said_at: datetime, text: str) -> None:
    found = due_time(text, said_at, GRAMMARS[language], OFFICE)
    assert found.at is None or found.at > said_at


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(GRAMMARS)), MOMENTS)
def test_a_due_time_is_later_than_the_words(
    data: st.DataObject, language: str, said_at: datetime
) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[language]), max_size=8))
    found = due_time(" ".join(words), said_at, GRAMMARS[language], OFFICE)
    if found.at is not None:
        assert found.at.astimezone(UTC) > said_at.astimezone(UTC)
        assert found.at.tzinfo is said_at.tzinfo


@settings(deadline=None)
@given(
    said_at=MOMENTS,
    day=st.integers(0, 6),
    language=st.sampled_from(sorted(GRAMMARS)),
)
def test_a_weekday_said_a_week_later_is_a_week_later(
    said_at: datetime, day: int, language: str
) -> None:
    by = next(iter(BANKS[language].times.values()))
    text = f"{BANKS[language].days.weekdays[day]} {by}"
    now = due_time(text, said_at, GRAMMARS[language], OFFICE).at
    then = due_time(text, said_at + timedelta(days=7), GRAMMARS[language], OFFICE).at
    assert then == (now and now + timedelta(days=7))


def test_office_hours_tell_the_hours_apart() -> None:
    said_at = datetime(2026, 5, 13, 10, tzinfo=AMSTERDAM)
    late = OfficeHours(time(12), time(22))
    always = OfficeHours(time(0), time(23, 59))
    early = due_time("I'll call you by eight tomorrow", said_at, GRAMMARS["en"], late)
    assert early.at == datetime(2026, 5, 14, 20, tzinfo=AMSTERDAM)
    either = due_time(
        "I'll call you by eight tomorrow", said_at, GRAMMARS["en"], always
    )
    assert (either.at, either.why) == (None, HALF_DAY)
    today = due_time("I'll call you by eight", said_at, GRAMMARS["en"], always)
    assert today.at == datetime(2026, 5, 13, 20, tzinfo=AMSTERDAM)


def test_working_days_of_the_centre_count_before_those_of_the_language() -> None:
    said_at = datetime(2026, 5, 15, 10, tzinfo=AMSTERDAM)
    open_all_week = OfficeHours(time(8), time(17), (1, 2, 3, 4, 5, 6, 7))
    text = "You'll have it within one working day"
    own = due_time(text, said_at, GRAMMARS["en"], OFFICE).at
    theirs = due_time(text, said_at, GRAMMARS["en"], open_all_week).at
    assert own == datetime(2026, 5, 18, 17, tzinfo=AMSTERDAM)
    assert theirs == datetime(2026, 5, 16, 17, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I'll look into it.", NO_TIME),
        ("I'll call you soon.", VAGUE.format(said="soon")),
        ("I can't do it by Friday.", NEGATED),
        ("Shall I call you on Friday?", ASKED),
        ("I'll call you on Friday if I can.", CONDITIONAL),
        ("They told me on Friday.", ELSEWHERE),
        ("I'll call you first thing tomorrow.", UNCLEAR),
        ("I'll call you tomorrow or Friday.", TWO),
        ("I'll call you after four.", OPEN),
        ("I'll call you by nine today.", PASSED),
        ("I'll call you by six.", HALF_DAY),
        ("I'll call you on Wednesday.", EITHER_WEEK),
        ("I'll call you on the 31st of June.", NO_SUCH_DATE),
        ("I'll call you by 14.05.", DATE_OR_TIME),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    said_at = datetime(2026, 5, 13, 10, tzinfo=AMSTERDAM)
    found = due_time(text, said_at, GRAMMARS["en"], OFFICE)
    assert (found.at, found.why) == (None, why)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        due_time("by four", datetime(2026, 5, 13), GRAMMARS["en"], OFFICE)  # noqa: DTZ001


def test_an_office_opens_before_it_closes() -> None:
    with pytest.raises(ValueError, match="17:00 and closes at 08:00"):
        OfficeHours(time(17), time(8))


WORDS_OF_EN = GRAMMARS["en"].model_dump(mode="json")["words"]


@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [
        ({"words": {}}, "words: none for"),
        ({"horizon_days": {"value": 0, "reason": "-"}}, "horizon_days.value"),
        ({"working_week": {"days": [0, 1], "reason": "-"}}, "from 1 .Monday. to 7"),
        ({"days": [{"phrases": ["today"], "ahead": 0, "part": "dusk"}]}, "'dusk'"),
        (
            {
                "days": [
                    {"phrases": ["tomorrow"], "ahead": 0},
                    {"phrases": ["tomorrow"], "ahead": 1},
                ]
            },
            "two things",
        ),
        (
            {"days": [{"phrases": ["in {hours}"], "ahead": 0}]},
            "no slot is called 'hours'",
        ),
        ({"days": [{"phrases": ["[today]"], "ahead": 0}]}, "no words at all"),
        ({"colour": "red"}, "colour"),
        ({"words": WORDS_OF_EN | {"hour": {25: ["many"]}}}, "is not from 0 to 24"),
        ({"words": WORDS_OF_EN | {"hour": {1: ["a"], 2: ["a"]}}}, "both 1 and 2"),
        (
            {
                "parts": [
                    {
                        "name": "dusk",
                        "begins": "17:00",
                        "ends": "18:00",
                        "phrases": ["at dusk"],
                    }
                ]
            },
            "lack the reason",
        ),
    ],
)
def test_a_grammar_that_cannot_be_used_is_refused(
    change: dict[str, object], said_of_it: str
) -> None:
    path = DATA / "due_times" / "en.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8")) | change
    with pytest.raises(KnowledgeError, match=said_of_it) as refused:
        parse(Grammar, yaml.safe_dump(written), "en.yaml")
    assert str(refused.value).startswith("en.yaml: ")


@pytest.mark.parametrize("language", GRAMMARS)
def test_each_month_is_read_by_the_grammar_and_by_dateparser_alike(
    language: str,
) -> None:
    months = GRAMMARS[language].words["month"]
    slots = [{"day": 9, "month": month, "year": 2027} for month in range(1, 13)]
    read = [calendar_date(s, months, language, date(2026, 12, 1), 183) for s in slots]
    assert read == [date(2027, month, 9) for month in range(1, 13)]
