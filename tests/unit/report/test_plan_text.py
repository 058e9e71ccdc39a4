"""Plans, new and kept, and what guards say of them, where a golden file does not say why."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from attrs import evolve
from builders import ORIGIN, desired, facts, observed, removal
from golden.fleets import MIXED
from unit.plan.plan_files import LATER, NOW

from reconcile.errors import ExitStatus
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.change import Delete, Risk
from reconcile.model.cost import Spent
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import ManualStep, Reason
from reconcile.model.plan import Plan, Proposal, Record, Seal
from reconcile.model.state import ITSELF, Unknown
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text, saved_text


def test_a_plan_counts_both_halves_of_a_replacement_and_shows_one() -> None:
    """Apply sends two requests; a reader has one thing to decide."""
    policy = RetentionPolicy(name="a", duration="2h", default=True, on_change=OnChange.REPLACE)
    after = RetentionPolicy(name="b", duration="2h")
    spec = desired(
        {"retention_policies": RetentionPolicies(present=(policy, after), absent=(removal("c"),))},
        engine=Engine.INFLUXDB,
    )
    live = {
        "a": {"duration": "1h", "default": False},
        "c": {"duration": "1h", "default": False},
    }
    plan = build_plan(
        [spec], {"shop": observed({"retention_policies": live}, engine=Engine.INFLUXDB)}
    )
    lines = plan_text(Proposal(plan=plan), Look()).splitlines()
    assert lines[0] == "4 actions (3 lossy) in 1 of 1 database."
    heads = [one.split()[:2] for one in lines if one[:2] == "  " and one[2:3].strip()]
    assert heads == [
        ["+", "retention_policies/b"],
        ["±", "retention_policies/a"],
        ["-", "retention_policies/c"],
    ]


def test_a_database_of_another_engine_is_not_headed_by_the_wrong_one() -> None:
    """`mysql 7.2.5-1` is no version that MySQL ever had: it is the live Redis's."""
    plan = build_plan([desired({})], {"shop": observed({}, live=facts(Engine.REDIS))})
    assert "mysql 7.2.5-1" not in plan_text(Proposal(plan=plan), Look())


def test_what_lives_unnamed_is_counted_and_named() -> None:
    """Also where the database is in sync otherwise."""
    spec = desired(
        {
            "logical_databases": LogicalDatabases(present=(LogicalDatabase(name="a"),)),
        }
    )
    plan = build_plan(
        [spec], {"shop": observed({"logical_databases": {"a": {}, "b": {}, "c": {}}})}
    )
    lines = plan_text(Proposal(plan=plan), Look()).splitlines()
    assert lines[-1].endswith("2 (logical_databases/b, logical_databases/c)")


def test_a_change_that_is_blocked_shows_what_differs() -> None:
    """A person decides by the values."""
    spec = desired(
        {
            "retention_policies": RetentionPolicies(
                present=(RetentionPolicy(name="a", duration="2h"),)
            )
        },
        engine=Engine.INFLUXDB,
    )
    live = {"retention_policies": {"a": {"duration": "1h", "default": True}}}
    plan = build_plan([spec], {"shop": observed(live, engine=Engine.INFLUXDB)})
    text = plan_text(Proposal(plan=plan), Look())
    assert "blocked P231" in text
    assert "duration  1h → 2h" in text


def test_a_guard_is_not_hidden_among_databases_that_are_unknown_for_one_reason() -> None:
    """The reason is said once for the others."""
    specs = [desired({}, handle=name) for name in ("billing", "shop", "stock")]
    plan = build_plan(specs, {one.handle: Unknown(reason="no answer") for one in specs})
    refused = Finding(code="G103", message="another region", address=Address(database="stock"))
    text = plan_text(Proposal(plan=plan, findings=(refused,)), Look())
    assert "2 databases: billing, shop" in text
    assert "another region" in text


def _changing(*handles: str) -> Plan:
    """A plan of one action for each handle."""
    kinds = {"sql_mode": SqlMode(modes=("NO_ZERO_DATE",))}
    return build_plan(
        [desired(kinds, handle=handle) for handle in handles],
        {
            handle: observed({"sql_mode": {ITSELF: {"modes": ()}}}, handle=handle)
            for handle in handles
        },
    )


EVERYWHERE = Finding(code="G900", message="too much at once", hint="take less with --only")


def test_a_finding_without_an_address_refuses_every_action() -> None:
    """It stands over the plan, once, before any database, and at each action."""
    proposal = Proposal(plan=_changing("billing", "shop"), findings=(EVERYWHERE,))
    assert proposal.refused == (EVERYWHERE,)
    assert {proposal.refusal(action) for action in proposal.plan.actions} == {EVERYWHERE}
    lines = plan_text(proposal, Look()).splitlines()
    assert lines[:5] == [
        "2 actions (2 refused) in 2 of 2 databases.",
        "",
        "too much at once [G900]",
        "  hint: take less with --only",
        "",
    ]
    assert lines[5].startswith("billing  ")
    assert sum("refused G900, see above" in one for one in lines) == 2


