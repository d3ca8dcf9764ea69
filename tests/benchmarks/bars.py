"""The bars: what was measured, over what, against which limit and stretch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """One bar and what was measured.

    Attributes:
        name: what is measured, over what.
        limit: what it must keep to.
        stretch: what it aims at.
        measured: the figure; None where it was not measured.
        least: the figure must be at least the limit, rather than at most.
        note: what to know when reading it.
    """

    name: str
    limit: float
    stretch: float
    measured: float | None
    least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """`stretch`, `kept`, `missed` or `not measured`."""
        if self.measured is None:
            return "not measured"
        sign = -1 if self.least else 1
        if sign * self.measured <= sign * self.stretch:
            return "stretch"
        return "kept" if sign * self.measured <= sign * self.limit else "missed"

    def as_row(self) -> dict[str, Any]:
        """The bar with its verdict, for JSON."""
        return asdict(self) | {"verdict": self.verdict}


def hearing_bars(seconds: Mapping[str, float]) -> list[Bar]:
    """Bars of cue detection, from CPU seconds by name."""
    parse, detection = seconds["parse"], seconds["detection"]
    rivals = (("pandas", 15, 60), ("re", 12, 50), ("vader", 6, 30))
    return [
        Bar("cue detection / bare parse", 5, 2, detection / parse),
        Bar(
            "cue detection, no utterance repeated / bare parse",
            5,
            2,
            seconds["detection_unrepeated"] / parse,
            note="the generator repeats itself more than people do: both are shown",
        ),
        *(
            Bar(
                f"{name} / cue detection",
                limit,
                stretch,
                seconds[name] / detection,
                True,
            )
            for name, limit, stretch in rivals
            if name in seconds
        ),
        Bar(
            "four times the cues / one time",
            1.5,
            1.1,
            seconds["detection_fourfold"] / detection,
            note="with the cues of three more languages",
        ),
    ]


def night_bars(nights: Mapping[str, Any], parse: float) -> list[Bar]:
    """Bars of whole nights; `parse` is the bare parse of the same input."""
    full, delta, alone = (nights[name] for name in ("full", "delta", "alone"))
    return [
        Bar(
            "full build / bare parse",
            10,
            5,
            full["night"] / parse,
            note="measured once",
        ),
        Bar(
            "nightly delta / the same on none",
            1.5,
            1.1,
            delta["night"] / alone["night"],
        ),
        Bar(
            "nightly delta / full build", 1 / 12, 1 / 25, delta["night"] / full["night"]
        ),
        Bar("peak memory / input", 2, 1, full["peak_bytes"] / nights["input_bytes"]),
    ]
