"""What is said of an operation, and of one that is under way: read as it was meant, or not at all."""

from __future__ import annotations

import pytest
from unit.api.loopback import PlainClock, Provider, Reply, reply

from reconcile.api.operations import Following, read_operation
from reconcile.api.writes import Connection
from reconcile.errors import AnswerError
from reconcile.model.operation import PAUSES, Operation
from reconcile.model.request import UPGRADE, Call, restore
from reconcile.model.run import Result
from reconcile.model.target import Target

IDENT = "609145e66ffbd934f6745bb4"


@pytest.fixture
def target(connection: Connection) -> Target:
    """The addon of the provider."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)


@pytest.fixture
def following(connection: Connection) -> Following:
    """How operations are waited for; here none is."""
    return Following(client=connection.reads.client, wait=False, clock=PlainClock())


def said(status: object, **more: object) -> Reply:
    """What the provider answers about an operation."""
    return reply(200, {"operation": {"id": IDENT, "status": status, **more}})


@pytest.mark.parametrize(
    ("status", "done", "failed"),
    [
        ("done", True, False),
        ("finished", True, False),
        ("error", False, True),
        ("user-error", False, True),
        ("cancelled", False, True),
        ("pending", False, False),
        ("running", False, False),
        ("cancelling", False, False),
        ("DONE", False, False),
        ("a\nword", False, False),
    ],
)
def test_the_words_that_are_known_end_it(
    provider: Provider,
    target: Target,
    connection: Connection,
    status: str,
    *,
    done: bool,
    failed: bool,
) -> None:
    """Another word is taken for not ended while no end is given; it is safe to show."""
    provider.odd["database"].append(said(status, error="why\x1b[2J"))
    seen = read_operation(connection.reads.client, target, IDENT)
    assert (seen.done, seen.failed, seen.ended) == (done, failed, done or failed)
    assert seen.status == status.replace("\n", "\\n")
    assert seen.error == "why\\x1b[2J"


@pytest.mark.parametrize(
    ("status", "finished_at", "result"),
    [
        ("archived", None, Result.STARTED),
        ("archived", "", Result.STARTED),
        ("archived", "2026-01-02", Result.UNKNOWN),
        ("running", "2026-01-02", Result.STARTED),
        ("user-error", None, Result.FAILED),
        ("finished", None, Result.DONE),
    ],
)
def test_an_unknown_word_ends_a_wait_where_an_end_is_given(
    provider: Provider,
    target: Target,
    following: Following,
    *,
    status: str,
    finished_at: str | None,
    result: Result,
) -> None:
    """It does not say how it ended, and nothing goes on that would have to be waited for."""
    provider.odd["database"].append(said(status, finished_at=finished_at))
    end = following.wait_for(target, IDENT, lambda _ident: None)
    assert end.result is result
    assert end.under_way is (result is Result.STARTED)


def test_an_operation_is_read_at_the_second_path_where_the_first_does_not_know_it(
    provider: Provider, target: Target, connection: Connection
) -> None:
    """The first one is asked once."""
    no = reply(404, {"error": "not found"})
    provider.odd["database"].extend([no, said("running"), said("running"), said("finished")])
    following = Following(client=connection.reads.client, clock=PlainClock())
    assert following.follow(target, IDENT).done
    second = f"/api/databases/ad-1/operations/{IDENT}"
    paths = [one.path for one in provider.sent("database")]
    assert paths == [f"/api/operations/{IDENT}", second, second, second]


def test_an_operation_that_was_seen_once_may_be_missing_for_a_moment(
    provider: Provider, target: Target, connection: Connection
) -> None:
    """Neither path is given up by one answer of 404."""
    no = reply(404, {"error": "not found"})
    provider.odd["database"].extend([said("running"), no, no, said("done")])
    following = Following(client=connection.reads.client, clock=PlainClock())
    assert following.follow(target, IDENT).done
    assert provider.sent("database")[-1].path == f"/api/operations/{IDENT}"


@pytest.mark.parametrize(
    "answer",
    [
        said(None),
        said(""),
        said(7),
        said(["done"]),
        reply(200, {"operation": None}),
        reply(200, {"operation": []}),
        reply(200, {"operation": "done"}),
        reply(200, {"operation": {}}),
        reply(200, {}),
        reply(200, []),
        reply(200, "<html>done</html>"),
        reply(200, ""),
    ],
)
def test_an_odd_answer_is_an_error(
    provider: Provider, target: Target, following: Following, answer: Reply
) -> None:
    """Nothing is made of it, least of all an end."""
    provider.odd["database"].append(answer)
    with pytest.raises(AnswerError):
        following.follow(target, IDENT)


@pytest.mark.parametrize("odd", [7, ["x"], {"a": 1}, True, None])
def test_what_is_no_text_is_left_out(
    provider: Provider, target: Target, connection: Connection, odd: object
) -> None:
    """Only the status decides; the rest is for people."""
    answer = said("done", type=odd, error=odd, created_at=odd, finished_at=odd)
    provider.odd["database"].append(answer)
    assert read_operation(connection.reads.client, target, IDENT) == Operation(
        id=IDENT, status="done"
    )


def test_what_was_started_is_found_through_the_resource(
    provider: Provider, target: Target, following: Following
) -> None:
    """The operation that is under way, if it is of the type that the call starts: two requests."""
    under_way = reply(200, {"database": {"current_operation_id": IDENT}})
    provider.odd["database"].extend([under_way, said("running", type="upgrade")])
    assert following.found(target, "upgrade") == IDENT
    assert [one.path for one in provider.sent("database")] == [
        "/api/databases/ad-1",
        f"/api/operations/{IDENT}",
    ]


@pytest.mark.parametrize(
    ("call", "kind", "found"),
    [
        (UPGRADE, "upgrade", True),
        (UPGRADE, "Upgrade", True),
        (UPGRADE, "pitr_restore", False),
        (UPGRADE, "enable-feature", False),
        (UPGRADE, "", False),
        (restore("2026-01-03T12:00:00Z"), "pitr_restore", True),
        (restore("2026-01-03T12:00:00Z"), "upgrade", False),
    ],
)
def test_an_operation_of_another_type_is_somebody_elses(
    provider: Provider, target: Target, following: Following, call: Call, kind: str, *, found: bool
) -> None:
    """Nobody follows it as their own."""
    under_way = reply(200, {"database": {"current_operation_id": IDENT}})
    provider.odd["database"].extend([under_way, said("running", type=kind)])
    assert call.starts_operation is not None
    assert (following.found(target, call.starts_operation) == IDENT) is found


@pytest.mark.parametrize("value", [None, "", 7, [IDENT], ".."])
def test_what_names_no_operation_has_none_under_way(
    provider: Provider, target: Target, following: Following, value: object
) -> None:
    """It is asked a few times, for one may begin a moment later."""
    provider.odd["database"].append(reply(200, {"database": {"current_operation_id": value}}))
    assert following.found(target, "upgrade") is None
    assert len(provider.sent("database")) == 1 + len(PAUSES)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"database": {}}),
        reply(200, {"database": []}),
        reply(200, {"database": None}),
        reply(200, {}),
        reply(404, {"error": "no"}),
        reply(400),
    ],
)
def test_a_resource_that_cannot_tell_has_nothing_under_way(
    provider: Provider, target: Target, following: Following, answer: Reply
) -> None:
    """Neither has one that cannot be read: what is open stays open."""
    provider.odd["database"].append(answer)
    assert following.found(target, "upgrade") is None


def test_an_operation_that_cannot_be_read_is_not_taken_for_ours(
    provider: Provider, target: Target, following: Following
) -> None:
    """It may be anybody's."""
    under_way = reply(200, {"database": {"current_operation_id": IDENT}})
    provider.odd["database"].extend([under_way, reply(404, {"error": "no"})])
    assert following.found(target, "upgrade") is None
