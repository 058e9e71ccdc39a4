"""`reconcile.yaml`: what it may say, and how its defaults reach the specs."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import TODAY

from reconcile.kinds.backups import Backups
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity, only_warnings
from reconcile.model.policy import Limit, Policy, WaivedSeverity
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import Loaded, load_specs

pytestmark = pytest.mark.usefixtures("project")

DEFAULTS = """\
version: 1
region: osc-fr1
defaults:
  engines:
    mysql: {backups: {enabled: true, hours: [3]}, sql_mode: [ANSI]}
  labels:
    env=production: {protect: true, backups: {enabled: true, hours: [4]}}
    team=data:
      retention_policies: [{name: 30-days, duration: 30d}]
"""
SHOP = "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\n"


def config_of(text: str) -> tuple[Config, tuple[Finding, ...]]:
    """Read a configuration."""
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    return load_config(None, today=TODAY)


def load(config: str, spec: str) -> Loaded:
    """Load one spec under a configuration without faults."""
    read, findings = config_of(config)
    assert findings == ()
    Path("spec.yaml").write_text(spec, encoding="utf-8")
    return load_specs([Path("spec.yaml")], config=read, today=TODAY)


def test_without_a_file_there_are_no_defaults() -> None:
    """`reconcile.yaml` may be left out."""
    assert load_config(None, today=TODAY) == (Config(), ())


def test_a_named_file_has_to_be_there() -> None:
    """A typo in --config is not an empty configuration."""
    _config, (found,) = load_config(Path("other.yaml"), today=TODAY)
    assert (found.code, str(found.location)) == ("S014", "other.yaml")


def test_what_stands_around_the_specs_is_found_from_anywhere() -> None:
    """What protects a database does not depend on where one stands."""
    Path("project/specs/deep").mkdir(parents=True)
    Path("project/reconcile.yaml").write_text("version: 1\nregion: osc-fr1\n", encoding="utf-8")
    Path("project/specs/shop.yaml").write_text("", encoding="utf-8")
    for path in ("project/specs", "project/specs/deep", "project/specs/shop.yaml"):
        config, findings = load_config(None, [Path(path)], today=TODAY)
        assert (config.region, findings) == ("osc-fr1", ())
    config, _findings = load_config(None, [Path("elsewhere")], today=TODAY)
    assert config.region is None


@pytest.mark.parametrize("what", ["folder", "dangling link"])
def test_a_configuration_that_cannot_be_read_is_no_silence(what: str) -> None:
    """What it protects would go unprotected."""
    if what == "folder":
        Path("reconcile.yaml").mkdir()
    else:
        Path("reconcile.yaml").symlink_to("nowhere")
    assert load_config(None, today=TODAY)[1] != ()


@pytest.mark.parametrize("name", ["reconcile.yml", "reconcile.YAML"])
@pytest.mark.parametrize("with_right_one", [True, False])
def test_a_configuration_under_almost_its_name_is_an_error(
    name: str, *, with_right_one: bool
) -> None:
    """The protection in it would be ignored without a word."""
    Path("specs").mkdir()
    Path(name).write_text("version: 1\n", encoding="utf-8")
    if with_right_one:
        Path("reconcile.yaml").write_text("version: 1\n", encoding="utf-8")
    _config, (found,) = load_config(None, [Path("specs")], today=TODAY)
    assert (found.code, str(found.location)) == ("S313", name)
    assert found.message == f"{name!r} is not read: the configuration is named 'reconcile.yaml'"
    assert found.hint == (
        "move what it says into reconcile.yaml, and remove it"
        if with_right_one
        else f"rename it: mv {name} reconcile.yaml"
    )
    assert load_config(Path(name), [Path("specs")], today=TODAY)[1] == ()


@pytest.mark.parametrize("named", [True, False])
def test_a_link_to_a_configuration_stays_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """A link in a merge request quotes no file from elsewhere."""
    Path("inside").mkdir()
    Path("common.yaml").write_text("hunter2: \x1b", encoding="utf-8")
    Path("inside/reconcile.yaml").symlink_to("../common.yaml")
    monkeypatch.chdir("inside")
    path = Path("reconcile.yaml") if named else None
    _config, (found,) = load_config(path, today=TODAY)
    assert (found.code, found.excerpt) == ("S016", None)
    assert "hunter2" not in repr(found)


def test_a_path_that_is_too_long_is_only_not_there() -> None:
    """The operating system refuses to look."""
    assert load_config(None, [Path("a" * 300)], today=TODAY) == (Config(), ())


def test_the_nearest_configuration_is_taken() -> None:
    """One further out is another project's."""
    Path("project/specs").mkdir(parents=True)
    Path("project/reconcile.yaml").write_text("version: 1\nregion: outer\n", encoding="utf-8")
    inner = Path("project/specs/reconcile.yaml")
    inner.write_text("version: 1\nregion: inner\n", encoding="utf-8")
    assert load_config(None, [Path("project/specs")], today=TODAY)[0].region == "inner"


