"""Requests are the cost: what every kind of run sends, to which host, and that it says so before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from covered import requests
from covered.requests import ALL
from covered.requests_page import PAGE, page
from covered.scenario import CHANGED, FLEET, Scenario, hundred, spec
from e2e.command import Command, Finished, changing

from reconcile.kinds import KINDS
from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

README = Path(__file__).resolve().parents[2] / "README.md"
UNPACED = "version: 1\nrequest_budget: {api: 100000}\n"
"""The sandbox here has no limit, so that no test waits."""
TOLD = re.compile(r"^(?:reading \d+ databases?|applying): (\d+) requests?, ", re.MULTILINE)
SENT = re.compile(r"^(\d+) requests? sent: ", re.MULTILINE)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox without a limit, whose operations go on while a command looks at them."""
    with running(FLEET, token="tk-canary-of-the-counts", operation_seconds=60) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """The same, as it was at the start."""
    served.put_fleet(FLEET)
    served.clear()
    yield served
    served.clear_faults()


@pytest.fixture
def project(command: Command) -> Command:
    """A project that may send as fast as it can, and keeps tokens as it does by default."""
    (command.directory / "reconcile.yaml").write_text(UNPACED, encoding="utf-8")
    kept = {k: v for k, v in command.environment.items() if k != "RECONCILE_TOKEN_CACHE"}
    return evolve(command, environment=kept)


def counts(sandbox: Sandbox) -> tuple[int, int, int]:
    """Requests to the auth, the API and the database host, as the sandbox counted them."""
    found = sandbox.requests()["counts"]
    return found["auth"], found["api"], found["database"]


def told(done: Finished) -> tuple[int, ...]:
    """The numbers of requests that a run named beforehand."""
    return tuple(int(number) for number in TOLD.findall(done.stderr))


SCENARIOS = [scenario for group in ALL.values() for scenario in group]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_run_sends_just_this(project: Command, sandbox: Sandbox, scenario: Scenario) -> None:
    """As the sandbox counts, as the run says afterwards, and, but for what is named, before."""
    project.write(scenario.spec)
    environment = {
        name: sandbox.url if value == "given" else value
        for name, value in scenario.environment.items()
    }
    if scenario.warm:
        project(*scenario.command.split(), environment=environment, status=scenario.status)
    for host in scenario.revoked:
        sandbox.fault("status", status=401, match={"host": host})
    sandbox.clear()
    done = project(*scenario.command.split(), environment=environment, status=scenario.status)
    assert counts(sandbox) == scenario.requests
    assert told(done) == scenario.estimated
    assert [int(number) for number in SENT.findall(done.stderr)] == (
        [sum(scenario.requests)] if sum(scenario.requests) else []
    )
    if scenario.estimated:
        assert (sum(scenario.estimated) == sum(scenario.requests)) == (not scenario.because)


def test_each_kind_has_its_number() -> None:
    """A new kind gets a line in the table."""
    assert list(requests.KINDS) == [kind.name for kind in KINDS]


def test_nothing_is_kept_in_a_ci(project: Command) -> None:
    """Its disk may be shared: not even a folder is made."""
    project.write(spec())
    for environment in ({"CI": "true"}, {"RECONCILE_TOKEN_CACHE": "off"}):
        project("plan", environment=environment, status=0)
        assert not (project.directory / ".cache").exists()
    project("plan", environment={"CI": "true", "RECONCILE_TOKEN_CACHE": "on"}, status=0)
    assert len(project.kept()) == 3


@pytest.mark.parametrize("command_line", ["plan", "drift", "apply --yes", "apply --dry-run"])
def test_what_takes_too_long_is_not_begun(
    command: Command, sandbox: Sandbox, command_line: str
) -> None:
    """100 tokens take more than a minute of the API host: refused before the first request."""
    command.write(hundred(named=True))
    done = command(*command_line.split(), "--max-wait", "1m", status=1)
    assert counts(sandbox) == (0, 0, 0)
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "reading 100 databases: 402 requests, about 1 min 11 s",
        (
            "reconcile: reading 100 databases takes about 1 min 11 s, longer than --max-wait 1 min:"
            " nothing was begun, take fewer databases with --only"
        ),
    ]
    assert done.stderr.splitlines()[0] in README.read_text(encoding="utf-8")
    command("plan", "--max-wait", "1m", "--only", "app7", status=0)


@pytest.mark.parametrize(("limit", "seconds"), [(3, 183), (4, 122), (6, 61), (11, 61)])
def test_an_apply_that_takes_too_long_changes_nothing(
    command: Command, sandbox: Sandbox, limit: int, seconds: int
) -> None:
    """What was read just before counts, too: one budget is for what is read and what is done."""
    config = f"version: 1\nrequest_budget: {{database: {limit}}}\n"
    (command.directory / "reconcile.yaml").write_text(config, encoding="utf-8")
    command.write(spec(CHANGED))
    done = command("apply", "--yes", "--max-wait", "30s", status=1)
    assert counts(sandbox) == (2, 1, 3)
    assert changing(sandbox) == []
    assert command.journals() == []
    reading, applying, refused = done.stderr.splitlines()
    assert reading == "reading 1 database: 6 requests, under a second"
    words = applying.removeprefix("applying: 9 requests, about ")
    minutes, _, rest = words.rpartition(" min ") if "min" in words else ("0", "", words)
    foreseen = int(minutes) * 60 + int(rest.removesuffix(" s") or 0)
    assert seconds - 30 <= foreseen <= seconds + 1
    assert refused == (
        f"reconcile: applying takes about {words}, longer than what is left of --max-wait 30 s:"
        " nothing was begun, take fewer databases with --only"
    )


def test_an_apply_that_just_fits_is_done(command: Command, sandbox: Sandbox) -> None:
    """Three to read, three to look again, three to change, three to read at the end: twelve."""
    config = "version: 1\nrequest_budget: {database: 12}\n"
    (command.directory / "reconcile.yaml").write_text(config, encoding="utf-8")
    command.write(spec(CHANGED))
    command("apply", "--yes", "--max-wait", "30s", status=0)
    assert counts(sandbox) == (2, 1, 12)


def test_the_page_says_what_the_table_says() -> None:
    """`make docs` writes docs/requests.md."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"
