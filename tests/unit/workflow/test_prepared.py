"""Carrying out: one request, and what became of it by its answer, by following, or by reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from attrs import evolve
from unit.api.loopback import DROPPED, Addon, PlainClock, Provider, Reply, reply, serving, unheard
from unit.workflow.conftest import sent

from reconcile.api.operations import Following
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import ReconcileError
from reconcile.model.operation import LATER, PAUSES
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.request import UPGRADE, Call, Effect, action
from reconcile.model.run import Result
from reconcile.workflow.prepared import OtherwiseError, Prepared, send_order

IDENT = "609145e66ffbd934f6745bb4"
RESET = action("reset-database", {"database_name": "legacy"}, effect=Effect.CHANGE)
LOST = "its answer was lost (the connection was closed)"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one application and its MySQL addon."""
    with serving(("shop-web", Addon())) as one:
        yield one


@pytest.fixture
def connection(provider: Provider) -> Iterator[Connection]:
    """A connection that reads and writes."""
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_writing(surroundings) as one:
        yield one


Carry = Callable[..., OrderOutcome]
"""Carries out a call; keywords are those of the preparation and of the wait."""


@pytest.fixture
def carry(provider: Provider, connection: Connection) -> Carry:
    """One order on the provider's addon."""
    target = connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)
    provider.requests.clear()

    def carried(
        call: Call,
        *answers: Reply,
        happened: Callable[[], bool | None] | None = None,
        note: Callable[[str], None] = unheard,
        wait: bool = True,
        provable: bool = False,
    ) -> OrderOutcome:
        provider.odd["database"].extend(answers)
        order = Order(database="shop", target=target, what="do it", call=call)
        prepared = Prepared(order=order, provable=provable)
        prepared = evolve(prepared, happened=happened) if happened else prepared
        following = Following(client=connection.reads.client, wait=wait, clock=PlainClock())
        return send_order(prepared, connection.writes, following, note)

    return carried


def unreadable() -> bool:
    """Reading failed."""
    raise ReconcileError("it cannot be read")


def test_an_answer_says_that_it_was_done(provider: Provider, carry: Carry) -> None:
    """One request, and nothing to say."""
    done = carry(RESET, reply(200, {"ok": 1, "result": None}), happened=unreadable)
    assert (done.result, done.message, done.operation) == (Result.DONE, "", None)
    assert sent(provider) == ["POST reset-database"]


@pytest.mark.parametrize(
    "answer", [reply(200, {"ok": 0, "error": "no"}), reply(422, {"error": "no"}), reply(404)]
)
def test_an_answer_says_that_it_was_not(provider: Provider, carry: Carry, answer: Reply) -> None:
    """Nothing is read: there is no doubt."""
    done = carry(RESET, answer, happened=unreadable)
    assert done.result is Result.FAILED
    assert done.message.startswith("reset-database of ad-1: ")
    assert sent(provider) == ["POST reset-database"]


@pytest.mark.parametrize(
    ("answer", "happened", "said"),
    [
        (DROPPED, lambda: True, "read again: it was done; "),
        (DROPPED, lambda: False, f"{LATER}; "),
        (DROPPED, lambda: None, ""),
        (DROPPED, unreadable, ""),
        (DROPPED, None, ""),
        (reply(502), lambda: False, f"{LATER}; "),
        (reply(504), lambda: False, f"{LATER}; "),
        (reply(504), lambda: True, "read again: it was done; "),
    ],
)
def test_a_lost_answer_is_settled_by_reading(
    provider: Provider,
    carry: Carry,
    answer: Reply,
    happened: Callable[[], bool | None] | None,
    said: str,
) -> None:
    """Never by sending again; what no look shows may still arrive."""
    done = carry(RESET, answer, happened=happened)
    assert done.result is (Result.DONE if "it was done" in said else Result.UNKNOWN)
    assert done.message.startswith(f"{said}reset-database of ad-1: ")
    assert sent(provider) == ["POST reset-database"]


def operation(status: str, **more: str) -> Reply:
    """What is said of the operation."""
    return reply(200, {"operation": {"id": IDENT, "status": status, **more}})


STARTED = reply(202, {"operation_id": IDENT})
START, LOOK = "POST /api/databases/ad-1/upgrade", f"GET /api/operations/{IDENT}"


@pytest.mark.parametrize(
    ("seen", "result", "message"),
    [
        (operation("done"), Result.DONE, ""),
        (
            operation("error", error="disk full"),
            Result.FAILED,
            f"operation {IDENT!r} ended in an error: disk full",
        ),
        (
            operation("error"),
            Result.FAILED,
            f"operation {IDENT!r} ended in an error: no reason given",
        ),
        (operation("running"), Result.STARTED, f"operation {IDENT!r} is running"),
    ],
)
def test_an_operation_is_followed(
    provider: Provider, carry: Carry, seen: Reply, result: Result, message: str
) -> None:
    """Its id is noted before it is looked at."""
    noted: list[list[str]] = []
    done = carry(
        UPGRADE,
        STARTED,
        seen,
        wait=False,
        note=lambda ident: noted.append([ident, *sent(provider)]),
    )
    assert (done.result, done.message) == (result, message)
    assert (done.operation_id, done.operation is not None) == (IDENT, True)
    assert noted == [[IDENT, START]]
    assert sent(provider) == [START, LOOK]


def elsewhere() -> bool:
    """Reading shows something else than what was requested."""
    raise OtherwiseError("it went to 17.2.0-1")


