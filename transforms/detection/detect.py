"""From utterances to labels: the one code path of the nightly flow and of `coolhead detect`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from transforms.detection.dialogue import in_dialogue
from transforms.detection.labels import BITS, SEVERE_INSULT_BIT
from transforms.detection.language import LanguageFinder
from transforms.detection.matcher import HITS, Matcher
from transforms.detection.text import normalise
from transforms.knowledge.languages import Languages
from transforms.knowledge.lexicon import Lexicon

_SILENT: Final = ("ivr", "system")


@dataclass(frozen=True)
class Detector:
    """Hears labels in utterances of any language that has a lexicon."""

    lexicons: Mapping[str, Lexicon]
    languages: Languages

    @cached_property
    def finder(self) -> LanguageFinder:
        """Names languages, among those with a lexicon and their neighbours."""
        return LanguageFinder(self.lexicons, self.languages)

    @cached_property
    def _matchers(self) -> dict[str, Matcher]:
        return {code: Matcher(lexicon) for code, lexicon in self.lexicons.items()}

    def prepare(self) -> "Detector":
        """Compile all cues now; costs a fraction of a second, once a process."""
        for matcher in self._matchers.values():
            matcher.prepare()
        return self

    def hear(self, utterances: pl.DataFrame) -> pl.DataFrame:
        """One row for each cue heard, in (row, start) order; see `matcher.HITS`.

        Args:
            utterances: `text`, `speaker`, `language` (of the utterance; null or one
                without a lexicon is not heard), with rows counted from 0; with `call_no`
                they are heard in the order of their talk, else each alone.
        """
        numbered = utterances.select("text", "language", "speaker").with_row_index(
            "row"
        )
        parts = [pl.DataFrame(schema=HITS)]
        for (language,), part in numbered.partition_by(
            "language", as_dict=True
        ).items():
            matcher = self._matchers.get(str(language))
            if matcher is not None:
                heard = matcher.hear(part["text"], part["speaker"])
                parts.append(heard.with_columns(row=part["row"].gather(heard["row"])))
        hits = pl.concat(parts).sort("row", maintain_order=True)
        if "call_no" not in utterances.columns:
            utterances = utterances.with_row_index("call_no")
        return in_dialogue(utterances, hits, self.lexicons)

    def switched(self, utterances: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
        """Utterances that are in another language than their call: `row`, `language`.

        Only those with no cue and none of the common words of the call's language, and
        with `switch_words` words or more; and only where another lexicon hears them.
        """
        least = int(self.languages.switch_words.value)
        numbered = utterances.select("text", "language", "speaker").with_row_index(
            "row"
        )
        candidates = numbered.filter(
            pl.col("language").is_in(list(self.lexicons)),
            ~pl.col("speaker").cast(pl.String).is_in(_SILENT),
            pl.col("text").str.count_matches(" ", literal=True) >= least - 1,
        ).join(hits.select("row").unique(), on="row", how="anti")
        foreign = [
            part.filter(self._may_be_foreign(str(language), part["text"], least))
            for (language,), part in candidates.partition_by(
                "language", as_dict=True
            ).items()
        ]
        strange = pl.concat([candidates.clear(), *foreign])
        if strange.is_empty():
            return strange.select("row", "language")
        # The same words come again and again, and naming a language is slow.
        texts = strange["text"].unique()
        named = pl.DataFrame({"text": texts, "found": self.finder.find(texts)})
        return (
            strange.join(named, on="text", how="left", maintain_order="left")
            .filter(
                pl.col("found").is_in(list(self.lexicons)),
                pl.col("found") != pl.col("language"),
            )
            .select("row", language="found")
        )

    def _may_be_foreign(self, language: str, texts: pl.Series, least: int) -> pl.Series:
        """Whether each text has none of the language's common words, but of another's.

        Fewer words than asked, or a language that names no common words, say nothing.
        """
        own = self.lexicons[language]
        if not own.common_words:
            return pl.repeat(value=False, n=len(texts), eager=True)
        lines = normalise(texts, fold=own.fold_diacritics)
        is_long = lines.str.count_matches(" ", literal=True) > least
        strange = is_long & ~lines.str.contains_any(self._common[language])
        others = [code for code in self.lexicons if code != language]
        if not all(self._common[code] for code in others):
            return strange
        foreign = sorted({word for code in others for word in self._common[code]})
        return strange & lines.str.contains_any(foreign)

    @cached_property
    def _common(self) -> dict[str, list[str]]:
        """The common words of each language, as lines have them."""
        return {
            code: normalise(
                pl.Series(lexicon.common_words, dtype=pl.String),
                fold=lexicon.fold_diacritics,
            ).to_list()
            for code, lexicon in self.lexicons.items()
        }


def label_masks(hits: pl.DataFrame, rows: int) -> pl.Series:
    """One bit mask of labels a row, in row order; 0 where nothing was heard."""
    bits = pl.col("label").replace_strict(BITS, return_dtype=pl.UInt64)
    severe = pl.when("is_severe").then(pl.lit(SEVERE_INSULT_BIT, dtype=pl.UInt64))
    masks = (
        hits.lazy()
        .with_columns(bit=bits | severe.otherwise(pl.lit(0, dtype=pl.UInt64)))
        .group_by("row")
        .agg(labels=pl.col("bit").bitwise_or())
        .collect()
    )
    every = pl.DataFrame({"row": pl.int_range(rows, dtype=pl.UInt32, eager=True)})
    return every.join(masks, on="row", how="left", maintain_order="left")[
        "labels"
    ].fill_null(0)
