"""A call's transcript: who said what, when, and the evidence in it."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.attributes import aria, data
from dashboards.formats import Formats, direction, in_words
from dashboards.theme import TONE_WORDS, tone

_SPEAKERS: Final = {"ivr": "IVR", "system": "System", "unknown": "Unknown speaker"}


def turn_id(turn: int) -> str:
    """The id of a turn on the page."""
    return f"turn-{turn}"


def turn_link(turn: int | None, text: str | None = None) -> Any:
    """A link that scrolls to a turn; in words where the turn is outside the transcript."""
    if turn is None or turn < 0:
        return html.Span("outside the transcript", className="muted")
    return html.A(text or f"turn {turn}", href=f"#{turn_id(turn)}")


def transcript(turns: pl.DataFrame, language: str | None, formats: Formats) -> html.Ol:
    """All turns in order.

    Args:
        turns: rows of `marts.call_transcripts` of one call.
        language: the call's language, for turns that name none.
        formats: how times are written.
    """
    return html.Ol(
        [
            _turn(row, row["language"] or language, formats)
            for row in turns.iter_rows(named=True)
        ],
        className="transcript",
    )


def _turn(row: dict[str, Any], language: str | None, formats: Formats) -> html.Li:
    towards = direction(language)
    told: dict[str, Any] = {"lang": language} if towards != "auto" else {}
    return html.Li(
        [
            html.Div(list(_about(row, formats)), className="turn-about"),
            html.P(list(marked(row["text"], row["evidence"])), dir=towards, **told),
        ],
        id=turn_id(row["turn"]),
        className=f"turn by-{row['speaker']}",
        tabIndex=-1,
    )


def _about(row: dict[str, Any], formats: Formats) -> Iterator[Any]:
    speaker = row["speaker"]
    yield html.Strong(_SPEAKERS.get(speaker, speaker.capitalize()))
    yield html.Span(f"turn {row['turn']}", className="muted")
    if row["start_seconds"] is not None:
        yield html.Span(formats.duration(row["start_seconds"]), className="muted")
    if row["temperature"] is not None:
        degrees = row["temperature"]
        yield html.Span(
            [
                html.Span(
                    html.Span(style={"width": f"{degrees:.0f}%"}),
                    className="degrees",
                    **aria(hidden="true"),
                ),
                f"{formats.number(degrees)} of 100",
            ],
            className="temperature muted",
        )


def marked(text: str, evidence: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """The text in pieces; each piece that is evidence is marked with its labels and cues.

    Spans may overlap: a piece then has the labels of all spans over it.
    """
    spans = [
        (max(0, span["start"]), min(len(text), span["end"]), span)
        for span in evidence
        if span["start"] < min(len(text), span["end"])
    ]
    edges = sorted(
        {0, len(text), *(e for start, end, _ in spans for e in (start, end))}
    )
    for start, end in pairwise(edges):
        over = [span for first, last, span in spans if first <= start and end <= last]
        piece = text[start:end]
        yield _mark(piece, over) if over else piece


def _mark(piece: str, spans: list[dict[str, Any]]) -> html.Mark:
    labels = ", ".join(dict.fromkeys(in_words(span["label"]) for span in spans))
    cues = "; ".join(dict.fromkeys(span["cue"] for span in spans))
    return html.Mark(
        [piece, html.Span(f" [{labels}]", className="hidden", dir="ltr")],
        className=f"mark mark-{tone(spans[0]['label'])}",
        tabIndex=0,
        **data(tip=f"{labels}\ncue: {cues}"),
    )


def legend() -> html.Ul:
    """What the marks' looks mean."""
    return html.Ul(
        [
            html.Li(html.Mark(words, className=f"mark mark-{name}"))
            for name, words in TONE_WORDS.items()
        ],
        className="legend",
        **aria(label="How evidence is marked"),
    )
