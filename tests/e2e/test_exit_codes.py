"""The table of exit codes of the product contract, over the real command."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from attrs import field, frozen
from e2e.command import Command, changing, effects, signal_to
from e2e.fleet import (
    BILLING,
    BILLING_ADDON,
    CACHE,
    FLEET,
    INVALID,
    IOT,
    IOT_ADDON,
    SHOP,
    SHOP_ADDON,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

Prepare = Callable[[Sandbox], object]


def _nothing(_sandbox: Sandbox) -> None:
    """All is well."""


def _in_sync(sandbox: Sandbox) -> None:
    """The shop is as its spec says, and at the newest version."""
    modes = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"
    names = [{"name": name, "protected": name == "shop"} for name in ("shop", "audit")]
    sandbox.change(
        SHOP_ADDON,
        backups={"enabled": True, "hours": [3]},
        sql_mode=modes,
        logical_databases=names,
        next_version=None,
        version="8.4.11-1",
    )


def _upgradable(sandbox: Sandbox) -> None:
    """The shop has a next version."""
    sandbox.change(SHOP_ADDON, next_version="8.0.36-1")


def _has(**fields: object) -> Prepare:
    """The shop has a status or the like."""
    return lambda sandbox: sandbox.change(SHOP_ADDON, **fields)


def _addon_suspended(sandbox: Sandbox) -> None:
    """The shop is as its spec says, and its addon is suspended."""
    _in_sync(sandbox)
    sandbox.change(SHOP_ADDON, addon_status="suspended")


def _unreadable(after: int = 0) -> Prepare:
    """The shop can be read so many times, and no more after that."""
    match = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}

    def prepare(sandbox: Sandbox) -> None:
        _upgradable(sandbox)
        sandbox.fault("status", status=500, times=None, after=after, match=match)

    return prepare


def _refused(sandbox: Sandbox) -> None:
    """The provider refuses each change of the shop."""
    _upgradable(sandbox)
    for match in (
        {"action_name": "create-database"},
        {"method": "PATCH"},
        {"path": f"/api/databases/{SHOP_ADDON}/upgrade"},
    ):
        sandbox.fault("status", status=422, match=match)


def _second_change_fails(sandbox: Sandbox) -> None:
    """The second change of an apply is refused, and the operation of an upgrade fails."""
    sandbox.change(SHOP_ADDON, failing_operations="disk full", next_version="8.0.36-1")
    sandbox.fault("status", status=422, match={"method": "PATCH"})


def _iot_change_fails(sandbox: Sandbox) -> None:
    """Nothing can be added to telemetry."""
    sandbox.fault("status", status=422, match={"action_name": "add-retention-policy"})


def _no_access(path: str) -> Prepare:
    """The provider gives no token for these addons."""
    return lambda sandbox: sandbox.fault("status", status=403, times=None, match={"path": path})


COLUMNS = ("plan", "drift", "apply", "change", "order")
SET, UPGRADE = "backups set shop --hour 3", "upgrade shop --yes"
DELETE = "databases delete shop legacy --confirm legacy"
RESET = "databases reset shop legacy --confirm legacy"
USUAL = ("plan", "drift", "apply --yes", SET, UPGRADE)
LOSSES = ("plan", "drift", "apply --yes --allow lossy=shop/logical_databases/legacy", DELETE, RESET)
DRY = ("", "", "apply --dry-run", f"{SET} --dry-run", "upgrade shop --dry-run")
DRY_LOSSES = (
    "",
    "",
    "apply --dry-run",
    "databases delete shop legacy --dry-run",
    "databases reset shop legacy --dry-run",
)
WRONG_TOKEN = {"SCALINGO_API_TOKEN": "tk-us-wrong"}
NO_TOKEN = {"SCALINGO_API_TOKEN": None}
NOWHERE = {"SCALINGO_AUTH_URL": "http://127.0.0.1:9"}
"""The discard port of this machine, on which nothing listens."""
ELSEWHERE = SHOP.replace("mysql", "postgresql").split("sql_mode")[0]
"""The shop's addon, taken for a PostgreSQL."""
LOSS = SHOP_WITHOUT_LEGACY.replace("hours: [3]", "hours: [14]")
"""Only a loss."""
PROTECTED = (f"{LOSS}protect: true\n",)
UNPLANNED = f"{SHOP_HEAD}backups: {{enabled: true}}\n"


