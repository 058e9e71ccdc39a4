"""Agreement: what is asked where somebody is there, and what is refused where nobody is."""

from __future__ import annotations

import signal

import pytest
from e2e.busy import CHANGES, MOMENT, ORDERS
from e2e.command import Command, changing, effects, until
from e2e.schemas import sent
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

NAMED = {
    "delete": ("databases delete shop legacy", "legacy"),
    "reset": ("databases reset shop legacy", "legacy"),
    "no policy": ("retention delete telemetry 7-days", "7-days"),
    "restore": (f"restore billing --to {MOMENT}", "billing"),
}
"""What loses data, and the name that has to be said."""

AGREED = {
    "cancel": "queries cancel billing 2000",
    "terminate": "queries terminate billing 2000",
    "stats reset": "stats reset billing",
    "upgrade": "upgrade shop",
    "mode": "sql-mode set shop NO_ENGINE_SUBSTITUTION",
    "backups": "backups set billing --off",
}
"""What loses no data, and still is not done without a word."""

REQUESTS = {**CHANGES, **ORDERS}
EACH_NAMED = pytest.mark.parametrize("name", NAMED)
EACH_AGREED = pytest.mark.parametrize("name", AGREED)


@EACH_NAMED
def test_nobody_to_ask_and_no_name(command: Command, busy: Sandbox, name: str) -> None:
    """64 before anything is sent at all, with the flag that is missing."""
    line, due = NAMED[name]
    done = command(*line.split(), status=64)
    assert done.stdout == ""
    assert done.stderr == (
        f"reconcile: nobody can be asked here (no terminal): say --confirm {due}, or --dry-run\n"
    )
    assert busy.requests()["requests"] == []
    assert command.journals() == []


@EACH_NAMED
@pytest.mark.parametrize("said", ["shop ", "LEGACY", "Billing", "7-day", "", "yes"])
def test_a_wrong_name_is_refused(command: Command, busy: Sandbox, name: str, said: str) -> None:
    """Whatever is nearly it: both names are quoted, nothing is sent."""
    line, due = NAMED[name]
    done = command(*line.split(), "--confirm", said, status=64)
    assert done.stderr == (
        f"reconcile: --confirm says {said!r}, but it is {due!r} that is affected: nothing was done\n"
    )
    assert busy.requests()["requests"] == []


WARNINGS = {
    "backups": "warning: specs/spec1.yaml:6 wants backups.enabled true; the next apply undoes this\n"
}
"""What is said before of a command that contradicts its spec."""


@EACH_AGREED
def test_nobody_to_ask_and_no_word(command: Command, busy: Sandbox, name: str) -> None:
    """Nothing that changes is sent; of an order, nothing at all."""
    done = command(*AGREED[name].split(), status=64)
    assert done.stdout == ""
    warning = WARNINGS.get(name, "")
    assert done.stderr.startswith(f"{warning}reconcile: nobody can be asked here (no terminal): ")
    assert done.stderr.endswith("say --yes, or --dry-run\n")
    assert changing(busy) == []
    if name in ORDERS:
        assert busy.requests()["requests"] == []


@pytest.mark.parametrize("environment", [{"SCALINGO_API_TOKEN": None}, {"SCALINGO_AUTH_URL": "x"}])
def test_who_did_not_agree_is_told_first(
    command: Command, busy: Sandbox, environment: dict[str, str | None]
) -> None:
    """64 before 77: a cron job learns what is missing in it, not what else is."""
    for line in (NAMED["reset"][0], AGREED["upgrade"]):
        done = command(*line.split(), environment=environment, status=64)
        assert "nobody can be asked here" in done.stderr
    assert busy.requests()["requests"] == []


def test_a_name_for_a_shell_can_be_pasted(command: Command, busy: Sandbox) -> None:
    """With blanks and quotes."""
    busy.change("ad-shop", logical_databases=[{"name": "it's old", "tables": 1}])
    done = command("databases", "delete", "shop", "it's old", status=64)
    assert """say --confirm 'it'"'"'s old', or""" in done.stderr
    command("databases", "delete", "shop", "it's old", "--confirm", "it's old", status=0)
    assert len(effects(busy)) == 1


@EACH_NAMED
def test_the_right_name_at_a_terminal(command: Command, busy: Sandbox, name: str) -> None:
    """What would be done and what it costs stands above the question."""
    line, due = NAMED[name]
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        terminal.read_until(f"Type {due!r} to go on: ")
        assert "This would " in terminal.shown
        assert changing(busy) == []
        terminal.type(f"{due}\n")
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert sent(busy) == [REQUESTS[name][1]]
    assert done.stdout.startswith("✓ ")
    paths = [one["path"] for one in busy.requests()["requests"]]
    windows = sum(path.endswith("/recovery_window") for path in paths)
    assert windows == (2 if name == "restore" else 0)  # before the question and after it