def test_findings_on_the_whole_run_stand_one_after_the_other() -> None:
    """Those about a database or an action stand there alone."""
    plan = _changing("billing", "shop")
    about = (
        EVERYWHERE,
        evolve(EVERYWHERE, code="G901", hint=None),
        evolve(EVERYWHERE, code="G902", address=Address(database="shop")),
    )
    lines = plan_text(Proposal(plan=plan, findings=about), Look()).splitlines()
    assert lines[2:7] == [
        "too much at once [G900]",
        "  hint: take less with --only",
        "",
        "too much at once [G901]",
        "",
    ]
    assert not any("G902]" in one for one in lines)


@pytest.mark.parametrize(
    ("address", "indent"),
    [(None, 2), (Address(database="shop"), 2), (Address(database="shop", kind="sql_mode"), 6)],
)
def test_what_lifts_a_finding_stands_beside_it(address: Address | None, indent: int) -> None:
    """Once, whole, to be pasted; of a warning nothing has to be overridden."""
    found = evolve(EVERYWHERE, address=address, override="--override G900=0123456789ab")
    text = plan_text(Proposal(plan=_changing("billing", "shop"), findings=(found,)), Look(width=40))
    line = f"{' ' * indent}for this plan only: --override G900=0123456789ab"
    assert text.splitlines().count(line) == 1


def test_a_database_in_sync_that_is_refused_is_shown() -> None:
    """It is another than meant, whatever its state."""
    plan = build_plan([desired()], {"shop": observed()})
    found = evolve(EVERYWHERE, address=Address(database="shop"))
    proposal = Proposal(plan=plan, findings=(found,))
    assert proposal.remains
    assert plan_text(proposal, Look()).splitlines() == [
        "No action; 1 other database than meant in 1 of 1 database.",
        "",
        "shop  mysql 8.0.35-1, app shop-web, resource shop-web-3412",
        "  refused G900: too much at once",
        "  hint: take less with --only",
    ]
    assert not Proposal(plan=plan).remains


def test_a_finding_without_an_address_is_in_the_json() -> None:
    """With an address of null, and as what refuses each action."""
    proposal = Proposal(
        plan=_changing("billing", "shop"), findings=(evolve(EVERYWHERE, override="--limit 9"),)
    )
    document = json.loads(plan_json(proposal, status=ExitStatus.DONE, spent=Spent()))
    assert document["findings"] == [
        {
            "code": "G900",
            "severity": "error",
            "message": "too much at once",
            "place": None,
            "hint": "take less with --only",
            "override": "--limit 9",
            "address": None,
        }
    ]
    items = [entry for database in document["databases"] for entry in database["items"]]
    assert [entry["refused_by"] for entry in items] == ["G900", "G900"]


@pytest.mark.parametrize(
    ("address", "handles"),
    [
        (None, ["billing", "shop"]),
        (Address(database="shop"), ["shop"]),
        (Address(database="shop", kind="sql_mode"), ["shop"]),
        (Address(database="shop", kind="backups"), []),
        (Address(database="sho"), []),
    ],
)
@pytest.mark.parametrize("severity", list(Severity))
def test_what_a_finding_refuses(
    address: Address | None, handles: list[str], severity: Severity
) -> None:
    """The run, a database or an action, by its address; a warning refuses nothing."""
    finding = evolve(EVERYWHERE, address=address, severity=severity)
    proposal = Proposal(plan=_changing("billing", "shop"), findings=(finding,))
    error = severity is Severity.ERROR
    refused = [a.address.database for a in proposal.plan.actions if proposal.refusal(a)]
    assert refused == (handles if error else [])
    assert proposal.refused == ((finding,) if error and address is None else ())
    text = plan_text(proposal, Look())
    # What refuses a whole database is said once there; each action then points to it.
    said_above = error and address == Address(database="shop")
    assert text.count("refused G900") == len(refused) + said_above
    assert text.count("G900, see above") == (0 if address and address.kind else len(refused))
    document = json.loads(plan_json(proposal, status=ExitStatus.DONE, spent=Spent()))
    items = [entry for database in document["databases"] for entry in database["items"]]
    assert [entry["refused_by"] for entry in items].count("G900") == len(refused)
    assert [one["severity"] for one in document["findings"]] == [severity.value]


STEP = ManualStep(
    address=Address(database="shop", kind="extensions", name="a"),
    change=Delete(address=Address(database="shop", kind="extensions", name="a"), before={}),
    risk=Risk.LOSSY,
    reason=Reason.ABSENT,
    origin=ORIGIN,
    statements=("DROP EXTENSION a;",),
    where="the default logical database",
)


