"""A contact centre of a quarter: its calls, verdicts and customers, as published rows."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tests.dashboards.associating import associate
from tests.dashboards.callers import follow_customers
from tests.dashboards.escalating import disagreeing, escalated, requested
from tests.dashboards.expecting import expect
from tests.dashboards.measured import measure
from tests.dashboards.promised import promise
from tests.dashboards.published import (
    _AGENT_LABELS,
    _CUSTOMER_LABELS,
    _REASONS,
    FIRST_DAY,
    VERSION,
    Counts,
    Row,
    Rows,
    Talk,
    at,
    combined,
    seeded,
    steps,
    talks,
    write,
)
from transforms.contracts import marts

DIMENSIONS: Final = ("agent_id", "team", "queue", "language", "day")
TEAMS: Final = ("North", "South")
QUEUES: Final = ("billing", "technical", "orders")
DAYS: Final = 70
_RATES: Final = tuple(marts.ESCALATION_RATES.columns)[len(DIMENSIONS) :]
_VERDICTS: Final = ("met", "missed", "violated", "not_observable")
_TRIES: Final = (0.45, 0.8)


class Centre:
    """Draws calls one by one, and counts them."""

    def __init__(self, seed: int, calls: int) -> None:
        self.random = seeded(seed)
        self.rows = Rows()
        self.steps = steps(self.rows)
        measure(self.rows)
        associate(self.rows)
        self.conduct = {
            name.split(" (")[0]
            for step in self.steps
            if step["is_conduct"]
            for name in step["behaviours"]
        }
        self.rules = sorted(
            {name for step in self.steps for name in step["behaviours"]}
        )
        self.talks = talks()
        self.agents = self._agents()
        self.adherence, self.rates = Counts(), Counts()
        for number in range(calls):
            self._call(number)
        self._sum_up(calls)

    def _agents(self) -> list[Row]:
        spoken = sorted({talk.language for talk in self.talks})
        return [
            {
                "agent_id": f"A{10 + 10 * place + i}",
                "agent_name": f"{first} {'BDKLNRSTVZ'[place]}." if i else None,
                "team": TEAMS[i % 2],
                "language": language,
                "skill": self.random.uniform(*_TRIES),
            }
            for place, language in enumerate(spoken)
            for i, first in enumerate(("Alex", "Kim", "Robin", "Sam", "Noa"))
        ]

    def _call(self, number: int) -> None:
        draw = self.random
        agent = draw.choice(self.agents)
        mine = [t for t in self.talks if t.language == agent["language"]]
        talk, day = draw.choice(mine), draw.randrange(DAYS)
        unassessable = draw.choice(_REASONS) if draw.random() < 0.03 else None
        peak = 0.0 if draw.random() < 0.4 else draw.uniform(10, 100)
        heated = None if unassessable else peak >= 40
        cooled = (draw.random() < 0.6) if heated else None
        fact: Row = {
            **{
                name: agent[name]
                for name in ("agent_id", "agent_name", "team", "language")
            },
            "call_id": f"C-{number:06d}",
            "call_no": number,
            "day": FIRST_DAY + timedelta(days=day),
            "started_at": at(day, draw.randrange(36_000)),
            "zone": "Europe/Amsterdam",
            "duration_seconds": float(draw.randrange(60, 900)),
            "queue": draw.choice(QUEUES),
            "customer_id": f"K{draw.randrange(260):04d}"
            if draw.random() < 0.9
            else None,
            "direction": "inbound",
            "channel": "voice",
            "turns": len(talk.turns),
            "unassessable": unassessable,
            "roles": "as labelled",
            "roles_confidence": 0.99,
            "is_heated": heated,
            "is_deescalated": cooled,
            "temperature_start": None if unassessable else 0.2 * peak,
            "temperature_peak": None if unassessable else peak,
            "temperature_end": None
            if unassessable
            else peak * (0.3 if cooled else 0.8),
            "is_complaint": None
            if unassessable
            else bool(heated) or draw.random() < 0.1,
            "is_abusive": None if unassessable else peak > 80,
            "mentions_repeat": None if unassessable else draw.random() < 0.1,
            "knowledge": "0123456789ab",
        }
        self._transcribe(fact, talk)
        self._judge(fact, agent["skill"])

    def _transcribe(self, fact: Row, talk: Talk) -> None:
        peaks: list[tuple[float, int]] = []
        degrees, span = 0.0, max(1, len(talk.turns) // 3)
        for turn, said in enumerate(talk.turns):
            is_customer = said["speaker"] == "customer"
            if is_customer:
                rise = fact["temperature_peak"] or 0.0
                degrees = rise * (
                    turn / span if turn < span else max(0.3, 1 - turn / 40)
                )
                peaks.append((degrees, turn))
            self.rows.add(
                marts.CALL_TRANSCRIPTS,
                call_id=fact["call_id"],
                day=fact["day"],
                turn=turn,
                speaker=said["speaker"],
                start_seconds=said.get("start"),
                end_seconds=said.get("end"),
                text=said["text"],
                language=fact["language"],
                temperature=degrees
                if is_customer and not fact["unassessable"]
                else None,
                evidence=self._spans(said["text"], is_customer=is_customer),
            )
        fact["peak_turn"] = None if fact["unassessable"] else max(peaks)[1]

    def _spans(self, text: str, *, is_customer: bool) -> list[Row]:
        words = text.split(" ")
        if len(words) < 4 or self.random.random() < 0.4:
            return []
        first = self.random.randrange(len(words) - 2)
        start = len(" ".join(words[:first])) + (first > 0)
        cue = " ".join(words[first : first + 3])
        labels = _CUSTOMER_LABELS if is_customer else _AGENT_LABELS
        label = self.random.choice(labels)
        spans = [{"label": label, "start": start, "end": start + len(cue), "cue": cue}]
        if self.random.random() < 0.2:  # one cue inside another
            inner = start + len(words[first]) + 1
            other = self.random.choice(labels)
            spans.append(
                {"label": other, "start": inner, "end": start + len(cue), "cue": "…"}
            )
        return spans

    def _judge(self, fact: Row, skill: float) -> None:
        draw, verdicts = self.random, dict[str, str]()
        for rule in self.rules if not fact["unassessable"] else ():
            name = rule.split(" (")[0]
            if name in self.conduct:
                verdicts[rule] = "violated" if draw.random() < 0.06 else "met"
            elif draw.random() < (0.6 if fact["is_heated"] else 0.05):
                sure = draw.random()
                good = sure < skill
                verdicts[rule] = (
                    "met" if good else "violated" if sure > 0.93 else "missed"
                )
        for rule, verdict in verdicts.items():
            name, _, rest = rule.partition(" (")
            kept = {
                "call_id": fact["call_id"],
                "day": fact["day"],
                "knowledge": "0123456789ab",
            }
            place = {"turn": 1, "start": 0, "end": 4} if verdict != "missed" else {}
            self.rows.add(
                marts.VERDICTS,
                **kept,
                behaviour=name,
                parameters=rest.removesuffix(")"),
                verdict=verdict,
                reason="nothing said that does it"
                if verdict == "missed"
                else "a cue was heard",
                cue=None if verdict == "missed" else "cue",
                **place,
            )
        self._count(fact, verdicts)

    def _count(self, fact: Row, verdicts: dict[str, str]) -> None:
        group = tuple(fact[name] for name in DIMENSIONS)
        for verdict in ("met", "missed", "violated"):
            fact[verdict] = sum(v == verdict for v in verdicts.values())
        for step in self.steps:
            told = combined(step, verdicts, self.conduct)
            key = (*group[:4], step["playbook"], step["step"], group[4])
            if told:
                self.adherence[(*key, told)] += 1
            elif (
                step["is_observable"]
                and not fact["unassessable"]
                and self.random.random() < 0.1
            ):
                self.adherence[(*key, "not_observable")] += 1
        events = self._events(fact)
        fact["escalation_events"] = len(events)
        fact["own_records"] = int(
            "formal_complaint" in events and int(fact["call_no"]) % 2 > 0
        )
        breaches = [
            r
            for r, v in verdicts.items()
            if r.split(" (")[0] in self.conduct and v == "violated"
        ]
        told_counts = {
            "calls": 1,
            "assessable": int(not fact["unassessable"]),
            "heated": int(bool(fact["is_heated"])),
            "deescalated": int(bool(fact["is_deescalated"])),
            "escalated": int(bool(events)),
            "heated_escalated": int(bool(events and fact["is_heated"])),
            "complaints": int(bool(fact["is_complaint"])),
            "breach_checks": len(
                [r for r in verdicts if r.split(" (")[0] in self.conduct]
            ),
            "breaches": len(breaches),
            "breached": int(bool(breaches)),
            **dict.fromkeys(events, 1),
        }
        for name, count in told_counts.items():
            self.rates[(*group, name)] += count
        self.rows.add(marts.CALL_FACTS, **fact)

    def _events(self, fact: Row) -> set[str]:
        if not fact["is_heated"] or self.random.random() < 0.7:
            return set()
        events = set(self.random.sample(marts.EVENT_TYPES, self.random.randrange(1, 3)))
        for event in sorted(events):
            outside = event in ("formal_complaint", "security")
            turn = -1 if outside else self.random.randrange(fact["turns"])
            told = escalated(fact, event, turn)
            self.rows.add(marts.ESCALATION_EVENTS, **told)
            if event == "supervisor_request":
                self.rows.add(marts.SUPERVISOR_REQUESTS, **requested(fact, turn))
            if outside:
                self.rows.add(marts.SOURCE_DISAGREEMENTS, **disagreeing(fact))
        return events

    def _sum_up(self, calls: int) -> None:
        keys = tuple(marts.AGENT_ADHERENCE.key)
        self.rows.of[marts.AGENT_ADHERENCE.name] = self.adherence.rows(keys, _VERDICTS)
        self.rows.of[marts.ESCALATION_RATES.name] = self.rates.rows(DIMENSIONS, _RATES)
        expect(self.rows)
        promise(self.rows)
        follow_customers(self.rows, at(DAYS, 0))
        self._runs(calls)

    def _runs(self, calls: int) -> None:
        zeros: dict[str, Any] = dict.fromkeys(marts.RUN_HISTORY.columns, 0)
        for number in range(1, 4):
            new = calls // 3
            told = {"run_id": f"run-{number:06d}", "as_of": at(DAYS - 3 + number, 0)}
            counts = {
                "files_in": 9,
                "calls_in": new + 4,
                "calls_new": new,
                "calls_rejected": 2,
            }
            totals = {"calls_total": new * number, "knowledge": "0123456789ab"}
            self.rows.add(marts.RUN_HISTORY, **{**zeros, **told, **counts, **totals})
        for outcome, severity, message in (
            ("passed", "block", None),
            ("failed", "warn", None),
            ("errored", "warn", "the column has no such type"),
        ):
            self.rows.add(
                marts.DATA_QUALITY,
                run_id=VERSION,
                table_name="marts.call_facts",
                expectation=f"an expectation that {outcome}",
                subject="call_id",
                severity=severity,
                outcome=outcome,
                rows_judged=calls,
                rows_unexpected=0 if outcome == "passed" else 3,
                examples=[] if outcome == "passed" else ["C-000001"],
                message=message,
            )


def publish_centre(home: Path, *, calls: int = 900, seed: int = 7) -> Path:
    """Write a contact centre's quarter as a home's published version; returns its folder."""
    return write(home, Centre(seed, calls).rows)


def publish_nothing(home: Path) -> Path:
    """Write a published version whose marts hold no rows."""
    return write(home, Rows())
