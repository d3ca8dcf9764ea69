"""Readers: each format's shapes and traps, drawn small."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import polars as pl
import pytest

from flows.intake.call_rules import KNOWN_FIELDS, TURN_FIELDS, tidied
from flows.intake.values import RecordError
from flows.readers import READERS, recognise
from flows.readers.source import Record, Refused, Source
from flows.settings import CHECKOUT, Settings
from tests.flows.nights import SAMPLES, call, night, put, rows, texts

SCHEMA: dict[str, Any] = json.loads(
    (CHECKOUT / "data/schema/call.schema.json").read_text()
)


def read(path: Path) -> list[Record | Refused]:
    """All records of a file, by the reader that recognises it."""
    source = Source(path, path.name)
    reader = recognise(source)
    assert reader is not None
    return list(reader.read(source))


def written(folder: Path, content: str | bytes | dict[str, Any]) -> Path:
    """A file whose name tells nothing."""
    path = folder / "export.dat"
    if isinstance(content, dict):
        content = orjson.dumps(content, option=orjson.OPT_INDENT_2)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def the_call(path: Path) -> dict[str, Any]:
    """The fields of the file's only call."""
    (record,) = read(path)
    assert isinstance(record, Record)
    return record.fields


def the_refusal(path: Path) -> str:
    """The reason why the file's only call was refused."""
    (refused,) = read(path)
    assert isinstance(refused, Refused)
    return refused.reason


@pytest.mark.parametrize(
    ("content", "format_name"),
    [
        ('{"call_id": "c1", "started_at": "x", "turns": []}\n', "native_jsonl"),
        ('{"cut in the mid\n{"turns": [], "call_id": "c1"}\n', "native_jsonl"),
        ('\ufeff{"turns": [], "started_at": "x"}\n', "native_jsonl"),
        ("call_id,started_at,speaker,text\n", "native_table"),
        ("\ufeffcall_id;speaker;text\n", "native_table"),
        ('{"incident_id": "i1", "call_id": "c1"}\n', "incidents"),
        ("category\tincident_id\n", "incidents"),
        ("agent_id,shift_start,shift_end\n", "shifts"),
        ("agent_id,agent_name,team,queue,valid_from,valid_to\n", "roster"),
        ("call_id,customer_id\n", "contact_records"),
        ('{"uuid": "u", "parties": [], "dialog": []}', "vcon"),
        ('{"Channel": "VOICE", "Transcript": []}', "contact_lens"),
        ('{"Participants": [}, "Transcript": [', "contact_lens"),
    ],
)
def test_a_format_is_recognised_by_its_content(
    tmp_path: Path, content: str, format_name: str
) -> None:
    reader = recognise(Source(written(tmp_path, content), "x"))
    assert reader is not None
    assert reader.name == format_name


@pytest.mark.parametrize(
    "content",
    [
        "call_id,comment\n1,2\n",
        "agent_id\n",
        '{"turns": []}',
        "<xml/>",
        "\0\0",
        '"text"',
        "",
    ],
)
def test_what_no_format_is_sure_of_is_not_recognised(
    tmp_path: Path, content: str
) -> None:
    assert recognise(Source(written(tmp_path, content), "x")) is None


def test_every_format_says_what_it_understands_under_a_name_of_its_own() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(len(reader.understands) > 20 for reader in READERS)


def test_the_schema_names_the_fields_that_the_reader_knows() -> None:
    assert set(SCHEMA["properties"]) == KNOWN_FIELDS
    assert set(SCHEMA["$defs"]["turn"]["properties"]) == set(TURN_FIELDS)


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("calls-*.jsonl")), ids=lambda p: p.name
)
def test_the_schema_and_the_reader_agree_on_the_samples(
    path: Path, settings: Settings
) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for line in path.read_bytes().splitlines():
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        refusal = _refusal(found, settings)
        # No schema can compare two times.
        assert validator.is_valid(found) == (
            not refusal or "before it starts" in refusal
        )


