"""Words about promises, by language: what is promised, and what customers say came of it."""

from typing import Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from transforms.knowledge.frozen import Frozen

Kind = Literal["call_back", "message", "visit", "refund", "investigation", "other"]
Told = Literal["not_called", "not_done", "not_kept", "called", "done"]

KINDS: Final[tuple[Kind, ...]] = (
    "call_back",
    "message",
    "visit",
    "refund",
    "investigation",
    "other",
)
"""What a promise is of: a call or other word from us, something written, somebody or
something that comes (delivery, repair), money, an inquiry, or none of these."""
TOLD: Final[tuple[Told, ...]] = ("not_called", "not_done", "not_kept", "called", "done")
"""What customers say came of a promise: nobody called; what was promised was not done; the
promise, of whatever, was broken; they were called; it was done."""


class HeardWords(Frozen):
    """Phrases, and sentences in which they must and must not be heard.

    The notation is that of the lexicons, without `^`, `$` and `~`.
    """

    phrases: tuple[str, ...] = Field(min_length=1)
    heard_in: tuple[str, ...] = Field(min_length=1)
    not_heard_in: tuple[str, ...] = Field(min_length=1)

    @field_validator("phrases")
    @classmethod
    def _notation_is_known(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        if strange := [p for p in phrases if set("^$~") & set(p)]:
            raise ValueError(f"`^`, `$` and `~` mean nothing here: {strange[:3]}")
        return phrases


class PromiseWords(Frozen):
    """The words of one language about promises; see `data/promises/`."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    version: str
    fold_diacritics: bool = False
    offers: HeardWords = Field(
        description="words that make it an offer to choose from, not yet a promise"
    )
    kinds: dict[Kind, HeardWords]
    told: dict[Told, HeardWords]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if "other" in self.kinds:
            raise ValueError("`other` is what no words tell: it has none of its own")
        lacking = [kind for kind in KINDS if kind not in (*self.kinds, "other")]
        lacking += [told for told in TOLD if told not in self.told]
        if lacking:
            raise ValueError(f"no words are given for {lacking}")
        return self
