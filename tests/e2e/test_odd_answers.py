"""Answers of another shape: the sentence names the request, the status and the first words."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from builders import HERE
from e2e.command import Command, effects
from e2e.fleet import SHOP, SHOP_ADDON, SHOP_ORDER
from e2e.schemas import JSON, fits
from unit.api.loopback import Addon, PlainClock, Provider, Reply, reply, serving, truncated, unheard

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.engine import Engine
from reconcile.model.state import Desired, Observed, Unknown, Unreadable
from reconcile.observe.observer import observe
from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

KINDS = ("backups", "sql_mode", "logical_databases", "engine_version")
WANTED = Desired(
    handle="shop",
    app="shop-web",
    addon="ad-1",
    engine=Engine.MYSQL,
    location=HERE,
    kinds={**dict.fromkeys(KINDS), "engine_version": EngineVersion(version="latest-minor")},
)
GOOD = {"get-sqlmode": "ANSI", "list-databases": [{"name": "shop"}]}
PAGE = "<html><head><title>502 Bad\nGateway</title></head><body><h1>proxy</h1></body></html>"
DUE = "where a JSON object is due"


def resource(**fields: Any) -> Reply:
    """The resource with other values."""
    return reply(200, {"database": {**Addon().database(), **fields}})


def result(value: object) -> Reply:
    """The success of an action."""
    return reply(200, {"ok": 1, "result": value})


def seen(provider: Provider) -> Observed | Unknown:
    """What a run finds of the database."""
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_reading(surroundings) as reads:
        return observe([WANTED], reads)["shop"]


def reason(provider: Provider) -> str:
    """Why the database is unknown."""
    found = seen(provider)
    assert isinstance(found, Unknown), found
    return found.reason


def unreadable(provider: Provider) -> dict[str, str]:
    """Why each kind that cannot be read cannot be; the database and all other kinds are known."""
    found = seen(provider)
    assert isinstance(found, Observed), found
    assert tuple(found.states) == KINDS
    odd = {name: one for name, one in found.states.items() if not isinstance(one, dict)}
    assert all(isinstance(one, Unreadable) for one in odd.values()), odd
    return {name: one.message for name, one in odd.items() if isinstance(one, Unreadable)}


RESOURCE = {
    "a page with 200": (reply(200, PAGE), f"HTTP 200, '502 Bad Gateway' {DUE}"),
    "a page with 502": (reply(502, PAGE), "HTTP 502, '502 Bad Gateway'"),
    "a page without a title": (reply(500, "<h1>Oops</h1>\n<p>broken"), "HTTP 500, 'Oops broken'"),
    "nothing": (reply(200, ""), f"HTTP 200, an empty answer {DUE}"),
    "nothing with 204": (reply(204, ""), f"HTTP 204, an empty answer {DUE}"),
    "nothing with 500": (reply(500, ""), "HTTP 500, an empty answer"),
    "words": (reply(200, "not now"), f"HTTP 200, 'not now' {DUE}"),
    "half a document": (
        reply(200, b'{"database": {"na'),
        f"""HTTP 200, '{{"database": {{"na' {DUE}""",
    ),
    "a list": (reply(200, [1, 2]), f"HTTP 200, '[1, 2]' {DUE}"),
    "a number": (reply(200, 17), f"HTTP 200, '17' {DUE}"),
    "bytes": (reply(200, b"\xff\x00\x1b[2J"), f"HTTP 200, '\ufffd\\x00\\x1b[2J' {DUE}"),
    "too deep": (reply(200, b"[" * 100_000), "HTTP 200, answered what is nested too deeply"),
    "no root": (reply(200, {"db": 1}), """HTTP 200, '{"db": 1}' without 'database'"""),
    "a redirect": (
        reply(302, "", Location="http://127.0.0.2/"),
        "HTTP 302, a redirect, which is never followed",
    ),
    "errors by field": (reply(422, {"errors": {"id": ["bad", "odd"]}}), "HTTP 422, 'id: bad, odd'"),
    "a root of another type": (
        reply(200, {"database": [1]}),
        "the database resource is no object",
    ),
    "no type": (
        resource(type_name=None),
        "the database resource has None as 'type_name'",
    ),
    "no status": (resource(status=7), "the database resource has 7 as 'status'"),
}
ACTION = {
    "a page with 200": (reply(200, PAGE), f"HTTP 200, '502 Bad Gateway' {DUE}"),
    "nothing": (reply(200, ""), f"HTTP 200, an empty answer {DUE}"),
    "a list": (reply(200, []), f"HTTP 200, '[]' {DUE}"),
    "ok is missing": (reply(200, {"result": "x"}), "HTTP 200, answered with None as 'ok'"),
    "ok is a text": (reply(200, {"ok": "1"}), "HTTP 200, answered with '1' as 'ok'"),
    "ok is 0 with 500": (reply(500, {"ok": 0, "error": "x"}), "the provider refused it: 'x'"),
    "ok is 0, unsaid": (reply(200, {"ok": 0}), "the provider refused it: 'no reason given'"),
    "an error": (reply(500, {"error": "boom"}), "HTTP 500, 'boom'"),
}
FIELD = {
    "a flag as text": (
        resource(periodic_backups_enabled="yes"),
        "backups",
        "periodic_backups_enabled is 'yes' where true or false is due",
    ),
    "a version as number": (
        resource(readable_version=8.0),
        "engine_version",
        "readable_version is 8.0 where a text is due",
    ),
}
RESULT = {
    "a list": (result(["ANSI"]), "get-sqlmode answered ['ANSI'] where a text is due"),
    "nothing": (result(None), "get-sqlmode answered None where a text is due"),
}


@pytest.mark.parametrize(("odd", "said"), RESOURCE.values(), ids=RESOURCE)
def test_an_odd_resource_is_told(odd: Reply, said: str) -> None:
    """Each with its request, whatever came back."""
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].extend([odd] * 4)
        assert reason(provider) == f"GET /api/databases/ad-1: {said}"


@pytest.mark.parametrize(("odd", "said"), ACTION.values(), ids=ACTION)
def test_an_odd_answer_of_an_action_is_told(odd: Reply, said: str) -> None:
    """By the action's name."""
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].extend([resource(), odd])
        assert reason(provider) == f"get-sqlmode of ad-1: {said}"


