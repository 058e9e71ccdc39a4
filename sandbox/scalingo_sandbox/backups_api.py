"""The database API: backups, of which the manual ones roll."""

from __future__ import annotations

import gzip
import io
import tarfile

from attrs import evolve
from starlette.responses import Response

from scalingo_sandbox.clock import iso
from scalingo_sandbox.database_api import databases_of, place_of
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import conflict, not_found
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.operations_api import begin, refuse_unless_idle
from scalingo_sandbox.plans import plan_named
from scalingo_sandbox.records import BackupMethod, BackupStatus, OperationType, StoredBackup
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply


def _document(database: Database, backup: StoredBackup) -> dict[str, object]:
    waits = backup.status is BackupStatus.SCHEDULED
    return {
        "id": backup.id,
        "database_id": database.id,
        "name": f"{backup.created_at[:19].replace('-', '').replace(':', '')}_{database.resource_id}",
        "created_at": backup.created_at,
        "started_at": None if waits else backup.created_at,
        "method": backup.method,
        "status": backup.status,
        "size": None if waits else backup.size,
        "type": database.engine,
    }


_HOUR, _DAY = 3600, 86_400


def stored_backups(database: Database, now: float) -> tuple[StoredBackup, ...]:
    """The backups, oldest first: those of the fleet file, or the latest periodic one."""
    if database.stored_backups is not None:
        return database.stored_backups
    if not database.backups.enabled:
        return ()
    midnight = now - now % _DAY
    hours = [midnight + hour * _HOUR for hour in database.backups.hours]
    created_at = iso(max(time if time <= now else time - _DAY for time in hours))
    return (StoredBackup(id=object_id("backup", database.id, created_at), created_at=created_at),)


def _find(service: Service, call: Call) -> tuple[Database, StoredBackup]:
    """Find the backup of the path, of the database of the path or the token, or answer 404."""
    for database in databases_of(service, call):
        for backup in stored_backups(database, service.now()):
            if backup.id == call.params["backup"]:
                return database, backup
    raise not_found("database_backup")


def list_backups(service: Service, call: Call) -> Response:
    """List the backups, newest first: `{"database_backups":[…]}`."""
    database = place_of(service, call).database
    stored = stored_backups(database, service.now())
    shown = [_document(database, backup) for backup in reversed(stored)]
    return JsonReply({"database_backups": shown})


def show_backup(service: Service, call: Call) -> Response:
    """Show one backup of the database of the path or the token: `{"database_backup":{…}}`."""
    return JsonReply({"database_backup": _document(*_find(service, call))})


def create_backup(service: Service, call: Call) -> Response:
    """Begin a manual backup: 201 `{"database_backup":{…}}`; beyond the limit the oldest goes."""
    database = place_of(service, call).database
    call.readable()
    refuse_unless_idle(database)
    created_at = iso(service.now())
    backup = StoredBackup(
        id=object_id("backup", database.id, created_at, str(len(database.operations))),
        created_at=created_at,
        status=BackupStatus.SCHEDULED,
        method=BackupMethod.MANUAL,
        size=0,
    )
    limit = plan_named(str(database.plan)).manual_backups
    kept = _rolled(stored_backups(database, service.now()), limit - 1)
    begin(
        service, evolve(database, stored_backups=(*kept, backup)), OperationType.BACKUP, backup.id
    )
    return JsonReply({"database_backup": _document(database, backup)}, status_code=201)


def _rolled(backups: tuple[StoredBackup, ...], limit: int) -> tuple[StoredBackup, ...]:
    """Leave out the oldest manual backups beyond a limit."""
    manual = [backup.id for backup in backups if backup.method is BackupMethod.MANUAL]
    gone = set(manual[: max(0, len(manual) - limit)])
    return tuple(backup for backup in backups if backup.id not in gone)


def show_backup_archive(service: Service, call: Call) -> Response:
    """Tell where a backup that is done can be fetched: `{"download_url"}`."""
    database, backup = _find(service, call)
    if backup.status is not BackupStatus.DONE:
        raise conflict(f"the backup is {backup.status}")
    url = service.link(f"/_sandbox/archives/{database.id}/{backup.id}")
    return JsonReply({"download_url": url})


def download(service: Service, call: Call) -> Response:
    """Give the archive of a backup, for the token of its link: a note, for no data is kept."""
    service.tokens.check_link(call.query.get("token", ""), call.path)
    database, backup = _find(service, call)
    name = _document(database, backup)["name"]
    headers = {"Content-Disposition": f'attachment; filename="{name}.tar.gz"'}
    archive = _archive(f"{name}: the sandbox keeps no data of {database.id}.\n")
    return Response(archive, media_type="application/gzip", headers=headers)


def _archive(note: str) -> bytes:
    """Make an archive of one file, the same bytes for the same note."""
    content, packed = note.encode(), io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w") as tar,
    ):
        member = tarfile.TarInfo("README")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


ENDPOINTS = (
    *endpoints(
        Credential.DATABASE,
        "/api/databases/{database}/backups",
        {
            "GET": list_backups,
            "POST": create_backup,
            "GET /{backup}": show_backup,
            "GET /{backup}/archive": show_backup_archive,
        },
    ),
    *endpoints(Credential.ANY_DATABASE, "/api/backups", {"GET /{backup}": show_backup}),
)
