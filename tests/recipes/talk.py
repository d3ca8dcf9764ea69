"""Talk logs: a made-up format, `#TALK id start` and then `speaker> words` lines."""

from collections.abc import Iterator
from typing import ClassVar, Final

from flows.readers.source import Kind, Record, Refused, Source

_MARK: Final = b"#TALK "


class Talk:
    """Calls one after another, each under a line that starts with `#TALK`."""

    name: ClassVar[str] = "talk"
    understands: ClassVar[str] = "talk logs (#TALK id start, then speaker> words)"
    kind: ClassVar[Kind] = "call"

    def recognises(self, source: Source) -> bool:
        """Whether the first line opens a call."""
        return source.head.startswith(_MARK)

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call for each opening line."""
        line = 1
        for call in source.content.split(_MARK)[1:]:
            opening, *turns = call.decode().splitlines()
            raw = _MARK + call
            try:
                call_id, started_at = opening.split()
            except ValueError:
                reason = (
                    f"line {line}: {opening!r} is not an id and a start; write both"
                )
                yield Refused(self.kind, line, raw, reason)
            else:
                told = [turn.split("> ", 1) for turn in turns if turn.strip()]
                fields = {
                    "call_id": call_id,
                    "started_at": started_at,
                    "turns": [{"speaker": who, "text": text} for who, text in told],
                }
                yield Record(self.kind, line, fields, raw)
            line += 1 + len(turns)
