"""Restores: only to a moment inside the window that the provider tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from unit.api.loopback import Provider, reply
from unit.workflow.conftest import Found, sent

from reconcile.errors import AnswerError, ApiError, ReconcileError
from reconcile.model.change import Risk
from reconcile.workflow.commands import Restore
from reconcile.workflow.prepare import prepare

EARLIEST, LATEST = "2026-01-01T00:00:00Z", "2026-01-08T12:30:00.500+00:00"
NOON = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)


FOLLOW = "reconcile operation 609145e6 --database billing"


def window(provider: Provider, earliest: object = EARLIEST, latest: object = LATEST) -> None:
    """What the provider tells next."""
    edges = {"earliest_recoverable_at": earliest, "latest_recoverable_at": latest}
    provider.odd["database"].append(reply(200, {"recovery_window": edges}))


def test_a_restore_is_prepared_by_one_read(provider: Provider, found: Found) -> None:
    """Data is affected: what is lost, what cannot be undone, and the name that has to be typed."""
    subject = found()
    window(provider)
    order = prepare(Restore(moment=NOON), subject).order
    assert order.what == "restore billing to 2026-01-03T12:00:00Z"
    assert order.call.body == {"restore_time": "2026-01-03T12:00:00Z"}
    assert order.call.starts_operation
    assert (order.risk, order.confirm) == (Risk.LOSSY, "billing")
    assert order.consequences == (
        "everything written after 2026-01-03T12:00:00Z is lost",
        "no earlier point than 2026-01-03T12:00:00Z can be restored afterwards",
        "the recovery window now is from 2026-01-01T00:00:00Z to 2026-01-08T12:30:00.5Z",
    )
    assert sent(provider) == ["GET /api/databases/ad-1/pitr/recovery_window"]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOON.astimezone(timezone(timedelta(hours=-10))), "2026-01-03T12:00:00Z"),
        (NOON.replace(microsecond=250_000), "2026-01-03T12:00:00.25Z"),
        (NOON.replace(microsecond=1), "2026-01-03T12:00:00.000001Z"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 8, 12, 30, 0, 500_000, tzinfo=UTC), "2026-01-08T12:30:00.5Z"),
    ],
)
def test_the_moment_is_sent_in_utc(
    provider: Provider, found: Found, moment: datetime, shown: str
) -> None:
    """Exactly, with as many decimals as it has; both edges are inside."""
    subject = found()
    window(provider)
    assert prepare(Restore(moment=moment), subject).order.call.body == {"restore_time": shown}


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 1, 8, 12, 30, 0, 500_001, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
)
def test_a_moment_outside_is_refused(provider: Provider, found: Found, moment: datetime) -> None:
    """With the window, so that another can be chosen."""
    subject = found()
    window(provider)
    words = (
        "is outside the recovery window of 'billing', which is from 2026-01-01T00:00:00Z to"
        " 2026-01-08T12:30:00.5Z"
    )
    with pytest.raises(ReconcileError, match=re.escape(words)):
        prepare(Restore(moment=moment), subject)


@pytest.mark.parametrize(
    ("earliest", "latest"), [(None, None), (None, LATEST), (EARLIEST, None)], ids=str
)
def test_no_window_is_said(
    provider: Provider, found: Found, earliest: str | None, latest: str | None
) -> None:
    """Either edge may be null, as for a database that is new."""
    subject = found()
    window(provider, earliest, latest)
    with pytest.raises(
        ReconcileError, match="'billing' has no point in time that it can be restored to"
    ):
        prepare(Restore(moment=NOON), subject)


@pytest.mark.parametrize(
    "edge", ["", "yesterday", 7, {}, [], True, "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"]
)
def test_an_odd_edge_is_an_error(provider: Provider, found: Found, edge: object) -> None:
    """And no time of our own making."""
    subject = found()
    window(provider, edge)
    with pytest.raises(AnswerError, match="the recovery window has an edge that is no time"):
        prepare(Restore(moment=NOON), subject)


def test_an_edge_without_a_zone_is_in_utc(provider: Provider, found: Found) -> None:
    """As all times of the provider are."""
    subject = found()
    window(provider, "2026-01-03T12:00:00", "2026-01-03 12:00:00")
    assert prepare(Restore(moment=NOON), subject).order.confirm == "billing"


@pytest.mark.parametrize("answer", [None, [], "x", 7])
def test_an_odd_window_is_an_error(provider: Provider, found: Found, answer: object) -> None:
    """A sentence, and nothing is sent."""
    subject = found()
    provider.odd["database"].append(reply(200, {"recovery_window": answer}))
    with pytest.raises(AnswerError, match="the recovery window is no object"):
        prepare(Restore(moment=NOON), subject)


def test_no_such_plan_is_said(provider: Provider, found: Found) -> None:
    """In the provider's words."""
    subject = found()
    provider.odd["database"].append(reply(404, {"resource": "PITR", "error": "not found"}))
    with pytest.raises(ApiError, match="PITR: not found"):
        prepare(Restore(moment=NOON), subject)


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"type_name": "mysql"}, "'billing' is mysql: only postgresql has point-in-time recovery"),
        ({"status": "updating"}, "'billing' is updating: wait until it is running"),
        (
            {"current_operation_id": "609145e6"},
            f"'billing' is running, and operation '609145e6' is under way: follow it with {FOLLOW}",
        ),
    ],
)
def test_what_cannot_be_restored_is_not_asked_about(
    provider: Provider, found: Found, resource: dict[str, object], words: str
) -> None:
    """Another engine, or a database at which the provider is busy."""
    with pytest.raises(ReconcileError, match=f"^{re.escape(words)}$"):
        prepare(Restore(moment=NOON), found(**resource))
    assert sent(provider) == []


def test_reading_cannot_tell_whether_it_happened(provider: Provider, found: Found) -> None:
    """A restore leaves no trace in the resource."""
    subject = found()
    window(provider)
    assert prepare(Restore(moment=NOON), subject).happened() is None
