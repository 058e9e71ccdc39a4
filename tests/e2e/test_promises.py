"""What is deleted, what is withheld, and what one broken database does to the others."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from e2e.command import Command, changing, effects, logical
from e2e.fleet import CACHE, FLEET, IOT, SHOP, SHOP_ADDON, SHOP_HEAD, SHOP_WITHOUT_LEGACY
from unit.api.loopback import Addon, Reply, reply, serving

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

LEGACY = "shop/logical_databases/legacy"
EXPIRED = SHOP_WITHOUT_LEGACY.replace("2099-12-31", "2001-12-31")
PROTECTED = SHOP_WITHOUT_LEGACY + "protect: true\n"


GOOD = {"get-sqlmode": "NO_ENGINE_SUBSTITUTION", "list-databases": [{"name": "shop"}]}


ODD = {
    "a list": reply(200, {"database": [1, 2]}),
    "a bare number": reply(200, 17),
    "nothing": reply(200, ""),
    "a flag as text": reply(
        200, {"database": {**Addon().database(), "periodic_backups_enabled": "yes"}}
    ),
    "no status": reply(200, {"database": {"type_name": "mysql"}}),
    "half a document": reply(200, b'{"database": {"type_na'),
    "a redirect": reply(302, "", Location="http://127.0.0.2/"),
    "too deep": reply(200, b"[" * 100_000),
}


@pytest.mark.parametrize(
    ("spec", "allow", "word"),
    [
        (SHOP_WITHOUT_LEGACY, (), "not allowed"),
        (SHOP_WITHOUT_LEGACY, ("--allow", "lossy"), "not allowed"),
        (SHOP_WITHOUT_LEGACY, ("--allow", "weakens", "--allow", "disruptive"), "not allowed"),
        (SHOP_WITHOUT_LEGACY, ("--allow", "lossy=shop/logical_databases/shop"), "not allowed"),
        (SHOP_WITHOUT_LEGACY, ("--allow", f"weakens={LEGACY}"), "not allowed"),
        (PROTECTED, ("--allow", f"lossy={LEGACY}"), "refused"),
        (EXPIRED, ("--allow", f"lossy={LEGACY}"), "refused"),
    ],
    ids=[
        "nothing allowed",
        "lossy everywhere but nobody there",
        "other risks",
        "another address",
        "another risk at the address",
        "protected",
        "expired approval",
    ],
)
def test_a_deletion_without_every_yes_does_not_happen(
    command: Command, sandbox: Sandbox, spec: str, allow: tuple[str, ...], word: str
) -> None:
    """What is safe is done, what would lose data is not, and the run says so with 2."""
    command.write(spec)
    document = command("apply", "--yes", "--format", "json", *allow, status=2).document()
    results = {one["address"]: one["result"] for one in document["outcomes"]}
    assert results == {"shop/backups": "done", LEGACY: word}
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy"}
    assert effects(sandbox) == [("PATCH", None)]


def test_taking_a_name_out_deletes_nothing(command: Command, sandbox: Sandbox) -> None:
    """What was present and is named no more is unmanaged, also with every flag."""
    command.write(SHOP)
    command("apply", "--yes", status=0)
    command.write(SHOP_HEAD + "logical_databases: [shop]\n")
    sandbox.clear()
    command("apply", "--yes", "--allow", "lossy", "--allow", "weakens", status=0)
    assert changing(sandbox) == []
    text = command("plan", status=0).stdout
    assert "2 (logical_databases/audit, logical_databases/legacy)" in text


SHADOW = "__shadow"


def test_a_name_that_begins_with_two_underscores_is_a_name(
    command: Command, sandbox: Sandbox
) -> None:
    """As a logical database, a retention policy and a label: chosen, planned, and in sync after."""
    head = SHOP_HEAD.replace("{env: production}", f"{{{SHADOW}: {SHADOW}}}")
    policies = IOT.replace("engine:", f"labels: {{{SHADOW}: {SHADOW}}}\nengine:").replace(
        "30-days", SHADOW
    )
    command.write(f"{head}logical_databases: [shop, {SHADOW}]\n", policies, CACHE)
    chosen = ("--only", f"label:{SHADOW}={SHADOW}")
    command("apply", "--yes", *chosen, status=0)
    assert sorted(effects(sandbox)) == [
        ("POST", "add-retention-policy"),
        ("POST", "create-database"),
    ]
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy", SHADOW}
    command("drift", *chosen, status=0)
    policies = policies.replace("duration: 30d", "duration: 31d, on_change: replace")
    command.write(f"{head}logical_databases: [shop, {SHADOW}]\n", policies, CACHE)
    document = command("plan", *chosen, "--format", "json", status=0).document()
    (changed,) = (one for one in document["databases"] if one["items"])
    assert {one["address"] for one in changed["items"]} == {
        f"telemetry/retention_policies/{SHADOW}"
    }


def test_an_approved_and_allowed_deletion_happens(command: Command, sandbox: Sandbox) -> None:
    """Absent with a reason and a date, allowed at its address: it goes, and nothing else."""
    command.write(SHOP_WITHOUT_LEGACY)
    command("apply", "--yes", "--allow", f"lossy={LEGACY}", status=0)
    assert logical(sandbox, SHOP_ADDON) == {"shop"}
    assert effects(sandbox) == [("PATCH", None), ("POST", "delete-database")]


def test_weakening_is_withheld_until_it_is_allowed(command: Command, sandbox: Sandbox) -> None:
    """Turning backups off takes a word, everywhere or at the address."""
    command.write(CACHE)
    command("apply", "--yes", status=2)
    assert changing(sandbox) == []
    command("apply", "--yes", "--allow", "weakens=sessions/backups", status=0)
    assert effects(sandbox) == [("PATCH", None)]
    sandbox.put_fleet(FLEET)
    command("apply", "--yes", "--allow", "weakens", status=0)


def test_one_broken_database_hides_no_other(command: Command, sandbox: Sandbox) -> None:
    """HTML, half an answer, no answer: each is unknown with its request, the rest is planned."""
    apps = [
        {"name": f"app{number}", "addons": [{"id": f"ad-{number}", "engine": "mysql"}]}
        for number in range(4)
    ]
    sandbox.put_fleet({"version": 1, "apps": apps})
    command.write(
        *(
            SHOP.replace(": shop\n", f": db{number}\n")
            .replace("shop-web", f"app{number}")
            .replace("ad-shop", f"ad-{number}")
            for number in range(4)
        )
    )
    for number, kind in enumerate(("html", "truncate", "drop-before")):
        match = {"host": "database", "path": f"/api/databases/ad-{number}*"}
        sandbox.fault(kind, status=503, times=None, match=match)
    document = command("drift", "--format", "json", status=1).document()
    found = {one["handle"]: one for one in document["databases"]}
    assert [found[f"db{number}"]["status"] for number in range(4)] == [
        "unknown",
        "unknown",
        "unknown",
        "changes",
    ]
    for number in range(3):
        assert f"/api/databases/ad-{number}" in found[f"db{number}"]["error"]
        assert "\n" not in found[f"db{number}"]["error"]
    assert "HTTP 503" in found["db0"]["error"]
    assert len(found["db3"]["items"]) == 4


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_answer_of_another_shape_is_unknown(command: Command, odd: Reply) -> None:
    """Whatever comes back, the database is unknown, with a sentence."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        provider.odd["database"].append(odd)
        done = command.in_environment(**provider.environment)("plan", status=1)
    assert "1 unknown" in done.stdout
    assert "Location" not in done.stdout


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({"get-sqlmode": ["STRICT"], "list-databases": []}, "get-sqlmode"),
        ({"get-sqlmode": "", "list-databases": {"name": "x"}}, "list-databases"),
        ({"get-sqlmode": "", "list-databases": [{"name": None}]}, "list-databases"),
        ({"get-sqlmode": ""}, "no such action here"),
    ],
    ids=["sqlmode is a list", "databases are an object", "name is null", "ok 0"],
)
def test_an_action_that_answers_otherwise_is_unknown(
    command: Command, results: dict[str, object], said: str
) -> None:
    """An action's answer of another shape, or `ok: 0` where the engine surely offers it."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving(("shop-web", Addon(results=results))) as provider:
        done = command.in_environment(**provider.environment)("drift", status=1)
    assert said in done.stdout


def test_a_token_goes_to_no_redirect(command: Command, sandbox: Sandbox) -> None:
    """A redirect is never followed: the sandbox it points to hears nothing."""
    command.write(SHOP.replace("ad-shop", "ad-1"))
    with serving(("shop-web", Addon(results=GOOD))) as provider:
        place = f"http://{urlsplit(sandbox.url).netloc}/v1/tokens/exchange"
        provider.odd["auth"].extend([reply(307, "", Location=place)] * 4)
        command.in_environment(**provider.environment)("plan", status=1)
    assert sandbox.requests()["requests"] == []
