"""What a person sees and types on a terminal, and what a pipe gets instead."""

from __future__ import annotations

import re
import signal
import subprocess

import pytest
from e2e.command import RECONCILE, SECONDS, Command, Finished, changing, effects, logical, until
from e2e.fleet import IOT, SHOP, SHOP_ADDON, SHOP_ORDER, SHOP_WITHOUT_LEGACY
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = "\x1b"
BEGIN = "Only 'yes' is taken: "


def test_a_terminal_gets_colour_and_progress(command: Command) -> None:
    """A plan on a terminal is coloured, fits its width, and says how far it is."""
    command.write(SHOP, IOT)
    with on_terminal(command, "plan") as terminal:
        done = terminal.finish()
    assert done.status == 0
    assert COLOUR.search(done.stdout)
    assert "read 2 of 2" in done.stdout
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", done.stdout)
    assert all(
        len(line.rpartition("\r")[2]) <= 80 for line in plain.replace("\r\n", "\n").split("\n")
    )


def test_a_pipe_gets_plain_text(command: Command) -> None:
    """Without a terminal there is no escape on either stream, and no progress."""
    command.write(SHOP, IOT)
    for arguments in (("plan",), ("apply", "--dry-run"), ("drift",), ("apply", "--yes")):
        done = command(*arguments)
        assert ESCAPE not in done.stdout + done.stderr
        assert "\r" not in done.stdout + done.stderr
        assert re.fullmatch(
            r"reading 2 databases: \d+ requests, under a second, at most 10 min\n"
            r"(?:applying: \d+ requests, under a second, at most 10 min\n)?\d+ requests sent: .*\n",
            done.stderr,
        )


def test_a_piped_result_is_plain_while_progress_is_on_the_terminal(command: Command) -> None:
    """`reconcile plan > file` on a terminal: the file is clean, the person sees progress."""
    command.write(SHOP, IOT)
    with on_terminal(command, "plan", piped={"stdout"}) as terminal:
        done = terminal.finish()
    assert ESCAPE not in done.stdout
    assert "read 2 of 2" in done.stderr


def test_a_narrow_terminal_is_not_overrun(command: Command) -> None:
    """Lines are wrapped at the terminal's width, and no word of a sentence is lost."""
    command.write(SHOP)
    with on_terminal(command, "plan", "--no-color", piped={"stderr"}, columns=50) as terminal:
        done = terminal.finish()
    lines = done.stdout.replace("\r\n", "\n").split("\n")
    assert max(len(line) for line in lines) <= 50, done.stdout
    wide = command("plan").stdout
    assert done.stdout.split() == wide.split()


def test_yes_applies(command: Command, sandbox: Sandbox) -> None:
    """The plan is shown, the question names the size, and the answer begins it."""
    command.write(SHOP)
    with on_terminal(command, "apply", piped={"stdout"}) as terminal:
        terminal.read_until(BEGIN)
        assert "3 actions in 1 of 1 database" in terminal.shown
        assert "Apply 3 actions to 1 database?" in terminal.shown
        assert changing(sandbox) == []
        terminal.type("yes\n")
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert effects(sandbox) == SHOP_ORDER
    assert ESCAPE not in done.stdout


def test_who_is_asked_is_told_of_backups_first(command: Command) -> None:
    """And only where they were asked for."""
    command.write(SHOP)
    for flags in ((), ("--backup-first",)):
        with on_terminal(command, "apply", *flags, piped={"stdout"}) as terminal:
            terminal.read_until(BEGIN)
            told = "A backup of each affected database is made first." in terminal.shown
            terminal.type("no\n")
            terminal.finish()
        assert told is bool(flags)


@pytest.mark.parametrize("answer", ["no\n", "y\n", "YES\n", "\n", "yes please\n", "\x04"], ids=repr)
def test_anything_but_yes_applies_nothing(command: Command, sandbox: Sandbox, answer: str) -> None:
    """Nothing is sent, no journal is begun, and what remains is 2."""
    command.write(SHOP)
    with on_terminal(command, "apply", piped={"stdout"}) as terminal:
        terminal.read_until(BEGIN)
        terminal.type(answer)
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert changing(sandbox) == []
    assert command.journals() == []


