"""The command `coolhead`. Standard output carries only the answer; the rest goes to standard error."""

import atexit
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from pydantic import ValidationError

from flows.calibrate.command import app as calibrate
from flows.decide.command import decide
from flows.evaluate.command import evaluate
from flows.identify.command import app as identities
from flows.lock import check_room
from flows.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from flows.report import RunReport

app = typer.Typer(
    name="coolhead",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Do our agents calm angry customers down? Nightly analytics of exported calls.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]

_QUIET: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    # A busy machine may take a minute to start the temporary server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "GX_ANALYTICS_ENABLED": "false",
}
"""Nothing is reported to anyone; failures are told once, by us. What is set already stays."""


def main() -> None:
    """Run the command; errors that a person can mend are told without a traceback."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    ended: list[int] = []
    # Registered first, so run last, after all else was closed: DuckDB's binding would
    # otherwise report its own leftovers on standard error.
    atexit.register(lambda: _leave(ended))
    code = _exit_code()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    ended.append(1 if isinstance(code, str) else code or 0)
    sys.exit(ended[0])


def _leave(ended: list[int]) -> None:
    if ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended[0])


def _exit_code() -> int | str | None:
    try:
        app()
    except SystemExit as ended:
        return ended.code
    except ValidationError as error:
        problems = "; ".join(str(problem["msg"]) for problem in error.errors())
        return f"coolhead: settings: {problems}"
    except Exception as error:
        if not _is_ours(error):
            raise
        return f"coolhead: {error}"
    return 0


def _is_ours(error: Exception) -> bool:
    """Errors of our own classes say what was found and what to do."""
    ours = type(error).__module__.partition(".")[0]
    return ours in ("flows", "transforms", "expectations", "dashboards") or isinstance(
        error, OSError
    )


def _settings(home: Path | None = None) -> Settings:
    return Settings() if home is None else Settings(home=home)


def _run_nightly(
    settings: Settings,
    as_of: datetime | None = None,
    *,
    rescore: bool = False,
    fix_roles: bool = False,
) -> "RunReport":
    """Run the flow; Prefect keeps its own files within the home."""
    prefect_home = settings.home.resolve() / ".prefect"
    prefect_home.mkdir(parents=True, exist_ok=True)
    if "PREFECT_API_URL" not in os.environ:
        check_room(settings.home)
    os.environ.setdefault("PREFECT_HOME", str(prefect_home))
    from flows.nightly import nightly as flow

    return flow(home=settings.home, as_of=as_of, rescore=rescore, fix_roles=fix_roles)


def _answer(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


@app.command()
def nightly(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            help="Judge as of this moment; without a zone the configured one."
            " The last moment in the data if not given."
        ),
    ] = None,
    rescore: Annotated[
        bool, typer.Option(help="Score days again that other knowledge has scored.")
    ] = False,
    fix_roles: Annotated[
        bool,
        typer.Option(
            help="Exchange the labels of agent and customer where they seem exchanged."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in what is new in the inbox, and publish it if it is sound."""
    settings = _settings()
    moment = None
    if as_of is not None:
        moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=settings.zone)
        moment = moment.astimezone(UTC)
    report = _run_nightly(settings, moment, rescore=rescore, fix_roles=fix_roles)
    from flows.render import run_summary

    if as_json:
        _answer(asdict(report))
    else:
        print(run_summary(settings, report))
    if not report.is_complete:
        raise typer.Exit(1)


@app.command()
def demo(
    calls: Annotated[
        int, typer.Option(help="Calls of the generated half year.")
    ] = 6000,
    serve_pages: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open the dashboards at the end.")
    ] = True,
) -> None:
    """Run the line on the samples and on a generated half year, then show the dashboards."""
    from flows.demo import prepare_demo

    home = CHECKOUT / "data" / "demo"
    settings = _settings(home)
    prepare_demo(settings, calls=calls)
    report = _run_nightly(settings)
    from flows.render import run_summary

    print(run_summary(settings, report))
    if not report.is_complete:
        raise typer.Exit(1)
    if serve_pages:
        _serve(settings)


@app.command()
def serve() -> None:
    """Show the dashboards of the published version, on loopback only."""
    _serve(_settings())


