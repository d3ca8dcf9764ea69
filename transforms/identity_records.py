"""The source's customer records as they are compared: names in words and sounds, numbers in one form."""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final, NamedTuple

import phonenumbers
import polars as pl

from transforms.knowledge.identity import Identity, Mailboxes, Regions
from transforms.transliteration import Spelling

RECORDS: Final = pl.Schema(
    {
        "record_no": pl.UInt32,
        "source_customer_id": pl.String,
        "customer_name": pl.String,
        "customer_phone": pl.String,
        "customer_email": pl.String,
        "language": pl.String,
    }
)
"""One row for each record. A source id may have several; null where the source gives none."""
MORE_COLUMNS: Final = ("date_of_birth", "national_id", "address", "postcode")
"""Strings that records may hold besides, as some sources tell them."""

COMPARABLE: Final = pl.Schema(
    {
        "record_no": pl.UInt32,
        "source_customer_id": pl.String,
        "given": pl.String,
        "family": pl.String,
        "given_sounds": pl.List(pl.String),
        "family_sounds": pl.List(pl.String),
        "name": pl.List(pl.String),
        "script": pl.String,
        "phone": pl.String,
        "email": pl.String,
        "birth": pl.String,
        "national": pl.String,
        "address": pl.String,
        "postcode": pl.String,
    }
)
"""One row for each record: what is compared.

`given` and `family` are folded words; of a name of one word only `given` is known, which may
be either. `name` holds the sounds of the whole name, whatever its order.
"""
_SHORTEST_NUMBER: Final = 7
"""Digits from which on something is a telephone number, where no country's rules say it."""
_NOT_ALPHANUMERIC: Final = r"[^\p{L}\p{N}]+"


class _Name(NamedTuple):
    given: str | None
    family: str | None
    given_sounds: list[str]
    family_sounds: list[str]
    name: list[str]
    script: str | None


def comparable(
    records: pl.DataFrame, identity: Identity, spelling: Spelling, zone: str
) -> pl.DataFrame:
    """One row for each record, in `record_no` order, as `COMPARABLE`.

    What a record says doesn't hang on others, so that it can be kept.

    Args:
        records: `RECORDS`, with any of `MORE_COLUMNS`.
        identity: regions and mailboxes.
        spelling: folds names, and tells their sounds.
        zone: the contact centre's time zone, for numbers without a country's code.
    """
    lacking = [name for name in MORE_COLUMNS if name not in records.columns]
    whole = records.with_columns(
        pl.lit(None, pl.String).alias(name) for name in lacking
    ).sort("record_no")
    names = _looked_up(
        whole.select("customer_name"),
        [_name(spelling, name) for (name,) in _distinct(whole, "customer_name")],
        pl.Schema({name: COMPARABLE[name] for name in _Name._fields}),
    )
    phones = _looked_up(
        whole.select("customer_phone", "language"),
        [
            (phone_number(phone, (language or "", zone), identity.regions),)
            for phone, language in _distinct(whole, "customer_phone", "language")
        ],
        pl.Schema({"phone": pl.String}),
    )
    emails = _looked_up(
        whole.select("customer_email"),
        [
            (mailbox(email, identity.mailboxes),)
            for (email,) in _distinct(whole, "customer_email")
        ],
        pl.Schema({"email": pl.String}),
    )
    digits = pl.col("date_of_birth").str.replace_all(r"\D", "")
    told = whole.select(
        "record_no",
        "source_customer_id",
        birth=digits,
        national=_plain("national_id").str.replace_all(" ", "", literal=True),
        address=_plain("address"),
        postcode=_plain("postcode").str.replace_all(" ", "", literal=True),
    )
    frame = pl.concat([told, names, phones, emails], how="horizontal")
    empty = pl.col("birth", "national", "address", "postcode")
    return frame.select(
        pl.col(name).cast(dtype) for name, dtype in COMPARABLE.items()
    ).with_columns(pl.when(empty != "").then(empty))


def _plain(column: str) -> pl.Expr:
    return (
        pl.col(column)
        .str.to_lowercase()
        .str.replace_all(_NOT_ALPHANUMERIC, " ")
        .str.strip_chars()
    )


def _distinct(frame: pl.DataFrame, *columns: str) -> Iterable[tuple[str | None, ...]]:
    return frame.select(columns).unique(maintain_order=True).iter_rows()


