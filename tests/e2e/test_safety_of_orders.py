"""Orders that are interrupted, protected by a spec, or answered by an operation of somebody else."""

from __future__ import annotations

import base64
import http.client
import json
import signal
from typing import Any
from urllib.parse import urlsplit

import pytest
from e2e.busy import BILLING, FLEET, MOMENT, SHOP, spec
from e2e.command import Command, changing, effects, journal_entries, live, logical, signal_to
from e2e.schemas import JSON, fits, sent

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

RESET = "databases reset shop legacy --confirm legacy"
RESTORE = f"restore billing --to {MOMENT} --confirm billing"
READS = {
    "reset, the resource": (RESET, {"method": "GET", "path": f"/api/databases/{SHOP}"}),
    "reset, the listing": (RESET, {"action_name": "list-databases"}),
    "upgrade, the resource": (
        "upgrade shop --yes",
        {"method": "GET", "path": f"/api/databases/{SHOP}"},
    ),
    "upgrade, the version": ("upgrade shop --yes", {"path": "/api/database_type_versions/*"}),
    "restore, the resource": (RESTORE, {"method": "GET", "path": f"/api/databases/{BILLING}"}),
    "restore, the window": (RESTORE, {"path": "*/pitr/recovery_window"}),
}
"""An order, and a read that comes before what it sends."""

FOREIGN = {
    "current_operation_id": "a" * 24,
    "operations": [{"id": "a" * 24, "type": "backup", "status": "running"}],
}
"""An operation that somebody else began, of another type than an upgrade."""

MONGO = "ad-mongo"
APP_ID = "5c" * 12
NEIGHBOURS: dict[str, Any] = {
    "version": 1,
    "apps": [
        {
            "id": APP_ID,
            "name": "shop-web",
            "addons": [
                FLEET["apps"][0]["addons"][0],
                {
                    "id": MONGO,
                    "resource_id": "shop-web-4823",
                    "engine": "mongodb",
                    "logical_databases": [{"name": "legacy", "tables": 2}],
                },
            ],
        }
    ],
}
"""Two databases of one application, of two engines, with something to lose in each."""

SPECS = {
    "app and engine": spec("shop", "shop-web", SHOP, "mysql", "protect: true\n").replace(
        f"addon: {SHOP}\n", ""
    ),
    "addon id": spec("shop", "shop-web", SHOP, "mysql", "protect: true\n"),
    "resource id": spec("shop", "shop-web", "shop-web-4821", "mysql", "protect: true\n"),
    "application id": spec("shop", APP_ID, SHOP, "mysql", "protect: true\n").replace(
        f"addon: {SHOP}\n", ""
    ),
}
EACH_SPEC = pytest.mark.parametrize("protecting", SPECS)
LOSS = pytest.mark.parametrize("loss", ["reset", "delete"])


