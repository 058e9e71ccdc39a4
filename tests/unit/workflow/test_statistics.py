"""Statement statistics: what was counted, the most time first, and forgetting it."""

from __future__ import annotations

import pytest
from unit.api.loopback import Provider, reply
from unit.workflow.conftest import Found, answers, sent

from reconcile.errors import AnswerError, NotOfferedError, ReconcileError
from reconcile.model.postgresql import Statement
from reconcile.workflow.activity import counted
from reconcile.workflow.commands import ResetStatistics
from reconcile.workflow.prepare import prepare

ROW = {
    "user_id": 16_384,
    "query": "SELECT $1",
    "calls": 24_512,
    "rows": 500,
    "total_time": 1_500.0,
    "min_time": 0.25,
    "max_time": 3.5,
    "mean_time": 0.5,
    "std_dev": 0.125,
}


def test_a_statement_is_read_whole(provider: Provider, found: Found) -> None:
    """Milliseconds become seconds; its share is of the time of all."""
    subject = found()
    answers(provider, [ROW, {**ROW, "total_time": 500.0}])
    first, second = counted(subject, None).statements
    assert first == Statement(
        query="SELECT $1",
        calls=24_512,
        rows=500,
        total=1.5,
        mean=0.0005,
        min=0.00025,
        max=0.0035,
        deviation=0.000125,
        user_id=16_384,
        share=0.75,
    )
    assert second.share == 0.25
    assert sent(provider) == ["POST pg-stat-statements-list"]


@pytest.mark.parametrize(
    ("top", "expected"), [(None, "bdac"), (1, "b"), (2, "bd"), (4, "bdac"), (9, "bdac")]
)
def test_the_most_time_comes_first(
    provider: Provider, found: Found, top: int | None, expected: str
) -> None:
    """Of two that took as much, the first listed; how many there are is told in any case."""
    times = {"a": 2, "b": 9, "c": 1, "d": 2.5}
    subject = found()
    answers(provider, [{"query": query, "total_time": time} for query, time in times.items()])
    statistics = counted(subject, top)
    assert "".join(one.query for one in statistics.statements) == expected
    assert statistics.total == 4


def test_shares_are_of_all_whatever_is_taken(provider: Provider, found: Found) -> None:
    """What is left out counts."""
    subject = found()
    answers(provider, [{"total_time": 30}, {"total_time": 10}])
    assert [one.share for one in counted(subject, 1).statements] == [0.75]


def test_no_time_at_all_has_no_shares(provider: Provider, found: Found) -> None:
    """Nothing is divided by nothing."""
    subject = found()
    answers(provider, [{"query": "a"}, {"query": "b", "total_time": 0}], [])
    assert [one.share for one in counted(subject, None).statements] == [0.0, 0.0]
    assert counted(subject, None).statements == ()


@pytest.mark.parametrize(
    ("value", "seconds", "calls"),
    [
        (2**63 + 1, (2**63 + 1) / 1e3, 2**63 + 1),
        (10**400, 0.0, 10**400),
        (7.9, 0.0079, 7),
        ("7", 0.0, 0),
        (True, 0.0, 0),
        (None, 0.0, 0),
    ],
    ids=lambda value: str(value)[:12],
)
def test_odd_numbers(
    provider: Provider, found: Found, value: object, seconds: float, calls: int
) -> None:
    """Counts are exact however large; what is no number is none."""
    subject = found()
    answers(provider, [{"total_time": value, "calls": value, "rows": value, "user_id": value}])
    (one,) = counted(subject, None).statements
    assert (one.total, one.calls, one.rows) == (seconds, calls, calls)


@pytest.mark.parametrize("value", [None, "7", 7.0, []])
def test_a_user_who_is_no_number_is_unknown(
    provider: Provider, found: Found, value: object
) -> None:
    """Rather than somebody else."""
    subject = found()
    answers(provider, [{**ROW, "user_id": value}])
    assert [one.user_id for one in counted(subject, None).statements] == [None]


@pytest.mark.parametrize("result", [None, {}, "x", [None], [[ROW]]])
def test_an_odd_listing_is_an_error(provider: Provider, found: Found, result: object) -> None:
    """A sentence that says which."""
    subject = found()
    answers(provider, result)
    with pytest.raises(AnswerError, match="pg-stat-statements-list: answered no list of objects"):
        counted(subject, None)


def test_a_refusal_hints_at_turning_them_on(provider: Provider, found: Found) -> None:
    """With the command, ready for a shell; the provider's own words stay."""
    subject = found()
    provider.odd["database"].append(reply(200, {"ok": 0, "error": 'relation "x" does not exist'}))
    with pytest.raises(NotOfferedError) as caught:
        counted(subject, None)
    assert str(caught.value) == (
        "pg-stat-statements-list of ad-1: the provider refused it: 'relation \"x\" does not exist';"
        " where they are off, turn them on with reconcile stats enable billing"
    )
    assert caught.value.said == 'relation "x" does not exist'


def test_another_engine_has_none(provider: Provider, found: Found) -> None:
    """Said without asking."""
    with pytest.raises(ReconcileError, match="only postgresql has statement statistics"):
        counted(found(type_name="redis"), None)
    assert sent(provider) == []


@pytest.mark.parametrize(("number", "words"), [(0, "0 statements"), (1, "1 statement")])
def test_a_reset_says_what_is_forgotten(
    provider: Provider, found: Found, number: int, words: str
) -> None:
    """Nobody's data is lost, but what somebody was to look at: somebody has to agree."""
    subject = found()
    answers(provider, [ROW] * number)
    order = prepare(ResetStatistics(), subject).order
    assert order.consequences == (f"what was counted of {words} is forgotten",)
    assert order.asks
    assert order.call.body == {"action_name": "pg-stat-statements-reset"}


@pytest.mark.parametrize(
    ("before", "now", "happened"),
    [
        ([ROW], [], True),
        ([ROW], [{**ROW, "calls": 1}], True),
        ([ROW], [ROW], False),
        ([ROW], [{**ROW, "calls": 24_513}], False),
        ([ROW, ROW], [ROW], True),
        ([], [], True),
        ([], [ROW], True),
    ],
)
def test_a_lost_answer_is_settled_by_the_counts(
    provider: Provider, found: Found, before: object, now: object, *, happened: bool
) -> None:
    """Fewer calls than before: it was reset since. Where nothing was, nothing is left to do."""
    subject = found()
    answers(provider, before, now)
    assert prepare(ResetStatistics(), subject).happened() is happened
