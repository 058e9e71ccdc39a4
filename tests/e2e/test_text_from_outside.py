"""Names and messages of a hostile server are data: they steer no terminal, log or document."""

from __future__ import annotations

import json
import unicodedata

import pytest
from e2e.command import Command
from e2e.fleet import SHOP, SHOP_ADDON, SHOP_HEAD
from unit.api.loopback import Addon, Reply, reply, serving

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

NAMES = (
    "escape\x1b[31mred\x1b]0;title\x07",
    "line\nfeed\r\x1b[2J",
    "bidi\u202egnp.exe\u2066x\u2069",
    "hidden\u200bwidth\u200f",
    "separator\u2028and\u2029",
    "c1\x9b31m\x85",
    "[bold red]markup[/] :smile:",
    "::error::workflow",
    "wide\u754c\u754c\u754c",
    "tab\tand\x7fdelete",
)
MESSAGE = "no\x1b[2J\x1b]8;;http://x\x07 way\r\n::set-output name=x::y\u202e [bold]b[/]"


def assert_tame(text: str) -> None:
    """Nothing but line feeds in a text is a control, format or separator character."""
    wild = sorted(
        {
            f"U+{ord(char):04X}"
            for char in text
            if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
        }
    )
    assert wild == [], text


@pytest.mark.parametrize("others", ["keep", "report"])
def test_hostile_names_are_shown_as_escapes(
    command: Command, sandbox: Sandbox, others: str
) -> None:
    """In plan, drift, apply, dry run and reports, as unmanaged and as drift."""
    listed = [{"name": name} for name in NAMES]
    sandbox.change(SHOP_ADDON, logical_databases=listed)
    command.write(f"{SHOP_HEAD}logical_databases:\n  present: [audit]\n  others: {others}\n")
    for arguments in (
        ("plan",),
        ("drift",),
        ("apply", "--dry-run"),
        ("plan", "--format", "json"),
        ("plan", "--report", "text=r.txt", "--report", "json=r.json"),
        ("apply", "--yes"),
    ):
        done = command(*arguments)
        assert done.status in {0, 2}, str(done)
        assert_tame(done.stdout)
        assert_tame(done.stderr)
    shown = command("plan").stdout
    for part in (
        "escape\\x1b[31mred",
        "line\\nfeed",
        "bidi\\u202egnp",
        "[bold red]markup[/] :smile:",
    ):
        assert part in shown
    for path in ("r.txt", "r.json", str(command.journals()[0])):
        assert_tame((command.directory / path).read_text(encoding="utf-8"))
    assert "line\nfeed" not in shown


