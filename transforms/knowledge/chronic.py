"""What is advised for customers who complain again and again, and the default baseline."""

from typing import Final

from pydantic import Field, model_validator

from transforms.contracts.customer_marts import PATTERNS
from transforms.knowledge.frozen import Frozen


class Advice(Frozen):
    """One pattern: what it is, what the playbooks advise, and where they say so."""

    meaning: str
    advice: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[str, ...] = Field(min_length=1)


class DefaultBaseline(Frozen):
    """What is taken for usual while there are too few customers to compare with."""

    rate: float = Field(gt=0)
    dispersion: float = Field(ge=0)
    reason: str


class ChronicGuide(Frozen):
    """What `data/chronic.yaml` says; its owner answers for it."""

    version: str
    owner: str = Field(min_length=1)
    baseline: DefaultBaseline
    patterns: dict[str, Advice]

    @model_validator(mode="after")
    def _advises_on_every_pattern(self) -> "ChronicGuide":
        if set(self.patterns) != set(PATTERNS):
            raise ValueError(
                f"advice is asked on exactly the patterns {sorted(PATTERNS)}"
            )
        return self


NO_GUIDE: Final = ChronicGuide(
    version="",
    owner="nobody",
    baseline=DefaultBaseline(rate=0.5, dispersion=1, reason="none is told"),
    patterns={
        name: Advice(meaning=name, advice=("none is told",), seeds=("none",))
        for name in PATTERNS
    },
)
"""Where nothing is advised: tests that judge single calls need none."""
