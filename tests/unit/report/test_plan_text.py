"""Plans and their items, where a golden file does not say why they look as they do."""

from __future__ import annotations

import pytest
from builders import ORIGIN, desired, facts, observed
from rich.cells import cell_len

from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Risk, Update
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Item, ManualStep, Reason
from reconcile.model.plan import Proposal
from reconcile.model.state import ITSELF, Fields
from reconcile.plan.build import build_plan
from reconcile.report.items_text import RISK_COLUMN, item_lines, place_in_database
from reconcile.report.page import Look, render
from reconcile.report.plan_text import plan_text


def updated(before: Fields, after: Fields) -> Action:
    """An update of everything that is named."""
    address = Address(database="shop", kind="sql_mode")
    fields = tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
    )
    return Action(
        address=address,
        change=Update(address=address, before=before, after=after, fields=fields),
        risk=Risk.SAFE,
        reason=Reason.DIFFERS,
        origin=ORIGIN,
    )


def shown(entry: Item, refusal: Finding | None = None, width: int | None = None) -> list[str]:
    """The lines of an item."""
    return render(item_lines(entry, refusal), Look(width=width)).splitlines()


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"a": 1}, {"a": 2}, ["      a  1 → 2"]),
        ({"a": None}, {"a": "x"}, ["      a  (none) → x"]),
        ({"a": True, "long": (3,)}, {"a": False, "long": ()}, ["      a     true → false", "      long  3 → (none)"]),
        ({"a": ("A", "B")}, {"a": ("B", "C")}, ["      a  - A", "         + C"]),
        ({"a": ("A", "B")}, {"a": ("A",)}, ["      a  - B"]),
        ({"a": ()}, {"a": ("B", "A")}, ["      a  + A, B"]),
        ({"漢字": 1, "a": 1}, {"漢字": 2, "a": 2}, ["      a     1 → 2", "      漢字  1 → 2"]),
    ],
)  # fmt: skip
def test_what_differs(before: Fields, after: Fields, lines: list[str]) -> None:
    """Values in one column; of a set of words only the words that come and go."""
    assert shown(updated(before, after))[1:-1] == lines


@pytest.mark.parametrize("name", ["a", "データベース", "x" * 37, "x" * 38])
def test_risks_stand_in_one_column(name: str) -> None:
    """As long as the address leaves room, however wide its characters are."""
    address = Address(database="shop", kind="logical_databases", name=name)
    change = Create(address=address, after={})
    entry = Action(
        address=address, change=change, risk=Risk.SAFE, reason=Reason.MISSING, origin=ORIGIN
    )
    head = shown(entry)[0]
    assert cell_len(head.removesuffix("safe")) == 4 + RISK_COLUMN


def test_a_long_address_keeps_its_risk_apart() -> None:
    """Two blanks at least."""
    address = Address(database="shop", kind="logical_databases", name="x" * 90)
    change = Delete(address=address, before={})
    entry = Action(
        address=address, change=change, risk=Risk.LOSSY, reason=Reason.ABSENT, origin=ORIGIN
    )
    assert shown(entry)[0] == f"  - logical_databases/{'x' * 90}  lossy"


def test_on_a_narrow_terminal_the_risk_stays_beside_a_short_address() -> None:
    """It would fit if it did not keep to a column that is not there."""
    assert shown(updated({"a": 1}, {"a": 2}), width=40)[0].split() == ["~", "sql_mode", "safe"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (Address(database="shop"), "the whole database"),
        (Address(database="shop", kind="backups"), "backups"),
        (Address(database="shop", kind="extensions", name="a/b"), "extensions/a/b"),
    ],
)
def test_places_under_a_heading(address: Address, place: str) -> None:
    """Without the handle, which the heading says."""
    assert place_in_database(address) == place


@pytest.mark.parametrize("hint", [None, "take it out"])
def test_a_refusal_and_its_hint(hint: str | None) -> None:
    """A guard need not have a hint."""
    lines = shown(
        updated({"a": 1}, {"a": 2}), Finding(code="G101", message="it is protected", hint=hint)
    )
    hints = [] if hint is None else ["      hint: take it out"]
    assert lines[2:-1] == ["      refused G101: it is protected", *hints]


def test_a_manual_step_shows_every_statement_on_its_own_line() -> None:
    """In their order, so that they can be copied."""
    address = Address(database="shop", kind="extensions", name="a")
    entry = ManualStep(
        address=address,
        change=Create(address=address, after={}),
        risk=Risk.SAFE,
        reason=Reason.MISSING,
        origin=ORIGIN,
        statements=("BEGIN;", "CREATE EXTENSION a;"),
        where="the default logical database",
    )
    assert shown(entry)[1:-1] == [
        "      run in the default logical database:",
        "        BEGIN;",
        "        CREATE EXTENSION a;",
    ]


def test_a_database_of_another_engine_is_not_headed_by_the_wrong_one() -> None:
    """`mysql 7.2.5-1` is no version that MySQL ever had: it is the live Redis's."""
    plan = build_plan([desired({})], {"shop": observed({}, live=facts(Engine.REDIS))})
    assert "mysql 7.2.5-1" not in plan_text(Proposal(plan=plan), Look())


def test_refused_actions_are_counted_as_such() -> None:
    """`1 action` promises that apply would do it."""
    spec = desired({"sql_mode": SqlMode(modes=("NO_ZERO_DATE",))})
    plan = build_plan([spec], {"shop": observed({"sql_mode": {ITSELF: {"modes": ()}}})})
    address = Address(database="shop", kind="sql_mode")
    finding = Finding(code="G900", message="no", address=address)
    verdict = plan_text(Proposal(plan=plan, findings=(finding,)), Look()).splitlines()[0]
    assert "refused" in verdict


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
