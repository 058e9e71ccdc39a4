"""The provider's 60 requests a minute: met by nobody who keeps to them, survived by all others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve, frozen
from builders import HERE
from e2e.command import Command, until
from e2e.fleet import SHOP
from e2e.terminal import on_terminal
from unit.api.clocks import SettledClock
from unit.api.loopback import NOW

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.model.cost import Budget, Estimate, Spent
from reconcile.model.engine import Engine
from reconcile.model.state import Desired, Observed
from reconcile.observe.estimate import estimate
from reconcile.observe.observer import observe
from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

MINUTE = NOW - NOW % 60
FLEET = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {"name": f"app{number}", "addons": [{"id": f"ad-{number}", "engine": "mysql"}]}
        for number in range(150)
    ],
}
PER_REQUEST = 0.2 / 8
"""Seconds of a request that an estimate assumes; on the clock here it takes none."""


def fleet(size: int, *, named: bool = True) -> list[Desired]:
    """So many MySQL of three requests each, by their addons or by their applications."""
    return [
        Desired(
            handle=f"db{number}",
            app=f"app{number}",
            addon=f"ad-{number}" if named else None,
            engine=Engine.MYSQL,
            location=HERE,
            kinds=dict.fromkeys(("backups", "sql_mode", "logical_databases")),
        )
        for number in range(size)
    ]


@frozen(kw_only=True)
class Run:
    """A run over one clock: what was foreseen, what came of it, and how long it took."""

    foreseen: Estimate
    spent: Spent
    seconds: float
    read: int
    statuses: Sequence[int | None]
    notices: Sequence[str]

    @property
    def refused(self) -> int:
        """How many requests met the limit."""
        return self.statuses.count(429)


@contextmanager
def limited(clock: SettledClock) -> Iterator[tuple[Sandbox, Surroundings, list[str]]]:
    """A sandbox with the provider's limit, on the client's clock."""
    notices: list[str] = []
    with running(FLEET, rate_limit=60, now=clock.now) as sandbox:
        surroundings = Surroundings(
            environment={"SCALINGO_AUTH_URL": sandbox.url, "SCALINGO_API_TOKEN": sandbox.token},
            region=None,
            notify=notices.append,
            trace=clock.heard.append,
            clock=clock,
        )
        yield sandbox, surroundings, notices


def run(desired: Sequence[Desired], *, budget: Budget, phase: float = 0.0) -> Run:
    """Read a fleet, beginning so many seconds after a full minute."""
    clock = SettledClock(MINUTE + phase)
    with limited(clock) as (sandbox, surroundings, notices):
        with connect_reading(evolve(surroundings, budget=budget)) as reads:
            in_hand = reads.in_hand((one.app, one.addon) for one in desired)
            foreseen = estimate(desired, in_hand=in_hand, budget=budget)
            clock.sent = lambda: reads.spent().total
            observed = observe(desired, reads)
            spent = reads.spent()
        log = sandbox.requests()
        assert log["counts"] == dict(spent.requests)
        return Run(
            foreseen=foreseen,
            spent=spent,
            seconds=clock.now() - MINUTE - phase,
            read=sum(isinstance(one, Observed) for one in observed.values()),
            statuses=[one["status"] for one in log["requests"]],
            notices=notices,
        )


@pytest.mark.parametrize("phase", [0.0, 30.0, 59.9])
@pytest.mark.parametrize(
    ("size", "named", "waited"), [(60, True, 0), (61, True, 61), (100, True, 61), (100, False, 183)]
)
def test_a_fleet_is_read_in_the_foreseen_time(
    size: int, named: bool, waited: int, phase: float
) -> None:
    """Without a single 429, wherever in a minute it begins."""
    done = run(fleet(size, named=named), budget=Budget(), phase=phase)
    assert done.read == size
    assert set(done.statuses) == {200}
    assert done.spent.retries == 0
    assert done.spent.requests == done.foreseen.requests
    assert done.spent.waited == pytest.approx({"auth": 0, "api": waited, "database": 0}, abs=0.01)
    assert done.seconds == pytest.approx(waited, abs=0.01)
    assumed = done.foreseen.total * PER_REQUEST
    assert done.foreseen.seconds - done.seconds == pytest.approx(assumed, abs=0.01)
    assert done.notices == []


@pytest.mark.parametrize(("per_minute", "seconds"), [(300, 61), (120, 122), (60, 244)])
def test_a_budget_for_the_database_host_is_kept_beside_it(per_minute: int, seconds: int) -> None:
    """Both hosts wait at the same time: the longer wait is how long it takes."""
    done = run(fleet(100), budget=Budget(database=per_minute))
    assert set(done.statuses) == {200}
    assert done.spent.requests == done.foreseen.requests
    assert done.seconds == pytest.approx(seconds, abs=0.02)
    assumed = done.foreseen.total * PER_REQUEST
    assert done.foreseen.seconds - done.seconds == pytest.approx(assumed, abs=0.02)


def test_a_limit_that_is_met_all_the_same_costs_a_minute_and_nothing_else() -> None:
    """A budget above the limit: the run is whole, tells it once a minute, counts what it repeated."""
    done = run(fleet(150), budget=Budget(api=100_000))
    assert done.read == 150
    assert set(done.statuses) == {200, 429}
    assert 2 <= done.refused <= 2 * 8
    assert done.spent.retries == done.refused
    assert done.spent.requests == {"auth": 2, "api": 150 + done.refused, "database": 450}
    assert len(done.notices) == 2
    assert {notice.rpartition(" waiting ")[0] for notice in done.notices} == {
        "the provider takes no more requests on its api host for now:"
    }
    assert 120 <= done.seconds < 122
    assert done.spent.waited["api"] == pytest.approx(done.seconds, abs=0.01)


def test_a_run_counts_what_the_run_before_it_spent(tmp_path: Path) -> None:
    """Of the same account, within the minute: foreseen, waited for, and no 429."""
    clock = SettledClock(MINUTE + 10)
    with limited(clock) as (sandbox, alone, _notices):
        surroundings = evolve(alone, requests=tmp_path / "requests")
        for size, waited in ((40, 0), (40, 41), (60, 41)):
            begun = clock.now()
            clock.heard.clear()
            with connect_reading(surroundings) as reads:
                in_hand, budget = reads.in_hand(()), surroundings.budget
                foreseen = estimate(
                    fleet(size), in_hand=in_hand, budget=budget, recent=reads.recent()
                )
                clock.sent = lambda reads=reads: reads.spent().total  # type: ignore[misc]
                observe(fleet(size), reads)
            assert clock.now() - begun == pytest.approx(waited, abs=0.01)
            assumed = foreseen.total * PER_REQUEST
            assert foreseen.seconds - waited == pytest.approx(assumed, abs=0.01)
            clock.go_on(20)
        assert {one["status"] for one in sandbox.requests()["requests"]} == {200}


def test_a_run_with_a_part_of_the_budget_counts_its_own_requests(tmp_path: Path) -> None:
    """Who divides the account's 60 among several has each keep to a part."""
    clock = SettledClock(MINUTE)
    with limited(clock) as (_sandbox, alone, _notices):
        surroundings = evolve(alone, requests=tmp_path / "requests", budget=Budget(api=20))
        for _ in range(3):
            with connect_reading(surroundings) as reads:
                assert not any(reads.recent().values())
                observe(fleet(20), reads)
        assert clock.slept == []


