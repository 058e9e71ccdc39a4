"""What may run: risks, addresses, and who was there to be asked."""

from __future__ import annotations

import pytest
from builders import ORIGIN

from reconcile.apply.allowance import Allow, Allowance, withheld
from reconcile.model.address import Address
from reconcile.model.change import Delete, Risk
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Pending, Reason
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Result

ADDRESS = Address(database="shop", kind="logical_databases", name="legacy")


def waiting(kind: str) -> Pending:
    """A database, or a kind in it, that waits."""
    return Pending(
        address=Address(database="shop", kind=kind),
        message="its status is 'upgrading'",
        reason=Reason.BUSY,
        origin=ORIGIN,
    )


def action(risk: Risk) -> Action:
    """An action of a risk."""
    return Action(
        address=ADDRESS,
        change=Delete(address=ADDRESS, before={}),
        risk=risk,
        reason=Reason.ABSENT,
        origin=ORIGIN,
    )


@pytest.mark.parametrize(
    ("allow", "attended", "risk", "permitted"),
    [
        ([], False, Risk.SAFE, True),
        ([], True, Risk.WEAKENS, False),
        (["weakens"], False, Risk.WEAKENS, True),
        (["weakens"], False, Risk.DISRUPTIVE, False),
        (["lossy"], True, Risk.LOSSY, True),
        (["lossy"], False, Risk.LOSSY, False),
        (["lossy=shop/logical_databases/legacy"], False, Risk.LOSSY, True),
        (["lossy=shop/logical_databases/other"], False, Risk.LOSSY, False),
        (["lossy=shop/logical_databases"], False, Risk.LOSSY, False),
        (["weakens=shop/logical_databases/legacy"], False, Risk.LOSSY, False),
        (["lossy", "lossy=shop/logical_databases/legacy"], False, Risk.LOSSY, True),
    ],
)
def test_permits(allow: list[str], attended: bool, risk: Risk, permitted: bool) -> None:
    """Safe always; others by their own word; a bare `lossy` only where somebody can answer."""
    allowance = Allowance(allows=tuple(Allow.parse(one) for one in allow), attended=attended)
    assert allowance.permits(action(risk)) is permitted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("risky", "'risky' is no risk: write one of safe, weakens, disruptive, lossy"),
        ("lossy=", "'' is no address"),
        ("lossy=shop//x", "'shop//x' is no address"),
        ("lossy=shop", "'shop' is a whole database: name what of it, as in a plan"),
    ],
)
def test_an_allowance_that_cannot_be_meant(text: str, message: str) -> None:
    """It is refused in words."""
    with pytest.raises(ValueError, match=message):
        Allow.parse(text)


def test_an_address_that_is_not_in_the_plan_is_noticed() -> None:
    """A flag that allows nothing is most likely a slip."""
    allowance = Allowance(allows=(Allow.parse("weakens"), Allow.parse(f"lossy={ADDRESS}")))
    words = f"--allow lossy={ADDRESS} allows nothing:"
    assert [*allowance.unused(Plan())] == [f"{words} this plan has no action of it"]
    for risk, said in ((Risk.LOSSY, []), (Risk.WEAKENS, [f"{words} its action is weakens"])):
        items = (action(risk),)
        plan = Plan(databases=(DatabasePlan(handle="shop", engine="mysql", app="a", items=items),))
        assert [*allowance.unused(plan)] == said


@pytest.mark.parametrize(
    "database",
    [
        DatabasePlan(handle="shop", engine="mysql", app="a", error="HTTP 503"),
        DatabasePlan(handle="shop", engine="mysql", app="a", items=(waiting(""),)),
        DatabasePlan(handle="shop", engine="mysql", app="a", items=(waiting("logical_databases"),)),
    ],
)
def test_nothing_is_said_of_what_was_not_compared(database: DatabasePlan) -> None:
    """Whether the plan has such an action is not known. What comes after it is told all the same."""
    texts = (f"lossy={ADDRESS}", "lossy=other/logical_databases/old")
    allowance = Allowance(allows=tuple(map(Allow.parse, texts)))
    assert [*allowance.unused(Plan(databases=(database,)))] == [
        f"--allow {texts[1]} allows nothing: this plan has no action of it"
    ]


def test_all_risks_of_an_address_are_told() -> None:
    """Two actions may be about one address."""
    items = (action(Risk.LOSSY), action(Risk.DISRUPTIVE))
    plan = Plan(databases=(DatabasePlan(handle="shop", engine="mysql", app="a", items=items),))
    allowance = Allowance(allows=(Allow.parse(f"weakens={ADDRESS}"),))
    assert [*allowance.unused(plan)] == [
        f"--allow weakens={ADDRESS} allows nothing: its action is disruptive, lossy"
    ]


@pytest.mark.parametrize("text", ["weakens", "lossy=shop/logical_databases/legacy"])
def test_an_allowance_is_told_as_it_is_written(text: str) -> None:
    """It can be said again."""
    assert str(Allow.parse(text)) == text


def test_a_person_adds_a_risk_by_answering() -> None:
    """For every address."""
    allowance = Allowance(attended=True).plus(Risk.LOSSY)
    assert allowance.permits(action(Risk.LOSSY))


def test_withheld_says_why() -> None:
    """A guard's refusal is stronger than any flag; else the flag to say is named."""
    wanted = action(Risk.LOSSY)
    plan = Plan()
    finding = Finding(code="G101", message="it is protected", address=ADDRESS)
    everything = Allowance(allows=(Allow(risk=Risk.LOSSY),), attended=True)

    refused = withheld(Proposal(plan=plan, findings=(finding,)), everything, wanted)
    assert refused is not None
    assert (refused.result, refused.message) == (Result.REFUSED, "it is protected [G101]")
    assert refused.code == "G101"
    assert refused.action == wanted

    unallowed = withheld(Proposal(plan=plan), Allowance(), wanted)
    assert unallowed is not None
    assert unallowed.result is Result.NOT_ALLOWED
    assert unallowed.message == "allow it with --allow lossy=shop/logical_databases/legacy"

    assert withheld(Proposal(plan=plan), everything, wanted) is None
