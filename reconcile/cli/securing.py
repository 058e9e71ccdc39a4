"""The options of a run → what is done before something is at stake."""

from __future__ import annotations

from datetime import timedelta

from reconcile.api.reads import Reads
from reconcile.apply.backup_first import BackupFirst, Maker, Secure, as_it_is
from reconcile.cli.options import Safeguard
from reconcile.cli.world import World
from reconcile.model.policy import Policy


def securing(
    safeguard: Safeguard, policy: Policy, reads: Reads, maker: Maker, world: World
) -> Secure:
    """Make backups where that is wanted; a recovery window does where it does for the guards."""
    if not safeguard.backup_first:
        return as_it_is
    age = timedelta(hours=policy.backup_hours.value)
    return BackupFirst(
        read=reads.client.call,
        maker=maker,
        since=lambda: world.now() - age,
        tell=world.tell,
        roll=safeguard.roll_backups,
    ).secure
