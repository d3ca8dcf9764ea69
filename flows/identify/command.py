"""The command `coolhead identities`."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import typer

from flows.settings import Settings

app = typer.Typer(
    name="identities",
    help="The same person under several ids: list what is to review, and say what is so.",
    add_completion=False,
)

State = Literal["to_review", "linked", "confirmed", "split", "all"]
One = Annotated[str, typer.Argument(help="One id of the source.")]
Other = Annotated[str, typer.Argument(help="The other id.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Why = Annotated[str, typer.Option(help="Why.")]

_NEXT: Final = "recorded; the next `coolhead nightly` goes by it"


@app.callback(invoke_without_command=True)
def identities(
    context: typer.Context,
    state: Annotated[
        State,
        typer.Option(help="Which pairs: to review, linked, or what people said."),
    ] = "to_review",
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List pairs of the source's customers that may be one person, with the reasons."""
    if context.invoked_subcommand is not None:
        return
    from flows.identify.saying import pairs

    rows = pairs(Settings(), state)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        told = state.replace("_", " ")
        typer.echo("no pair" if state == "all" else f"no pair is {told}")
    for row in () if as_json else rows:
        typer.echo(_told(row))


@app.command()
def confirm(one: One, other: Other, by: By, why: Why) -> None:
    """Say that two ids are one person; this goes before any probability."""
    _say(one, other, is_confirmed=True, by=by, why=why)
    typer.echo(f"{one} and {other} are one person: {_NEXT}")


@app.command()
def split(one: One, other: Other, by: By, why: Why) -> None:
    """Say that two ids are two people; they are never linked again."""
    _say(one, other, is_confirmed=False, by=by, why=why)
    typer.echo(f"{one} and {other} are two people: {_NEXT}")


@app.command()
def withdraw(one: One, other: Other, by: By, why: Why) -> None:
    """Take back what was said of two ids."""
    _say(one, other, is_confirmed=None, by=by, why=why)
    typer.echo(f"nothing is said of {one} and {other} any more: {_NEXT}")


def _say(one: str, other: str, *, is_confirmed: bool | None, by: str, why: str) -> None:
    from flows.identify.saying import say

    say(Settings(), (one, other), is_confirmed=is_confirmed, by=by, why=why)


def _told(row: Mapping[str, Any]) -> str:
    one = _who(
        row["source_customer_id"], row["name"], row["calls"], row["phone_ending"]
    )
    other = _who(
        row["other_customer_id"],
        row["other_name"],
        row["other_calls"],
        row["other_phone_ending"],
    )
    sure = row["probability"]
    likely = "" if sure is None else f", {sure:.1%} likely one person"
    reasons = "\n".join(f"    {reason}" for reason in row["reasons"])
    return f"{one} and {other}: {row['state'].replace('_', ' ')}{likely}\n{reasons}"


def _who(name: str, called: str | None, calls: int, ending: str | None) -> str:
    told = [f"{calls} call{'' if calls == 1 else 's'}"]
    if ending:
        told.append(f"number ending in {ending}")
    return " ".join(filter(None, (name, called, f"({', '.join(told)})")))
