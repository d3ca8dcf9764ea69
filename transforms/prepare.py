"""From calls and texts to a batch's calls, turns and hits: language, labels, assessability."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.contracts.staging import UTTERANCES
from transforms.detection.detect import Detector, label_masks
from transforms.detection.language import call_languages
from transforms.knowledge.bundle import Knowledge
from transforms.roles import TOLD, find_roles

_SILENT: Final = ("ivr", "system")
_STAFF: Final = ("agent", "supervisor")


@dataclass(frozen=True)
class Prepared:
    """Some calls, heard.

    Attributes:
        calls: `staging.calls` with `spoken_language`, `unassessable`, `roles` and
            `roles_confidence`.
        turns: `staging.utterances` with `is_capitals` and `is_shouting`; no temperature yet.
        hits: one row a cue heard: `call_no`, `turn`, `speaker`, `label`, `is_severe`,
            `start`, `end`, `cue`.
        mended: turns whose speaker is another than exported: `call_no`, `turn`, `day`,
            `speaker`.
    """

    calls: pl.DataFrame
    turns: pl.DataFrame
    hits: pl.DataFrame
    mended: pl.DataFrame


def prepare(
    calls: pl.DataFrame,
    texts: pl.DataFrame,
    detector: Detector,
    knowledge: Knowledge,
    told: pl.DataFrame | None = None,
    *,
    fix_roles: bool = False,
) -> Prepared:
    """Hear some calls.

    Args:
        calls: `staging.calls`.
        texts: the archive's rows of these calls, with `day`.
        detector: hears labels.
        knowledge: thresholds, and what tells roles apart.
        told: what is known of the calls' roles; see `transforms.roles.TOLD`.
        fix_roles: exchange the labels of agent and customer where they seem exchanged.
    """
    texts = texts.sort("call_no", "turn")
    languages = call_languages(calls, texts, detector.finder)
    spoken = pl.col("language").is_in(list(knowledge.lexicons))
    named = calls.drop("language").join(
        languages.with_columns(
            spoken_language=pl.when(spoken).then(pl.col("language"))
        ),
        on="call_no",
        how="left",
        validate="1:1",
    )
    known = pl.DataFrame(schema=TOLD) if told is None else told
    found = find_roles(
        named, texts, knowledge.roles, knowledge.lexicons, known, fix=fix_roles
    )
    exported, texts = texts["speaker"], found.mended(texts)
    turns = texts.join(
        named.select("call_no", language="spoken_language"),
        on="call_no",
        how="left",
        maintain_order="left",
        validate="m:1",
    )
    turns, hits = _heard(turns, detector)
    place = turns.select("call_no", "turn", "speaker")
    located = pl.concat(
        [place[hits["row"].to_numpy()], hits.drop("row")], how="horizontal"
    )
    return Prepared(
        calls=named.with_columns(
            found.calls.select("roles", "roles_confidence"),
            unassessable=_unassessable(named, texts, found.calls["roles_doubt"]),
        ),
        turns=_turns(turns, label_masks(hits, turns.height), knowledge),
        hits=located,
        mended=texts.filter(texts["speaker"] != exported).select(
            "call_no", "turn", "day", "speaker"
        ),
    )


def _heard(
    turns: pl.DataFrame, detector: Detector
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The turns, each in the language in which it was heard, and the hits."""
    hits = detector.hear(turns)
    switched = detector.switched(turns, hits)
    if switched.is_empty():
        return turns, hits
    turns = _switch(turns, switched)
    # Those turns stand apart: what they say hangs on no neighbour.
    more = detector.hear(turns[switched["row"].to_list()].drop("call_no"))
    more = more.with_columns(row=switched["row"].gather(more["row"]))
    return turns, pl.concat([hits, more]).sort("row", "start", "end", "label")


def _switch(turns: pl.DataFrame, switched: pl.DataFrame) -> pl.DataFrame:
    return (
        turns.with_row_index("row")
        .join(switched, on="row", how="left", maintain_order="left", suffix="_found")
        .with_columns(language=pl.coalesce("language_found", "language"))
        .drop("row", "language_found")
    )


def _turns(
    turns: pl.DataFrame, labels: pl.Series, knowledge: Knowledge
) -> pl.DataFrame:
    letters = int(knowledge.thresholds.shouting_capitals.value)
    marks = "!" * int(knowledge.thresholds.shouting_exclamations.value)
    text = pl.col("text")
    # Few texts hold two capitals in a row; only those are looked at closely.
    candidate = text.str.contains(r"\p{Lu}\p{Lu}")
    capitals = (
        pl.when(candidate)
        .then(text.str.extract_all(r"\b\p{Lu}{2,}\b").list.join("").str.len_chars())
        .otherwise(0)
    )
    staged = turns.with_columns(
        labels=labels,
        words=text.str.strip_chars().str.count_matches(" ", literal=True)
        + (text.str.len_bytes() > 0).cast(pl.UInt32),
        temperature=pl.lit(None, dtype=pl.Float32),
    ).lazy()
    flags = turns.select(
        is_capitals=capitals >= letters,
        is_shouting=text.str.contains(marks, literal=True),
    )
    return pl.concat([UTTERANCES.conform(staged).collect(), flags], how="horizontal")


def _unassessable(
    calls: pl.DataFrame, texts: pl.DataFrame, doubt: pl.Series
) -> pl.Series:
    """Why each call cannot be assessed, in the order of `calls`; null where it can."""
    speaker = pl.col("speaker").cast(pl.String)
    said = texts.group_by("call_no").agg(
        people=(~speaker.is_in(_SILENT)).sum(),
        staff=speaker.is_in(_STAFF).sum(),
        customer=(speaker == "customer").sum(),
        unlabelled=(speaker == "unknown").sum(),
    )
    known = calls.with_columns(doubt=doubt).join(
        said, on="call_no", how="left", maintain_order="left"
    )
    reason = (
        pl.when(pl.col("people").fill_null(0) == 0)
        .then(pl.lit("no turns: nobody speaks"))
        .when(pl.col("doubt").is_not_null())
        .then(pl.col("doubt"))
        .when((pl.col("staff") == 0) & (pl.col("unlabelled") > 0))
        .then(pl.lit("speakers are not labelled as agent and customer"))
        .when((pl.col("customer") == 0) & (pl.col("unlabelled") > 0))
        .then(pl.lit("speakers are not labelled as agent and customer"))
        .when(pl.col("staff") == 0)
        .then(pl.lit("no agent speaks"))
        .when(pl.col("customer") == 0)
        .then(pl.lit("no customer speaks"))
        .when(pl.col("language").is_null())
        .then(pl.lit("the language is not certain"))
        .when(pl.col("spoken_language").is_null())
        .then(pl.format("no lexicon for the language '{}'", "language"))
    )
    return known.select(unassessable=reason.cast(pl.String)).to_series()