@pytest.mark.parametrize(
    "odd",
    [
        reply(422, {"error": MESSAGE}),
        reply(500, {"error": MESSAGE}),
        reply(404, {"resource": MESSAGE, "error": MESSAGE}),
        reply(422, {"errors": {MESSAGE: [MESSAGE]}}),
        reply(500, f"<html><title>{MESSAGE}</title><script>x</script>"),
        reply(200, {"database": {"type_name": MESSAGE, "status": MESSAGE}}),
        reply(200, {"database": {"type_name": "mysql", "status": MESSAGE}}),
        reply(
            200,
            {
                "database": {
                    "type_name": "mysql",
                    "status": "running",
                    "current_operation_id": MESSAGE,
                }
            },
        ),
        reply(200, {"database": {**Addon().database(), "readable_version": MESSAGE}}),
        reply(200, {"database": {**Addon().database(), "periodic_backups_enabled": MESSAGE}}),
        reply(200, MESSAGE),
    ],
    ids=[
        "422",
        "500",
        "404",
        "errors",
        "html",
        "engine",
        "status",
        "operation",
        "version",
        "flag",
        "text",
    ],
)
def test_a_hostile_resource_is_tame(command: Command, odd: Reply) -> None:
    """Whatever a server says of a database, a reader of the log is not fooled."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving() as provider:
        provider.odd["database"].append(odd)
        done = command.in_environment(**provider.environment)("plan", "--report", "json=r.json")
    assert_tame(done.stdout)
    assert_tame(done.stderr)
    assert_tame((command.directory / "r.json").read_text(encoding="utf-8"))
    assert "\n::" not in done.stdout


@pytest.mark.parametrize("body", [{"ok": 0, "error": MESSAGE}, {"ok": MESSAGE}, MESSAGE])
def test_a_hostile_action_is_tame(command: Command, body: object) -> None:
    """Also the message of a refused change, in the summary and in the journal."""
    command.write(SHOP_HEAD.replace("ad-shop", "ad-1") + "logical_databases: [audit]\n")
    with serving(("shop-web", Addon(results={"list-databases": [{"name": "x"}]}))) as provider:
        usual = [reply(200, {"database": Addon().database()})]
        usual.append(reply(200, {"ok": 1, "result": [{"name": "x"}]}))
        provider.odd["database"].extend([*usual, reply(200, body)])
        done = command.in_environment(**provider.environment)("apply", "--yes")
    assert done.status == 1, str(done)
    assert_tame(done.stdout)
    assert_tame(done.stderr)
    assert_tame(command.journals()[0].read_text(encoding="utf-8"))


def test_hostile_addons_are_tame(command: Command) -> None:
    """The candidates that an error lists come from the server as well."""
    command.write(SHOP.replace("addon: ad-shop\n", ""))
    with serving(("shop-web", Addon(engine=MESSAGE, resource_id=MESSAGE))) as provider:
        done = command.in_environment(**provider.environment)("plan", status=1)
    assert_tame(done.stdout)


def test_hostile_regions_are_tame(command: Command) -> None:
    """The names of regions that an error lists come from the server as well."""
    command.write(SHOP)
    with serving() as provider:
        provider.regions = [{"name": MESSAGE, "api": MESSAGE, "database_api": MESSAGE}]
        bare = {**provider.environment, "SCALINGO_API_URL": "", "SCALINGO_DB_URL": ""}
        done = command.in_environment(**bare)("plan", status=64)
    assert_tame(done.stderr)


def test_hostile_specs_are_tame(command: Command) -> None:
    """A merge request may hold anything: findings show it as escapes, on one line each."""
    for number, text in enumerate(
        (
            f"{SHOP_HEAD}{json.dumps(MESSAGE)}: 1\n",
            f"{SHOP_HEAD}sql_mode: [{json.dumps(MESSAGE)}]\n",
            f"{SHOP_HEAD}logical_databases: [{json.dumps(MESSAGE)}]\n",
            'version: 1\ndatabase: "a\\eb"\napp: x\nengine: mysql\n',
            "version: 1\ndatabase: a\x1b[31mb\napp: x\nengine: mysql\n",
            f"{SHOP_HEAD}labels: {{k: {json.dumps(MESSAGE)}}}\n",
        )
    ):
        command.write(text)
        done = command("validate", "--format", "text" if number % 2 else "json")
        assert_tame(done.stdout)
        assert_tame(command("validate").stdout)
        assert done.status == 65, str(done)


def test_hostile_arguments_are_tame(command: Command) -> None:
    """What a script passes on is shown as escapes, too."""
    command.write(SHOP)
    for arguments in (
        ("plan", "--only", MESSAGE),
        ("plan", f"--{MESSAGE}"),
        (MESSAGE,),
        ("plan", MESSAGE),
        ("schema", MESSAGE),
        ("apply", "--yes", "--allow", MESSAGE),
        ("plan", "--report", f"json={MESSAGE}/x/y"),
        ("plan", "--config", MESSAGE),
        ("plan", "--format", MESSAGE),
        ("sandbox", "--fleet", MESSAGE),
    ):
        done = command(*arguments)
        assert done.status in {1, 64, 65}, str(done)
        assert_tame(done.stdout)
        assert_tame(done.stderr)
