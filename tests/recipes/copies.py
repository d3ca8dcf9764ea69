"""A copy of the checkout in which a contributor walks the recipes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from flows.settings import CHECKOUT
from transforms.detection.labels import LABELS

MATERIAL = Path(__file__).parent
_FOLDERS = ("flows", "transforms", "expectations", "dashboards", "data")
_CUES = {
    "greeting": ["miten voin auttaa"],
    "closing": ["hyvää päivänjatkoa"],
    "apology": ["olen pahoillani"],
    "complaint": ["ei toimi"],
}


@dataclass(frozen=True)
class Copy:
    """A checkout of its own, with a home beside it."""

    root: Path
    home: Path
    server: str | None = None

    def change(self, path: str, before: str, after: str) -> None:
        """Put one passage of a file in the place of another that is there once."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, (
            f"{path} has {before!r} {text.count(before)} times"
        )
        file.write_text(text.replace(before, after), encoding="utf-8")

    def add(self, path: str, text: str) -> None:
        """Write more at the end of a file, or a new one."""
        with (self.root / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def put(self, name: str, path: str) -> None:
        """Copy one of the recipes' files into the checkout."""
        shutil.copyfile(MATERIAL / name, self.root / path)

    def run(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """What `python` answers in this checkout."""
        own = {
            "PYTHONPATH": str(self.root),
            "PYTHONWARNINGS": "ignore",
            "COOLHEAD_HOME": str(self.home),
            "COLUMNS": "200",
            **({"PREFECT_API_URL": self.server} if self.server else {}),
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, **own},
            input=said,
            text=True,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=170,
        )

    def coolhead(self, *arguments: str, said: str = "") -> str:
        """What the command answers; it must succeed."""
        answer = self.run("-m", "flows.cli", *arguments, said=said)
        assert answer.returncode == 0, answer.stderr[-3000:]
        return answer.stdout

    def says(self, program: str) -> object:
        """What a small program prints as JSON, run in this checkout."""
        answer = self.run("-c", program)
        assert answer.returncode == 0, answer.stderr[-3000:]
        return json.loads(answer.stdout)


def copy_of_checkout(folder: Path, home: Path, server: str | None = None) -> Copy:
    """The checkout's packages and knowledge, without homes and caches."""
    left_out = shutil.ignore_patterns("__pycache__", "home", "demo", "samples")
    for name in _FOLDERS:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=left_out)
    return Copy(folder, home, server)


def lexicon(cues: Mapping[str, list[str]] = _CUES) -> str:
    """A new language's file: some cues, and for every other label one that nobody says."""
    labels = {
        label: {
            "phrases": cues.get(label, [f"zz{label.replace('_', '')}"]),
            "heard_in": [],
            "not_heard_in": [],
        }
        for label in LABELS
    }
    return yaml.safe_dump(
        {
            "language": "fi",
            "version": "1",
            "name": "Finnish",
            "direction": "ltr",
            "cues": labels,
        },
        allow_unicode=True,
    )
