"""Guards over a fleet of twelve: what they let pass, what they refuse, and what overrides that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from e2e.command import Command, changing

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

ENGINES = (*["mysql"] * 5, *["postgresql"] * 3, "mongodb", "influxdb", "redis", "redis")
LISTS = frozenset({"mysql", "mongodb"})


def addon(number: int) -> Mapping[str, Any]:
    """One database, with something to change."""
    engine = ENGINES[number]
    named: dict[str, Any] = {"id": f"ad-{number}", "engine": engine, "resource_id": f"r-{number}"}
    if engine in LISTS:
        named["logical_databases"] = [{"name": "main", "protected": True}, {"name": "old"}]
    if engine == "mysql":
        named["sql_mode"] = "STRICT_TRANS_TABLES"
    return named


FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [{"name": f"app{number}", "addons": [addon(number)]} for number in range(12)],
}
GOING = "  absent:\n    - {name: old, reason: moved away, until: 2099-12-31}\n"


def spec(number: int, more: str = "") -> str:
    """The spec of one database, which moves its backups to another hour."""
    engine = ENGINES[number]
    return (
        f"version: 1\ndatabase: db{number}\napp: app{number}\naddon: ad-{number}\n"
        f"engine: {engine}\nbackups: {{enabled: true, hours: [3]}}\n{more}"
    )


def fleet(**more: str) -> list[str]:
    """The specs of all twelve; some say more, by handle."""
    return [spec(number, more.get(f"db{number}", "")) for number in range(12)]


def deleting(number: int) -> dict[str, str]:
    """What so many databases say to lose a logical database."""
    return {
        f"db{index}": f"logical_databases:\n  present: [main]\n{GOING}" for index in range(number)
    }


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox without a limit of requests."""
    with running(FLEET, token="tk-canary-of-the-guards", rate_limit=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """The same, as it was at the start."""
    served.put_fleet(FLEET)
    served.clear()
    return served


@pytest.fixture
def project(command: Command) -> Command:
    """A project that may send as fast as it can."""
    configure(command, "")
    return command


def configure(command: Command, lines: str) -> None:
    """Make these the lines of reconcile.yaml."""
    text = f"version: 1\nrequest_budget: {{api: 100000}}\n{lines}"
    (command.directory / "reconcile.yaml").write_text(text, encoding="utf-8")


def override_of(text: str, code: str) -> list[str]:
    """The flag that a report names, as words of a command line."""
    found = re.search(rf"--override ({code}=[0-9a-f]{{12}})\b", text)
    assert found, text
    return ["--override", found[1]]


def days(number: int) -> str:
    """The date so many days from now."""
    return str((datetime.now(UTC) + timedelta(days=number)).date())


def test_a_fleet_is_adopted_without_a_waiver(project: Command, sandbox: Sandbox) -> None:
    """Twelve databases of five engines, one of which gets a laxer mode and one loses data."""
    more = {"db1": "sql_mode: [ANSI]\n", **deleting(1)}
    project.write(*fleet(**more))
    allowed = ("--allow", "weakens", "--allow", "lossy=db0/logical_databases/old")
    done = project("apply", "--yes", *allowed, status=0)
    assert len(changing(sandbox)) == 14
    assert "refused" not in done.stdout
    assert "G1" not in done.stdout
    again = project("drift", status=0)
    assert again.stdout.startswith("Nothing to do: 12 databases in sync.")


def test_too_much_at_once_refuses_the_run(project: Command, sandbox: Sandbox) -> None:
    """3, with the numbers; the flag that is shown overrides it for this very plan."""
    project.write(*fleet(**deleting(3)))
    shown = project("plan", status=0).stdout
    assert (
        "3 of 12 databases (25 %) would lose data; at most 1, or 10 %, may in one plan (the default)"
        in shown
    )
    refused = project("apply", "--yes", status=3)
    assert changing(sandbox) == []
    words = override_of(refused.stdout, "G104")
    assert words == override_of(shown, "G104")
    allowed = [
        word for index in range(3) for word in ("--allow", f"lossy=db{index}/logical_databases/old")
    ]
    project("apply", "--yes", *words, *allowed, status=0)
    assert len(changing(sandbox)) == 15


def test_an_override_is_for_one_plan(project: Command, sandbox: Sandbox) -> None:
    """Another's does not count, and that is told with the one that would."""
    project.write(*fleet(**deleting(3)))
    (_flag, words) = override_of(project("plan").stdout, "G104")
    project.write(*fleet(**deleting(4)))
    done = project("apply", "--yes", "--override", words, status=3)
    own = override_of(done.stdout, "G104")[1]
    assert own != words
    assert (
        f"note: --override {words} is for another plan, and does not count;"
        f" this one is --override {own}\n"
    ) in done.stderr
    overridden = project("plan", "--override", own, status=0).stdout
    assert "overridden for this plan [G104]" in overridden
    assert "refused" not in overridden
    assert changing(sandbox) == []


def test_a_part_of_the_fleet_is_measured_by_the_whole(project: Command) -> None:
    """--only makes three of three no larger a share than three of twelve."""
    project.write(*fleet(**deleting(3)))
    shown = project("plan", "--only", "db0", "--only", "db1", "--only", "db2").stdout
    assert "3 of 12 databases (25 %) would lose data" in shown


OLD = {"id": "b-1", "created_at": "2026-01-01T00:00:00.000+00:00"}


def test_a_loss_without_a_recent_backup(project: Command, sandbox: Sandbox) -> None:
    """That action is refused and the rest done; a waiver with a date overrides it, and says so."""
    sandbox.change("ad-0", stored_backups=[OLD])
    project.write(*fleet(**deleting(1)))
    allowed = ("--allow", "lossy=db0/logical_databases/old")
    done = project("apply", "--yes", *allowed, status=2)
    assert len(changing(sandbox)) == 12
    assert "refused G105: this would lose data, and the newest backup is" in done.stdout
    assert "26 h is the most (the default)" in " ".join(done.stdout.split())
    configure(
        project, f"guards: {{G105: {{severity: warning, reason: dumped, until: {days(9)}}}}}\n"
    )
    shown = " ".join(project("plan", status=0).stdout.split())
    assert "warning G105: this would lose data" in shown
    assert f"waived until {days(9)}: dumped" in shown
    project("apply", "--yes", *allowed, status=0)


STALE = {
    "earliest_recoverable_at": "2026-01-01T00:00:00+00:00",
    "latest_recoverable_at": "2026-01-08T12:30:00+00:00",
}


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("databases reset db0 old --confirm old", {}),
        (
            "restore db5 --to 2026-01-03T12:00:00Z --confirm db5",
            {"recovery_window": STALE},
        ),
    ],
)
def test_a_loss_that_is_ordered_needs_a_recent_backup_as_well(
    project: Command, sandbox: Sandbox, line: str, state: Mapping[str, object]
) -> None:
    """3 as of an apply of just this loss; the flag that is shown overrides it for this command."""
    addon = "ad-0" if "db0" in line else "ad-5"
    sandbox.change(addon, stored_backups=[OLD], **state)
    project.write(*fleet())
    refused = project(*line.split(), status=3)
    assert "refused: this would lose data, and the newest backup is" in refused.stdout
    assert "[G105]" in refused.stdout
    assert "make a backup in the dashboard first, or wait for the next one" in refused.stdout
    assert changing(sandbox) == []
    words = override_of(refused.stdout, "G105")
    other = project(*line.replace("confirm", "dry-run --confirm").split(), status=3)
    assert override_of(other.stdout, "G105") == words
    overridden = project(*line.split(), *words, status=0)
    assert "warning G105: this would lose data" in overridden.stderr
    assert len(changing(sandbox)) == 1