def asked(sandbox: Sandbox, path: str, authorization: str) -> Any:
    """What the provider's API answers to a POST."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        connection.request("POST", path, "{}", headers)
        response = connection.getresponse()
        assert response.status in {200, 201}, response.status
        return json.loads(response.read())
    finally:
        connection.close()


def with_ready_token(command: Command, sandbox: Sandbox, app: str, addon: str) -> Command:
    """The command with a token for one database, and no account."""
    basic = base64.b64encode(f":{sandbox.token}".encode()).decode()
    account = asked(sandbox, "/v1/tokens/exchange", f"Basic {basic}")["token"]
    answer = asked(sandbox, f"/v1/apps/{app}/addons/{addon}/token", f"Bearer {account}")
    token = str(answer["addon"]["token"])
    command.tokens.add(token)
    environment = {
        "PATH": command.environment["PATH"],
        "HOME": command.environment["HOME"],
        "DB_BEARER_TOKEN": token,
        "DB_API_URL": sandbox.url,
    }
    made = Command(directory=command.directory, environment=environment)
    made.tokens.add(token)
    sandbox.clear()
    return made


@pytest.mark.parametrize("name", READS)
def test_an_order_that_is_interrupted_while_it_reads_is_not_sent(
    command: Command, busy: Sandbox, name: str
) -> None:
    """Although it was agreed to on the command line: 130, and nothing was begun."""
    line, match = READS[name]
    busy.fault("hold", match=match)
    arguments = tuple(line.split())
    with command.started(*arguments) as process:
        busy.wait_until_held()
        signal_to(process, signal.SIGINT)
        busy.release()
        done = command.ended(process, *arguments)
    assert done.status == 130, str(done)
    assert changing(busy) == []
    written = [one["event"] for path in command.journals() for one in journal_entries(path)]
    assert "started" not in written


def a_loss(loss: str, name: str) -> tuple[str, ...]:
    """The command line that loses a logical database."""
    return ("databases", loss, name, "legacy", "--confirm", "legacy")


@LOSS
@EACH_SPEC
def test_a_ready_token_opens_no_way_around(
    command: Command, sandbox: Sandbox, protecting: str, loss: str
) -> None:
    """There is no account to look names up in: the resource has to tell."""
    sandbox.put_fleet(NEIGHBOURS)
    command.write(SPECS[protecting])
    mine = with_ready_token(command, sandbox, "shop-web", SHOP)
    mine(*a_loss(loss, f"shop-web/{SHOP}"), status=3)
    assert changing(sandbox) == []
    assert logical(sandbox, SHOP) == {"shop", "legacy"}
    mine.assert_no_secret()


@LOSS
@EACH_SPEC
@pytest.mark.parametrize("ready", [False, True], ids=["account", "ready token"])
def test_a_neighbour_is_not_protected(
    command: Command, sandbox: Sandbox, protecting: str, loss: str, ready: bool
) -> None:
    """The same application, another engine."""
    sandbox.put_fleet(NEIGHBOURS)
    command.write(SPECS[protecting])
    mine = with_ready_token(command, sandbox, "shop-web", MONGO) if ready else command
    mine(*a_loss(loss, f"shop-web/{MONGO}"), status=0)
    assert sent(sandbox) == [f"POST {loss}-database"]
    mine.assert_no_secret()


@pytest.mark.parametrize("addon", ["ad-other", "shop-web-9999"])
@pytest.mark.parametrize("ready", [False, True], ids=["account", "ready token"])
def test_another_addon_of_the_same_engine_is_not_protected(
    command: Command, sandbox: Sandbox, addon: str, ready: bool
) -> None:
    """Where both are told in the same spelling, there is no doubt."""
    first, *others = NEIGHBOURS["apps"]
    two = {"id": "ad-other", "resource_id": "shop-web-9999", "engine": "mysql"}
    sandbox.put_fleet(
        {**NEIGHBOURS, "apps": [{**first, "addons": [*first["addons"], two]}, *others]}
    )
    command.write(spec("other", "shop-web", addon, "mysql", "protect: true\n"))
    mine = with_ready_token(command, sandbox, "shop-web", SHOP) if ready else command
    mine(*a_loss("reset", f"shop-web/{SHOP}"), status=0)
    assert sent(sandbox) == ["POST reset-database"]
    mine.assert_no_secret()


@pytest.mark.parametrize("name", [f"shop-web/{SHOP}", "shop"])
def test_a_setting_is_changed_with_a_ready_token(
    command: Command, busy: Sandbox, name: str
) -> None:
    """Nobody looks the engine up: the resource tells it."""
    mine = with_ready_token(command, busy, "shop-web", SHOP)
    mine("backups", "set", name, "--hour", "4", status=0)
    assert sent(busy) == [f"PATCH /api/databases/{SHOP}"]
    assert live(busy, SHOP)["backups"] == {"enabled": True, "hours": [4]}
    mine.assert_no_secret()


@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_an_operation_of_another_type_is_not_the_ordered_one(
    command: Command, busy: Sandbox, kind: str
) -> None:
    """An answer that was lost is not found in somebody else's operation."""
    busy.fault(kind, match={"path": f"/api/databases/{SHOP}/upgrade"})
    match = {"method": "GET", "path": f"/api/databases/{SHOP}"}
    busy.fault("outside-write", database=SHOP, change=FOREIGN, match=match, after=1)
    document = fits(command("upgrade", "shop", "--yes", *JSON, status=4))
    assert (document["result"], document["operation"]) == ("unknown", None)
    assert document["message"].endswith("it may or may not have taken effect")
    assert sent(busy) == [f"POST /api/databases/{SHOP}/upgrade"]
    assert len(effects(busy)) == (kind == "drop-after")


@LOSS
@EACH_SPEC
@pytest.mark.parametrize("name", ["shop-web/ad-shop", "shop-web/shop-web-4821"])
def test_a_protected_database_has_many_names(
    command: Command, sandbox: Sandbox, protecting: str, loss: str, name: str
) -> None:
    """Whichever is said, and whichever the spec says."""
    sandbox.put_fleet(NEIGHBOURS)
    command.write(SPECS[protecting])
    done = command(*a_loss(loss, name), status=3)
    words = " ".join(done.stdout.split())
    assert (
        " refused: the database is protected, and this would lose data: the spec of 'shop' at"
        " specs/spec0.yaml:2:11 protects this live database"
    ) in words
    assert "[G101]" in words
    assert changing(sandbox) == []
    assert logical(sandbox, SHOP) == {"shop", "legacy"}
