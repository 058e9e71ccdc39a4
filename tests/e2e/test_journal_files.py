"""Where the journal of an apply is kept, who may read it, and what happens without it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e.command import RECONCILE, SECONDS, Command, changing, journal_entries
from e2e.fleet import INVALID, SHOP

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


def only_journal(folder: Path) -> Path:
    """The one journal under a state directory; beside it only what was locked is there."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    (journal,) = (path for path in files if path.suffix != ".lock")
    return journal


@pytest.mark.parametrize("chosen", ["flag", "XDG_STATE_HOME", "home", "both"])
def test_the_journal_is_where_it_was_asked_for(
    command: Command, tmp_path: Path, chosen: str
) -> None:
    """--state-dir before XDG_STATE_HOME before ~/.local/state, readable for its owner alone."""
    command.write(SHOP)
    flag = ("--state-dir", "here") if chosen in {"flag", "both"} else ()
    variable = {"XDG_STATE_HOME": f"{tmp_path}/xdg"} if chosen in {"XDG_STATE_HOME", "both"} else {}
    before = os.umask(0)
    try:
        command("apply", "--yes", *flag, environment=variable, status=0)
    finally:
        os.umask(before)
    folders = {
        "flag": "here",
        "both": "here",
        "XDG_STATE_HOME": "xdg/reconcile",
        "home": ".local/state/reconcile",
    }
    journal = only_journal(tmp_path / folders[chosen])
    assert journal.parent.name == "runs"
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.parent.stat().st_mode) == 0o700
    (lock,) = (tmp_path / folders[chosen]).rglob("*.lock")
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert stat.S_IMODE(lock.parent.stat().st_mode) == 0o700
    assert not [path for path in tmp_path.iterdir() if path.name in {"here", "xdg", ".local"}][1:]


def test_the_lines_of_a_journal_are_in_the_order_of_their_times(
    command: Command, sandbox: Sandbox
) -> None:
    """Also where many databases are changed at once: who reads it later relies on the order."""
    addons = [{"id": f"ad-{number}", "engine": "redis"} for number in range(32)]
    sandbox.put_fleet({"version": 1, "apps": [{"name": "many", "addons": addons}]})
    command.write(
        *(
            f"version: 1\ndatabase: db{number}\napp: many\naddon: ad-{number}\nengine: redis\n"
            "backups: {hours: [7]}\n"
            for number in range(32)
        )
    )
    command("apply", "--yes", "--format", "json", status=0)
    times = [entry["at"] for entry in journal_entries(command.journals()[0])]
    assert len(times) == 66
    assert times == sorted(times)


@pytest.mark.parametrize(
    "arguments",
    [("plan",), ("drift",), ("validate",), ("apply", "--dry-run")],
    ids=" ".join,
)
def test_what_changes_nothing_leaves_no_file(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A command that only reads needs no place to write, and writes nowhere."""
    command.write(SHOP)
    command(*arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["specs"]


@pytest.mark.parametrize("text", [INVALID, SHOP.replace("ad-shop", "ad-none")])
def test_an_apply_that_begins_nothing_leaves_no_file(
    command: Command, tmp_path: Path, text: str
) -> None:
    """Without an action there is nothing to write down."""
    command.write(text)
    command("apply", "--yes")
    assert [path.name for path in tmp_path.iterdir()] == ["specs"]


def _a_file(place: Path) -> None:
    """The state directory is a file."""
    place.write_text("", encoding="utf-8")


def _runs_is_a_file(place: Path) -> None:
    """The folder of the journals is a file."""
    place.mkdir()
    (place / "runs").write_text("", encoding="utf-8")


def _a_dangling_link(place: Path) -> None:
    """The state directory is a link to nowhere."""
    place.symlink_to("/no/such/folder")


@pytest.mark.parametrize("prepare", [_a_file, _runs_is_a_file, _a_dangling_link])
@pytest.mark.parametrize("way", ["flag", "variable"])
def test_without_a_journal_nothing_is_changed(
    command: Command, sandbox: Sandbox, tmp_path: Path, prepare: Callable[[Path], None], way: str
) -> None:
    """A place that cannot be written is status 1, before any request that changes something."""
    command.write(SHOP)
    if way == "flag":
        prepare(tmp_path / "state")
        done = command("apply", "--yes", "--state-dir", "state", status=1)
    else:
        (tmp_path / "xdg").mkdir()
        prepare(tmp_path / "xdg" / "reconcile")
        done = command(
            "apply", "--yes", environment={"XDG_STATE_HOME": f"{tmp_path}/xdg"}, status=1
        )
    assert re.search("reconcile: cannot (write the journal|lock 'shop')", done.stderr)
    assert "--state-dir" in done.stderr
    assert changing(sandbox) == []


@pytest.mark.parametrize("room", [20, 450, 520, 600, 700, 800, 900, 1000, 1800])
def test_what_does_not_fit_on_the_disk_is_not_sent(
    command: Command, sandbox: Sandbox, tmp_path: Path, room: int
) -> None:
    """A limit on file size stands for a full disk: no request without its whole intent on disk.

    With the most room only the last lines are missing: that, too, is no success.
    """
    command.write(SHOP)
    words = [str(RECONCILE), "apply", "--yes", "--format", "json"]
    (tmp_path / "limited.py").write_text(
        "import os, resource\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        f"os.execv({words[0]!r}, {words!r})\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "limited.py"],
        cwd=tmp_path,
        # The limit holds for every file: a .pyc that Python caches would be cut short as well, and
        # then break each later run of the whole tree.
        env=command.full_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    done = command.seen((*words[1:], f"in {room} bytes"), ran.returncode, ran.stdout, ran.stderr)
    lines = command.journals()[0].read_text(encoding="utf-8").split("\n")[:-1]
    intents = sum('"event": "started"' in line and line.endswith("}") for line in lines)
    sent = len(changing(sandbox))
    assert sent <= intents, f"{sent} sent, {intents} whole intents: {lines}"
    assert done.status == (4 if sent else 1), str(done)
