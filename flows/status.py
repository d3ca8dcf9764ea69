"""What is published, how fresh it is, and what waits."""

from typing import Any

from flows import inbox
from flows.candidate import open_published
from flows.publish import current_version, version_file
from flows.settings import Settings
from flows.warehouse import WarehouseBusyError, open_database
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING


def home_status(settings: Settings) -> dict[str, Any]:
    """The state of a home, for people and programs."""
    version = current_version(settings.published)
    return {
        "home": str(settings.home),
        "version": version,
        "published": _published(settings, version) if version else None,
        "inbox": _inbox(settings),
    }


def _published(settings: Settings, version: str) -> dict[str, Any] | None:
    path = version_file(settings.published, version)
    if not path.exists():
        return None
    with open_published(settings, path, read_only=True) as published:
        run = published.read(
            "SELECT * FROM marts.run_history ORDER BY run_id DESC LIMIT 1"
        )
        span = published.read(
            "SELECT min(day) AS first_day, max(day) AS last_day,"
            " max(started_at) AS last_call FROM marts.call_facts"
        )
        quality = published.read(
            "SELECT outcome, count(*) AS expectations FROM marts.data_quality"
            " GROUP BY outcome ORDER BY outcome"
        )
    return {
        **run.row(0, named=True),
        **span.row(0, named=True),
        "expectations": dict(quality.iter_rows()),
    }


def _inbox(settings: Settings) -> dict[str, Any]:
    files = inbox.files_of(settings.inbox) if settings.inbox.exists() else []
    if not settings.warehouse.exists():
        return {"files": len(files), "new": len(files), "days_due": 0, "rejects": 0}
    layers = (*RAW, *STAGING)
    try:
        with open_database(settings.warehouse, layers, read_only=True) as warehouse:
            known = set(warehouse.read("SELECT file_hash FROM raw.files")["file_hash"])
            due = warehouse.read("SELECT count(*) AS n FROM staging.days_due").item()
            rejects = warehouse.read("SELECT count(*) AS n FROM raw.rejects").item()
    except WarehouseBusyError:
        return {"files": len(files), "busy": "a run is at work"}
    new = sum(inbox.hash_of(path) not in known for path in files)
    return {"files": len(files), "new": new, "days_due": due, "rejects": rejects}
