"""The table of exit codes of the product contract, over the real command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attrs import frozen
from e2e.command import Command, changing, effects
from e2e.fleet import (
    BILLING,
    BILLING_ADDON,
    CACHE,
    INVALID,
    IOT,
    IOT_ADDON,
    SHOP,
    SHOP_ADDON,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)

from reconcile.sandbox import Sandbox

Prepare = Callable[[Sandbox], object]
DEAD = "http://127.0.0.1:9"
"""The discard port of this machine, on which nothing listens."""


def _nothing(_sandbox: Sandbox) -> None:
    """All is well."""


def _in_sync(sandbox: Sandbox) -> None:
    """The shop is as its spec says."""
    modes = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"
    names = [{"name": name, "protected": name == "shop"} for name in ("shop", "audit")]
    sandbox.change(
        SHOP_ADDON,
        backups={"enabled": True, "hours": [3]},
        sql_mode=modes,
        logical_databases=names,
    )


def _pending(sandbox: Sandbox) -> None:
    """The provider works on the shop."""
    sandbox.change(SHOP_ADDON, status="updating")


def _needs_person(status: str) -> Prepare:
    """The shop has a status that stays until a person acts."""
    return lambda sandbox: sandbox.change(SHOP_ADDON, status=status)


def _shop_unreadable(sandbox: Sandbox) -> None:
    """The shop cannot be read."""
    match = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
    sandbox.fault("status", status=500, times=None, match=match)


def _shop_unreadable_later(sandbox: Sandbox) -> None:
    """The shop can be read for the plan and just before its first action, and no more after that."""
    match = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
    sandbox.fault("status", status=500, times=None, after=2, match=match)


def _first_change_fails(sandbox: Sandbox) -> None:
    """The first request of the shop that changes something is refused."""
    sandbox.fault("status", status=422, match={"action_name": "create-database"})


def _second_change_fails(sandbox: Sandbox) -> None:
    """The second request of the shop that changes something meets a broken server."""
    sandbox.fault("status", status=500, match={"method": "PATCH"})


def _iot_change_fails(sandbox: Sandbox) -> None:
    """Nothing can be added to telemetry."""
    sandbox.fault("status", status=500, match={"action_name": "add-retention-policy"})


def _all_refuse_access(sandbox: Sandbox) -> None:
    """The provider gives no token for any addon."""
    sandbox.fault("status", status=403, times=None, match={"path": "*/token"})


def _one_refuses_access(sandbox: Sandbox) -> None:
    """The provider gives no token for the shop."""
    match = {"path": f"*/{SHOP_ADDON}/token"}
    sandbox.fault("status", status=403, times=None, match=match)


@frozen
class Case:
    """A row of the table: what it is about, the status that is due, how it comes about."""

    name: str
    status: int
    arguments: str
    specs: tuple[str, ...] = (SHOP,)
    prepare: Prepare = _nothing
    environment: Mapping[str, str | None] | None = None


WRONG_TOKEN = {"SCALINGO_API_TOKEN": "tk-us-wrong"}
NO_TOKEN = {"SCALINGO_API_TOKEN": None}
NOWHERE = {"SCALINGO_AUTH_URL": DEAD}
ELSEWHERE = SHOP.replace("mysql", "postgresql").split("sql_mode")[0]
"""The shop's addon, taken for a PostgreSQL."""

