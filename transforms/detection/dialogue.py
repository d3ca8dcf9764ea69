"""What an utterance says by its place in the talk: what it echoes, retells or goes on with."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.detection.text import normalise
from transforms.knowledge.lexicon import Lexicon

ECHO: Final = "(echoes the other's words)"
RETELLING: Final = "(retells what the other said)"
"""What stands for the cue where no cue but the talk before gave a restatement."""

_STAFF: Final = ("agent", "supervisor")
_STEM: Final = 4
"""First letters by which two forms of a word are taken for one, and its least length."""
_LONGEST: Final = 240
"""Characters of an utterance that can still be a plain retelling."""
_SHARED: Final = 2
_SHARE: Final = 0.25
"""Content words, and share of them, that an utterance takes from the other's last turn
to be a retelling whatever it begins with. Found on half of a corpus of counselling: 80 of
100 such turns were reflections by its experts' word."""
_ACTS: Final = (
    "restatement",
    "clarifying_question",
    "desired_outcome_question",
    "solution_offer",
    "solution_check",
    "follow_up_commitment",
    "next_steps",
    "contact_details",
    "invite_account",
    "thanks",
    "greeting",
    "closing",
    "backchannel",
)
"""What says something, and so is no mere retelling."""


def in_dialogue(
    utterances: pl.DataFrame, hits: pl.DataFrame, lexicons: Mapping[str, Lexicon]
) -> pl.DataFrame:
    """The hits that stand in their place in the talk, and those that only the place gives.

    Args:
        utterances: `text`, `speaker`, `language` and `call_no`, in the order of the talk.
        hits: as `matcher.HITS`, in row order.
        lexicons: by language.
    """
    told = utterances.select(
        "text",
        pl.col("language").cast(pl.String),
        pl.col("speaker").cast(pl.String),
        before=_previous("speaker"),
        heard_before=_previous("text"),
    ).with_row_index("row")
    standing = _going_on(told, hits, lexicons)
    parts = [standing]
    for (language,), part in told.partition_by("language", as_dict=True).items():
        lexicon = lexicons.get(str(language))
        if lexicon is not None and lexicon.dialogue.fillers:
            parts.append(_restated(part, standing, lexicon, hits))
    return pl.concat(parts).sort("row", "start", "end", "label")


def _previous(column: str) -> pl.Expr:
    """What stands in the turn before, null where the call begins."""
    same = pl.col("call_no") == pl.col("call_no").shift()
    return pl.when(same).then(pl.col(column).cast(pl.String).shift())


def _going_on(
    told: pl.DataFrame, hits: pl.DataFrame, lexicons: Mapping[str, Lexicon]
) -> pl.DataFrame:
    """Leave out cues that need the speaker to go on, where another has spoken."""
    needing = [
        (language, label, cue)
        for language, lexicon in lexicons.items()
        for label, cues in lexicon.cues.items()
        for cue in cues.going_on
    ]
    if not needing:
        return hits
    wanted = pl.DataFrame(needing, schema=["language", "label", "cue"], orient="row")
    goes_on = pl.col("before").eq_missing(pl.col("speaker"))
    alone = told.filter(~goes_on).select("row", "language")
    barred = (
        hits.join(wanted.select("label", "cue").unique(), on=["label", "cue"])
        .join(alone, on="row")
        .join(wanted, on=["language", "label", "cue"], how="semi")
    )
    return hits.join(
        barred, on=["row", "label", "cue"], how="anti", maintain_order="left"
    )


def _restated(
    told: pl.DataFrame, standing: pl.DataFrame, lexicon: Lexicon, hits: pl.DataFrame
) -> pl.DataFrame:
    """Echoes and retellings of one language, as hits of whole utterances."""
    acts = standing.filter(pl.col("label").is_in(_ACTS))
    heard = pl.col("row").is_in(acts["row"].unique().implode())
    candidates = told.filter(
        pl.col("speaker").is_in(_STAFF),
        pl.col("before") == "customer",
        ~heard,
        pl.col("text").str.len_chars() <= _LONGEST,
        ~pl.col("text").str.contains(r"\?\s*$|\d"),
    )
    if candidates.is_empty():
        return hits.clear()
    lines = _lines(candidates["text"], lexicon)
    frame = candidates.select(
        "row",
        "text",
        concludes=lines.str.contains(_opening(lexicon.dialogue.conclusions, lexicon)),
        said=_without_fillers(lines, lexicon),
        other=_lines(candidates["heard_before"], lexicon),
    ).filter(pl.col("said").str.len_chars() > 1)
    echoes = frame.filter(pl.col("other").str.contains(pl.col("said"), literal=True))
    retellings = _retellings(frame.join(echoes, on="row", how="anti"), lexicon)
    found = pl.concat(
        [
            echoes.select("row", "text", cue=pl.lit(ECHO)),
            retellings.select("row", "text", cue=pl.lit(RETELLING)),
        ]
    )
    return found.select(
        pl.col("row"),
        label=pl.lit("restatement"),
        start=pl.lit(0),
        end=pl.col("text").str.len_chars(),
        cue="cue",
        is_severe=pl.lit(value=False),
    ).cast(hits.schema)


def _lines(texts: pl.Series, lexicon: Lexicon) -> pl.Series:
    return normalise(texts, fold=lexicon.fold_diacritics)


def _without_fillers(lines: pl.Series, lexicon: Lexicon) -> pl.Series:
    """The lines without the words at both ends that say nothing."""
    fillers = _any(lexicon.dialogue.fillers, lexicon)
    opened = lines.str.replace(rf"^( {fillers})+ ", " ")
    return opened.str.replace(rf"( {fillers})+ $", " ")


def _opening(words: tuple[str, ...], lexicon: Lexicon) -> str:
    """A pattern of lines that begin with some words, fillers before them or not."""
    fillers = _any(lexicon.dialogue.fillers, lexicon)
    return rf"^ (?:{fillers} )*{_any(words, lexicon)} "


def _any(words: tuple[str, ...], lexicon: Lexicon) -> str:
    return f"(?:{'|'.join(_normal(words, lexicon))})"


def _normal(words: tuple[str, ...], lexicon: Lexicon) -> list[str]:
    series = pl.Series(words, dtype=pl.String)
    return normalise(series, fold=lexicon.fold_diacritics).str.strip_chars().to_list()


def _retellings(frame: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Utterances made of the other's words, or that address them with one of these."""
    dialogue = lexicon.dialogue
    advice = [f" {words} " for words in _normal(dialogue.advice, lexicon)]
    counted = (
        frame.filter(~pl.col("said").str.contains_any(advice))
        .with_columns(own=_stems("said"), theirs=_stems("other"))
        .with_columns(
            shared=pl.col("own").list.set_intersection("theirs").list.len(),
            of=pl.col("own").list.unique().list.len(),
        )
    )
    addresses = pl.col("said").str.contains(_opening(dialogue.address, lexicon))
    return counted.filter(
        (pl.col("shared") >= _SHARED) & (pl.col("shared") >= _SHARE * pl.col("of"))
        | (addresses | pl.col("concludes")) & (pl.col("shared") >= 1)
    )


def _stems(column: str) -> pl.Expr:
    words = pl.col(column).str.extract_all(rf"[^ ]{{{_STEM},}}")
    return words.list.eval(pl.element().str.slice(0, _STEM))
