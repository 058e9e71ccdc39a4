"""Fetching, with commands in the place of apt-get and dpkg-deb: nothing is asked of the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalingo_sandbox.servers.fetch import main

FETCHING = """#!/bin/sh
for word in "$@"; do last=$word; case $word in -oDir::Cache=*) cache=${word#*=};; esac; done
echo "$@" >> {tmp}/asked
case $last in
  update) exit {update};;
  {offered}) : > $cache/archives/influxdb.deb; : > $cache/archives/libone.deb; exit 0;;
esac
echo "W: something else" >&2
echo "E: Unable to locate package $last" >&2
exit 100
"""

REMEDY = " name another folder with --into"

UNPACKING = """#!/bin/sh
mkdir -p $3/usr/bin
case $2 in *influxdb.deb) printf '#!/bin/sh\\necho InfluxDB v{version}\\n' > $3/usr/bin/influxd
  chmod 755 $3/usr/bin/influxd;; esac
exit {status}
"""


class Bench:
    """A folder of commands, and the folder to fetch into."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tmp = tmp_path
        self.into = tmp_path / "engines"
        self._bin = tmp_path / "bin"
        self._bin.mkdir()
        for name in ("mkdir", "chmod", "echo"):
            (self._bin / name).symlink_to(f"/bin/{name}")
        monkeypatch.setenv("PATH", str(self._bin))

    def put(
        self,
        *,
        update: int = 0,
        offered: str = "influxdb",
        version: str = "1.6.7",
        status: int = 0,
    ) -> None:
        """Put the two commands there."""
        values = {
            "tmp": self.tmp,
            "update": update,
            "offered": offered,
            "version": version,
            "status": status,
        }
        texts = {"apt-get": FETCHING, "dpkg-deb": UNPACKING}
        for name, text in texts.items():
            path = self._bin / name
            path.write_text(re.sub(r"{(\w+)}", lambda match: str(values[match[1]]), text))
            path.chmod(0o755)

    def fetch(self) -> int:
        """Fetch, and give the exit status."""
        return main(["--into", str(self.into)])

    @property
    def asked(self) -> list[str]:
        """The last word of each question to apt-get."""
        path = self.tmp / "asked"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split()[-1] for line in lines]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench without commands."""
    return Bench(tmp_path, monkeypatch)


def complaints(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on stderr that are about InfluxDB."""
    return [line for line in capsys.readouterr().err.splitlines() if "InfluxDB" in line]


def test_what_is_fetched_is_there_and_not_fetched_again(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is verified by running it; a second time nothing is asked for it."""
    bench.put(update=100)
    bench.fetch()
    assert "InfluxDB 1.6.7\n" in capsys.readouterr().out
    assert [path.name for path in bench.into.iterdir()] == ["influxdb"]
    assert bench.asked.count("influxdb") == 1
    bench.fetch()
    assert bench.asked.count("influxdb") == 1
    assert complaints(capsys) == []


def test_apt_has_a_state_of_its_own(bench: Bench) -> None:
    """No option is left by which the system's state would be written."""
    bench.put()
    bench.fetch()
    options = set((bench.tmp / "asked").read_text().split())
    for name in ("State", "Cache"):
        assert [o for o in options if o.startswith(f"-oDir::{name}={bench.into}/")]
    assert "-oDebug::NoLocking=1" in options


def test_without_apt_it_says_so(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Other systems have to bring the programs themselves."""
    assert bench.fetch() == 1
    assert complaints(capsys) == [
        "InfluxDB was not fetched: there is no apt-get here; it comes from the packages of Debian"
    ]


def test_a_wrong_version_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """What the sources offer is not always what is wanted."""
    bench.put(version="2.0.1")
    assert bench.fetch() == 1
    assert "InfluxDB 2.0.1 at " in complaints(capsys)[0]


def test_a_package_that_cannot_be_unpacked_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing half is left in the folder."""
    bench.put(status=2)
    assert bench.fetch() == 1
    assert complaints(capsys) == ["InfluxDB was not fetched: dpkg-deb ended with status 2"]
    assert list(bench.into.iterdir()) == []


def test_a_package_that_is_not_offered_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words of apt without its warnings, and that not every source could be read."""
    bench.put(update=100, offered="another")
    assert bench.fetch() == 1
    assert complaints(capsys) == [
        "InfluxDB was not fetched: Unable to locate package influxdb (apt-get ended with status 100)"
    ]


def test_a_folder_that_cannot_be_written_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line says which, and what to do."""
    bench.put()
    bench.into.touch()
    assert bench.fetch() == 1
    assert complaints(capsys) == [
        f"InfluxDB was not fetched: {str(bench.into)!r} cannot be written: it is no folder;"
        + REMEDY
    ]


def test_a_folder_of_somebody_else_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The system's own words become a sentence with a remedy; nobody writes to the kernel's files."""
    bench.put()
    bench.into = Path("/sys/engines")
    assert bench.fetch() == 1
    assert complaints(capsys) == [
        "InfluxDB was not fetched: '/sys/engines' cannot be written: permission denied;" + REMEDY
    ]