TABLE = [
    Case("plan-with-changes", 0, "plan"),
    Case("plan-detailed-in-sync", 0, "plan --detailed-exitcode", prepare=_in_sync),
    Case("drift-in-sync", 0, "drift", prepare=_in_sync),
    Case("drift-pending-alone", 0, "drift", prepare=_pending),
    Case("plan-detailed-pending-alone", 0, "plan --detailed-exitcode", prepare=_pending),
    Case("apply-pending-alone", 0, "apply --yes", prepare=_pending),
    Case("apply-nothing-left", 0, "apply --yes"),
    Case("apply-in-sync", 0, "apply --yes", prepare=_in_sync),
    Case("dry-run-in-sync", 0, "apply --dry-run", prepare=_in_sync),
    Case("validate-valid", 0, "validate"),
    Case("plan-other-engine-is-shown", 0, "plan", specs=(ELSEWHERE,)),
    Case("version", 0, "--version"),
    Case("help", 0, "--help"),
    Case("help-of-a-command", 0, "apply --help"),
    Case("schema", 0, "schema plan"),
    Case("plan-dead-server", 1, "plan", environment=NOWHERE),
    Case("plan-one-unknown", 1, "plan", specs=(SHOP, IOT), prepare=_shop_unreadable),
    Case("drift-one-unknown", 1, "drift", specs=(SHOP, IOT), prepare=_shop_unreadable),
    Case("dry-run-one-unknown", 1, "apply --dry-run", (SHOP, IOT), prepare=_shop_unreadable),
    Case("apply-unknown-alone", 1, "apply --yes", prepare=_shop_unreadable),
    Case("apply-first-change-fails", 1, "apply --yes", prepare=_first_change_fails),
    Case("plan-one-without-access", 1, "plan", specs=(SHOP, IOT), prepare=_one_refuses_access),
    Case("plan-no-such-addon", 1, "plan", specs=(SHOP.replace("ad-shop", "ad-none"),)),
    Case("report-cannot-be-written", 1, "plan --report json=no/such/folder/x.json"),
    Case("plan-detailed-with-changes", 2, "plan --detailed-exitcode"),
    Case("drift-with-changes", 2, "drift"),
    Case("drift-other-engine-is-blocked", 2, "drift", specs=(ELSEWHERE,)),
    Case("dry-run-with-changes", 2, "apply --dry-run"),
    Case("apply-something-not-allowed", 2, "apply --yes", specs=(CACHE,)),
    Case("apply-manual-step-left", 2, "apply --yes", specs=(BILLING,)),
    Case("apply-blocked", 2, "apply --yes", specs=(ELSEWHERE,)),
    Case("apply-refused-by-a-guard", 2, "apply --yes", (SHOP_WITHOUT_LEGACY + "protect: true\n",)),
    Case("apply-second-change-fails", 4, "apply --yes", prepare=_second_change_fails),
    Case("apply-unreadable-after-effect", 4, "apply --yes", prepare=_shop_unreadable_later),
    Case("apply-effect-here-failure-there", 4, "apply --yes", (SHOP, IOT), _iot_change_fails),
    Case("apply-effect-here-unknown-there", 4, "apply --yes", (SHOP, IOT), _shop_unreadable),
    Case("no-arguments", 64, ""),
    Case("no-such-command", 64, "reconcil"),
    Case("no-such-option", 64, "plan --bogus"),
    Case("option-without-value", 64, "plan --only"),
    Case("only-matches-nothing", 64, "plan --only shpo"),
    Case("exclude-matches-nothing", 64, "drift --exclude shpo"),
    Case("exclude-leaves-nothing", 64, "plan --exclude shop"),
    Case("only-part-of-a-database", 64, "plan --only shop/backups"),
    Case("only-no-label", 64, "plan --only label:env"),
    Case("apply-nobody-to-ask", 64, "apply"),
    Case("allow-no-risk", 64, "apply --yes --allow everything"),
    Case("allow-no-address", 64, "apply --yes --allow lossy="),
    Case("format-unknown", 64, "plan --format xml"),
    Case("report-without-path", 64, "plan --report json"),
    Case("report-unknown-format", 64, "plan --report xml=x"),
    Case("schema-unknown", 64, "schema nothing"),
    Case("schema-not-named", 64, "schema"),
    Case("sandbox-port-out-of-range", 64, "sandbox --port 70000"),
    Case("auth-url-is-no-url", 64, "plan", environment={"SCALINGO_AUTH_URL": "ftp://x/y"}),
    Case("auth-url-is-plain-http", 64, "plan", environment={"SCALINGO_AUTH_URL": "http://x.org"}),
    Case("region-unknown", 64, "plan", environment={"SCALINGO_REGION": "osc-xx9"}),
    Case("region-is-no-region", 64, "plan", environment={"SCALINGO_REGION": "../x"}),
    Case("validate-invalid", 65, "validate", specs=(INVALID,)),
    Case("plan-invalid", 65, "plan", specs=(SHOP, INVALID)),
    Case("apply-invalid", 65, "apply --yes", specs=(INVALID,)),
    Case("dry-run-invalid", 65, "apply --dry-run", specs=(INVALID,)),
    Case("drift-invalid", 65, "drift", specs=(INVALID,)),
    Case("plan-no-such-path", 65, "plan nowhere.yaml"),
    Case("plan-no-such-config", 65, "plan --config nowhere.yaml"),
    Case("two-specs-of-one-database", 65, "plan", specs=(SHOP, SHOP.replace(": shop\n", ": x\n"))),
    Case("plan-wrong-token", 77, "plan", environment=WRONG_TOKEN),
    Case("drift-wrong-token", 77, "drift", specs=(SHOP, IOT), environment=WRONG_TOKEN),
    Case("apply-wrong-token", 77, "apply --yes", environment=WRONG_TOKEN),
    Case("dry-run-wrong-token", 77, "apply --dry-run", environment=WRONG_TOKEN),
    Case("plan-no-token", 77, "plan", environment=NO_TOKEN),
    Case("apply-no-token", 77, "apply --yes", environment=NO_TOKEN),
    Case("plan-empty-token", 77, "plan", environment={"SCALINGO_API_TOKEN": "  "}),
    Case("plan-impossible-token", 77, "plan", environment={"SCALINGO_API_TOKEN": "tk-\u00e9"}),
    Case("plan-no-addon-accessible", 77, "plan", (SHOP, IOT), _all_refuse_access),
    #
    # The first that holds wins: 64, 65, 77, 4, 1, 2.
    Case("64-before-65", 64, "plan --bogus", specs=(INVALID,)),
    Case("64-before-65-nobody-to-ask", 64, "apply", specs=(INVALID,)),
    Case("64-before-77", 64, "plan --only shpo", environment=NO_TOKEN),
    Case("65-before-77", 65, "plan", specs=(INVALID,), environment=NO_TOKEN),
    Case("65-before-1", 65, "plan", specs=(INVALID,), environment=NOWHERE),
    Case("77-before-2", 77, "drift", environment=WRONG_TOKEN),
    Case("4-before-1-and-2", 4, "apply --yes", (SHOP, IOT, BILLING, CACHE), _iot_change_fails),
    Case("1-before-2", 1, "drift", specs=(SHOP, IOT), prepare=_shop_unreadable),
    Case("1-before-2-at-apply", 1, "apply --yes", (SHOP, CACHE), prepare=_shop_unreadable),
]


