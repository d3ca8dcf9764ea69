"""A slow, plain reading of the cue notation: the oracle that the fast matcher must agree with."""

import re
import unicodedata
from typing import NamedTuple

from transforms.detection.labels import AGENT_LABELS, CUSTOMER_LABELS
from transforms.knowledge.lexicon import Lexicon, expand

WORD = re.compile(r"[^\W_](?:[^\W_]|['\u0300-\u036f\u0591-\u05c7])*")
HEBREW_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")


class Heard(NamedTuple):
    label: str
    start: int
    end: int
    cue: str


def normal_word(word: str, *, fold: bool) -> str:
    word = HEBREW_POINTS.sub("", unicodedata.normalize("NFC", word)).lower()
    if fold:
        decomposed = unicodedata.normalize("NFD", word)
        word = "".join(c for c in decomposed if not unicodedata.combining(c))
    return word.strip("'")


def words_of(text: str, *, fold: bool) -> list[tuple[str, int, int]]:
    text = re.sub("[\u2018\u2019\u02bc\u05f3\u00b4`]", "'", text)
    found = []
    for match in WORD.finditer(text):
        word = normal_word(match[0], fold=fold)
        if word:
            end = match.start() + len(match[0].rstrip("'"))
            found.append((word, match.start(), end))
    return found


def pattern(wording: str, *, fold: bool) -> str:
    starts = wording.startswith("^")
    ends = wording.endswith("$")
    parts: list[str] = []
    for word in wording.strip("^$ ").split():
        if word == "...":
            parts.append("(?:[^ .]+ ){0,4}")
        elif word == "_":
            parts.append("[^ .]+ ")
        else:
            body = [w for w, _, _ in words_of(word.strip("*"), fold=fold)]
            escaped = " ".join(map(re.escape, body))
            escaped = ("[^ ]*" if word.startswith("*") else "") + escaped
            parts.append(escaped + ("[^ ]* " if word.endswith("*") else " "))
    body = "".join(parts).removesuffix(" ")
    return ("(?<=^ )" if starts else "(?<= )") + body + ("(?= $)" if ends else "(?= )")


class ReferenceMatcher:
    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        fold = lexicon.fold_diacritics
        self.patterns = {
            (label, kind): [
                (phrase, re.compile(pattern(wording, fold=fold)))
                for phrase in getattr(cues, kind)
                for wording in expand(phrase, lexicon.prefixes)
            ]
            for label, cues in lexicon.cues.items()
            for kind in ("phrases", "severe", "unless")
        }

    def hear(self, text: str, speaker: str = "unknown") -> list[Heard]:
        sides = {
            "agent": AGENT_LABELS,
            "supervisor": AGENT_LABELS,
            "customer": CUSTOMER_LABELS,
            "unknown": AGENT_LABELS | CUSTOMER_LABELS,
        }.get(speaker, frozenset())
        words = words_of(text, fold=self.lexicon.fold_diacritics)
        gaps = [text[words[i - 1][2] : words[i][1]] for i in range(1, len(words))]
        # Nothing is heard over a sentence's end: it stands as a word that no cue has.
        ends = [" . " if is_break(gap) else " " for gap in gaps] + [" "]
        line = " " + "".join(w[0] + end for w, end in zip(words, ends, strict=False))
        heard = []
        for label, cues in self.lexicon.cues.items():
            if label not in sides:
                continue
            cancelled = set()
            for _, regex in self.patterns[label, "unless"]:
                for first, last in spans(regex, line):
                    cancelled |= set(range(first, last))
            found = []
            for kind in ("phrases", "severe"):
                for phrase, regex in self.patterns[label, kind]:
                    for first, last in spans(regex, line):
                        if cancelled & set(range(first, last)):
                            continue
                        if cues.negatable and self.negated(words, gaps, first, last):
                            continue
                        found.append((first, last, phrase))
            if cues.whole_utterance:
                covered = {i for first, last, _ in found for i in range(first, last)}
                if len(covered) < len(words):
                    continue
            found = list(dict.fromkeys(found))
            for first, last, phrase in found:
                spot = found.index((first, last, phrase))
                if any(
                    (start <= first and last <= end)
                    and ((start, end) != (first, last) or i < spot)
                    for i, (start, end, _) in enumerate(found)
                ):
                    continue
                heard.append(Heard(label, words[first][1], words[last - 1][2], phrase))
        return sorted(heard, key=lambda h: (h.start, h.end, h.label))

    def negated(self, words, gaps, first: int, last: int) -> bool:
        negation, fold = self.lexicon.negation, self.lexicon.fold_diacritics
        before = {normal_word(w, fold=fold) for w in negation.before}
        after = {normal_word(w, fold=fold) for w in negation.after}
        for i in range(first - 1, max(-1, first - 1 - negation.within), -1):
            if re.search("[.,?!;:]", gaps[i]):
                break
            if words[i][0] in before:
                return True
        for i in range(last, min(len(words), last + negation.within_after)):
            if re.search("[.,?!;:]", gaps[i - 1]):
                break
            if words[i][0] in after:
                return True
        return False


def is_break(gap: str) -> bool:
    return bool(re.search(r"[.?!;]", gap)) and ".." not in gap


def spans(regex: re.Pattern[str], line: str):
    position = 0
    while match := regex.search(line, position):
        before = line[: match.start()]
        first = before.count(" ") - 1 - before.count(" .")
        last = first + match[0].strip().count(" ") + 1
        yield first, last
        position = match.start() + 1
