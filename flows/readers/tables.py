"""Delimited tables (CSV): rows as dictionaries, each with its line and its own bytes."""

import csv
from collections.abc import Iterator
from typing import Final, NamedTuple

from flows.readers.source import Kind, Record, Refused, Source

_DELIMITERS: Final = (",", ";", "\t", "|")
_BOM: Final = "\ufeff"

# A transcript's turn may be longer than the 128 kB at which the module gives up.
csv.field_size_limit(1 << 27)


class Row(NamedTuple):
    """One row: `fields` without the empty ones, or the `fault` that hinders reading."""

    line: int
    raw: bytes
    fields: dict[str, str]
    fault: str | None


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def header_of(source: Source) -> tuple[str, ...]:
    """The column names of the first line; empty if it cannot be a header."""
    try:
        line = source.first_line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return ()
    if "\0" in line or line.lstrip().startswith(("{", "[", "<")):
        return ()
    names: list[str] = next(csv.reader([line], delimiter=_delimiter(line)), list[str]())
    return tuple(name.strip().removeprefix(_BOM) for name in names)


class _Lines:
    """Feeds the csv module with text, and remembers the bytes of the row being read."""

    def __init__(self, source: Source) -> None:
        self._file = source.path.open("rb")
        self._taken: list[bytes] = []

    def __iter__(self) -> Iterator[str]:
        with self._file as file:
            for line in file:
                self._taken.append(line)
                # Bytes that are no UTF-8 become lone surrogates, which `rows` refuses.
                yield line.decode("utf-8", "surrogateescape").removeprefix(_BOM)

    def taken(self) -> list[bytes]:
        """The lines since the last call."""
        lines, self._taken = self._taken, []
        return lines


def _fault(values: list[str], width: int) -> str | None:
    if len(values) != width:
        return (
            f"{len(values)} columns where the header has {width}; quote values that hold"
            " the delimiter"
        )
    bad = next((v for v in values if any("\ud800" <= c <= "\udfff" for c in v)), None)
    if bad is not None:
        shown = bad.encode("utf-8", "surrogateescape")[:40]
        return f"{shown!r} is not UTF-8; export the file as UTF-8"
    return None


def rows(source: Source) -> Iterator[Row]:
    """The rows of a table below its header, in file order."""
    lines = _Lines(source)
    reader = csv.reader(
        lines, delimiter=_delimiter(source.first_line.decode()), strict=True
    )
    names = header_of(source)
    line, header_seen = 1, False
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            values, problem = [], f"not a row of a table: {error}; check the quotes"
        else:
            problem = None
        raw = lines.taken()
        first, line = line, line + len(raw)
        if not values and problem is None:
            continue
        if not header_seen:
            header_seen = True
            continue
        fault = problem or _fault(values, len(names))
        fields = {n: v for n, v in zip(names, values, strict=False) if v.strip()}
        yield Row(first, b"".join(raw), {} if fault else fields, fault)


def records(source: Source, kind: Kind) -> Iterator[Record | Refused]:
    """One record a row."""
    for row in rows(source):
        if row.fault is not None:
            yield Refused(kind, row.line, row.raw, f"line {row.line}: {row.fault}")
        else:
            yield Record(kind, row.line, dict(row.fields), row.raw)
