"""A plan → what could bring back the data that it may lose.

A second round of reads, for databases that may lose something only: their backups, the recovery
window where the engine has one, and what keeps a Redis on disk where the plan touches that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Event
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import frozen

from reconcile.api.reads import ReadClient, Reads
from reconcile.errors import NotFoundError, NotOfferedError, ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.kind import Kind
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.recovery import PERSISTENCE, Backup, Protection, RecoveryPoints, RecoveryWindow
from reconcile.model.request import BACKUPS, RECOVERY_WINDOW, Call
from reconcile.model.state import NoElements
from reconcile.model.target import Target
from reconcile.observe.fanout import fan_out

T = TypeVar("T")

Windows = Mapping[str, RecoveryWindow]
"""Recovery windows by the handle of their database."""
NO_WINDOWS: Windows = MappingProxyType({})
INTERRUPTED = RecoveryPoints(error="the run was interrupted")


def gather(
    plan: Plan,
    reads: Reads,
    *,
    windows: Windows = NO_WINDOWS,
    stop: Event | None = None,
) -> dict[str, RecoveryPoints]:
    """Read the recovery points of the databases of a plan that may lose data, by handle.

    `windows` are the recovery windows that were read already, by handle. What could not be read is
    said in the recovery points. Once `stop` is set nothing more is read.
    """
    needs = [
        need for database in plan.databases if (need := _need_of(database, windows)) is not None
    ]
    found = fan_out(
        lambda need: _points_of(need, reads.client), needs, workers=reads.workers, stop=stop
    )
    return {need.handle: one or INTERRUPTED for need, one in zip(needs, found, strict=True)}


@frozen(kw_only=True)
class _Need:
    """What has to be known of one database; where it is nothing, nothing is asked.

    `known_window` is the recovery window that was read already; `persistence` the kind that tells what
    keeps data on disk.
    """

    handle: str
    target: Target
    backups: bool
    window: bool
    known_window: RecoveryWindow | None
    persistence: Kind[Any] | None


def _need_of(database: DatabasePlan, windows: Windows) -> _Need | None:
    """None where no data may be lost."""
    lossy = any(step.risk is Risk.LOSSY for step in database.doable)
    ended = {
        kind.ends(step.change): kind
        for step in database.doable
        if (kind := KIND_BY_NAME.get(step.address.kind))
    }
    if database.target is None or not (lossy or Protection.BACKUPS in ended):
        return None
    known_window = windows.get(database.handle)
    return _Need(
        handle=database.handle,
        target=database.target,
        backups=lossy,
        window=database.engine == Engine.POSTGRESQL.value and known_window is None,
        known_window=known_window,
        persistence=ended.get(Protection.PERSISTENCE),
    )


def _points_of(need: _Need, client: ReadClient) -> RecoveryPoints:
    asking = _Asking(client, need.target)
    backups = asking.ask(BACKUPS, Backup.parse_list) if need.backups else None
    window = need.known_window
    if need.window:
        window = asking.ask(RECOVERY_WINDOW, RecoveryWindow.parse)
    kind = need.persistence
    persistence = asking.ask(kind.read, partial(_persistence, kind)) if kind else None
    error = "; ".join(asking.faults) or None
    return RecoveryPoints(backups=backups, window=window, persistence=persistence, error=error)


class _Asking:
    """Reads of one database that go on after a fault; `faults` are what went wrong."""

    def __init__(self, client: ReadClient, target: Target) -> None:
        self._client, self._target = client, target
        self.faults: list[str] = []

    def ask(self, call: Call, parse: Callable[[Any], T]) -> T | None:
        """What an answer says; None where the provider has no such thing, or after a fault."""
        try:
            return parse(self._client.call(self._target, call))
        except (NotFoundError, NotOfferedError):
            return None
        except (ReconcileError, ValueError) as error:
            self.faults.append(str(error))
            return None


def _persistence(kind: Kind[Any], answer: Any) -> frozenset[str] | None:
    """What is on and keeps data on disk; None where the resource does not say."""
    state = kind.parse(answer)
    if isinstance(state, NoElements):
        return None
    return frozenset(name for name in PERSISTENCE if state.get(name, {}).get("enabled") is True)
