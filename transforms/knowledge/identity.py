"""What is needed to tell that two customers of the source are one person, as data."""

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from transforms.knowledge.frozen import Frozen
from transforms.knowledge.thresholds import Threshold

Compared = Literal[
    "given", "family", "phone", "email", "birth", "national", "address", "postcode"
]
"""What is compared of two records."""
Blocked = Literal[Compared, "name"]

LEVELS: Final[dict[Compared, tuple[str, ...]]] = {
    "given": (
        "same",
        "exchanged",
        "sounds_alike",
        "similar",
        "begins",
        "close",
        "different",
    ),
    "family": ("same", "exchanged", "sounds_alike", "similar", "different"),
    "phone": ("same", "different"),
    "email": ("same", "similar", "different"),
    "birth": ("same", "similar", "different"),
    "national": ("same", "similar", "different"),
    "address": ("same", "similar", "different"),
    "postcode": ("same", "similar", "different"),
}
"""The degrees of agreement of each thing compared, the closest first."""


class Regions(Frozen):
    """In which country a telephone number without a code is read, and why."""

    reason: str
    languages: dict[str, str]
    zones: dict[str, str]


class Mailboxes(Frozen):
    """Which e-mail addresses are one mailbox, and why."""

    reason: str
    same_as: dict[str, str]
    without_dots: tuple[str, ...]


class Agreement(Frozen):
    """How often two records agree to each degree, and why.

    Attributes:
        reason: why so.
        one_person: shares of the degrees among pairs of one person.
        strangers: the same among pairs of two.
    """

    reason: str
    one_person: dict[str, float]
    strangers: dict[str, float]


class Training(Frozen):
    """How the model learns from the records.

    Attributes:
        reason: why so.
        certain: agreements that only one person has, but for rare exceptions.
        certain_share: share of all pairs of one person that these find.
        learn_from: agreements whose pairs teach about everything else.
        worth_of_start: how many matches the numbers of `comparisons` are worth.
        worth_of_strangers: how many pairs of strangers they are worth.
        least_split_share: share of the records that are reckoned to be second ones.
        sampled_pairs: random pairs that tell how often strangers agree; also the most
            pairs that each of `learn_from` teaches by.
        seed: of the sample.
    """

    reason: str
    certain: tuple[tuple[Compared, ...], ...]
    certain_share: float = Field(gt=0, le=1)
    learn_from: tuple[tuple[Compared, ...], ...]
    worth_of_start: float = Field(gt=0)
    worth_of_strangers: float = Field(gt=0)
    least_split_share: float = Field(gt=0, lt=1)
    sampled_pairs: int = Field(ge=1000)
    seed: int


class Identity(Frozen):
    """How people are told to be one; see `data/identity.yaml` for the reasons.

    Attributes:
        version: of the file.
        regions: where numbers without a country's code belong.
        mailboxes: e-mail addresses that are one.
        shared_names: family names from which on a number or address tells nothing.
        name_holders: records up to which pairs that share only a name are compared.
        comparisons: what is compared, and what the model starts from.
        blocking: what pairs must share to be compared.
        training: how the model learns.
    """

    version: str
    regions: Regions
    mailboxes: Mailboxes
    shared_names: Threshold
    name_holders: Threshold
    comparisons: dict[Compared, Agreement]
    blocking: tuple[tuple[Blocked, ...], ...] = Field(min_length=1)
    training: Training

    @model_validator(mode="after")
    def _levels_are_whole(self) -> Self:
        for name, levels in LEVELS.items():
            told = self.comparisons.get(name)
            if told is None:
                raise ValueError(
                    f"comparisons: nothing on {name}; it needs all {[*LEVELS]}"
                )
            _check_shares(f"comparisons.{name}.one_person", told.one_person, levels)
            _check_shares(f"comparisons.{name}.strangers", told.strangers, levels)
        return self


def _check_shares(
    place: str, shares: dict[str, float], levels: tuple[str, ...]
) -> None:
    if set(shares) != set(levels):
        raise ValueError(
            f"{place}: degrees {sorted(shares)}; it needs {sorted(levels)}"
        )
    if abs(sum(shares.values()) - 1) > 0.001 or min(shares.values()) <= 0:
        raise ValueError(
            f"{place}: {shares} are no shares of one whole; each must be over 0, and all"
            " together 1"
        )
