"""What processes leave to see in /proc: who lives, who listens, what their command lines say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"
LOOPBACK = "0100007F"
MADE_BY = 4
"""The column of /proc/sysvipc/shm with the process that made a segment."""


def comes_true(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether a condition holds within a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def living(pids: Iterable[int]) -> set[int]:
    """Those of some processes that still run; a zombie does not."""
    return {pid for pid in pids if _state(pid) not in {"", "Z"}}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def parents(pids: Iterable[int]) -> set[int]:
    """The processes that started others; one of these may end while it is looked at."""
    found: set[int] = set()
    for pid in pids:
        with suppress(OSError):
            found.add(int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]))
    return found


def command_line(pid: int) -> str:
    """What every user of the machine can read of a process; of one that has ended, nothing."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def keepers() -> list[int]:
    """The keepers that this thread has started, the latest last."""
    text = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
    return [int(pid) for pid in text.split() if "keeper.py" in command_line(int(pid))]


def segments(pids: Iterable[int]) -> list[str]:
    """The segments of shared memory that some processes made and nobody removed."""
    wanted = {str(pid) for pid in pids}
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return [line for line in lines if line.split()[MADE_BY] in wanted]


def listeners(pids: Iterable[int]) -> Iterator[tuple[str, int]]:
    """The addresses, as the kernel writes them, and the ports that some processes listen on."""
    sockets = {number for pid in pids for number in _sockets(pid)}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENING and columns[9] in sockets:
                address, _, port = columns[1].partition(":")
                yield address, int(port, 16)


def unix_sockets(pids: Iterable[int]) -> list[str]:
    """The paths of the sockets in the file system that some processes hold."""
    sockets = {number for pid in pids for number in _sockets(pid)}
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return [row[7] for row in rows if row[6] in sockets and len(row) > 7]


def _sockets(pid: int) -> Iterator[str]:
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target.removeprefix("socket:[").removesuffix("]")
