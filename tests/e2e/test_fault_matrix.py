"""Whatever goes wrong with whichever request: no effect is lost or doubled, and it is said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from covered.faults import CHANGES, LIMITED, TROUBLES, Trouble
from covered.stages import applied, stages, wanted_of
from e2e.command import Command, effects
from e2e.fleet import IOT, SHOP, SHOP_ADDON
from unit.api.loopback import PlainClock

from reconcile.model.state import Desired, Observed, Unknown
from reconcile.observe.observer import observe
from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

ONCE = Counter(
    {
        ("POST", "create-database"): 1,
        ("PATCH", None): 1,
        ("POST", "set-sqlmode"): 1,
        ("POST", "add-retention-policy"): 1,
    }
)
"""The effects of the two specs."""
RESOURCE = f"/api/databases/{SHOP_ADDON}"
ALL = (LIMITED, *TROUBLES)


@pytest.fixture
def wanted(tmp_path: Path) -> tuple[Desired, ...]:
    """The two specs as they are read."""
    return wanted_of(tmp_path, SHOP, IOT)


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("trouble", ALL, ids=lambda trouble: trouble.name)
def test_a_change_is_made_once_whatever_it_meets(
    sandbox: Sandbox, wanted: tuple[Desired, ...], tmp_path: Path, trouble: Trouble, what: str
) -> None:
    """The first run says what became of it, the second does what is left and no more."""
    match, address = CHANGES[what]
    sandbox.fault(trouble.kind, match=match, **trouble.details)
    with stages(sandbox, tmp_path, PlainClock()) as live:
        met = applied(live, wanted, "first")[address]
        assert (met.result.value, met.message) == (trouble.result, trouble.message(what))
        method, name = match.get("method", "POST"), match.get("action_name")
        assert Counter(effects(sandbox))[method, name] == trouble.effect
        again = applied(live, wanted, "second")
        assert {outcome.result.value for outcome in again.values()} <= {"done"}
        assert (address in again) == (not trouble.effect)
        assert live.plan(wanted).actions == ()
    assert Counter(effects(sandbox)) == ONCE


@pytest.mark.parametrize("trouble", ALL, ids=lambda trouble: trouble.name)
def test_a_read_that_fails_for_good_says_why(
    sandbox: Sandbox, wanted: tuple[Desired, ...], tmp_path: Path, trouble: Trouble
) -> None:
    """The request, the status, the first words, after as many tries as make sense."""
    sandbox.fault(trouble.kind, times=None, match={"path": RESOURCE}, **trouble.details)
    with stages(sandbox, tmp_path, PlainClock()) as live:
        observed = observe(wanted, live.connection.reads)
    assert isinstance(observed["telemetry"], Observed)
    if trouble.at_last:
        said = trouble.at_last.format(sandbox.url)
        assert observed["shop"] == Unknown(
            reason=f"GET {RESOURCE}: {said}", unauthenticated=trouble.name in {"401", "403"}
        )
    else:
        assert isinstance(observed["shop"], Observed)
    paths = [one["path"] for one in sandbox.requests()["requests"]]
    assert paths.count(RESOURCE) == trouble.tries


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_the_command_goes_through_all_of_it(
    command: Command, sandbox: Sandbox, trouble: Trouble
) -> None:
    """Plan, apply, apply again: status, words, and in the end each effect once."""
    command = command.in_environment(RECONCILE_TOKEN_CACHE="on")
    command.write(SHOP, IOT)
    sandbox.fault(trouble.kind, match={"path": RESOURCE}, **trouble.details)
    planned = command("plan", "-v", status=1 if trouble.unread else 0)
    assert f"GET {RESOURCE}: {trouble.unread}" in planned.stdout or not trouble.unread
    assert ("1 retry" in planned.stderr) == (trouble.tries > 1)
    for name in ("create-database", "add-retention-policy"):
        sandbox.fault(trouble.kind, match={"action_name": name}, **trouble.details)
    reports = ("--report", "json=run.json", "--report", "text=run.txt")
    first = command("apply", "--yes", "-v", *reports, status=trouble.applied)
    for what in ("create-database of ad-shop", "add-retention-policy of ad-iot"):
        assert trouble.message(what) in first.stdout
    command("apply", "--yes", "-v", "--format", "json", status=0)
    assert Counter(effects(sandbox)) == ONCE
    # The fixture looks for all of these in streams, reports and journals.
    assert len(command.tokens) >= 3
    assert len(command.journals()) == 1 + (first.status != 0)
