"""One evaluation: every source and pool heard, and compared with its labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from flows.evaluate.behaviours import judged_behaviours
from flows.evaluate.hearing import as_calls, hear_rows, hits_of
from flows.evaluate.measure import Judged, false_alarms, figure, judged
from flows.evaluate.noise import noisy
from flows.evaluate.own import own_text
from flows.evaluate.rows import Labelled, as_rows, corpora, pools, single_file
from flows.knowledge import load_mapping
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.evaluation import Mapping, Source, text_hash


class NothingToEvaluateError(ValueError):
    """Nothing answers to what was asked for."""


NOISE: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2)
"""Shares of words that recognition is taken to swap or drop."""


@dataclass(frozen=True)
class Asked:
    """What to evaluate.

    Attributes:
        folder: the knowledge.
        file: one labelled file; None: all there is.
        corpora: the folder of corpora; None: our own text only.
        language: only this one; None: all.
        source: only this one; None: all.
    """

    folder: Path
    file: Path | None = None
    corpora: Path | None = None
    language: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """Evaluates one knowledge."""

    knowledge: Knowledge
    asked: Asked

    def figures(self) -> list[dict[str, Any]]:
        """The figures of every label, language and source."""
        return [figure(each) for each in self.judged()]

    def judged(self, noise: float | None = None) -> Iterator[Judged]:
        """What people and the machine say of every row asked about.

        Args:
            noise: the share of words that recognition loses; None: as written.
        """
        detector = self._detector()
        sources = list(self._labelled())
        if not sources and not any(True for _ in self.pools()):
            raise NothingToEvaluateError(
                f"no labelled row for language {self.asked.language or 'any'} and source"
                f" {self.asked.source or 'any'}; there are the languages"
                f" {sorted(self.knowledge.lexicons)} and the sources exemplars, generator,"
                " and with --corpora those of data/evaluation/mapping.yaml"
            )
        for labelled in sources:
            if noise is not None:
                labelled = Labelled(
                    labelled.name, labelled.source, noisy(labelled.rows, noise)
                )
            prepared = as_calls(labelled.rows, detector, self.knowledge)
            yield from judged(labelled, hits_of(prepared))
            yield from judged_behaviours(labelled, prepared, self.knowledge)

    def false_alarms(self) -> list[dict[str, Any]]:
        """False alarms per 1,000 in every pool."""
        _, excused = load_mapping(self.asked.folder)
        detector = self._detector()
        return list(
            chain.from_iterable(
                false_alarms(name, pool, self._heard_in(pool, detector), excused)
                for name, pool in self.pools()
            )
        )

    def alarms(self, label: str) -> Iterator[tuple[str, str, str, str]]:
        """Pool, language, text and cue of each sentence of a pool that has the label."""
        _, excused = load_mapping(self.asked.folder)
        known = {(e.language, e.text_hash) for e in excused.excused if e.label == label}
        detector = self._detector()
        for name, pool in self.pools():
            heard = self._heard_in(pool, detector).filter(label=label)
            for row, cue in heard.select("conversation", "cue").iter_rows():
                language, text = pool.row(row)
                if (language, text_hash(text)) not in known:
                    yield name, language, text, cue

    def pools(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """The pools, in languages that can be heard."""
        if self.asked.corpora is None:
            return
        spoken = [self.asked.language] if self.asked.language else []
        for name, pool in pools(self.asked.corpora, self._mapping()):
            if self.asked.source in (None, name):
                yield (
                    name,
                    pool.filter(
                        pl.col("language").is_in(
                            spoken or list(self.knowledge.lexicons)
                        )
                    ),
                )

    def _heard_in(self, pool: pl.DataFrame, detector: Detector) -> pl.DataFrame:
        rows = (
            {"text": text, "lang": language}
            for language, text in pool.select("language", "text").iter_rows()
        )
        alone = Source(text="human", speaker="unknown", reason="a pool", answers={})
        return hear_rows(as_rows(rows, alone), detector, self.knowledge)

    def _detector(self) -> Detector:
        return Detector(self.knowledge.lexicons, self.knowledge.languages)

    def _mapping(self) -> Mapping:
        return load_mapping(self.asked.folder)[0]

    def _labelled(self) -> Iterator[Labelled]:
        for labelled in self._sources():
            if self.asked.source not in (None, labelled.name):
                continue
            spoken = list(self.knowledge.lexicons)
            if self.asked.language:
                spoken = [self.asked.language]
            rows = labelled.rows.filter(pl.col("language").is_in(spoken))
            if not rows.is_empty():
                yield Labelled(labelled.name, labelled.source, rows)

    def _sources(self) -> Iterator[Labelled]:
        if self.asked.file is not None:
            yield from single_file(self.asked.file, self._mapping())
            return
        if self.asked.corpora is not None:
            yield from corpora(self.asked.corpora, self._mapping())
        yield from own_text(self.asked.folder)
