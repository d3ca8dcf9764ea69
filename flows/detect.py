"""Labels of single utterances, by the flow's own code path."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

import orjson
import polars as pl

from flows.readers.source import Fields, as_object
from transforms.contracts.staging import SPEAKERS
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge

_BATCH: Final = 20_000


class UtteranceError(ValueError):
    """A line of standard input is not an utterance."""


def detect_lines(knowledge: Knowledge, lines: Iterable[bytes]) -> Iterator[bytes]:
    """One JSON answer for each JSON utterance, in the order of the lines.

    Utterances that follow one another with the same `call_id` are heard as one talk.

    Raises:
        UtteranceError: names the line, what was found and what is expected.
    """
    detector = Detector(knowledge.lexicons, knowledge.languages)
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    spoken = (_utterance(number, line) for number, line in numbered)
    talks = (list(turns) for _, turns in groupby(spoken, key=_talk))
    for batch in _batches(talks):
        yield from map(orjson.dumps, _answers(detector, batch))


def _talk(utterance: Fields) -> object:
    """The call that an utterance says it is a turn of; without one, a talk of its own."""
    call_id = utterance.get("call_id")
    return object() if call_id is None else call_id


def _batches(talks: Iterable[list[Fields]]) -> Iterator[list[Fields]]:
    """Whole calls, as many as make a batch; utterances that stand alone as they come."""
    batch: list[Fields] = []
    for turns in talks:
        batch += turns
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _utterance(number: int, line: bytes) -> Fields:
    try:
        utterance = as_object(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise UtteranceError(
            f"standard input, line {number}: not JSON ({error}); give one object a line:"
            ' {"id": 1, "speaker": "agent", "text": "…"}'
        ) from error
    missing = [
        key for key in ("speaker", "text") if not isinstance(utterance.get(key), str)
    ]
    if missing:
        raise UtteranceError(
            f"standard input, line {number}: no text for {missing} in {line[:80]!r}; each"
            " utterance needs a speaker and a text"
        )
    return utterance


def _answers(
    detector: Detector, utterances: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    frame = pl.DataFrame(
        {
            "text": [utterance["text"] for utterance in utterances],
            "speaker": [_speaker(utterance["speaker"]) for utterance in utterances],
            "language": [utterance.get("language") for utterance in utterances],
            "call_no": _call_numbers(utterances),
        },
        schema_overrides={"language": pl.String},
    )
    frame = frame.with_columns(language=_languages(detector, frame))
    labels: dict[int, list[dict[str, Any]]] = {}
    for row, label, start, end, cue, _ in detector.hear(frame).iter_rows():
        found = {"label": label, "start": start, "end": end, "cue": cue}
        labels.setdefault(row, []).append(found)
    for row, utterance in enumerate(utterances):
        yield {
            "id": utterance.get("id"),
            "language": frame["language"][row],
            "labels": labels.get(row, []),
        }


def _call_numbers(utterances: list[Fields]) -> list[int]:
    """A number for each run of turns of one call, and for each utterance without one."""
    numbers: list[int] = []
    last: object = None
    for utterance in utterances:
        talk = _talk(utterance)
        goes_on = bool(numbers) and talk == last
        numbers.append(numbers[-1] if goes_on else len(numbers))
        last = talk
    return numbers


def _speaker(named: str) -> str:
    speaker = named.strip().lower()
    return speaker if speaker in SPEAKERS else "unknown"


def _languages(detector: Detector, frame: pl.DataFrame) -> pl.Series:
    """The source's word for each utterance, else what the text itself tells."""
    words = frame["language"].str.strip_chars().replace("", None)
    codes = {word: detector.finder.named(word) for word in words.drop_nulls().unique()}
    named = words.replace_strict(codes, default=None, return_dtype=pl.String)
    unnamed = named.is_null().arg_true()
    if unnamed.is_empty():
        return named
    return named.scatter(unnamed, detector.finder.find(frame["text"].gather(unnamed)))