@pytest.mark.parametrize("answer", ["yes\n", "\x04", "legac\n"], ids=repr)
def test_a_wrong_name_at_a_terminal(command: Command, busy: Sandbox, answer: str) -> None:
    """Nothing is sent, no journal is begun, and what was requested remains."""
    line, due = NAMED["reset"]
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        terminal.read_until(f"Type {due!r} to go on: ")
        terminal.type(answer)
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert "not allowed: nobody agreed to it, nothing was sent" in " ".join(done.stdout.split())
    assert changing(busy) == []
    assert command.journals() == []


@EACH_AGREED
@pytest.mark.parametrize("answer", ["y\n", "yes\n", "Y\n"], ids=repr)
def test_a_word_at_a_terminal(command: Command, busy: Sandbox, name: str, answer: str) -> None:
    """Y is enough where no data is lost."""
    with on_terminal(command, *AGREED[name].split(), piped={"stdout"}) as terminal:
        terminal.read_until("Go on? [y/N] ")
        terminal.type(answer)
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert sent(busy) == [REQUESTS[name][1]]


QUESTIONS = {
    "delete": (
        "This would delete shop/logical_databases/legacy:\n"
        "  this deletes data for good\n"
        "Type 'legacy' to go on: "
    ),
    "reset": (
        "This would reset logical database 'legacy' of shop:\n"
        "  all data in 'legacy' is deleted for good; the database itself stays\n"
        "Type 'legacy' to go on: "
    ),
    "restore": (
        f"This would restore billing to {MOMENT}:\n"
        f"  everything written after {MOMENT} is lost\n"
        f"  no earlier point than {MOMENT} can be restored afterwards\n"
        "  the recovery window now is from 2026-01-01T00:00:00Z to 2026-01-08T12:30:00Z\n"
        "Type 'billing' to go on: "
    ),
    "terminate": (
        "This would terminate the session of pid 2000 on billing:\n"
        "  reporting runs 'SELECT * FROM orders o JOIN lines l ON l.order_id = o.id'\n"
        "  its connection is cut, and its transaction rolled back\n"
        "Go on? [y/N] "
    ),
    "stats reset": (
        "This would reset the query statistics of billing:\n"
        "  what was counted of 2 statements is forgotten\n"
        "Go on? [y/N] "
    ),
    "upgrade": (
        "This would upgrade shop from 8.0.35-1 to 8.0.36-1:\n"
        "  the database restarts, an upgrade can take long, and there is no way back\n"
        "Go on? [y/N] "
    ),
    "mode": (
        "This would update shop/sql_mode:\n"
        "  modes  - STRICT_TRANS_TABLES\n"
        "  this takes protection away\n"
        "Go on? [y/N] "
    ),
    "backups": (
        WARNINGS["backups"] + "This would update billing/backups:\n"
        "  enabled  true → false\n"
        "  this takes protection away\n"
        "Go on? [y/N] "
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_says_what_is_at_stake(command: Command, busy: Sandbox, name: str) -> None:
    """Word by word; an empty answer is no."""
    line = NAMED[name][0] if name in NAMED else AGREED[name]
    with on_terminal(command.in_environment(TERM="dumb"), *line.split()) as terminal:
        terminal.read_until("to go on: " if name in NAMED else "[y/N] ")
        assert terminal.shown.replace("\r\n", "\n") == QUESTIONS[name]
        terminal.type("\n")
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert changing(busy) == []


def test_what_is_ordered_is_judged_again_after_the_question(
    command: Command, busy: Sandbox
) -> None:
    """A backup that is gone by then is none."""
    line, due = NAMED["reset"]
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        terminal.read_until(f"Type {due!r} to go on: ")
        busy.change("ad-shop", stored_backups=[])
        terminal.type(f"{due}\n")
        done = terminal.finish()
    assert done.status == 3, str(done)
    assert "[G105]" in done.stdout
    assert changing(busy) == []


@pytest.mark.parametrize("answer", ["\x04", "yess\n"], ids=repr)
def test_no_word_at_a_terminal(command: Command, busy: Sandbox, answer: str) -> None:
    """Anything else is no."""
    with on_terminal(command, *AGREED["mode"].split(), piped={"stdout"}) as terminal:
        terminal.read_until("Go on? [y/N] ")
        terminal.type(answer)
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert changing(busy) == []


@pytest.mark.parametrize("name", ["reset", "delete", "upgrade", "mode"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_at_the_question_ends_it(
    command: Command, busy: Sandbox, name: str, number: signal.Signals, status: int
) -> None:
    """Ctrl-C is an answer, and it is no."""
    line = NAMED[name][0] if name in NAMED else AGREED[name]
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        terminal.read_until("to go on: " if name in NAMED else "[y/N] ")
        terminal.process.send_signal(number)
        until(lambda: terminal.process.poll() is not None, "the run ends")
        done = terminal.finish()
    assert done.status == status, str(done)
    assert changing(busy) == []


@pytest.mark.parametrize("piped", ["stdin", "stderr"])
def test_half_a_terminal_is_none(command: Command, busy: Sandbox, piped: str) -> None:
    """The question or its answer would be lost."""
    for line in (NAMED["reset"][0], AGREED["upgrade"]):
        with on_terminal(command, *line.split(), piped={piped}) as terminal:
            assert terminal.finish().status == 64
    assert busy.requests()["requests"] == []
