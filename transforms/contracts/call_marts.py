"""The marts of single calls: a row a call, or for what was heard, judged or said in it."""

from typing import Final

import polars as pl

from transforms.contracts.columns import (
    AGENT,
    CALL_ID,
    CALL_NO,
    DAY,
    KNOWLEDGE,
    LANGUAGE,
    QUEUE,
    TEAM,
    TURN,
    UTC,
    count,
    optional,
)
from transforms.contracts.staging import SPEAKER
from transforms.contracts.table import Column, Table
from transforms.detection.labels import LABELS

VERDICTS_KEPT: Final = ("met", "missed", "violated", "not_applicable")
"""The last one is kept only where a person says so against the machine."""
VERDICT: Final = pl.Enum(VERDICTS_KEPT)
MACHINE_VERDICT: Final = pl.Enum((*VERDICTS_KEPT, "not_observable"))

ROLES: Final = pl.Enum(
    ("as labelled", "seem exchanged", "exchanged", "inferred", "not inferred")
)

EVIDENCE: Final = pl.List(
    pl.Struct(
        {"label": pl.String, "start": pl.UInt32, "end": pl.UInt32, "cue": pl.String}
    )
)

CALL_FACTS: Final = Table(
    name="marts.call_facts",
    grain="one row for each call",
    key=("call_id",),
    columns={
        "call_id": CALL_ID,
        "call_no": CALL_NO,
        "day": DAY,
        "started_at": Column(UTC, "When the call started, in UTC."),
        "zone": Column(pl.String, "The source's zone or offset."),
        "duration_seconds": optional(pl.Float32, "Length of the call."),
        "agent_id": AGENT,
        "agent_name": optional(pl.String, "The agent's name."),
        "team": TEAM,
        "queue": QUEUE,
        "language": LANGUAGE,
        "customer_id": optional(
            pl.String, "The person: the source id under which we saw them first."
        ),
        "source_customer_id": optional(pl.String, "The source's id of the customer."),
        "is_vulnerable": optional(
            pl.Boolean, "The source flags the customer as vulnerable."
        ),
        "direction": optional(pl.String, "`inbound` or `outbound`."),
        "channel": optional(pl.String, "Voice, chat, …"),
        "disposition": optional(pl.String, "How the source says that the call ended."),
        "continues_call_id": optional(
            pl.String, "The call that this one continues, where the source links them."
        ),
        "turns": count("Turns of the transcript."),
        "unassessable": optional(
            pl.String, "Why the call cannot be assessed; null if it can."
        ),
        "roles": Column(
            ROLES,
            "Who is agent and who customer: as the source labels them, mended, or flagged.",
        ),
        "roles_confidence": optional(
            pl.Float32,
            "Probability that the roles as scored are right, by cues and form.",
        ),
        "is_heated": optional(pl.Boolean, "Heated; null if unassessable."),
        "is_deescalated": optional(pl.Boolean, "De-escalated; null unless heated."),
        "temperature_start": optional(
            pl.Float32, "Temperature of the first customer turn."
        ),
        "temperature_peak": optional(pl.Float32, "Highest temperature, 0-100."),
        "temperature_end": optional(
            pl.Float32, "Temperature of the last customer turn."
        ),
        "peak_turn": optional(pl.UInt16, "Turn of the peak."),
        "is_complaint": optional(pl.Boolean, "A complaint cue or a linked incident."),
        "is_abusive": optional(pl.Boolean, "An insult or a threat by the customer."),
        "mentions_repeat": optional(
            pl.Boolean, "The customer says that it is not the first contact."
        ),
        "warmth": optional(
            pl.Float32, "Empathy, thanks and positive wording per turn of the agent."
        ),
        "incident_id": optional(pl.String, "The incident linked to the call."),
        "escalation_events": count("Escalation events of the call."),
        "own_records": count(
            "Of these, formal complaints that are the agent's own record of the call."
        ),
        "met": count("Verdicts met, over distinct behaviours and parameters."),
        "missed": count("Verdicts missed."),
        "violated": count("Verdicts violated."),
        "window_closes_at": optional(
            UTC,
            "When the first verdict that still waits for its window is judged again.",
        ),
        "corrected_at": optional(
            UTC, "When a person last corrected a verdict, or withdrew a correction."
        ),
        "decided_at": optional(
            UTC, "When management last decided on the customer in the days of review."
        ),
        "are_decisions_kept": optional(
            pl.Boolean, "Management's decisions were recorded by then, on any customer."
        ),
        "knowledge": KNOWLEDGE,
    },
)

VERDICTS: Final = Table(
    name="marts.verdicts",
    grain="one row for each call, behaviour and parameters met, missed, violated or corrected",
    key=("call_id", "behaviour", "parameters"),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "behaviour": Column(pl.String, "The behaviour, as the glossary names it."),
        "parameters": Column(pl.String, "Its parameters, `name=value` in name order."),
        "verdict": Column(
            VERDICT, "met, missed or violated; not_applicable only where corrected."
        ),
        "machine_verdict": optional(
            MACHINE_VERDICT, "Where a person corrected it: the machine's verdict."
        ),
        "reason": optional(
            pl.String,
            "Why missed; for met and violated, the rule that fired; by whom corrected.",
        ),
        "turn": optional(pl.UInt16, "Turn of the first evidence."),
        "start": optional(pl.UInt32, "Start of its span in the text, in code points."),
        "end": optional(pl.UInt32, "End of its span, exclusive."),
        "cue": optional(pl.String, "The cue or rule that gave the evidence."),
        "knowledge": KNOWLEDGE,
    },
)

SPANS: Final = Table(
    name="marts.spans",
    grain="one row for each cue heard in a turn",
    key=("call_no", "turn", "label", "start", "end"),
    columns={
        "call_no": CALL_NO,
        "day": DAY,
        "turn": TURN,
        "label": Column(pl.Enum(list(LABELS)), "What it says."),
        "start": Column(pl.UInt32, "Start of the span in the text, in code points."),
        "end": Column(pl.UInt32, "End of the span, exclusive."),
        "cue": Column(pl.String, "The cue, as the lexicon writes it."),
    },
)

TEMPERATURES: Final = Table(
    name="marts.temperatures",
    grain="one row for each customer turn of an assessable call",
    key=("call_no", "turn"),
    columns={
        "call_no": CALL_NO,
        "day": DAY,
        "turn": TURN,
        "temperature": Column(pl.Float32, "Customer's temperature, 0-100."),
    },
)

MENDED_SPEAKERS: Final = Table(
    name="marts.mended_speakers",
    grain="one row for each turn whose speaker is another than the export says",
    key=("call_no", "turn"),
    columns={
        "call_no": CALL_NO,
        "day": DAY,
        "turn": TURN,
        "speaker": Column(SPEAKER, "Who speaks, as the call was scored."),
    },
)

CALL_TRANSCRIPTS: Final = Table(
    name="marts.call_transcripts",
    grain="one row for each turn of a call",
    key=("call_id", "turn"),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "turn": TURN,
        "speaker": Column(SPEAKER, "Who speaks."),
        "start_seconds": optional(pl.Float32, "Start, in seconds from the call's."),
        "end_seconds": optional(pl.Float32, "End, in seconds from the call's start."),
        "text": Column(pl.String, "What was said, as exported."),
        "language": optional(pl.String, "Language in which the turn was heard."),
        "temperature": optional(pl.Float32, "Customer's temperature, 0-100."),
        "evidence": Column(EVIDENCE, "Spans in the text (code points, end exclusive)."),
    },
)
