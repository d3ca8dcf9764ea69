"""Behaviours x playbooks: one verdict for each call and rule, and for each call and step.

A *rule* is a behaviour with its parameters; playbooks that ask for the same share one.
Verdicts are a matrix of small codes, calls x rules, ordered so that the worst of several
is their greatest; only what is met, missed or violated becomes rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.behaviours import BEHAVIOURS, check_use
from transforms.behaviours.judgement import Evidence, Judgement, Notes
from transforms.context import Context
from transforms.corrections import NO_CORRECTIONS, Applied
from transforms.detection.labels import LABELS
from transforms.heard import NEVER, Ints, Mask, gathered
from transforms.knowledge.playbook import BehaviourUse, Playbook
from transforms.promises import closing

NOT_APPLICABLE: Final = 0
NOT_OBSERVABLE: Final = 1
MET: Final = 2
MISSED: Final = 3
VIOLATED: Final = 4
VERDICT_NAMES: Final = ("not_applicable", "not_observable", "met", "missed", "violated")

Codes = npt.NDArray[np.uint8]
_UNSAID: Final = "nothing against"
_NOT_HEATED: Final = "not a heated call"
_UNASKED: Final = "no playbook of the call asks for it"


def rules_of(playbooks: Mapping[str, Playbook]) -> tuple[BehaviourUse, ...]:
    """The distinct rules of some playbooks, in the order in which they are first asked.

    Raises:
        BehaviourError: a playbook asks for a behaviour or parameter that no rule knows.
    """
    found: dict[tuple[str, str], BehaviourUse] = {}
    for playbook in playbooks.values():
        for step in playbook.steps:
            for use in step.behaviours:
                check_use(use)
                found.setdefault((use.behaviour, use.parameters_text), use)
    return tuple(found.values())


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of a batch's calls.

    Attributes:
        context: what was judged.
        rules: the rules, by number.
        codes: verdict of each call and rule, calls x rules; see `VERDICT_NAMES`.
        judgements: what each rule found.
        evidence: the evidence of each rule's met and violated verdicts.
        asked: calls x rules: some playbook of the call asks for the rule.
        corrections: what people said otherwise; `codes` are as corrected.
    """

    context: Context
    rules: tuple[BehaviourUse, ...]
    codes: Codes
    judgements: tuple[Judgement, ...]
    found: tuple[Evidence, ...]
    asked: Mask
    corrections: Applied = NO_CORRECTIONS

    @cached_property
    def evidence(self) -> pl.DataFrame:
        """One row for each piece of evidence: `call`, `rule`, `turn`, `start`, `end`, `cue`.

        `turn` is -1 outside the transcript; `label` is the label heard, or the rule.
        """
        h = self.context.heard
        sizes = [len(evidence.call) for evidence in self.found]
        rule = np.repeat(np.arange(len(self.found)), sizes)
        call, place, hit, note, notes = _stacked(self.found)
        turn = np.full(len(call), -1, dtype=np.int64)
        inside = np.flatnonzero(place >= 0)
        turn[inside] = h.turn[place[inside]]
        start, end = np.zeros(len(call), np.int64), np.zeros(len(call), np.int64)
        heard = np.flatnonzero(hit >= 0)
        start[heard], end[heard] = h.hit_start[hit[heard]], h.hit_end[hit[heard]]
        whole = np.flatnonzero((hit < 0) & (place >= 0))
        end[whole] = h.text_at(place[whole]).str.len_chars().to_numpy()
        order = np.lexsort((start, np.where(place < 0, NEVER, place), rule, call))
        label, cue = self._words(hit[order], note[order], notes)
        return pl.DataFrame(
            {
                "call": call[order],
                "rule": rule[order],
                "turn": turn[order],
                "start": start[order],
                "end": end[order],
                "label": label,
                "cue": cue,
            }
        )

    def _words(
        self, hit: Ints, note: Ints, notes: Sequence[str]
    ) -> tuple[pl.Series, pl.Series]:
        """Label and cue of each row; a rule's words stand for both."""
        h = self.context.heard
        rules = pl.Series(list(notes), dtype=pl.String)
        spoken = pl.concat([h.hit_cue, rules])
        at = np.where(hit >= 0, hit, len(h.hit_cue) + note)
        cue = spoken.gather(pl.Series(at, dtype=pl.UInt32))
        labels = pl.concat([pl.Series(list(LABELS), dtype=pl.String), rules])
        codes = (
            h.hit_label[np.maximum(hit, 0)] if len(h.hit_label) else np.zeros(len(hit))
        )
        at = np.where(hit >= 0, codes, len(LABELS) + note).astype(np.int64)
        return labels.gather(pl.Series(at, dtype=pl.UInt32)), cue

    @cached_property
    def kept(self) -> pl.DataFrame:
        """One row for each call and rule met, missed or violated, with the first evidence.

        Corrected ones are kept whatever they came to. Columns: `call`, `rule`, `verdict`
        (code), `machine` (code, where corrected), `reason`, `turn`, `start`, `end`, `cue`.
        """
        keeps, made = self.codes >= MET, self.corrections.machine
        keeps[tuple(np.array(list(made), np.int64).reshape(-1, 2).T)] = True
        call, rule = np.nonzero(keeps)
        code = self.codes[call, rule]
        evidence = self.evidence
        width = max(len(self.rules), 1)
        key = evidence["call"].to_numpy() * width + evidence["rule"].to_numpy()
        firsts = np.flatnonzero(np.diff(key, prepend=-1))
        wanted = call * width + rule
        first = np.full(len(wanted), -1, dtype=np.int64)
        # Evidence belongs to kept verdicts only, so that each key is among those wanted.
        first[np.searchsorted(wanted, key[firsts])] = firsts
        turn = gathered(evidence["turn"], first).replace(-1, None)
        inside = turn.is_not_null()
        spans = {name: gathered(evidence[name], first) for name in ("start", "end")}
        reasons = self._missed_reasons(call, rule, code)
        rules = gathered(evidence["label"], first)
        reasons = reasons.zip_with(pl.Series(code == MISSED), rules).fill_null(_UNSAID)
        machine, told = self._corrected(wanted, width)
        return pl.DataFrame(
            {
                "call": call,
                "rule": rule,
                "verdict": code,
                "machine": machine,
                "reason": pl.select(pl.coalesce(told, reasons)).to_series(),
                "turn": turn,
                **{
                    name: span.zip_with(inside, pl.Series([None], dtype=span.dtype))
                    for name, span in spans.items()
                },
                "cue": gathered(evidence["cue"], first),
            }
        )

    def _corrected(self, wanted: Ints, width: int) -> tuple[pl.Series, pl.Series]:
        """The machine's code of each kept verdict, and why it is otherwise; else null."""
        made, at = self.corrections, np.full(len(wanted), -1, dtype=np.int64)
        keys = np.array([call * width + rule for call, rule in made.machine], np.int64)
        at[np.searchsorted(wanted, keys)] = np.arange(len(keys))
        machine = gathered(pl.Series(list(made.machine.values()), dtype=pl.UInt8), at)
        return machine, gathered(
            pl.Series(list(made.words.values()), dtype=pl.String), at
        )

    def _missed_reasons(self, call: Ints, rule: Ints, code: Codes) -> pl.Series:
        """Why each missed verdict is missed; null for the others."""
        rows = np.flatnonzero(code == MISSED)
        told = [(judgement.missed, judgement.instead) for judgement in self.judgements]
        return self._told(call, rule, rows, told)

    def _told(
        self,
        call: Ints,
        rule: Ints,
        rows: Ints,
        told: Sequence[tuple[str, Notes | None]],
    ) -> pl.Series:
        """The reason of some rows: the call's own note, else the rule's; null elsewhere."""
        words: list[str] = []
        at = np.full(len(call), -1, dtype=np.int64)
        for number, (plain, notes) in enumerate(told):
            mine = rows[rule[rows] == number]
            at[mine] = len(words)
            words.append(plain)
            if notes is not None:
                own = notes.code[call[mine]]
                at[mine] = np.where(own >= 0, own + len(words), at[mine])
                words.extend(notes.words)
        return gathered(pl.Series(words, dtype=pl.String), at)

    @cached_property
    def unobservable(self) -> pl.DataFrame:
        """One row for each call and rule that cannot be judged: `call`, `rule`, `reason`."""
        call, rule = np.nonzero(self.codes == NOT_OBSERVABLE)
        told = [("", judgement.unobservable) for judgement in self.judgements]
        reason = self._told(call, rule, np.arange(len(call)), told)
        return pl.DataFrame({"call": call, "rule": rule, "reason": reason})

    @cached_property
    def window_closes_at(self) -> Ints:
        """The first moment, in microseconds, at which a call is judged again; or NEVER.

        A verdict waits for its window, or a promise for its due time.
        """
        earliest = closing(self.context.promises, self.context.count)
        for number, judgement in enumerate(self.judgements):
            if judgement.closes is not None:
                open_now = self.codes[:, number] == NOT_OBSERVABLE
                closes = np.where(open_now, judgement.closes, NEVER)
                earliest = np.minimum(earliest, closes)
        return earliest

    def reason(self, call: int, rule: int) -> str:
        """Why a verdict is not_observable, not_applicable or missed, in words."""
        judgement, code = self.judgements[rule], self.codes[call, rule]
        if (call, rule) in self.corrections.words:
            return self.corrections.words[call, rule]
        if not self.context.is_assessable[call]:
            why = str(self.context.heard.calls["unassessable"][call])
            return f"the call cannot be assessed: {why}"
        if not self.asked[call, rule]:
            return _UNASKED
        told = judgement.unobservable if code == NOT_OBSERVABLE else judgement.instead
        if told is not None and code >= NOT_OBSERVABLE and told.code[call] >= 0:
            return told.words[int(told.code[call])]
        if code == MISSED:
            return judgement.missed
        heated = BEHAVIOURS[self.rules[rule].behaviour].heated_only
        if heated and not self.context.heat.is_heated[call]:
            return _NOT_HEATED
        return judgement.not_applicable


