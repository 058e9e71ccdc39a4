"""G102: an approval to delete holds until its date, and no longer."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan


def _expired(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what rests on an approval whose last day has passed, by hand or not."""
    for database in plan.databases:
        for action in database.doable:
            approval = action.approval
            if approval is not None and approval.until < context.today:
                yield Finding(
                    code="G102",
                    message=(
                        f"the approval to delete it ended on {approval.until},"
                        f" today is {context.today}"
                    ),
                    location=action.origin.location,
                    hint="renew `until` in the spec, or take the entry out",
                    address=action.address,
                )


EXPIRED_APPROVAL = Guard(
    code="G102",
    meaning="the approval to delete ended",
    why="What was right to delete a year ago may be in use again. So a word that something may go"
    " holds until a day that it names, and no longer.",
    advice="Set `until` in the spec to a later day, or take the entry out.",
    check=_expired,
)
