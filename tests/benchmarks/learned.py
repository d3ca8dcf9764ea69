"""Would a learned layer hear what cues miss? Trains one, and measures what it lifts.

A linear model over words and letters, trained on the exemplars' learnable sentences only,
is asked about every row that cues left without the label. It would ship only where it
lifts F1 on text that it never saw by 0.03 and harms nowhere.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from flows.evaluate.measure import Judged
from flows.evaluate.run import Asked, Evaluation
from flows.knowledge import load_exemplars, load_knowledge
from transforms.agreement import f1
from transforms.detection.text import normalise
from transforms.knowledge.evaluation import is_held_out

DATA: Final = Path(__file__).parents[2] / "data"
LEAST: Final = 150
"""Sentences that a label and language must have on each side to be learned."""
SURE: Final = 0.7
"""Probability from which the layer says yes."""
LIFT: Final = 0.03
TELLING: Final = 30
"""Positives from which a lift is more than the luck of one sentence or two."""
_SIZE: Final = 2**16
_WORDS: Final = HashingVectorizer(
    analyzer="word",
    ngram_range=(1, 3),
    n_features=_SIZE,
    token_pattern=r"\S+",  # noqa: S106 (a pattern, no password)
)
_LETTERS: Final = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=_SIZE
)


def features(texts: list[str]) -> csr_matrix:
    """Hashed words and letters of normalised texts: texts x features."""
    lines = normalise(pl.Series(texts, dtype=pl.String)).to_list()
    return hstack([_WORDS.transform(lines), _LETTERS.transform(lines)]).tocsr()


def trained() -> dict[tuple[str, str], LogisticRegression]:
    """A model a label and language, from what may be learned of the exemplars."""
    exemplars = load_exemplars(DATA)
    models: dict[tuple[str, str], LogisticRegression] = {}
    for each in exemplars:
        if min(len(each.heard), len(each.not_heard)) < LEAST:
            continue
        others = {
            line
            for other in exemplars
            if other.language == each.language and other.label != each.label
            for line in other.heard
        } - set(each.heard)
        sides = ((each.heard, 1, 1.0), (each.not_heard, 0, 1.0))
        rows = [
            (line, answer, weight)
            for lines, answer, weight in (*sides, (sorted(others), 0, 0.3))
            for line in lines
            if not is_held_out(line)
        ]
        texts, answers, weights = (list(column) for column in zip(*rows, strict=True))
        model = LogisticRegression(C=20, max_iter=2000, random_state=1)
        models[each.label, each.language] = model.fit(
            features(texts), answers, sample_weight=weights
        )
    return models


def lifted(
    each: Judged, model: LogisticRegression
) -> tuple[float | None, float | None]:
    """F1 of cues alone, and with the layer on what cues left unsettled."""
    theirs, ours = (each.rows[name].to_numpy() for name in ("theirs", "ours"))
    sure = model.predict_proba(features(each.rows["text"].to_list()))[:, 1] >= SURE
    return tuple(_f1(theirs, said) for said in (ours, ours | sure))  # type: ignore[return-value]


def _f1(theirs: np.ndarray, ours: np.ndarray) -> float | None:
    counts = [theirs & ours, ~theirs & ours, theirs & ~ours, ~theirs & ~ours]
    value = float(f1(np.array([float(each.sum()) for each in counts])))
    return None if np.isnan(value) else round(value, 3)


def measured(corpora: Path | None) -> Iterator[dict[str, Any]]:
    """One row a label, language and source: F1 without and with the layer."""
    models = trained()
    evaluation = Evaluation(load_knowledge(DATA), Asked(DATA, corpora=corpora))
    for each in evaluation.judged():
        model = models.get((each.label, each.language))
        if model is not None and each.unit != "stretch":
            cues, both = lifted(each, model)
            yield {
                "label": each.label,
                "language": each.language,
                "source": each.labelled.name,
                "positives": int(each.rows["theirs"].sum()),
                "cues": cues,
                "with_layer": both,
                "lift": round((both or 0) - (cues or 0), 3),
            }


def kept(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Labels and languages that the layer lifts enough, and harms in no source."""
    unseen = [row for row in rows if row["source"] != "exemplars"]
    names = sorted({(row["label"], row["language"]) for row in unseen})
    of = {
        name: [r for r in unseen if (r["label"], r["language"]) == name]
        for name in names
    }
    return [
        name
        for name in names
        if any(r["lift"] >= LIFT and r["positives"] >= TELLING for r in of[name])
        and all(r["lift"] >= 0 for r in of[name])
    ]


def main() -> None:
    """Print the table, and what would be kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, help="folder of labelled corpora")
    parser.add_argument("--out", type=Path, help="also write the rows there, as JSON")
    asked = parser.parse_args()
    rows = list(measured(asked.corpora))
    table = Table(*(rows[0] if rows else ()))
    for row in sorted(rows, key=lambda row: (row["label"], row["language"])):
        table.add_row(*(str(value) for value in row.values()))
    console = Console(width=110)
    console.print(table)
    console.print(
        f"lifted by {LIFT} on text never seen, and harmed nowhere: {kept(rows)}"
    )
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
