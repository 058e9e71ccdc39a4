"""The options of a run → what is done before something is at stake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reconcile.api.reads import Reads
from reconcile.apply.backup_first import BackupFirst, Maker, Secure, as_it_is
from reconcile.apply.open_ends import OpenEnd
from reconcile.model.policy import Policy
from reconcile.model.request import BACK_UP
from reconcile.workflow.inputs import Safeguard
from reconcile.workflow.process import Process


def securing(
    safeguard: Safeguard,
    policy: Policy,
    reads: Reads,
    maker: Maker,
    process: Process,
    *,
    earlier: Sequence[OpenEnd] = (),
) -> Secure:
    """Make backups where that is wanted; a recovery window does where it does for the guards.

    A backup that an `earlier` run began, and that is not done, is waited for instead.
    """
    if not safeguard.backup_first:
        return as_it_is
    age = timedelta(hours=policy.backup_hours.value)
    return BackupFirst(
        read=reads.client.call,
        maker=maker,
        since=lambda: process.now() - age,
        tell=process.tell,
        roll=safeguard.roll_backups,
        earlier=tuple(end for end in earlier if end.deed.request == str(BACK_UP)),
    ).secure
