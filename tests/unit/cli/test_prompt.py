"""The questions of apply: what is affected is named, and only the exact word is yes."""

from __future__ import annotations

import os
import pty
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from attrs import evolve
from builders import desired, observed, removal
from unit.cli.streams import process, said

from reconcile.apply.allowance import Allow, Allowance
from reconcile.cli.apply import ask
from reconcile.cli.terminal import Terminal
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.change import Risk
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Proposal
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan

ATTENDED = Allowance(attended=True)


def proposed(*, lost: int = 1, protect: bool = False, name: str = "old") -> Proposal:
    """Two databases: one creates, one turns backups off and deletes as many as said."""
    gone = [name if index == 0 else f"{name}-{index:02}" for index in range(lost)]
    specs = [
        desired(
            {
                "logical_databases": LogicalDatabases(
                    present=(LogicalDatabase(name="new"), LogicalDatabase(name="newer"))
                )
            },
            handle="harmless",
        ),
        desired(
            {
                "backups": Backups(enabled=False),
                "logical_databases": LogicalDatabases(absent=tuple(map(removal, gone))),
            },
            handle="shop",
            protect=protect,
        ),
    ]
    states = {
        "harmless": observed({"logical_databases": {}}, handle="harmless"),
        "shop": observed(
            {
                "backups": {ITSELF: {"enabled": True, "hours": ()}},
                "logical_databases": {name: {} for name in gone},
            }
        ),
    }
    return review(build_plan(specs, states), Context(now=datetime(2026, 11, 23, tzinfo=UTC)))


def asked(
    answers: str, proposal: Proposal, allowance: Allowance = ATTENDED
) -> tuple[set[str] | None, str]:
    """The risks that are allowed after the questions, None where nothing is; and what was shown."""
    at_terminal = process(answers)
    allowed = ask(proposal, allowance, at_terminal)
    risks = None if allowed is None else {one.risk.value for one in allowed.allows}
    return risks, said(at_terminal)


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ("weakens\nlossy\n", {"weakens", "lossy"}),
        ("weakens\n\n", {"weakens"}),
        ("no\nlossy\n", {"lossy"}),
        ("yes\nyes\n", set()),
        ("y\ny\n", set()),
        ("WEAKENS\nLossy\n", set()),
        ("lossy\nweakens\n", set()),
        ("  weakens \n\tlossy\n", {"weakens", "lossy"}),
        ("weaken\nlossy=shop/logical_databases/old\n", set()),
    ],
)
def test_only_the_name_of_the_risk_allows_it(answers: str, allowed: set[str]) -> None:
    """Another word is no: what it is about is left out, and the rest is still asked about."""
    assert asked(f"{answers}yes\n", proposed())[0] == allowed


@pytest.mark.parametrize("answers", ["", "weakens", "weakens\n", "weakens\nlossy\n", "\n\n"])
def test_the_end_of_input_is_no(answers: str) -> None:
    """Nothing is allowed by an answer that does not come, whatever was allowed before."""
    allowed, shown = asked(answers, proposed())
    assert allowed is None
    assert shown.endswith("Only 'yes' is taken: \n")


def test_the_next_line_begins_at_its_start_after_the_end_of_input() -> None:
    """Nobody's Enter has ended the line of the question."""
    _, shown = asked("", proposed())
    assert shown.count("leaves it out: \n") == 2


def test_what_is_at_stake_is_named() -> None:
    """How many actions, what they cost, and which."""
    _, shown = asked("\n\n\n", proposed(lost=2))
    assert shown == (
        "1 weakens action: this takes protection away.\n"
        "  shop/backups\n"
        "Type 'weakens' to allow it, anything else leaves it out: "
        "2 lossy actions: this deletes data for good.\n"
        "  shop/logical_databases/old\n"
        "  shop/logical_databases/old-01\n"
        "Type 'lossy' to allow it, anything else leaves it out: "
        "Apply 2 actions to 1 database? Only 'yes' is taken: "
    )


def test_many_are_counted() -> None:
    """Ten are named, the others counted."""
    _, shown = asked("", proposed(lost=13))
    assert "13 lossy actions" in shown
    assert shown.count("  shop/logical_databases/") == 10
    assert "\n  and 3 more\n" in shown


def test_exactly_ten_are_named() -> None:
    """Nothing is counted that was named."""
    _, shown = asked("", proposed(lost=10))
    assert shown.count("  shop/logical_databases/") == 10
    assert "more" not in shown


def test_what_is_allowed_already_is_not_asked() -> None:
    """Neither as a whole nor for its address."""
    given = Allowance(
        allows=(Allow.parse("weakens"), Allow.parse("lossy=shop/logical_databases/old")),
        attended=True,
    )
    allowed, shown = asked("yes\n", proposed(), given)
    assert shown == "Apply 4 actions to 2 databases? Only 'yes' is taken: "
    assert allowed == {"weakens", "lossy"}


def test_only_what_is_not_allowed_yet_is_named() -> None:
    """An address that was allowed is not asked for again."""
    given = Allowance(allows=(Allow.parse("lossy=shop/logical_databases/old"),), attended=True)
    _, shown = asked("", proposed(lost=2), given)
    assert "1 lossy action:" in shown
    assert "  shop/logical_databases/old-01\n" in shown
    assert "  shop/logical_databases/old\n" not in shown


def test_what_a_guard_refuses_is_not_asked() -> None:
    """No answer overrides a guard."""
    _, shown = asked("weakens\nlossy\n", proposed(protect=True))
    assert "weakens" in shown
    assert "lossy" not in shown


