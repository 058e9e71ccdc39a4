"""Somebody else is at work, or time goes by, between what is read and what is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from covered.faults import CHANGES
from covered.stages import applied, stages, wanted_of
from e2e.command import Command, changing, effects, logical
from e2e.fleet import (
    BACKUPS,
    FLEET,
    IOT,
    IOT_ADDON,
    SHOP,
    SHOP_ADDON,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)
from e2e.plan_file import APPLY, FILE, edit, saved
from e2e.schemas import JSON, fits
from unit.api.loopback import NOW, PlainClock

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

CREATE, PATCH, MODE, POLICY = CHANGES
UNDONE: Mapping[str, Mapping[str, Any]] = {
    CREATE: {"logical_databases": [{"name": "shop", "protected": True}]},
    PATCH: {"backups": {"enabled": True, "hours": [14]}},
    MODE: {"sql_mode": "NO_ENGINE_SUBSTITUTION"},
    POLICY: {"retention_policies": None},
}
"""What somebody would write who wants it as it was."""
DONE: Mapping[str, Mapping[str, Any]] = {
    CREATE: {"logical_databases": [{"name": "shop", "protected": True}, {"name": "audit"}]},
    PATCH: {"backups": {"enabled": True, "hours": [3]}},
    MODE: {"sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"},
    POLICY: {
        "retention_policies": [
            {"name": "autogen", "duration": "0s"},
            {"name": "30-days", "duration": "720h0m0s", "default": True},
        ]
    },
}
"""What somebody would write who wants the same."""
EXISTS = "the provider refused it: \"Error 1007: cannot create the database 'audit': it exists\""


def _outside(sandbox: Sandbox, what: str, change: Mapping[str, Any], when: str) -> str:
    """Ask for an outside write at one of the changes; give the address of that one."""
    match, address = CHANGES[what]
    addon = IOT_ADDON if what == POLICY else SHOP_ADDON
    sandbox.fault("outside-write", match=match, database=addon, change=dict(change), when=when)
    return address


def _made(sandbox: Sandbox, what: str) -> int:
    """How often a change of ours took effect."""
    match, _address = CHANGES[what]
    return Counter(effects(sandbox))[match.get("method", "POST"), match.get("action_name")]


_TOLD = {CREATE: ("already done", f"read again: it is so, by another hand; {CREATE}: {EXISTS}")}
"""What is said of a change that the provider refuses where it was made before."""


@pytest.mark.parametrize("what", CHANGES)
def test_somebody_was_quicker(sandbox: Sandbox, tmp_path: Path, what: str) -> None:
    """The change finds itself made: nothing is made twice, and the next run has the rest."""
    wanted = wanted_of(tmp_path, SHOP, IOT)
    address = _outside(sandbox, what, DONE[what], "before")
    with stages(sandbox, tmp_path, PlainClock()) as live:
        first = applied(live, wanted, "first")[address]
        assert (first.result.value, first.message) == _TOLD.get(what, ("done", ""))
        assert address not in applied(live, wanted, "second")
        assert live.plan(wanted).actions == ()
    assert _made(sandbox, what) == 0
    assert [_made(sandbox, other) for other in CHANGES if other != what] == [1, 1, 1]


@pytest.mark.parametrize("what", CHANGES)
def test_somebody_undoes_it(sandbox: Sandbox, tmp_path: Path, what: str) -> None:
    """It was done and is due again: the second reading tells it, and only it."""
    wanted = wanted_of(tmp_path, SHOP, IOT)
    address = _outside(sandbox, what, UNDONE[what], "after")
    with stages(sandbox, tmp_path, PlainClock()) as live:
        first = applied(live, wanted, "first")
        assert {outcome.result.value for outcome in first.values()} == {"done"}
        assert [str(action.address) for action in live.plan(wanted).actions] == [address]
        assert set(applied(live, wanted, "second")) == {address}
        assert live.plan(wanted).actions == ()
    assert [_made(sandbox, other) for other in CHANGES] == [1 + (one == what) for one in CHANGES]


def test_somebody_deletes_it_first(command: Command, sandbox: Sandbox) -> None:
    """It is looked at just before: gone is what it was to be, and nothing is sent."""
    command.write(SHOP_WITHOUT_LEGACY)
    sandbox.fault(
        "outside-write",
        match={"method": "PATCH"},
        database=SHOP_ADDON,
        change=UNDONE[CREATE],
        when="after",
    )
    allow = ("--allow", "lossy=shop/logical_databases/legacy")
    done = command("apply", "--yes", *allow, status=0)
    assert "already done: nothing was sent" in done.stdout
    assert effects(sandbox) == [("PATCH", None)]
    assert logical(sandbox, SHOP_ADDON) == {"shop"}
    command("apply", "--yes", *allow, status=0)


WINDOW = "maintenance_window: {weekday: sunday, hour: 4}\n"


@pytest.mark.parametrize(
    ("first", "change", "told"),
    [
        (
            "PATCH",
            {"maintenance_window": {"weekday_utc": 2, "starting_hour_utc": 9}},
            "meanwhile 'shop/maintenance_window' was changed by another: hour is 9, not 21",
        ),
        ("PATCH", {"sql_mode": "ANSI_QUOTES"}, ""),
    ],
)
def test_an_answer_shows_what_somebody_else_changed(
    command: Command, sandbox: Sandbox, first: str, change: Mapping[str, Any], told: str
) -> None:
    """The next action looks again, and what is not as it was planned is not overwritten."""
    command.write(f"{SHOP_HEAD}{BACKUPS}{WINDOW}")
    sandbox.fault(
        "outside-write", match={"method": first}, database=SHOP_ADDON, change=dict(change)
    )
    document = fits(command("apply", "--yes", *JSON, status=2 if told else 0))
    backups, window = document["outcomes"]
    assert (backups["result"], window["result"]) == ("done", "stale" if told else "done")
    assert backups["message"] == told
    assert len(effects(sandbox)) == (1 if told else 2)
    command("apply", "--yes", status=0)


REPLACED = {"created_at": "2026-02-05T15:38:14.343+01:00"}
"""What differs in a database that has the addon id and the resource id of another."""


def test_somebody_replaces_the_database(command: Command, sandbox: Sandbox) -> None:
    """Under the same ids, between the plan and the look before the first action."""
    command.write(SHOP)
    sandbox.fault(
        "outside-write",
        match={"action_name": "get-sqlmode"},
        database=SHOP_ADDON,
        change=REPLACED,
        when="after",
    )
    done = command("apply", "--yes", status=2)
    assert "it was planned for creation time '2025-02-05T14:38:14.343000+00:00'" in done.stdout
    assert changing(sandbox) == []
    command("apply", "--yes", status=0)


def test_somebody_replaces_the_database_after_the_plan(command: Command, sandbox: Sandbox) -> None:
    """A saved plan changes the database that it was made for, and no other."""
    command.write(SHOP)
    command("plan", "--out", FILE, status=0)
    created = saved(command)["body"]["databases"][0]["target"]["created_at"]
    assert created == "2025-02-05T14:38:14.343000+00:00"
    sandbox.change(SHOP_ADDON, **REPLACED)
    refused = command(*APPLY, status=2)
    assert "it was planned for creation time" in refused.stdout
    edit(command, lambda document: set_created(document, "2026-02-05T15:38:14.343+01:00"))
    assert "is not a time in UTC" in command(*APPLY, status=65).stderr
    assert changing(sandbox) == []
    edit(command, lambda document: set_created(document, None))
    command(*APPLY, status=0)
    assert effects(sandbox)


def set_created(document: dict[str, Any], created: str | None) -> None:
    """Edit when a database was created; None: the provider did not say."""
    document["body"]["databases"][0]["target"]["created_at"] = created


@pytest.mark.parametrize("hours", [0.5, 0.95, 2, 30])
def test_a_person_who_thinks_for_long_loses_nothing(tmp_path: Path, hours: float) -> None:
    """Tokens that have ended meanwhile are asked for anew, before the first change and unseen."""
    clock = PlainClock(NOW)
    wanted = wanted_of(tmp_path, SHOP, IOT)
    with running(FLEET, now=clock.now) as sandbox, stages(sandbox, tmp_path, clock) as live:
        plan = live.plan(wanted)
        sandbox.clear()
        clock.go_on(hours * 3600)
        outcomes = live.apply(plan, "late")
        log = sandbox.requests()
    assert {outcome.result.value for outcome in outcomes} == {"done"}
    assert {one["status"] for one in log["requests"]} == {200}
    ended = hours > 0.9
    assert log["counts"] == {"auth": int(ended), "api": 2 * ended, "database": 5 + 4}


def test_the_provider_begins_to_work_on_it(command: Command, sandbox: Sandbox) -> None:
    """A database that is busy when it is read is pending, and left alone."""
    command.write(SHOP, IOT)
    sandbox.fault(
        "outside-write",
        match={"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"},
        database=SHOP_ADDON,
        change={"status": "updating"},
    )
    done = command("apply", "--yes", status=0)
    assert "updating" in done.stdout
    assert [name for _method, _path, name in changing(sandbox)] == ["add-retention-policy"]


def test_tokens_that_end_before_their_time_are_replaced_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Every token is refused in the midst of an apply: two renewals, and each change made once."""
    wanted = wanted_of(tmp_path, SHOP, IOT)
    with stages(sandbox, tmp_path, PlainClock()) as live:
        plan = live.plan(wanted)
        sandbox.clear()
        for path in (f"*/{SHOP_ADDON}/action", f"*/{IOT_ADDON}/action", "*/token"):
            sandbox.fault("status", status=401, match={"path": path})
        outcomes = live.apply(plan, "revoked")
    assert {outcome.result.value for outcome in outcomes} == {"done"}
    assert [_made(sandbox, what) for what in CHANGES] == [1, 1, 1, 1]
    assert sandbox.requests()["counts"] == {"auth": 1, "api": 3, "database": 5 + 4 + 2}