def _addon_suspended(sandbox: Sandbox) -> None:
    """The shop runs, and its addon is suspended."""
    sandbox.change(SHOP_ADDON, addon_status="suspended")


TABLE += [
    Case(f"{command.split()[0]}-{status}", 2, command, prepare=_needs_person(status))
    for status in ("stopped", "suspended", "deleting", "error")
    for command in ("drift", "apply --yes", "plan --detailed-exitcode")
] + [Case("drift-addon-suspended", 2, "drift", prepare=_addon_suspended)]


def _operation_fails(sandbox: Sandbox) -> None:
    """The operations of the shop end in an error."""
    sandbox.change(SHOP_ADDON, failing_operations="disk full", next_version="8.0.36-1")


def _upgradable(sandbox: Sandbox) -> None:
    """The shop has a next version."""
    sandbox.change(SHOP_ADDON, next_version="8.0.36-1")


def _newest(sandbox: Sandbox) -> None:
    """The shop runs the newest version."""
    sandbox.change(SHOP_ADDON, next_version=None, version="8.4.11-1")


def _change_refused(sandbox: Sandbox) -> None:
    """The provider refuses the hour."""
    sandbox.fault("status", status=422, match={"method": "PATCH"})


SET, UPGRADE = "backups set shop --hour 3", "upgrade shop --yes"
RESET = "databases reset shop legacy --confirm legacy"
PROTECTED = (SHOP + "protect: true\n",)
ONE_OFF = [
    Case("one-off-change-done", 0, SET),
    Case("one-off-change-in-sync", 0, SET, prepare=_in_sync),
    Case("one-off-upgrade-done", 0, UPGRADE, prepare=_upgradable),
    Case("one-off-upgrade-at-the-newest", 0, UPGRADE, prepare=_newest),
    Case("one-off-change-refused-by-the-provider", 1, SET, prepare=_change_refused),
    Case("one-off-change-unreadable", 1, SET, prepare=_shop_unreadable),
    Case("one-off-order-unreadable", 1, UPGRADE, prepare=_shop_unreadable),
    Case("one-off-change-dry-run", 2, f"{SET} --dry-run"),
    Case("one-off-order-dry-run", 2, "upgrade shop --dry-run", prepare=_upgradable),
    Case("one-off-change-pending", 2, SET, prepare=_pending),
    Case("one-off-change-stopped", 2, SET, prepare=_needs_person("stopped")),
    Case("one-off-order-refused", 3, RESET, specs=PROTECTED),
    Case("one-off-order-refused-dry", 3, "databases reset shop legacy --dry-run", specs=PROTECTED),
    Case("one-off-order-fails-after-effect", 4, UPGRADE, prepare=_operation_fails),
    Case("one-off-change-unread-after-effect", 4, SET, prepare=_shop_unreadable_later),
    Case("one-off-order-nobody-to-ask", 64, "upgrade shop"),
    Case("one-off-change-wrong-token", 77, SET, environment=WRONG_TOKEN),
    Case("one-off-order-wrong-token", 77, UPGRADE, environment=WRONG_TOKEN),
    Case("show-wrong-token", 77, "show shop", environment=WRONG_TOKEN),
    Case("list-wrong-token", 77, "databases list shop", environment=WRONG_TOKEN),
]


