"""Small calls drawn as text, so that a test shows the talk it is about.

One line a turn: `speaker | cues | words`; cues are labels with an optional `!` for severe,
`SHOUTING` and `CAPITALS` mark the turn. Turns last as long as `seconds` says, one after
another, unless a line has a fourth column `start-end`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from transforms.batch import Batch, Surroundings
from transforms.contracts import staging
from transforms.contracts.call_marts import ROLES
from transforms.knowledge.frozen import parse, parse_json
from transforms.knowledge.playbook import BehaviourUse, Value
from transforms.knowledge.roles import Roles
from transforms.knowledge.thresholds import Temperature, Thresholds
from transforms.knowledge.validity import Figures, Marks, Needs, Validity

DATA: Final = Path(__file__).parents[2] / "data"
MONDAY: Final = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
LATER: Final = MONDAY + timedelta(days=60)
_HEAT: Final = pl.Schema(
    {
        "call_no": pl.UInt32,
        "agent_id": pl.String,
        "started_at": pl.Datetime("us", "UTC"),
        "is_heated": pl.Boolean,
        "is_complaint": pl.Boolean,
        "warmth": pl.Float32,
    }
)
_CALLS: Final = pl.Schema(
    {
        **staging.CALLS.polars_schema,
        "spoken_language": pl.String,
        "unassessable": pl.String,
        "roles": ROLES,
        "roles_confidence": pl.Float32,
    }
)


@cache
def thresholds() -> Thresholds:
    """The thresholds as shipped."""
    return parse(
        Thresholds, (DATA / "thresholds.yaml").read_text("utf-8"), "thresholds"
    )


@cache
def roles() -> Roles:
    """What tells roles apart, as shipped."""
    return parse(Roles, (DATA / "roles.yaml").read_text("utf-8"), "roles")


@cache
def weights() -> Temperature:
    """The temperature weights as shipped."""
    return parse(
        Temperature, (DATA / "temperature.yaml").read_text("utf-8"), "temperature"
    )


@cache
def validity() -> Validity:
    """What is shipped of validity: marks and needs, with nothing measured."""
    folder = DATA / "validity"
    nothing = (
        '{"version": "", "evaluated_on": "2026-11-22", "figures": [], "negatives": []}'
    )
    return Validity(
        figures=parse_json(Figures, nothing, "figures"),
        marks=parse(Marks, (folder / "marks.yaml").read_text("utf-8"), "marks"),
        needs=parse(Needs, (folder / "needs.yaml").read_text("utf-8"), "needs"),
    )


@dataclass(frozen=True)
class Drawn:
    """One call: its talk and its fields; `timed` False leaves turn times out."""

    talk: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    timed: bool = True
    seconds: float = 4.0


def batch(
    *calls: Drawn | str,
    incidents: Sequence[Mapping[str, object]] = (),
    logged: bool = True,
    as_of: datetime = LATER,
    others: Sequence[Mapping[str, object]] = (),
    shifts: Sequence[Mapping[str, object]] = (),
    heat: Sequence[Mapping[str, object]] = (),
    decisions: Sequence[Mapping[str, object]] | None = None,
    calls_out: bool = True,
    words: Sequence[Mapping[str, object]] = (),
    zone: str = "UTC",
) -> Batch:
    """A batch of drawn calls, one an hour from Monday nine o'clock, numbered from 1."""
    drawn = [Drawn(call) if isinstance(call, str) else call for call in calls]
    rows = [_call(number, call, zone) for number, call in enumerate(drawn, 1)]
    frame = pl.DataFrame(rows, schema=_CALLS)
    turns = [
        turn for number, call in enumerate(drawn, 1) for turn in _turns(number, call)
    ]
    days = frame["day"].unique().to_list() if logged else []
    schema = {"customer_id": pl.String, "decided_at": pl.Datetime("us", "UTC")}
    # A centre that calls customers does so every week.
    weeks = range(0, 70, 7) if calls_out else ()
    days_out = [(MONDAY + timedelta(days=n)).date() for n in weeks]
    around = Surroundings(
        calls=pl.concat(
            [
                frame.select(staging.CALLS.polars_schema.names()),
                pl.DataFrame(
                    [_fields(101 + n, other, zone) for n, other in enumerate(others)],
                    schema=_CALLS,
                ).select(staging.CALLS.polars_schema.names()),
            ]
        ),
        incidents=pl.DataFrame(
            [{"incident_id": f"i{n}", **row} for n, row in enumerate(incidents, 1)],
            schema=staging.INCIDENTS.polars_schema,
        ),
        shifts=pl.DataFrame(list(shifts), schema=staging.SHIFTS.polars_schema),
        incident_days=pl.DataFrame({"day": days}, schema={"day": pl.Date}),
        heat=_heat_frame(heat, others),
        decisions=None
        if decisions is None
        else pl.DataFrame(list(decisions), schema=schema),
        as_of=as_of,
        outbound_days=pl.DataFrame({"day": days_out}, schema={"day": pl.Date}),
        promise_words=pl.DataFrame(
            list(words), schema=staging.PROMISE_WORDS.polars_schema
        ),
        zone=zone,
        shift_days=_shift_days(shifts, zone),
    )
    return Batch(
        frame, _turn_frame(turns), _hit_frame(turns), _text_frame(turns), around
    )


