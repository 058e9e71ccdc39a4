"""The guards on plans that come from a file, with the exact words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from unit.plan.plan_files import LATER, NOW, plan

from reconcile.guard.plan_file import FromFile, review_file
from reconcile.model.finding import Finding
from reconcile.model.history import Opening, PastRun, RunState
from reconcile.model.item import Action
from reconcile.model.plan import Plan, Record, Seal

RECORD = Record(made=NOW, expires=LATER, version="0.1.0", seal=Seal.VERIFIED, now=NOW)
DONE = PastRun(
    id="20261123T120500Z-1a2b3c",
    opening=Opening(version="0.1.0", command="apply --plan"),
    began=NOW,
    state=RunState.ENDED,
    ended=NOW + timedelta(minutes=5),
)


def found(known: FromFile, of: Plan | None = None) -> list[Finding]:
    """What is said of the plan of a file; all of it refuses the whole run, and nothing overrides it."""
    findings = list(review_file(plan() if of is None else of, known))
    assert all(one.address is None and one.override is None for one in findings)
    return findings


def test_a_fresh_plan_that_somebody_answers_for() -> None:
    """Nothing is said, to the last moment."""
    assert found(FromFile(record=RECORD)) == []
    assert found(FromFile(record=evolve(RECORD, now=LATER))) == []


def test_g108_its_time_is_over() -> None:
    """From the first moment after."""
    (late,) = found(FromFile(record=evolve(RECORD, now=LATER + timedelta(microseconds=1))))
    assert late.code == "G108"
    assert late.message == (
        "the plan was made at 2026-11-23 12:00:00 UTC"
        " and could be applied until 2026-11-24 12:00:00 UTC"
    )
    assert late.hint == "plan again; --expires-in gives a plan another time to live"


def test_g109_it_was_applied() -> None:
    """The run is named, with its end where that is known."""
    (again,) = found(FromFile(record=RECORD, completed=DONE))
    assert again.code == "G109"
    assert again.message == (
        "run 20261123T120500Z-1a2b3c did all of this plan, at 2026-11-23 12:05:00 UTC"
    )
    assert again.hint == "plan again: what is left to do is in a new plan"
    (unknown,) = found(FromFile(record=RECORD, completed=evolve(DONE, ended=None)))
    assert unknown.message == "run 20261123T120500Z-1a2b3c did all of this plan"


def test_g109_a_journal_cannot_be_read() -> None:
    """Each loss is refused, whoever signed the plan; what loses nothing goes on."""
    journals = ("/state/runs/a.jsonl", "/state/runs/b.jsonl")
    refused = review_file(plan(), FromFile(record=RECORD, in_doubt=journals))
    assert [str(one.address) for one in refused] == [
        "iot/retention_policies/30-days",
        "shop/logical_databases/legacy",
    ]
    assert {(one.code, one.message, one.hint) for one in refused} == {
        (
            "G109",
            (
                "it is not known whether this plan was applied before: the journal"
                " '/state/runs/a.jsonl' and 1 more cannot be read"
            ),
            "plan again: what is left to do is in a new plan",
        )
    }
    (first, _second) = review_file(plan(), FromFile(record=RECORD, in_doubt=journals[:1]))
    assert "'/state/runs/a.jsonl' cannot be read" in first.message


@pytest.mark.parametrize("seal", [Seal.UNSIGNED, Seal.UNCHECKED])
def test_g110_nobody_answers_for_a_loss(seal: Seal) -> None:
    """A signature that was not checked is none; a database that has a spec here is out."""
    record = evolve(RECORD, seal=seal)
    (both,) = found(FromFile(record=record, without_spec=("iot", "shop")))
    assert both.code == "G110"
    assert both.message == (
        "the plan would lose data at iot/retention_policies/30-days and 1 more, its signature was"
        " not checked, and no spec here asks for that"
    )
    assert both.hint == (
        "say with --specs where its specs are, or set RECONCILE_PLAN_KEY for plan and for apply"
    )
    (one,) = found(FromFile(record=record, without_spec=("shop",)))
    assert one.message.startswith("the plan would lose data at shop/logical_databases/legacy, its")
    assert found(FromFile(record=record)) == []


def test_g108_a_plan_from_the_future() -> None:
    """Clocks may be apart by some minutes, not by more."""
    soon = evolve(RECORD, made=NOW + timedelta(minutes=5))
    assert found(FromFile(record=soon)) == []
    (early,) = found(FromFile(record=evolve(RECORD, made=NOW + timedelta(minutes=6))))
    assert early.code == "G108"
    assert early.message == (
        "the plan says that it was made at 2026-11-23 12:06:00 UTC, which is to come"
    )
    assert early.hint == "plan again, and look at the clocks"


def test_g110_a_database_that_no_spec_here_is_about() -> None:
    """It might be protected or pinned there; a checked signature answers for that."""
    known = FromFile(
        record=evolve(RECORD, seal=Seal.UNSIGNED), has_specs=True, without_spec=("billing",)
    )
    (strange,) = found(known)
    assert strange.code == "G110"
    assert strange.message == (
        "no spec here is about the live database of 'billing', and the plan's signature was not checked"
    )
    assert strange.hint == "say with --specs where its spec is, or plan again"
    assert found(evolve(known, record=RECORD)) == []


def test_g110_a_connection_that_no_spec_here_names() -> None:
    """A reference could stand for a string that leads anywhere; a checked signature answers."""
    known = FromFile(
        record=evolve(RECORD, seal=Seal.UNSIGNED),
        unnamed=("shop", "vault"),
    )
    found_there = found(known)
    assert [one.code for one in found_there] == ["G110", "G110"]
    assert found_there[1].message == (
        "the plan would run SQL in 'vault' over a connection that no spec here names, and its"
        " signature was not checked"
    )
    assert found_there[1].hint == "say with --specs where its spec is, or plan again"
    assert found(evolve(known, record=evolve(RECORD, seal=Seal.UNCHECKED))) == found_there
    assert found(evolve(known, record=RECORD)) == []


def test_what_loses_nothing_needs_nobody() -> None:
    """Also where it weakens."""
    weakening = Plan(
        databases=tuple(
            evolve(
                one,
                items=tuple(
                    entry
                    for entry in one.items
                    if isinstance(entry, Action) and entry.risk.value == "weakens"
                ),
            )
            for one in plan().databases
        )
    )
    assert weakening.actions
    assert found(FromFile(record=evolve(RECORD, seal=Seal.UNSIGNED)), weakening) == []
