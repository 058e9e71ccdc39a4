"""Words that end by themselves: what to say of one whose last day has passed.

A waiver and an ignored difference have an `until`. They hold for a fortnight longer, and every
run says so; then the one that was forgotten is an error, so that none lasts for ever.
"""

from __future__ import annotations

from datetime import date

from attrs import evolve

from reconcile.model.finding import Finding, Severity
from reconcile.model.policy import GRACE
from reconcile.spec import codes
from reconcile.spec.locations import Mark, finding


def ending(what: str, until: date, today: date, mark: Mark) -> Finding | None:
    """The finding for something that ended on the day `until`, at its place; None before.

    `what` names it, as in `the waiver of G104`. A warning while it still holds, then an error.
    """
    if today <= until:
        return None
    if today - GRACE <= until:
        message = f"{what} ended on {until}; it still holds until {until + GRACE}"
        hint = "renew `until`, or take the entry out"
        soon = finding(codes.ENDED, mark, message, hint)
        return evolve(soon, severity=Severity.WARNING)
    days = (today - until).days
    message = f"{what} ended on {until}, {days} days ago"
    return finding(codes.LONG_ENDED, mark, message, "renew `until`, or take the entry out")