def test_as_many_databases_are_asked_at_once_as_the_budget_says(command: Command) -> None:
    """More than by default, by reads and by changes: nobody answers before all have asked."""
    many = 12
    (command.directory / "reconcile.yaml").write_text(
        f"version: 1\nrequest_budget: {{api: 1000, concurrency: {many}}}\n"
    )
    with running(FLEET) as sandbox:
        mine = command.in_environment(
            SCALINGO_AUTH_URL=sandbox.url, SCALINGO_API_TOKEN=sandbox.token
        )
        mine.write(*(_BACKED_UP.format(number) for number in range(many)))
        for method in ("GET", "PATCH"):
            match = {"host": "database", "method": method}
            sandbox.fault("hold", when="before", times=many, match=match)
        with mine.started("apply", "--yes") as process:
            for method in ("GET", "PATCH"):
                until(lambda: len(sandbox.held()) == many, f"{many} times {method} at once")
                assert {one["method"] for one in sandbox.release()} == {method}
                until(lambda: not sandbox.held(), "they go on")
            assert process.wait(30) == 0


_BACKED_UP = (
    "version: 1\ndatabase: db{0}\napp: app{0}\naddon: ad-{0}\nengine: mysql\n"
    "backups: {{enabled: true, hours: [5]}}\n"
)

WAIT = "the api host refused more for now: waiting {}"
CLEAR = "\r\x1b[K"


@pytest.fixture
def held_back(sandbox: Sandbox, command: Command) -> Command:
    """A project whose first token comes only after a wait of two to three seconds."""
    command.write(SHOP)
    sandbox.fault("status", status=429, retry_after=2, match={"path": "*/token"})
    return command


def test_a_wait_is_one_line_in_a_log(held_back: Command) -> None:
    """It says why and how long, and the end says what it came to."""
    told = held_back("plan", status=0).stderr.splitlines()
    assert [re.sub(r"\b(2(\.\d)?|3) s", "2-3 s", line) for line in told] == [
        "reading 1 database: 6 requests, under a second, at most 10 min",
        WAIT.format("2-3 s"),
        "7 requests sent: 2 auth, 2 api, 3 database; 1 retry; 2-3 s waited",
    ]


def test_a_wait_is_counted_down_in_place_on_a_terminal(held_back: Command) -> None:
    """From three seconds to one; in the end nothing of it is left to be seen."""
    with on_terminal(held_back, "plan", piped=("stdout",)) as terminal:
        terminal.read_until(WAIT.format("1 s"))
        done = terminal.finish()
    rewritten = [part for part in done.stderr.split(CLEAR) if part.startswith(WAIT.format(""))]
    assert rewritten == sorted(rewritten, reverse=True)
    assert (rewritten[0], rewritten[-1]) == (WAIT.format("3 s"), WAIT.format("1 s"))
    lines = done.stderr.replace("\r\n", "\n").split("\n")
    first, last, nothing = [line.rpartition(CLEAR)[2] for line in lines]
    assert first == "reading 1 database: 6 requests, under a second, at most 10 min"
    assert last.endswith(" s waited")
    assert nothing == ""
