"""Putting the data of a PostgreSQL database back to a point in time.

Source: the API text, `POST …/pitr/restore` (PostgreSQL only); the wire contract,
`GET …/pitr/recovery_window`: after a restore, earlier points are gone.
"""

from __future__ import annotations

from datetime import UTC

from reconcile.errors import AnswerError, ReconcileError
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.order import Deed
from reconcile.model.recovery import RecoveryWindow
from reconcile.model.request import RECOVERY_WINDOW
from reconcile.operate.order import Restore, in_utc_text
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject


def restoration(order: Restore, subject: Subject) -> Prepared:
    """Prepare a restore. Raises ReconcileError for a moment outside the recovery window."""
    subject.must_be(Engine.POSTGRESQL, "point-in-time recovery")
    subject.must_be_settled()
    moment = order.moment.astimezone(UTC)
    window = _window(subject)
    earliest, latest = window.earliest, window.latest
    if not earliest <= moment <= latest:
        raise ReconcileError(
            f"{in_utc_text(moment)} is outside the recovery window of {subject.name!r}, which is from"
            f" {in_utc_text(earliest)} to {in_utc_text(latest)}"
        )
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"restore {subject.name} to {in_utc_text(moment)}",
        call=order.call,
        risk=Risk.LOSSY,
        stakes=(
            f"everything written after {in_utc_text(moment)} is lost",
            f"no earlier point than {in_utc_text(moment)} can be restored afterwards",
            f"the recovery window now is from {in_utc_text(earliest)} to {in_utc_text(latest)}",
        ),
        confirm=subject.name,
    )
    # A restore leaves no trace in the resource but its operation, which is looked for first.
    return Prepared(deed=deed, window=window)


def _window(subject: Subject) -> RecoveryWindow:
    try:
        window = RecoveryWindow.parse(subject.ask(RECOVERY_WINDOW))
    except ValueError as error:
        raise AnswerError(str(error)) from None
    if window is None:
        raise ReconcileError(f"{subject.name!r} has no point in time that it can be restored to")
    return window