def test_two_configurations_that_could_be_meant() -> None:
    """Neither is taken for the other."""
    for folder in (".", "project"):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, "reconcile.yaml").write_text("version: 1\n", encoding="utf-8")
    _config, (found,) = load_config(None, [Path("project")], today=TODAY)
    assert found.code == "S305"
    assert found.message == "both 'reconcile.yaml' and 'project/reconcile.yaml' could be meant"
    assert load_config(Path("reconcile.yaml"), [Path("project")], today=TODAY)[1] == ()


def test_a_configuration_is_read() -> None:
    """Region and defaults arrive as they were meant."""
    config, findings = config_of(DEFAULTS)
    assert findings == ()
    assert config.region == "osc-fr1"
    assert config.engines[Engine.MYSQL].kinds["sql_mode"] == SqlMode(modes=("ANSI",))
    assert config.labels["env=production"].protect


def test_a_named_configuration_is_read() -> None:
    """Another name will do."""
    Path("other.yaml").write_text("version: 1\nregion: osc-secnum-fr1\n")
    config, findings = load_config(Path("other.yaml"), today=TODAY)
    assert (config.region, findings) == ("osc-secnum-fr1", ())


@pytest.mark.parametrize(
    ("spec", "hours", "place", "default"),
    [
        ("", 3, "reconcile.yaml:5:13", "engine mysql"),
        ("labels: {env: production}\n", 4, "reconcile.yaml:7:37", "label env=production"),
        ("labels: {env: production}\nbackups: {enabled: true, hours: [5]}\n", 5, "spec.yaml:6:1", None),
    ],
)  # fmt: skip
def test_the_nearest_word_wins(spec: str, hours: int, place: str, default: str | None) -> None:
    """Spec before label before engine; the origin says where the value comes from."""
    (desired,) = load(DEFAULTS, SHOP + spec).desired
    assert desired.kinds["backups"] == Backups(enabled=True, hours=(hours,))
    origin = desired.origin(Address(database="shop", kind="backups"))
    assert (str(origin.location), origin.default) == (place, default)


def test_a_kind_is_taken_as_a_whole() -> None:
    """What the spec says of backups replaces the default, and is not mixed with it."""
    (desired,) = load(DEFAULTS, SHOP + "backups: {hours: [7]}\n").desired
    assert desired.kinds["backups"] == Backups(hours=(7,))
    assert desired.kinds["sql_mode"] == SqlMode(modes=("ANSI",))


def test_protection_by_label_can_be_lifted_by_the_spec_only() -> None:
    """A label protects; the spec's own word is nearer."""
    labels = "labels: {env: production}\n"
    assert load(DEFAULTS, SHOP + labels).desired[0].protect
    assert not load(DEFAULTS, SHOP + labels + "protect: false\n").desired[0].protect
    assert not load(DEFAULTS, SHOP).desired[0].protect


def test_a_label_gives_a_kind_only_to_engines_that_have_it() -> None:
    """A label goes across engines, an engine's own default does not."""
    loaded = load(DEFAULTS, SHOP + "labels: {team: data}\n")
    assert loaded.findings == ()
    assert "retention_policies" not in loaded.desired[0].kinds


