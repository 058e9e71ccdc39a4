"""The kind `features`: on or off, coming or going, what each risks, and which needs which."""

from __future__ import annotations

import pytest
from builders import desired, observed

from reconcile.kinds.backups import KIND as BACKUPS
from reconcile.kinds.backups import Backups
from reconcile.kinds.features import KIND, Feature, Features
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item, Pending, Reason
from reconcile.model.plan import DatabasePlan, Status
from reconcile.model.request import add_feature, remove_feature
from reconcile.model.state import Elements, NotOffered
from reconcile.plan.build import build_plan

SSL, PUBLIC = "force-ssl", "publicly-available"
ON, FAILED = "ACTIVATED", "FAILED"
MOVING = ["PENDING", "PENDING_TO_ACTIVATE", "PENDING_TO_REMOVE"]


def wanted(**switched: bool) -> Features:
    """A spec; an underscore stands for a hyphen."""
    return Features(switched={Feature(name.replace("_", "-")): on for name, on in switched.items()})


def state_of(live: dict[str, str]) -> Elements:
    """What is read of features with their statuses."""
    rows = [{"name": name, "status": status} for name, status in live.items()]
    state = KIND.parse({"features": rows})
    assert not isinstance(state, NotOffered)
    return state


def planned(spec: Features, live: dict[str, str]) -> DatabasePlan:
    """The plan of a spec and features with their statuses."""
    one = desired({"features": spec}, engine=Engine.REDIS)
    found = observed({"features": state_of(live)}, engine=Engine.REDIS)
    return build_plan([one], {"shop": found}).databases[0]


def in_short(entry: Item) -> tuple[str, str]:
    """What an item comes to."""
    match entry:
        case Action():
            return entry.address.name, entry.risk.value
        case Blocked():
            return entry.address.name, entry.code
        case Pending():
            assert entry.reason is Reason.BUSY
            return entry.address.name, "pending"
    raise AssertionError(entry)


@pytest.mark.parametrize(
    ("spec", "live"),
    [
        (wanted(force_ssl=True), {SSL: ON}),
        (wanted(force_ssl=False), {}),
        (wanted(force_ssl=False), {SSL: FAILED}),
        (wanted(force_ssl=True, publicly_available=True), {SSL: ON, PUBLIC: ON}),
        (wanted(redis_cache=False), {SSL: "PENDING"}),
    ],
)
def test_equal(spec: Features, live: dict[str, str]) -> None:
    """What is not listed is off, and so is what failed to come."""
    assert planned(spec, live).items == ()


@pytest.mark.parametrize(
    ("name", "enabled", "risk"),
    [
        ("force_ssl", True, "disruptive"),
        ("force_ssl", False, "weakens"),
        ("publicly_available", False, "safe"),
        ("redis_rdb", True, "safe"),
        ("redis_rdb", False, "lossy"),
        ("redis_aof", True, "safe"),
        ("redis_aof", False, "lossy"),
        ("redis_cache", True, "lossy"),
        ("redis_cache", False, "safe"),
    ],
)
def test_each_change_has_its_risk_and_its_request(name: str, enabled: bool, risk: str) -> None:
    """Turned on by one request, off by another; what failed to come is tried again."""
    feature = name.replace("_", "-")
    spec = wanted(**{name: enabled})
    for live in [{}, {feature: FAILED}] if enabled else [{feature: ON}]:
        (entry,) = planned(spec, live).items
        assert isinstance(entry, Action)
        assert in_short(entry) == (feature, risk)
        call = add_feature(feature) if enabled else remove_feature(feature)
        assert KIND.requests(entry.change) == (call,)


def test_public_access_weakens() -> None:
    """With TLS on already, it is one change."""
    spec = wanted(force_ssl=True, publicly_available=True)
    assert [in_short(e) for e in planned(spec, {SSL: ON}).items] == [(PUBLIC, "weakens")]


def test_a_change_is_the_same_before_and_after_what_it_requires() -> None:
    """So that it still stands when it is looked at again."""
    spec = wanted(force_ssl=True, publicly_available=True)
    (_tls, before), (after,) = planned(spec, {}).actions, planned(spec, {SSL: ON}).actions
    assert before == after
    assert (before.requires != (), after.requires) == (True, ())