def _heat_frame(
    heat: Sequence[Mapping[str, object]], others: Sequence[Mapping[str, object]]
) -> pl.DataFrame:
    """What is known of other calls: who took them, and when, as those are drawn."""
    rows: list[dict[str, object]] = []
    for row in heat:
        number = int(str(row["call_no"]))
        place = number - 101
        drawn = others[place] if 0 <= place < len(others) else {}
        told = {"is_complaint": row["is_heated"], **_fields(number, drawn), **row}
        rows.append({name: told[name] for name in _HEAT})
    return pl.DataFrame(rows, schema=_HEAT)


def _shift_days(shifts: Sequence[Mapping[str, object]], zone: str) -> pl.DataFrame:
    """The local days on which a drawn shift begins or ends."""
    place = ZoneInfo(zone)
    days = {
        moment.astimezone(place).date()
        for shift in shifts
        for moment in (shift["shift_start"], shift["shift_end"])
        if isinstance(moment, datetime)
    }
    return pl.DataFrame({"day": sorted(days)}, schema={"day": pl.Date})


def _fields(
    number: int, given: Mapping[str, object], zone: str = "UTC"
) -> dict[str, object]:
    started = given.get("started_at", MONDAY + timedelta(hours=number - 1))
    assert isinstance(started, datetime)
    return {
        "call_id": f"c{number}",
        "call_no": number,
        "started_at": started,
        "day": started.astimezone(ZoneInfo(zone)).date(),
        "zone": zone,
        "agent_id": "ana",
        "customer_id": f"customer{number}",
        "language": "en",
        "spoken_language": "en",
        "roles": "as labelled",
        "direction": "inbound",
        "turns": 0,
        **given,
    }


def _call(number: int, call: Drawn, zone: str) -> dict[str, object]:
    fields = _fields(number, call.fields, zone)
    started = fields["started_at"]
    assert isinstance(started, datetime)
    return {"ended_at": started + timedelta(minutes=5), **fields}


def _turns(number: int, call: Drawn) -> list[dict[str, object]]:
    turns: list[dict[str, object]] = []
    now = 0.0
    for turn, line in enumerate(filter(str.strip, call.talk.strip().splitlines())):
        speaker, cues, words, *times = [part.strip() for part in line.split("|")]
        start, end = now, now + call.seconds
        if times:
            start, end = (float(part) for part in times[0].split("-"))
        now = end
        turns.append(
            {
                "call_no": number,
                "turn": turn,
                "speaker": speaker,
                "cues": cues,
                "text": words,
                "start_seconds": start if call.timed else None,
                "end_seconds": end if call.timed else None,
            }
        )
    return turns


def _turn_frame(turns: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    schema = {
        **{
            name: dtype
            for name, dtype in staging.UTTERANCES.polars_schema.items()
            if name not in ("day", "labels", "temperature", "language")
        },
        "is_shouting": pl.Boolean,
        "is_capitals": pl.Boolean,
    }
    rows = [
        {
            **turn,
            "words": len(str(turn["text"]).split()),
            "is_shouting": "SHOUTING" in _cues(turn),
            "is_capitals": "CAPITALS" in _cues(turn),
        }
        for turn in turns
    ]
    return pl.DataFrame(
        [{name: row[name] for name in schema} for row in rows], schema=schema
    )


def _cues(turn: Mapping[str, object]) -> list[str]:
    return str(turn["cues"]).split()


def _hit_frame(turns: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    rows = [
        {
            "call_no": turn["call_no"],
            "turn": turn["turn"],
            "speaker": turn["speaker"],
            "label": cue.strip("!"),
            "is_severe": cue.endswith("!"),
            "start": place,
            "end": len(str(turn["text"])),
            "cue": f"a cue of {cue.strip('!')}",
        }
        for turn in turns
        for place, cue in enumerate(c for c in _cues(turn) if c.islower())
    ]
    schema = {
        "call_no": pl.UInt32,
        "turn": pl.UInt16,
        "speaker": staging.SPEAKER,
        "label": pl.String,
        "is_severe": pl.Boolean,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "cue": pl.String,
    }
    return pl.DataFrame(rows, schema=schema)


def _text_frame(turns: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    schema = {"call_no": pl.UInt32, "turn": pl.UInt16, "text": pl.String}
    return pl.DataFrame(
        [{name: turn[name] for name in schema} for turn in turns], schema=schema
    )


def shuffled(given: Batch, seed: int) -> Batch:
    """The same batch with its calls, hits and surroundings in another order."""
    around = replace(
        given.around,
        calls=given.around.calls.sample(fraction=1, shuffle=True, seed=seed),
        incidents=given.around.incidents.sample(fraction=1, shuffle=True, seed=seed),
    )
    return replace(
        given,
        calls=given.calls.sample(fraction=1, shuffle=True, seed=seed),
        hits=given.hits.sample(fraction=1, shuffle=True, seed=seed + 1),
        around=around,
    )


def use(behaviour: str, parameters: Mapping[str, Value] | None = None) -> BehaviourUse:
    """A behaviour as a step asks for it."""
    return BehaviourUse(behaviour=behaviour, parameters=dict(parameters or {}))
