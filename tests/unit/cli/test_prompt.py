"""The questions of apply: what is at stake is named, and only the exact word is yes."""

from __future__ import annotations

import os
import pty
import signal
import threading
from contextlib import suppress
from datetime import date

import pytest
from builders import desired, observed, removal
from unit.cli.streams import said, world

from reconcile.apply.allowance import Allow, Allowance
from reconcile.cli.prompt import ask_risks, ask_to_begin
from reconcile.cli.world import interruptible
from reconcile.errors import ExitStatus
from reconcile.guard.context import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.change import Risk
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
    return review(build_plan(specs, states), Context(today=date(2026, 11, 23)))


def asked(
    answers: str, proposal: Proposal, allowance: Allowance = ATTENDED
) -> tuple[set[str], str]:
    """The risks that are allowed after the questions, and what was shown."""
    at_terminal = world(answers)
    allowed = ask_risks(proposal, allowance, at_terminal)
    return {one.risk.value for one in allowed.allows}, said(at_terminal)


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
        ("weakens", {"weakens"}),
        ("", set()),
    ],
)
def test_only_the_name_of_the_risk_allows_it(answers: str, allowed: set[str]) -> None:
    """Another word is no, and so is the end of input."""
    assert asked(answers, proposed())[0] == allowed


def test_what_is_at_stake_is_named() -> None:
    """How many actions, what they cost, and which."""
    _, shown = asked("", proposed(lost=2))
    assert shown == (
        "1 weakens action: this takes protection away.\n"
        "  shop/backups\n"
        "Type 'weakens' to allow it, anything else leaves it out: "
        "2 lossy actions: this deletes data for good.\n"
        "  shop/logical_databases/old\n"
        "  shop/logical_databases/old-01\n"
        "Type 'lossy' to allow it, anything else leaves it out: "
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
    allowed, shown = asked("", proposed(), given)
    assert shown == ""
    assert allowed == {"weakens", "lossy"}


def test_only_what_is_not_allowed_yet_is_named() -> None:
    """An address that was allowed is not at stake again."""
    given = Allowance(allows=(Allow.parse("lossy=shop/logical_databases/old"),), attended=True)
    _, shown = asked("", proposed(lost=2), given)
    assert "1 lossy action:" in shown
    assert "  shop/logical_databases/old-01\n" in shown
    assert "  shop/logical_databases/old\n" not in shown


def test_what_a_guard_refuses_is_not_asked() -> None:
    """No answer lifts a guard."""
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
    assert ask_to_begin(proposed(), ATTENDED, world(answer)) is begins


def test_ctrl_c_is_no() -> None:
    """At a question there is nothing to finish: the first one ends it, and a late yes is too late."""
    master, slave = pty.openpty()
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    with os.fdopen(slave, "r") as stdin:
        at_terminal = world(stdin=stdin)
        typing = [
            threading.Timer(0.1, signal.pthread_kill, (main_thread, signal.SIGINT)),
            threading.Timer(0.4, os.write, (master, b"yes\n")),
        ]
        for one in typing:
            one.start()
        begins = False
        with interruptible(at_terminal.interruption), suppress(KeyboardInterrupt):
            begins = ask_to_begin(proposed(), ATTENDED, at_terminal)
        for one in typing:
            one.join()
    os.close(master)
    assert not begins
    assert at_terminal.interruption.status is ExitStatus.INTERRUPTED


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
    at_terminal = world("yes\n")
    ask_to_begin(proposed(protect=protect), allowance, at_terminal)
    assert said(at_terminal) == f"Apply {words}? Only 'yes' is taken: "


def test_nothing_is_asked_where_nothing_may_run() -> None:
    """`Apply 0 actions?` is no question."""
    spec = desired({"backups": Backups(enabled=False)})
    live = observed({"backups": {ITSELF: {"enabled": True, "hours": ()}}})
    proposal = Proposal(plan=build_plan([spec], {"shop": live}))
    at_terminal = world("yes\n")
    ask_to_begin(proposal, ATTENDED, at_terminal)
    assert "0 actions" not in said(at_terminal)


def test_every_risk_but_safe_is_asked_about() -> None:
    """In the order of their weight."""
    _, shown = asked("", proposed())
    assert [risk.value for risk in Risk if f"Type {risk.value!r}" in shown] == ["weakens", "lossy"]
    assert shown.index("weakens") < shown.index("lossy")
