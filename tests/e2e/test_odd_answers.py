"""Answers of another shape: the sentence names the request, the status and the first words."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from e2e.command import Command, effects
from e2e.fleet import SHOP, SHOP_ADDON, SHOP_ORDER
from e2e.schemas import JSON, fits
from unit.api.loopback import Addon, reply, serving

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


GOOD = {"get-sqlmode": "ANSI", "list-databases": [{"name": "shop"}]}


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
