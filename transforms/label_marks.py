"""The mark of each label in each language: how far it may be trusted, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from transforms.contracts.validity_marts import MARKS
from transforms.detection.labels import LABELS
from transforms.knowledge.validity import Figure, Marks, Validity

PROVEN: Final = "proven"
PROVISIONAL: Final = "provisional"
UNPROVEN: Final = "unproven"

_NOTHING: Final = "nothing was measured in this language"
_LOWEST: Final = -2.0
"""Stands for a kappa that is not defined: less than any."""


@dataclass(frozen=True)
class Mark:
    """How far something may be trusted.

    Attributes:
        mark: `proven`, `provisional` or `unproven`.
        reason: why, in words.
        figure: the figure that decided; None where nothing was measured.
    """

    mark: str
    reason: str
    figure: Figure | None = None

    @property
    def strength(self) -> tuple[int, float]:
        """Orders marks from the weakest on."""
        low = self.figure.kappa_low if self.figure else None
        return -MARKS.index(self.mark), _LOWEST if low is None else low


def label_mark(validity: Validity, label: str, language: str) -> Mark:
    """The mark of a label in a language, from what was measured of it.

    Text that people labelled decides where it can; else text labelled by rule through a
    translation; else our own writing. Of several sources of one kind, what was measured
    in the course of calls comes first, as steps are judged there; then the source with most
    positive rows. A source in which a row has one label only makes false alarms of what
    is right: it may show that a label is heard well enough, and never that it isn't.
    """
    mine = [
        f
        for f in validity.figures.figures
        if f.label == label and f.language == language
    ]
    marks = validity.marks
    for text, judge in (("human", _by_people), ("silver", _by_translation)):
        chosen = _deciding([f for f in mine if f.text == text], marks)
        if chosen is not None:
            return judge(chosen, marks)
    own = [f for f in mine if f.text == "own" and f.positives]
    if own:
        return _by_own_writing(max(own, key=_weight), marks, _unable(mine, marks))
    return Mark(UNPROVEN, _unable(mine, marks) or _NOTHING)


def _deciding(figures: Sequence[Figure], marks: Marks) -> Figure | None:
    """The figure that decides among those of one kind of text; None where none can."""
    enough = [f for f in figures if f.positives >= marks.positives.value]
    whole = [f for f in enough if not f.is_precision_lower_bound]
    least = (marks.proven if whole else marks.provisional).value
    able = [f for f in enough if f in whole or _low(f) >= least]
    return max(able, key=_weight, default=None)


def _weight(figure: Figure) -> tuple[bool, int]:
    return figure.unit != "utterance", figure.positives


def _low(figure: Figure) -> float:
    return _LOWEST if figure.kappa_low is None else figure.kappa_low


def _by_people(figure: Figure, marks: Marks) -> Mark:
    mark = by_bound(_low(figure), marks)
    return Mark(mark, f"against people's labels on {_measured(figure)}", figure)


def by_bound(low: float, marks: Marks) -> str:
    """The mark that a lower bound of kappa gives."""
    if low >= marks.proven.value:
        return PROVEN
    return PROVISIONAL if low >= marks.provisional.value else UNPROVEN


def _by_translation(figure: Figure, marks: Marks) -> Mark:
    mark = PROVISIONAL if _low(figure) >= marks.provisional.value else UNPROVEN
    words = f"against labels taken over from a translation on {_measured(figure)}"
    return Mark(mark, words, figure)


def _by_own_writing(figure: Figure, marks: Marks, unable: str) -> Mark:
    kappa = _LOWEST if figure.kappa is None else figure.kappa
    mark = PROVISIONAL if kappa >= marks.provisional.value else UNPROVEN
    words = f"on text of our own writing only: {_measured(figure)}"
    return Mark(mark, f"{words}; {unable}" if unable else words, figure)


def _unable(figures: Iterable[Figure], marks: Marks) -> str:
    """Why text that others wrote does not decide; nothing where there is none."""
    others = [f for f in figures if f.text != "own"]
    few = [f for f in others if f.positives < marks.positives.value]
    least = f"{marks.positives.value:g}"
    told = [f"{f.source} has {f.positives} positive rows of {least}" for f in few]
    told += [
        f"on {f.source}, where a row has one label only, kappa is at least"
        f" {_number(f.kappa)}"
        for f in others
        if f not in few
    ]
    return "; ".join(told)


def _measured(figure: Figure) -> str:
    return (
        f"{figure.source}: {kappa_in_words(figure.kappa, figure.kappa_low, figure.kappa_high)}"
        f", {figure.positives} of {figure.rows} rows positive"
    )


def kappa_in_words(kappa: float | None, low: float | None, high: float | None) -> str:
    """A kappa and its interval."""
    if low is None or high is None:
        return f"kappa {_number(kappa)}"
    return f"kappa {_number(kappa)} ({_number(low)} to {_number(high)})"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def label_marks(
    validity: Validity, languages: Iterable[str]
) -> dict[tuple[str, str], Mark]:
    """The mark of every label in every language, known or measured."""
    measured = (*validity.figures.figures, *validity.figures.negatives)
    return {
        (label, language): label_mark(validity, label, language)
        for label in dict.fromkeys((*LABELS, *(found.label for found in measured)))
        for language in sorted({*languages, *(found.language for found in measured)})
    }
