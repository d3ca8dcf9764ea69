"""Our own labelled text: the exemplars' held-out sentences, and the generator's wordings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.evaluate.rows import Labelled, as_rows
from flows.generate.bank import Bank, Gender, load_banks, spoken
from flows.knowledge import load_exemplars
from transforms.detection.labels import LABELS
from transforms.knowledge.evaluation import Answer, Exemplars, Source, is_held_out

_SIDES = ("agent", "customer")


def own_text(folder: Path) -> Iterator[Labelled]:
    """The exemplars and the generator's wordings, as labelled sources.

    Args:
        folder: the knowledge.
    """
    exemplars = load_exemplars(folder)
    if exemplars:
        yield _exemplars(exemplars)
    yield _wordings(load_banks(folder / "generator"))


def _exemplars(exemplars: list[Exemplars]) -> Labelled:
    """The held-out sentences; each is asked about its own label only."""
    labels = sorted({each.label for each in exemplars})
    answers = {
        label: Answer(
            native=(label,),
            by=_sides(label),
            not_judged=tuple(f"of {other}" for other in labels if other != label),
            reason="Written to be, or not to be, an example of it.",
        )
        for label in labels
    }
    source = Source(
        text="own",
        answers=answers,
        reason="Sentences of our own, a fifth of which nothing was made from.",
    )
    rows = [
        _row(each.language, _sides(each.label)[0], line, [*native, f"of {each.label}"])
        for each in exemplars
        for native, lines in (([each.label], each.heard), ([], each.not_heard))
        for line in lines
        if is_held_out(line)
    ]
    return Labelled("exemplars", source, as_rows(rows, source))


def _wordings(banks: dict[str, Bank]) -> Labelled:
    """The wordings that the generator plants, written apart from the lexicons."""
    answers = {
        label: Answer(native=(label,), by=_sides(label), reason="Planted as such.")
        for label in LABELS
    }
    source = Source(
        text="own",
        is_precision_lower_bound=True,
        answers=answers,
        reason="The generator's wordings; one can do more than it was written for.",
    )
    rows = [row for bank in banks.values() for row in _said(bank)]
    return Labelled("generator", source, as_rows(rows, source))


def _sides(label: str) -> tuple[Any, ...]:
    side = LABELS[label]
    return _SIDES if side == "both" else (side,)


def _said(bank: Bank) -> Iterator[dict[str, Any]]:
    labelled = [
        *(("agent", label, lines) for label, lines in bank.agent.items()),
        *(("customer", label, lines) for label, lines in bank.customer.items()),
        (
            "agent",
            "clarifying_question",
            [question for question, _ in bank.clarifying_question],
        ),
        ("agent", "desired_outcome_question", bank.desired_outcome_question),
        ("customer", "", [line for pair in bank.small_talk for line in pair[:1]]),
        ("agent", "", [line for pair in bank.small_talk for line in pair[1:]]),
    ]
    for role, label, lines in labelled:
        for place, line in enumerate(lines):
            text = spoken(bank, line, _gender(place), _gender(place // 2))
            native = [label.removesuffix("_severe")] if label else []
            yield _row(bank.language, role, text, native)


def _gender(place: int) -> Gender:
    return 1 if place % 2 else 0


def _row(language: str, role: str, text: str, native: list[str]) -> dict[str, Any]:
    return {"lang": language, "role": role, "text": text, "steps": native}
