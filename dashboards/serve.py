"""Serves the dashboards: one process, several threads, warmed before the first visitor."""

from pathlib import Path
from typing import Any, Final

import dash
from gunicorn.app.base import BaseApplication

from dashboards.app import create_app

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - gunicorn makes the file safely
_THREADS: Final = 8
"""Pages wait on DuckDB, which uses all cores itself; more threads would only queue there."""


def warmed(app: dash.Dash) -> Any:
    """The WSGI application after its first request.

    Dash sets itself up during the first request, and two threads that both serve a first
    one race.
    """
    response = app.server.test_client().get("/_dash-dependencies")
    if response.status_code != 200:
        raise RuntimeError(
            f"the dashboards answer {response.status} to their own first request; the log"
            " above says why"
        )
    return app.server


class _Server(BaseApplication):
    """Gunicorn without a command line of its own.

    The application is warmed in the worker, before its threads start, and not before the
    fork: the first request opens the marts, and a DuckDB connection hangs after a fork.
    """

    def __init__(self, app: dash.Dash, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return warmed(self._app)


def serve(
    published: Path,
    home: Path,
    host: str,
    port: int,
    *,
    heated_threshold: float | None = None,
    ranked_calls: int | None = None,
    smallest_group: int | None = None,
    locale: str | None = None,
    records: str | None = None,
    time_zone: str = "UTC",
) -> None:
    """Serve the dashboards until interrupted.

    Args:
        published: folder of the published versions and of their pointer.
        home: folder to which the view of the transcripts is relative.
        host: the address to listen on.
        port: the port to listen on.
        heated_threshold: temperature from which on a call is heated.
        ranked_calls: opportunities, or calls, below which an agent has no rank.
        smallest_group: people, or settled promises, below which groups are not compared.
        locale: how numbers and days are written; see `locales.yaml`.
        records: SQLAlchemy URL of the records store; `records.db` in the home if None.
        time_zone: the contact centre's zone.

    Raises:
        LocaleError: the locale is not described.
        RecordsUrlError: the URL names no database.
    """
    app = create_app(
        published,
        home=home,
        heated_threshold=heated_threshold,
        ranked_calls=ranked_calls,
        smallest_group=smallest_group,
        locale=locale,
        records=records,
        time_zone=time_zone,
    )
    options = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": _THREADS,
        "loglevel": "warning",
        "proc_name": "coolhead",
        # The heartbeat is a file; on a disk it can stall the worker.
        "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
    }
    _Server(app, options).run()
