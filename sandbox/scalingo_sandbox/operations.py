"""Operations: how they begin, how far they come by the clock, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.clock import iso, seconds_of
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endings import (
    end_of_disabling,
    end_of_enabling,
    end_of_plan_change,
    end_of_provisioning,
    end_of_restore,
    end_of_upgrade,
    state_of_backup,
)
from scalingo_sandbox.fleet import Database, InstanceStatus, Status
from scalingo_sandbox.records import Operation, OperationStatus, OperationType

# It is pending for this part of its time, then running.
_PENDING_PART = 0.25

_ENDINGS: Mapping[OperationType, Callable[[Database, Operation], Database]] = MappingProxyType(
    {
        OperationType.UPGRADE: end_of_upgrade,
        OperationType.RESTORE: end_of_restore,
        OperationType.ENABLE_FEATURE: end_of_enabling,
        OperationType.DISABLE_FEATURE: end_of_disabling,
        OperationType.BACKUP: state_of_backup,
        OperationType.PROVISION: end_of_provisioning,
        OperationType.CHANGE_PLAN: end_of_plan_change,
    }
)
# An operation that is not here leaves the database running, and others may begin meanwhile.
_OCCUPATIONS: Mapping[OperationType, tuple[Status, InstanceStatus]] = MappingProxyType(
    {
        OperationType.UPGRADE: (Status.UPGRADING, InstanceStatus.UPGRADING),
        OperationType.RESTORE: (Status.UPDATING, InstanceStatus.RESTARTING),
        OperationType.PROVISION: (Status.CREATING, InstanceStatus.BOOTING),
        OperationType.CHANGE_PLAN: (Status.UPDATING, InstanceStatus.RESTARTING),
    }
)


def begun(
    database: Database, operation_type: OperationType, *, target: str, now: float, seconds: float
) -> tuple[Database, Operation]:
    """Begin an operation on `target` that ends `seconds` from now."""
    created_at = iso(now)
    number = str(len(database.operations))
    operation = Operation(
        id=object_id("operation", database.id, operation_type, created_at, number),
        type=operation_type,
        created_at=created_at,
        due_at=iso(now + seconds),
        target=target,
    )
    changed = evolve(database, operations=(*database.operations, operation))
    return _occupied(changed, operation), operation


def _occupied(database: Database, operation: Operation) -> Database:
    if operation.type not in _OCCUPATIONS:
        return database
    status, node = _OCCUPATIONS[operation.type]
    instances = tuple(evolve(instance, status=node) for instance in database.instances or ())
    return evolve(database, status=status, current_operation_id=operation.id, instances=instances)


def is_busy(database: Database) -> bool:
    """Tell whether time will change this database."""
    return any(_moves(operation) for operation in database.operations)


def _moves(operation: Operation) -> bool:
    return operation.due_at is not None and not operation.ended


def settled(database: Database, now: float) -> Database:
    """Bring a database to the state of `now`; operations end in the order in which they are due."""
    moving = [operation for operation in database.operations if _moves(operation)]
    for operation in sorted(moving, key=_due):
        database = _moved(database, operation, now)
    return database


def _due(operation: Operation) -> float:
    return seconds_of(str(operation.due_at))


def _moved(database: Database, operation: Operation, now: float) -> Database:
    if now >= _due(operation):
        return _ended(database, operation)
    begun_at = seconds_of(operation.created_at)
    waits = now < begun_at + _PENDING_PART * (_due(operation) - begun_at)
    status = OperationStatus.PENDING if waits else OperationStatus.RUNNING
    moved = evolve(operation, status=status)
    changed = _with(database, moved)
    # The only other thing that shows how far an operation is, not just that it goes on.
    return state_of_backup(changed, moved) if moved.type is OperationType.BACKUP else changed


def _ended(database: Database, operation: Operation) -> Database:
    error, word = database.failing_operations, database.operations_end_as
    ended = evolve(
        operation,
        status=_end(error, word),
        finished_at=operation.due_at,
        error=error,
        shown_as=None if word in set(OperationStatus) else word,
    )
    return _ENDINGS[operation.type](_with(database, ended), ended)


def _end(error: str | None, word: str | None) -> OperationStatus:
    """The status of an end; one that is shown as an unknown word ended well or not as `error` says."""
    usual = OperationStatus.DONE if error is None else OperationStatus.ERROR
    return OperationStatus(word) if word in set(OperationStatus) else usual


def _with(database: Database, changed: Operation) -> Database:
    kept = (changed if one.id == changed.id else one for one in database.operations)
    return evolve(database, operations=tuple(kept))
