"""Features: how they come and go, and what each needs; on a simulated clock."""

from __future__ import annotations

import pytest
from api.provider_client import MYSQL, POSTGRESQL, REDIS, Answer, ProviderClient, SimulatedClock

from scalingo_sandbox import Sandbox

SSL, PUBLIC = "force-ssl", "publicly-available"


def _enable(client: ProviderClient, name: object, addon: str = MYSQL) -> Answer:
    return client.database("POST", addon, {"feature": {"name": name}}, suffix="/features")


def _disable(client: ProviderClient, name: str, addon: str = MYSQL) -> Answer:
    return client.database("DELETE", addon, suffix=f"/features?feature={name}")


def _features(client: ProviderClient, addon: str = MYSQL) -> dict[str, str]:
    listed = client.database("GET", addon).document["database"]["features"]
    return {feature["name"]: feature["status"] for feature in listed}


def _given(sandbox: Sandbox, **statuses: str) -> None:
    listed = [
        {"name": name.replace("_", "-"), "status": status} for name, status in statuses.items()
    ]
    sandbox.change(MYSQL, features=listed)


def test_a_feature_comes(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Answered with its state, shown as coming, and active when its time is over."""
    answer = _enable(timed, SSL)
    assert (answer.status, answer.document) == (
        200,
        {
            "name": SSL,
            "status": "PENDING_TO_ACTIVATE",
            "message": "Feature force-ssl is being enabled",
        },
    )
    assert timed_sandbox.requests()["requests"][-1]["effect"] is True
    clock.seconds += 9.9
    assert _features(timed) == {SSL: "PENDING_TO_ACTIVATE"}
    clock.seconds += 0.1
    assert _features(timed) == {SSL: "ACTIVATED"}


def test_a_feature_goes(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Answered with a message, shown as going, and gone when its time is over."""
    _given(timed_sandbox, force_ssl="ACTIVATED")
    answer = _disable(timed, SSL)
    assert (answer.status, answer.document) == (
        200,
        {"message": "Feature force-ssl is being removed"},
    )
    last = timed_sandbox.requests()["requests"][-1]
    assert (last["method"], last["changes"], last["effect"]) == ("DELETE", True, True)
    clock.seconds += 9.9
    assert _features(timed) == {SSL: "PENDING_TO_REMOVE"}
    clock.seconds += 0.1
    assert _features(timed) == {}


def test_a_database_runs_while_a_feature_comes(timed: ProviderClient) -> None:
    """It has no operation to itself, so that other work may begin."""
    _enable(timed, SSL)
    database = timed.database("GET", MYSQL).document["database"]
    assert (database["status"], database["current_operation_id"]) == ("running", None)
    assert timed.database("POST", MYSQL, suffix="/upgrade").status == 202


@pytest.mark.parametrize("name", ["redis-rdb", "redis-aof", "redis-cache"])
def test_the_features_of_redis_are_its_own(
    timed: ProviderClient, clock: SimulatedClock, name: str
) -> None:
    """Redis takes each of them, any other engine refuses."""
    assert _enable(timed, name, REDIS).status == 200
    clock.seconds += 10
    assert _features(timed, REDIS) == {name: "ACTIVATED"}
    errors = {"feature": [f"{name!r} is not offered by postgresql"]}
    for answer in (_enable(timed, name, POSTGRESQL), _disable(timed, name, POSTGRESQL)):
        assert (answer.status, answer.document) == (422, {"errors": errors})


def test_a_public_database_needs_ssl_first(timed: ProviderClient, clock: SimulatedClock) -> None:
    """As long as it is only coming, it does not count."""
    errors = {"feature": ["'publicly-available' needs 'force-ssl' to be enabled first"]}
    answer = _enable(timed, PUBLIC)
    assert (answer.status, answer.document) == (422, {"errors": errors})
    _enable(timed, SSL)
    assert _enable(timed, PUBLIC).status == 422
    clock.seconds += 10
    assert _enable(timed, PUBLIC).status == 200
    clock.seconds += 10
    assert _features(timed) == {SSL: "ACTIVATED", PUBLIC: "ACTIVATED"}


@pytest.mark.parametrize("status", ["ACTIVATED", "PENDING_TO_ACTIVATE", "PENDING_TO_REMOVE"])
def test_a_public_database_keeps_its_ssl(
    timed: ProviderClient, timed_sandbox: Sandbox, status: str
) -> None:
    """Until it is no longer public."""
    _given(timed_sandbox, force_ssl="ACTIVATED", publicly_available=status)
    answer = _disable(timed, SSL)
    errors = {"feature": ["'force-ssl' is needed by 'publicly-available'"]}
    assert (answer.status, answer.document) == (422, {"errors": errors})


@pytest.mark.parametrize(
    ("status", "word"),
    [("ACTIVATED", "already"), ("PENDING", "being"), ("PENDING_TO_ACTIVATE", "being")],
)
def test_enabling_twice_is_no_error(
    timed: ProviderClient, timed_sandbox: Sandbox, status: str, word: str
) -> None:
    """The answer says how far it is, and there is no second effect."""
    _given(timed_sandbox, force_ssl=status)
    answer = _enable(timed, SSL)
    assert (answer.status, answer.document["status"]) == (200, status)
    assert word in answer.document["message"]
    assert timed_sandbox.requests()["requests"][-1]["effect"] is False


def test_removing_twice_is_no_error(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """The second answer is the first, without an effect."""
    _given(timed_sandbox, force_ssl="ACTIVATED")
    assert _disable(timed, SSL).document == _disable(timed, SSL).document
    effects = [one["effect"] for one in timed_sandbox.requests()["requests"]]
    assert effects.count(True) == 1


def test_a_feature_that_is_not_there_cannot_go(timed: ProviderClient) -> None:
    """It is not found."""
    answer = _disable(timed, SSL)
    missing = {"resource": "feature", "error": "not found"}
    assert (answer.status, answer.document) == (404, missing)


def test_a_feature_is_not_turned_round_on_its_way(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """What comes cannot go, what goes cannot come, before it is there or gone."""
    _given(timed_sandbox, force_ssl="PENDING_TO_ACTIVATE")
    answer = _disable(timed, SSL)
    coming = {"error": "the feature 'force-ssl' is being enabled"}
    assert (answer.status, answer.document) == (409, coming)
    _given(timed_sandbox, force_ssl="PENDING_TO_REMOVE")
    answer = _enable(timed, SSL)
    going = {"error": "the feature 'force-ssl' is being removed"}
    assert (answer.status, answer.document) == (409, going)


@pytest.mark.parametrize("begin", [_enable, _disable])
def test_a_feature_can_fail_and_be_tried_again(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock, begin: object
) -> None:
    """It shows as failed, either way, and another request begins anew."""
    assert callable(begin)
    timed_sandbox.change(
        MYSQL, failing_operations="disk full", features=[{"name": SSL}] if begin is _disable else []
    )
    assert begin(timed, SSL).status == 200
    clock.seconds += 10
    assert _features(timed) == {SSL: "FAILED"}
    timed_sandbox.change(MYSQL, failing_operations=None)
    assert _enable(timed, SSL).status == 200
    clock.seconds += 10
    assert _features(timed) == {SSL: "ACTIVATED"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dance", "'dance' is no feature"),
        ("", "must be named"),
        (None, "must be named"),
        (3, "must be named"),
    ],
)
def test_what_is_no_feature_is_a_422(timed: ProviderClient, name: object, sentence: str) -> None:
    """An unknown name, and none."""
    answer = _enable(timed, name)
    assert (answer.status, answer.document) == (422, {"errors": {"feature": [sentence]}})


@pytest.mark.parametrize(
    ("query", "sentence"), [("", "must be named"), ("?feature=a%20b", "'a b' is no feature")]
)
def test_removal_reads_the_name_from_the_query(
    timed: ProviderClient, query: str, sentence: str
) -> None:
    """There is no body; the name is decoded."""
    answer = timed.database("DELETE", MYSQL, suffix=f"/features{query}")
    assert (answer.status, answer.document) == (422, {"errors": {"feature": [sentence]}})


def test_a_database_that_does_not_run_takes_no_features(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """Neither to enable nor to remove."""
    timed_sandbox.change(MYSQL, status="stopped", features=[{"name": SSL}])
    for answer in (_enable(timed, PUBLIC), _disable(timed, SSL)):
        assert (answer.status, answer.document) == (409, {"error": "the database is stopped"})
