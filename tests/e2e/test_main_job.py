"""The main job from specs to nothing left to do, with the requests that it takes."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest
from e2e.command import Command, changing, live, logical
from e2e.fleet import (
    BILLING,
    BILLING_ADDON,
    CACHE,
    FLEET,
    INVALID,
    IOT,
    SHOP,
    SHOP_ADDON,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)

from scalingo_sandbox import Sandbox


def addresses(document: dict[str, Any], kind: str = "action") -> list[str]:
    """The addresses of a document's items of one type."""
    return [
        entry["address"]
        for database in document["databases"]
        for entry in database["items"]
        if entry["type"] == kind
    ]


def test_specs_become_the_live_state_and_stay_it(command: Command, sandbox: Sandbox) -> None:
    """Plan, apply, a person's step, drift: in the end nothing is left at all."""
    command.write(SHOP, BILLING, IOT)
    planned = command("plan", "--format", "json", status=0).document()
    assert addresses(planned) == [
        "billing/backups",
        "billing/query_stats",
        "shop/logical_databases/audit",
        "shop/backups",
        "shop/sql_mode",
        "telemetry/retention_policies/30-days",
    ]
    assert addresses(planned, "manual_step") == ["billing/extensions/postgis"]
    applied = command("apply", "--yes", "--format", "json", status=2).document()
    assert applied["results"] == {"done": 6}
    assert addresses(applied) == []
    after = command("plan", "--format", "json", status=0).document()
    assert addresses(after) == []
    sandbox.sql(BILLING_ADDON, "CREATE EXTENSION postgis;")
    drift = command("drift", "--format", "json", status=0).document()
    assert [database["status"] for database in drift["databases"]] == ["in sync"] * 3
    assert live(sandbox, SHOP_ADDON)["backups"] == {"enabled": True, "hours": [3]}
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy", "audit"}


def test_applied_twice_is_applied_once(command: Command, sandbox: Sandbox) -> None:
    """A second apply does nothing and sends no request that changes something."""
    command.write(SHOP, BILLING, IOT)
    command("apply", "--yes", status=2)
    fleet = sandbox.fleet()
    sandbox.clear()
    again = command("apply", "--yes", "--format", "json", status=2).document()
    assert again["outcomes"] == []
    assert changing(sandbox) == []
    assert sandbox.fleet() == fleet


