"""Identity: which source ids are one person, from pairs with probabilities to whole groups.

Groups grow from the likeliest link to the least likely, as Kruskal's algorithm does, and a
link that would bring together two who contradict each other is refused: so a chain breaks
at its weakest link, and no group holds two people for the sake of a third.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from transforms.contracts.identity_marts import IDENTITY_LINKS
from transforms.identity_groups import Apart, Groups
from transforms.identity_model import Model, scored
from transforms.identity_reasons import contradictions, contradicts, reasons

WORDS: Final = pl.Schema(
    {
        "source_customer_id": pl.String,
        "other_customer_id": pl.String,
        "is_confirmed": pl.Boolean,
        "words": pl.String,
    }
)
"""One row for each pair of ids that somebody confirmed or split, the last said of each."""
PEOPLE: Final = pl.Schema({"source_customer_id": pl.String, "customer_id": pl.String})
"""One row for each source id: the person, by the id that was seen first."""

_TOO_MANY: Final = "hangs together with {} ids, too many for one person"
_BETWEEN: Final = "would make {} and {} one person: {}"


@dataclass(frozen=True)
class Limits:
    """When ids are linked.

    Attributes:
        link: probability from which ids are linked by themselves.
        review: probability from which a person is asked.
        most_ids: ids over which a group is no person.
    """

    link: float
    review: float
    most_ids: int


@dataclass(frozen=True)
class Linked:
    """What came of linking.

    Attributes:
        people: `PEOPLE`.
        links: rows of `marts.identity_links`.
    """

    people: pl.DataFrame
    links: pl.DataFrame


class _Link(NamedTuple):
    """Two ids, by number, with their likeliest pair of records."""

    one: int
    other: int
    probability: float
    pair: dict[str, object]


class _Word(NamedTuple):
    """What somebody said of two ids, by number."""

    one: int
    other: int
    is_confirmed: bool
    words: str


def link(
    records: pl.DataFrame,
    pairs: pl.DataFrame,
    model: Model,
    words: pl.DataFrame,
    limits: Limits,
) -> Linked:
    """Say which source ids are one person, and why.

    Args:
        records: see `transforms.identity_records.usable`; every one has its source id.
        pairs: see `transforms.identity_model.scored`, at `limits.review` or more.
        model: the model that scored them.
        words: `WORDS`; they go before any probability.
        limits: when ids are linked.
    """
    names = _ids(records)
    ids = {name: number for number, name in enumerate(names)}
    links = list(_links(pairs, ids))
    nameless = {ids[name] for name in _nameless(records)}
    likely = (found for found in links if found.probability >= limits.link)
    strong = [found for found in likely if not _tells_nobody(found, nameless)]
    said = _said(words, ids)
    confirmed = [word for word in said if word.is_confirmed]
    joined = [(found.one, found.other) for found in (*strong, *confirmed)]
    near = Groups.joined(len(names), joined)
    groups = Groups.of_one(len(names))
    for one, other, why in _contradicting(records, model, near, names, limits):
        groups.keep_apart(Apart(ids[one], ids[other], why))
    refused = _follow(said, groups, names)
    refused |= _grow(strong, groups, near, nameless, names, limits)
    people = [names[min(groups.members[group])] for group in groups.of]
    return Linked(
        people=pl.DataFrame(
            {"source_customer_id": names, "customer_id": people}, schema=PEOPLE
        ).sort("source_customer_id"),
        links=_rows(links, said, refused, groups, names, limits),
    )


def _ids(records: pl.DataFrame) -> list[str]:
    """Source ids in the order in which they were first seen."""
    seen = records.group_by("source_customer_id").agg(pl.col("record_no").min())
    return seen.sort("record_no")["source_customer_id"].to_list()


def _said(words: pl.DataFrame, ids: dict[str, int]) -> list[_Word]:
    """Words on ids that are still there, in the order of the ids."""
    known = [
        _Word(min(ids[one], ids[other]), max(ids[one], ids[other]), is_confirmed, text)
        for one, other, is_confirmed, text in words.select(WORDS.names()).iter_rows()
        if one in ids and other in ids
    ]
    return sorted(known)


def _nameless(records: pl.DataFrame) -> list[str]:
    named = records.group_by("source_customer_id").agg(pl.col("given").count())
    return named.filter(given=0)["source_customer_id"].to_list()


def _tells_nobody(found: _Link, nameless: set[int]) -> bool:
    """Two without a name share a number: it may be a household's."""
    is_told = "same" in (found.pair["birth"], found.pair["national"])
    return {found.one, found.other} <= nameless and not is_told