def _stacked(
    found: Sequence[Evidence],
) -> tuple[Ints, Ints, Ints, Ints, list[str]]:
    notes: list[str] = []
    columns: list[list[Ints]] = [[], [], [], []]
    for evidence in found:
        moved = np.where(evidence.note >= 0, evidence.note + len(notes), -1)
        for column, part in zip(
            columns, (evidence.call, evidence.place, evidence.hit, moved), strict=True
        ):
            column.append(part)
        notes.extend(evidence.notes)
    empty = np.empty(0, dtype=np.int64)
    call, place, hit, note = (np.concatenate((empty, *column)) for column in columns)
    return call, place, hit, note, notes


def judge(
    context: Context, rules: tuple[BehaviourUse, ...], asked: Mask | None = None
) -> Verdicts:
    """Judge each call of a batch by each rule.

    Args:
        context: the batch, with what rules ask of it.
        rules: what to judge by; see `rules_of`.
        asked: calls x rules, which rules a playbook of the call asks for; None for all.
    """
    if asked is None:
        asked = np.ones((context.count, len(rules)), dtype=np.bool_)
    codes = np.zeros((context.count, len(rules)), dtype=np.uint8)
    judgements: list[Judgement] = []
    found: list[Evidence] = []
    for number, rule in enumerate(rules):
        behaviour = check_use(rule)
        judgement = behaviour.judge(context, rule.parameters)
        able = context.is_assessable & asked[:, number]
        if behaviour.heated_only:
            able = able & context.heat.is_heated
        column, evidence = _converted(judgement, able, is_conduct=behaviour.is_conduct)
        codes[:, number] = column
        judgements.append(judgement)
        found.append(evidence)
    return Verdicts(context, rules, codes, tuple(judgements), tuple(found), asked)


def _converted(
    judgement: Judgement, able: Mask, *, is_conduct: bool
) -> tuple[Codes, Evidence]:
    """Turn what a rule found into codes, and keep the evidence that they rest on."""
    count = len(able)
    met, violated = judgement.met.calls(count), judgement.violated.calls(count)
    code = np.where(judgement.opportunity, MISSED, NOT_APPLICABLE)
    code[judgement.opportunity & (met | is_conduct)] = MET
    code[judgement.opportunity & violated] = VIOLATED
    if judgement.unobservable is not None:
        code[judgement.unobservable.code >= 0] = NOT_OBSERVABLE
    code[~able] = NOT_APPLICABLE
    evidence = judgement.met.only(code == MET) + judgement.violated.only(
        code == VIOLATED
    )
    return code.astype(np.uint8), evidence
