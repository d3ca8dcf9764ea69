"""The server answers several first visitors at once, and reads the marts after its fork."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_SERVE = (
    "import sys; from pathlib import Path; from dashboards.serve import serve;"
    "serve(Path(sys.argv[1]), Path(sys.argv[1]).parent, '127.0.0.1', int(sys.argv[2]))"
)
_PATIENCE = 60.0
"""Seconds for a process to start on a busy machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetched(address: str) -> str:
    """The page, as soon as the server listens."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urlopen(address, timeout=20) as response:  # noqa: S310 - our own server
                return response.read().decode()
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_first_visitors_at_once_all_get_the_choices_of_the_marts(centre: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", _SERVE, str(centre), str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            with ThreadPoolExecutor(6) as pool:
                told = list(pool.map(fetched, [f"{address}/_dash-layout"] * 12))
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert all("billing" in layout for layout in told)
    assert "<html" not in told[0]