@pytest.mark.parametrize("address", [None, Address(database="shop"), STEP.address])
@pytest.mark.parametrize("severity", list(Severity))
def test_a_refused_manual_step_does_not_say_what_to_run(
    address: Address | None, severity: Severity
) -> None:
    """What a guard holds back from the tool it does not hand to a person; a warning shows all."""
    finding = evolve(EVERYWHERE, address=address, severity=severity)
    database = evolve(_changing("shop").databases[0], items=(STEP,))
    proposal = Proposal(plan=Plan(databases=(database,)), findings=(finding,))
    text = plan_text(proposal, Look())
    refused = severity is Severity.ERROR
    assert ("refused G900" in text) is refused
    assert "hint: take less with --only" in text
    assert ("warning" in text) is not refused
    assert ("DROP EXTENSION" in text) is not refused
    assert ("run in" in text) is not refused
    document = json.loads(plan_json(proposal, status=ExitStatus.DONE, spent=Spent()))
    (step,) = document["databases"][0]["items"]
    assert step["refused_by"] == ("G900" if refused else None)


def test_an_error_after_a_warning_refuses() -> None:
    """The first that refuses is the one that is shown."""
    warning = evolve(EVERYWHERE, code="G899", severity=Severity.WARNING)
    second = evolve(EVERYWHERE, code="G901")
    proposal = Proposal(plan=_changing("shop"), findings=(warning, EVERYWHERE, second))
    (action,) = proposal.plan.actions
    assert proposal.refusal(action) == EVERYWHERE


def test_refused_actions_are_counted_as_such() -> None:
    """`1 action` promises that apply would do it."""
    spec = desired({"sql_mode": SqlMode(modes=("NO_ZERO_DATE",))})
    plan = build_plan([spec], {"shop": observed({"sql_mode": {ITSELF: {"modes": ()}}})})
    address = Address(database="shop", kind="sql_mode")
    finding = Finding(code="G900", message="no", address=address)
    verdict = plan_text(Proposal(plan=plan, findings=(finding,)), Look()).splitlines()[0]
    assert verdict == "1 action (1 refused) in 1 of 1 database."


def test_a_plan_of_no_database_has_nothing_to_do() -> None:
    """As that of a file whose every item was blocked."""
    assert plan_text(Proposal(plan=Plan()), Look()) == (
        "Nothing to do: no database has an action.\n"
    )


def test_what_a_person_overrode_is_told_once() -> None:
    """By its code, in the order of the findings."""
    overridden = evolve(EVERYWHERE, overridden=True)
    proposal = Proposal(
        plan=Plan(), findings=(overridden, EVERYWHERE, evolve(overridden, message="more"))
    )
    assert proposal.overridden == ("G900",)


RECORD = Record(made=NOW, expires=LATER, version="1.2.3", seal=Seal.UNSIGNED, now=NOW)
PROPOSAL = evolve(MIXED, id="0123456789abcdef" * 4)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (RECORD, "expires in 1 d, not signed"),
        (evolve(RECORD, seal=Seal.UNCHECKED), "expires in 1 d, signed, not checked"),
        (evolve(RECORD, seal=Seal.VERIFIED, now=LATER), "expires in 0 ms, signed"),
        (evolve(RECORD, now=LATER + timedelta(hours=3)), "expired 3 h ago, not signed"),
    ],
)
def test_which_plan_it_is(record: Record, line: str) -> None:
    """Its id, its age, its end and its signature; then the plan as `plan` shows it."""
    head, page = saved_text(PROPOSAL, record, Look()).split("\n\n", 1)
    assert head == f"Plan 0123456789ab, made 2026-11-23 12:00:00 UTC by version 1.2.3, {line}"
    assert page == plan_text(PROPOSAL, Look())


def test_a_version_is_text_from_outside() -> None:
    """It comes from a file."""
    shown = saved_text(PROPOSAL, evolve(RECORD, version="\x1b[2J\n"), Look(colour=True))
    assert "\x1b[2J" not in shown
    assert r"\x1b[2J\n" in shown


def test_as_json() -> None:
    """The document of `plan`, with what the file says of it."""
    shown = plan_json(PROPOSAL, status=ExitStatus.DONE, spent=Spent(), record=RECORD)
    document = json.loads(shown)
    assert document["id"] == PROPOSAL.id
    assert document["file"] == {
        "made": "2026-11-23T12:00:00+00:00",
        "expires": "2026-11-24T12:00:00+00:00",
        "expired": False,
        "version": "1.2.3",
        "signature": "unsigned",
    }
    assert json.loads(plan_json(PROPOSAL, status=ExitStatus.DONE, spent=Spent()))["file"] is None
