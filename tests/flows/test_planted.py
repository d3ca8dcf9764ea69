"""Phrases of the generator's own bank, written apart from the lexicons, are heard."""

from pathlib import Path

import polars as pl
import pytest

from flows.generate import generate
from flows.knowledge import load_knowledge
from flows.settings import CHECKOUT
from transforms.detection.detect import Detector

LEAST_RECALL = 0.65
"""Measured when this was written: 0.71 in the weakest language, 0.80 in the strongest."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """One row a planted phrase: its language, its label, and whether it was heard."""
    out = tmp_path_factory.mktemp("planted")
    generate(500, 10, 20, 3, out, bank_dir=CHECKOUT / "data" / "generator")
    knowledge = load_knowledge(CHECKOUT / "data")
    detector = Detector(knowledge.lexicons, knowledge.languages)
    turns = _turns(out / "inbox")
    hits = detector.hear(turns.select("text", "speaker", "language"))
    said = turns.with_row_index("row").select("row", "call_id", "turn")
    found = hits.join(said, on="row").select("call_id", "turn", "label").unique()
    planted = pl.read_parquet(out / "truth" / "planted.parquet").with_columns(
        pl.col("turn").cast(pl.Int64)
    )
    languages = turns.select("call_id", "language").unique()
    return (
        planted.join(languages, on="call_id")
        .join(
            found.with_columns(is_heard=True),
            on=["call_id", "turn", "label"],
            how="left",
        )
        .with_columns(pl.col("is_heard").fill_null(value=False))
    )


def _turns(inbox: Path) -> pl.DataFrame:
    calls = pl.concat(
        [
            pl.read_ndjson(path).select("call_id", "language", "turns")
            for path in sorted(inbox.glob("calls-*.jsonl"))
        ],
        how="vertical_relaxed",
    )
    turns = calls.explode("turns").unnest("turns")
    return turns.with_columns(turn=pl.int_range(pl.len()).over("call_id"))


def test_planted_phrases_are_heard_in_every_language(heard: pl.DataFrame) -> None:
    recall = heard.group_by("language").agg(pl.col("is_heard").mean())
    assert recall.height == len(list((CHECKOUT / "data" / "lexicons").glob("*.yaml")))
    weak = recall.filter(pl.col("is_heard") < LEAST_RECALL)
    assert weak.is_empty(), weak


def test_thanks_greetings_and_apologies_are_seldom_missed(heard: pl.DataFrame) -> None:
    clear = heard.filter(pl.col("label").is_in(["thanks", "greeting", "apology"]))
    recall = clear.group_by("label", "language").agg(pl.col("is_heard").mean())
    assert recall.filter(pl.col("is_heard") < 0.75).is_empty(), recall