def _serve(settings: Settings) -> None:
    from dashboards.serve import serve as serve_pages
    from flows.knowledge import load_knowledge
    from flows.publish import current_file

    current_file(settings.published)
    thresholds = load_knowledge(settings.knowledge).thresholds
    print(f"dashboards on http://{settings.host}:{settings.port}", file=sys.stderr)
    serve_pages(
        settings.published,
        settings.home,
        settings.host,
        settings.port,
        heated_threshold=thresholds.heated.value,
        ranked_calls=int(thresholds.ranked_calls.value),
        smallest_group=int(thresholds.smallest_group.value),
        locale=settings.locale,
        records=settings.records_url,
        time_zone=settings.time_zone,
    )


@app.command()
def detect() -> None:
    """Name the labels of utterances: JSON lines in, JSON lines out.

    Each line on standard input is {"id", "language" (optional), "speaker", "text"}, and
    with a "call_id" the next turn of that call; each line on standard output {"id",
    "language", "labels": [{"label", "start", "end", "cue"}]}, spans in code points of the
    text, end exclusive.
    """
    from flows.detect import detect_lines
    from flows.knowledge import load_knowledge

    knowledge = load_knowledge(_settings().knowledge)
    for answer in detect_lines(knowledge, sys.stdin.buffer):
        sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()


@app.command()
def explain(
    call_id: Annotated[str, typer.Argument(help="The source's id of the call.")],
    as_json: AsJson = False,
) -> None:
    """Explain one call: evidence, temperature by turn, each step's verdict and reason."""
    from flows.explain import explain_call
    from flows.render import explanation

    settings = _settings()
    explained = explain_call(settings, call_id)
    if as_json:
        _answer(explained.as_json())
    else:
        explanation(explained)


@app.command()
def roles(
    call_id: Annotated[str, typer.Argument(help="The source's id of the call.")],
    word: Annotated[
        Literal["swapped", "as-labelled"],
        typer.Argument(help="Whether agent and customer are exchanged."),
    ],
    by: Annotated[str, typer.Option(help="Who says so.")],
    why: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Say whether a call's labels of agent and customer are exchanged; this goes before any guess."""
    from flows.roles import say_roles

    settings = _settings()
    say_roles(settings, call_id, is_exchanged=word == "swapped", by=by, why=why)
    print(f"recorded: {call_id} is {word}; the next `coolhead nightly` scores its day")


@app.command()
def playbooks(as_json: AsJson = False) -> None:
    """List the playbooks: their steps, what measures each, and what cannot be observed."""
    from flows.knowledge import load_knowledge
    from flows.render import playbook_list, playbook_tables

    knowledge = load_knowledge(_settings().knowledge)
    if as_json:
        _answer(playbook_list(knowledge))
    else:
        playbook_tables(knowledge)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Tell what is published, how fresh it is, and what waits."""
    from flows.render import status_lines
    from flows.status import home_status

    state = home_status(_settings())
    if as_json:
        _answer(state)
    else:
        print(status_lines(state))


@app.command()
def export(
    mart: Annotated[str, typer.Argument(help="A mart, such as call_facts.")],
    file_format: Annotated[
        str, typer.Option("--format", help="csv, json or parquet.")
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="The file; standard output if not given.")
    ] = None,
) -> None:
    """Write a published mart, its rows in key order."""
    from flows.export import export_mart

    export_mart(_settings(), mart, file_format, out)


@app.command()
def generate(
    out: Annotated[
        Path, typer.Option(help="A new folder: inbox/ and truth/ go there.")
    ],
    calls: Annotated[int, typer.Option(min=1, help="How many calls.")] = 1000,
    days: Annotated[int, typer.Option(min=1, help="Over how many days.")] = 30,
    agents: Annotated[int, typer.Option(min=1, help="How many agents.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    first_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write synthetic exports, and the truth about them beside them."""
    from flows.demo import generate_with_bar

    settings = _settings()
    begins = first_day.date() if first_day else date(2026, 3, 2)
    truth = generate_with_bar(
        settings,
        out,
        calls=calls,
        days=days,
        agents=agents,
        seed=seed,
        first_day=begins,
    )
    if as_json:
        _answer(asdict(truth))
    else:
        print(f"{truth.calls} calls in {out / 'inbox'}, the truth in {out / 'truth'}")


app.command()(evaluate)
app.command()(decide)
app.add_typer(calibrate)
app.add_typer(identities)


if __name__ == "__main__":
    main()
