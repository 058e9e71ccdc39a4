"""Get MariaDB and InfluxDB from the system's own package sources, into a folder of the project.

`python -m scalingo_sandbox.servers.fetch` asks apt with a state of its own: nothing of the system
is changed, and no right beyond writing the folder is needed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scalingo_sandbox.servers.programs import FETCHED, Installed, Missing, default_folder, look
from scalingo_sandbox.servers.server import Program

_PACKAGES: Mapping[Program, str] = {
    Program.MARIADB: "mariadb-server-core",
    Program.INFLUXDB: "influxdb",
}
_STATUS = Path("/var/lib/dpkg/status")
_PATIENCE = 600.0


class FetchError(Exception):
    """Why something could not be got, in one line."""


def main(arguments: list[str] | None = None) -> int:
    """Fetch what is missing; 1 if something still is, each named in a line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m scalingo_sandbox.servers.fetch")
    parser.add_argument("--into", type=Path, default=default_folder(), help="default: %(default)s")
    folder: Path = parser.parse_args(arguments).into.absolute()
    found = look(folder)
    wanted = [program for program in FETCHED if isinstance(found[program], Missing)]
    failures = _fetch(wanted, folder) if wanted else {}
    return _tell(look(folder), failures)


def _tell(
    found: Mapping[Program, Installed | Missing], failures: Mapping[Program, FetchError]
) -> int:
    for program, value in found.items():
        match value:
            case Installed():
                sys.stdout.write(f"{program.product} {value.version}\n")
            case Missing():
                sys.stderr.write(f"{failures.get(program, value.reason)}\n")
    return int(any(isinstance(value, Missing) for value in found.values()))


def _fetch(wanted: list[Program], folder: Path) -> dict[Program, FetchError]:
    """Fetch each program; what could not be got, with the reason."""
    failures = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as name:
            apt = _Apt(Path(name))
            for program in wanted:
                try:
                    apt.unpack(_PACKAGES[program], folder / program)
                except FetchError as error:
                    failures[program] = FetchError(f"{program.product} was not fetched: {error}")
    except (FetchError, OSError) as error:
        why = _sentence(error, folder)
        return {
            program: FetchError(f"{program.product} was not fetched: {why}") for program in wanted
        }
    return failures


def _sentence(error: FetchError | OSError, folder: Path) -> str:
    match error:
        case PermissionError():
            why = "permission denied"
        case FileExistsError() | NotADirectoryError():
            why = "it is no folder"
        case _:
            return str(error)
    return f"{str(folder)!r} cannot be written: {why}; name another folder with --into"


class _Apt:
    """The system's package sources, seen through a state and a cache of our own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            raise FetchError("there is no apt-get here; it comes from the packages of Debian")
        shutil.copyfile(_STATUS, folder / "status")
        # A source that does not answer is none of ours, as long as the others know the package.
        self._updated = self._run(*self._apt_get(), "update")

    def unpack(self, package: str, into: Path) -> None:
        """Put a package and what it needs beyond the system's into a folder, whole or not at all."""
        archives = self._folder / "cache" / "archives"
        command = (*self._apt_get(), "install", "--download-only", package)
        said = self._run(*command)
        if said:
            raise FetchError(f"{said} ({self._updated})" if self._updated else said)
        unpacked = self._folder / into.name
        for archive in sorted(archives.glob("*.deb")):
            failure = self._run("dpkg-deb", "--extract", str(archive), str(unpacked))
            if failure:
                raise FetchError(failure)
            archive.unlink()
        if not unpacked.exists():
            raise FetchError(f"apt-get says that {package!r} is installed, but it cannot be run")
        shutil.rmtree(into, ignore_errors=True)
        unpacked.rename(into)

    def _apt_get(self) -> tuple[str, ...]:
        options = {
            "Dir::State": self._folder,
            "Dir::State::lists": self._folder / "lists",
            "Dir::State::status": self._folder / "status",
            "Dir::Cache": self._folder / "cache",
            "Debug::NoLocking": "1",
            "APT::Sandbox::User": "",
            "APT::Install-Recommends": "false",
            "APT::Get::Assume-Yes": "true",
            "Acquire::Languages": "none",
            "Acquire::Retries": "1",
            "Acquire::http::Timeout": "20",
        }
        return ("apt-get", "-q", *(f"-o{key}={value}" for key, value in options.items()))

    def _run(self, *command: str) -> str:
        """Run a command; "" where it did its work, else the last line of its complaint."""
        try:
            answer = subprocess.run(  # noqa: S603 - apt-get and dpkg-deb, of the system
                command,
                env={**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            return str(error)
        if answer.returncode == 0:
            return ""
        lines = answer.stderr.decode(errors="replace").split("\n")
        said = [line.removeprefix("E: ").strip() for line in lines if line.startswith("E: ")]
        return said[-1] if said else f"{command[0]} ended with status {answer.returncode}"


if __name__ == "__main__":
    sys.exit(main())
