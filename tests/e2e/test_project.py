"""The whole project counts, whatever is selected: its protection, its pins, its duplicates."""

from __future__ import annotations

import pytest
from e2e.busy import FLEET, MOMENT, SHOP, spec
from e2e.command import Command, changing

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

APP_ID = "63d1f0a2c4b7e80012a4c701"
GONE = "logical_databases: {absent: [{name: legacy, reason: moved, until: 2999-12-31}]}\n"
PROTECTED = "protect: true\n"
DELETE = "databases delete {} legacy --confirm legacy"
RESET = "databases reset {} legacy --confirm legacy"
APPLY = "apply {} --yes --allow lossy=second/logical_databases/legacy"


def only(handle: str, more: str = "", *, app: str = "shop-web", engine: str = "mysql") -> str:
    """A spec of the only database of its engine in its application."""
    return f"version: 1\ndatabase: {handle}\napp: {app}\nengine: {engine}\n{more}"


@pytest.fixture
def project(command: Command, busy: Sandbox) -> Command:
    """A project whose application has an id, too; it holds no spec yet."""
    apps = [{**app, "id": APP_ID} if app["name"] == "shop-web" else app for app in FLEET["apps"]]
    busy.put_fleet({**FLEET, "apps": apps})
    busy.clear()
    command.write()
    (command.directory / "specs").rmdir()
    return command


def place(project: Command, name: str, text: str) -> None:
    """Write a spec somewhere in the project."""
    path = project.directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


FIRST = {
    "by application": only("first", PROTECTED),
    "by addon": spec("first", "shop-web", SHOP, "mysql", PROTECTED),
    "by resource": spec("first", "shop-web", "shop-web-4821", "mysql", PROTECTED),
    "by application id": only("first", PROTECTED, app=APP_ID),
    "by addon and application id": spec("first", APP_ID, SHOP, "mysql", PROTECTED),
}


@pytest.mark.parametrize("first", FIRST)
def test_any_spec_protects_the_live_database(project: Command, busy: Sandbox, first: str) -> None:
    """By whichever name a one-off command is given it, and wherever the spec is."""
    at = "specs/a.yaml" if first == "by addon" else "elsewhere/deep/a.yaml"
    place(project, at, FIRST[first])
    second = FIRST["by resource" if first != "by resource" else "by addon"]
    place(project, "specs/b.yaml", second.replace("first", "second").replace(PROTECTED, ""))
    for name in ("second", "shop-web/shop-web-4821", f"{APP_ID}/{SHOP}"):
        for line in (DELETE, RESET):
            done = project(*line.format(name).split(), status=3)
            assert "is protected, and this would lose data" in " ".join(done.stdout.split())
            assert "[G101]" in done.stdout
            assert f"{at}:2:11" in "".join(done.stdout.split())
    assert changing(busy) == []


@pytest.mark.parametrize("first", FIRST)
def test_duplicates_are_found_whatever_is_selected(
    project: Command, busy: Sandbox, first: str
) -> None:
    """65 before any change, with both places."""
    place(project, "specs/a.yaml", FIRST[first])
    place(project, "specs/b.yaml", only("second", GONE))
    if first == "by application":
        place(project, "specs/b.yaml", spec("second", "shop-web", SHOP, "mysql", GONE))
    for line in ("apply --only second --yes", "apply specs/b.yaml --yes", "plan --exclude first"):
        done = project(*line.split(), status=65)
        words = " ".join(done.stdout.split())
        assert "'second' and 'first' at specs/a.yaml:2:11 mean one live database" in words
        assert "[S302]" in words
    assert changing(busy) == []


def test_a_one_off_command_finds_duplicates(project: Command, busy: Sandbox) -> None:
    """Where nothing protects the database, none of the two is obeyed."""
    place(project, "specs/a.yaml", only("first"))
    place(project, "specs/b.yaml", spec("second", "shop-web", SHOP, "mysql"))
    for line in (DELETE, RESET, "backups set {} --hour 4", "upgrade {} --yes"):
        done = project(*line.format(f"shop-web/{SHOP}").split(), status=65)
        assert "mean one live database" in " ".join(done.stdout.split())
    assert changing(busy) == []


PINS = {
    "resource": only("first", "resource_id: shop-web-9999\n"),
    "region": spec("first", "shop-web", SHOP, "mysql", "region: osc-secnum-fr1\n"),
}