@pytest.mark.parametrize("status", MOVING)
@pytest.mark.parametrize("enabled", [True, False])
def test_what_comes_or_goes_is_waited_for(status: str, enabled: bool) -> None:
    """Whichever way it goes, and whichever way is wanted: never in sync, never a second request."""
    plan = planned(wanted(redis_rdb=enabled), {"redis-rdb": status})
    (entry,) = plan.items
    assert isinstance(entry, Pending)
    assert str(entry.address) == "shop/features/redis-rdb"
    assert entry.message == f"in progress at the provider: {status}"
    assert plan.status is Status.PENDING


@pytest.mark.parametrize(
    ("spec", "live", "short"),
    [
        (
            wanted(force_ssl=True, publicly_available=True),
            {},
            [(SSL, "disruptive"), (PUBLIC, "weakens")],
        ),
        (
            wanted(force_ssl=True, publicly_available=True),
            {SSL: FAILED, PUBLIC: FAILED},
            [(SSL, "disruptive"), (PUBLIC, "weakens")],
        ),
        (
            wanted(force_ssl=True, publicly_available=True),
            {SSL: "HALFWAY"},
            [(SSL, "P262"), (PUBLIC, "P262")],
        ),
        (
            wanted(force_ssl=True, publicly_available=True),
            {SSL: "PENDING_TO_ACTIVATE"},
            [(SSL, "pending"), (PUBLIC, "pending")],
        ),
        (
            wanted(force_ssl=False, publicly_available=False),
            {SSL: ON, PUBLIC: ON},
            [(PUBLIC, "safe"), (SSL, "weakens")],
        ),
        (
            wanted(force_ssl=False, publicly_available=False),
            {SSL: ON, PUBLIC: "PENDING_TO_REMOVE"},
            [(SSL, "pending"), (PUBLIC, "pending")],
        ),
        (
            wanted(force_ssl=False, publicly_available=False),
            {SSL: ON, PUBLIC: "HALFWAY"},
            [(SSL, "P262"), (PUBLIC, "P262")],
        ),
        (wanted(force_ssl=False, publicly_available=False), {SSL: ON}, [(SSL, "weakens")]),
        (wanted(force_ssl=False), {SSL: ON, PUBLIC: FAILED}, [(SSL, "weakens")]),
        (wanted(force_ssl=False), {SSL: ON, PUBLIC: ON}, [(SSL, "P261")]),
        (wanted(force_ssl=False), {SSL: ON, PUBLIC: "PENDING"}, [(SSL, "P261")]),
    ],
)
def test_public_access_needs_tls(
    spec: Features, live: dict[str, str], short: list[tuple[str, str]]
) -> None:
    """TLS comes before it and goes after it; unless the spec turns both off, it stays."""
    plan = planned(spec, live)
    assert [in_short(entry) for entry in plan.items] == short
    first, *then = plan.actions or (None,)
    assert all(one.requires == (first.key,) for one in then if first)


def test_a_status_that_we_do_not_know_of_tls_is_told_as_that_of_tls() -> None:
    """Of both features, and which one it is."""
    plan = planned(wanted(force_ssl=True, publicly_available=True), {SSL: "HALFWAY"})
    own, other = plan.items
    assert isinstance(own, Blocked)
    assert isinstance(other, Blocked)
    assert other.message == f"{SSL}: {own.message}"


def test_other_features_have_nothing_to_do_with_tls() -> None:
    """They neither wait for it nor are planned with it."""
    plan = planned(wanted(redis_rdb=True), {SSL: "PENDING_TO_ACTIVATE"})
    assert [in_short(entry) for entry in plan.items] == [("redis-rdb", "safe")]
    assert set(KIND.related({"redis-rdb"}, {})) == set()
    assert set(KIND.related({PUBLIC}, {})) == {SSL, PUBLIC}


