"""Starting operations: where the id of one stands in an answer, and what leaves it open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from unit.api.loopback import DROPPED, Provider, Reply, reply, truncated

from reconcile.api.writes import Connection
from reconcile.errors import ApiError, OutcomeUnknownError
from reconcile.model.request import UPGRADE, restore
from reconcile.model.target import Target

IDENT = "609145e66ffbd934f6745bb4"


@pytest.fixture
def target(connection: Connection) -> Target:
    """The addon of the provider."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)


@contextmanager
def started(provider: Provider, answer: Reply) -> Iterator[None]:
    """The provider's next answer is to a change that goes on; it is asked for once."""
    provider.odd["database"].append(answer)
    yield
    assert [one.path for one in provider.sent("database")] == ["/api/databases/ad-1/upgrade"]


LOCATED = f"https://db-api.example.test/api/operations/{IDENT}"


@pytest.mark.parametrize(
    "answer",
    [
        reply(202, {"message": "pending"}, Location=LOCATED),
        reply(202, "", Location=LOCATED),
        reply(202, "<html>", Location=LOCATED),
        reply(202, [], Location=LOCATED),
        reply(202, {}, Location=f"/api/operations/{IDENT}"),
        reply(202, {}, Location=f"/api/operations/{IDENT}/?x=y#z"),
        reply(202, {}, Location=f"https://evil.test/api/operations/{IDENT}"),
        reply(202, {}, Location=f"http://evil.test:1/a/b/api/operations/{IDENT}"),
        reply(201, {"operation_id": IDENT}),
        reply(202, {"operation_id": IDENT}, Location="https://x.test/elsewhere"),
        reply(201, {"operation": {"id": IDENT, "status": "pending"}}),
        reply(201, {"operation_id": None, "operation": {"id": IDENT}}),
        reply(200, {"operation_id": 7, "operation": []}, Location=LOCATED),
        reply(202, {"operation_id": "../../v1/apps"}, Location=LOCATED),
    ],
)
def test_the_id_stands_in_one_of_three_places(
    provider: Provider, target: Target, connection: Connection, answer: Reply
) -> None:
    """In the body, in either shape, or at the end of a path, whose host is never asked."""
    with started(provider, answer):
        assert connection.writes.start(target, UPGRADE) == IDENT


@pytest.mark.parametrize(
    "answer",
    [
        reply(202, {}),
        reply(202, ""),
        reply(202, {"message": "pending"}, Location="https://x.test/api/databases/ad-1"),
        reply(202, {}, Location="/api/operations/"),
        reply(202, {}, Location="/api/operations/.."),
        reply(202, {}, Location="/api/operations/a%2Fb"),
        reply(202, {}, Location=f"/api/operations/{IDENT}/cancel"),
        reply(202, {"operation_id": ""}),
        reply(202, {"operation_id": "a b"}),
        reply(202, {"operation_id": "x" * 129}),
        reply(202, {"operation": {"id": 7}}),
    ],
)
def test_an_answer_without_an_id_leaves_it_open(
    provider: Provider, target: Target, connection: Connection, answer: Reply
) -> None:
    """It was accepted, so that something is under way, and nobody knows what to follow."""
    with (
        started(provider, answer),
        pytest.raises(OutcomeUnknownError, match="names no operation") as caught,
    ):
        connection.writes.start(target, UPGRADE)
    assert caught.value.under_way


@pytest.mark.parametrize(
    "answer", [DROPPED, truncated(b'{"operation_id"'), reply(500), reply(502), reply(504)]
)
def test_a_lost_answer_to_a_start_is_never_sent_again(
    provider: Provider, target: Target, connection: Connection, answer: Reply
) -> None:
    """A second upgrade would go one step too far."""
    with started(provider, answer), pytest.raises(OutcomeUnknownError):
        connection.writes.start(target, UPGRADE)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refused_start_is_no_open_question(
    provider: Provider, target: Target, connection: Connection, status: int
) -> None:
    """The provider says that it did nothing."""
    provider.odd["database"].append(reply(status, {"error": "already under way"}))
    with pytest.raises(ApiError, match="already under way") as caught:
        connection.writes.start(target, restore("2026-11-22T10:00:00Z"))
    assert not isinstance(caught.value, OutcomeUnknownError)
