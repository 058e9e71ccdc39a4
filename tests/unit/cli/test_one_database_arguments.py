"""argv → options, as a table: the commands about one database, their options and defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from reconcile.cli.arguments import Shown, parse
from reconcile.cli.main import main
from reconcile.cli.options import (
    ApplyOptions,
    ChangeOptions,
    ListOptions,
    OneOffOptions,
    OperationOptions,
    Options,
    Output,
    QueriesOptions,
    ReportFile,
    StatisticsOptions,
)
from reconcile.workflow.commands import (
    CancelQuery,
    OneOffCommand,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)
from reconcile.workflow.process import Consent, Named, Selection, Waiting

TEXT = Output(format="text", reports=(), verbose=False, no_color=False)
SHOP = Named(name="shop", selection=Selection(paths=(Path("specs"),), config=None))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATIENT = Waiting(wait=True, patience=3600.0)


def now_absent(name: str, command: str) -> dict[str, object]:
    """What a spec would say to have something gone; whatever day it is once it is confirmed."""
    reason = f"requested by reconcile {command}"
    return {"absent": [{"name": name, "reason": reason, "until": date.max}]}


def listing(kind: str) -> ListOptions:
    """The listing of a kind with nothing else said."""
    return ListOptions(database=SHOP, output=TEXT, kind=kind)


def change(kind: str, value: object, gone: str | None = None) -> ChangeOptions:
    """A change of a kind with nothing else said."""
    return ChangeOptions(
        database=SHOP,
        output=TEXT,
        kind=kind,
        value=value,
        gone=gone,
        consent=Consent(yes=False, confirm=None, dry_run=False),
        state_dir=None,
    )


def order(what: OneOffCommand) -> OneOffOptions:
    """An order with nothing else said."""
    return OneOffOptions(
        database=SHOP,
        output=TEXT,
        command=what,
        consent=Consent(yes=False, confirm=None, dry_run=False),
        waiting=PATIENT,
        state_dir=None,
    )


DEFAULTS: dict[str, Any] = {
    "databases list shop": listing("logical_databases"),
    "databases create shop audit": change("logical_databases", {"present": ["audit"]}),
    "databases delete shop old": change(
        "logical_databases", now_absent("old", "databases delete"), gone="old"
    ),
    "databases reset shop old": order(ResetDatabase(name="old")),
    "sql-mode get shop": listing("sql_mode"),
    "sql-mode set shop ANSI,NO_ZERO_DATE": change("sql_mode", "ANSI,NO_ZERO_DATE"),
    "extensions list shop": listing("extensions"),
    "queries list shop": QueriesOptions(
        database=SHOP, output=TEXT, longer_than=0.0, top=None, watch=None
    ),
    "queries cancel shop 2000": order(CancelQuery(pid=2000)),
    "queries terminate shop 2000": order(TerminateQuery(pid=2000)),
    "stats list shop": StatisticsOptions(database=SHOP, output=TEXT, top=None),
    "stats enable shop": change("query_stats", value=True),
    "stats reset shop": order(ResetStatistics()),
    "retention list shop": listing("retention_policies"),
    "retention add shop month 30d": change(
        "retention_policies", {"present": [{"name": "month", "duration": "30d"}]}
    ),
    "retention delete shop month": change(
        "retention_policies", now_absent("month", "retention delete"), gone="month"
    ),
    "backups set shop --on": change("backups", {"enabled": True}),
    "upgrade shop": order(Upgrade()),
    "restore shop --to 2026-11-22T12:00:00Z": order(Restore(moment=NOON)),
    "operation 609145e6 --database shop": OperationOptions(
        ident="609145e6", database=SHOP, output=TEXT, waiting=PATIENT
    ),
}


@pytest.mark.parametrize("line", DEFAULTS)
def test_defaults(line: str) -> None:
    """What a command does when nothing more is said."""
    assert parse(line.split()) == DEFAULTS[line]


def test_every_command_is_in_the_table() -> None:
    """Whatever one of the groups lists."""
    listed = {f"{group} {name}" for group in GROUPS for name in command_names([group, "--help"])}
    assert listed == {" ".join(line.split()[:2]) for line in DEFAULTS if line.split()[0] in GROUPS}


GROUPS = ("databases", "sql-mode", "extensions", "queries", "stats", "retention", "backups")


def command_names(argv: list[str]) -> list[str]:
    """The commands that a help lists, whole sentences beside them."""
    with pytest.raises(Shown) as shown:
        parse(argv)
    listed = shown.value.page.partition("Commands:\n")[2].partition("\n\n")[0]
    assert "..." not in listed
    return [line.split()[0] for line in listed.splitlines() if line[2:3].isalpha()]


@pytest.mark.parametrize("line", DEFAULTS)
@pytest.mark.parametrize(
    ("words", "database"),
    [
        ("--config other.yaml", evolve(SHOP, selection=Selection(config=Path("other.yaml")))),
        (
            "--specs one --specs two.yaml",
            evolve(SHOP, selection=Selection(paths=(Path("one"), Path("two.yaml")))),
        ),
    ],
)
def test_where_the_handle_is_looked_up(line: str, words: str, database: Named) -> None:
    """The same options wherever one database is named."""
    assert parse(f"{line} {words}".split()) == evolve(DEFAULTS[line], database=database)


@pytest.mark.parametrize("line", DEFAULTS)
@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("--format json", Output(format="json")),
        ("--report json=a.json", Output(reports=(ReportFile(format="json", path=Path("a.json")),))),
        ("-v --no-color", Output(verbose=True, no_color=True)),
    ],
)
def test_where_results_go(line: str, words: str, output: Output) -> None:
    """The same options wherever something is reported."""
    assert parse(f"{line} {words}".split()) == evolve(DEFAULTS[line], output=output)


@pytest.mark.parametrize("line", DEFAULTS)
def test_a_database_may_be_named_by_its_addon(line: str) -> None:
    """As it was typed; what it means is found out later."""
    named = parse([word if word != "shop" else "app/ad-1" for word in line.split()])
    assert named == evolve(DEFAULTS[line], database=evolve(SHOP, name="app/ad-1"))


CHANGING = [
    line for line, one in DEFAULTS.items() if isinstance(one, ChangeOptions | OneOffOptions)
]
CONFIRMED = [
    line
    for line in CHANGING
    if " ".join(line.split()[:2])
    in {"databases delete", "databases reset", "retention delete", "restore shop"}
]
UNASKED = ["databases create shop audit", "stats enable shop"]
AGREED = [line for line in CHANGING if line not in CONFIRMED + UNASKED]


@pytest.mark.parametrize("line", CHANGING)
def test_a_dry_run_and_a_place_for_journals(line: str) -> None:
    """Whatever changes something has both."""
    got = parse(f"{line} --dry-run --state-dir x/y".split())
    dry = Consent(dry_run=True)
    assert got == evolve(DEFAULTS[line], consent=dry, state_dir=Path("x/y"))


@pytest.mark.parametrize("line", CONFIRMED)
def test_what_loses_data_is_confirmed_by_name(line: str) -> None:
    """An empty name is one, and the wrong one."""
    for name in ("old", ""):
        got = parse([*line.split(), "--confirm", name])
        assert got == evolve(DEFAULTS[line], consent=Consent(confirm=name))


@pytest.mark.parametrize("line", AGREED)
def test_what_loses_no_data_is_agreed_to(line: str) -> None:
    """By a word."""
    assert parse([*line.split(), "--yes"]) == evolve(DEFAULTS[line], consent=Consent(yes=True))


WAITING = ["upgrade shop", "restore shop --to 2026-11-22T12:00:00Z"]


@pytest.mark.parametrize("line", [*WAITING, "operation 609145e6 --database shop"])
@pytest.mark.parametrize(
    ("words", "waiting"),
    [
        ("--no-wait", Waiting(wait=False)),
        ("--timeout 90s", Waiting(patience=90.0)),
        ("--timeout 1h30m", Waiting(patience=5400.0)),
        ("--timeout 0s --no-wait", Waiting(wait=False, patience=0.0)),
    ],
)
def test_how_long_an_operation_is_waited_for(line: str, words: str, waiting: Waiting) -> None:
    """Wherever there is one to wait for; so in apply."""
    assert parse(f"{line} {words}".split()) == evolve(DEFAULTS[line], waiting=waiting)
    applied = parse(f"apply {words}".split())
    assert isinstance(applied, ApplyOptions)
    assert applied.waiting == waiting


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sql-mode set shop ''", change("sql_mode", [])),
        ("backups set shop --off", change("backups", {"enabled": False})),
        ("backups set shop --hour 0", change("backups", {"hours": [0]})),
        ("backups set shop --on --hour 23", change("backups", {"enabled": True, "hours": [23]})),
        (
            "retention add shop month INF --default",
            change(
                "retention_policies",
                {"present": [{"name": "month", "duration": "INF", "default": True}]},
            ),
        ),
        ("restore shop --to 2026-11-22T13:00:00+01:00", order(Restore(moment=NOON))),
        ("restore shop --to 20261122T120000Z", order(Restore(moment=NOON))),
        (
            "restore shop --to 2026-11-22T12:00:00.25Z",
            order(Restore(moment=NOON.replace(microsecond=250_000))),
        ),
    ],
)
def test_what_is_ordered(line: str, expected: Options) -> None:
    """Each in the form of what a spec would say, or of an order; times in UTC."""
    assert parse(["" if word == "''" else word for word in line.split()]) == expected


@pytest.mark.parametrize(
    ("words", "longer_than", "top", "watch"),
    [
        ("--longer-than 30s", 30.0, None, None),
        ("--longer-than 1h30m", 5400.0, None, None),
        ("--longer-than 1.5s", 1.5, None, None),
        ("--longer-than 250ms", 0.25, None, None),
        ("--longer-than 1d2h3min4s", 93_784.0, None, None),
        ("--top 1", 0.0, 1, None),
        ("--top 1000000", 0.0, 1_000_000, None),
        ("--watch", 0.0, None, 2.0),
        ("--watch 10s --top 3", 0.0, 3, 10.0),
        ("--watch --longer-than 5m", 300.0, None, 2.0),
    ],
)
def test_which_queries(
    words: str, longer_than: float, top: int | None, watch: float | None
) -> None:
    """Durations with units, in seconds; how often is 2 s unless said."""
    expected = QueriesOptions(
        database=SHOP, output=TEXT, longer_than=longer_than, top=top, watch=watch
    )
    assert parse(f"queries list shop {words}".split()) == expected


@pytest.mark.parametrize("command", [*GROUPS, *(" ".join(line.split()[:2]) for line in DEFAULTS)])
def test_help_is_shown(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, no wider than 80 columns, with status 0; a command's has an example."""
    words = [word for word in command.split() if word not in {"shop", "609145e6"}]
    assert main([*words, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: {' '.join(['reconcile', *words])} ")
    assert err == ""
    assert max(len(line) for line in out.splitlines()) <= 80
    assert ("Example" in out) is (command not in GROUPS)


def test_the_bounds_that_are_named_are_allowed() -> None:
    """The largest process id has ten digits."""
    found = parse(["queries", "cancel", "billing", "2147483647"])
    assert isinstance(found, OneOffOptions)
    assert found.command == CancelQuery(pid=2147483647)
    watched = parse(["queries", "list", "billing", "--watch", "366d"])
    assert isinstance(watched, QueriesOptions)
    assert watched.watch == 366 * 86_400
