"""Why a customer complains again: each pattern, and what speaks for and against it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from transforms.contracts.customer_marts import SPARED
from transforms.customer_counts import cases_in_window
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.thresholds import Thresholds

_DAY: Final = 86_400_000_000
Row = Mapping[str, Any]


@dataclass
class Finding:
    """One pattern of one customer.

    Attributes:
        pattern: its name.
        holds: whether it is named.
        is_spared: it would be, but the customer is flagged as vulnerable.
        evidence_for: what speaks for it, a clause each.
        evidence_against: what speaks against it.
        call_ids: the calls behind it.
        advice: what the playbooks advise.
        seeds: where they say so.
    """

    pattern: str
    holds: bool = False
    is_spared: bool = False
    evidence_for: list[str] = field(default_factory=list[str])
    evidence_against: list[str] = field(default_factory=list[str])
    call_ids: list[str] = field(default_factory=list[str])
    advice: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()

    def weigh(self, speaks_for: bool, words: str, calls: Iterable[str] = ()) -> bool:
        """Put a clause on its side of the scale, with its calls; returns which side."""
        (self.evidence_for if speaks_for else self.evidence_against).append(words)
        if speaks_for:
            self.call_ids += [call for call in calls if call not in self.call_ids]
        return speaks_for


@dataclass(frozen=True)
class Told:
    """What is known of one customer in the window: counts, cases, thresholds, as of when."""

    row: Row
    cases: tuple[Row, ...]
    thresholds: Thresholds
    as_of: int

    def count(self, name: str) -> int:
        """A count; 0 where there was nothing to count."""
        return int(self.row[name] or 0)

    def calls(self, name: str) -> list[str]:
        """A list of calls; empty where there are none."""
        return list(self.row[name] or ())


def findings(
    customers: pl.DataFrame,
    cases: pl.DataFrame,
    thresholds: Thresholds,
    guide: ChronicGuide,
    as_of: int,
) -> dict[str, tuple[Finding, ...]]:
    """For each customer every pattern, held or not, in the glossary's order.

    Patterns are judged on the window's calls. All but `abusive` and `supervisor_worthy` are
    those of chronic customers only. A customer flagged as vulnerable is never named abusive
    or serial: `is_spared` says that the pattern would hold.

    Args:
        customers: one row for each, with the counts of `transforms.customer_counts`.
        cases: `marts.cases`.
        thresholds: the numbers on which each pattern hangs.
        guide: what is advised.
        as_of: the last moment in the data, in microseconds.
    """
    mine: dict[str, list[Row]] = {}
    opened = pl.col("opened_at").to_physical().alias("opened_us")
    known = cases_in_window(customers, cases).with_columns(opened)
    for case in known.iter_rows(named=True):
        mine.setdefault(case["customer_id"], []).append(case)
    found: dict[str, tuple[Finding, ...]] = {}
    for row in customers.iter_rows(named=True):
        name = str(row["customer_id"])
        told = Told(row, tuple(mine.get(name, ())), thresholds, as_of)
        found[name] = tuple(
            _judged(pattern, rule, told, guide) for pattern, rule in _RULES.items()
        )
    return found


def _judged(
    pattern: str, rule: Callable[[Told, Finding], bool], told: Told, guide: ChronicGuide
) -> Finding:
    advised = guide.patterns[pattern]
    finding = Finding(pattern, advice=advised.advice, seeds=advised.seeds)
    holds = rule(told, finding)
    finding.is_spared = holds and bool(told.row["is_vulnerable"]) and pattern in SPARED
    finding.holds = holds and not finding.is_spared
    if finding.is_spared:
        finding.evidence_against.append(
            "the source flags the customer as vulnerable: never listed as this"
        )
    return finding


def _chronic(told: Told, finding: Finding) -> bool:
    """Whether the customer is chronic; said only where it speaks against the pattern."""
    if told.row["is_chronic"]:
        return True
    return finding.weigh(False, "the customer is not chronic")


def _let_down(told: Told, finding: Finding) -> bool:
    least = int(told.thresholds.let_down_contacts.value)
    most = max(told.cases, key=lambda case: case["contacts"], default=None)
    mentions, broken = told.count("repeat_mentions"), told.count("broken_promises")
    contacts = int(most["contacts"]) if most else 0
    on_one = finding.weigh(
        contacts >= least,
        f"{contacts} contacts on one case" + (f" ({most['issue']})" if most else ""),
        most["call_ids"] if most else (),
    )
    # The first contact on an issue is no repetition of it.
    said = finding.weigh(
        mentions >= least - 1,
        f"calls that say it is not the first: {mentions}",
        told.calls("repeat_call_ids"),
    )
    open_case = bool(most) and most["is_resolved"] is not True
    unresolved = finding.weigh(
        open_case or (bool(most) and most["is_reopened"]),
        _state(most) if most else "no case",
    )
    failed = finding.weigh(
        broken > 0, f"promises broken: {broken}", told.calls("broken_call_ids")
    )
    again = on_one or said
    return _chronic(told, finding) and again and (unresolved or failed)


def _state(case: Row) -> str:
    state = {True: "resolved", False: "not resolved", None: "not known to be resolved"}
    again = ", called again after it was said resolved" if case["is_reopened"] else ""
    return f"that case is {state[case['is_resolved']]}{again}"


def _serial(told: Told, finding: Finding) -> bool:
    least = int(told.thresholds.serial_issues.value)
    issues = sorted({str(case["issue"]) for case in told.cases})
    settled = [
        case for case in told.cases if case["is_resolved"] or case["has_gesture"]
    ]
    many = finding.weigh(
        len(issues) >= least,
        f"{len(issues)} different issues: {', '.join(issues)}",
        [call for case in told.cases for call in case["call_ids"]],
    )
    mostly = finding.weigh(
        len(settled) * 2 > len(told.cases),
        f"{len(settled)} of {len(told.cases)} cases resolved or compensated",
    )
    return _chronic(told, finding) and many and mostly


def _abusive(told: Told, finding: Finding) -> bool:
    calls = told.count("abusive_calls")
    return finding.weigh(
        calls >= told.thresholds.abusive_calls.value,
        f"an insult or a threat in {calls} of {told.count('inbound_calls')} calls",
        told.calls("abusive_call_ids"),
    )


def _escalator(told: Told, finding: Finding) -> bool:
    asked, calls = told.count("supervisor_requests"), told.count("inbound_calls")
    share = told.thresholds.escalator_share.value
    often = finding.weigh(
        # Once in two calls is half of them, and no habit.
        asked >= max(2, share * calls),
        f"asks for a supervisor in {asked} of {calls} calls",
        told.calls("supervisor_call_ids"),
    )
    return _chronic(told, finding) and often


def _worthy(told: Told, finding: Finding) -> bool:
    t = told.thresholds
    least = told.as_of - t.long_open_days.value * _DAY
    for case in told.cases:
        peak = float(case["temperature_peak"] or 0)
        days = (told.as_of - int(case["opened_us"])) // _DAY
        is_open = case["is_resolved"] is not True
        weighty = bool(case["is_grave"]) and peak >= t.grave_temperature.value
        if weighty and is_open and case["opened_us"] <= least:
            return finding.weigh(
                True,
                f"grave case ({case['issue']}), temperature {peak:.0f}, open for {days}"
                " days",
                case["call_ids"],
            )
    grave = sum(bool(case["is_grave"]) for case in told.cases)
    hottest = max((float(c["temperature_peak"] or 0) for c in told.cases), default=0.0)
    return finding.weigh(
        False,
        f"{grave} grave cases, temperature {hottest:.0f} at most; none of both still"
        f" open after {t.long_open_days.value:.0f} days",
    )


_RULES: Final = {
    "let_down": _let_down,
    "serial_complainer": _serial,
    "abusive": _abusive,
    "escalator": _escalator,
    "supervisor_worthy": _worthy,
}
