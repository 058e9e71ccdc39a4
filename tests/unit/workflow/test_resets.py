"""Resets of logical databases: never sent as anything else, and of none that is not there."""

from __future__ import annotations

import pytest
from attrs import evolve
from unit.api.loopback import Provider
from unit.workflow.conftest import Found, answers, sent

from reconcile.errors import AnswerError, ReconcileError
from reconcile.model.change import Risk
from reconcile.model.request import Effect
from reconcile.workflow.commands import ResetDatabase
from reconcile.workflow.prepare import prepare

ROWS = [{"name": "shop", "protected": True}, {"name": "legacy"}]


@pytest.mark.parametrize("name", ["shop", "legacy"])
def test_a_reset_is_sent_as_one(provider: Provider, found: Found, name: str) -> None:
    """The example of the API's own documents would drop the database."""
    subject = found()
    answers(provider, ROWS)
    order = prepare(ResetDatabase(name=name), subject).order
    assert order.call.body == {"action_name": "reset-database", "params": {"database_name": name}}
    assert order.call.effect is Effect.CHANGE
    assert (order.risk, order.confirm) == (Risk.LOSSY, name)
    assert order.consequences == (
        f"all data in {name!r} is deleted for good; the database itself stays",
    )
    assert sent(provider) == ["POST list-databases"]


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[2J", "データ", " blanks ", "it's"])
def test_a_name_is_compared_as_it_is(provider: Provider, found: Found, name: str) -> None:
    """Not as it is shown."""
    subject = found()
    answers(provider, [{"name": name}])
    order = prepare(ResetDatabase(name=name), subject).order
    assert order.call.body == {"action_name": "reset-database", "params": {"database_name": name}}


@pytest.mark.parametrize(
    ("rows", "there"),
    [(ROWS, "it has 'legacy', 'shop'"), ([], "it has none"), ([{}, {"name": 7}], "it has '', ''")],
)
def test_one_that_is_not_there_is_an_error(
    provider: Provider, found: Found, rows: object, there: str
) -> None:
    """With those that are."""
    subject = found()
    answers(provider, rows)
    with pytest.raises(ReconcileError, match=f"has no logical database 'LEGACY': {there}"):
        prepare(ResetDatabase(name="LEGACY"), subject)


def test_an_odd_listing_is_an_error(provider: Provider, found: Found) -> None:
    """Nothing is sent into the dark."""
    subject = found()
    answers(provider, {"shop": {}})
    with pytest.raises(AnswerError, match="list-databases: answered no list of objects"):
        prepare(ResetDatabase(name="shop"), subject)


def test_a_busy_database_is_left_alone(provider: Provider, found: Found) -> None:
    """Said without asking."""
    with pytest.raises(ReconcileError, match="'billing' is updating: wait until it is running"):
        prepare(ResetDatabase(name="shop"), found(status="updating"))
    subject = found()
    suspended = evolve(subject, facts=evolve(subject.facts, addon_status="suspended"))
    with pytest.raises(ReconcileError, match="the addon of 'billing' is suspended: get it running"):
        prepare(ResetDatabase(name="shop"), suspended)
    with pytest.raises(ReconcileError, match="'billing' is stopped: get it running"):
        prepare(ResetDatabase(name="shop"), found(status="stopped"))
    assert sent(provider) == []


def test_reading_cannot_tell_whether_it_happened(provider: Provider, found: Found) -> None:
    """What is in a logical database is not shown."""
    subject = found()
    answers(provider, ROWS)
    assert prepare(ResetDatabase(name="shop"), subject).happened() is None
