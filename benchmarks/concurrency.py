"""How long `plan` of 500 databases takes with 64 connections, as a multiple of 64 bare urllib3 threads.

A server in another process answers each request after 50 ms, so that the time is that of waiting, unless
requests wait for each other or for the processor. Run it with `make bench`.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import urllib3

DATABASES = 500
CONNECTIONS = 64
LATENCY = 0.05
ROUNDS = 3
AIM = 3.0
"""Times the waiting alone; the rest is the processor's work."""
LIMIT = 4.0
"""Times bare threads, on a busy machine; with requests that wait for each other it is a multiple."""

_READS = 3
"""Requests of a database with these kinds; one more is for its token."""

_SPEC = (
    "version: 1\ndatabase: db{0}\napp: app{0}\naddon: ad-{0}\nengine: mysql\n"
    "backups: {{enabled: true, hours: [3]}}\nsql_mode: ANSI\nlogical_databases: [shop]\n"
)
_CONFIG = (
    f"version: 1\nrequest_budget: {{api: 100000, database: 100000, concurrency: {CONNECTIONS}}}\n"
)


def answer(path: str, body: bytes) -> object:
    """What the provider says of whatever is asked for."""
    if path == "/v1/tokens/exchange":
        return {"token": "eyJhbGciOiJub25lIn0.e30.x"}
    addon = path.split("/")[5 if path.startswith("/v1/") else 3]
    if path.endswith("/token"):
        provider = {"id": "mysql", "name": "MySQL"}
        return {"addon": {"id": addon, "token": "t", "addon_provider": provider}}
    if path.endswith("/action"):
        name = json.loads(body)["action_name"]
        return {"ok": 1, "result": "ANSI" if name == "get-sqlmode" else [{"name": "shop"}]}
    return {
        "database": {
            "id": addon,
            "type_name": "mysql",
            "status": "running",
            "readable_version": "8.4.11-1",
            "periodic_backups_enabled": True,
            "periodic_backups_scheduled_at": [3],
        }
    }


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, each after the latency."""
    while line := await reader.readline():
        length = 0
        while (header := await reader.readline()) not in {b"\r\n", b""}:
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = await reader.readexactly(length)
        await asyncio.sleep(LATENCY)
        said = json.dumps(answer(line.split()[1].decode(), body)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))
    writer.close()


def serve(ready: Connection) -> None:
    """Tell the port, and serve until the process is ended."""

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=CONNECTIONS)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def serving() -> Iterator[str]:
    """A server in another process; its URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def bare(url: str) -> float:
    """Seconds for the same requests, each thread sending its next one after the answer to its last."""
    pool = urllib3.PoolManager(maxsize=CONNECTIONS, block=True)
    action = json.dumps({"action_name": "get-sqlmode"}).encode()

    def ask(number: int) -> None:
        pool.request("POST", f"{url}/v1/apps/app{number}/addons/ad-{number}/token", body=b"{}")
        pool.request("GET", f"{url}/api/databases/ad-{number}")
        for _ in range(_READS - 1):
            pool.request("POST", f"{url}/api/databases/ad-{number}/action", body=action)

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(ask, range(DATABASES)))
    return time.perf_counter() - start


def planned(url: str, project: Path) -> float:
    """Seconds for the installed command, from its start to its end."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(project),
        "CI": "true",
        "SCALINGO_API_TOKEN": "t",
        **{f"SCALINGO_{name}_URL": url for name in ("AUTH", "API", "DB")},
    }
    start = time.perf_counter()
    done = subprocess.run(
        [str(Path(sys.executable).with_name("reconcile")), "plan"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode or f"{DATABASES} databases in sync" not in done.stdout:
        raise SystemExit(f"plan ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def main() -> int:
    """Print the times; 1 when the limit is passed."""
    with serving() as url, tempfile.TemporaryDirectory() as place:
        project = Path(place)
        (project / "reconcile.yaml").write_text(_CONFIG)
        (project / "specs").mkdir()
        specs = "---\n".join(_SPEC.format(number) for number in range(DATABASES))
        (project / "specs" / "all.yaml").write_text(specs)
        turns = [(bare(url), planned(url, project)) for _ in range(ROUNDS)]
    least, whole = (min(times) for times in zip(*turns, strict=True))
    ideal = DATABASES * (1 + _READS) * LATENCY / CONNECTIONS
    sys.stdout.write(
        f"plan of {DATABASES} databases over {CONNECTIONS} connections takes {whole:.2f} s, which is"
        f" {whole / least:.1f} times bare threads (limit {LIMIT:g}) and {whole / ideal:.1f} times the"
        f" waiting alone (aim {AIM:g})\n"
    )
    return int(whole / least > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
