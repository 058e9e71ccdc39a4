"""Following operations: how often is looked, and what ends the wait."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from attrs import evolve
from unit.api.loopback import DROPPED, PlainClock, Provider, Reply, reply, unheard

from reconcile.api.deadline import TimeUpError
from reconcile.api.operations import Following
from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection
from reconcile.errors import AnswerError, ApiError, NotFoundError
from reconcile.model.operation import Operation
from reconcile.model.target import Target

IDENT = "609145e66ffbd934f6745bb4"
PATH = f"/api/operations/{IDENT}"


@pytest.fixture
def target(connection: Connection) -> Target:
    """The addon of the provider."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)


@pytest.fixture
def pauses() -> PlainClock:
    """The clock of the wait, beside that of the transport: it is slept on by nobody else."""
    return PlainClock()


@pytest.fixture
def following(connection: Connection, pauses: PlainClock) -> Following:
    """How operations are waited for, on a clock on which nobody waits."""
    return Following(client=connection.reads.client, clock=pauses)


def said(status: object, **more: object) -> Reply:
    """What the provider answers about an operation."""
    return reply(200, {"operation": {"id": IDENT, "status": status, **more}})


def looks(provider: Provider) -> int:
    """How often the operation was looked at."""
    return len([one for one in provider.sent("database") if one.path == PATH])


def test_what_is_over_at_once_is_looked_at_once(
    provider: Provider, target: Target, following: Following, pauses: PlainClock
) -> None:
    """No pause before the first look."""
    provider.odd["database"].append(
        said("done", type="upgrade", created_at="2026-01-01", finished_at="2026-01-02")
    )
    assert following.follow(target, IDENT) == Operation(
        id=IDENT,
        status="done",
        type="upgrade",
        created_at="2026-01-01",
        finished_at="2026-01-02",
    )
    assert (looks(provider), pauses.slept) == (1, [])


def test_the_pauses_grow(
    provider: Provider, target: Target, following: Following, pauses: PlainClock
) -> None:
    """By half each time, to half a minute and no further."""
    provider.odd["database"].extend([said("pending"), *[said("running")] * 10, said("done")])
    assert following.follow(target, IDENT).done
    assert looks(provider) == 12
    assert pauses.slept == [
        1.0,
        1.5,
        2.25,
        3.375,
        5.0625,
        7.59375,
        11.390625,
        17.0859375,
        25.62890625,
        30.0,
        30.0,
    ]


@pytest.mark.parametrize(
    "slept", [[], [0.5], [1.0], [1.0, 1.5, 0.5], [1.0, 1.5, 2.25, 0.25]], ids=str
)
def test_patience_ends(
    provider: Provider,
    target: Target,
    following: Following,
    pauses: PlainClock,
    slept: list[float],
) -> None:
    """The last pause is cut to what is left, and followed by a last look."""
    provider.odd["database"].extend([said("running")] * 9)
    seen = evolve(following, patience=sum(slept)).follow(target, IDENT)
    assert (seen.status, seen.ended) == ("running", False)
    assert pauses.slept == slept
    assert looks(provider) == len(slept) + 1


@pytest.mark.parametrize("seconds", [-3600.0, 4000.0])
def test_a_clock_that_is_set_changes_no_patience(
    provider: Provider, target: Target, connection: Connection, seconds: float
) -> None:
    """The wait is neither longer by an hour nor over at once."""

    class Set(PlainClock):
        def sleep(self, seconds_: float, halted: Callable[[], bool]) -> None:
            super().sleep(seconds_, halted)
            if len(self.slept) == 1:
                self.set(seconds)

    clock = Set()
    provider.odd["database"].extend([said("running")] * 99)
    Following(client=connection.reads.client, clock=clock, patience=10.0).follow(target, IDENT)
    assert sum(clock.slept) == 10.0


def test_who_does_not_wait_looks_once(
    provider: Provider, target: Target, following: Following, pauses: PlainClock
) -> None:
    """Whatever it finds."""
    provider.odd["database"].append(said("pending"))
    assert evolve(following, wait=False).follow(target, IDENT).status == "pending"
    assert (looks(provider), pauses.slept) == (1, [])


def test_each_look_is_told(
    provider: Provider, target: Target, following: Following, pauses: PlainClock
) -> None:
    """With the seconds since the first."""
    heard: list[tuple[str, float]] = []
    provider.odd["database"].extend([said("pending"), said("running"), said("error")])
    evolve(following, tell=lambda seen, seconds: heard.append((seen.status, seconds))).follow(
        target, IDENT
    )
    assert heard == [("pending", 0.0), ("running", 1.0), ("error", 2.5)]
    assert pauses.slept == [1.0, 1.5]


class StoppedAsleep(PlainClock):
    """A clock during whose second sleep somebody asks for the end."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Go on, and stop at the second."""
        super().sleep(seconds, halted)
        if len(self.slept) == 2:
            self._stop.set()


def test_a_stop_ends_the_wait(provider: Provider, target: Target, following: Following) -> None:
    """With what was seen last: nothing more is asked."""
    stop = threading.Event()
    provider.odd["database"].extend([said("pending"), said("running"), said("running")])
    seen = evolve(following, stop=stop, clock=StoppedAsleep(stop)).follow(target, IDENT)
    assert seen.status == "running"
    assert looks(provider) == 2


def test_a_stop_before_the_wait_costs_one_look(
    provider: Provider, target: Target, following: Following
) -> None:
    """What was started is looked at, so that its status can be told."""
    stop = threading.Event()
    stop.set()
    provider.odd["database"].append(said("pending"))
    assert evolve(following, stop=stop).follow(target, IDENT).status == "pending"
    assert looks(provider) == 1