def test_public_access_is_not_asked_for_while_tls_stays_off() -> None:
    """An `ignore` entry takes TLS out of what the spec manages; on, it is enough."""
    one = desired({"features": wanted(publicly_available=True)})
    for status, short in ((FAILED, (PUBLIC, "P263")), (ON, (PUBLIC, "weakens"))):
        found = observed({"features": state_of({SSL: status})})
        (entry,) = build_plan([one], {"shop": found}).databases[0].items
        assert in_short(entry) == short
        if isinstance(entry, Blocked):
            assert entry.message == "it needs force-ssl, which is off"
            assert entry.hint == "write force-ssl: true next to it, and do not ignore it"


def test_a_status_that_we_do_not_know_is_blocked() -> None:
    """Neither on nor off is assumed."""
    (entry,) = planned(wanted(force_ssl=True), {SSL: "HALF\u202eWAY"}).items
    assert isinstance(entry, Blocked)
    assert entry.code == "P262"
    assert "'HALF\\u202eWAY'" in entry.message


def test_a_database_goes_on_while_something_waits() -> None:
    """What waits hides nothing: its status is that of the actions that are there to be done."""
    plan = planned(wanted(redis_rdb=True, redis_aof=True), {"redis-rdb": "PENDING"})
    assert plan.status is Status.CHANGES
    assert [str(action.address) for action in plan.actions] == ["shop/features/redis-aof"]


def test_what_is_on_and_not_named_is_unmanaged() -> None:
    """Also one that this version does not know; what is off, or not there yet, is nothing."""
    live = {"tls-1-3": ON, SSL: ON, "redis-aof": ON, "redis-rdb": FAILED, PUBLIC: "PENDING"}
    plan = planned(wanted(force_ssl=True), live)
    assert [address.name for address in plan.unmanaged] == ["redis-aof", "tls-1-3"]


@pytest.mark.parametrize(
    ("spec", "engine", "faults"),
    [
        (wanted(force_ssl=True, publicly_available=True), Engine.MYSQL, []),
        (wanted(publicly_available=False), Engine.MYSQL, []),
        (wanted(redis_cache=True), Engine.REDIS, []),
        (wanted(publicly_available=True), Engine.MYSQL, [("S104", PUBLIC)]),
        (wanted(force_ssl=False, publicly_available=True), Engine.REDIS, [("S104", PUBLIC)]),
        (
            wanted(redis_rdb=True, redis_aof=False),
            Engine.MYSQL,
            [("S201", "redis-rdb"), ("S201", "redis-aof")],
        ),
    ],
)
def test_check(spec: Features, engine: Engine, faults: list[tuple[str, str]]) -> None:
    """What only Redis has, and what needs another word beside it."""
    found = [(fault.code, *fault.path) for fault in KIND.check(spec, engine)]
    assert found == faults


def test_after_a_request_the_provider_is_at_it() -> None:
    """Nothing more is planned of it, in either direction."""
    for enabled, live in ((True, {}), (False, {"redis-rdb": ON})):
        (action,) = planned(wanted(redis_rdb=enabled), live).actions
        after = KIND.simulate(state_of(live), action.change)
        assert after["redis-rdb"]["status"] in MOVING
        assert "enabled" not in after["redis-rdb"]


@pytest.mark.parametrize(
    ("live", "spec"),
    [
        ({SSL: ON, PUBLIC: ON}, wanted(force_ssl=True, publicly_available=True)),
        ({SSL: ON, "redis-rdb": FAILED, "redis-aof": "PENDING"}, wanted(force_ssl=True)),
        ({PUBLIC: ON, "tls-1-3": ON}, None),
        ({}, None),
    ],
)
def test_a_spec_of_what_is_there(live: dict[str, str], spec: Features | None) -> None:
    """What is on; of nothing that is on there is nothing to say."""
    assert KIND.to_spec(state_of(live)) == spec


def test_a_part_of_a_spec_is_made_whole() -> None:
    """What is public needs TLS; no other kind has parts that need each other."""
    public = Features(switched={Feature.PUBLICLY_AVAILABLE: True})
    both = Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True})
    assert KIND.whole(public) == both
    assert KIND.whole(Features(switched={Feature.REDIS_RDB: True})).switched.keys() == {
        Feature.REDIS_RDB
    }
    backups = Backups(enabled=True)
    assert BACKUPS.whole(backups) == backups