@pytest.mark.parametrize("pin", PINS)
def test_pins_hold_for_one_off_commands(project: Command, busy: Sandbox, pin: str) -> None:
    """Another database than the pinned one is left alone, by whichever name."""
    place(project, "specs/a.yaml", PINS[pin])
    for name in ("first", f"shop-web/{SHOP}"):
        for line in (RESET, "backups set {} --hour 4", "upgrade {} --yes"):
            done = project(*line.format(name).split(), status=3)
            assert "[G103]" in done.stdout
    assert changing(busy) == []


UNREAD = {
    "a typo": (only("x", "protct: true\n"), 3),
    "no engine": ("version: 1\ndatabase: x\napp: shop-web\n", 3),
    "broken": (only("x", "backups: [\n"), 3),
    "no application": ("version: 1\ndatabase: x\nengine: mysql\n", 3),
    "of another application": (only("x", "protct: true\n", app="other"), 0),
    "no such addon": (spec("x", "shop-web", "ad-shp", "mysql"), 3),
    "an unknown application id": (only("x", app="5c" * 12), 3),
    "of a neighbour": (spec("x", "shop-web", "ad-cache", "redis"), 0),
    "of another region": (only("x", "region: osc-secnum-fr1\n"), 0),
}


@pytest.mark.parametrize("name", UNREAD)
@pytest.mark.parametrize("line", [RESET, APPLY], ids=["reset", "apply"])
def test_nothing_is_lost_while_a_spec_may_protect_it(
    project: Command, busy: Sandbox, name: str, line: str
) -> None:
    """A spec of the application that cannot be read or resolved; other changes are made."""
    text, status = UNREAD[name]
    place(project, "elsewhere/x.yaml", text)
    place(project, "specs/b.yaml", spec("second", "shop-web", SHOP, "mysql", GONE))
    what = "specs/b.yaml" if line is APPLY else "second"
    done = project(*line.format(what).split(), status=status if line is not APPLY else None)
    assert ("[G111]" in done.stdout) == (status == 3), str(done)
    assert ("elsewhere/x.yaml" in "".join(done.stdout.split())) == (status == 3)
    assert len(changing(busy)) == (status == 0)
    if status:
        project("databases", "create", "second", "audit", status=0)


def test_several_addons_of_an_engine_leave_it_open(project: Command, busy: Sandbox) -> None:
    """A spec without an addon could mean either: neither loses anything."""
    first, *others = busy.fleet()["apps"]
    two = {"id": "ad-two", "resource_id": "shop-web-9", "engine": "mysql"}
    busy.put_fleet({**FLEET, "apps": [{**first, "addons": [*first["addons"], two]}, *others]})
    place(project, "elsewhere/a.yaml", only("first"))
    done = project(*RESET.format(f"shop-web/{SHOP}").split(), status=3)
    assert "has several mysql addons" in " ".join(done.stdout.split())
    assert changing(busy) == []


@pytest.mark.parametrize(
    "line",
    [
        f"restore billing-api/ad-billing --to {MOMENT} --confirm billing-api/ad-billing",
        "retention delete iot/ad-iot 7-days --confirm 7-days",
    ],
)
def test_other_losses_are_losses(project: Command, busy: Sandbox, line: str) -> None:
    """Of each engine."""
    place(project, "a.yaml", only("b", PROTECTED, app="billing-api", engine="postgresql"))
    place(project, "b.yaml", only("t", PROTECTED, app="iot", engine="influxdb"))
    assert "[G101]" in project(*line.split(), status=3).stdout
    assert changing(busy) == []


def test_a_listing_is_asked_for_only_where_it_decides(project: Command, busy: Sandbox) -> None:
    """Once for each application, and not for what offline facts tell."""

    def listings(*line: str, status: int = 0) -> int:
        busy.clear()
        project(*line, status=status)
        return sum(one["path"].endswith("/addons") for one in busy.requests()["requests"])

    place(project, "specs/b.yaml", spec("second", "shop-web", SHOP, "mysql", GONE))
    place(project, "specs/c.yaml", spec("cache", "shop-web", "ad-cache", "redis"))
    assert listings("plan", "--only", "second") == 0
    assert listings(*RESET.format("second").split()) == 0
    place(project, "specs/d.yaml", spec("typo", "shop-web", "ad-shp", "mysql"))
    assert listings("databases", "create", "second", "audit") == 0
    assert listings(*RESET.format("second").split(), status=3) == 1
    place(project, "specs/d.yaml", only("again"))
    assert listings("plan", "--only", "second", status=65) == 1
