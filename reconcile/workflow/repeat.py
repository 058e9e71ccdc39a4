"""A one-off command whose end an earlier run did not know, given once more: it is not done twice unseen.

What was done is reported instead, once. Where it cannot be known, `--confirm` and `--yes` do not count:
a person answers the question, or names the run with `--again`.
"""

from __future__ import annotations

import shlex

from attrs import evolve

from reconcile.apply.open_ends import OpenEnd
from reconcile.errors import UsageError
from reconcile.model.change import Risk
from reconcile.model.order import Deed, Done
from reconcile.model.run import Result
from reconcile.model.text import moment
from reconcile.workflow.named import Subject
from reconcile.workflow.orders import Order
from reconcile.workflow.process import Consent, Process
from reconcile.workflow.resume import Earlier


def check_again(consent: Consent, before: OpenEnd | None) -> None:
    """Raise UsageError for an `--again` where no earlier run is in doubt."""
    if consent.again is not None and before is None:
        raise UsageError(
            f"--again {consent.again}: no run is in doubt about this: leave --again out"
        )


def done_before(
    before: OpenEnd | None, order: Order, subject: Subject, earlier: Earlier
) -> Done | None:
    """The end of a command that was done by the run which it repeats; None for any other."""
    if before is None or before.deed.result is not Result.DONE:
        return None
    earlier.answer(before)
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=before.deed.what,
        call=order.call,
        risk=before.deed.risk or Risk.LOSSY,
    )
    message = f"{_named(before)} did it; to do it again, give the command again"
    return Done(deed=deed, result=Result.ALREADY_DONE, message=message)


def consent_in_doubt(consent: Consent, deed: Deed, doubt: OpenEnd | None) -> tuple[Consent, Deed]:
    """What was agreed to and what is asked, where an earlier run may have done the same."""
    if doubt is None or consent.again == doubt.run.id:
        return consent, deed
    return evolve(consent, yes=False, confirm=None), evolve(
        deed, stakes=(f"{_may_have(doubt)}: look first", *deed.stakes)
    )


def stopped_in_doubt(
    consent: Consent, deed: Deed, doubt: OpenEnd | None, process: Process
) -> Done | None:
    """The end of a command that an earlier run may have done, where no person can be asked."""
    if doubt is None or consent.again == doubt.run.id or process.attended:
        return None
    flag = shlex.join(["--again", doubt.run.id])
    return Done(
        deed=deed,
        result=Result.UNKNOWN,
        message=f"{_may_have(doubt)}; nothing was sent",
        hints=(f"look at {deed.database}; to do it once more, add: {flag}",),
        sent=False,
    )


def _named(end: OpenEnd) -> str:
    return f"run {end.run.id}"


def _may_have(end: OpenEnd) -> str:
    began = moment(end.run.began)
    return f"{_named(end)} may have done it at {began}, and what became of it is not known"