def _links(pairs: pl.DataFrame, ids: dict[str, int]) -> Iterator[_Link]:
    """The likeliest pair of records of each two ids, the likeliest first."""
    place = [
        pl.col(name).replace_strict(ids, return_dtype=pl.Int64)
        for name in ("source_customer_id", "other_customer_id")
    ]
    placed = pairs.with_columns(
        one=pl.min_horizontal(place),
        other=pl.max_horizontal(place),
        # What differs in the last digits only is alike.
        probability=pl.col("probability").round(9),
    )
    ordered = placed.sort(
        "probability",
        "one",
        "other",
        "record_no",
        "other_no",
        descending=[True] + [False] * 4,
    ).unique(["one", "other"], keep="first", maintain_order=True)
    for row in ordered.iter_rows(named=True):
        yield _Link(row["one"], row["other"], row["probability"], row)


def _contradicting(
    records: pl.DataFrame,
    model: Model,
    near: Groups,
    names: list[str],
    limits: Limits,
) -> Iterator[tuple[str, str, str]]:
    """Two ids, of those that hang together, that cannot be one person, and why."""
    some = {
        names[number]: group
        for group, members in near.members.items()
        if 1 < len(members) <= limits.most_ids
        for number in members
    }
    if not some:
        return
    name = pl.col("source_customer_id")
    several = records.filter(name.is_in(list(some))).with_columns(
        near=name.replace_strict(some, return_dtype=pl.Int64)
    )
    every = scored(several, model, [("near",)], None)
    yield from contradictions(every).iter_rows()


def _follow(
    said: list[_Word], groups: Groups, names: list[str]
) -> dict[tuple[int, int], str]:
    """Do as people said: what they split stays apart, then what they confirmed is joined.

    Returns what they confirmed against what they split, and why it was refused.
    """
    splits = Groups.of_one(len(names))
    for word in said:
        if word.is_confirmed:
            groups.allow(word.one, word.other)
        else:
            apart = Apart(word.one, word.other, word.words)
            groups.keep_apart(apart)
            splits.keep_apart(apart)
    refused: dict[tuple[int, int], str] = {}
    for word in (word for word in said if word.is_confirmed):
        if found := splits.obstacle(word.one, word.other):
            refused[word.one, word.other] = _between(found, names)
        else:
            splits.join(word.one, word.other)
            groups.join(word.one, word.other)
    return refused


def _grow(
    strong: list[_Link],
    groups: Groups,
    near: Groups,
    nameless: set[int],
    names: list[str],
    limits: Limits,
) -> dict[tuple[int, int], str]:
    """Join what links say, the likeliest first; returns what was refused, and why."""
    beside: dict[int, set[int]] = defaultdict(set)
    for found in strong:
        beside[found.one].add(found.other)
        beside[found.other].add(found.one)
    refused: dict[tuple[int, int], str] = {}
    for found in strong:
        pair = found.one, found.other
        size = len(near.members[near.of[found.one]])
        # A number without a name may be anybody's of those who share it.
        torn = [
            groups.quarrel(beside[number], beside[number])
            for number in pair
            if number in nameless
        ]
        obstacle = next((x for x in torn if x), None) or groups.obstacle(*pair)
        if size > limits.most_ids:
            refused[pair] = _TOO_MANY.format(size)
        elif obstacle:
            refused[pair] = _between(obstacle, names)
        else:
            groups.join(*pair)
    return refused


def _between(found: Apart, names: list[str]) -> str:
    return _BETWEEN.format(names[found.one], names[found.other], found.why)


def _rows(
    links: list[_Link],
    said: list[_Word],
    refused: dict[tuple[int, int], str],
    groups: Groups,
    names: list[str],
    limits: Limits,
) -> pl.DataFrame:
    """Rows of `marts.identity_links`: what was linked, said, or is to be reviewed."""
    words = {(word.one, word.other): word for word in said}
    scored_pairs = {(found.one, found.other): found for found in links}
    rows: list[tuple[object, ...]] = []
    for pair in sorted(scored_pairs.keys() | words.keys()):
        found, word, why = scored_pairs.get(pair), words.get(pair), refused.get(pair)
        if word is not None:
            state = "confirmed" if word.is_confirmed else "split"
            if word.is_confirmed and why is not None:
                state = "to_review"
        elif found is None or not _asks(found, why, groups, limits):
            continue
        else:
            linked = why is None and groups.of[found.one] == groups.of[found.other]
            state = "linked" if linked else "to_review"
        told = [word.words] if word else []
        told += [why] if why and state == "to_review" else []
        told += reasons(found.pair) if found else []
        probability = found.probability if found else None
        rows.append((names[pair[0]], names[pair[1]], state, probability, told))
    return pl.DataFrame(rows, schema=IDENTITY_LINKS.polars_schema, orient="row")


def _asks(found: _Link, why: str | None, groups: Groups, limits: Limits) -> bool:
    """Whether a pair that nobody spoke of is worth a row.

    Households aren't, however likely; nor are unlikely pairs that are one person by other
    links, or that contradict each other.
    """
    if found.pair["given"] == "different" and contradicts(found.pair):
        return False
    if why is not None or found.probability >= limits.link:
        return True
    is_one = groups.of[found.one] == groups.of[found.other]
    return not is_one and not contradicts(found.pair)
