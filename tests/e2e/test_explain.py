"""`reconcile explain`: codes offline, addresses against a live fleet."""

from __future__ import annotations

import pytest
from e2e.command import Command, backed_up, changing
from e2e.fleet import BILLING, INVALID, IOT, SHOP, SHOP_ADDON, SHOP_WITHOUT_LEGACY
from e2e.schemas import JSON, fits

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

CONFIG = """\
version: 1
defaults:
  engines:
    mysql: {sql_mode: [TRADITIONAL]}
limits: {backup_hours: 12}
guards:
  G106: {severity: warning, reason: all are of one day, until: 2099-12-31}
"""


def configure(command: Command, text: str = CONFIG) -> None:
    """Give the project a configuration."""
    (command.directory / "reconcile.yaml").write_text(text, encoding="utf-8")


def test_a_bad_configuration_is_said(command: Command) -> None:
    """What a guard compares with cannot be told then; other codes can."""
    configure(command, "version: 1\nlimits: {share: 0}\n")
    assert "S104" in command("explain", "G104", status=65).stdout
    command("explain", "S104", status=0)


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("p204", "there is no code 'P204': did you mean 'P2"),
        ("shp", "'shp' is neither a handle of the specs nor a code: did you mean 'shop'?"),
        ("nowhere/backups", "'nowhere' is neither a handle of the specs nor a code"),
        ("shop/backup", "mysql has no 'backup': did you mean 'backups'?"),
        ("shop/extensions", "mysql has no 'extensions'"),
        ("shop/backups/hour", "backups has no 'hour': did you mean 'hours'?"),
        ("shop/", "'shop/' is no address: write database/kind or database/kind/name"),
    ],
)
def test_what_cannot_be_explained(
    command: Command, sandbox: Sandbox, subject: str, sentence: str
) -> None:
    """A usage error with the nearest guess, before anything is asked."""
    command.write(SHOP)
    assert command("explain", subject, status=64).stderr.startswith(f"reconcile: {sentence}")
    assert sandbox.requests()["requests"] == []


def test_only_what_it_is_about_is_read(command: Command, sandbox: Sandbox) -> None:
    """One database, its resource, and one read where the kind has one; nothing is changed."""
    command.write(SHOP, BILLING, IOT)
    command("explain", "shop/backups", status=0)
    assert _reads(sandbox) == [None]
    sandbox.clear()
    command("explain", "shop/sql_mode", status=0)
    assert _reads(sandbox) == [None, "get-sqlmode"]
    assert changing(sandbox) == []


def _reads(sandbox: Sandbox) -> list[str | None]:
    """The requests about databases: None for the resource, else the action."""
    return [
        one["action_name"]
        for one in sandbox.requests()["requests"]
        if one["path"].startswith("/api/databases")
    ]


def test_the_flag_for_a_whole_database_is_that_of_its_plan(
    command: Command, sandbox: Sandbox
) -> None:
    """The same id as that of a plan of this database alone, which takes the flag."""
    backed_up(sandbox, SHOP_ADDON, hours=20)
    configure(command)
    command.write(SHOP_WITHOUT_LEGACY, BILLING)
    document = fits(command("explain", "shop", *JSON, status=0))["address"]
    flag = f"--override G105={document['plan_id'][:12]}"
    told = [
        found["override"]
        for compared in document["compared"]
        for considered in compared["considered"]
        for found in considered["findings"]
    ]
    assert told == [flag]
    assert flag in command("plan", "--only", "shop", status=0).stdout


def test_what_is_ignored_is_neither_read_nor_planned(command: Command, sandbox: Sandbox) -> None:
    """A kind costs no request; the plan says what does not count, and why."""
    entry = "{path: sql_mode, reason: a migration, until: 2099-12-31}"
    command.write(f"{SHOP}ignore: [{entry}]\n")
    plan = command("plan", status=0).stdout
    assert "  ignored: sql_mode until 2099-12-31: a migration\n" in plan
    assert "sql_mode\n" not in plan.replace("ignored: sql_mode", "")
    assert "get-sqlmode" not in _reads(sandbox)
    shown = command("explain", "shop/sql_mode", status=0).stdout
    assert "  ignored  sql_mode until 2099-12-31: a migration (specs/spec0.yaml:10)\n" in shown
    document = command("plan", *JSON, status=0).document()
    (ignored,) = document["databases"][0]["ignored"]
    assert (ignored["address"], ignored["place"]["line"]) == ("shop/sql_mode", 10)


def test_a_database_that_cannot_be_read(command: Command) -> None:
    """Its exit status is that of a plan."""
    command.write(SHOP.replace("ad-shop", "ad-gone"))
    shown = command("explain", "shop/backups", status=1).stdout
    assert "  unknown  " in shown


def test_invalid_specs_are_shown(command: Command) -> None:
    """As any command does."""
    command.write(INVALID)
    assert "S102" in command("explain", "shop", status=65).stdout


def test_with_all_differences_ignored_nothing_is_drift(command: Command) -> None:
    """Fields, names and kinds, in the spec and in reconcile.yaml."""
    until = "reason: a migration, until: 2099-12-31"
    configure(
        command,
        f"version: 1\nignore:\n  - {{path: shop/backups/hours, {until}}}\n"
        f"  - {{path: shop/sql_mode, {until}}}\n",
    )
    command.write(f"{SHOP}ignore: [{{path: logical_databases/audit, {until}}}]\n")
    drift = command("drift", status=0).stdout
    assert drift.startswith("Nothing to do: 1 database in sync.\n")
    assert drift.count("ignored in shop:") == 3
