"""README.md says what is there: commands, settings, examples, links, messages."""

import os
import re
import shlex
import subprocess
import sys
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from prefect import Flow

from dashboards.app import PAGES
from flows import nightly
from flows.cli import app
from flows.ingest import ingest
from flows.readers import READERS
from flows.settings import CHECKOUT, Settings
from flows.warehouse import open_warehouse
from tests.flows.runs import copy_of

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
FOREIGN = {"vcon", "contact_lens"}


def section(title: str) -> str:
    """The text below a heading, up to the next one of its rank."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """The rows of a section's table, its head left out."""
    rows = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[1:]]


def blocks(language: str) -> list[str]:
    """The fenced blocks of one kind."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands() -> dict[str, list[set[str]]]:
    """The options of every command but --help, each with all its names."""
    group: Any = typer.main.get_command(app)
    return {
        name: [
            {*parameter.opts, *parameter.secondary_opts}
            for parameter in command.params
            if parameter.param_type_name == "option" and "--help" not in parameter.opts
        ]
        for name, command in group.commands.items()
    }


def test_the_command_table_has_every_command_with_its_options() -> None:
    told = {
        cells[0].strip("`").split()[1]: set(re.findall(r"--[a-z-]+", cells[1]))
        for cells in table("Commands")
    }
    known = commands()
    assert set(told) == set(known)
    for name, options in known.items():
        assert told[name] <= set().union(*options), name
        assert [names for names in options if not names & told[name]] == [], name


UNSET = {"records": "in the home", "working_days": "by language"}


def test_the_settings_table_has_every_setting_with_its_default() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in table("Settings")}
    fields = Settings.model_fields
    assert set(told) == {f"COOLHEAD_{name.upper()}" for name in fields}
    for name, field in fields.items():
        default = field.default
        if isinstance(default, Path):
            assert default.is_relative_to(CHECKOUT)
            shown = f"`{default.relative_to(CHECKOUT).as_posix()}` in the checkout"
        elif isinstance(default, time):
            shown = f"`{default:%H:%M}`"
        else:
            shown = UNSET[name] if default is None else f"`{default}`"
        assert told[f"COOLHEAD_{name.upper()}"] == shown


def test_the_page_table_has_every_page() -> None:
    rows = re.findall(
        r"^\| ([A-Z][\w ]+) \| ", README.split("## Your own exports")[0], re.M
    )
    assert rows == [page.name for page in PAGES]


def test_make_targets_that_are_named_exist() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for name in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)", (CHECKOUT / name).read_text("utf-8")))
        assert named <= targets, name
    first = blocks("sh")[0].splitlines()
    assert first == ["make demo", "make test"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_and_places_hold(document: str) -> None:
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (CHECKOUT / target).exists()] == []


def test_the_examples_of_exports_are_taken_in(settings: Settings) -> None:
    examples = [(kind, text) for kind in ("jsonl", "csv") for text in blocks(kind)]
    for number, (kind, text) in enumerate(examples):
        (settings.inbox / f"example-{number}.{kind}").write_text(text, encoding="utf-8")
    with open_warehouse(settings) as warehouse:
        report = ingest(settings, warehouse, "run-000001")
        formats = set(warehouse.read("SELECT DISTINCT format FROM raw.files")["format"])
    assert report.calls_new == report.calls_in == 2
    assert report.records_rejected == report.files_unreadable == 0
    assert formats == {reader.name for reader in READERS} - FOREIGN


def test_the_commands_shown_run(sampled: Settings, tmp_path: Path) -> None:
    home = copy_of(sampled, tmp_path / "home").home
    lines = [line[2:] for block in blocks("console") for line in block.splitlines()]
    assert len(lines) > 4
    command = f"{shlex.quote(sys.executable)} -m flows.cli"
    script = "\n".join(["set -e", f'coolhead() {{ {command} "$@"; }}', *lines])
    own = {
        "COOLHEAD_HOME": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONWARNINGS": "ignore",
    }
    answer = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=170,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert "apology" in answer.stdout
    assert (tmp_path / "adherence.csv").read_text("utf-8").startswith("agent_id,")
    assert (tmp_path / "generated" / "truth").is_dir()


def test_the_messages_under_troubleshooting_are_those_of_the_code() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("flows", "transforms", "expectations", "dashboards")
        for path in sorted((CHECKOUT / folder).rglob("*.py"))
    )
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    rows = [cells[0] for cells in table("Troubleshooting")]
    messages = [
        re.sub(r"^`|`( \(in .*\))?$", "", row) for row in rows if row.startswith("`")
    ]
    pieces = [
        piece.strip("[]';= ")
        for message in messages
        if not message.startswith("nanobind")
        for piece in message.split("…")
    ]
    found = [piece for piece in pieces if piece]
    assert len(found) >= 10
    assert [piece for piece in found if piece not in joined] == []


def test_the_deployment_is_the_nightly_flow_at_two_in_the_default_zone() -> None:
    deployed = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text(encoding="utf-8"))
    (deployment,) = deployed["deployments"]
    path, _, name = deployment["entrypoint"].partition(":")
    assert (CHECKOUT / path).samefile(nightly.__file__)
    flow = getattr(nightly, name)
    assert isinstance(flow, Flow)
    assert f"prefect deployment run {flow.name}/{deployment['name']} " in README
    assert deployment["schedules"] == [
        {"cron": "0 2 * * *", "timezone": Settings.model_fields["time_zone"].default}
    ]
    assert deployment["concurrency_limit"] == {
        "limit": 1,
        "collision_strategy": "CANCEL_NEW",
    }
    assert f"work-pool create {deployment['work_pool']['name']} " in README


def test_the_changelog_tells_what_comes_and_what_changes_scores() -> None:
    text = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^##+ (.+)$", text, re.M)
    assert heads[:1] == ["Unreleased"]
    assert "Data" in heads
    version = re.search(
        r'^version = "(.+)"', (CHECKOUT / "pyproject.toml").read_text("utf-8"), re.M
    )
    assert version is not None
    released = [head for head in heads if re.match(r"\d", head)]
    assert not released or released[0].startswith(version[1])
