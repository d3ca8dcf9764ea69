"""One call as it is spoken: turns with their times, and what was planted in them."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from flows.generate.bank import Issue, Phrasebook
from flows.generate.due import Due

LABEL_STEPS: Final = (
    "greeting",
    "invite_account",
    "backchannel",
    "restatement",
    "confirm_understanding",
    "empathy",
    "apology",
    "admission",
    "clarifying_question",
    "desired_outcome_question",
    "solution_offer",
    "ownership",
    "solution_check",
    "cooling_off_offer",
    "goodwill_gesture",
    "next_steps",
    "contact_details",
    "follow_up_commitment",
    "prevention_commitment",
    "thanks",
    "positive_wording",
    "boundary",
    "warning_of_ending",
    "resume_offer",
    "closing",
)
"""Steps that are performed exactly when the agent says their label."""

CONDUCT_STEPS: Final = (
    "let_vent",
    "calm",
    "honour_supervisor",
    "keep_promises",
    "documented",
    "break_after",
)
"""Steps that show in what the agent doesn't say, or does after the call."""

STEPS: Final = LABEL_STEPS + CONDUCT_STEPS
LONGEST_CALL: Final = 45
_AND_ANOTHER: Final = (0.85, 0.5)
"""How likely a remark is followed by a second in the same turn, and by a third."""

_PLANTED_AS: Final[dict[str, tuple[str, ...]]] = {
    "insult_severe": ("insult",),
    "outbound_opening": ("greeting",),
    "promise_broken": ("complaint",),
    "promise_unmet": ("complaint",),
    "promises:delivery": ("next_steps",),
    "promises:refund": ("next_steps",),
    "promises:visit": ("next_steps",),
    "supervisor_opening": ("supervisor_handover",),
    "supervisor_callback": ("follow_up_commitment",),
    "desired_outcome_question": ("desired_outcome_question",),
}
"""Labels of the wordings whose key isn't itself a label."""

_SIDES: Final = ("agent:", "customer:")
_UNLABELLED: Final[tuple[str, ...]] = ()
_NAMES: Final = ("{issue}", "{product}")
_LOOSE: Final = re.compile(r" +(?=[ .,])")
"""What an empty slot leaves behind."""

Speaker = Literal["agent", "customer", "supervisor"]
Kind = Literal["enquiry", "complaint", "heated", "callback", "transfer"]


@dataclass(slots=True)
class Plan:
    """What a call is to be, before anybody speaks."""

    kind: Kind
    issue: int
    heat: float = 0.0
    opens_angry: bool = False
    abuse: Literal[0, 1, 2] = 0
    fault: bool = False
    wants_supervisor: bool = False
    threatens: bool = False
    leaves: bool = False
    sues: bool = False
    again: bool = False
    broken_on: str | None = None
    unmet: bool = False
    is_grave: bool = False
    insists: bool = False
    handed_on: bool = False
    settles: bool | None = None
    generous: bool = False
    promises: bool = False
    due: Due | None = None
    then: "Plan | None" = None

    @property
    def is_hard(self) -> bool:
        """Whether it shows as the call begins that it will be a hard one."""
        return self.opens_angry or self.again or self.unmet or bool(self.broken_on)

    def owes(self, *sorts: str) -> bool:
        """Whether something of these sorts may be promised with a due time."""
        return self.due is not None and self.due.sort in sorts