@pytest.mark.parametrize(("odd", "kind", "said"), FIELD.values(), ids=FIELD)
def test_an_odd_field_costs_only_its_kind(odd: Reply, kind: str, said: str) -> None:
    """The message names the request; the other kinds are read."""
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].append(odd)
        assert unreadable(provider) == {kind: f"GET /api/databases/ad-1: {said}"}


@pytest.mark.parametrize(("odd", "said"), RESULT.values(), ids=RESULT)
def test_an_odd_result_is_told(odd: Reply, said: str) -> None:
    """A success that holds another type costs only its kind; the message names the action."""
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].extend([resource(), odd])
        assert unreadable(provider) == {"sql_mode": f"get-sqlmode: {said}"}


def test_half_an_answer_is_told_with_its_host() -> None:
    """Four times, as it was asked for."""
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].extend([truncated(b'{"database"')] * 4)
        assert reason(provider) == (
            f"GET /api/databases/ad-1: no answer from {provider.url}: the answer ends too early"
        )
        assert len(provider.sent("database")) == 4


@pytest.mark.parametrize(("status", "ends"), [(200, 1), (403, 77), (500, 1)])
def test_a_host_that_repeats_a_token_is_quoted_without_it(
    command: Command, tmp_path: Path, status: int, ends: int
) -> None:
    """Not in the result, the report, the JSON, nor with -v; the fixture looks at all of them."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        mine = command.in_environment(**provider.environment, RECONCILE_TOKEN_CACHE="on")
        mine("plan", "-v")
        (token,) = [one for one in mine.tokens if one.startswith("addon-token-canary")]
        for arguments in (("plan", "-v"), ("plan", "--format", "json"), ("apply", "--yes", "-v")):
            words = f"<title>Bearer {token} and more</title>"
            provider.odd["database"].append(reply(status, words))
            done = mine(*arguments, "--report", "json=x.json", status=ends)
            assert "and more" in done.stdout, str(done)
    document = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert "and more" in document["databases"][0]["error"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "status", "status": 500}, "HTTP 500"),
        ({"kind": "status", "status": 503}, "HTTP 503"),
        ({"kind": "html", "status": 422}, "HTTP 422"),
        ({"kind": "truncate"}, "the answer ends too early"),
    ],
    ids=["500", "503", "a page", "half an answer"],
)
def test_a_failed_lookup_costs_only_the_version(
    command: Command, sandbox: Sandbox, fault: dict[str, Any], said: str
) -> None:
    """The other kinds are planned (1) and applied (4); the version is unknown (P105) both times."""
    sandbox.change(SHOP_ADDON, next_version="8.0.36-1")
    sandbox.fault(**fault, times=None, match={"path": "/api/database_type_versions/*"})
    command.write(f'{SHOP}engine_version: ">=8.0.36"\n')
    planned = command("plan", *JSON, status=1)
    (database,) = fits(planned)["databases"]
    items = {one["address"]: one for one in database["items"]}
    assert {"shop/backups", "shop/sql_mode", "shop/logical_databases/audit"} < set(items)
    version = items["shop/engine_version"]
    assert (version["type"], version["code"]) == ("blocked", "P105")
    assert said in version["message"]
    assert "/api/database_type_versions/" in version["message"]
    applied = fits(command("apply", "--yes", *JSON, status=4))
    assert {one["result"] for one in applied["outcomes"]} == {"done"}
    assert Counter(effects(sandbox)) == Counter(SHOP_ORDER)
