"""Published marts as files, rows in key order."""

import sys
from pathlib import Path
from typing import Final

from flows.candidate import open_published
from flows.publish import current_file
from flows.settings import Settings
from transforms.contracts.marts import MARTS
from transforms.contracts.table import Table

_COPY_OPTIONS: Final = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY true",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}


class ExportError(ValueError):
    """What was asked for cannot be exported."""


def export_mart(
    settings: Settings, name: str, file_format: str, out: Path | None
) -> None:
    """Write a mart to a file or to standard output.

    Raises:
        ExportError: there is no such mart or format.
        PublishedError: nothing was published yet.
    """
    table = _mart(name)
    options = _COPY_OPTIONS.get(file_format)
    if options is None:
        raise ExportError(
            f"--format {file_format}: not known; choose one of {', '.join(_COPY_OPTIONS)}"
        )
    if out is None and file_format == "parquet":
        raise ExportError("parquet is binary: name a file with --out")
    key = ", ".join(f'"{column}"' for column in table.key)
    target = Path("/dev/stdout") if out is None else out
    sys.stdout.flush()
    path = current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        published.execute(
            f"COPY (SELECT * FROM {table.name} ORDER BY {key}) TO $target ({options})",
            {"target": str(target)},
        )


def _mart(name: str) -> Table:
    bare = name.removeprefix("marts.")
    for mart in MARTS:
        if mart.bare_name == bare:
            return mart
    raise ExportError(
        f"there is no mart {name!r}; choose one of"
        f" {', '.join(mart.bare_name for mart in MARTS)}"
    )
