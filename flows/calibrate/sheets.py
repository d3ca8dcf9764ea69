"""Sheets for reviewers: what they are asked, with room for their marks; CSV or XLSX."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dashboards.records.reviews import MARKS
from flows import publish
from flows.candidate import open_published
from flows.settings import Settings
from transforms.knowledge.bundle import Knowledge

COLUMNS: Final = (
    "item",
    "call_id",
    "language",
    "step",
    "step_title",
    "step_title_own",
    "how_to_mark",
    "transcript",
    "mark",
    "reviewer",
    "comment",
)
_WIDTHS: Final = (14, 14, 10, 22, 30, 30, 60, 90, 16, 16, 40)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CELL_LIMIT: Final = 32_000
"""Characters that a cell of a spreadsheet holds, less room for a note."""
_RIGHT_TO_LEFT: Final = 2
_TURNS: Final = """
    SELECT call_id, string_agg(upper((speaker::VARCHAR)[1]) || (speaker::VARCHAR)[2:] || ': '
        || text, chr(10) ORDER BY turn) AS transcript
    FROM marts.call_transcripts WHERE call_id IN (SELECT unnest($calls::VARCHAR[]))
    GROUP BY call_id
"""


class SheetError(ValueError):
    """A sheet cannot be written or read as asked."""


def sheet_rows(
    settings: Settings, knowledge: Knowledge, items: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """What a sheet says of each item; never the machine's verdict, nor who the agent is."""
    path = publish.current_file(settings.published)
    calls = sorted({str(item["call_id"]) for item in items})
    with open_published(settings, path, read_only=True) as published:
        texts = published.read(_TURNS, {"calls": calls})
    said = dict(texts.select("call_id", pl.col("transcript").fill_null("")).iter_rows())
    steps = {(b.id, s.id): s for b in knowledge.playbooks.values() for s in b.steps}
    rows: list[dict[str, str]] = []
    for item in items:
        step = steps[item["playbook"], item["step"]]
        name = f"{item['sample']}:{item['place']}"
        rows.append(
            {
                "item": name,
                "call_id": item["call_id"],
                "language": item["language"],
                "step": f"{item['playbook']}/{item['step']}",
                "step_title": step.title,
                "step_title_own": step.title_native,
                "how_to_mark": knowledge.review.instructions(step) or "",
                "transcript": _shortened(said.get(item["call_id"], ""), name),
            }
        )
    return rows


def _shortened(text: str, item: str) -> str:
    if len(text) <= _CELL_LIMIT:
        return text
    return f"{text[:_CELL_LIMIT]}\n… (the rest: page Review, /review?item={item})"


def write_sheets(
    rows: Sequence[Mapping[str, str]],
    out: Path,
    reviewers: Sequence[str],
    knowledge: Knowledge,
) -> list[Path]:
    """Write a sheet, or one for each reviewer; returns the files.

    Raises:
        SheetError: the file's name is neither .csv nor .xlsx.
    """
    check_name(out)
    files: list[Path] = []
    for number, name in enumerate(reviewers or [""], 1):
        path = out
        if name:
            plain = "".join(c if c.isalnum() else "-" for c in name)
            same = sum(f.stem == f"{out.stem}-{plain}" for f in files)
            path = out.with_stem(f"{out.stem}-{plain}{number if same else ''}")
        filled = [{**row, "mark": "", "reviewer": name, "comment": ""} for row in rows]
        if out.suffix == ".csv":
            _write_csv(filled, path)
        else:
            _write_xlsx(filled, path, knowledge)
        files.append(path)
    return files


def check_name(out: Path) -> None:
    """Refuse what is no name of a sheet.

    Raises:
        SheetError: the file's name is neither .csv nor .xlsx.
    """
    if out.suffix not in (".csv", ".xlsx"):
        raise SheetError(f"{out}: a sheet is .csv or .xlsx; give --out such a name")


def safe(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula.

    Source: OWASP, CSV injection.

    >>> safe("=1+1"), safe("met")
    ("'=1+1", 'met')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain(text: str) -> str:
    """The text as it was before `safe`.

    >>> plain(safe("-5")), plain("'tis")
    ('-5', "'tis")
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _write_csv(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    # The byte order mark tells spreadsheets that the file is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([safe(row[name]) for name in COLUMNS] for row in rows)


def _write_xlsx(
    rows: Sequence[Mapping[str, str]], path: Path, knowledge: Knowledge
) -> None:
    book = Workbook(write_only=False)
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise SheetError(f"{path}: no sheet could be made in the workbook")
    sheet.title = "Review"
    sheet.append(COLUMNS)
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for place, row in enumerate(rows, 2):
        for number, (name, leftwards) in enumerate(_directions(row, knowledge), 1):
            _fill(sheet.cell(place, number), row[name], leftwards=leftwards)
    choice = DataValidation(
        type="list",
        formula1=f'"{",".join(MARKS)}"',
        allow_blank=True,
        showErrorMessage=True,
    )
    choice.error = f"one of: {', '.join(MARKS)}"
    sheet.add_data_validation(choice)
    letter = get_column_letter(COLUMNS.index("mark") + 1)
    choice.add(f"{letter}2:{letter}{len(rows) + 1}")
    book.save(path)


def _directions(
    row: Mapping[str, str], knowledge: Knowledge
) -> Iterator[tuple[str, bool]]:
    """Each column, and whether what stands there is written from right to left."""
    lexicon = knowledge.lexicons.get(row["language"])
    book = knowledge.playbooks[row["step"].partition("/")[0]]
    leftwards = {
        "transcript": lexicon is not None and lexicon.direction == "rtl",
        "step_title_own": book.direction == "rtl",
    }
    for name in COLUMNS:
        yield name, leftwards.get(name, False)


def _fill(cell: Any, text: str, *, leftwards: bool) -> None:
    if not isinstance(cell, Cell):
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text) or None
    if text:
        cell.data_type = "s"  # a text, also where it looks like a formula
    cell.alignment = Alignment(
        wrap_text=True,
        vertical="top",
        horizontal="right" if leftwards else None,
        readingOrder=_RIGHT_TO_LEFT if leftwards else 0,
    )