def test_names_steer_no_terminal() -> None:
    """They are shown as escapes."""
    _, shown = asked("", proposed(name="a\x1b[2J\n\u202eb"))
    assert "  shop/logical_databases/a\\x1b[2J\\n\\u202eb\n" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        ("yes\n", True),
        (" yes \n", True),
        ("yes", True),
        ("y\n", False),
        ("Yes\n", False),
        ("YES\n", False),
        ("yes please\n", False),
        ("no\n", False),
        ("\nyes\n", False),
        ("", False),
    ],
)
def test_only_yes_begins(answer: str, begins: bool) -> None:
    """Another word is no, and so is the end of input."""
    allowed, shown = asked(f"\n\n{answer}", proposed())
    assert allowed == (set() if begins else None)
    assert shown.count("Apply 2 actions to 1 database?") == 1


def test_nothing_is_asked_after_a_signal() -> None:
    """It came while the plan was made: there is nothing to begin."""
    at_terminal = process("weakens\nlossy\nyes\n")
    at_terminal.interruption.stop.set()
    assert ask(proposed(), ATTENDED, at_terminal) is None
    assert said(at_terminal) == ""


def test_each_question_takes_one_line() -> None:
    """What is typed after it."""
    with _typing("weakens", "lossy", "yes") as (at_terminal, _):
        allowed = ask(proposed(), ATTENDED, at_terminal)
    assert allowed is not None
    assert [one.risk.value for one in allowed.allows] == ["weakens", "lossy"]


def test_what_was_typed_before_a_question_is_no_answer() -> None:
    """Neither before the first one nor together with the answer of another."""
    with _typing("weakens\nlossy\nyes", "no", "no") as (at_terminal, master):
        os.write(master, b"weakens\nlossy\nyes\n")
        assert ask(proposed(), ATTENDED, at_terminal) is None
    with _typing("weakens\nlossy\nyes", "no", "yes") as (at_terminal, _):
        allowed = ask(proposed(), ATTENDED, at_terminal)
    assert allowed is not None
    assert [one.risk.value for one in allowed.allows] == ["weakens"]


def test_ctrl_d_is_no() -> None:
    """On a real terminal the end of input is a key, and what follows it is not read."""
    with _typing("\x04", "\x04", "\x04yes", ends="") as (at_terminal, _):
        assert ask(proposed(), ATTENDED, at_terminal) is None


def _wait_for(at_terminal: Terminal, question: int) -> bool:
    """Wait until that question is asked; false where it never is."""
    for _ in range(500):
        if said(at_terminal).count(": ") == said(at_terminal).count("action: ") + question:
            return True
        time.sleep(0.01)
    return False


@contextmanager
def _typing(*answers: str, ends: str = "\n") -> Iterator[tuple[Terminal, int]]:
    """A process with a real terminal, at which each question gets its answer; and its other side."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "r") as stdin:
        at_terminal = process(stdin=stdin)

        def answer_all() -> None:
            for number, text in enumerate(answers, 1):
                if _wait_for(at_terminal, number):
                    os.write(master, f"{text}{ends}".encode())

        typist = threading.Thread(target=answer_all, daemon=True)
        typist.start()
        yield at_terminal, master
        typist.join()
    os.close(master)


@pytest.mark.parametrize(
    ("allows", "protect", "words"),
    [
        ((), False, "2 actions to 1 database"),
        (("weakens",), False, "3 actions to 2 databases"),
        (("weakens", "lossy"), False, "4 actions to 2 databases"),
        (("weakens", "lossy"), True, "3 actions to 2 databases"),
    ],
)
def test_only_what_will_run_is_counted(allows: tuple[str, ...], protect: bool, words: str) -> None:
    """Neither what is not allowed nor what a guard refuses."""
    allowance = Allowance(allows=tuple(map(Allow.parse, allows)), attended=True)
    _, shown = asked("\n\n\n", proposed(protect=protect), allowance)
    assert shown.endswith(f"Apply {words}? Only 'yes' is taken: ")


def test_nothing_is_asked_where_nothing_may_run() -> None:
    """`Apply 0 actions?` is no question."""
    spec = desired({"backups": Backups(enabled=False)})
    live = observed({"backups": {ITSELF: {"enabled": True, "hours": ()}}})
    proposal = Proposal(plan=build_plan([spec], {"shop": live}))
    for answers in ("no\nyes\n", "no\n"):
        allowed, shown = asked(answers, proposal)
        assert allowed == set()
        assert "Apply" not in shown


def test_nothing_is_asked_where_the_whole_run_is_refused() -> None:
    """No answer overrides a guard; that nothing may run is told by the report, not by a question."""
    finding = Finding(code="G900", message="too much at once")
    allowed, shown = asked("weakens\nlossy\nyes\n", evolve(proposed(), findings=(finding,)))
    assert allowed == set()
    assert shown == ""


def test_a_warning_keeps_no_question_back() -> None:
    """It refuses nothing."""
    finding = Finding(code="G900", message="odd", severity=Severity.WARNING)
    allowed, shown = asked("weakens\nlossy\nyes\n", evolve(proposed(), findings=(finding,)))
    assert allowed == {"weakens", "lossy"}
    assert "Apply 4 actions to 2 databases?" in shown


def test_every_risk_but_safe_is_asked_about() -> None:
    """In the order of their weight."""
    _, shown = asked("", proposed())
    assert [risk.value for risk in Risk if f"Type {risk.value!r}" in shown] == ["weakens", "lossy"]
    assert shown.index("weakens") < shown.index("lossy")