@dataclass(slots=True)
class Talk:
    """A call in the making: say a turn, and it is timed, written and remembered."""

    rng: Random
    book: Phrasebook
    plan: Plan
    skills: dict[str, float]
    slots: dict[str, str]
    heat: float = 0.0
    clock: float = 0.4
    turns: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    planted: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    by_agent: set[str] = field(default_factory=set[str])
    tried: set[str] = field(default_factory=set[str])
    conduct: dict[str, bool] = field(default_factory=dict[str, bool])
    events: list[str] = field(default_factory=list[str])
    promises: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    used: set[str] = field(default_factory=set[str])
    supervisor_outcome: str | None = None
    settled: bool = False
    accepted: bool = False
    over: bool = False

    @property
    def issue(self) -> Issue:
        """The issue of the call, bent to the two who speak."""
        return self.book.issues[self.plan.issue]

    def chance(self, probability: float) -> bool:
        """Let something happen with a probability."""
        return self.rng.random() < probability

    def attempts(self, step: str) -> bool:
        """Whether the agent now performs a step; the opportunity is remembered."""
        self.tried.add(step)
        return self.rng.random() < self.skills[step]

    def behaves(self, step: str) -> bool:
        """Whether the agent keeps to a conduct step, once for the whole call."""
        if step not in self.conduct:
            self.conduct[step] = self.rng.random() < self.skills[step]
        return self.conduct[step]

    def wording(self, key: str) -> str:
        """Choose a line that this call hasn't heard yet, with its slots filled."""
        return self.fresh(self.book.lines[key])

    def naming(self, key: str) -> str:
        """Choose a line that names what the call is about."""
        lines = self.book.lines[key]
        named = tuple(line for line in lines if any(slot in line for slot in _NAMES))
        return self.fresh(named or lines)

    def fresh(self, lines: tuple[str, ...]) -> str:
        """Choose among lines, avoiding repetition, and fill the slots."""
        line = lines[int(self.rng.random() * len(lines))]
        if line in self.used:
            line = lines[int(self.rng.random() * len(lines))]
        self.used.add(line)
        return self.filled(line)

    def filled(self, line: str) -> str:
        """Fill the slots of a line."""
        if "{" not in line:
            return line
        filled = line.format_map(self.slots)
        return _LOOSE.sub("", filled) if "{time}" in line else filled

    def agent(self, *keys: str, cutting_in: bool = False) -> None:
        """Let the agent say one wording for each key, in one turn."""
        self._say_keys("agent", keys, cutting_in)

    def customer(self, *keys: str) -> None:
        """Let the customer say one wording for each key, in one turn."""
        self._say_keys("customer", keys)

    def supervisor(self, *keys: str) -> None:
        """Let the supervisor say one wording for each key, in one turn."""
        self._say_keys("supervisor", keys)

    def _say_keys(
        self, speaker: Speaker, keys: tuple[str, ...], cutting_in: bool = False
    ) -> None:
        side = _SIDES[speaker == "customer"]
        texts: list[str] = []
        labels: list[str] = []
        for key in keys:
            sided = side + key
            plain = key.removesuffix("_dated")
            if sided in self.book.lines:
                texts.append(self.wording(sided))
                labels.extend(_PLANTED_AS.get(plain, (plain,)))
            else:
                texts.append(self.wording(key))
                labels.extend(_PLANTED_AS.get(plain, _UNLABELLED))
        self.say(speaker, " ".join(texts), *labels, cutting_in=cutting_in)

    def say(
        self, speaker: Speaker, text: str, *labels: str, cutting_in: bool = False
    ) -> None:
        """Add a turn; one that cuts in starts over half a second before its turn."""
        rng = self.rng
        pause = -0.9 - rng.random() if cutting_in else 0.15 + rng.random() * 0.9
        start = max(0.0, self.clock + pause)
        end = start + 0.4 + len(text) * (0.055 + rng.random() * 0.02)
        self.clock = max(end, self.clock)
        for label in labels:
            self.planted.append((len(self.turns), label))
        if speaker == "agent":
            self.by_agent.update(labels)
        self.turns.append(
            {
                "speaker": speaker,
                "text": text,
                "start": round(start, 2),
                "end": round(end, 2),
            }
        )

    def exchange(self, count: int) -> None:
        """Pass the time as one does while a file is opened: neutral on both sides."""
        for _ in range(count):
            if len(self.turns) > LONGEST_CALL - 14:
                return
            asked, answered = self._remark()
            for likely in _AND_ANOTHER:
                if asked.endswith("?") or not self.chance(likely):
                    break
                more, answer = self._remark()
                asked, answered = f"{asked} {more}", f"{answered} {answer}"
            self.say("agent", self.filled(asked))
            self.clock += self.rng.random() * 6
            self.say("customer", self.filled(answered))
            if self.chance(0.45):
                self.nod()

    def _remark(self) -> tuple[str, str]:
        """Choose a neutral remark or question, and what the customer says to it."""
        pairs = self.book.pairs["small_talk"]
        pair = pairs[int(self.rng.random() * len(pairs))]
        while pair[0] in self.used:
            pair = pairs[int(self.rng.random() * len(pairs))]
        self.used.add(pair[0])
        return pair

    def nod(self) -> None:
        """Let the agent nod in words, if this agent is one who does."""
        if self.skills["backchannel"] > self.rng.random():
            self.agent("backchannel")

    def agreed(self, probability: float = 0.5) -> None:
        """Let the customer nod in words between two turns of the agent."""
        if self.chance(probability):
            self.customer("customer_nods")

    def promise(self, kind: str) -> None:
        """Remember that the turn just said was a promise with a date."""
        self.promises.append((len(self.turns) - 1, kind))

    def ended(self, turn: int) -> float:
        """Seconds from the start of the call to the end of a turn."""
        return float(str(self.turns[turn]["end"]))

    def event(self, name: str) -> None:
        """Remember an escalation event once."""
        if name not in self.events:
            self.events.append(name)

    def performed(self) -> dict[str, bool | None]:
        """Say for each step whether it was performed; null without an opportunity."""
        done: dict[str, bool | None] = {}
        for step in LABEL_STEPS:
            said = step in self.by_agent
            done[step] = said if said or step in self.tried else None
        for step in CONDUCT_STEPS:
            done[step] = self.conduct.get(step)
        return done
