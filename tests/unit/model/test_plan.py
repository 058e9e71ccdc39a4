"""Manual steps as they are shown: extensions are dropped by one statement."""

from __future__ import annotations

from builders import ORIGIN, target

from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, Risk
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Blocked, Item, ManualStep, Reason
from reconcile.model.plan import DatabasePlan, Plan, Proposal, as_run


def step(name: str, *statements: str) -> ManualStep:
    """A manual step about an extension."""
    address = Address(database="shop", kind="extensions", name=name)
    drops = statements[0].startswith("DROP")
    return ManualStep(
        address=address,
        change=Delete(address=address, before={}) if drops else Create(address=address, after={}),
        risk=Risk.SAFE,
        reason=Reason.ABSENT,
        origin=ORIGIN,
        statements=statements,
        where="here",
    )


ENABLE = step("a", "CREATE EXTENSION a;")
FIRST = step("b", "DROP EXTENSION b;")
SECOND = step("uuid-ossp", 'DROP EXTENSION "uuid-ossp";')
THIRD = step("d", "DROP EXTENSION d;")
OTHER = step("e", "DROP EXTENSION e;", "SELECT 1;")
BLOCKED = Blocked(
    address=THIRD.address,
    code="P257",
    message="no",
    hint="no",
    reason=Reason.DIFFERS,
    origin=ORIGIN,
)


def shown(*items: Item, refused: tuple[Item, ...] = ()) -> list[tuple[str, ...]]:
    """The statements of each step, or the name of the step that does it as well."""
    database = DatabasePlan(
        handle="shop", engine="postgresql", app="a", target=target(), items=items
    )
    findings = tuple(
        Finding(
            severity=Severity.ERROR, code="G102", message="it ended", hint="", address=one.address
        )
        for one in refused
    )
    proposal = Proposal(plan=Plan(databases=(database,)), findings=findings)
    return [
        (entry.done_by.name,) if entry.done_by else entry.statements
        for entry in as_run(database, proposal)
        if isinstance(entry, ManualStep)
    ]


def test_the_first_drop_drops_the_others() -> None:
    """Their names are quoted as they were; all else stays as it is."""
    assert shown(BLOCKED, ENABLE, FIRST, OTHER, SECOND, THIRD) == [
        ENABLE.statements,
        ('DROP EXTENSION b, "uuid-ossp", d;',),
        OTHER.statements,
        ("b",),
        ("b",),
    ]


def test_one_drop_is_its_own_statement() -> None:
    """As without any."""
    assert shown(ENABLE, FIRST) == [ENABLE.statements, FIRST.statements]
    assert shown(ENABLE) == [ENABLE.statements]


def test_what_is_refused_is_dropped_by_no_statement() -> None:
    """A guard may refuse the first one, or one in between."""
    assert shown(FIRST, SECOND, THIRD, refused=(FIRST,)) == [
        FIRST.statements,
        ('DROP EXTENSION "uuid-ossp", d;',),
        ("uuid-ossp",),
    ]
    assert shown(FIRST, SECOND, refused=(FIRST, SECOND)) == [FIRST.statements, SECOND.statements]