def test_the_last_protection_of_one_database(project: Command, sandbox: Sandbox) -> None:
    """Its word is on the command line of a single change as well."""
    project.write(*fleet())
    refused = project("backups", "set", "db10", "--off", "--yes", status=3)
    assert "no recovery window is left [G107]" in " ".join(refused.stdout.split())
    assert changing(sandbox) == []
    words = override_of(refused.stdout, "G107")
    project("backups", "set", "db10", "--off", "--yes", *words, status=0)
    project("backups", "set", "db5", "--off", "--yes", status=0)


def test_the_projects_limits_hold(project: Command) -> None:
    """With the place where they are set."""
    project.write(*fleet(**deleting(3)))
    configure(project, "limits: {share: 25}\n")
    assert "G104" not in project("plan").stdout
    configure(project, "limits: {share: 24}\n")
    assert "may in one plan (set at reconcile.yaml:3:17)" in " ".join(
        project("plan").stdout.split()
    )


def test_a_pin_that_does_not_hold(project: Command, sandbox: Sandbox) -> None:
    """Nothing is done to that database, and it is no database in sync."""
    project.write(*fleet(db3="resource_id: r-99\n"))
    done = project("apply", "--yes", status=2)
    assert len(changing(sandbox)) == 11
    assert "the resource id of the live database is 'r-3', the spec pins 'r-99'" in done.stdout
    settled = spec(3, "resource_id: r-99\n").replace("hours: [3]", "hours: [0]")
    project.write(settled)
    shown = project("drift", status=2).stdout
    assert shown.startswith("No action; 1 other database than meant in 1 of 1 database.")


def test_backups_that_cannot_be_read_are_none(project: Command, sandbox: Sandbox) -> None:
    """Not known is not safe."""
    sandbox.fault("status", status=403, match={"path": "/api/databases/ad-0/backups"})
    project.write(*fleet(**deleting(1)))
    shown = " ".join(project("plan", status=0).stdout.split())
    assert "refused G105: this would lose data, and not all could be read: GET /api/" in shown
    sandbox.clear_faults()


@pytest.mark.parametrize(("passed", "status"), [(1, 0), (14, 0), (15, 65)])
def test_a_waiver_that_ended(project: Command, passed: int, status: int) -> None:
    """Every run warns for a fortnight; then the project has to say something else."""
    project.write(*fleet())
    until = days(-passed)
    configure(project, f"guards: {{G105: {{severity: off, reason: x, until: {until}}}}}\n")
    checked = project("validate", status=status)
    assert f"the waiver of G105 ended on {until}" in checked.stdout
    for words in (["plan"], ["drift"], ["apply", "--dry-run"]):
        done = project(*words)
        said = done.stderr if status == 0 else done.stdout
        assert f"the waiver of G105 ended on {until}" in said
        assert (done.status == 65) is (status == 65)