TWO_LABELS = """\
version: 1
defaults:
  labels:
    env=production: {backups: {hours: [3]}}
    team=data: {backups: {hours: [4]}}
    tier=one: {backups: {hours: [3]}}
"""


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        ("labels: {env: production, team: data}\n", ["S303"]),
        ("labels: {env: production, tier: one}\n", []),
        ("labels: {env: production, team: data}\nbackups: {hours: [9]}\n", []),
    ],
)
def test_two_labels_that_disagree(spec: str, codes: list[str]) -> None:
    """Neither wins: the finding names both, unless the spec says it itself."""
    loaded = load(TWO_LABELS, SHOP + spec)
    assert [one.code for one in loaded.findings] == codes
    assert len(loaded.desired) == 1 - len(codes)
    for found in loaded.findings:
        assert str(found.location) == "spec.yaml:2:11"
        assert "label env=production and label team=data" in found.message


def test_a_label_default_is_checked_for_the_engine_that_gets_it() -> None:
    """A name that only some engines allow is found where it is given to another one."""
    config = "version: 1\ndefaults:\n  labels:\n    a=b: {logical_databases: [a.b]}\n"
    spec = SHOP.replace("mysql", "mongodb") + "labels: {a: b}\n"
    (found,) = load(config, spec).findings
    assert (found.code, str(found.location)) == ("S104", "reconcile.yaml:4:31")
    assert load(config, SHOP + "labels: {a: b}\n").findings == ()


BAD = [
    pytest.param("", "S013", "", "empty", "version: 1", id="empty"),
    pytest.param("version: 1\n---\nversion: 1\n", "S004", "", "2 documents", "'---'", id="two documents"),
    pytest.param("a: [", "S004", "1:4", "not valid YAML", "", id="no YAML"),
    pytest.param("region: a\n", "S105", "1:1", "lacks 'version'", "", id="no version"),
    pytest.param("version: 1\nregion: osc_fr1\n", "S104", "2:9", "no region", "osc-fr1", id="region"),
    pytest.param("version: 1\nregion: 1\n", "S103", "2:9", "number 1", "quote", id="region as number"),
    pytest.param("version: 1\nregions: a\n", "S102", "2:1", "'regions'", "'region'", id="typo"),
    pytest.param("version: 1\napi_host: x\n", "S102", "2:1", "'api_host'", "environment or a flag", id="host"),
    pytest.param("version: 1\nurl: x\n", "S102", "2:1", "'url'", "never from this file", id="URL"),
    pytest.param("version: 1\nAPI_TOKEN: x\n", "S102", "2:1", "'API_TOKEN'", "environment", id="token"),
    pytest.param("version: 1\ndefaults: []\n", "S101", "2:1", "a mapping is due", "", id="defaults as list"),
    pytest.param("version: 1\ndefaults: {engine: {}}\n", "S102", "2:12", "'engine'", "'engines'", id="engine"),
    pytest.param("version: 1\ndefaults: {engines: {mysq: {}}}\n", "S104", "2:22", "'mysq'", "'mysql'", id="no engine"),
    pytest.param("version: 1\ndefaults: {engines: {mysql: []}}\n", "S101", "2:22", "a mapping is due", "", id="list of defaults"),
    pytest.param("version: 1\ndefaults: {engines: {redis: {sql_mode: []}}}\n", "S201", "2:30", "redis has no sql_mode", "backups", id="kind that the engine lacks"),
    pytest.param("version: 1\ndefaults: {engines: {redis: {app: x}}}\n", "S102", "2:30", "unknown key 'app'", "protect", id="header key as default"),
    pytest.param("version: 1\ndefaults: {labels: {production: {}}}\n", "S104", "2:21", "label with its value", "key=value", id="label without value"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {backups: {hours: [25]}}}}\n", "S104", "2:45", "no hour", "0 to 23", id="bad value"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {backups: {}}}}\n", "S104", "2:27", "nothing to manage", "", id="bad for every engine"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {protect: no}}}\n", "S101", "2:36", "true or false", "write false", id="protect: no"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {protect: false}}}\n", "S304", "2:36", "take protection away", "spec", id="protect: false"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {backups: {enabled: false}}}}\n", "S304", "2:46", "turn anything off", "spec", id="backups off"),
    pytest.param("version: 1\ndefaults: {engines: {postgresql: {query_stats: false}}}\n", "S304", "2:48", "turn anything off", "spec", id="short form off"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {features: {force-ssl: false}}}}\n", "S304", "2:49", "take protection away", "spec", id="TLS off"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {features: {force-ssl: true, publicly-available: true}}}}\n", "S304", "2:75", "take protection away", "spec", id="public"),
    pytest.param("version: 1\ndefaults: {labels: {a=b: {features: {publicly-available: false}}}}\n", "S304", "2:58", "turn anything off", "spec", id="not public"),
    pytest.param("version: 1\ndefaults: {engines: {redis: {features: {redis-cache: true}}}}\n", "S304", "2:54", "lose data", "spec", id="cache"),
    pytest.param(
        "version: 1\ndefaults:\n  labels:\n    a=b:\n      logical_databases:\n        absent:\n          - {name: x, reason: y, until: 2030-01-01}\n",
        "S304", "6:9", "delete anything", "spec", id="absent",
    ),
    pytest.param(
        "version: 1\ndefaults: {engines: {influxdb: {retention_policies: [{name: a, duration: 1d, on_change: replace}]}}}\n",
        "S304", "2:89", "replace anything", "spec", id="replace",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "place", "message", "hint"), BAD)