def _refusal(fields: dict[str, Any], settings: Settings) -> str:
    try:
        tidied(fields, settings.zone)
    except RecordError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "change",
    [
        {"call_id": None},
        {"call_id": 7},
        {"started_at": "yesterday"},
        {"ended_at": ""},
        {"agent_id": 5},
        {"agent_id": ["a"]},
        {"vulnerable": None},
        {"turns": "x"},
        {"turns": [{"speaker": "agent"}]},
        {"turns": [{"speaker": None, "text": ""}]},
        {"turns": [{"speaker": 3, "text": ""}]},
        {"survey": [1, 2]},
    ],
)
def test_the_schema_and_the_reader_agree_on_odd_values(
    change: dict[str, Any], settings: Settings
) -> None:
    fields = {**call("c1"), **change}
    is_taken = not _refusal(fields, settings)
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(fields) == is_taken


def test_a_table_of_turns_gathers_calls_whose_rows_are_apart(tmp_path: Path) -> None:
    content = (
        "call_id;speaker;text;start;queue\n"
        'c1;agent;"Hello;\nyou.";0.5;\n'
        "c2;agent;Good day.;;sales\n"
        "c1;customer;Hi.;2;billing\n"
        "c3;;;;\n"
    )
    first, second, third = (
        record
        for record in read(written(tmp_path, content))
        if isinstance(record, Record)
    )
    assert first.fields["queue"] == "billing"
    assert [turn["text"] for turn in first.fields["turns"]] == ["Hello;\nyou.", "Hi."]
    assert (first.line, second.line, third.line) == (2, 4, 6)
    assert second.fields["turns"] == [{"speaker": "agent", "text": "Good day."}]
    assert third.fields["turns"] == []
    assert first.raw == b'c1;agent;"Hello;\nyou.";0.5;\nc1;customer;Hi.;2;billing\n'


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b",agent,x", "line 3: no call_id"),
        (b"c1,agent,x,y", "line 3: 4 columns where the header has 3"),
        (b"c1,agent,caf\xe9", "line 3: b'caf\\xe9' is not UTF-8"),
        (b'c1,agent,"x" y', "line 3: not a row of a table"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_bytes(
    tmp_path: Path, row: bytes, said: str
) -> None:
    content = b"call_id,speaker,text\nc0,agent,a\n" + row + b"\nc2,agent,b\n"
    found = read(written(tmp_path, content))
    refused = [record for record in found if isinstance(record, Refused)]
    assert len(refused) == 1
    assert said in refused[0].reason
    assert refused[0].raw == row + b"\n"
    assert len(found) == 3


def test_the_quarantine_of_a_table_can_be_mended_and_read_again(
    settings: Settings,
) -> None:
    put(settings, "a.csv", "call_id,started_at,speaker,text", "c1,never,agent,Hello.")
    night(settings)
    ((kept,),) = rows(settings, "SELECT quarantined_as FROM raw.rejects")
    mended = (
        (settings.quarantine / kept)
        .read_text()
        .replace("never", "2026-10-05T09:00:00Z")
    )
    put(settings, "mended.csv", mended.rstrip("\n"))
    report, _ = night(settings, "second")
    assert (report.calls_in, report.calls_new) == (1, 1)


def test_calls_come_from_parquet_too(settings: Settings) -> None:
    turns = pl.DataFrame(
        {
            "call_id": ["c1", "c1", None],
            "started_at": ["2026-10-05T09:00:00Z"] * 3,
            "speaker": ["agent", "customer", "agent"],
            "text": ["Hello.", "Hi.", "Lost."],
            "start": [0.0, 1.5, None],
            "vulnerable": [True, True, None],
        }
    ).with_columns(pl.col("started_at").str.to_datetime(time_zone="UTC"))
    turns.write_parquet(settings.inbox / "a.parquet")
    report, _ = night(settings)
    assert (report.calls_in, report.calls_new, report.calls_rejected) == (2, 1, 1)
    assert texts(settings).select("text", "start_seconds").rows() == [
        ("Hello.", 0.0),
        ("Hi.", 1.5),
    ]
    assert rows(settings, "SELECT vulnerable, zone FROM staging.calls") == [
        (True, "+00:00")
    ]


def test_a_broken_parquet_file_is_quarantined_and_the_rest_goes_on(
    settings: Settings,
) -> None:
    path = settings.inbox / "a.parquet"
    pl.DataFrame(
        {
            "call_id": ["c1"] * 5000,
            "speaker": ["agent"] * 5000,
            "text": ["Hello."] * 5000,
        }
    ).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[4:60] = b"\xff" * 56
    path.write_bytes(content)
    put(settings, "b.jsonl", call("c1"))
    report, _ = night(settings)
    assert (report.files_in, report.files_unreadable, report.calls_new) == (2, 1, 1)
    ((reason,),) = rows(settings, "SELECT reason FROM raw.rejects")
    assert "Parquet" in reason


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("incident_id,occurred_at", ",yesterday", "no incident_id"),
        ("incident_id,occurred_at", "i1,yesterday", "occurred_at is 'yesterday'"),
        ("incident_id,company_fault", "i1,partly", "company_fault is 'partly'"),
        ("agent_id,shift_start,shift_end", "a1,2026-10-05T09:00,", "no shift_end"),
        (
            "agent_id,shift_start,shift_end",
            "a1,2026-10-05T09:00,2026-10-05T08:00",
            "is before shift_start",
        ),
        ("agent_id,team,valid_from", "a1,North,spring", "valid_from is 'spring'"),
        ("agent_id,team,valid_from", ",North,2026-10-05", "no agent_id"),
        ("call_id,started_at", "c1,noon", "started_at is 'noon'"),
        ("call_id,started_at", ",2026-10-05T09:00", "no call_id"),
    ],
)
def test_a_bad_row_of_a_log_is_quarantined(
    settings: Settings, header: str, row: str, said: str
) -> None:
    put(settings, "a.csv", header, row)
    report, _ = night(settings)
    assert (report.records_in, report.records_rejected) == (1, 1)
    ((reason,),) = rows(settings, "SELECT reason FROM raw.rejects")
    assert reason.startswith("line 2: ")
    assert said in reason


