"""Upgrades that lead elsewhere: an upgrade takes no target, so only the live version proves it."""

from __future__ import annotations

import pytest
from e2e.busy import BILLING, spec
from e2e.command import Command, journal_entries, live
from e2e.schemas import JSON, fits, sent

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

MINOR, MAJOR, BEFORE = "16.6.0-1", "17.2.0-1", "16.4.0-1"
APPLY = ("apply", "--yes", "--allow", "disruptive", *JSON)
ONE_OFF = ("upgrade", "billing", "--yes", *JSON)


def upgrading(rule: str) -> str:
    """A spec that wants another version."""
    return spec("billing", "billing-api", BILLING, "postgresql", f'engine_version: "{rule}"\n')


def offer(sandbox: Sandbox, version: str) -> None:
    """What comes after the live version."""
    sandbox.change(BILLING, next_version=version)


def offer_later(sandbox: Sandbox, version: str) -> None:
    """What comes after the live version, from just before the upgrade is begun."""
    match = {"method": "POST", "path": f"/api/databases/{BILLING}/upgrade"}
    change = {"next_version": version}
    sandbox.fault("outside-write", match=match, database=BILLING, change=change, when="before")


def results(command: Command) -> list[str]:
    """What the journal of the only run tells of its end."""
    (journal,) = command.journals()
    told = (one for one in journal_entries(journal) if one["event"] in {"finished", "settled"})
    return [str(one["result"]) for one in told]


@pytest.mark.parametrize("elsewhere", ["16.8.0-1", MAJOR], ids=["a minor", "a major"])
@pytest.mark.parametrize("rule", [">=16.5", "latest-minor", "16.6"])
def test_an_apply_that_leads_elsewhere_failed(
    command: Command, busy: Sandbox, rule: str, elsewhere: str
) -> None:
    """4, and recorded as what it is: the second read sees the version, with no request more."""
    offer(busy, MINOR)
    offer_later(busy, elsewhere)
    command.write(upgrading(rule))
    document = fits(command(*APPLY, status=4))
    (outcome,) = document["outcomes"]
    assert outcome["result"] == "failed"
    assert outcome["message"] == (
        f"read again: the provider went to {elsewhere}, planned was {MINOR}"
    )
    assert live(busy, BILLING)["version"] == elsewhere
    assert results(command) == ["done", "failed"]


@pytest.mark.parametrize("elsewhere", ["16.8.0-1", MAJOR], ids=["a minor", "a major"])
def test_a_one_off_upgrade_that_leads_elsewhere_failed(
    command: Command, busy: Sandbox, elsewhere: str
) -> None:
    """4 as well: the resource is read once after the end of the operation."""
    offer(busy, MINOR)
    offer_later(busy, elsewhere)
    command.write(upgrading("16.4"))
    document = fits(command(*ONE_OFF, status=4))
    assert document["result"] == "failed"
    assert document["message"] == f"the provider went to {elsewhere}, planned was {MINOR}"
    assert results(command) == ["failed"]


@pytest.mark.parametrize(("line", "reads"), [(APPLY, 2), (ONE_OFF, 1)], ids=["apply", "one-off"])
def test_a_live_version_counts_more_than_a_failed_operation(
    command: Command, busy: Sandbox, line: tuple[str, ...], reads: int
) -> None:
    """0: nothing is left to do, and a second run says the same; the failure is shown."""
    offer(busy, MINOR)
    busy.change(BILLING, failing_operations="disk full")
    match = {"method": "GET", "path": f"/api/databases/{BILLING}"}
    change = {"version": MINOR}
    busy.fault(
        "outside-write", match=match, database=BILLING, change=change, when="before", after=reads
    )
    command.write(upgrading(">=16.5"))
    document = fits(command(*line, status=0))
    (outcome,) = document.get("outcomes", [document])
    assert outcome["result"] == "done"
    assert outcome["message"].startswith("read again: it was done, although operation '")
    assert outcome["message"].endswith("' ended in an error: disk full")
    assert results(command)[-1] == "done"


@pytest.mark.parametrize("name", ["billing", f"billing-api/{BILLING}"])
def test_a_one_off_upgrade_past_an_exact_version_warns(
    command: Command, busy: Sandbox, name: str
) -> None:
    """With the line of the spec that names the version, whichever way the database is named."""
    offer(busy, MINOR)
    command.write(upgrading(BEFORE))
    (path,) = (command.directory / "specs").iterdir()
    lines = path.read_text(encoding="utf-8").splitlines()
    number = lines.index(f'engine_version: "{BEFORE}"') + 1
    place = f"specs/{path.name}:{number}"
    done = command("upgrade", name, "--yes", status=0)
    assert f"warning: {place}: the spec of {name!r} asks for '{BEFORE}'" in done.stderr
    assert f"after an upgrade to {MINOR} every plan shows it as blocked" in done.stderr
    command.write(upgrading("latest-minor"))
    offer(busy, "16.8.0-1")
    assert "warning: specs" not in command("upgrade", name, "--yes", status=0).stderr


def test_at_the_newest_version_nothing_is_to_be_done(command: Command, busy: Sandbox) -> None:
    """0, as for an apply that has nothing to do; a dry run says the same."""
    busy.change(BILLING, next_version=None)
    for arguments in (ONE_OFF, ("upgrade", "billing", "--dry-run", *JSON)):
        document = fits(command(*arguments, status=0))
        assert document["result"] == "already done"
        assert document["message"] == f"'billing' is at the newest version, {BEFORE}"
    assert sent(busy) == []


def test_the_version_is_read_once_after_the_operation(command: Command, busy: Sandbox) -> None:
    """A one-off upgrade reads the resource before it and after it; the result is the planned one."""
    offer(busy, MINOR)
    command.write(upgrading("16.4"))
    busy.clear()
    assert fits(command(*ONE_OFF, status=0))["result"] == "done"
    paths = [(one["method"], one["path"]) for one in busy.requests()["requests"]]
    assert paths.count(("GET", f"/api/databases/{BILLING}")) == 2
    assert results(command) == ["done"]


@pytest.mark.parametrize("following", [None, "17.0.0-1"], ids=["none", "a major"])
def test_a_step_that_is_no_longer_offered_is_not_done_already(
    command: Command, busy: Sandbox, following: str | None
) -> None:
    """The old version is live: the saved step is stale, 2, and nothing is sent."""
    offer(busy, MINOR)
    command.write(upgrading("latest-minor"))
    command("plan", "--out", "saved.plan.json", status=0)
    busy.change(BILLING, next_version=following)
    document = fits(command(*APPLY, "--plan", "saved.plan.json", status=2))
    (outcome,) = document["outcomes"]
    assert (outcome["result"], live(busy, BILLING)["version"]) == ("stale", BEFORE)
    assert sent(busy) == []