def test_a_fault_is_named_where_it_stands(
    text: str, code: str, place: str, message: str, hint: str
) -> None:
    """One finding, with its place, what is wrong and what to do."""
    _config, findings = config_of(text)
    (found,) = findings
    assert (found.code, str(found.location)) == (code, f"reconcile.yaml:{place}".rstrip(":"))
    assert message in found.message
    assert hint in (found.hint or "")


def test_a_default_that_is_refused_does_not_reach_a_spec() -> None:
    """Even a caller that goes on in spite of findings deletes nothing by default."""
    config, findings = config_of(
        "version: 1\ndefaults: {engines: {mysql: {backups: {enabled: false}}}}\n"
    )
    assert findings
    Path("spec.yaml").write_text(SHOP)
    assert load_specs([Path("spec.yaml")], config=config, today=TODAY).desired[0].kinds == {}


POLICY = """\
version: 1
limits: {share: 20, backup_hours: 48}
guards:
  G105: {severity: warning, reason: dumps elsewhere, until: 2026-11-23}
  G104:
    severity: 'off'
    reason: the fleet moves
    until: 2027-01-31
"""


def test_limits_and_waivers_are_read_with_their_places() -> None:
    """What is not written keeps its default, which has no place."""
    config, findings = config_of(POLICY)
    assert findings == ()
    policy = config.policy
    assert (policy.share.value, str(policy.share.location)) == (20, "reconcile.yaml:2:17")
    assert (policy.backup_hours.value, str(policy.backup_hours.location)) == (
        48,
        "reconcile.yaml:2:35",
    )
    assert policy.databases == Limit(value=1)
    assert {
        code: (one.severity, one.reason, str(one.until), str(one.location))
        for code, one in policy.waivers.items()
    } == {
        "G105": (WaivedSeverity.WARNING, "dumps elsewhere", "2026-11-23", "reconcile.yaml:4:3"),
        "G104": (WaivedSeverity.OFF, "the fleet moves", "2027-01-31", "reconcile.yaml:5:3"),
    }


GUARDS = "version: 1\nguards: {G105: {severity: warning, reason: known, until: 2026-11-%s}}\n"


@pytest.mark.parametrize(
    ("day", "code", "severity", "message"),
    [
        ("22", "S307", Severity.WARNING, "the waiver of G105 ended on 2026-11-22; it still holds until 2026-12-06"),
        ("09", "S307", Severity.WARNING, "the waiver of G105 ended on 2026-11-09; it still holds until 2026-11-23"),
        ("08", "S308", Severity.ERROR, "the waiver of G105 ended on 2026-11-08, 15 days ago"),
    ],
)  # fmt: skip
def test_a_waiver_ends_by_itself(day: str, code: str, severity: Severity, message: str) -> None:
    """A fortnight of warnings, then an error; it is there all the same."""
    config, (found,) = config_of(GUARDS % day)
    assert (found.code, found.severity, found.message) == (code, severity, message)
    assert (str(found.location), found.hint) == (
        "reconcile.yaml:2:58",
        "renew `until`, or take the entry out",
    )
    assert list(config.policy.waivers) == ["G105"]


