"""Every lexicon keeps its own promises: each label is heard where it says, and not elsewhere."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest

from flows.knowledge import load_knowledge
from flows.settings import CHECKOUT
from transforms.detection.detect import Detector
from transforms.detection.labels import LABELS
from transforms.knowledge.frozen import parse
from transforms.knowledge.lexicon import Lexicon

LANGUAGES = load_knowledge(CHECKOUT / "data").languages
LEXICONS = sorted((CHECKOUT / "data" / "lexicons").glob("*.yaml"))
FEWEST_CUES = 10
FEWEST_HEARD_IN = 4
FEWEST_NOT_HEARD_IN = 3
SPEAKER = {"agent": "agent", "customer": "customer", "both": "customer"}


@cache
def lexicon(path: Path) -> Lexicon:
    return parse(Lexicon, path.read_text(encoding="utf-8"), path.name)


def test_there_are_lexicons() -> None:
    assert LEXICONS


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.stem)
def test_labels_are_heard_where_the_lexicon_says_and_not_where_it_says_not(
    path: Path,
) -> None:
    written = lexicon(path)
    sentences = pl.DataFrame(
        [
            (label, sentence, expected)
            for label, cues in written.cues.items()
            for expected, group in ((True, cues.heard_in), (False, cues.not_heard_in))
            for sentence in group
        ],
        schema={"label": pl.String, "text": pl.String, "expected": pl.Boolean},
        orient="row",
    ).with_row_index("row")
    speakers = sentences["label"].replace_strict(
        {label: SPEAKER[side] for label, side in LABELS.items()}, return_dtype=pl.String
    )

    # Heard alone, as `coolhead detect` does: what needs a talk before it is not.
    alone = sentences.select(
        "text", speaker=speakers, language=pl.lit(written.language)
    )
    hits = Detector({written.language: written}, LANGUAGES).hear(alone)

    heard = sentences.join(
        hits.select("row", "label").unique(), on=["row", "label"], how="semi"
    )["row"]
    wrong = sentences.filter(pl.col("expected") != pl.col("row").is_in(heard.implode()))
    assert not wrong.height, wrong.select("expected", "label", "text").rows()


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.stem)
def test_labels_have_cues_and_sentences_enough(path: Path) -> None:
    few = [
        (label, len(cues.phrases) + len(cues.severe))
        for label, cues in lexicon(path).cues.items()
        if len(cues.phrases) + len(cues.severe) < FEWEST_CUES and not cues.note
    ]
    untried = [
        label
        for label, cues in lexicon(path).cues.items()
        if len(cues.heard_in) < FEWEST_HEARD_IN
        or len(cues.not_heard_in) < FEWEST_NOT_HEARD_IN
    ]
    assert not few, "too few cues, and no note why"
    assert not untried, "too few sentences"
