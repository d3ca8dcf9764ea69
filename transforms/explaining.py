"""One call's full grid: every step and behaviour of its playbooks, with verdict and reason."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from transforms.heard import Mask
from transforms.knowledge.playbook import Playbook
from transforms.steps import rule_numbers
from transforms.verdicts import MET, NOT_OBSERVABLE, VERDICT_NAMES, VIOLATED, Verdicts

EVIDENCE: Final = pl.List(
    pl.Struct({"turn": pl.Int64, "start": pl.Int64, "end": pl.Int64, "cue": pl.String})
)
EXPLAINED: Final = pl.Schema(
    {
        "playbook": pl.String,
        "step": pl.String,
        "behaviour": pl.String,
        "parameters": pl.String,
        "verdict": pl.String,
        "machine_verdict": pl.String,
        "reason": pl.String,
        "evidence": EVIDENCE,
    }
)
"""`behaviour` is null in a step that cannot be observed; evidence outside the transcript
has null for turn, start and end; `machine_verdict` is told where a person corrected it."""


VALIDITY: Final = pl.Struct({"mark": pl.String, "reason": pl.String})
"""How far verdicts on a step may be trusted in a language; null where there is no mark."""


class UnknownCallError(LookupError):
    """The batch does not hold the call that is to be explained."""


def explained(
    verdicts: Verdicts, playbooks: Mapping[str, Playbook], applies: Mask, call_no: int
) -> pl.DataFrame:
    """One row for every step and behaviour of one call's playbooks; see `EXPLAINED`.

    Raises:
        UnknownCallError: names the call.
    """
    at = verdicts.context.heard.calls["call_no"].index_of(call_no)
    if at is None:
        raise UnknownCallError(f"call_no {call_no} is not among the calls judged")
    numbers = rule_numbers(verdicts.rules)
    evidence = _evidence(verdicts, at)
    rows: list[tuple[object, ...]] = []
    for column, (name, playbook) in enumerate(playbooks.items()):
        if not applies[at, column]:
            continue
        for step in playbook.steps:
            if not step.observable:
                unseen = VERDICT_NAMES[NOT_OBSERVABLE]
                rows.append((name, step.id, None, "", unseen, None, step.reason, []))
            for use in step.behaviours:
                rule = numbers[use.behaviour, use.parameters_text]
                verdict, reason = _verdict(verdicts, at, rule)
                machine = verdicts.corrections.machine.get((at, rule))
                before = None if machine is None else VERDICT_NAMES[machine]
                named = (use.behaviour, use.parameters_text, verdict, before, reason)
                rows.append((name, step.id, *named, evidence.get(rule, [])))
    return pl.DataFrame(rows, schema=EXPLAINED, orient="row")


def with_validity(steps: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """The rows of `EXPLAINED`, each with the `validity` of its step.

    Args:
        steps: as `explained` gives them.
        marks: `playbook`, `step`, `mark`, `reason` of the call's language.
    """
    told = marks.select("playbook", "step", validity=pl.struct("mark", "reason"))
    return steps.join(
        told.cast({"validity": VALIDITY}),
        on=["playbook", "step"],
        how="left",
        maintain_order="left",
        validate="m:1",
    )


def _verdict(verdicts: Verdicts, call: int, rule: int) -> tuple[str, str]:
    code = int(verdicts.codes[call, rule])
    if code in (MET, VIOLATED):
        kept = verdicts.kept
        mine = np.flatnonzero(
            (kept["call"].to_numpy() == call) & (kept["rule"].to_numpy() == rule)
        )
        return VERDICT_NAMES[code], str(kept["reason"][int(mine[0])])
    if not verdicts.context.is_assessable[call]:
        code = NOT_OBSERVABLE
    return VERDICT_NAMES[code], verdicts.reason(call, rule)


def _evidence(verdicts: Verdicts, call: int) -> dict[int, list[dict[str, object]]]:
    """The evidence of each rule in one call."""
    found: dict[int, list[dict[str, object]]] = {}
    for row in verdicts.evidence.filter(pl.col("call") == call).iter_rows(named=True):
        outside = row["turn"] < 0
        span = {
            name: None if outside else row[name] for name in ("turn", "start", "end")
        }
        found.setdefault(row["rule"], []).append({**span, "cue": row["cue"]})
    return found