def test_an_incident_keeps_every_field_and_a_promised_day_lasts_to_its_end(
    settings: Settings,
) -> None:
    told = {
        "incident_id": 17,
        "company_fault": True,
        "promised_until": "2026-10-07",
        "severity": "high",
        "ticket": {"url": "x"},
    }
    put(settings, "a.jsonl", told)
    night(settings)
    stored = "SELECT incident_id, company_fault, promised_until::VARCHAR, extra FROM raw.incidents"
    ((number, fault, until, extra),) = rows(settings, stored)
    assert (number, fault, until) == ("17", True, "2026-10-07 21:59:59+00")
    assert json.loads(extra) == {"ticket": {"url": "x"}}


def vcon(**changes: Any) -> dict[str, Any]:
    """A container with an agent, a customer and two turns."""
    return {
        "uuid": "u1",
        "created_at": "2026-10-05T10:00:00+00:00",
        "parties": [
            {"tel": "+1", "name": "Ana", "meta": {"role": "agent"}},
            {
                "tel": "+2",
                "name": "Ben",
                "role": "customer",
                "mailto": "ben@example.com",
            },
        ],
        "dialog": [
            {
                "type": "recording",
                "start": "2026-10-05T09:00:00",
                "duration": 30.5,
                "parties": [0, 1],
                "meta": {"direction": "in"},
            }
        ],
        "analysis": [
            {
                "type": "transcript",
                "dialog": 0,
                "body": [
                    {"speaker": "Agent", "message": "Hello."},
                    {"speaker": "Ben", "message": "Hi.", "mood": "calm"},
                ],
            }
        ],
        **changes,
    }


def with_body(body: Any, kind: str = "transcript", **fields: Any) -> dict[str, Any]:
    """The container with another transcript."""
    return vcon(analysis=[{"type": kind, "body": body, **fields}])


def test_a_vcon_gives_what_its_parties_and_dialog_tell(tmp_path: Path) -> None:
    fields = the_call(written(tmp_path, vcon()))
    assert fields["call_id"] == "u1"
    assert fields["started_at"] == "2026-10-05T09:00:00"
    assert fields["ended_at"] == "2026-10-05T09:00:30.500000"
    assert fields["exported_at"] == "2026-10-05T10:00:00+00:00"
    assert (fields["agent_name"], fields["agent_id"]) == ("Ana", None)
    assert (fields["customer_name"], fields["customer_phone"]) == ("Ben", "+2")
    assert fields["customer_email"] == "ben@example.com"
    assert (fields["direction"], fields["channel"]) == ("inbound", "voice")
    spoken = [(turn["speaker"], turn["text"]) for turn in fields["turns"]]
    assert spoken == [("agent", "Hello."), ("customer", "Hi.")]
    assert fields["turns"][1]["mood"] == "calm"


SEGMENTS = [
    {"speaker": "Agent", "text": " Hello.", "start": 0.5, "end": 1.0},
    {"speaker": "Customer", "text": "Hi.", "start": 1.5, "end": 2.0},
]


