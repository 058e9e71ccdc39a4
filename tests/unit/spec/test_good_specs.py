"""What a spec may say, in all its spellings, and what becomes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import TODAY

from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Others
from reconcile.kinds.listing import Removal
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Severity
from reconcile.model.state import Desired
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs
from reconcile.spec.source import Source
from reconcile.spec.yaml import parse, uses_c_parser

pytestmark = pytest.mark.usefixtures("project")

SHOP = """\
# a comment
version: 1
database: shop
app: shop-web
addon: ad-7f6c1f0a
engine: mysql
labels: {team: commerce, env: production, "y": "2026"}
protect: true

backups: {enabled: true, hours: [3]}
sql_mode: STRICT_TRANS_TABLES, no_zero_date
logical_databases:
  present: [shop, audit]
  absent:
    - {name: legacy, reason: moved to audit, until: 2027-01-31}
  others: report
"""
HEAD = "version: 1\ndatabase: {0}\napp: {0}\nengine: {1}\n"


def load(text: str) -> Desired:
    """The one database of a spec without faults."""
    Path("spec.yaml").write_text(text, encoding="utf-8")
    loaded = load_specs([Path("spec.yaml")], config=Config(), today=TODAY)
    assert loaded.findings == ()
    (desired,) = loaded.desired
    return desired


def test_a_whole_spec() -> None:
    """Every key of the header and of the kinds arrives as it was meant."""
    desired = load(SHOP)
    assert (desired.handle, desired.app, desired.addon) == ("shop", "shop-web", "ad-7f6c1f0a")
    assert desired.engine is Engine.MYSQL
    assert desired.labels == {"team": "commerce", "env": "production", "y": "2026"}
    assert desired.protect
    removal = Removal(name="legacy", reason="moved to audit", until=date(2027, 1, 31))
    assert desired.kinds == {
        "backups": Backups(enabled=True, hours=(3,)),
        "sql_mode": SqlMode(modes=("STRICT_TRANS_TABLES", "no_zero_date")),
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="shop"), LogicalDatabase(name="audit")),
            absent=(removal,),
            others=Others.REPORT,
        ),
    }


def test_places_point_into_the_source() -> None:
    """The database, each kind and each name know where they were written."""
    origins = load(SHOP).origins
    places = {str(address): str(origin.location) for address, origin in origins.items()}
    assert places == {
        "shop": "spec.yaml:3:11",
        "shop/backups": "spec.yaml:10:1",
        "shop/sql_mode": "spec.yaml:11:1",
        "shop/logical_databases": "spec.yaml:12:1",
        "shop/logical_databases/shop": "spec.yaml:13:13",
        "shop/logical_databases/audit": "spec.yaml:13:19",
        "shop/logical_databases/legacy": "spec.yaml:15:14",
    }


def test_a_spec_may_name_no_kind_at_all() -> None:
    """Then the database is known, and a warning says that nothing of it is managed."""
    Path("spec.yaml").write_text(HEAD.format("a", "redis"), encoding="utf-8")
    loaded = load_specs([Path("spec.yaml")], config=Config(), today=TODAY)
    (desired,), (found,) = loaded.desired, loaded.findings
    assert desired.kinds == {}
    assert not desired.protect
    assert (found.code, found.severity, str(found.location)) == (
        "S207", Severity.WARNING, "spec.yaml:2:11",
    )  # fmt: skip


@pytest.mark.parametrize("line", ["protect: true", "backups: {enabled: true}"])
def test_what_is_enough_for_a_spec(line: str) -> None:
    """Protection counts, whoever manages the database."""
    assert load(f"{HEAD.format('a', 'redis')}{line}\n").handle == "a"


def test_short_forms_mean_the_long_ones() -> None:
    """A list stands for `present`, a name for an entry."""
    entries = "[postgis, {name: pg_trgm, version: '1.6'}]"
    head = HEAD.format("a", "postgresql")
    short = load(f"{head}extensions: {entries}\nquery_stats: false\n")
    long = load(f"{head}extensions: {{present: {entries}}}\nquery_stats: false\n")
    assert short.kinds == long.kinds
    assert short.kinds == {
        "extensions": Extensions(
            present=(Extension(name="postgis"), Extension(name="pg_trgm", version="1.6"))
        ),
        "query_stats": QueryStats(enabled=False),
    }


@pytest.mark.parametrize(
    ("written", "modes"),
    [("[]", ()), ('""', ()), ("[ANSI]", ("ANSI",)), ("ANSI", ("ANSI",)), ("'ANSI , ANSI'", ("ANSI", "ANSI"))],
)  # fmt: skip
def test_spellings_of_a_sql_mode(written: str, modes: tuple[str, ...]) -> None:
    """A list, or one text with commas as the server writes it."""
    desired = load(HEAD.format("a", "mysql") + f"sql_mode: {written}\n")
    assert desired.kinds == {"sql_mode": SqlMode(modes=modes)}


def test_retention_policies() -> None:
    """Durations stay as they were written; what is left out stays unmanaged."""
    text = HEAD.format("a", "influxdb") + (
        "retention_policies:\n"
        "- {name: 30-days, duration: 30d, default: true}\n"
        "- {name: x, duration: INF, on_change: replace}\n"
    )
    policies = RetentionPolicies(
        present=(
            RetentionPolicy(name="30-days", duration="30d", default=True),
            RetentionPolicy(name="x", duration="INF", on_change=OnChange.REPLACE),
        )
    )
    assert load(text).kinds == {"retention_policies": policies}


@pytest.mark.parametrize(
    ("written", "spec"),
    [
        ('"16.4"', EngineVersion(version="16.4")),
        ("16.4.0-1", EngineVersion(version="16.4.0-1")),
        ("latest-minor", EngineVersion(version="latest-minor")),
        ("{version: '>=16.4'}", EngineVersion(version=">=16.4")),
        (
            "{version: '>=16.4', allow_major: 17}",
            EngineVersion(version=">=16.4", allow_major=17),
        ),
    ],
)
def test_spellings_of_an_engine_version(written: str, spec: EngineVersion) -> None:
    """A text, or a mapping where a major may be crossed."""
    desired = load(HEAD.format("a", "postgresql") + f"engine_version: {written}\n")
    assert desired.kinds == {"engine_version": spec}


def test_a_maintenance_window() -> None:
    """A day, an hour, or both."""
    text = HEAD.format("a", "redis") + "maintenance_window: {weekday: tuesday, hour: 21}\n"
    window = MaintenanceWindow(weekday=Weekday.TUESDAY, hour=21)
    assert load(text).kinds == {"maintenance_window": window}


def test_features_know_where_each_was_written() -> None:
    """Each is an element of its own, with a place of its own."""
    desired = load(HEAD.format("a", "redis") + "features:\n  force-ssl: true\n  redis-rdb: false\n")
    switched = {Feature.FORCE_SSL: True, Feature.REDIS_RDB: False}
    assert desired.kinds == {"features": Features(switched=switched)}
    places = {str(address): str(one.location) for address, one in desired.origins.items()}
    assert places == {
        "a": "spec.yaml:2:11",
        "a/features": "spec.yaml:5:1",
        "a/features/force-ssl": "spec.yaml:6:14",
        "a/features/redis-rdb": "spec.yaml:7:14",
    }


def test_anchors_and_aliases() -> None:
    """An ordinary alias is its value; entries behind it are found where they were written."""
    desired = load(
        HEAD.format("a", "mysql") + "logical_databases: &x [one]\nbackups: {hours: &y [3]}\n"
    )
    assert desired.kinds["backups"] == Backups(hours=(3,))
    reading = parse(Source("f.yaml", "a: &x {b: 1}\nc: *x\nd: &y 2\ne: [*y, *y]\n"))
    (document,) = reading.documents
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}, "d": 2, "e": [2, 2]}
    assert str(document.locations.find(("c", "b")).location) == "f.yaml:1:11"
    assert str(document.locations.find(("e", 1)).location) == "f.yaml:4:9"


def test_several_documents_in_a_file() -> None:
    """Specs keep the order in which they were written."""
    text = HEAD.format("b", "redis") + "---\n" + HEAD.format("a", "mysql") + "...\n"
    Path("spec.yaml").write_text(text, encoding="utf-8")
    loaded = load_specs([Path("spec.yaml")], config=Config(), today=TODAY)
    assert [desired.handle for desired in loaded.desired] == ["b", "a"]
    assert loaded.files == 1


def test_origin_of_what_the_spec_does_not_name() -> None:
    """A live name that no spec lists is placed at its kind, a kind at its database."""
    desired = load(SHOP)
    stray = Address(database="shop", kind="logical_databases", name="stray")
    assert str(desired.origin(stray).location) == "spec.yaml:12:1"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("12:30", "12:30"), ("y", "y"), ("=", "="), ("<<", "<<"),
        ("True", True), ("false", False), ("~", None), ("", None), ("Null", None),
        ("3", 3), ("0o10", 8), ("0x1F", 31), ("14.10", 14.1), ("1e3", 1000.0),
        ("2027-01-31", date(2027, 1, 31)), ("'3'", "3"), ('"\\u00e9"', "é"), ("|\n  a\n  b", "a\nb\n"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_yaml_1_2(text: str, value: object) -> None:
    """`no` and `12:30` are texts; the type is exact, not only equal."""
    (document,) = parse(Source("f.yaml", f"a: {text}\n")).documents
    assert document.value["a"] == value
    assert type(document.value["a"]) is type(value)


def test_the_c_parser_is_in_use() -> None:
    """The extra that installs a C library which is not used would make reading ten times slower."""
    assert uses_c_parser()


@pytest.mark.parametrize(
    "reason", ["moved", "déménagé", "👩‍👩‍👧 moved", "می‌خواهم", "移動 した", "❤️"]
)
def test_a_reason_may_be_in_any_script(reason: str) -> None:
    """What joins letters or the parts of an emoji is no control character."""
    absent = f"absent: [{{name: b, reason: {reason}, until: 2027-01-31}}]"
    desired = load(f"{HEAD.format('a', 'mysql')}logical_databases: {{{absent}}}\n")
    removal = Removal(name="b", reason=reason, until=date(2027, 1, 31))
    assert desired.kinds["logical_databases"] == LogicalDatabases(absent=(removal,))


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        ("mysql", ["Shop", "shop"]),
        ("mysql", ["cafe", "café"]),
        ("postgresql", ["a b", "a😀", "admin", "Postgres"]),
        ("mongodb", ["mysql", "sys"]),
    ],
)
def test_names_that_a_server_takes(engine: str, names: list[str]) -> None:
    """Each server has its own rules."""
    desired = load(f"{HEAD.format('a', engine)}logical_databases: {names}\n")
    present = tuple(LogicalDatabase(name=name) for name in names)
    assert desired.kinds["logical_databases"] == LogicalDatabases(present=present)