def _looked_up(
    asked: pl.DataFrame, found: Sequence[tuple[object, ...]], schema: pl.Schema
) -> pl.DataFrame:
    """For each row asked what was found for it: `found` stands in order of first asking."""
    keys = asked.unique(maintain_order=True)
    table = pl.concat(
        [keys, pl.DataFrame(found, schema=schema, orient="row")], how="horizontal"
    )
    return asked.join(
        table, on=asked.columns, how="left", maintain_order="left", nulls_equal=True
    ).select(schema.names())


def _name(spelling: Spelling, name: str | None) -> _Name:
    """A name in its parts; before a comma stands the family's."""
    before, comma, after = (name or "").partition(",")
    first, last = spelling.words(after), spelling.words(before)
    if not comma or not (first and last):
        words = [*last, *first]
        first, last = words[:1], words[1:]
    given = first[0] if first else None
    # Particles (de, van der, ben) come and go; the last word is the name itself.
    family = last[-1] if last else None
    if comma and family and not given:
        given, family = family, None
    sounds = [spelling.sounds(word) for word in (given, family) if word]
    whole = [" ".join(sorted(keys)) for keys in product(*sounds) if keys]
    script = spelling.script(given) if given else None
    return _Name(
        given,
        family,
        spelling.sounds(given) if given else [],
        spelling.sounds(family) if family else [],
        sorted(set(whole)),
        None if script is None else str(script),
    )


def phone_number(
    text: str | None, places: tuple[str, str], regions: Regions
) -> str | None:
    """A telephone number in its international form (E.164); null if it is none.

    Args:
        text: as the source writes it.
        places: the language of the call and the contact centre's time zone.
        regions: in which country a number without a code is read.

    What has no known form but enough digits stands as its digits.
    """
    digits = re.sub(r"\D", "", text or "")
    if text is None or len(digits) < _SHORTEST_NUMBER or len(set(digits)) == 1:
        return None
    language, zone = places
    written = re.sub(r"^\s*00", "+", text)
    for region in (regions.languages.get(language), regions.zones.get(zone), None):
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(
                number, phonenumbers.PhoneNumberFormat.E164
            )
    return digits


def mailbox(text: str | None, mailboxes: Mailboxes) -> str | None:
    """An e-mail address as its provider delivers it; null if it is none."""
    local, at, domain = (text or "").strip().lower().rpartition("@")
    local = local.removeprefix("mailto:").partition("+")[0]
    if not (at and local and "." in domain):
        return None
    domain = mailboxes.same_as.get(domain, domain)
    if domain in mailboxes.without_dots:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def usable(records: pl.DataFrame, identity: Identity) -> pl.DataFrame:
    """The records, without numbers and addresses that many names share, and common names.

    Args:
        records: `COMPARABLE`, all of them.
        identity: how many names share what tells nothing, and how common a name is.

    Returns:
        `COMPARABLE`; `name` is empty where more than `name_holders` records have it.
    """
    most = int(identity.shared_names.value)
    counted = records.with_columns(_names_of("phone"), _names_of("email"))
    holders = (
        records.select("record_no", "name")
        .explode("name")
        .with_columns(holders=pl.len().over("name"))
        .group_by("record_no")
        .agg(name_holders=pl.col("holders").max())
    )
    return (
        counted.with_columns(
            phone=pl.when(pl.col("phone_names") < most).then("phone"),
            email=pl.when(pl.col("email_names") < most).then("email"),
        )
        .join(holders, on="record_no", how="left", validate="1:1")
        .with_columns(
            name=pl.when(pl.col("name_holders") <= int(identity.name_holders.value))
            .then("name")
            .otherwise(pl.lit([], COMPARABLE["name"]))
        )
        .select(COMPARABLE.names())
        .sort("record_no")
    )


def _family() -> pl.Expr:
    """The likeliest sound of the family name, or of the only name."""
    family = pl.col("family_sounds").list.first()
    return pl.coalesce(family, pl.col("given_sounds").list.first())


def _names_of(contact: str) -> pl.Expr:
    names = _family().n_unique().over(contact)
    return pl.when(pl.col(contact).is_not_null()).then(names).alias(f"{contact}_names")
