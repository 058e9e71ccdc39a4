"""Which programs are found, and what is said of those that are not."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from engines_here import INSTALLED, needs

from scalingo_sandbox.servers.programs import (
    SUPPORTED,
    Installed,
    Missing,
    fetch_command,
    look,
    search,
)
from scalingo_sandbox.servers.server import Program, ServerError


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Look in an empty folder, with an empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    folder = tmp_path / "engines"
    folder.mkdir()
    return folder


def put(folder: Path, content: str, mode: int = 0o755) -> Path:
    """Put a program in the place where InfluxDB is unpacked."""
    place = folder / "influxdb" / "usr" / "bin" / "influxd"
    place.parent.mkdir(parents=True)
    place.write_text(content)
    place.chmod(mode)
    return place


@pytest.mark.parametrize(
    "program", [pytest.param(program, marks=needs(program)) for program in Program]
)
def test_a_program_that_is_found_is_of_a_supported_series(program: Program) -> None:
    """Its own word for its version begins with the series, figure by figure."""
    installed = INSTALLED[program]
    figures = installed.version.split(".")
    assert any(figures[: len(s.split("."))] == s.split(".") for s in SUPPORTED[program])


def test_what_is_not_there_is_missing_with_a_remedy(bare: Path) -> None:
    """One line says what, and what to do."""
    assert search(bare)[Program.INFLUXDB] == Missing(
        program=Program.INFLUXDB,
        reason=(
            f"InfluxDB is not installed: looked in '{bare}/influxdb' and on the PATH; its databases"
            " stay in memory; get it: python3 -m scalingo_sandbox.servers.fetch --into"
            f" {shlex.quote(str(bare))}"
        ),
    )


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A misspelt name is not taken for a folder without programs."""
    with pytest.raises(ServerError, match=r"'.*/misspelt' is no folder.*fetch --into /.*/misspelt"):
        search(tmp_path / "misspelt")


def test_the_projects_own_folder_has_a_short_command() -> None:
    """It is the one that the Makefile fetches into."""
    assert fetch_command(Path(".engines").absolute()) == "make engines"


@pytest.mark.parametrize("said", ["1.60.1", "2.7.1", "11.6.1"])
def test_another_version_is_not_used(bare: Path, said: str) -> None:
    """The line names the version, the place and what it would have to be."""
    place = put(bare, f"#!/bin/sh\necho 'InfluxDB v{said} (git: unknown)'\n")
    assert search(bare)[Program.INFLUXDB] == Missing(
        program=Program.INFLUXDB,
        reason=(
            f"InfluxDB {said} at {str(place)!r} is not used: it has to be 1.6; its databases stay"
            f" in memory; get it: {fetch_command(bare)}"
        ),
    )


@pytest.mark.parametrize(
    "content", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "no program at all"]
)
def test_a_program_that_says_no_version_is_not_used(bare: Path, content: str) -> None:
    """What cannot be asked is not run."""
    place = put(bare, content)
    found = search(bare)[Program.INFLUXDB]
    assert isinstance(found, Missing)
    assert found.reason.startswith(f"InfluxDB of no known version at {str(place)!r} is not used")


def test_a_file_that_cannot_be_run_is_none(bare: Path) -> None:
    """It is as if it were not there."""
    put(bare, "#!/bin/sh\necho 1.6.7\n", mode=0o644)
    found = search(bare)[Program.INFLUXDB]
    assert isinstance(found, Missing)
    assert "is not installed" in found.reason


def test_the_folder_comes_first_with_its_libraries(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was fetched is found in the folder that the environment names, and by that before PATH."""
    place = put(bare, "#!/bin/sh\necho 'InfluxDB v1.6.7~rc0'\n")
    libraries = bare / "influxdb" / "usr" / "lib" / "x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    monkeypatch.setenv("RECONCILE_ENGINES_DIR", str(bare))
    assert search()[Program.INFLUXDB] == Installed(
        program=Program.INFLUXDB,
        version="1.6.7",
        command=(str(place),),
        variables={"LD_LIBRARY_PATH": str(libraries)},
    )


def test_the_path_is_looked_through(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the system needs no libraries of ours."""
    place = put(bare, "#!/bin/sh\necho 'InfluxDB v1.6.4'\n")
    monkeypatch.setenv("PATH", str(place.parent))
    assert look(bare / "elsewhere")[Program.INFLUXDB] == Installed(
        program=Program.INFLUXDB, version="1.6.4", command=(str(place),)
    )


ROOT = Path(__file__).resolve().parents[3]
WANTING = """
from engines_here import needs
from scalingo_sandbox.servers.server import Program

@needs(Program.INFLUXDB)
def test_it(): pass
"""


@pytest.mark.parametrize(
    ("selection", "status", "said"),
    [("more", 1, "InfluxDB is not installed"), ("not more", 5, "1 deselected")],
)
def test_a_test_without_its_server_fails(
    bare: Path, tmp_path: Path, selection: str, status: int, said: str
) -> None:
    """It is never skipped: it fails with a remedy in `make test-more`, and `make test` omits it."""
    (tmp_path / "test_wanting.py").write_text(WANTING)
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-m", selection, "test_wanting.py"],
        cwd=tmp_path,
        env={
            "RECONCILE_ENGINES_DIR": str(bare),
            "PYTHONPATH": f"{ROOT}:{ROOT}/tests:{ROOT}/sandbox/tests",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, said in answer.stdout) == (status, True), answer.stdout
