"""The command `coolhead decide`."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import typer

from dashboards.records.kinds import DECISIONS
from flows.settings import Settings

_WHAT = "; ".join(f"{name}: {means}" for name, means in DECISIONS.items())


def decide(
    customer: Annotated[
        str | None, typer.Argument(help="Any of the source's ids of the customer.")
    ] = None,
    decision: Annotated[
        str | None, typer.Option(help=f"What is decided. {_WHAT}.")
    ] = None,
    owner: Annotated[
        str, typer.Option(help="Who takes care of it; who records it if not given.")
    ] = "",
    review: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The day on which it is looked at again; a limit needs one.",
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="Why.")] = "",
    warned: Annotated[
        str,
        typer.Option(
            help="The warning on which a restriction rests: a call's id, or the number of"
            " a decision; the last one recorded if not given."
        ),
    ] = "",
    adjustments: Annotated[
        str,
        typer.Option(help="What was considered to make contact easier for them."),
    ] = "",
    withdraw: Annotated[
        int | None,
        typer.Option(help="Take back the decision of this number; the history stays."),
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="List the reviews that are overdue.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Record what management decides on a customer, or show what was decided.

    With a customer alone, the history; with --overdue, the reviews that are overdue today.
    """
    settings = Settings()
    _check_asked(customer, decision, withdraw, overdue=overdue)
    from dashboards.records.decisions import Decision
    from flows.decide import deciding

    if overdue:
        rows = deciding.overdue(settings)
        _answer(rows) if as_json else _tell_overdue(rows, deciding.today(settings))
        return
    named = customer or ""
    if withdraw is not None:
        row = deciding.withdraw(settings, named, withdraw, by=by, why=why)
        told = f"decision {withdraw} on {named} is withdrawn"
    elif decision is not None:
        row = deciding.record(
            settings,
            Decision(
                customer_id=named,
                decision=decision,
                by=by,
                why=why,
                owner=owner,
                review_on=review.date() if review else None,
                warned=warned,
                adjustments=adjustments,
            ),
        )
        told = f"decision {row['id']} on {named}: {_summary(row)}"
    else:
        known = deciding.decided(settings, named)
        _answer(known.rows) if as_json else _tell_history(named, known)
        return
    if as_json:
        _answer(row)
    else:
        typer.echo(f"{told}; recorded. The next `coolhead nightly` counts it")


def _check_asked(
    customer: str | None, decision: str | None, withdrawn: int | None, *, overdue: bool
) -> None:
    if overdue and (customer or decision or withdrawn is not None):
        raise typer.BadParameter(
            "--overdue lists all customers: leave the rest out", param_hint="--overdue"
        )
    if not overdue and customer is None:
        raise typer.BadParameter(
            "name a customer, or ask for --overdue", param_hint="CUSTOMER"
        )
    if decision is not None and withdrawn is not None:
        raise typer.BadParameter(
            "decide or withdraw, one at a time", param_hint="--withdraw"
        )


def _answer(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=_written))


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _summary(row: Mapping[str, Any]) -> str:
    parts = [str(row["decision"])]
    if row["owner"]:
        parts.append(f"{row['owner']} takes care")
    if row["review_on"]:
        parts.append(f"review on {row['review_on']}")
    if row["warned"]:
        parts.append(f"warned by {row['warned']}")
    if row["adjustments"]:
        parts.append(f"considered: {row['adjustments']}")
    return ", ".join(parts)


def _tell_history(customer: str, known: Any) -> None:
    others = [name for name in known.person.customer_ids if name != customer]
    same = f" (also known as {', '.join(others)})" if others else ""
    if not known.rows:
        typer.echo(f"{customer}{same}: nothing was decided yet")
        return
    typer.echo(f"{customer}{same}:")
    for row in known.rows:
        mark = "stands" if row["id"] in known.standing else "      "
        what = (
            f"withdraws {row['withdraws']}"
            if row["withdraws"] is not None
            else _summary(row)
        )
        typer.echo(
            f"{row['id']:>5}  {mark}  {row['recorded_at']:%Y-%m-%d %H:%M} UTC  {what};"
            f" {row['recorded_by']}: {row['why']}"
        )


def _tell_overdue(rows: list[Mapping[str, Any]], today: date) -> None:
    if not rows:
        typer.echo(f"no review is overdue on {today}")
        return
    typer.echo(f"reviews overdue on {today}:")
    for row in rows:
        days = (today - row["review_on"]).days
        late = "1 day overdue" if days == 1 else f"{days} days overdue"
        typer.echo(f"{row['person']}  decision {row['id']}: {_summary(row)}; {late}")
