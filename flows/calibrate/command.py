"""The command `coolhead calibrate`."""

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.settings import Settings

app = typer.Typer(
    name="calibrate",
    no_args_is_help=True,
    help="A company's own reviewers: samples, marks, agreement, corrections.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Call = Annotated[str, typer.Argument(help="The source's id of the call.")]
Named = Annotated[
    str,
    typer.Argument(
        help="The step as playbook/step, or the behaviour with its parameters, as"
        " `coolhead explain` writes them: 'apology(when=always)'."
    ),
]
By = Annotated[str, typer.Option(help="Who says so.")]
Why = Annotated[str, typer.Option(help="Why.")]


def _answer(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(part.strip() for part in text.split(",") if part.strip())
    )


@app.command()
def sample(
    n: Annotated[int, typer.Option("--n", min=1, help="Items from each stratum.")] = 50,
    per: Annotated[
        str,
        typer.Option(
            help="What strata are of: step, language, playbook, agent, team, queue."
        ),
    ] = "step,language",
    out: Annotated[
        Path | None,
        typer.Option(
            help="A sheet to write, .csv or .xlsx; with several reviewers one each."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws the same items.")] = 1,
    reviewers: Annotated[
        str, typer.Option(help="Who is to review, with commas between.")
    ] = "",
    playbook: Annotated[
        list[str] | None, typer.Option(help="Of this playbook only; may be repeated.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="In this language only; may be repeated.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Who draws it; the system's user if not given.")
    ] = "",
    why: Why = "to see how well the machine agrees with reviewers",
    as_json: AsJson = False,
) -> None:
    """Draw calls' steps for reviewers, blind to the machine's verdicts.

    They are reviewed on the page Review, or in the sheets that --out writes.
    """
    from flows.calibrate.drawing import Asked, draw
    from flows.calibrate.sheets import check_name, sheet_rows, write_sheets
    from flows.knowledge import load_knowledge

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge)
    names = _listed(reviewers)
    if out is not None:
        check_name(out)
    asked = Asked(
        per=_listed(per),
        count=n,
        seed=seed,
        reviewers=names,
        playbooks=tuple(playbook or ()),
        languages=tuple(language or ()),
        by=by or getpass.getuser(),
        why=why,
    )
    drawn = draw(settings, knowledge, asked)
    files: list[Path] = []
    if out is not None:
        rows = sheet_rows(settings, knowledge, drawn.items)
        files = write_sheets(rows, out, names, knowledge)
    calls = len({item["call_id"] for item in drawn.items})
    if as_json:
        _answer(
            {
                "sample": drawn.sample,
                "items": len(drawn.items),
                "calls": calls,
                "steps_left_out": drawn.steps_left_out,
                "files": [str(file) for file in files],
            }
        )
        return
    print(
        f"sample {drawn.sample}: {len(drawn.items)} items of {calls} calls;"
        f" {drawn.steps_left_out} steps left out, which no transcript alone can show"
    )
    for file in files:
        print(f"written: {file}")
    print("review on the page Review (`coolhead serve`), or fill in the sheets")


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(help="Sheets (.csv, .xlsx) or exported evaluations (.json)."),
    ],
    questions: Annotated[
        Path | None,
        typer.Option(help="Which questions of evaluations are which steps (YAML)."),
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(help="Who marked where a file names nobody.")
    ] = None,
    as_corrections: Annotated[
        bool,
        typer.Option(help="Correct the machine where all reviewers of an item agree."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take marks back from reviewers; the same file twice counts once."""
    from flows.calibrate.correcting import correct_by_marks
    from flows.calibrate.importing import import_marks
    from flows.knowledge import load_knowledge

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge)
    done = import_marks(
        settings, knowledge, files, questions=questions, reviewer=reviewer
    )
    if as_corrections:
        items = list(dict.fromkeys(mark.item for mark in done.reviewed))
        done.corrections, problems = correct_by_marks(settings, knowledge, items)
        done.problems += problems
    for line in (*done.kept, *done.problems):
        print(line, file=sys.stderr)
    if as_json:
        _answer(done.as_json())
    else:
        for line in done.mapped:
            print(line)
        print(
            f"{done.files} of {len(files)} files: {done.marks} marks, {done.marks_new} of them"
            f" new; {done.unmarked} rows not marked yet; {len(done.problems)} could not be"
            f" used; {done.evaluations_new} evaluations kept whole"
        )
        if as_corrections:
            print(f"{done.corrections} steps corrected; `coolhead nightly` counts them")
    if done.problems:
        raise typer.Exit(1)


@app.command()
def report(as_json: AsJson = False) -> None:
    """Tell how machine and reviewers agree, per step and language, with intervals."""
    from flows import publish
    from flows.calibrate.render import agreement_table
    from flows.calibrate.reviewed import agreement_with_reviewers
    from flows.candidate import open_published
    from flows.knowledge import load_knowledge

    settings = Settings()
    path = publish.current_file(settings.published)
    knowledge = load_knowledge(settings.knowledge)
    with open_published(settings, path, read_only=True) as published:
        figures = agreement_with_reviewers(settings, published, knowledge)
    if as_json:
        _answer(figures.to_dicts())
    else:
        agreement_table(figures)


@app.command()
def correct(
    call_id: Call,
    named: Named,
    mark: Annotated[
        str, typer.Argument(help="met, missed, violated or not_applicable.")
    ],
    by: By,
    why: Why,
) -> None:
    """Put a person's verdict in the place of the machine's; it survives scoring again."""
    _correct(call_id, named, mark, by, why)


@app.command()
def withdraw(call_id: Call, named: Named, by: By, why: Why) -> None:
    """Take a correction back: the machine's verdict counts again. The history stays."""
    _correct(call_id, named, None, by, why)


def _correct(call_id: str, named: str, mark: str | None, by: str, why: str) -> None:
    from flows.calibrate.correcting import correct_call
    from flows.knowledge import load_knowledge

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge)
    rules = correct_call(settings, knowledge, call_id, named, mark, by=by, why=why)
    told = "; ".join(f"{name}({text})" if text else name for name, text in rules)
    print(
        f"call {call_id}, {told}: {'withdrawn' if mark is None else mark}, recorded;"
        " `coolhead nightly` counts it"
    )