def test_typing_the_risk_allows_it(command: Command, sandbox: Sandbox) -> None:
    """The question names what is affected; its word, and then yes, deletes."""
    command.write(SHOP_WITHOUT_LEGACY)
    with on_terminal(command, "apply", piped={"stdout"}) as terminal:
        terminal.read_until("Type 'lossy' to allow it")
        assert "deletes data for good" in terminal.shown
        assert "  shop/logical_databases/legacy" in terminal.shown
        terminal.type("lossy\n")
        terminal.read_until(BEGIN)
        assert "Apply 2 actions to 1 database?" in terminal.shown
        terminal.type("yes\n")
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert logical(sandbox, SHOP_ADDON) == {"shop"}


@pytest.mark.parametrize("piped", ["stdin", "stderr"])
def test_who_cannot_be_asked_is_told_to_say_yes(
    command: Command, sandbox: Sandbox, piped: str
) -> None:
    """Half a terminal is none: the question or its answer would be lost."""
    command.write(SHOP)
    with on_terminal(command, "apply", piped={piped}) as terminal:
        assert terminal.finish().status == 64
    assert sandbox.requests()["requests"] == []


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_signal_at_the_question_ends_the_run(
    command: Command, sandbox: Sandbox, number: signal.Signals, status: int
) -> None:
    """Ctrl-C at the prompt is an answer: nothing is applied, and no second one is needed."""
    command.write(SHOP)
    with on_terminal(command, "apply", piped={"stdout"}) as terminal:
        terminal.read_until(BEGIN)
        terminal.process.send_signal(number)
        until(lambda: terminal.process.poll() is not None, "the run ends")
        done = terminal.finish()
    assert done.status == status, str(done)
    assert changing(sandbox) == []


def test_a_reader_that_goes_away_is_no_error(command: Command) -> None:
    """`reconcile plan | head -1` shows one line, and nothing of it on stderr."""
    command.write(SHOP, IOT)
    for name in ("plan", "drift", "plan --format json", "schema spec", "--help"):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{RECONCILE} {name} | head -1"],
            cwd=command.directory,
            env=command.full_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        seen = command.seen((name,), done.returncode, done.stdout, done.stderr)
        assert seen.stdout.count("\n") == 1
        assert "roken pipe" not in seen.stderr


@pytest.mark.parametrize("place", [None, "run.json"])
def test_an_apply_whose_report_nobody_reads_says_so(
    command: Command, sandbox: Sandbox, place: str | None
) -> None:
    """4: something was done, and what it was stands in no report; 0 where it stands in a file."""
    command.write(SHOP)
    arguments = ("apply", "--yes", *(("--report", f"json={place}") if place else ()))
    with command.started(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        stderr = process.stderr.read()
        process.wait(timeout=SECONDS)
        done = command.seen(arguments, process.returncode, "", stderr)
    assert effects(sandbox) == SHOP_ORDER
    assert done.status == (0 if place else 4)
    told = "the report of what was done was not read: stdout is closed"
    assert (told in done.stderr) is (place is None)
    assert place is None or (command.directory / place).exists()


@pytest.mark.parametrize("name", ["plan", "validate", "apply --yes", "schema spec", "--help"])
def test_a_full_disk_is_a_sentence(command: Command, name: str) -> None:
    """Stdout on a full device cannot be written: that is said, and is no success."""
    command.write(SHOP)
    done = _redirected(command, name, ">/dev/full")
    assert done.status != 0
    assert "o space left" in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"], ids=["stdin", "stdout", "stderr"])
@pytest.mark.parametrize("name", ["plan", "apply --yes", "validate"])
def test_a_closed_stream_is_no_traceback(command: Command, name: str, closed: str) -> None:
    """A daemon may start the command without one of the three; a result that is lost is an error."""
    command.write(SHOP)
    done = _redirected(command, name, closed)
    assert (done.status == 0) is (closed != ">&-"), str(done)
    assert ("cannot write to stdout: Bad file descriptor" in done.stderr) is (closed == ">&-")


def _redirected(command: Command, name: str, redirection: str) -> Finished:
    """Run in a shell with a redirection."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{RECONCILE} {name} {redirection}"],
        cwd=command.directory,
        env=command.full_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return command.seen((name, redirection), done.returncode, done.stdout, done.stderr)
