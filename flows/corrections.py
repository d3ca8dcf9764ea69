"""People's corrections, as a run reads them from the records store; it never writes there."""

from datetime import date
from typing import Final

import polars as pl

from dashboards.records import corrections as kept
from dashboards.records.store import Records
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.corrections import CORRECTIONS

_CORRECTED_SINCE: Final = """
    SELECT DISTINCT f.day FROM marts.call_facts AS f LEFT JOIN corrected AS c USING (call_id)
    WHERE f.corrected_at IS DISTINCT FROM c.corrected_at
"""


def standing(settings: Settings) -> pl.DataFrame:
    """The last word on each behaviour of each call that was ever corrected.

    Raises:
        RecordsError: the store is there and cannot be read.
    """
    rows = kept.last_words(Records(settings.records_url))
    named = [{name: row[name] for name in CORRECTIONS} for row in rows]
    return pl.DataFrame(named, schema=CORRECTIONS)


def corrected_days(published: Warehouse, corrections: pl.DataFrame) -> list[date]:
    """Days with a call that was corrected, or set right again, since they were scored."""
    told = corrections.group_by("call_id").agg(corrected_at=pl.col("recorded_at").max())
    with published.lend("corrected", told):
        return sorted(published.read(_CORRECTED_SINCE)["day"].to_list())
