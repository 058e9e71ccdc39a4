"""Names and messages of a hostile server are data: they steer no terminal, log or document."""

from __future__ import annotations

import base64
import json
import unicodedata

import pytest
from e2e.command import Command
from e2e.fleet import SHOP, SHOP_ADDON, SHOP_HEAD
from e2e.terminal import on_terminal
from unit.api.loopback import API_TOKEN, Addon, Reply, reply, serving

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


def test_hostile_names_do_not_steer_a_terminal(command: Command, sandbox: Sandbox) -> None:
    """Also where colour is wanted, only our own colour codes reach the screen."""
    sandbox.change(SHOP_ADDON, logical_databases=[{"name": name} for name in NAMES])
    command.write(f"{SHOP_HEAD}logical_databases:\n  others: report\n")
    with on_terminal(command, "plan", "--no-color", piped={"stderr"}) as terminal:
        assert_tame(terminal.finish().stdout.replace("\r\n", "\n"))
    with on_terminal(command, "plan", piped={"stderr"}) as terminal:
        screen = terminal.finish().stdout
    assert "\x1b[31mred" not in screen
    assert "\x1b]" not in screen
    assert "\x1b[2J" not in screen


def test_a_server_that_echoes_an_addon_token_does_not_leak_it(command: Command) -> None:
    """The token of one addon is a secret as well, also where it has not the form of a JWT."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving() as provider:
        # The provider numbers its tokens: 1 is the account's.
        provider.odd["database"].append(reply(400, {"error": "bad: addon-token-canary-2"}))
        done = command.in_environment(**provider.environment)("plan", "-v", status=1)
    assert "bad: [hidden]" in done.stdout


def test_no_token_is_shown_whatever_fails(command: Command, sandbox: Sandbox) -> None:
    """Verbose or not: plan, apply, dry run, failures, a wrong token; the fixture looks at all."""
    command.write(SHOP)
    for verbose in ((), ("-v",)):
        command("plan", *verbose, status=0)
        command("apply", "--dry-run", *verbose, status=2)
        sandbox.fault("status", status=401, times=2, match={"host": "database"})
        command("plan", *verbose)
        wrong = command.in_environment(SCALINGO_API_TOKEN="tk-us-wrong-canary")
        wrong("drift", *verbose, status=77)
        wrong.assert_no_secret()
        sandbox.clear_faults()
    sandbox.fault("drop-after", match={"method": "PATCH"})
    command("apply", "--yes", "-v", "--report", "json=r.json", "--report", "text=r.txt")
    assert len(command.journals()) == 1


@pytest.mark.parametrize("role", ["auth", "api", "database"])
@pytest.mark.parametrize(
    "said",
    [
        API_TOKEN,
        base64.b64encode(f":{API_TOKEN}".encode()).decode(),
        "eyJhbGciOiJub25lIn0.eyJqdGkiOjF9.c2lnbmF0dXJl",
    ],
    ids=["API token", "Basic", "JWT"],
)
def test_a_server_that_echoes_a_token_does_not_leak_it(
    command: Command, role: str, said: str
) -> None:
    """A debug page that repeats the Authorization header shows none of it here."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving() as provider:
        shared = command.in_environment(**provider.environment)
        for status in (400, 401):
            provider.odd[role].append(reply(status, {"error": f"bad header: {said}"}))
            done = shared("plan", "-v", "--report", f"json={role}{status}.json")
            assert done.status in {1, 77}, str(done)
        shared.assert_no_secret()


@pytest.mark.parametrize("token", ["two words", "tk\nnew: header", "tk-\x1b[31m", "tk-\u00e9"])
def test_a_token_that_is_none_is_not_quoted(command: Command, token: str) -> None:
    """A bad token is still a secret: the message names the variable and not the value."""
    command.write(SHOP)
    done = command("plan", environment={"SCALINGO_API_TOKEN": token}, status=77)
    assert token not in done.stderr
    assert all(part not in done.stderr for part in token.split())
    assert_tame(done.stderr)


def test_a_user_in_a_url_is_not_quoted(command: Command) -> None:
    """A password that somebody put into the address is not repeated."""
    command.write(SHOP)
    url = {"SCALINGO_AUTH_URL": "https://me:hunter2@example.org"}
    done = command("plan", environment=url, status=64)
    assert "hunter2" not in done.stderr
    assert "SCALINGO_AUTH_URL" in done.stderr
