"""What could not be read: the original bytes, and beside them why.

For each file a folder `quarantine/<hash>-<name>/` with the refused lines just as they came
(a table keeps its header, so that the file can be mended and dropped into the inbox) and
`reasons.jsonl`: file, line, kind, reason, place of the bytes.
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import orjson

_UNSAFE: Final = re.compile(r"[^\w.-]+")
_REASONS: Final = "reasons.jsonl"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("._")[-80:] or "file"


@dataclass
class Quarantine:
    """The quarantine of one file; appears when the block ends well, or not at all.

    Attributes:
        root: the home's quarantine folder.
        file_hash: hash of the file's bytes.
        file_name: its name within the inbox.
        header: bytes that the refused lines need before them to be read again.
        generation: tells a second look at the same file (a call that had to wait).
    """

    root: Path
    file_hash: str
    file_name: str
    header: bytes = b""
    generation: str = ""
    _files: list[tuple[IO[bytes], Path]] = field(
        default_factory=list[tuple[IO[bytes], Path]]
    )
    _place: int = 0

    @property
    def folder(self) -> Path:
        """Where this file's refusals are kept."""
        return self.root / f"{self.file_hash[:12]}-{_safe(self.file_name)}"

    @property
    def _kept_name(self) -> str:
        return f"rejected{self.generation}{Path(self.file_name).suffix}"

    def __enter__(self) -> Self:
        return self

    def refuse(
        self,
        *,
        kind: str,
        line: int,
        raw: bytes,
        reason: str,
        fields: dict[str, Any] | None = None,
    ) -> str:
        """Keep the bytes of one record; returns where, within the quarantine folder.

        Args:
            kind: what the record was to be.
            line: its line in the file.
            raw: its original bytes.
            reason: why it was refused, in words.
            fields: the record as read, if it may be taken in later without its file.
        """
        if not self._files:
            self._open()
        (kept, _), (reasons, _) = self._files
        note: dict[str, Any] = {
            "file": self.file_name,
            "file_hash": self.file_hash,
            "line": line,
            "kind": kind,
            "reason": reason,
            "offset": self._place,
            "bytes": len(raw),
        }
        if fields is not None:
            note["record"] = fields
        self._place += kept.write(raw if raw.endswith(b"\n") else raw + b"\n")
        reasons.write(orjson.dumps(note, default=str, option=orjson.OPT_APPEND_NEWLINE))
        return f"{self.folder.name}/{self._kept_name}"

    def refuse_file(self, path: Path, reason: str) -> str:
        """Keep a copy of a whole file; returns where, within the quarantine folder."""
        self._open()
        (kept, _), (reasons, _) = self._files
        with path.open("rb") as original:
            shutil.copyfileobj(original, kept, 1 << 20)
        note = {
            "file": self.file_name,
            "file_hash": self.file_hash,
            "line": 0,
            "kind": "file",
            "reason": reason,
            "offset": 0,
            "bytes": path.stat().st_size,
        }
        reasons.write(orjson.dumps(note, option=orjson.OPT_APPEND_NEWLINE))
        return f"{self.folder.name}/{self._kept_name}"

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        reasons = _REASONS.replace(".", f"{self.generation}.")
        for name in (self._kept_name, reasons):
            final = self.folder / name
            self._files.append((final.with_name(f"{name}.part").open("wb"), final))
        self._place = self._files[0][0].write(self.header)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for handle, final in self._files:
            handle.close()
            partial = final.with_name(f"{final.name}.part")
            if error is None:
                partial.replace(final)
            else:
                partial.unlink(missing_ok=True)


def kept_records(root: Path, quarantined_as: str) -> dict[int, dict[str, Any]]:
    """The records, by line, that were kept as read because they may be taken in later."""
    folder = (root / quarantined_as).parent
    kept: dict[int, dict[str, Any]] = {}
    for path in sorted(folder.glob("reasons*.jsonl")):
        for line in path.read_bytes().splitlines():
            note = orjson.loads(line)
            if "record" in note:
                kept[note["line"]] = note["record"]
    return kept
