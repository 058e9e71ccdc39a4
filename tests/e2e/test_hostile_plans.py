"""Plan files that were edited with their hash made right: none does what the rules refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from e2e.command import Command, backed_up, changing, logical
from e2e.fleet import BILLING, IOT, SHOP, SHOP_ADDON, SHOP_HEAD, SHOP_WITHOUT_LEGACY
from e2e.plan_file import APPLY, FILE, LOSING, edit

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

Document = dict[str, Any]


def change_of(document: Document, address: str) -> Document:
    """The change at an address."""
    (found,) = (one for one in database(document)["items"] if one["address"] == address)
    change: Document = found["change"]
    return change


def without_host(document: Document) -> None:
    """Nothing to compare a host with."""
    database(document)["target"]["hosts"]["database"] = ""


def half_a_character(document: Document) -> None:
    """What no text can hold."""
    database(document)["app"] = "shop\ud800"


def database(document: Document) -> Document:
    """Its first database."""
    found: Document = document["body"]["databases"][0]
    return found


def planned(command: Command, *specs: str) -> None:
    """Save the plan of some specs."""
    command.write(*specs)
    command("plan", "--out", FILE, status=0)


def test_protection_is_not_edited_away(command: Command, sandbox: Sandbox) -> None:
    """Where the file says that its specs are is not where they are."""
    planned(command, SHOP_WITHOUT_LEGACY.replace(SHOP_HEAD, f"{SHOP_HEAD}protect: true\n"))
    command.write(SHOP_WITHOUT_LEGACY, folder=".elsewhere")

    def unprotected(document: Document) -> None:
        database(document)["protect"] = False
        document["envelope"]["scope"]["paths"] = [".elsewhere"]

    edit(command, unprotected)
    refused = command(*LOSING, status=2)
    assert "is protected, and this would lose data [G101]" in refused.stdout
    assert "legacy" in logical(sandbox, SHOP_ADDON)
    (command.directory / "specs").rename(command.directory / ".gone")
    refused = command(*LOSING, status=3)
    assert "[G110]" in refused.stdout
    assert "legacy" in logical(sandbox, SHOP_ADDON)


def test_the_projects_limits_are_not_left_behind(command: Command, sandbox: Sandbox) -> None:
    """A plan that was made under a configuration is not applied without one."""
    backed_up(sandbox, SHOP_ADDON, hours=20)
    (command.directory / "inner").mkdir()
    command.write(SHOP_WITHOUT_LEGACY, folder="inner/specs")
    config = command.directory / "inner" / "reconcile.yaml"
    config.write_text("version: 1\nlimits: {backup_hours: 1}\n", encoding="utf-8")
    command("plan", "inner/specs", "--out", FILE, status=0)
    sandbox.clear()
    refused = command(*LOSING, status=65)
    assert "it was made with 'inner/reconcile.yaml', and no configuration is here" in refused.stderr
    assert sandbox.requests()["requests"] == []
    limited = command(*LOSING, "--specs", "inner/specs", status=2)
    assert "1 h is the most (set at" in limited.stdout
    assert "inner/reconcile.yaml:2:" in limited.stdout
    assert "legacy" in logical(sandbox, SHOP_ADDON)


def connected(dsn: str) -> Callable[[Document], None]:
    """A connection where the specs have none."""

    def change(document: Document) -> None:
        database(document)["target"]["connection"] = {"dsn": dsn, "database": "billing"}

    return change


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://app:hunter2@127.0.0.1/billing", "it is no reference such as ${env:NAME}"),
        ("${env:HOME}", "the file says 'manual_step' where the rules give 'action'"),
    ],
)
def test_a_step_for_a_person_is_not_run_over_a_connection_of_the_file(
    command: Command, sandbox: Sandbox, dsn: str, said: str
) -> None:
    """Neither over a string, which is not shown, nor over one that the environment would give."""
    planned(command, BILLING)
    sandbox.clear()
    edit(command, connected(dsn))
    refused = command(*APPLY, status=65)
    assert said in refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr
    assert sandbox.requests()["requests"] == []


def test_the_root_folder_is_no_place_of_specs(command: Command, sandbox: Sandbox) -> None:
    """What an unsigned file says of places is not read."""
    planned(command, SHOP)

    def everywhere(document: Document) -> None:
        document["envelope"]["scope"]["paths"] = ["/", "/proc/self"]
        document["envelope"]["scope"]["fleet"] = 100_000

    edit(command, everywhere)
    command(*APPLY, status=0)
    assert changing(sandbox)


def test_a_refused_run_asks_nothing(command: Command, sandbox: Sandbox) -> None:
    """Also where an earlier run left something open."""
    planned(command, SHOP)
    sandbox.fault("drop-after", match={"action_name": "create-database"})
    sandbox.fault("status", status=503, times=100, match={"method": "GET"}, after=3)
    command("apply", "--yes")
    sandbox.clear()

    def old(document: Document) -> None:
        document["envelope"] |= {
            "made": "2026-01-01T00:00:00+00:00",
            "expires": "2026-01-02T00:00:00+00:00",
        }

    edit(command, old)
    command(*APPLY, status=3)
    assert sandbox.requests()["requests"] == []


def test_only_what_was_read_is_said_to_be_in_sync(command: Command, sandbox: Sandbox) -> None:
    """A database that was in sync when the plan was made is not judged from memory."""
    quiet = "version: 1\ndatabase: quiet\napp: iot\naddon: ad-iot\nengine: influxdb\n"
    planned(command, SHOP, quiet + "backups: {enabled: true}\n")
    sandbox.change("ad-iot", backups={"enabled": False, "hours": [4]})
    done = command(*APPLY, status=0)
    assert "1 database in sync" in done.stdout
    assert "quiet" not in done.stdout


def test_a_number_is_no_flag(command: Command, sandbox: Sandbox) -> None:
    """`1 == True` in Python, and neither in JSON nor here: the guards would look past it."""
    spec = (
        IOT.split("retention_policies:")[0]
        + """\
retention_policies:
  absent:
    - {name: autogen, reason: x, until: 2099-01-31}
"""
    )
    planned(command, spec)
    assert "[G106]" in command(*LOSING, status=3).stdout

    def default(document: Document) -> None:
        change_of(document, "telemetry/retention_policies/autogen")["before"]["default"] = 1

    edit(command, default)
    assert "the file says 1 where the rules give true" in command(*LOSING, status=65).stderr
    assert changing(sandbox) == []


@pytest.mark.parametrize("change", [without_host, half_a_character])
def test_what_no_plan_holds(
    command: Command, sandbox: Sandbox, change: Callable[[Document], None]
) -> None:
    """It is refused by its shape, before anything is asked."""
    planned(command, SHOP)
    sandbox.clear()
    edit(command, change)
    command(*APPLY, status=65)
    command("show-plan", FILE, status=65)
    assert sandbox.requests()["requests"] == []


def test_a_plan_from_the_future_is_refused(command: Command, sandbox: Sandbox) -> None:
    """So that no completed plan is made young again."""
    planned(command, SHOP)

    def future(document: Document) -> None:
        document["envelope"] |= {
            "made": "2999-01-01T00:00:00+00:00",
            "expires": "2999-01-02T00:00:00+00:00",
        }

    edit(command, future)
    refused = command(*APPLY, status=3)
    assert "which is to come [G108]" in refused.stdout
    assert changing(sandbox) == []
