"""The phrase bank: one file a language, from which every generated sentence comes.

A wording may bend to whoever speaks or listens: `<m|f>` to the agent's gender,
`(m|f)` to the customer's. Slots in braces are filled for each call.
Several lines may stand in one string, parted by ` / `.
"""

import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from flows.generate.due import Days, Dues, DueWords
from transforms.detection.labels import AGENT_LABELS, CUSTOMER_LABELS
from transforms.knowledge.frozen import Frozen, KnowledgeError, parse

SLOTS: Final = frozenset(
    [
        "agent",
        "supervisor",
        "issue",
        "product",
        "recap",
        "day",
        "time",
        "amount",
        "company",
        "number",
        "until",
    ]
)
DATED: Final = ("{day}", "{time}")
EXTRA_CUSTOMER: Final = frozenset({"insult_severe"})
"""Wordings kept apart from `insult`, though planted under that label."""

_AGENT_FORM = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_CUSTOMER_FORM = re.compile(r"\(([^()|]*)\|([^()|]*)\)")

Gender = Literal[0, 1]
"""0 masculine, 1 feminine: the order in which a wording gives its two forms."""


Bender = Callable[[str], str]
Said: TypeAlias = "str | float | tuple[Said, ...] | dict[str, Said]"
"""A bank, or a part of it, as plain values."""


def _split(value: object) -> object:
    return value.split(" / ") if isinstance(value, str) else value


Lines = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=6)]
Wordings = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=12)]
Spellings = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=1)]
Story = Annotated[tuple[str, str, str], BeforeValidator(_split)]
Pair = Annotated[tuple[str, str], BeforeValidator(_split)]


class Issue(Frozen):
    """One thing that goes wrong, as a customer tells it and an agent answers it."""

    category: str
    queue: str
    product: str
    about: str = Field(description="fills {issue}, after a word such as 'about'")
    story: Story
    recap: str = Field(description="a whole clause that sums the story up")
    wish: str
    fix: Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=2)]


class FirstNames(Frozen):
    """First names by grammatical gender."""

    masculine: tuple[str, ...] = Field(min_length=15)
    feminine: tuple[str, ...] = Field(min_length=15)


class Promises(Frozen):
    """How what is sent, paid or mended is promised; {day} says by when."""

    delivery: Lines
    refund: Lines
    visit: Lines


