"""`ignore` in a spec and in reconcile.yaml: what it takes out, how it ends, what it cannot mean."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from builders import TODAY

from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.state import Desired
from reconcile.model.target import Pins
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import Loaded, load_specs

pytestmark = pytest.mark.usefixtures("project")

HEAD = "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\n"
KINDS = """\
backups: {enabled: true, hours: [3]}
sql_mode: [ANSI]
logical_databases:
  present: [shop, audit]
  absent: [{name: legacy, reason: moved, until: 2027-01-31}]
"""


def entry(path: str, until: str = "2027-01-31") -> str:
    """One entry of `ignore`."""
    return f"  - {{path: {path}, reason: the support moved it, until: {until}}}\n"


def load(*entries: str, kinds: str = KINDS, config: Config | None = None) -> Loaded:
    """Read a spec with these entries."""
    ignore = f"ignore:\n{''.join(entries)}" if entries else ""
    Path("shop.yaml").write_text(HEAD + ignore + kinds, encoding="utf-8")
    return load_specs([Path("shop.yaml")], config=config or Config(), today=TODAY)


def wanted(*entries: str) -> Desired:
    """The one database of a spec without a finding."""
    loaded = load(*entries)
    assert loaded.findings == ()
    return loaded.desired[0]


def configured(*entries: str) -> tuple[Config, tuple[Finding, ...]]:
    """Read a reconcile.yaml with these entries."""
    text = f"version: 1\nignore:\n{''.join(entries)}"
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    return load_config(Path("reconcile.yaml"), today=TODAY)


def test_a_kind_is_neither_wanted_nor_read() -> None:
    """No request is spent on it."""
    one = wanted(entry("backups"))
    assert sorted(one.kinds) == ["logical_databases", "sql_mode"]
    assert one.whole == {"backups": Backups(enabled=True, hours=(3,))}
    assert one.as_written() == evolve(
        wanted(), location=one.location, origins=one.origins, whole=one.whole
    )
    (ignored,) = one.ignored
    assert ignored.address == Address(database="shop", kind="backups")
    assert (ignored.reason, ignored.until) == ("the support moved it", date(2027, 1, 31))
    assert str(ignored.location) == "shop.yaml:6:12"


SHOP = LogicalDatabases(present=(LogicalDatabase(name="shop"),))


@pytest.mark.parametrize(
    ("kind", "names", "left"),
    [
        ("backups", ["hours"], Backups(enabled=True)),
        ("backups", ["hours", "enabled"], None),
        ("logical_databases", ["audit", "legacy"], SHOP),
    ],
)
def test_what_is_ignored_of_a_kind_is_not_wanted(kind: str, names: list[str], left: object) -> None:
    """Entries of one kind add up; an approval to delete that is ignored is not acted on."""
    assert wanted(*(entry(f"{kind}/{name}") for name in names)).kinds.get(kind) == left


def test_the_places_of_what_is_left_do_not_move() -> None:
    """A name keeps its place when the one before it is ignored."""
    one = wanted(entry("logical_databases/shop"))
    address = Address.parse("shop/logical_databases/audit")
    assert str(one.origin(address).location) == "shop.yaml:10:19"


def test_entries_of_kinds_that_nothing_names_have_no_force() -> None:
    """What is not managed cannot differ."""
    loaded = load(entry("features"), entry("maintenance_window/hour"))
    assert (loaded.findings, loaded.desired[0].ignored) == ((), ())


def test_entries_of_both_files_add_up() -> None:
    """Those of reconcile.yaml begin with a handle, and count for that database only."""
    config, findings = configured(entry("shop/backups/hours"), entry("billing/sql_mode"))
    assert findings == ()
    loaded = load(entry("logical_databases/audit"), config=config)
    assert loaded.findings == ()
    (one,) = loaded.desired
    assert [str(each.address) for each in one.ignored] == [
        "shop/backups/hours",
        "shop/logical_databases/audit",
    ]
    assert one.ignored[0].location.file == "reconcile.yaml"
    assert one.kinds["backups"] == Backups(enabled=True)


def test_what_a_default_gives_can_be_ignored() -> None:
    """The default stays, and the database is left as it is."""
    Path("reconcile.yaml").write_text(
        "version: 1\ndefaults: {engines: {mysql: {backups: {hours: [3]}}}}\n", encoding="utf-8"
    )
    config, _findings = load_config(Path("reconcile.yaml"), today=TODAY)
    (one,) = load(entry("backups"), kinds="", config=config).desired
    assert one.kinds == {}
    assert len(one.ignored) == 1


@pytest.mark.parametrize(
    ("path", "code", "message", "hint"),
    [
        ("backup", "S104", "there is no kind 'backup'", "did you mean 'backups'?"),
        ("backups/hour", "S104", "backups has no 'hour'", "did you mean 'hours'?"),
        ("features/force_ssl", "S104", "features has no 'force_ssl'", "did you mean 'force-ssl'?"),
        ("backups/", "S104", "'backups/' leads to nothing", "write kind, kind/name"),
        ("/backups", "S104", "'/backups' leads to nothing", "write kind, kind/name"),
        ("shop/backups", "S104", "begins with the handle", "leave the handle out: backups"),
        ("extensions/postgis", "S201", "mysql has no extensions", "take the entry out"),
    ],
)
def test_a_path_that_leads_nowhere(path: str, code: str, message: str, hint: str) -> None:
    """An entry that could never have force is an error at its place."""
    (found,) = load(entry(path)).findings
    assert (found.code, str(found.location), found.severity) == (
        code,
        "shop.yaml:6:12",
        Severity.ERROR,
    )
    assert message in found.message
    assert hint in (found.hint or "")


def test_a_path_of_the_configuration_begins_with_a_handle() -> None:
    """A kind alone is that of no database."""
    config, (found,) = configured(entry("backups"))
    assert (found.code, str(found.location)) == ("S104", "reconcile.yaml:3:12")
    assert "handle/kind" in (found.hint or "")
    assert config.ignored == ()


def test_a_kind_that_the_engine_of_a_handle_lacks() -> None:
    """That the engine has none is known as soon as the spec is read."""
    config, findings = configured(entry("shop/extensions/postgis"))
    assert findings == ()
    (found,) = load(config=config).findings
    assert (found.code, str(found.location)) == ("S201", "reconcile.yaml:3:12")


@pytest.mark.parametrize(
    ("handle", "hint"),
    [("shp", "did you mean 'shop'?"), ("telemetry", "correct it, or take the entry out")],
)
def test_a_handle_of_no_spec(handle: str, hint: str) -> None:
    """A warning at its place, where all specs are there; of one file nobody can say."""
    config, findings = configured(entry(f"{handle}/backups"))
    assert findings == ()
    assert load(config=config).findings == ()
    Path("specs").mkdir()
    Path("shop.yaml").rename("specs/shop.yaml")
    loaded = load_specs([Path("specs")], config=config, today=TODAY)
    (found,) = loaded.findings
    assert (found.code, found.severity) == ("S309", Severity.WARNING)
    assert (found.message, found.hint) == (f"no spec here has the handle {handle!r}", hint)
    assert str(found.location) == "reconcile.yaml:3:12"
    assert [one.handle for one in loaded.desired] == ["shop"]
    Path("specs/none.yaml").write_text("", encoding="utf-8")
    loaded = load_specs([Path("specs")], config=config, today=TODAY)
    assert [one.code for one in loaded.findings] == ["S013"]


def test_findings_of_the_configuration_stand_in_the_order_of_their_places() -> None:
    """Whatever looked for them, and when."""
    waiver = "{severity: warning, reason: why, until: 2026-11-10}"
    Path("reconcile.yaml").write_text(
        f"version: 1\nguards: {{G105: {waiver}}}\nignore:\n{entry('shop/backup')}", encoding="utf-8"
    )
    _config, findings = load_config(Path("reconcile.yaml"), today=TODAY)
    assert [str(one.location) for one in findings] == ["reconcile.yaml:2:56", "reconcile.yaml:4:12"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{path: backups, until: 2027-01-31}", "S105"),
        ("{path: backups, reason: why}", "S105"),
        ('{path: backups, reason: "", until: 2027-01-31}', "S104"),
        ('{path: backups, reason: "a\\nb", until: 2027-01-31}', "S104"),
        ("{path: backups, reason: why, until: soon}", "S101"),
        ("{path: backups, reason: why, until: 2027-01-31, for: me}", "S102"),
        ("backups", "S101"),
    ],
)
def test_a_reason_and_a_date_are_due(text: str, code: str) -> None:
    """None lasts for ever, and none is without a word of why."""
    assert [one.code for one in load(f"  - {text}\n").findings] == [code]


@pytest.mark.parametrize(
    ("day", "code", "severity"),
    [("10", "S307", Severity.WARNING), ("01", "S308", Severity.ERROR)],
)
def test_one_that_ended_holds_for_a_fortnight(day: str, code: str, severity: Severity) -> None:
    """With a warning; then no file in which it stands is valid."""
    loaded = load(entry("backups", f"2026-11-{day}"))
    (found,) = loaded.findings
    assert (found.code, found.severity) == (code, severity)
    assert f"ignoring 'shop/backups' ended on 2026-11-{day}" in found.message
    assert ["backups" in one.kinds for one in loaded.desired] == ([False] if code == "S307" else [])
    _config, (found,) = configured(entry("shop/backups", f"2026-11-{day}"))
    assert (found.code, str(found.location)) == (code, "reconcile.yaml:3:63")


def test_pins_of_the_header() -> None:
    """The resource id and the region that the live database must have."""
    text = HEAD + "resource_id: shop-web-4821\nregion: osc-fr1\nbackups: {enabled: true}\n"
    Path("shop.yaml").write_text(text, encoding="utf-8")
    loaded = load_specs([Path("shop.yaml")], config=Config(), today=TODAY)
    assert loaded.findings == ()
    assert loaded.desired[0].pins == Pins(resource_id="shop-web-4821", region="osc-fr1")


@pytest.mark.parametrize(
    "line", ["region: Paris", "resource_id: ../x", "region: {}", "resource_id:"]
)
def test_pins_that_cannot_be_meant(line: str) -> None:
    """A pin is a name of the provider's."""
    assert load(kinds=f"{line}\n").desired == ()
