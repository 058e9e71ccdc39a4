"""Running queries: what the provider lists, in what order, and how a lost answer is settled."""

from __future__ import annotations

import pytest
from unit.api.loopback import Provider, reply
from unit.workflow.conftest import Found, answers, sent

from reconcile.errors import AnswerError, NotOfferedError, ReconcileError
from reconcile.model.postgresql import Query
from reconcile.workflow.activity import running
from reconcile.workflow.commands import CancelQuery, TerminateQuery
from reconcile.workflow.prepare import prepare

ROW = {
    "pid": 2000,
    "query": "SELECT *\n  FROM users",
    "state": "active",
    "username": "app",
    "query_start": "2026-01-05T09:00:00Z",
    "query_duration": 1_500_000_000,
}


def test_a_query_is_read_whole(provider: Provider, found: Found) -> None:
    """Nanoseconds become seconds; the text is as it was written, for machines to take."""
    subject = found()
    answers(provider, [ROW])
    assert running(subject) == (
        Query(
            pid=2000,
            query="SELECT *\n  FROM users",
            state="active",
            username="app",
            query_start="2026-01-05T09:00:00Z",
            seconds=1.5,
        ),
    )
    assert sent(provider) == ["POST pg-list-queries"]


def test_the_longest_come_first(provider: Provider, found: Found) -> None:
    """Of two as long, the lower pid."""
    rows = [
        {"pid": 4, "query_duration": 5},
        {"pid": 3, "query_duration": 7},
        {"pid": 1},
        {"pid": 2, "query_duration": 5},
    ]
    subject = found()
    answers(provider, rows)
    assert [one.pid for one in running(subject)] == [3, 2, 4, 1]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0.0),
        (-2_000_000_000, 0.0),
        (1.5e9, 1.5),
        (10**400, 0.0),
        ("1000", 0.0),
        (True, 0.0),
        (None, 0.0),
        ([], 0.0),
    ],
    ids=repr,
)
def test_an_odd_duration_is_none(
    provider: Provider, found: Found, value: object, seconds: float
) -> None:
    """What cannot be reckoned with counts as nothing; a clock that differs does not go below it."""
    subject = found()
    answers(provider, [{**ROW, "query_duration": value}])
    assert [one.seconds for one in running(subject)] == [seconds]


@pytest.mark.parametrize("value", [None, 7, [], {}, True])
def test_odd_texts_are_empty(provider: Provider, found: Found, value: object) -> None:
    """One row that says little hides no other."""
    odd = dict.fromkeys(("query", "state", "username", "query_start"), value)
    subject = found()
    answers(provider, [{**ROW, **odd}, ROW])
    assert {(one.query, one.query_start) for one in running(subject)} == {
        ("", None),
        (ROW["query"], ROW["query_start"]),
    }


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        "x",
        7,
        [ROW, None],
        [[ROW]],
        [{}],
        *([{**ROW, "pid": pid}] for pid in (None, "7", True, 7.0)),
    ],
)
def test_an_odd_listing_is_an_error(provider: Provider, found: Found, result: object) -> None:
    """Without its pid a query can neither be named nor cancelled."""
    subject = found()
    answers(provider, result)
    with pytest.raises(AnswerError, match="pg-list-queries: answered"):
        running(subject)


def test_another_engine_has_none(provider: Provider, found: Found) -> None:
    """Said without asking."""
    with pytest.raises(
        ReconcileError, match="'billing' is mysql: only postgresql has queries that can be listed"
    ):
        running(found(type_name="mysql"))
    assert sent(provider) == []


ORDERS = pytest.mark.parametrize("command", [CancelQuery(pid=2000), TerminateQuery(pid=2000)])


@ORDERS
def test_an_order_is_prepared_by_reading(
    provider: Provider, found: Found, command: CancelQuery | TerminateQuery
) -> None:
    """One request; who runs what is affected, on one line and cut, and somebody has to agree."""
    subject = found()
    answers(provider, [{**ROW, "query": "SELECT 1,\n" * 40}])
    order = prepare(command, subject).order
    name = "cancel" if isinstance(command, CancelQuery) else "terminate"
    assert order.call.body == {"action_name": f"pg-{name}-query", "params": {"pid": 2000}}
    assert order.asks
    assert order.confirm is None
    words = ("SELECT 1, " * 40)[:60]
    assert order.consequences[0] == f"app runs '{words}…'"
    assert sent(provider) == ["POST pg-list-queries"]


@ORDERS
def test_nobody_runs_it(
    provider: Provider, found: Found, command: CancelQuery | TerminateQuery
) -> None:
    """A session without a user is somebody's."""
    subject = found()
    answers(provider, [{"pid": 2000}])
    assert prepare(command, subject).order.consequences[0] == "somebody runs ''"


@ORDERS
def test_an_unknown_pid_is_an_error(
    provider: Provider, found: Found, command: CancelQuery | TerminateQuery
) -> None:
    """The server takes one in silence; a person meant one that there is."""
    subject = found()
    answers(provider, [{**ROW, "pid": 2001}])
    with pytest.raises(
        ReconcileError, match="'billing' has no session of pid 2000: it may have ended"
    ):
        prepare(command, subject)


@pytest.mark.parametrize(
    ("now", "cancelled", "terminated"),
    [
        ([], True, True),
        ([{**ROW, "pid": 2001}], True, True),
        ([ROW], False, False),
        ([{**ROW, "query_duration": 2_000_000_000}], False, False),
        ([{**ROW, "state": "idle"}], True, False),
        ([{**ROW, "query_start": "2026-01-05T10:00:00Z"}], True, False),
    ],
)
def test_a_lost_answer_is_settled_by_the_list(
    provider: Provider, found: Found, now: object, *, cancelled: bool, terminated: bool
) -> None:
    """Cancelled: the session is at something else, or gone. Terminated: gone."""
    subject = found()
    answers(provider, [ROW], now, [ROW], now)
    assert prepare(CancelQuery(pid=2000), subject).happened() is cancelled
    assert prepare(TerminateQuery(pid=2000), subject).happened() is terminated


def test_what_the_provider_refuses_is_said(provider: Provider, found: Found) -> None:
    """In its own words."""
    subject = found()
    provider.odd["database"].append(reply(200, {"ok": 0, "error": "it is stopped"}))
    with pytest.raises(NotOfferedError, match="it is stopped"):
        running(subject)