class Bank(Frozen):
    """Everything that is said in one language, and the names of those who say it."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    name: str
    share: float = Field(gt=0, description="weight among the languages of the centre")
    company: str
    phone_prefix: str
    phone_digits: int = Field(default=8, description="digits after the prefix")
    amounts: tuple[str, ...] = Field(min_length=3)
    queues: tuple[str, ...] = Field(min_length=1)
    teams: tuple[str, ...] = Field(min_length=2)
    places: tuple[str, ...] = Field(min_length=3)
    first_names: FirstNames
    last_names: tuple[str, ...] = Field(min_length=30)
    other_script: dict[str, Spellings] = Field(
        default_factory=dict, description="names as they are spelt in another script"
    )
    days: Days
    times: dict[str, str] = Field(min_length=3, description="HH:MM to a deadline")
    dues: Dues
    vague_dues: Lines
    promises: Promises
    promise_unmet: Lines
    hand_on: Lines
    handed_on: Lines
    issues: tuple[Issue, ...] = Field(min_length=15)
    enquiries: tuple[Pair, ...] = Field(min_length=10)
    small_talk: tuple[Pair, ...] = Field(min_length=60)
    clarifying_question: tuple[Pair, ...] = Field(min_length=12)
    desired_outcome_question: Wordings
    customer_nods: Lines
    flat_opening: Lines
    outbound_opening: Lines
    news: Lines
    promise_broken: Lines
    agreement: Lines
    decline: Lines
    confirmation: Lines
    calming: Lines
    supervisor_opening: Lines
    supervisor_callback: Lines
    agent: dict[str, Wordings]
    customer: dict[str, Wordings]

    @property
    def due_words(self) -> DueWords:
        """The words that say by when."""
        return DueWords(self.dues, self.vague_dues, self.days, self.times)

    @model_validator(mode="after")
    def _labels_are_complete(self) -> Self:
        apart = {"clarifying_question", "desired_outcome_question"}
        for side, told, wanted in (
            ("agent", frozenset(self.agent), AGENT_LABELS - apart),
            ("customer", frozenset(self.customer), CUSTOMER_LABELS | EXTRA_CUSTOMER),
        ):
            if told != wanted:
                raise ValueError(
                    f"{side}: missing {sorted(wanted - told)},"
                    f" unknown {sorted(told - wanted)}"
                )
        return self

    @model_validator(mode="after")
    def _slots_are_known(self) -> Self:
        for line in _strings(self.model_dump()):
            for _, slot, _, _ in Formatter().parse(line):
                if slot is not None and slot not in SLOTS:
                    raise ValueError(f"{line!r}: unknown slot, use one of {SLOTS}")
        return self

    @model_validator(mode="after")
    def _queues_are_known(self) -> Self:
        if lost := {issue.queue for issue in self.issues} - set(self.queues):
            raise ValueError(f"issues wait in queues that are not listed: {lost}")
        return self


class Phrasebook:
    """A bank bent to one pair of genders, with its lines by key.

    Wordings that name a day or a time stand apart under the key's `_dated` twin:
    saying one is making a promise.
    """

    def __init__(self, bank: Bank, agent: Gender, customer: Gender) -> None:
        """Bend every line once, so that nothing is bent while calls are made."""

        def bent(line: str) -> str:
            return bend(line, agent, customer)

        self.issues = tuple(
            Issue.model_validate(_mapped(issue.model_dump(), bent))
            for issue in bank.issues
        )
        self.pairs = {
            key: tuple((bent(first), bent(second)) for first, second in pairs)
            for key, pairs in (
                ("enquiries", bank.enquiries),
                ("small_talk", bank.small_talk),
                ("clarifying_question", bank.clarifying_question),
            )
        }
        self.lines = _by_date(_keyed(bank), bent)


def bend(line: str, agent: Gender, customer: Gender) -> str:
    """Choose the forms that fit the agent and the customer.

    >>> bend("Já jsem to <zapsal|zapsala>, (pane|paní).", 1, 0)
    'Já jsem to zapsala, pane.'
    """
    bent = _AGENT_FORM.sub(lambda forms: forms[agent + 1], line)
    return _CUSTOMER_FORM.sub(lambda forms: forms[customer + 1], bent)


def spoken(
    bank: Bank, line: str, agent: Gender, customer: Gender, names: int = 0
) -> str:
    """A wording as some agent says it to some customer, its slots filled.

    Args:
        bank: the language's.
        line: the wording.
        agent: the agent's gender.
        customer: the customer's gender.
        names: which of the bank's names, counted around.
    """
    first = bank.first_names.feminine if agent else bank.first_names.masculine
    issue = bank.issues[0]
    return bend(line, agent, customer).format(
        agent=first[names % len(first)],
        supervisor=bank.last_names[names % len(bank.last_names)],
        issue=issue.about,
        product=issue.product,
        recap=issue.recap,
        day=bank.days.tomorrow,
        time=next(iter(bank.times.values())),
        amount=bank.amounts[0],
        company=bank.company,
        number="4711",
    )


def load_banks(directory: Path) -> dict[str, Bank]:
    """Read every bank in a folder, by language code in alphabetical order.

    Raises:
        KnowledgeError: no bank is there, one cannot be used, or two share a language.

    """
    banks: dict[str, Bank] = {}
    for path in sorted(directory.glob("*.yaml")):
        bank = parse(Bank, path.read_text(encoding="utf-8"), str(path))
        if bank.language != path.stem:
            raise KnowledgeError(
                f"{path}: holds language {bank.language!r}; name it after its language"
            )
        banks[bank.language] = bank
    if not banks:
        raise KnowledgeError(f"{directory}: no phrase bank (*.yaml) found here")
    return banks


def _keyed(bank: Bank) -> dict[str, tuple[str, ...]]:
    own = (
        "desired_outcome_question customer_nods flat_opening outbound_opening news"
        " promise_broken agreement decline confirmation calming supervisor_opening"
        " supervisor_callback promise_unmet hand_on handed_on"
    )
    return {
        **{f"agent:{key}": lines for key, lines in bank.agent.items()},
        **{f"customer:{key}": lines for key, lines in bank.customer.items()},
        **{
            f"promises:{kind}": getattr(bank.promises, kind)
            for kind in Promises.model_fields
        },
        **{key: getattr(bank, key) for key in own.split()},
    }


def _by_date(
    keyed: dict[str, tuple[str, ...]], bent: Bender
) -> dict[str, tuple[str, ...]]:
    lines: dict[str, tuple[str, ...]] = {}
    for key, wordings in keyed.items():
        told = [bent(wording) for wording in wordings]
        dated = tuple(line for line in told if any(slot in line for slot in DATED))
        lines[key] = tuple(line for line in told if line not in dated)
        lines[f"{key}_dated"] = dated
    return lines


def _strings(value: Said) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [line for part in value.values() for line in _strings(part)]
    if isinstance(value, tuple):
        return [line for part in value for line in _strings(part)]
    return []


def _mapped(value: Said, bent: Bender) -> Said:
    if isinstance(value, str):
        return bent(value)
    if isinstance(value, dict):
        return {key: _mapped(part, bent) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_mapped(part, bent) for part in value)
    return value