@frozen
class Row:
    """A situation, and the status due to a plan, a drift, an apply, a change and an order.

    A change is a one-off command that a spec could hold as well, an order one that no spec could.
    """

    name: str
    statuses: str
    specs: tuple[str, ...] = (SHOP,)
    prepare: Prepare = _nothing
    lines: tuple[str, ...] = USUAL
    environment: Mapping[str, str | None] = field(factory=dict)

    def cases(self) -> Iterator[Case]:
        """Its runs: none where the table says `-`."""
        columns = zip(COLUMNS, self.statuses.split(), self.lines, strict=True)
        for column, status, line in columns:
            if status != "-":
                name = f"{self.name}, {column}"
                yield Case(name, int(status), line, self.specs, self.prepare, self.environment)


@frozen
class Case:
    """One run: what it is about, the status that is due, how it comes about."""

    name: str
    status: int
    arguments: str
    specs: tuple[str, ...] = (SHOP,)
    prepare: Prepare = _nothing
    environment: Mapping[str, str | None] = field(factory=dict)


ROWS = (
    #                             plan drift apply change order
    Row("in sync", "                 0     0     0      0     0", prepare=_in_sync),
    Row("differs", "                 0     2     0      0     0", prepare=_upgradable),
    Row("pending alone", "           0     0     0      2     2", prepare=_has(status="updating")),
    Row("stopped", "                 0     2     2      2     2", prepare=_has(status="stopped")),
    Row("addon suspended", "         -     2     -      -     2", prepare=_addon_suspended),
    Row("another engine", "          0     2     2      2     -", (ELSEWHERE,)),
    Row("manual step left", "        0     2     2      -     -", (BILLING,)),
    Row("not allowed", "             0     2     2      -     -", (CACHE,)),
    Row("dry run", "                 -     -     2      2     2", prepare=_upgradable, lines=DRY),
    Row("dry run in sync", "         -     -     0      0     0", prepare=_in_sync, lines=DRY),
    Row("refused by a guard", "      0     2     3      3     3", PROTECTED, lines=LOSSES),
    Row("refused, dry run", "        -     -     3      3     3", PROTECTED, lines=DRY_LOSSES),
    Row("refused in part", "         -     -     2      -     -", (*PROTECTED, IOT), lines=LOSSES),
    Row("unreadable", "              1     1     1      1     1", prepare=_unreadable()),
    Row("unreadable, dry run", "     -     -     1      1     1", prepare=_unreadable(), lines=DRY),
    Row("unreadable of two", "       1     1     4      -     -", (SHOP, IOT), _unreadable()),
    Row("provider refuses", "        -     -     1      1     1", prepare=_refused),
    Row("fails after an effect", "   -     -     4      -     4", prepare=_second_change_fails),
    Row("fails elsewhere", "         -     -     4      -     -", (SHOP, IOT), _iot_change_fails),
    Row("unread after effect", "     -     -     4      4     -", prepare=_unreadable(after=2)),
    Row("unread after order", "      -     -     -      -     4", prepare=_unreadable(after=1)),
    Row("wrong token", "            77    77    77     77    77", environment=WRONG_TOKEN),
    Row("no token", "               77     -    77      -    77", environment=NO_TOKEN),
    Row("no access to any", "       77     -    77     77     -", prepare=_no_access("*/token")),
    Row("no access to one", "        1     1     4      -     -", (SHOP, IOT), _no_access(f"*/{SHOP_ADDON}/token")),
    Row("invalid spec", "           65    65    65     65    65", (INVALID,)),
    Row(
        "usage",
        "64 64 64 64 64",
        lines=("plan --only shpo", "drift --only shpo", "apply --yes --only shpo", "backups set shop", "upgrade shop --bogus"),
    ),
    Row(
        "nobody to ask",
        "- - 64 64 64",
        lines=("", "", "apply", "databases delete shop legacy", "upgrade shop"),
    ),
)  # fmt: skip
CASES = (
    *(case for row in ROWS for case in row.cases()),
    Case("no arguments", 64, ""),
    Case("region is unknown", 64, "plan", environment={"SCALINGO_REGION": "osc-xx9"}),
    Case("exclude leaves nothing", 64, "plan --exclude shop"),
    Case("no such path", 65, "plan nowhere.yaml"),
    Case("no such config", 65, "plan --config nowhere.yaml"),
    Case("validate, invalid", 65, "validate", (INVALID,)),
    Case("detailed, differs", 2, "plan --detailed-exitcode"),
    Case("dead server", 1, "plan", environment=NOWHERE),
    Case("no such addon", 1, "plan", (SHOP.replace("ad-shop", "ad-none"),)),
    Case("show, wrong token", 77, "show shop", environment=WRONG_TOKEN),
    Case("list, wrong token", 77, "databases list shop", environment=WRONG_TOKEN),
    #
    # The first that holds wins: 64, 65, 4, 77, 1, 3, 2; the signals are below.
    Case("64 before 65", 64, "plan --bogus", (INVALID,)),
    Case("64 before 65, nobody to ask", 64, "apply", (INVALID,)),
    Case("64 before 77", 64, "plan --only shpo", environment=NO_TOKEN),
    Case("65 before 77", 65, "plan", (INVALID,), environment=NO_TOKEN),
    Case("65 before 1", 65, "plan", (INVALID,), environment=NOWHERE),
    Case("4 before 1 and 2", 4, "apply --yes", (SHOP, IOT, BILLING, CACHE), _iot_change_fails),
    Case("1 before 3", 1, "apply --yes", (*PROTECTED, IOT.replace("ad-iot", "ad-none"))),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
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
    if case.status in {3, 64, 65, 77} or case.arguments.startswith(("plan", "drift")):
        assert changing(sandbox) == []
    if case.status == 4:
        assert effects(sandbox)


INTERRUPTED = [
    *((line, signal.SIGINT, 130) for line in USUAL),
    *((line, signal.SIGTERM, 143) for line in USUAL[-3:]),
]


@pytest.mark.parametrize(("line", "number", "status"), INTERRUPTED)
def test_an_interrupted_read_ends_the_run(
    command: Command, sandbox: Sandbox, line: str, number: signal.Signals, status: int
) -> None:
    """At once, but for an order, which finishes its read; what was not read is unknown."""
    command.write(SHOP)
    match = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
    sandbox.fault("hold", match=match)
    arguments = (*line.split(), "--format", "json")
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        signal_to(process, number)
        if line == UPGRADE:
            sandbox.release()
        done = command.ended(process, *arguments)
    assert done.status == status, str(done)
    if done.stdout:
        document = done.document()
        assert document["exit_status"] == status
        assert {one["status"] for one in document.get("databases", ())} <= {"unknown"}
    assert changing(sandbox) == []


@pytest.mark.parametrize(
    "line", ["apply --yes --allow disruptive --no-wait", f"{UPGRADE} --no-wait"]
)
def test_what_is_only_started_remains(command: Command, sandbox: Sandbox, line: str) -> None:
    """2 at the start of what the provider does later."""
    with running(FLEET, token=sandbox.token, operation_seconds=600) as slow:
        _upgradable(slow)
        command.write(f'{UNPLANNED}engine_version: ">=8.0.36"\n')
        command.in_environment(SCALINGO_AUTH_URL=slow.url)(*line.split(), status=2)
        assert len(changing(slow)) == 1


def test_a_report_that_cannot_be_written_hides_no_effect(
    command: Command, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Status 1 says that nothing took effect; here something did, and then something failed."""
    command.write(SHOP)
    (tmp_path / "gone").mkdir()
    sandbox.fault("hold", match={"method": "PATCH"})
    arguments = ("apply", "--yes", "--report", "json=gone/x.json")
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        (tmp_path / "gone").rmdir()
        sandbox.release()
        done = command.ended(process, *arguments)
    assert "cannot write the report" in done.stderr
    assert len(effects(sandbox)) == 3
    assert done.status == 4, str(done)


def test_what_is_refused_first_says_why_and_that_the_rest_was_left(
    command: Command, sandbox: Sandbox
) -> None:
    """After a failure the other actions of that database are skipped, those of others done."""
    command.write(SHOP, IOT)
    sandbox.fault("status", status=422, match={"action_name": "create-database"})
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


@pytest.mark.parametrize(
    ("line", "specs", "question"),
    [
        ("apply", SHOP, "Apply"),
        (DELETE.partition(" --")[0], UNPLANNED, "to go on: "),
        ("upgrade shop", UNPLANNED, "[y/N] "),
    ],
)
def test_what_is_declined_remains(
    command: Command, sandbox: Sandbox, line: str, specs: str, question: str
) -> None:
    """2, and nothing was sent that changes."""
    command.write(specs)
    _upgradable(sandbox)
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        terminal.read_until(question)
        terminal.type("n\n")
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert changing(sandbox) == []


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
