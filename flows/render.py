"""Answers for people at a terminal."""

import os
import textwrap
from typing import Any, Final

from bidi import get_display
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.explain import Explanation
from flows.report import RunReport
from flows.settings import Settings
from transforms.contracts.validity_marts import MARKS
from transforms.knowledge.bundle import Knowledge
from transforms.playbook_steps import playbook_steps
from transforms.validity import step_marks

_VERDICT_STYLES: Final = {
    "met": "bold green",
    "missed": "bold yellow",
    "violated": "bold red",
    "not_applicable": "dim",
    "not_observable": "dim italic",
}
_PROMISE_STYLES: Final = {
    "kept": "bold green",
    "broken": "bold red",
    "open": "bold yellow",
    "unknowable": "dim italic",
}
_OTHER_COLUMNS: Final = 56
_NARROWEST_TEXT: Final = 24
_BIDI_TERMINALS: Final = ("VTE_VERSION", "KONSOLE_VERSION")
"""Set by terminals that put right-to-left text in order themselves."""


def run_summary(settings: Settings, report: RunReport) -> str:
    """What a run did, in a few lines."""
    took = (
        f"{report.files_in} files: {report.calls_in} calls in = {report.calls_new} new"
        f" + {report.calls_repeated} repeated + {report.calls_rejected} in quarantine;"
        f" {report.records_in} other records, {report.records_rejected} in quarantine"
    )
    if report.files_unreadable:
        took += (
            f"\n{report.files_unreadable} files that no reader understands are in"
            " quarantine, with what was found in them"
        )
    if not report.is_changed:
        lines = [took, f"nothing to score: {report.version or 'no version'} stands"]
    else:
        lines = [
            took,
            f"{report.days_scored} days scored, {report.calls_scored} calls in them;"
            f" {report.verdicts_changed} verdicts new or changed",
            f"published {report.version} as of {_local(settings, report)}"
            f" with {report.warnings} warnings",
        ]
    if report.roles_flagged:
        lines.append(
            f"{report.roles_flagged} calls are not scored, since their labels of agent and"
            " customer seem exchanged: `coolhead nightly --fix-roles` exchanges them,"
            " `coolhead roles` takes your word for one"
        )
    if report.outdated_days:
        lines.append(
            f"{report.outdated_days} days were scored by other knowledge:"
            " `coolhead nightly --rescore` scores them again"
        )
    return "\n".join(
        [*lines, *(f"left for the next run: {f}" for f in report.failures)]
    )


def _local(settings: Settings, report: RunReport) -> str:
    return report.as_of.astimezone(settings.zone).isoformat(sep=" ", timespec="minutes")


def playbook_list(knowledge: Knowledge) -> list[dict[str, Any]]:
    """All playbooks with their steps, as programs read them.

    A step's `validity` has its mark in the playbook's own language, and in each language
    with a lexicon; it is null where the step cannot be observed.
    """
    frame = playbook_steps(knowledge.playbooks)
    marks = _marks(knowledge)
    return [
        {
            "id": playbook.id,
            "language": playbook.language,
            "source": playbook.source,
            "steps": [
                {
                    "id": step["step"],
                    "title": step["title"],
                    "seed_step": step["seed_step"],
                    "behaviours": [use.behaviour for use in asked.behaviours],
                    "measured_by": step["behaviours"],
                    "observable": step["is_observable"],
                    "reason": step["reason"],
                    "validity": _validity(
                        marks.get((playbook.id, step["step"])), playbook.language
                    ),
                }
                for asked, step in zip(
                    playbook.steps,
                    frame.filter(playbook=playbook.id).iter_rows(named=True),
                    strict=True,
                )
            ],
        }
        for playbook in knowledge.playbooks.values()
    ]


def _marks(knowledge: Knowledge) -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    """For each playbook and step its mark and reason by language."""
    frame = step_marks(knowledge.validity, knowledge.playbooks, knowledge.lexicons)
    found: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in frame.iter_rows(named=True):
        of_step = found.setdefault((row["playbook"], row["step"]), {})
        of_step[row["language"]] = {"mark": row["mark"], "reason": row["reason"]}
    return found


def _validity(
    of_step: dict[str, dict[str, str]] | None, language: str
) -> dict[str, Any] | None:
    if of_step is None:
        return None
    own = of_step.get(language, {"mark": "unproven", "reason": "no lexicon"})
    return {**own, "language": language, "by_language": of_step}


def _marks_in_words(validity: dict[str, Any] | None) -> str:
    if validity is None:
        return ""
    by_mark: dict[str, list[str]] = {name: [] for name in MARKS}
    for language, told in validity["by_language"].items():
        by_mark[told["mark"]].append(language)
    used = [name for name, mine in by_mark.items() if mine]
    if len(used) == 1:
        return used[0]
    return "; ".join(
        f"{name}: {', '.join(mine)}" for name, mine in by_mark.items() if mine
    )


def playbook_tables(knowledge: Knowledge) -> None:
    """Print each playbook with its coverage, and how far its steps may be trusted."""
    console = Console()
    for playbook in playbook_list(knowledge):
        steps = playbook["steps"]
        seen = sum(step["observable"] for step in steps)
        table = Table(
            "step",
            "asks",
            "measured by",
            "validity",
            title=f"{playbook['id']} ({playbook['language']}): {seen} of {len(steps)}"
            " steps can be observed",
            caption=playbook["source"],
        )
        for step in steps:
            measured = (
                ", ".join(step["measured_by"]) or f"not observable: {step['reason']}"
            )
            told = _marks_in_words(step["validity"])
            table.add_row(step["id"], step["title"], measured, told)
        console.print(table)


