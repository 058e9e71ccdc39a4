"""What is deleted, what is withheld, and what one broken database does to the others."""

from __future__ import annotations

import pytest
from e2e.command import Command, changing, effects, logical
from e2e.fleet import CACHE, IOT, SHOP, SHOP_ADDON, SHOP_HEAD, SHOP_WITHOUT_LEGACY

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

LEGACY = "shop/logical_databases/legacy"
EXPIRED = SHOP_WITHOUT_LEGACY.replace("2099-12-31", "2001-12-31")
PROTECTED = SHOP_WITHOUT_LEGACY + "protect: true\n"


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
