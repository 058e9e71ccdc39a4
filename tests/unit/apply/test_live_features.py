"""The executor with a feature: done only where the provider says that the feature is on or off."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from unit.apply.conftest import WANTED, Bench

from reconcile.kinds.features import Feature, Features
from reconcile.model.run import Result

RESOURCE = "GET /databases/ad-shop"
SSL = "force-ssl"
ON = evolve(WANTED, kinds={"features": Features(switched={Feature.FORCE_SSL: True})})
OFF = evolve(WANTED, kinds={"features": Features(switched={Feature.FORCE_SSL: False})})
POST, DELETE = "POST /databases/ad-shop/features", "DELETE /databases/ad-shop/features"


def listed(*statuses: str) -> dict[str, Any]:
    """The keys of a fleet file for a database with this feature, or without it."""
    return {"features": [{"name": SSL, "status": status} for status in statuses]}


def live(bench: Bench) -> list[dict[str, Any]]:
    """The features of the database."""
    (app,) = bench.sandbox.fleet()["apps"]
    found: list[dict[str, Any]] = app["addons"][0].get("features", [])
    return found


@pytest.mark.parametrize(("wanted", "sent"), [(ON, POST), (OFF, DELETE)])
def test_a_feature_is_waited_for(bench: Bench, wanted: Any, sent: str) -> None:
    """One change, then looks at the database until the status is final."""
    if wanted is OFF:
        bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    outcome = bench.execute(*bench.planned(wanted))
    assert (outcome.result, outcome.message) == (Result.DONE, "")
    assert [one["status"] for one in live(bench)] == (["ACTIVATED"] if wanted is ON else [])
    looks = len(bench.clock.slept) + 1
    assert looks > 2
    assert bench.sent() == [sent, *[RESOURCE] * looks]
    assert [entry["event"] for entry in bench.journal()] == ["started", "finished"]


def test_a_feature_that_is_on_in_the_answer_costs_no_look(bench: Bench) -> None:
    """Another client was quicker: the answer says it."""
    target, action = bench.planned(ON)
    bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    assert bench.execute(target, action).result is Result.DONE
    assert bench.sent() == [POST]


@pytest.mark.parametrize("how", ["no wait", "no patience", "a stop"])
def test_a_run_that_does_not_wait_says_that_it_was_started(bench: Bench, how: str) -> None:
    """One look shows how far it has come."""
    target, action = bench.planned(ON)
    bench.wait = how != "no wait"
    bench.patience = 0.0 if how == "no patience" else 3600.0
    if how == "a stop":
        bench.stop.set()
    outcome = bench.execute(target, action)
    assert outcome.result is Result.STARTED
    assert outcome.under_way
    assert outcome.message == f"feature '{SSL}' is PENDING_TO_ACTIVATE"
    assert bench.sent() == [POST, RESOURCE]


@pytest.mark.parametrize(
    ("wanted", "features", "result", "message"),
    [
        (ON, ["FAILED"], Result.FAILED, f"feature '{SSL}' is FAILED"),
        (ON, [], Result.UNKNOWN, f"feature '{SSL}' is off"),
        (OFF, ["FAILED"], Result.FAILED, f"feature '{SSL}' is FAILED"),
        (OFF, ["ACTIVATED"], Result.UNKNOWN, f"feature '{SSL}' is ACTIVATED"),
    ],
)
def test_what_is_seen_afterwards_decides(
    bench: Bench, wanted: Any, features: list[str], result: Result, message: str
) -> None:
    """A failure where the provider gave up; unknown where the status does not say how it ended."""
    if wanted is OFF:
        bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    target, action = bench.planned(wanted)
    change = {**listed(*features), "current_operation_id": None, "status": "running"}
    bench.sandbox.fault(
        "outside-write", database="ad-shop", change=change, when="after", match={"changes": True}
    )
    outcome = bench.execute(target, action)
    assert (outcome.result, outcome.message) == (result, message)
    assert len(bench.sent()) == 2


def test_an_operation_that_fails_is_a_failure(bench: Bench) -> None:
    """The feature is FAILED then, and an operation was begun."""
    bench.sandbox.change("ad-shop", failing_operations="no certificate")
    outcome = bench.execute(*bench.planned(ON))
    assert outcome.result is Result.FAILED
    assert outcome.effect


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_followed(bench: Bench, kind: str) -> None:
    """Whether it was ours, a second read has to show; nothing is sent twice."""
    target, action = bench.planned(ON)
    bench.sandbox.fault(kind, match={"path": "*/features"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert live(bench) == [{"name": SSL, "status": "ACTIVATED"}]
    assert bench.sent() == [POST, *[RESOURCE] * (len(bench.clock.slept) + 1)]


def test_a_database_that_cannot_be_read_meanwhile_leaves_it_open(bench: Bench) -> None:
    """The change was sent: what cannot be seen is not called a failure."""
    target, action = bench.planned(ON)
    bench.sandbox.fault("status", status=403, match={"method": "GET"}, times=None)
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert outcome.message.startswith(f"feature '{SSL}' was asked for: ")