def test_a_look_that_is_broken_off_by_a_stop_is_no_error(
    provider: Provider, target: Target, following: Following
) -> None:
    """Who asks for the end of a wait gets what was seen before."""
    stop = threading.Event()
    provider.odd["database"].extend([said("pending"), reply(400, {"error": "no"})])
    told = evolve(
        following,
        stop=stop,
        clock=_StopsLater(stop, provider),
    )
    assert told.follow(target, IDENT).status == "pending"


class _StopsLater(PlainClock):
    """A clock after whose sleep the next request is held back until somebody asked for the end."""

    def __init__(self, stop: threading.Event, provider: Provider) -> None:
        super().__init__()
        self._stop, self._provider = stop, provider

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Hold the next answer, and stop a moment later."""
        if halted():
            return
        super().sleep(seconds, halted)
        broken = self._provider.odd["database"].popleft()
        self._provider.odd["database"].append(evolve(broken, wait=self._stop))
        threading.Timer(0.05, self._stop.set).start()


def test_an_operation_that_is_not_known_is_an_error(
    provider: Provider, target: Target, following: Following
) -> None:
    """The provider's own words, from the second path where the first does not know it either."""
    no = reply(404, {"resource": "Operation", "error": "not found"})
    provider.odd["database"].extend([no, no])
    with pytest.raises(NotFoundError, match="Operation: not found"):
        following.follow(target, IDENT)


BUSY = reply(409, {"error": "busy"})


def test_failed_looks_do_not_end_the_wait(
    provider: Provider, target: Target, following: Following, pauses: PlainClock
) -> None:
    """Four in a row are borne, twice, at the intervals of the others."""
    four = [BUSY, reply(200, "<html>"), *[reply(503)] * 4, BUSY]
    provider.odd["database"].extend([*four, said("running"), *four, said("done")])
    told: list[str] = []
    seen = evolve(following, tell=lambda seen, _: told.append(seen.status)).follow(target, IDENT)
    assert seen.done
    assert told == ["running", "done"]
    assert pauses.slept[:5] == [1.0, 1.5, 2.25, 3.375, 5.0625]
    assert len(pauses.slept) == 9


@pytest.mark.parametrize("first", [[], [said("running")]], ids=["never seen", "seen"])
def test_five_failed_looks_in_a_row_end_the_wait(
    provider: Provider, target: Target, following: Following, first: list[Reply]
) -> None:
    """With the last one's words."""
    provider.odd["database"].extend([*first, *[BUSY] * 4, reply(422, {"error": "last"}), BUSY])
    with pytest.raises(ApiError, match="HTTP 422, 'last'"):
        following.follow(target, IDENT)
    assert looks(provider) == len(first) + 5


def test_a_host_that_is_left_alone_is_waited_for(
    provider: Provider, target: Target, connection: Connection, clock: PlainClock
) -> None:
    """What is not even sent is no look: an outage of three minutes does not end the wait."""
    provider.odd["database"].extend([said("running"), *[reply(503)] * 7, said("done")])
    assert Following(client=connection.reads.client, clock=clock).follow(target, IDENT).done
    assert looks(provider) == 9
    assert sum(clock.slept) > 180


def test_a_look_that_there_is_no_time_for_ends_the_wait(
    provider: Provider, pauses: PlainClock
) -> None:
    """As patience does: it was begun, and what was seen last is told."""
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=pauses, longest=5
    )
    with connect_reading(surroundings) as reads:
        target = reads.targets.find(app="shop-web", addon="ad-1", engine=None)
        provider.odd["database"].extend([said("running")] * 9)
        seen = Following(client=reads.client, clock=pauses).follow(target, IDENT)
        assert seen.status == "running"
        with pytest.raises(TimeUpError, match="the run took longer than 5 s"):
            Following(client=reads.client, clock=pauses).follow(target, IDENT)
    assert pauses.slept == [1.0, 1.5, 2.25, 3.375]


def test_patience_that_ends_with_a_failed_look_tells_what_was_seen(
    provider: Provider, target: Target, following: Following
) -> None:
    """The failure is of the look, not of the operation."""
    provider.odd["database"].extend([said("running"), BUSY, BUSY])
    assert evolve(following, patience=1.0).follow(target, IDENT).status == "running"
    assert looks(provider) == 2


def test_another_operation_is_not_the_one(
    provider: Provider, target: Target, following: Following
) -> None:
    """A `done` of another one says nothing of ours."""
    provider.odd["database"].append(reply(200, {"operation": {"id": "other", "status": "done"}}))
    with pytest.raises(AnswerError, match="the answer is about the operation 'other'"):
        evolve(following, wait=False).follow(target, IDENT)


@pytest.mark.parametrize("operation", [{"status": "done"}, {"id": None, "status": "done"}])
def test_an_operation_without_an_id_is_the_one(
    provider: Provider, target: Target, following: Following, operation: object
) -> None:
    """Its address says which it is."""
    provider.odd["database"].append(reply(200, {"operation": operation}))
    assert following.follow(target, IDENT).done


def test_a_look_that_fails_once_is_repeated(
    provider: Provider, target: Target, following: Following
) -> None:
    """It only reads."""
    provider.odd["database"].extend([said("running"), DROPPED, reply(502), said("done")])
    assert following.follow(target, IDENT).done


def test_a_name_that_is_none_is_not_asked_for(
    provider: Provider, target: Target, following: Following
) -> None:
    """No advice about a spec, for it may come from a command line."""
    with pytest.raises(ApiError) as caught:
        following.follow(target, "..")
    assert str(caught.value) == "'..' is no name of an operation"
    assert looks(provider) == 0