FAILED = operation("error", error="disk full")
SAID = f"operation {IDENT!r} ended in an error: disk full"


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(
    ("happened", "result", "message"),
    [
        (lambda: True, Result.DONE, f"read again: it was done, although {SAID}"),
        (lambda: None, Result.FAILED, SAID),
        (unreadable, Result.FAILED, SAID),
        (elsewhere, Result.FAILED, SAID),
    ],
)
def test_a_failed_operation_is_done_where_reading_shows_it(
    carry: Carry,
    lost: bool,
    happened: Callable[[], bool | None],
    result: Result,
    message: str,
) -> None:
    """Only what can be proved by reading; also where the answer to the start was lost."""
    start = (DROPPED, under_way(IDENT), operation("running", type="upgrade"))
    done = carry(
        UPGRADE, *(start if lost else (STARTED,)), FAILED, happened=happened, provable=True
    )
    assert (done.result, done.message) == (result, message)


def test_a_wait_that_breaks_leaves_it_open(provider: Provider, carry: Carry) -> None:
    """Begun for sure: unknown, and not failed, with the way to take it up."""
    done = carry(UPGRADE, STARTED, *[reply(400, {"error": "no"})] * 5)
    assert done.result is Result.UNKNOWN
    assert done.message == (
        f"operation {IDENT!r} was started: GET /api/operations/{IDENT}: HTTP 400, 'no'"
    )
    assert (done.operation_id, done.operation) == (IDENT, None)
    assert sent(provider) == [START, *[LOOK] * 5]


def test_a_journal_that_is_full_leaves_it_open(provider: Provider, carry: Carry) -> None:
    """What cannot be written down is told instead."""

    def full(_ident: str) -> None:
        raise ReconcileError("no space left")

    done = carry(UPGRADE, STARTED, note=full)
    assert done.result is Result.UNKNOWN
    assert done.message == f"operation {IDENT!r} was started: no space left"
    assert sent(provider) == [START]


RESOURCE = "GET /api/databases/ad-1"


def under_way(ident: str | None) -> Reply:
    """The resource, with what is under way."""
    return reply(200, {"database": {"current_operation_id": ident}})


def test_a_lost_start_is_found_through_the_resource(provider: Provider, carry: Carry) -> None:
    """The database had none before: one of the right type is this one."""
    noted: list[str] = []
    answers = (under_way(IDENT), operation("running", type="upgrade"), operation("done"))
    done = carry(UPGRADE, DROPPED, *answers, note=noted.append)
    assert done.result is Result.DONE
    assert noted == [IDENT]
    assert sent(provider) == [START, RESOURCE, LOOK, LOOK]


def test_a_lost_start_is_found_a_moment_later(provider: Provider, carry: Carry) -> None:
    """The request arrived after its answer was lost."""
    answers = (under_way(None), under_way(None), under_way(IDENT))
    seen = (operation("running", type="upgrade"), operation("done"))
    done = carry(UPGRADE, DROPPED, *answers, *seen)
    assert done.result is Result.DONE
    assert sent(provider) == [START, *[RESOURCE] * 3, LOOK, LOOK]


@pytest.mark.parametrize("type_", ["", "scale", "pitr_restore"])
def test_somebody_elses_operation_is_not_followed(
    provider: Provider, carry: Carry, type_: str
) -> None:
    """Its end would say nothing of this one."""
    done = carry(UPGRADE, DROPPED, under_way(IDENT), operation("running", type=type_))
    assert done.result is Result.UNKNOWN
    assert sent(provider) == [START, RESOURCE, LOOK, *[RESOURCE] * len(PAUSES)]


@pytest.mark.parametrize(
    ("happened", "result"), [(True, Result.DONE), (None, Result.UNKNOWN)], ids=str
)
def test_a_lost_start_with_nothing_under_way(
    provider: Provider, carry: Carry, happened: bool | None, result: Result
) -> None:
    """It may have ended already, which the order itself may know how to tell."""
    done = carry(UPGRADE, DROPPED, under_way(None), happened=lambda: happened)
    assert done.result is result
    assert LOST in done.message
    assert sent(provider) == [START, *[RESOURCE] * (1 + len(PAUSES))]


def test_a_lost_start_and_a_dead_server(provider: Provider, carry: Carry) -> None:
    """Nobody claims anything."""
    done = carry(UPGRADE, DROPPED, reply(400), happened=unreadable)
    assert done.result is Result.UNKNOWN
    assert LOST in done.message
    assert sent(provider) == [START, *[RESOURCE] * (1 + len(PAUSES))]


UNSEEN = "its operation ended well, and reading again does not show that it was done"


@pytest.mark.parametrize(
    ("happened", "result", "message"),
    [
        (lambda: True, Result.DONE, ""),
        (lambda: None, Result.UNKNOWN, UNSEEN),
        (elsewhere, Result.FAILED, "it went to 17.2.0-1"),
        (unreadable, Result.UNKNOWN, f"{UNSEEN}: it cannot be read"),
    ],
)
def test_an_operation_that_ended_well_is_checked_where_reading_tells(
    carry: Carry, happened: Callable[[], bool | None], result: Result, message: str
) -> None:
    """Its good end says that something was done, and not that it is what was requested."""
    done = carry(UPGRADE, STARTED, operation("done"), happened=happened, provable=True)
    assert (done.result, done.message, done.operation_id) == (result, message, IDENT)


def test_a_lost_start_that_led_elsewhere(carry: Carry) -> None:
    """Whether this order or somebody else did it is not known; what is live is told."""
    done = carry(UPGRADE, DROPPED, under_way(None), happened=elsewhere, provable=True)
    assert (done.result, done.message) == (Result.UNKNOWN, "read again: it went to 17.2.0-1")
