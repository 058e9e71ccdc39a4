"""What an operation leaves behind, by its type; each takes the operation as it ended."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.defaults import with_nodes
from scalingo_sandbox.engines import mysql
from scalingo_sandbox.fleet import (
    Database,
    Engine,
    Feature,
    FeatureStatus,
    InstanceStatus,
    Status,
)
from scalingo_sandbox.plans import plan_named
from scalingo_sandbox.records import (
    ENDED_WELL,
    BackupStatus,
    Operation,
    OperationStatus,
    StoredBackup,
)
from scalingo_sandbox.versions import following

_ARCHIVE_BYTES = 1_048_576
_BACKUP_STATUSES: Mapping[OperationStatus, BackupStatus] = MappingProxyType(
    {
        OperationStatus.PENDING: BackupStatus.SCHEDULED,
        OperationStatus.RUNNING: BackupStatus.RUNNING,
        OperationStatus.CANCELLING: BackupStatus.RUNNING,
        OperationStatus.DONE: BackupStatus.DONE,
        OperationStatus.FINISHED: BackupStatus.DONE,
        OperationStatus.ERROR: BackupStatus.ERROR,
        OperationStatus.USER_ERROR: BackupStatus.ERROR,
        OperationStatus.CANCELLED: BackupStatus.CANCELLED,
    }
)


def _succeeded(operation: Operation) -> bool:
    return operation.status in ENDED_WELL


def _released(database: Database, operation: Operation) -> Database:
    """Let the database run again, unless somebody gave it other work meanwhile."""
    if database.current_operation_id != operation.id:
        return database
    instances = tuple(
        evolve(instance, status=InstanceStatus.RUNNING) for instance in database.instances or ()
    )
    return evolve(database, status=Status.RUNNING, current_operation_id=None, instances=instances)


def end_of_upgrade(database: Database, operation: Operation) -> Database:
    """Run the new version; the one after it is the next known one."""
    database = _released(database, operation)
    if not _succeeded(operation):
        return database
    version = str(operation.target)
    upgraded = evolve(database, version=version, next_version=following(database.engine, version))
    return _with_a_known_mode(upgraded) if database.engine is Engine.MYSQL else upgraded


def _with_a_known_mode(database: Database) -> Database:
    # A server does not start with a mode that its version no longer knows.
    mode = mysql.known_part(database.sql_mode or "", database.version)
    return evolve(database, sql_mode=mode)


def end_of_restore(database: Database, operation: Operation) -> Database:
    """Remember the restore; what came before it cannot be restored any more."""
    database = _released(database, operation)
    if not _succeeded(operation):
        return database
    return evolve(
        database,
        restored_to=operation.target,
        restored_at=operation.finished_at,
        recovery_window=None,
    )


def end_of_provisioning(database: Database, operation: Operation) -> Database:
    """Let the new database run, or show that it failed."""
    released = _released(database, operation)
    return released if _succeeded(operation) else evolve(released, status=Status.ERROR)


def end_of_plan_change(database: Database, operation: Operation) -> Database:
    """Run with the new plan, on as many nodes as it has."""
    database = _released(database, operation)
    if not _succeeded(operation):
        return database
    plan = plan_named(str(operation.target))
    changed = evolve(database, plan=plan.name)
    if plan.is_cluster == database.cluster:
        return changed
    return with_nodes(evolve(changed, cluster=plan.is_cluster))


def end_of_enabling(database: Database, operation: Operation) -> Database:
    """Show the feature as on, or as failed."""
    status = FeatureStatus.ACTIVATED if _succeeded(operation) else FeatureStatus.FAILED
    return with_feature(database, str(operation.target), status)


def end_of_disabling(database: Database, operation: Operation) -> Database:
    """Take the feature away, or show it as failed."""
    if not _succeeded(operation):
        return with_feature(database, str(operation.target), FeatureStatus.FAILED)
    kept = tuple(one for one in database.features if one.name != operation.target)
    return evolve(database, features=kept)


def with_feature(database: Database, name: str, status: FeatureStatus) -> Database:
    """Show a feature with a status, in its place or as the last."""
    shown = {one.name: one for one in database.features}
    shown[name] = Feature(name=name, status=status)
    return evolve(database, features=tuple(shown.values()))


def state_of_backup(database: Database, operation: Operation) -> Database:
    """Show the backup as far as its operation is; with the end comes its size."""

    def followed(backup: StoredBackup) -> StoredBackup:
        size = _ARCHIVE_BYTES if _succeeded(operation) else 0
        return evolve(backup, status=_BACKUP_STATUSES[operation.status], size=size)

    stored = database.stored_backups or ()
    kept = (followed(one) if one.id == operation.target else one for one in stored)
    return evolve(database, stored_backups=tuple(kept))
