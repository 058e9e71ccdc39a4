"""However it ends, nothing is left: no process, no directory, no shared memory."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import pytest
from engines_here import needs
from servers.conftest import Held
from servers.traces import comes_true, command_line, keepers, living, segments

from scalingo_sandbox.servers.keeper import below, clear
from scalingo_sandbox.servers.places import sweep
from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import Program, ServerError, Wish
from scalingo_sandbox.servers.servers import Servers

Hold = Callable[..., Held]


def nothing_is_left(held: Held) -> bool:
    """Whether the processes, the directory and the shared memory of a holder are gone."""
    return not (
        living({*held.pids, held.keeper})
        or list(below(held.folder))
        or held.folder.exists()
        or segments(held.pids)
    )


@needs(*Program)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_the_end_of_the_starter_is_the_end_of_all(hold: Hold, number: signal.Signals) -> None:
    """By force, by Ctrl-C and by a polite word: within seconds there is nothing."""
    held = hold(*Program)
    assert segments(held.pids)
    held.process.send_signal(number)
    assert comes_true(lambda: nothing_is_left(held))


@needs(*Program)
def test_the_end_of_its_input_is_the_end_of_all(hold: Hold) -> None:
    """The usual way: `close` returns when everything is gone."""
    held = hold(*Program)
    _, _ = held.process.communicate(timeout=60)
    assert held.process.returncode == 0
    assert nothing_is_left(held)


@needs(*Program)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_all_is_left_to_the_starter(hold: Hold, number: signal.Signals) -> None:
    """The keeper waits for the end of its starter, whatever a terminal or a shutdown sends it."""
    held = hold(Program.POSTGRESQL)
    os.kill(held.keeper, number)
    held.process.communicate(timeout=60)
    assert held.process.returncode == 0
    assert nothing_is_left(held)


@needs(*Program)
def test_servers_end_with_their_keeper(hold: Hold) -> None:
    """Starter and keeper killed at once leave a directory at most, and the next start clears it."""
    held = hold(*Program)
    os.kill(held.process.pid, signal.SIGSTOP)
    os.kill(held.keeper, signal.SIGKILL)
    os.kill(held.process.pid, signal.SIGKILL)
    assert comes_true(lambda: not living(held.pids) and not list(below(held.folder)))
    assert comes_true(lambda: not segments(held.pids))
    assert held.folder.exists()
    held.process.communicate(timeout=60)
    with Servers({}):
        assert not held.folder.exists()


@needs(Program.REDIS)
def test_a_keeper_that_is_killed_alone_is_an_error(programs: dict[Program, Installed]) -> None:
    """The sentence says what happened, and `close` does the keeper's work."""
    with Servers(programs) as servers:
        folder = servers.folder
        keeper = keepers()[-1]
        servers.start([Wish(key="one", program=Program.REDIS)])
        os.kill(keeper, signal.SIGKILL)
        assert comes_true(lambda: not living([keeper]) and not list(below(folder)))
        with pytest.raises(ServerError, match="the keeper of the servers was ended from outside"):
            servers.start([Wish(key="two", program=Program.REDIS)])
    assert not folder.exists()


@needs(Program.REDIS)
def test_a_sweep_leaves_those_that_live(hold: Hold) -> None:
    """A directory whose keeper runs is nobody else's business."""
    held = hold(Program.REDIS)
    sweep()
    assert living(held.pids) == held.pids
    assert held.folder.exists()


@needs(Program.REDIS)
def test_a_process_of_a_terminal_is_left_alone(hold: Hold) -> None:
    """A person who looks around in the directory loses the directory, not the shell."""
    held = hold(Program.REDIS)
    ours, theirs = os.openpty()
    words = ["setsid", "--ctty", "sleep", "60"]
    try:
        with subprocess.Popen(words, stdin=theirs, cwd=held.folder) as person:
            assert comes_true(lambda: command_line(person.pid).startswith("sleep"))
            clear(held.folder)
            assert living([person.pid]) == {person.pid}
            assert not living(held.pids)
            assert not held.folder.exists()
            person.kill()
    finally:
        os.close(theirs)
        os.close(ours)
