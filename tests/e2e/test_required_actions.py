"""Actions that require another: in one run, and where that one is not allowed, fails or is killed.

The default retention policy goes after its successor, which is a replacement: whatever becomes of
that, the database has a default policy, and the next apply does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from e2e.command import Command, changing
from e2e.crash import KILLS, Kill, Moment, killed, taken_up

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

FLEET: Mapping[str, Any] = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {
            "name": "iot",
            "addons": [
                {
                    "id": "ad-iot",
                    "engine": "influxdb",
                    "retention_policies": [
                        {"name": "autogen", "duration": "INF", "default": True},
                        {"name": "next", "duration": "24h0m0s"},
                    ],
                }
            ],
        }
    ],
}
SPEC = """\
version: 1
database: telemetry
app: iot
engine: influxdb
retention_policies:
  present:
    - {name: next, duration: 30d, default: true, on_change: replace}
"""
DELETED = SPEC + "  absent:\n    - {name: autogen, reason: never read, until: 2999-12-31}\n"
REPLACED = SPEC + "    - {name: autogen, duration: 90d, on_change: replace}\n"
EITHER = pytest.mark.parametrize("spec", [DELETED, REPLACED], ids=["deleted", "replaced"])
POLICIES = "telemetry/retention_policies"
SUCCESSOR = f"--allow=lossy={POLICIES}/next"
DEFAULT = f"--allow=lossy={POLICIES}/autogen"
APPLY = ("apply", "--yes")
ADDED, REMOVED = "add-retention-policy", "del-retention-policy"


@pytest.fixture
def project(command: Command, sandbox: Sandbox) -> Command:
    """The command in front of this fleet."""
    sandbox.put_fleet(FLEET)
    sandbox.clear()
    return command


def default(sandbox: Sandbox) -> str:
    """The name of the default policy."""
    (app,) = sandbox.fleet()["apps"]
    (addon,) = app["addons"]
    (name,) = (one["name"] for one in addon["retention_policies"] if one["default"])
    return str(name)


def assert_taken_up(project: Command, sandbox: Sandbox) -> None:
    """One more apply with every allowance does the rest, and the successor is the default."""
    assert taken_up(project, ["telemetry"], *APPLY, SUCCESSOR, DEFAULT) == 1
    assert default(sandbox) == "next"


@EITHER
def test_the_default_stays_while_its_successor_is_not_allowed(
    project: Command, sandbox: Sandbox, spec: str
) -> None:
    """Nothing is sent, and the report names the required action and its result."""
    project.write(spec)
    done = project(*APPLY, DEFAULT, status=2)
    assert changing(sandbox) == []
    words = " ".join(done.stdout.split())
    assert f"skipped: it requires 'create {POLICIES}/next' (not allowed)" in words
    assert default(sandbox) == "autogen"
    assert_taken_up(project, sandbox)


@EITHER
@pytest.mark.parametrize("fault", ["html", "drop-before", "drop-after"])
@pytest.mark.parametrize("request_name", [REMOVED, ADDED])
def test_the_default_stays_while_its_successor_fails(
    project: Command, sandbox: Sandbox, spec: str, request_name: str, fault: str
) -> None:
    """Either half of the successor has no effect, or its answer is lost."""
    project.write(spec)
    sandbox.fault(fault, match={"action_name": request_name})
    project(*APPLY, SUCCESSOR, DEFAULT)
    sandbox.clear_faults()
    assert default(sandbox) in {"autogen", "next"}
    assert_taken_up(project, sandbox)


@EITHER
@pytest.mark.parametrize("kill", KILLS, ids=str)
@pytest.mark.parametrize("request_name", [REMOVED, ADDED])
def test_the_default_stays_where_its_successor_is_killed(
    project: Command, sandbox: Sandbox, spec: str, request_name: str, kill: Kill
) -> None:
    """The next apply adds what is missing before it touches the default."""
    project.write(spec)
    moment = Moment(match={"action_name": request_name})
    killed(project, sandbox, moment, kill, *APPLY, SUCCESSOR, DEFAULT)
    assert default(sandbox) in {"autogen", "next"}
    assert_taken_up(project, sandbox)


def test_a_command_deletes_no_default_without_a_successor(
    project: Command, sandbox: Sandbox
) -> None:
    """G106 judges it as it judges an apply; with a new default the old one may go."""
    project.write(SPEC)
    delete = ("retention", "delete", "telemetry", "autogen", "--confirm", "autogen")
    refused = project(*delete, status=3)
    assert "[G106]" in refused.stdout
    assert changing(sandbox) == []
    project("retention", "add", "telemetry", "month", "30d", "--default", status=0)
    project(*delete, status=0)
    assert default(sandbox) == "month"


WIKI = {"name": "wiki", "addons": [{"id": "ad-wiki", "engine": "mongodb"}]}
PUBLIC = """\
version: 1
database: wiki
app: wiki
engine: mongodb
features: {{force-ssl: {on}, publicly-available: {on}}}
"""


def switched(sandbox: Sandbox) -> list[tuple[str, str]]:
    """The features that were asked for, in order, each with the method."""
    sent = (one for one in sandbox.requests()["requests"] if one["changes"])
    return [(one["method"], _feature(one["asked"] or {})) for one in sent]


def _feature(asked: Mapping[str, Any]) -> str:
    named = asked["feature"]
    return str(named if isinstance(named, str) else named["name"])


def test_one_apply_turns_features_that_need_each_other_on_and_off(
    project: Command, sandbox: Sandbox
) -> None:
    """TLS before public access, and off after it; the second one waits for the end of the first."""
    sandbox.put_fleet({**FLEET, "apps": [WIKI]})
    for on in (True, False):
        sandbox.clear()
        project.write(PUBLIC.format(on=str(on).lower()))
        project(*APPLY, "--allow=disruptive", "--allow=weakens", status=0)
        names = ["force-ssl", "publicly-available"] if on else ["publicly-available", "force-ssl"]
        assert switched(sandbox) == [("POST" if on else "DELETE", name) for name in names]
        project("plan", "--detailed-exitcode", status=0)


def test_public_access_waits_for_tls_that_is_not_allowed(
    project: Command, sandbox: Sandbox
) -> None:
    """Nothing is sent."""
    sandbox.put_fleet({**FLEET, "apps": [WIKI]})
    project.write(PUBLIC.format(on="true"))
    done = project(*APPLY, "--allow=weakens", status=2)
    assert "it requires 'update wiki/features/force-ssl' (not allowed)" in " ".join(
        done.stdout.split()
    )
    assert changing(sandbox) == []