@pytest.mark.parametrize(
    "container",
    [
        with_body({"segments": SEGMENTS, "text": "Hello. Hi."}),
        with_body(json.dumps({"segments": SEGMENTS}), encoding="json"),
        with_body(
            {"transcript": {"text": "x"}, "segments": SEGMENTS}, "wtf_transcription"
        ),
        with_body({"results": {"utterances": SEGMENTS}}, "analysis_info"),
        with_body(
            {
                "results": {
                    "channels": [
                        {
                            "alternatives": [
                                {
                                    "paragraphs": {
                                        "paragraphs": [
                                            {
                                                **SEGMENTS[0],
                                                "text": None,
                                                "sentences": [SEGMENTS[0]],
                                            },
                                            {
                                                **SEGMENTS[1],
                                                "text": None,
                                                "sentences": [SEGMENTS[1]],
                                            },
                                        ]
                                    }
                                }
                            ]
                        }
                    ]
                }
            }
        ),
    ],
)
def test_vendor_bodies_of_a_vcon_give_turns_with_times(
    tmp_path: Path, container: dict[str, Any]
) -> None:
    turns = the_call(written(tmp_path, container))["turns"]
    told = [
        (turn["speaker"], turn["text"], turn["start"], turn["end"]) for turn in turns
    ]
    assert told == [("agent", "Hello.", 0.5, 1.0), ("customer", "Hi.", 1.5, 2.0)]


def test_a_voice_that_a_recogniser_only_numbered_keeps_its_number(
    tmp_path: Path,
) -> None:
    body = {
        "utterances": [{"speaker": 0, "transcript": "Hello."}, {"transcript": "Hi."}]
    }
    turns = the_call(written(tmp_path, with_body(body)))["turns"]
    assert [turn["speaker"] for turn in turns] == ["0", "unknown"]


def test_a_plain_text_body_names_its_speakers_by_role(tmp_path: Path) -> None:
    turns = the_call(
        written(tmp_path, with_body("Agent: Hello.\nnoise\ncustomer: Hi: you."))
    )
    assert [(turn["speaker"], turn["text"]) for turn in turns["turns"]] == [
        ("agent", "Hello."),
        ("unknown", "noise"),
        ("customer", "Hi: you."),
    ]


def test_messages_of_a_vcon_are_turns_of_their_originators(tmp_path: Path) -> None:
    dialogs = [
        {
            "type": "text",
            "start": "2026-10-05T09:00:00Z",
            "parties": [0, 1],
            "body": "Hello.",
        },
        {
            "type": "text",
            "start": "2026-10-05T09:00:07Z",
            "originator": 1,
            "body": "Hi.",
        },
    ]
    fields = the_call(written(tmp_path, vcon(dialog=dialogs, analysis=[])))
    told = [(turn["speaker"], turn["text"], turn["start"]) for turn in fields["turns"]]
    assert told == [("agent", "Hello.", 0.0), ("customer", "Hi.", 7.0)]
    assert fields["channel"] == "chat"


@pytest.mark.parametrize(
    ("container", "said"),
    [
        (vcon(parties=None), "`parties` is None"),
        (
            vcon(dialog=[{"parties": [0, 5], "originator": 7}]),
            "names the parties [5, 7]",
        ),
        (vcon(analysis=[]), "there is audio only, no transcript"),
        (with_body({}), "no transcript with turns could be read"),
        (with_body([{"speaker": "Agent"}]), "no transcript with turns could be read"),
        (
            vcon(analysis=[{"type": "summary", "body": "x"}]),
            "no analysis of type transcript",
        ),
        (vcon(dialog=[{"type": "text", "body": "x", "start": 5, "parties": "?"}]), ""),
    ],
)
def test_a_vcon_without_a_usable_transcript_is_refused_in_words(
    tmp_path: Path, container: dict[str, Any], said: str
) -> None:
    found = read(written(tmp_path, container))
    if said:
        (refused,) = found
        assert isinstance(refused, Refused)
        assert said in refused.reason
    else:
        assert len(found) == 1