@pytest.mark.parametrize("case", ONE_OFF, ids=lambda case: case.name)
def test_the_table_holds_for_one_off_commands(
    command: Command, sandbox: Sandbox, case: Case
) -> None:
    """Each ends with the status of the same table."""
    command.write(*case.specs)
    case.prepare(sandbox)
    sandbox.clear()
    command(*case.arguments.split(), environment=case.environment, status=case.status)
    if case.status in {2, 3, 64, 77}:
        assert changing(sandbox) == []
    if case.status == 4:
        assert changing(sandbox)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_exit_status_is_the_contracts(command: Command, sandbox: Sandbox, case: Case) -> None:
    """Every way to end, with its status and, where it is no result, a sentence."""
    command.write(*case.specs)
    case.prepare(sandbox)
    sandbox.clear()
    done = command(*case.arguments.split(), environment=case.environment, status=case.status)
    assert done.stdout or done.stderr
    if case.status == 64:
        assert done.stdout == ""
        assert done.stderr.splitlines()[-1].startswith("reconcile: ") or not case.arguments
        assert "\\n" not in done.stderr, done.stderr
    if case.status in {0, 1, 2, 64, 65, 77} and not case.arguments.startswith("apply --yes"):
        assert changing(sandbox) == []
    if case.status == 4:
        assert effects(sandbox)
    if case.status in {64, 65, 77}:
        assert effects(sandbox) == []


@pytest.mark.parametrize("command_line", ["plan --format json", "drift --format json"])
@pytest.mark.parametrize("case", ["in sync", "changes", "unknown"])
def test_json_says_the_same_status(
    command: Command, sandbox: Sandbox, command_line: str, case: str
) -> None:
    """Nobody has to look at the process to know how it went."""
    command.write(SHOP)
    {"in sync": _in_sync, "changes": _nothing, "unknown": _shop_unreadable}[case](sandbox)
    done = command(*command_line.split())
    assert done.document()["exit_status"] == done.status


def test_a_report_that_cannot_be_written_hides_no_effect(
    command: Command, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Status 1 says that nothing took effect; here something did, and then something failed."""
    command.write(SHOP)
    done = command("apply", "--yes", "--report", f"json={tmp_path}/no/such/x.json")
    assert "cannot write the report" in done.stderr
    assert len(effects(sandbox)) == 3
    assert done.status == 4, str(done)


def test_what_is_refused_first_says_why_and_that_the_rest_was_left(
    command: Command, sandbox: Sandbox
) -> None:
    """After a failure the other actions of that database are skipped, those of others done."""
    command.write(SHOP, IOT)
    _first_change_fails(sandbox)
    document = command("apply", "--yes", "--format", "json", status=4).document()
    results = {one["address"]: one["result"] for one in document["outcomes"]}
    assert results == {
        "shop/logical_databases/audit": "failed",
        "shop/backups": "skipped",
        "shop/sql_mode": "skipped",
        "telemetry/retention_policies/30-days": "done",
    }
    assert [one["effect"] for one in sandbox.requests()["requests"] if one["changes"]].count(
        True
    ) == 1


@pytest.mark.parametrize("option", ["--only", "--exclude"])
def test_a_pattern_that_matches_nothing_is_quoted(command: Command, option: str) -> None:
    """A typo in cron must not read as all being well."""
    command.write(SHOP)
    done = command("drift", option, "shpo", status=64)
    assert f"{option} 'shpo'" in done.stderr


@pytest.mark.parametrize("name", ["legacy", "old data", "it's $HOME"])
def test_the_allowance_that_is_told_can_be_pasted(
    command: Command, sandbox: Sandbox, name: str
) -> None:
    """A typo in --allow leaves the action alone; what is told instead works in a shell."""
    names = [{"name": "shop", "protected": True}, {"name": name}]
    sandbox.change(SHOP_ADDON, logical_databases=names)
    command.write(SHOP_WITHOUT_LEGACY.replace("name: legacy", f'name: "{name}"'))
    typo = ("--allow", f"lossy=shop/logical_databases/{name}x")
    document = command("apply", "--yes", *typo, "--format", "json", status=2).document()
    (message,) = [one["message"] for one in document["outcomes"] if one["message"]]
    assert ("POST", "delete-database") not in effects(sandbox)
    told = shlex.split(message[message.index("--allow") :])[:2]
    assert told == ["--allow", f"lossy=shop/logical_databases/{name}"]
    command("apply", "--yes", *told, status=0)


def test_an_unknown_database_does_not_hide_a_status(command: Command, sandbox: Sandbox) -> None:
    """Busy, changed, to be done by hand and unknown stand beside each other, each with its word."""
    command.write(SHOP, BILLING, IOT, SHOP_HEAD.replace("ad-shop", "ad-none").replace("shop", "x"))
    sandbox.change(IOT_ADDON, status="migrating")
    sandbox.fault(
        "status", status=500, times=None, match={"path": f"/api/databases/{BILLING_ADDON}"}
    )
    document = command("plan", "--format", "json", status=1).document()
    statuses = {one["handle"]: one["status"] for one in document["databases"]}
    assert statuses == {
        "billing": "unknown",
        "shop": "changes",
        "telemetry": "pending",
        "x": "unknown",
    }