def status_lines(state: dict[str, Any]) -> str:
    """The state of a home, in a few lines."""
    published = state["published"]
    lines = [f"home      {state['home']}"]
    if published is None:
        lines.append("published nothing yet; `coolhead nightly` publishes")
    else:
        lines += [
            f"published {state['version']}, as of {published['as_of']:%Y-%m-%d %H:%M %Z}",
            f"calls     {published['calls_total']} from {published['first_day']} to"
            f" {published['last_day']}, {published['unassessable_total']} unassessable",
            f"judged    {published['expectations']}",
        ]
    waits = ", ".join(f"{name} {value}" for name, value in state["inbox"].items())
    return "\n".join([*lines, f"inbox     {waits}"])


def explanation(explained: Explanation) -> None:
    """Print a call with its evidence marked, its temperature, and every verdict."""
    console = Console()
    call = explained.call
    heat = (
        f"not assessed: {call['unassessable']}"
        if call["unassessable"]
        else f"{'heated' if call['is_heated'] else 'calm'}; temperature"
        f" {call['temperature_start']:.0f} at first, {call['temperature_peak']:.0f} at its"
        f" peak, {call['temperature_end']:.0f} at the end"
    )
    cooled = {True: "; de-escalated", False: "; not de-escalated", None: ""}
    console.print(
        f"[bold]{call['call_id']}[/bold] {call['day']} {call['agent_id']}: {heat}"
        f"{cooled[call['is_deescalated']]}"
    )
    if call["roles"] not in ("as labelled", "seem exchanged", "not inferred"):
        console.print(
            f"agent and customer: {call['roles']}"
            f" ({100 * (call['roles_confidence'] or 0):.0f} of 100 by cues and form)"
        )
    console.print(_transcript(explained, console.width))
    for kind, turn in explained.escalations.iter_rows():
        console.print(f"escalation: {kind}" + (f" in turn {turn}" if turn >= 0 else ""))
    if explained.promises:
        console.print(_promises(explained))
    console.print(_verdicts(explained))


def _promises(explained: Explanation) -> Table:
    width = max(_NARROWEST_TEXT, Console().width - _OTHER_COLUMNS)
    table = Table("turn", "promise", "due", "status", "why", title="Promises")
    for promise in explained.promises:
        text = promise["text"] or "in the incident log"
        turn = "" if promise["turn"] is None else str(promise["turn"])
        table.add_row(
            turn,
            _marked(text, [], explained.direction, width),
            promise["due_at"] or "not known",
            Text(promise["status"], style=_PROMISE_STYLES[promise["status"]]),
            promise["why"],
        )
    return table


def _transcript(explained: Explanation, console_width: int) -> Table:
    width = max(_NARROWEST_TEXT, console_width - _OTHER_COLUMNS)
    table = Table("turn", "speaker", "°", "text", "heard", title="Transcript")
    spans = explained.spans.partition_by("turn", as_dict=True)
    for row in explained.turns.iter_rows(named=True):
        heard = spans.get((row["turn"],))
        marks = [] if heard is None else list(heard.iter_rows(named=True))
        degrees = row["temperature"]
        table.add_row(
            str(row["turn"]),
            row["speaker"],
            "" if degrees is None else f"{degrees:.0f}",
            _marked(row["text"], marks, explained.direction, width),
            ", ".join(dict.fromkeys(mark["label"] for mark in marks)),
        )
    return table


def _marked(text: str, marks: list[dict[str, Any]], direction: str, width: int) -> Text:
    """The text with evidence in brackets and colour; right-to-left text in reading order."""
    shown = "".join(
        "[" * sum(mark["start"] == place for mark in marks)
        + letter
        + "]" * sum(mark["end"] == place + 1 for mark in marks)
        for place, letter in enumerate(text)
    )
    if direction == "rtl":
        orders_itself = any(os.environ.get(name) for name in _BIDI_TERMINALS)
        # Lines are broken before they are put in order, or the last words come first.
        lines = textwrap.wrap(shown, width) or [""]
        ordered = (
            lines
            if orders_itself
            else [str(get_display(line, base_dir="R")) for line in lines]
        )
        return Text("\n".join(ordered), justify="right", no_wrap=True)
    return Text(shown)


def _verdicts(explained: Explanation) -> Table:
    heads = ("playbook", "step", "behaviour", "verdict", "validity", "why")
    table = Table(*heads, title="Verdicts")
    for row in explained.steps.iter_rows(named=True):
        evidence = "; ".join(
            f"turn {e['turn']}: {e['cue']}" if e["turn"] is not None else str(e["cue"])
            for e in row["evidence"]
        )
        behaviour = row["behaviour"] or ""
        if row["parameters"]:
            behaviour += f" ({row['parameters']})"
        table.add_row(
            row["playbook"],
            row["step"],
            behaviour,
            Text(row["verdict"], style=_VERDICT_STYLES[row["verdict"]]),
            str(row["validity"]["mark"]) if row["validity"] else "",
            evidence or _told(row),
        )
    return table


def _told(row: dict[str, Any]) -> str:
    """The reason; of a corrected verdict also what the machine said."""
    machine = row["machine_verdict"]
    return row["reason"] if machine is None else f"{row['reason']} (machine: {machine})"