def contact(**changes: Any) -> dict[str, Any]:
    """A voice contact of two turns."""
    return {
        "Channel": "VOICE",
        "LanguageCode": "en-US",
        "Participants": [
            {"ParticipantId": "6f1c", "ParticipantRole": "AGENT"},
            {"ParticipantId": "9a2b", "ParticipantRole": "CUSTOMER"},
        ],
        "Transcript": [
            {
                "ParticipantId": "6f1c",
                "Content": "Hello.",
                "BeginOffsetMillis": 500,
                "EndOffsetMillis": 900,
                "Sentiment": "NEUTRAL",
            },
            {"ParticipantId": "9a2b", "Content": "Hi.", "BeginOffsetMillis": 1000},
        ],
        "CustomerMetadata": {"ContactId": "k1"},
        **changes,
    }


def test_contact_lens_roles_come_from_participants_and_times_from_offsets(
    tmp_path: Path,
) -> None:
    fields = the_call(written(tmp_path, contact()))
    assert (fields["call_id"], fields["language"], fields["channel"]) == (
        "k1",
        "en-US",
        "voice",
    )
    told = [(t["speaker"], t["text"], t["start"], t["end"]) for t in fields["turns"]]
    assert told == [("AGENT", "Hello.", 0.5, 0.9), ("CUSTOMER", "Hi.", 1.0, None)]
    assert fields["turns"][0]["Sentiment"] == "NEUTRAL"
    assert fields["started_at"] is None


def test_contact_lens_takes_the_start_from_the_recordings_name(tmp_path: Path) -> None:
    metadata = {"ContactId": "k1", "InputS3Uri": "s3://b/k1_20260622T16:55_UTC.wav"}
    length = {"TotalConversationDurationMillis": 90_000}
    fields = the_call(
        written(
            tmp_path,
            contact(CustomerMetadata=metadata, ConversationCharacteristics=length),
        )
    )
    assert fields["started_at"] == "2026-06-22T16:55:00+00:00"
    assert fields["ended_at"] == "2026-06-22T16:56:30+00:00"


def test_contact_lens_chat_counts_seconds_and_keeps_events_out(tmp_path: Path) -> None:
    def entry(second: int, role: str, **fields: Any) -> dict[str, Any]:
        time = f"2026-10-05T09:00:{second:02}.000Z"
        return {"AbsoluteTime": time, "ParticipantRole": role, **fields}

    entries = [
        entry(0, "CUSTOMER", Type="EVENT"),
        entry(2, "SYSTEM", Content="You are in the queue."),
        entry(5, "AGENT", Content="Hello."),
        entry(9, "CUSTOM_BOT", Content="Press 1."),
    ]
    fields = the_call(
        written(tmp_path, contact(Channel="CHAT", Participants=[], Transcript=entries))
    )
    told = [(turn["speaker"], turn["start"]) for turn in fields["turns"]]
    assert told == [("SYSTEM", 2.0), ("AGENT", 5.0), ("ivr", 9.0)]
    assert fields["started_at"] == "2026-10-05T09:00:00+00:00"
    assert fields["channel"] == "chat"


def test_contact_lens_without_a_contact_has_an_id_that_its_content_gives(
    tmp_path: Path,
) -> None:
    first = the_call(written(tmp_path, contact(CustomerMetadata={})))["call_id"]
    again = the_call(
        written(tmp_path, contact(CustomerMetadata=None, JobStatus="DONE"))
    )
    other = contact(CustomerMetadata={})
    other["Transcript"] = other["Transcript"][:1]
    assert first.startswith("contact-lens-")
    assert again["call_id"] == first
    assert the_call(written(tmp_path, other))["call_id"] != first


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"Participants": [],\n "Transcript": [] // none\n}', "line 2, column"),
        (
            '{"Participants": [], "Transcript": []}\n}',
            "line 2, column 1: not strict JSON",
        ),
        ('{"Participants": [], "Transcript": []}', "without any turn that has Content"),
        ('{"Participants": 5, "Transcript": "x"}', "without any turn"),
    ],
)
def test_contact_lens_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, content: str, said: str
) -> None:
    assert said in the_refusal(written(tmp_path, content))


def test_documents_may_stand_one_a_line(tmp_path: Path) -> None:
    lines = [orjson.dumps(vcon(uuid="u1")), b"{broken", orjson.dumps(vcon(uuid="u2"))]
    first, broken, last = read(written(tmp_path, b"\n".join(lines)))
    assert isinstance(first, Record)
    assert isinstance(broken, Refused)
    assert isinstance(last, Record)
    assert (first.fields["call_id"], broken.line, last.fields["call_id"]) == (
        "u1",
        2,
        "u2",
    )
