"""What became of one-off commands and backups whose end no earlier run knew, by reading.

The operation that one started tells it, a backup is in the list, and an upgrade leads to another
version. What a reset, a cancelled query or reset statistics came to cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable

from reconcile.api.operations import Following
from reconcile.apply.backup_first import begun_backup, listed
from reconcile.apply.open_ends import OpenEnd
from reconcile.apply.resume import settled_as
from reconcile.errors import NotFoundError, NotOfferedError
from reconcile.model.engine import Version
from reconcile.model.history import Settlement
from reconcile.model.request import BACK_UP, RESOURCE, UPGRADE, restore
from reconcile.model.target import Target

_RESTORE = str(restore(""))


def order_settlement(end: OpenEnd, target: Target, following: Following) -> Settlement | None:
    """What became of an order; None while it goes on.

    One look at most, as `following` takes one without waiting. Raises ApiError where it cannot be
    read now.
    """
    look: Callable[[OpenEnd, Target, Following], Settlement | None]
    if end.deed.operation is not None:
        look = _by_operation
    elif end.deed.request == str(BACK_UP):
        look = _by_list
    elif end.deed.request in {str(UPGRADE), _RESTORE}:
        look = _by_resource
    else:
        return settled_as(end, done=None)
    try:
        return look(end, target, following)
    except (NotFoundError, NotOfferedError):
        return settled_as(end, done=None)


def _by_operation(end: OpenEnd, target: Target, following: Following) -> Settlement | None:
    seen = following.follow(target, end.deed.operation or "")
    if not seen.ended:
        return None
    return settled_as(end, done=seen.done if seen.done or seen.failed else None)


def _by_list(end: OpenEnd, target: Target, following: Following) -> Settlement | None:
    backup = begun_backup(end, listed(following.client.call, target))
    if backup is None:
        return settled_as(end, done=None if end.deed.backup else False)
    if not backup.ended:
        return None
    return settled_as(end, done=None if backup.unclear else backup.done)


def _by_resource(end: OpenEnd, target: Target, following: Following) -> Settlement | None:
    """By the version, once the database is at rest; a restore leaves nothing but its operation."""
    resource = following.client.call(target, RESOURCE)
    document = resource if isinstance(resource, dict) else {}
    if document.get("current_operation_id"):
        return None
    step, now = end.deed.step, Version.parse(str(document.get("readable_version")))
    if step is None or step.before is None or now is None:
        return settled_as(end, done=None)
    return settled_as(end, done=step.is_at(str(now)))