BAD_POLICIES = [
    ("limits: {share: 0}", "S104", "2:17", "0 is no share of a fleet in percent", "1 to 100"),
    ("limits: {share: 101}", "S104", "2:17", "101 is no share", "1 to 100"),
    ("limits: {databases: -1}", "S104", "2:21", "-1 is no number of databases", "0 to"),
    ("limits: {backup_hours: 0}", "S104", "2:24", "0 is no age of a backup", "1 to 8760"),
    ("limits: {share: 10%}", "S101", "2:17", "the text '10%'", "without a fraction"),
    ("limits: {hours: 1}", "S102", "2:10", "unknown key 'hours'", ""),
    ("guards: {G101: {severity: off, reason: x, until: 2027-01-31}}", "S306", "2:10", "'G101' is no guard that can be waived", "G104, G105, G106, G107"),
    ("guards: {G999: {severity: off, reason: x, until: 2027-01-31}}", "S306", "2:10", "'G999' is no guard", "specs settle"),
    ("guards: {G104: {severity: error, reason: x, until: 2027-01-31}}", "S104", "2:27", "'error', which is not known", "off, warning"),
    ("guards: {G104: {severity: off, reason: ' ', until: 2027-01-31}}", "S104", "2:40", "no reason", "why"),
    ("guards: {G104: {severity: off, reason: x}}", "S105", "2:10", "lacks 'until'", "last day"),
    ("guards: {G104: {severity: off, reason: x, until: soon}}", "S101", "2:50", "a date is due", "year-month-day"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "place", "message", "hint"), BAD_POLICIES)
def test_a_fault_of_limits_or_guards(
    line: str, code: str, place: str, message: str, hint: str
) -> None:
    """Named where it stands; without a policy the defaults hold."""
    test_a_fault_is_named_where_it_stands(f"version: 1\n{line}\n", code, place, message, hint)
    assert load_config(None, today=TODAY)[0].policy == Policy()


LIMITS = [
    ("share: 100", ["S312 3:17"]),
    ("share: 99", []),
    ("databases: 3", ["S312 3:21"]),
    ("databases: 2", []),
    ("databases: 100000", ["S312 3:21"]),
    ("backup_hours: 8760", ["S312 3:24"]),
    ("backup_hours: 8759", []),
]


@pytest.mark.parametrize(("limit", "found"), LIMITS)
def test_a_limit_that_turns_a_guard_off_is_said(limit: str, found: list[str]) -> None:
    """It has no reason and no end, which a waiver has; it still holds."""
    Path("reconcile.yaml").write_text(f"version: 1\n\nlimits: {{{limit}}}\n", encoding="utf-8")
    config, findings = load_config(Path("reconcile.yaml"), today=TODAY)
    assert findings == ()
    folder = Path("specs")
    folder.mkdir()
    for handle in ("a", "b", "c"):
        text = f"version: 1\ndatabase: {handle}\napp: {handle}\nengine: redis\nprotect: true\n"
        (folder / f"{handle}.yaml").write_text(text, encoding="utf-8")
    loaded = load_specs([folder], config=config, today=TODAY)
    places = [f"{one.location}".removeprefix("reconcile.yaml:") for one in loaded.findings]
    assert [f"{one.code} {at}" for one, at in zip(loaded.findings, places, strict=True)] == found
    assert len(loaded.desired) == 3


def test_an_end_far_away_is_said_of_waivers_and_of_what_is_ignored() -> None:
    """A slip in the year would make them last for ever; two years are no slip."""
    far, near = TODAY.replace(year=TODAY.year + 3), TODAY.replace(year=TODAY.year + 2)
    text = (
        f"version: 1\nguards: {{G105: {{severity: off, reason: a, until: {far}}}}}\n"
        f"ignore:\n- {{path: shop/backups, reason: a, until: {far}}}\n"
        f"- {{path: shop/sql_mode, reason: a, until: {near}}}\n"
    )
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    _config, findings = load_config(Path("reconcile.yaml"), today=TODAY)
    assert [(one.code, one.location and one.location.line) for one in findings] == [
        ("S310", 2), ("S310", 4),
    ]  # fmt: skip
    assert only_warnings(findings)
