"""Cue detection beside the bare parse, more cues, and other people's ways."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from flows.knowledge import load_knowledge
from flows.settings import CHECKOUT
from tests.benchmarks.clock import interleaved, timed
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.lexicon import Lexicon

_TURNS = 'STRUCT(speaker VARCHAR, "text" VARCHAR, "start" DOUBLE, "end" DOUBLE)[]'
_CALLS = f"""
    read_json($files, format = 'newline_delimited', columns = {{
        call_id: 'VARCHAR', started_at: 'VARCHAR', language: 'VARCHAR',
        agent_id: 'VARCHAR', customer_id: 'VARCHAR', turns: '{_TURNS}'}})
"""
_PARSE = f"""
    SELECT count(*), min(started_at), max(agent_id), max(customer_id),
        sum(len(turns)), sum(list_sum(list_transform(turns, lambda t: length(t.text))))
    FROM {_CALLS}
"""
_UTTERANCES = f"""
    SELECT language, turn.speaker AS speaker, turn.text AS text
    FROM (SELECT language, unnest(turns) AS turn FROM {_CALLS})
"""
_NOTATION = {
    "...": r"(?:\S+\s+){0,4}",
    "_": r"\S+",
    "(": "(?:",
    "[": "(?:",
    "]": ")?",
    "*": r"\w*",
    " ": " ?",
    "~": "",
}
SAMPLE = 10_000
"""Utterances on which the slow ways are measured; then scaled to all."""


@dataclass(frozen=True)
class Hearing:
    """The generated calls, as text and as utterances."""

    inbox: Path

    @cached_property
    def files(self) -> str:
        """The transcripts, as a pattern."""
        return str(self.inbox / "calls-*.jsonl")

    @cached_property
    def utterances(self) -> pl.DataFrame:
        """Every turn: `language`, `speaker`, `text`."""
        relation = duckdb.sql(_UTTERANCES, params={"files": self.files})
        assert relation is not None, "a SELECT gives a relation"
        return relation.pl()

    @cached_property
    def unrepeated(self) -> pl.DataFrame:
        """The same turns, with a number at the end of each: no two are alike."""
        number = pl.int_range(pl.len()).cast(pl.String)
        return self.utterances.with_columns(text=pl.col("text") + " " + number)

    @cached_property
    def knowledge(self) -> Knowledge:
        """Lexicons and the rest."""
        return load_knowledge(CHECKOUT / "data")

    def parse(self) -> object:
        """Read every call by an explicit schema, and aggregate: the unit of all bars."""
        return duckdb.execute(_PARSE, {"files": self.files}).fetchall()


def measure_hearing(hearing: Hearing, repeats: int) -> dict[str, float]:
    """CPU seconds by name: the parse, hearing everything, and what is beside it."""
    knowledge = hearing.knowledge
    detector = Detector(knowledge.lexicons, knowledge.languages)
    more = Detector(fourfold(knowledge.lexicons), knowledge.languages)
    compiled = {
        "compile": timed(detector.prepare),
        "compile_fourfold": timed(more.prepare),
    }
    seconds = interleaved(
        {
            "parse": hearing.parse,
            "detection": lambda: detector.hear(hearing.utterances),
            "detection_unrepeated": lambda: detector.hear(hearing.unrepeated),
            "detection_fourfold": lambda: more.hear(hearing.utterances),
        },
        repeats,
    )
    return compiled | seconds


def fourfold(lexicons: Mapping[str, Lexicon]) -> dict[str, Lexicon]:
    """Each language with its own cues and those of the next three."""
    codes = sorted(lexicons)
    return {
        code: _joined([lexicons[codes[(n + k) % len(codes)]] for k in range(4)])
        for n, code in enumerate(codes)
    }


def _joined(lexicons: list[Lexicon]) -> Lexicon:
    cues = {
        label: own.model_copy(
            update={
                "phrases": tuple(
                    dict.fromkeys(
                        phrase for one in lexicons for phrase in one.cues[label].phrases
                    )
                )
            }
        )
        for label, own in lexicons[0].cues.items()
    }
    return lexicons[0].model_copy(update={"cues": cues})


def measure_rivals(hearing: Hearing, repeats: int) -> dict[str, float]:
    """CPU seconds for all utterances, scaled from a sample of English ones.

    ConvoKit is left out: it is not installed, and takes a thousand times as long.
    """
    english = hearing.utterances.filter(pl.col("language") == "en")["text"]
    sample = english.sample(min(SAMPLE, len(english)), seed=1)
    ways = _rivals(sample, hearing.knowledge.lexicons["en"])
    seconds = interleaved(ways, repeats)
    scale = hearing.utterances.height / len(sample)
    return {name: spent * scale for name, spent in seconds.items()}


def _rivals(sample: pl.Series, lexicon: Lexicon) -> dict[str, Callable[[], object]]:
    texts = sample.to_list()
    frame = pd.Series(texts)
    patterns = {
        label: rf"\b(?:{'|'.join(map(_pattern, cues.phrases))})\b"
        for label, cues in lexicon.cues.items()
    }
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in patterns.values()]
    analyser = SentimentIntensityAnalyzer()
    return {
        "pandas": lambda: _contains(frame, patterns.values()),
        "re": lambda: [[regex.search(text) for regex in compiled] for text in texts],
        "vader": lambda: [analyser.polarity_scores(text) for text in texts],
    }


def _contains(frame: pd.Series, patterns: Iterable[str]) -> None:
    for pattern in patterns:
        frame.str.contains(pattern, case=False, regex=True)


def _pattern(phrase: str) -> str:
    """A phrase as a person would write it as a regex: the same cues for every way."""
    return "".join(
        _NOTATION.get(part, part) for part in re.split(r"(\.\.\.|[_()\[\]* ~])", phrase)
    )
