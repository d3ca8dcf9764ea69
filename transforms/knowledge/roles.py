"""What tells the agent from the customer: habits of speech with their weights, as data."""

from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from transforms.knowledge.frozen import Frozen
from transforms.knowledge.thresholds import Threshold

_HEAVIEST: Final = 3.0
"""The most that one habit may weigh: odds of twenty to one."""


def _lines(given: object) -> object:
    """Phrases written one a line."""
    if not isinstance(given, str):
        return given
    return tuple(line.strip() for line in given.splitlines() if line.strip())


Phrases = Annotated[tuple[str, ...], BeforeValidator(_lines), Field(min_length=1)]


class Habit(Frozen):
    """Log-odds that who does it is of one side, and why."""

    weight: float = Field(gt=0, le=_HEAVIEST)
    reason: str


class PhraseGroup(Habit):
    """Phrases that one side says.

    Attributes:
        side: whose they are.
        most: how many turns with one of them count in a call.
        of_caller: who rings says them, so they tell nothing in a call that goes out.
    """

    side: Literal["agent", "customer"]
    most: int = Field(ge=1)
    of_caller: bool = False


class Roles(Frozen):
    """How roles are told from talk; see `data/roles.yaml` for the reasons.

    Attributes:
        opens: who speaks first.
        statement: whose is the longest of the first turns.
        names_itself: who is the first to say the agent's name.
        opening_turns: how many turns the last two look at.
        heard_turns: how many turns of a call are listened to for phrases.
        exchanged_odds: log-odds from which labels count as exchanged.
        inferred_confidence: probability from which inferred roles are used.
        stray_share: share of the words under which a third voice is not reckoned with.
        groups: what is said, by whom, and its weight.
        phrases: by language and group; written as cues are, without gaps.
    """

    version: str
    opens: Habit
    statement: Habit
    names_itself: Habit
    opening_turns: Threshold
    heard_turns: Threshold
    exchanged_odds: Threshold
    inferred_confidence: Threshold
    stray_share: Threshold
    groups: dict[str, PhraseGroup]
    phrases: dict[str, dict[str, Phrases]]

    @model_validator(mode="after")
    def _groups_are_known(self) -> Self:
        for language, groups in self.phrases.items():
            if unknown := sorted(set(groups) - set(self.groups)):
                raise ValueError(
                    f"phrases.{language} has the groups {unknown}, but there are only"
                    f" {sorted(self.groups)}; name one of these, or add it under groups"
                )
            gapped = [
                phrase
                for phrases in groups.values()
                for phrase in phrases
                if {"...", "_"} & set(phrase.split())
            ]
            if gapped:
                raise ValueError(
                    f"phrases.{language} has gaps in {gapped[:3]}; role phrases have"
                    " none: write the words out"
                )
        return self
