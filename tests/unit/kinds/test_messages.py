"""What the kinds say where an answer, a spec or a change is not as it should be, word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from builders import desired, observed, removal

from reconcile.errors import AnswerError
from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.backups import Backups
from reconcile.kinds.durations import DurationText
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features, Harmless, Named
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.constraint import InvalidValueError, NotByDefaultError
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked, Pending
from reconcile.model.request import type_version
from reconcile.model.state import ITSELF, NotOffered
from reconcile.plan.build import build_plan

SSL, PUBLIC = "force-ssl", "publicly-available"
LONG = "x" * 80
WINDOW = {"weekday_utc": 2, "starting_hour_utc": 21}
NEXT = {"id": "v166", "major": 16, "minor": 6, "patch": 0, "build": 1}


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (
            "backups",
            {"periodic_backups_enabled": "yes"},
            "periodic_backups_enabled is 'yes' where true or false is due",
        ),
        (
            "backups",
            {"periodic_backups_enabled": True, "periodic_backups_scheduled_at": ["3"]},
            "periodic_backups_scheduled_at is ['3'] where hours are due",
        ),
        ("engine_version", {"readable_version": 16}, "readable_version is 16 where a text is due"),
        (
            "engine_version",
            {"readable_version": "16.4.0-1", "version_id": ""},
            "version_id is '' where an id is due",
        ),
        (
            "extensions",
            [{"name": "a", "version": 3}],
            "list-extensions answered 3 as 'version' where a text is due",
        ),
        (
            "extensions",
            {},
            "list-extensions answered {} where a list of objects is due",
        ),
        (
            "features",
            {"features": "force-ssl"},
            "features answered 'force-ssl' where a list of objects is due",
        ),
        (
            "features",
            {"features": [{"name": "force-ssl", "status": ""}]},
            "features answered '' as 'status' where a text is due",
        ),
        (
            "logical_databases",
            [{"name": 7}],
            "list-databases answered 7 as 'name' where a text is due",
        ),
        (
            "logical_databases",
            LONG,
            f"list-databases answered '{LONG[:59]} where a list of objects is due",
        ),
        (
            "logical_databases",
            [{"name": "a", "protected": "no"}],
            "list-databases answered 'no' as 'protected' where true or false is due",
        ),
        (
            "maintenance_window",
            {"maintenance_window": "tuesday"},
            "maintenance_window is 'tuesday' where an object is due",
        ),
        (
            "maintenance_window",
            {"maintenance_window": {**WINDOW, "weekday_utc": 7}},
            "maintenance_window has 7 as 'weekday_utc' where a number from 0 to 6 is due",
        ),
        (
            "maintenance_window",
            {"maintenance_window": {**WINDOW, "duration_in_hour": 169}},
            "maintenance_window has 169 as 'duration_in_hour' where a number from 1 to 168 is due",
        ),
        (
            "retention_policies",
            [{"name": "a", "default": False}],
            "list-retention-policies answered None as 'duration' where a text is due",
        ),
        (
            "retention_policies",
            [{"name": "a", "duration": "1d", "default": 1}],
            "list-retention-policies answered 1 as 'default' where true or false is due",
        ),
        (
            "retention_policies",
            "autogen",
            "list-retention-policies answered 'autogen' where a list of objects is due",
        ),
        (
            "retention_policies",
            [{"name": "a", "duration": "soon", "default": False}],
            "list-retention-policies answered 'soon' as a duration",
        ),
        ("sql_mode", ["ANSI"], "get-sqlmode answered ['ANSI'] where a text is due"),
    ],
)
def test_an_answer_of_another_shape(kind: str, answer: Any, said: str) -> None:
    """Which part of it, what is there, and what is due."""
    with pytest.raises(AnswerError) as caught:
        KIND_BY_NAME[kind].parse(answer)
    assert str(caught.value) == said


def window(day: object, hour: object, **more: object) -> dict[str, Any]:
    """A database resource with a maintenance window."""
    return {"maintenance_window": {"weekday_utc": day, "starting_hour_utc": hour, **more}}


ON = {"periodic_backups_enabled": True}
UNPROMISED: Mapping[str, Sequence[Any]] = {
    "backups": [
        {**ON, "periodic_backups_scheduled_at": "3"},
        {**ON, "periodic_backups_scheduled_at": [True]},
    ],
    "engine_version": [
        {"readable_version": "16.4.0-1", "version_id": 3},
        {"readable_version": "16.4.0-1", "next_version_id": ["v"]},
    ],
    "features": [
        {"features": {}},
        {"features": [SSL]},
        {"features": [{"name": SSL}]},
        {"features": [{"name": "", "status": "ACTIVATED"}]},
    ],
    "logical_databases": [None, {}, [1], [{}], [{"name": ""}], [{"name": 3}]],
    "maintenance_window": [
        {"maintenance_window": {}},
        *(window(-1, 21), window(2, 24), window(True, 21)),
        *(window(2, 21, duration_in_hour=0), window(2, 21, duration_in_hour="8")),
    ],
}


@pytest.mark.parametrize(
    ("kind", "answer"), [(kind, one) for kind, answers in UNPROMISED.items() for one in answers]
)
def test_what_the_api_does_not_promise_is_not_guessed_at(kind: str, answer: Any) -> None:
    """At the edge of what it does promise as well."""
    with pytest.raises(AnswerError):
        KIND_BY_NAME[kind].parse(answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([], "a database type version is [] where an object is due"),
        ({"next_upgrade": 16}, "next_upgrade is 16 where an object or an id is due"),
        ({"next_upgrade": {**NEXT, "id": 3}}, "id is 3 where an id is due"),
        (
            {"next_upgrade": {**NEXT, "minor": "6"}},
            "next_upgrade has '6' where a part of a version is due",
        ),
    ],
)
def test_an_answer_about_the_next_version_of_another_shape(answer: Any, said: str) -> None:
    """As of every answer."""
    state = {ITSELF: {"version": "16.4.0-1", "version_id": "v164"}}
    spec = EngineVersion(version="latest-minor")
    with pytest.raises(AnswerError) as caught:
        KIND_BY_NAME["engine_version"].look_up(spec, state, lambda _call: answer)
    assert str(caught.value) == f"{type_version('v164')}: {said}"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("backups", "periodic_backups_enabled"),
        ("engine_version", "readable_version"),
        ("features", "features"),
        ("maintenance_window", "maintenance_window"),
    ],
)
def test_null_says_as_little_as_a_missing_key(kind: str, key: str) -> None:
    """Neither is a failure: the plan may not have it."""
    assert KIND_BY_NAME[kind].parse({key: None}) == KIND_BY_NAME[kind].parse({})


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("backups", "the database resource says nothing of periodic backups"),
        ("engine_version", "the database resource says nothing of a version"),
        ("features", "the database resource says nothing of features"),
        ("maintenance_window", "the database resource says nothing of a maintenance window"),
    ],
)
def test_a_resource_that_says_nothing_of_a_kind(kind: str, said: str) -> None:
    """What is missing in it."""
    assert KIND_BY_NAME[kind].parse({}) == NotOffered(message=said)


@pytest.mark.parametrize(
    ("spec", "state", "said", "hint"),
    [
        (
            Backups(enabled=True, hours=(4,)),
            {ITSELF: {"enabled": True, "hours": (3, 15)}},
            "the live backup hours are 3, 15, which the provider's support set up",
            "write the live hours into the spec, or ask the support to go back to one",
        ),
        (
            Backups(enabled=True, hours=(3, 15)),
            {ITSELF: {"enabled": True, "hours": (3,)}},
            "the API sets one backup hour, the spec wants 3, 15",
            "name one hour, or ask the provider's support to set several",
        ),
        (
            Backups(hours=(3,)),
            {ITSELF: {"enabled": False, "hours": (3,)}},
            "backups are off, so that their hour means nothing",
            "write enabled: true beside the hours",
        ),
        (
            EngineVersion(version="16.4"),
            {ITSELF: {"version": "edge"}},
            "the live version is 'edge', which is no version",
            "take engine_version out of this spec",
        ),
        (
            EngineVersion(version="16.4"),
            {ITSELF: {"version": "17.2.0-1"}},
            "the live version is 17.2.0-1, newer than '16.4'",
            "ask for the live version: there is no way back",
        ),
        (
            LogicalDatabases(absent=(removal("main"),)),
            {"main": {"protected": True}},
            "it is protected: the provider does not delete a default logical database",
            "take it out of absent; it can be emptied, not deleted",
        ),
        (
            EngineVersion(version=">=16.6"),
            {ITSELF: {"version": "16.4.0-1"}},
            "what comes after 16.4.0-1 is not known, and an upgrade takes no target",
            "upgrade it in the dashboard, which shows the next version",
        ),
        (
            EngineVersion(version=">=16.6"),
            {ITSELF: {"version": "16.4.0-1", "next_version": None}},
            "there is no version after 16.4.0-1, and '>=16.6' is asked for",
            "ask for a version that the provider offers",
        ),
        (
            Features(switched={Feature.FORCE_SSL: True}),
            {SSL: {"status": "HALFWAY"}},
            "its status is 'HALFWAY', which this version does not know",
            "look at the dashboard; a newer version of this tool may know it",
        ),
        (
            Features(switched={Feature.FORCE_SSL: False}),
            {SSL: {"enabled": True}, PUBLIC: {"enabled": True}},
            "publicly-available is on and needs it",
            "write publicly-available: false beside it, or leave force-ssl on",
        ),
        (
            RetentionPolicies(present=(RetentionPolicy(name="week", duration="2w"),)),
            {"week": {"duration": "7d", "default": False}},
            "a retention policy cannot be changed, only deleted and added, which loses its data",
            (
                "add one under a new name, let this one age out, then list it under absent; or"
                " write on_change: replace and lose the data under it"
            ),
        ),
        (
            SqlMode(modes=("ORACLE", "ANSI", "DB2")),
            {ITSELF: {"modes": ()}},
            "MySQL 8 does not know ORACLE, DB2 and would refuse the set",
            "take it out of the spec",
        ),
    ],
)
def test_a_change_that_will_not_be_made(spec: object, state: Any, said: str, hint: str) -> None:
    """Why, and the way out."""
    (kind,) = (one for one in KIND_BY_NAME.values() if isinstance(spec, one.spec_type))
    plan = build_plan([desired({kind.name: spec})], {"shop": observed({kind.name: state})})
    (entry,) = plan.items()
    assert isinstance(entry, Blocked)
    assert (entry.message, entry.hint) == (said, hint)


@pytest.mark.parametrize(
    ("enabled", "waits", "said"),
    [
        (False, SSL, "publicly-available needs it, and goes first"),
        (True, PUBLIC, "it needs force-ssl, which is not on yet"),
    ],
)
def test_a_feature_that_goes_after_another_says_so(enabled: bool, waits: str, said: str) -> None:
    """Public access is not on without TLS, on no way there or back."""
    spec = Features(switched={Feature.FORCE_SSL: enabled, Feature.PUBLICLY_AVAILABLE: enabled})
    other = PUBLIC if waits == SSL else SSL
    state = {waits: {"enabled": not enabled}, other: {"status": "PENDING"}}
    plan = build_plan([desired({"features": spec})], {"shop": observed({"features": state})})
    pending = {entry.address.name: entry for entry in plan.items() if isinstance(entry, Pending)}
    waiting = pending[waits]
    assert (waiting.message, waiting.in_progress) == (said, False)


@pytest.mark.parametrize(
    ("spec", "engine", "said", "hint", "path"),
    [
        (
            Backups(),
            Engine.MYSQL,
            "backups names nothing to manage",
            "write enabled, hours or both",
            (),
        ),
        (
            Backups(enabled=True, hours=()),
            Engine.MYSQL,
            "hours is empty",
            "write one hour, or enabled: false to turn backups off",
            ("hours",),
        ),
        (
            MaintenanceWindow(),
            Engine.MYSQL,
            "maintenance_window names nothing to manage",
            "write weekday, hour or both",
            (),
        ),
        (
            Extensions(present=(Extension(name="pg_stat_statements"),)),
            Engine.POSTGRESQL,
            "'pg_stat_statements' is managed by query_stats",
            "take it out here and write query_stats: true",
            ("present", 0, "name"),
        ),
        (
            Extensions(absent=(removal("plpgsql"),)),
            Engine.POSTGRESQL,
            "'plpgsql' is part of every database and is never dropped",
            "take it out",
            ("absent", 0, "name"),
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="x" * 65),)),
            Engine.MYSQL,
            f"invalid name {'x' * 65!r}: mysql allows 64 at most, this has 65",
            "choose another name",
            ("present", 0, "name"),
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="a.b c"),)),
            Engine.MONGODB,
            "invalid name 'a.b c': mongodb forbids ' ' '.'",
            "choose another name",
            ("present", 0, "name"),
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="#mysql50#a"),)),
            Engine.MYSQL,
            "invalid name '#mysql50#a': mysql forbids '#mysql50#' in front",
            "choose another name",
            ("present", 0, "name"),
        ),
        (
            LogicalDatabases(absent=(removal("mysql"),)),
            Engine.MYSQL,
            "invalid name 'mysql': mysql keeps its own data there",
            "take it out",
            ("absent", 0, "name"),
        ),
        (
            RetentionPolicies(present=(RetentionPolicy(name="a/b", duration="1d"),)),
            Engine.INFLUXDB,
            "invalid name 'a/b': influxdb refuses it",
            "write at most 255 bytes, without / and \\ and without blanks other than a space",
            ("present", 0, "name"),
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="a"), LogicalDatabase(name="a"))),
            Engine.MYSQL,
            "'a' is listed twice under present",
            "keep one of the two",
            ("present", 1, "name"),
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="a"),), absent=(removal("a"),)),
            Engine.MYSQL,
            "'a' is listed under present and under absent",
            "decide for one of the two",
            ("absent", 0, "name"),
        ),
        (
            RetentionPolicies(
                present=(
                    RetentionPolicy(name="a", duration="1d", default=True),
                    RetentionPolicy(name="b", duration="1d", default=True),
                )
            ),
            Engine.INFLUXDB,
            "'b' is a second default, after 'a'",
            "one policy can be the default",
            ("present", 1, "default"),
        ),
    ],
)
def test_what_cannot_be_meant(
    spec: object, engine: Engine, said: str, hint: str, path: tuple[str | int, ...]
) -> None:
    """What is wrong, what to write, and where."""
    (kind,) = (one for one in KIND_BY_NAME.values() if isinstance(spec, one.spec_type))
    (fault,) = kind.check(spec, engine)
    assert (str(fault), fault.hint, fault.path) == (said, hint, path)


def test_a_field_of_a_kind_that_is_one_thing_is_enough() -> None:
    """What is left out is not managed."""
    for spec in (Backups(enabled=True), Backups(hours=(3,)), MaintenanceWindow(hour=0)):
        (kind,) = (one for one in KIND_BY_NAME.values() if isinstance(spec, one.spec_type))
        assert [*kind.check(spec, Engine.MYSQL)] == []


@pytest.mark.parametrize(
    ("spec", "said", "hint"),
    [
        (
            LogicalDatabases(),
            "an empty list manages nothing",
            "name what has to be there, write others: report, or take the key out",
        ),
        (
            LogicalDatabases(present=(LogicalDatabase(name="Shop"),), absent=(removal("shop"),)),
            "'shop' is listed under absent, and 'Shop' under present",
            "they differ in case or in Unicode's form only: make sure that the right one goes",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(spec: LogicalDatabases, said: str, hint: str) -> None:
    """It may be meant: the spec is valid."""
    (fault,) = KIND_BY_NAME["logical_databases"].check(spec, Engine.MYSQL)
    assert (str(fault), fault.hint, fault.is_warning) == (said, hint, True)


@pytest.mark.parametrize(
    ("name", "fits"), [("X" * 255, True), ("X" * 256, False), ("é" * 128, False), ("a\\b", False)]
)
def test_a_policy_is_named_like_a_folder(name: str, fits: bool) -> None:
    """InfluxDB keeps each in one: 255 bytes, no slashes."""
    spec = RetentionPolicies(present=(RetentionPolicy(name=name, duration="1d"),))
    assert ([*KIND_BY_NAME["retention_policies"].check(spec, Engine.INFLUXDB)] == []) is fits


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (
            "30 days",
            "invalid duration '30 days'",
            "whole numbers with the units w, d, h, m, s, as in 30d or 1d12h; INF for ever",
        ),
        ("59m", "'59m' is shorter than InfluxDB keeps data", "write 1h or more"),
        ("0h", "'0h' means for ever to InfluxDB", "write INF for ever"),
    ],
)
def test_a_duration_that_cannot_be_asked_for(text: str, said: str, hint: str) -> None:
    """What is wrong with it, and what to write."""
    with pytest.raises(InvalidValueError) as caught:
        DurationText().check(text)
    assert (str(caught.value), caught.value.hint) == (said, hint)


def test_features_that_name_nothing() -> None:
    """What to write."""
    with pytest.raises(InvalidValueError) as caught:
        Named().check({})
    assert str(caught.value) == "features names nothing to manage"
    assert caught.value.hint == "write a name with true or false, as in force-ssl: true"


@pytest.mark.parametrize(
    ("feature", "enabled", "what"),
    [
        (Feature.PUBLICLY_AVAILABLE, True, "take protection away"),
        (Feature.REDIS_CACHE, True, "lose data"),
        (Feature.REDIS_CACHE, False, "turn anything off"),
    ],
)
def test_a_default_that_does_harm(feature: Feature, enabled: bool, what: str) -> None:
    """What a default may not do by it."""
    with pytest.raises(NotByDefaultError) as caught:
        Harmless().check({feature: enabled})
    assert str(caught.value) == str(NotByDefaultError(what, path=(feature.value,)))
    assert caught.value.path == (feature.value,)
