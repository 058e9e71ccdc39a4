"""A disk that holds what it should not, or takes nothing, is no failure of a run."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve
from unit.api.kept import COLD, WARM, documents, files, read, run
from unit.api.loopback import (
    HOUR,
    Addon,
    PlainClock,
    serving,
    unheard,
)

from reconcile.api.reads import connect_reading
from reconcile.api.store import Store
from reconcile.api.surroundings import Surroundings


def torn(content: bytes) -> bytes:
    """Half of it."""
    return content[: len(content) // 2]


def altered(**changes: object) -> Callable[[bytes], bytes]:
    """Some of its values changed."""
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


def holding(**changes: object) -> Callable[[bytes], bytes]:
    """Some of what it holds changed."""

    def change(content: bytes) -> bytes:
        document = json.loads(content)
        return json.dumps({**document, "holds": {**document["holds"], **changes}}).encode()

    return change


FOREIGN = {
    "torn": torn,
    "empty": lambda _: b"",
    "binary": lambda _: b"\xff\x00",
    "a list": lambda _: b"[]",
    "deep": lambda _: b"[" * 60_000,
    "large": lambda content: b" " * 70_000 + content,
    "another form": altered(format_version=2),
    "about something else": altered(about={"kind": "addon"}),
    "no end": altered(ends=None),
    "an odd end": altered(ends="soon"),
    "an end that is no number": altered(ends=float("nan")),
    "no end ever": altered(ends=float("inf")),
    "nothing": altered(holds=None),
    "no token": holding(token=None),
    "an odd token": holding(token="a b\r\nc"),
    "a list as token": holding(token=["x"]),
    "an unknown engine": holding(engine="oracle"),
    "a list as engine": holding(engine=[]),
    "an odd plan": holding(plan={}),
}


@pytest.mark.parametrize("form", FOREIGN)
def test_foreign_content_is_ignored(
    surroundings: Surroundings, notices: list[str], tokens: Path, form: str
) -> None:
    """And replaced by what was asked for instead."""
    run(surroundings)
    path, _ = documents(tokens)["addon"]
    path.write_bytes(FOREIGN[form](path.read_bytes()))
    assert run(surroundings) == {"auth": 0, "api": 1, "database": 1}
    assert run(surroundings) == WARM
    assert notices == []


def test_a_directory_that_is_open_is_told_of_once(
    surroundings: Surroundings, notices: list[str], tokens: Path
) -> None:
    """The run goes on in memory."""
    tokens.mkdir(parents=True)
    tokens.chmod(0o755)
    addons = [("shop-web", Addon(id=f"ad-{n}")) for n in range(4)]
    with serving(*addons) as provider:
        other = evolve(surroundings, environment=provider.environment)
        with connect_reading(other) as reads, ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: read(reads, f"ad-{n % 4}"), range(32)))
            assert dict(reads.spent().requests) == {"auth": 1, "api": 4, "database": 32}
    (told,) = notices
    assert told == (
        f"tokens are kept in memory only, because {str(tokens)!r} is open to other users: remove it,"
        " or set RECONCILE_TOKEN_CACHE=off"
    )
    assert files(tokens) == []


def test_a_file_that_is_a_link_is_told_of_and_not_followed(
    surroundings: Surroundings, notices: list[str], tokens: Path, tmp_path: Path
) -> None:
    """Whatever it leads to."""
    run(surroundings)
    path, _ = documents(tokens)["addon"]
    planted = path.rename(tmp_path / "planted")
    path.symlink_to(planted)
    content = planted.read_bytes()
    assert run(surroundings) == COLD
    (told,) = notices
    assert told == (
        f"tokens are kept in memory only, because {str(path)!r} is a link or no file: remove it,"
        " or set RECONCILE_TOKEN_CACHE=off"
    )
    assert planted.read_bytes() == content


@pytest.mark.parametrize("place", ["/proc/reconcile/tokens", "/dev/null/tokens", "/sys/tokens"])
def test_where_nothing_can_be_written_nothing_fails(surroundings: Surroundings, place: str) -> None:
    """A read-only system, or no directory to put one in."""
    assert run(evolve(surroundings, tokens=Path(place))) == COLD


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_full_disk_is_no_failure(
    surroundings: Surroundings, notices: list[str], tokens: Path
) -> None:
    """Nor does it leave parts of a token."""
    with full_disk():
        assert run(surroundings) == COLD
    assert files(tokens) == []
    assert notices == []


def test_what_proved_unfit_is_not_read_again(clock: PlainClock, tokens: Path) -> None:
    """Not even where it could not be removed: a disk may turn read-only."""
    store = Store(tokens, facts={}, clock=clock, notify=unheard)
    store.write({"kind": "x"}, {"token": "unfit"}, clock.now() + HOUR)
    (file,) = files(tokens)
    content = file.read_bytes()
    store.remove({"kind": "x"}, {"token": "unfit"})
    assert files(tokens) == []
    file.touch(0o600)
    file.write_bytes(content)
    assert store.read({"kind": "x"}) is None
    store.write({"kind": "x"}, {"token": "fit"}, clock.now() + HOUR)
    kept = store.read({"kind": "x"})
    assert kept is not None
    assert kept.holds == {"token": "fit"}
