"""What the provider says of a feature that was turned on or off: its end, or no end yet."""

from __future__ import annotations

from typing import Any

import pytest
from unit.api.loopback import PlainClock, Provider, Reply, reply

from reconcile.api.operations import Following
from reconcile.api.writes import Connection
from reconcile.model.request import FeatureSwitch
from reconcile.model.run import Result
from reconcile.model.target import Target

ON = FeatureSwitch(name="force-ssl", enabled=True)
OFF = FeatureSwitch(name="force-ssl", enabled=False)
OPERATION = "609145e66ffbd934f6745bb4"


@pytest.fixture
def target(connection: Connection) -> Target:
    """The addon of the provider."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)


def resource(features: object, **more: object) -> Reply:
    """What the provider answers about the database."""
    return reply(200, {"database": {"id": "ad-1", "features": features, **more}})


def row(status: object) -> list[dict[str, object]]:
    """The feature with a status, as the database lists it."""
    return [{"name": "another", "status": "FAILED"}, {"name": "force-ssl", "status": status}]


@pytest.mark.parametrize("answer", [None, [], {}, {"message": "ok"}, {"status": 7}])
@pytest.mark.parametrize(
    ("switch", "listed", "result", "message"),
    [
        (ON, row("ACTIVATED"), Result.DONE, ""),
        (ON, row("FAILED"), Result.FAILED, "feature 'force-ssl' is FAILED"),
        (ON, row("PENDING"), Result.STARTED, "feature 'force-ssl' is PENDING"),
        (ON, row("ODD\n"), Result.UNKNOWN, "feature 'force-ssl' is ODD\\n"),
        (ON, row(None), Result.UNKNOWN, "feature 'force-ssl' is without a status"),
        (ON, [], Result.UNKNOWN, "feature 'force-ssl' is off"),
        (OFF, [], Result.DONE, ""),
        (OFF, row("PENDING_TO_REMOVE"), Result.STARTED, "feature 'force-ssl' is PENDING_TO_REMOVE"),
        (OFF, row("ACTIVATED"), Result.UNKNOWN, "feature 'force-ssl' is ACTIVATED"),
    ],
)
def test_the_status_decides(
    provider: Provider,
    target: Target,
    connection: Connection,
    *,
    switch: FeatureSwitch,
    listed: object,
    result: Result,
    message: str,
    answer: object,
) -> None:
    """One look where nothing is waited for; an answer without a final status tells nothing."""
    provider.odd["database"].append(resource(listed))
    noted: list[str] = []
    seen: list[str] = []
    following = Following(
        client=connection.reads.client,
        wait=False,
        tell=lambda one, _seconds: seen.append(f"{one.type} {one.id}"),
    )
    end = following.switched(target, switch, answer, noted.append)
    assert (end.result, end.message, end.operation, noted) == (result, message, None, [])
    assert seen == ["feature force-ssl"]
    assert end.under_way is (result is Result.STARTED)
    assert len(provider.sent("database")) == 1


@pytest.mark.parametrize(
    ("switch", "status", "result"),
    [(ON, "ACTIVATED", Result.DONE), (ON, "FAILED", Result.FAILED), (OFF, "FAILED", Result.FAILED)],
)
def test_a_final_status_in_the_answer_costs_no_look(
    provider: Provider,
    target: Target,
    connection: Connection,
    *,
    switch: FeatureSwitch,
    status: str,
    result: Result,
) -> None:
    """Nothing goes on."""
    following = Following(client=connection.reads.client)
    end = following.switched(target, switch, {"status": status}, lambda _ident: None)
    assert end.result is result
    assert provider.sent("database") == []


@pytest.mark.parametrize("first", [row("ACTIVATING"), []])
def test_an_operation_that_is_named_is_noted_once_and_waited_for(
    provider: Provider, target: Target, connection: Connection, first: list[Any]
) -> None:
    """Whatever the status says meanwhile."""
    under_way = {"current_operation_id": OPERATION}
    provider.odd["database"].extend(
        [
            resource(first, **under_way),
            resource(row("PENDING"), **under_way),
            resource(row("ACTIVATED")),
        ]
    )
    noted: list[str] = []
    following = Following(client=connection.reads.client, clock=PlainClock())
    end = following.switched(target, ON, {"status": "PENDING"}, noted.append)
    assert (end.result, end.operation, noted) == (Result.DONE, OPERATION, [OPERATION])


@pytest.mark.parametrize("listed", [None, "force-ssl", {"name": "force-ssl"}])
def test_a_database_that_lists_no_features_leaves_it_open(
    provider: Provider, target: Target, connection: Connection, listed: object
) -> None:
    """Not failed: it was asked for."""
    provider.odd["database"].append(resource(listed))
    following = Following(client=connection.reads.client, wait=False)
    end = following.switched(target, ON, None, lambda _ident: None)
    assert (end.result, end.under_way) == (Result.UNKNOWN, True)
    assert end.message == (
        "feature 'force-ssl' was asked for: the database resource lists no features"
    )
