"""Reads marks back from sheets; a row that cannot be used is told, and the rest goes on."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from dashboards.records.reviews import MARKS, Item, Mark
from flows.calibrate.sheets import COLUMNS, SheetError, plain

_NEEDED: Final = ("call_id", "step", "mark")
_ALSO_KNOWN: Final = {name: name for name in MARKS} | {
    "not_applicable": "not applicable",
    "n/a": "not applicable",
    "cannot_tell": "cannot tell",
}
_SEPARATORS: Final = ",;\t"


@dataclass
class Taken:
    """What came of one file.

    Attributes:
        marks: the marks found.
        problems: what could not be used: place, found, what to do.
        unmarked: rows without a mark yet.
        kept: what is no mark, and is kept as it came; nothing has to be done.
    """

    marks: list[Mark] = field(default_factory=list[Mark])
    problems: list[str] = field(default_factory=list[str])
    unmarked: int = 0
    kept: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Known:
    """What marks may be of.

    Attributes:
        calls: ids of the calls published.
        steps: `playbook/step` of every playbook.
        items: items by the name that sheets give them.
    """

    calls: Collection[str]
    steps: Collection[str]
    items: Mapping[str, Item]


def content_hash(content: bytes) -> str:
    """What a file says, as marks remember where they came from."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def read_sheet(path: Path, known: Known, reviewer: str | None) -> Taken:
    """The marks of one sheet.

    Args:
        path: a .csv or .xlsx that `coolhead calibrate sample` wrote, filled in.
        known: what marks may be of.
        reviewer: who marked rows that name nobody.

    Raises:
        SheetError: the file is no such sheet at all.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    rows = (
        _xlsx_rows(path, content)
        if path.suffix == ".xlsx"
        else _csv_rows(path, content)
    )
    taken, source = Taken(), content_hash(content)
    for number, row in rows:
        try:
            mark = _mark(row, known, reviewer, source, f"{path.name}, row {number}")
        except SheetError as problem:
            taken.problems.append(f"{path}: row {number}: {problem}")
            continue
        if mark is None:
            taken.unmarked += 1
        else:
            taken.marks.append(mark)
    return taken


def _mark(
    row: Mapping[str, str], known: Known, reviewer: str | None, source: str, why: str
) -> Mark | None:
    said = " ".join(row.get("mark", "").lower().split())
    if not said:
        return None
    mark = _ALSO_KNOWN.get(said)
    if mark is None:
        raise SheetError(
            f"the mark is {row['mark']!r}; write one of {', '.join(MARKS)}, or nothing"
        )
    who = row.get("reviewer", "").strip() or (reviewer or "").strip()
    if not who:
        raise SheetError(
            "a mark without a reviewer; name who marked it in the column reviewer, or"
            " give --reviewer NAME"
        )
    call_id, playbook, step = _item(row, known)
    comment = row.get("comment", "").strip()
    return Mark(call_id, playbook, step, who, mark, comment, source, why)


def _item(row: Mapping[str, str], known: Known) -> Item:
    """What a row is of: by its item's name, else by call and step."""
    named = known.items.get(row.get("item", "").strip())
    call_id, step = row.get("call_id", "").strip(), row.get("step", "").strip()
    if named is not None:
        call_id, step = named[0], f"{named[1]}/{named[2]}"
    if step not in known.steps:
        raise SheetError(
            f"the step is {step!r}; write playbook/step as `coolhead playbooks` lists"
            " them, such as phone-15/7"
        )
    if call_id not in known.calls:
        raise SheetError(
            f"the call is {call_id!r}, and none that is published has this id; a"
            " spreadsheet may have changed it: put the id of the sheet back"
        )
    playbook, _, name = step.partition("/")
    return call_id, playbook, name


def _csv_rows(path: Path, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(
            f"{path}: is not UTF-8 ({error.reason} at byte {error.start}); save it as"
            ' "CSV UTF-8", or as XLSX'
        ) from error
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names: list[str] | None = None
    try:
        for number, cells in enumerate(reader, 1):
            if names is None:
                names = _names(path, cells)
            elif any(cells):
                told = zip(names, map(plain, cells), strict=False)
                yield number, dict(told)
    except csv.Error as error:
        raise SheetError(
            f"{path}: is no CSV ({error}); save it again as CSV"
        ) from error
    if names is None:
        raise SheetError(f"{path}: is empty; give a sheet that was filled in")


def _xlsx_rows(path: Path, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        IndexError,
    ) as error:
        raise SheetError(
            f"{path}: is no XLSX workbook ({error}); save it again as XLSX, or as CSV"
            " UTF-8"
        ) from error
    if not rows:
        raise SheetError(f"{path}: is empty; give a sheet that was filled in")
    names = _names(path, [_text(value) for value in rows[0]])
    for number, cells in enumerate(rows[1:], 2):
        if any(cell is not None for cell in cells):
            yield number, dict(zip(names, map(_text, cells), strict=False))


def _text(value: object) -> str:
    """A cell as text: a spreadsheet makes numbers of what looks like one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _names(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if missing := [name for name in _NEEDED if name not in names]:
        raise SheetError(
            f"{path}: has no column {', '.join(missing)}; found {names[:12]}. Sheets have"
            f" the columns {', '.join(COLUMNS)}: see `coolhead calibrate sample`"
        )
    return names
