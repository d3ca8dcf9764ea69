"""Labelled rows, from corpora, files and our own text, in one shape."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, cast

import orjson
import polars as pl

from flows.readers.source import as_object
from transforms.detection.labels import LABELS
from transforms.knowledge.evaluation import Answer, Mapping, Source

ROWS: Final = pl.Schema(
    {
        "conversation": pl.UInt32,
        "turn": pl.UInt16,
        "speaker": pl.String,
        "language": pl.String,
        "text": pl.String,
        "native": pl.List(pl.String),
        "is_judged": pl.Boolean,
    }
)
"""One row a turn, in (conversation, turn) order; only those judged are asked about."""
_OTHER_SIDE: Final = {"agent": "customer", "customer": "agent"}
_DATA: Final = "data.jsonl.gz"


class CorpusError(ValueError):
    """A labelled file cannot be read as one."""


@dataclass(frozen=True)
class Labelled:
    """One source's rows, and how they answer for our labels."""

    name: str
    source: Source
    rows: pl.DataFrame


def corpora(folder: Path, mapping: Mapping) -> Iterator[Labelled]:
    """Every source of the mapping that the folder holds.

    Raises:
        CorpusError: the folder holds none of them.
    """
    found = False
    for name, source in mapping.sources.items():
        path = folder / (source.folder or name) / _DATA
        if path.exists():
            found = True
            yield Labelled(name, source, _rows(path, source))
    if not found:
        raise CorpusError(
            f"{folder}: holds none of the corpora that data/evaluation/mapping.yaml names"
            f" ({', '.join(mapping.sources)}); each is a folder with a {_DATA}"
        )


def pools(folder: Path, mapping: Mapping) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every pool that the folder holds: its name and `language`, `text` of its rows."""
    for name, pool in mapping.pools.items():
        path = folder / pool.folder / _DATA
        if path.exists():
            rows = [(row["lang"], row["text"]) for _, row in _read(path)]
            yield name, pl.DataFrame(rows, schema=["language", "text"], orient="row")


def single_file(path: Path, mapping: Mapping) -> Iterator[Labelled]:
    """The sources of a corpus's file, or a file of our own form.

    Our own form is one JSON object a line: `text`, `speaker`, `language`, `labels` (all
    of ours that hold) and optionally `conversation` and `previous`.

    Raises:
        CorpusError: names the file, the line, what was found and what to give.
    """
    named = {
        name: source
        for name, source in mapping.sources.items()
        if (source.folder or name) == path.parent.name
    }
    for name, source in named.items():
        yield Labelled(name, source, _rows(path, source))
    if not named:
        yield _own_form(path)


def _own_form(path: Path) -> Labelled:
    found: list[dict[str, Any]] = []
    for place, row in _read(path):
        labels = _names(row.get("labels"))
        if not isinstance(row.get("labels"), list) or not set(labels) <= set(LABELS):
            raise CorpusError(
                f"{place}: `labels` is {str(row.get('labels'))[:80]!r}; give a list of our"
                " labels (data/GLOSSARY.md), empty if none holds"
            )
        if not isinstance(row.get("language"), str):
            raise CorpusError(
                f"{place}: no `language`; give the code of a lexicon, such as en"
            )
        found.append(
            {
                **row,
                "steps": labels,
                "lang": row.get("language"),
                "role": row.get("speaker"),
            }
        )
    named = any("conversation" in row for row in found)
    answers = {
        label: Answer(
            native=(label,),
            by=("agent", "customer", "unknown"),
            reason="The file says so.",
        )
        for label in sorted({label for row in found for label in row["steps"]})
    }
    source = Source(
        text="human",
        conversation="conversation" if named else None,
        context=None if named else "previous",
        reason="A file in our own form.",
        answers=answers,
    )
    return Labelled(path.stem, source, as_rows(found, source))


def _read(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place in words, and its object."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    place = f"{path}, line {number}"
                    yield place, _object(place, line)
    except (OSError, EOFError) as error:
        raise CorpusError(f"{path}: cannot be read ({error})") from error


def _object(place: str, line: bytes) -> dict[str, Any]:
    try:
        row = as_object(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"{place}: not JSON ({error})") from error
    if not isinstance(row.get("text"), str):
        raise CorpusError(
            f"{place}: no `text` in {line[:80]!r}; give one object a line"
        )
    return row


def _rows(path: Path, source: Source) -> pl.DataFrame:
    wanted = (row for _, row in _read(path) if _is_wanted(row, source))
    return as_rows(wanted, source)


def _is_wanted(row: dict[str, Any], source: Source) -> bool:
    return all(
        any(fnmatchcase(str(row.get(field)), value) for value in values)
        for field, values in source.where.items()
    )


def as_rows(found: Iterable[dict[str, Any]], source: Source) -> pl.DataFrame:
    """A source's objects as `ROWS`."""
    conversations: dict[object, list[dict[str, Any]]] = {}
    for number, row in enumerate(found):
        key = row.get(source.conversation) if source.conversation else number
        conversations.setdefault(key, []).append(row)
    spoken = [_conversation(rows, source) for rows in conversations.values()]
    if source.both_sides:
        spoken += [_exchanged(turns) for turns in spoken]
    return pl.DataFrame(
        [
            {"conversation": number, "turn": turn, **row}
            for number, turns in enumerate(spoken)
            for turn, row in enumerate(turns)
        ],
        schema=ROWS,
    )


def _conversation(rows: list[dict[str, Any]], source: Source) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    for row in _whole(rows, source):
        speaker = source.speaker or source.speakers.get(
            str(row.get("role")), str(row.get("role"))
        )
        speaker = speaker if speaker in ("agent", "customer") else "unknown"
        said: dict[str, Any] = {
            "language": row.get("lang"),
            "native": [],
            "is_judged": False,
        }
        before = row.get(source.context) if source.context else None
        if isinstance(before, str) and before.strip():
            other = _OTHER_SIDE.get(speaker, "unknown")
            turns.append({**said, "speaker": other, "text": before})
        native = [*_names(row.get("steps")), *_names(row.get("label"))]
        turns.append(
            said
            | {
                "speaker": speaker,
                "text": row["text"],
                "native": native,
                "is_judged": True,
            }
        )
    return turns


def _whole(rows: list[dict[str, Any]], source: Source) -> Iterable[dict[str, Any]]:
    """The rows, parts of one utterance joined."""
    if source.utterance is None:
        return rows
    parts: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row.get(source.utterance), []).append(row)
    return [
        {
            **same[0],
            "text": " ".join(row["text"] for row in same),
            "steps": [name for row in same for name in _names(row.get("steps"))],
            "label": [name for row in same for name in _names(row.get("label"))],
        }
        for same in parts.values()
    ]


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    names = cast("list[object]", value) if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str)]


def _exchanged(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**turn, "speaker": _OTHER_SIDE.get(turn["speaker"], turn["speaker"])}
        for turn in turns
    ]