def test_what_no_spec_names_is_never_touched(command: Command, sandbox: Sandbox) -> None:
    """Absent means unmanaged: only the named key of the named database changes."""
    command.write(SHOP_HEAD + "backups: {hours: [3]}\n")
    before = sandbox.fleet()
    command("apply", "--yes", status=0)
    after = sandbox.fleet()
    before["apps"][0]["addons"][0]["backups"] = {"enabled": True, "hours": [3]}
    assert after == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "--detailed-exitcode", "-v"),
        ("drift",),
        ("validate",),
        ("apply", "--dry-run"),
        ("apply", "--dry-run", "--yes", "--allow", "lossy=shop/logical_databases/legacy"),
        ("plan", "--format", "json", "--report", "text=plan.txt"),
    ],
    ids=" ".join,
)
def test_what_only_reads_sends_nothing_that_changes(
    command: Command, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    """Not one request of a changing kind, also where there is much to change."""
    command.write(SHOP_WITHOUT_LEGACY, BILLING, IOT, CACHE)
    before = sandbox.fleet()
    assert command(*arguments).status in {0, 2}
    assert changing(sandbox) == []
    assert sandbox.fleet() == before


@pytest.mark.parametrize(("spec", "status"), [(SHOP, 0), (INVALID, 65)], ids=["valid", "invalid"])
def test_validating_is_offline(command: Command, sandbox: Sandbox, spec: str, status: int) -> None:
    """Neither a request nor a credential nor a variable is needed to check specs."""
    command.write(spec)
    bare = dict.fromkeys(("SCALINGO_AUTH_URL", "SCALINGO_API_TOKEN", "HOME", "PATH"))
    command("validate", environment=bare, status=status)
    command("validate", status=status)
    assert sandbox.requests()["requests"] == []


def _ask(sandbox: Sandbox, method: str, path: str, authorization: str, body: object) -> Any:
    """One request of a client that shares nothing with the product."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=60)
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body), headers)
        response = connection.getresponse()
        assert response.status == 200
        return json.loads(response.read())
    finally:
        connection.close()


def _send_as_printed(sandbox: Sandbox, document: dict[str, Any]) -> None:
    """Send the requests of a dry run, word for word."""
    basic = "Basic " + b64encode(f":{sandbox.token}".encode()).decode()
    user = _ask(sandbox, "POST", "/v1/tokens/exchange", basic, {})["token"]
    targets = {one["handle"]: one["target"] for one in document["databases"]}
    for outcome in document["outcomes"]:
        target = targets[outcome["address"].split("/")[0]]
        place = f"/v1/apps/{target['app']}/addons/{target['addon']}/token"
        addon = _ask(sandbox, "POST", place, f"Bearer {user}", {})["addon"]["token"]
        for request in outcome["requests"]:
            assert request["url"].startswith(f"{sandbox.url}/api/databases/{target['addon']}")
            path = urlsplit(request["url"]).path
            _ask(sandbox, request["method"], path, f"Bearer {addon}", request["body"])


def test_a_dry_run_prints_what_an_apply_sends(command: Command, sandbox: Sandbox) -> None:
    """The same requests in the same order, and sent by hand they have the same effect."""
    command.write(SHOP_WITHOUT_LEGACY, BILLING, IOT, CACHE)
    allow = ("--allow", "lossy=shop/logical_databases/legacy", "--allow", "weakens")
    dry = command("apply", "--dry-run", "--format", "json", *allow, status=2).document()
    assert dry["results"] == {"not sent": 6}
    assert dry["dry_run"] is True

    command("apply", "--yes", *allow, status=2)
    applied = sandbox.fleet()
    sent: dict[str, list[tuple[str, str | None]]] = {}
    for method, path, action in changing(sandbox):
        sent.setdefault(path.split("/")[3], []).append((method, action))
    printed: dict[str, list[tuple[str, str | None]]] = {}
    for outcome in dry["outcomes"]:
        for request in outcome["requests"]:
            place = urlsplit(request["url"]).path.split("/")[3]
            action = (request["body"] or {}).get("action_name")
            printed.setdefault(place, []).append((request["method"], action))
    assert printed == sent

    sandbox.put_fleet(FLEET)
    _send_as_printed(sandbox, dry)
    assert sandbox.fleet() == applied


def test_only_and_exclude_choose_databases(command: Command, sandbox: Sandbox) -> None:
    """What is not selected is neither read nor shown."""
    command.write(SHOP, BILLING, IOT)
    chosen = {
        ("--only", "shop"): ["shop"],
        ("--only", "label:env=*"): ["billing", "shop"],
        ("--exclude", "label:env=production"): ["billing", "telemetry"],
        ("--only", "*l*", "--exclude", "billing"): ["telemetry"],
    }
    for arguments, handles in chosen.items():
        sandbox.clear()
        document = command("plan", "--format", "json", *arguments, status=0).document()
        assert [one["handle"] for one in document["databases"]] == handles
        assert sandbox.requests()["counts"]["api"] == len(handles)


@pytest.mark.parametrize("other", ["addon: shop-web-4821\n", ""], ids=["resource id", "left out"])
def test_two_specs_that_prove_to_mean_one_database_are_refused(
    command: Command, sandbox: Sandbox, other: str
) -> None:
    """Offline they differ; the addon id that the provider names shows that they are one."""
    first = SHOP_HEAD + "backups: {hours: [3]}\n"
    second = SHOP_HEAD.replace("addon: ad-shop\n", other).replace(": shop\n", ": again\n")
    command.write(first, second + "backups: {hours: [5]}\n")
    done = command("apply", "--yes")
    assert changing(sandbox) == [], str(done)
    assert done.status in {1, 64, 65}, str(done)
