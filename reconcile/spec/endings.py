"""Words that end by themselves: what to say of one whose last day has passed, or is far away.

A waiver and an ignored difference have an `until`. They hold for a fortnight longer, and every
run says so; then the one that was forgotten is an error, so that none lasts for ever. An approval to
delete holds to its last day.
"""

from __future__ import annotations

from datetime import date, timedelta

from reconcile.model.finding import Finding
from reconcile.model.policy import GRACE
from reconcile.spec import codes
from reconcile.spec.locations import Mark, finding, warning


def ending(what: str, until: date, today: date, mark: Mark) -> Finding | None:
    """The finding for something that ended on the day `until`, at its place; None before.

    `what` names it, as in `the waiver of G104`. A warning while it still holds, then an error.
    """
    if today <= until:
        return _far(what, until, today, mark)
    if today - GRACE <= until:
        message = f"{what} ended on {until}; it still holds until {until + GRACE}"
        hint = "renew `until`, or take the entry out"
        return warning(codes.ENDED, mark, message, hint)
    days = (today - until).days
    message = f"{what} ended on {until}, {days} days ago"
    return finding(codes.LONG_ENDED, mark, message, "renew `until`, or take the entry out")


def approval_ending(name: str, until: date, today: date, mark: Mark) -> Finding | None:
    """The warning about an approval to delete that has ended, or ends far away; None for others."""
    what = f"the approval to delete {name!r}"
    if today <= until:
        return _far(what, until, today, mark)
    message = f"{what} ended on {until}: nothing is deleted"
    return warning(codes.APPROVAL_ENDED, mark, message, "renew `until`, or take the entry out")


_FAR = timedelta(days=731)
"""Two years, of which one may be a leap year."""


def _far(what: str, until: date, today: date, mark: Mark) -> Finding | None:
    if until - today <= _FAR:
        return None
    message = f"{what} ends on {until}, more than two years from today"
    return warning(codes.FAR_AWAY, mark, message, "write a day by which it is settled")
