"""Plan → body → id: what a plan does and to what, without where the specs say so.

Two plans have one id exactly if they would do the same to the same databases. Files and lines,
databases in sync and those that could not be read are no part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, assert_never

from attrs import NOTHING, asdict

from reconcile.model.change import Change, Create, Delete, Update
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import SqlConnection
from reconcile.model.state import Approval
from reconcile.model.target import Target
from reconcile.plan.written import (
    FORMAT_VERSION,
    Body,
    WrittenAction,
    WrittenApproval,
    WrittenBlock,
    WrittenChange,
    WrittenConnection,
    WrittenCreate,
    WrittenDatabase,
    WrittenDelete,
    WrittenField,
    WrittenHosts,
    WrittenItem,
    WrittenPins,
    WrittenStep,
    WrittenTarget,
    WrittenUpdate,
    WrittenWait,
)


def plan_id(plan: Plan) -> str:
    """The SHA-256 of a plan's canonical body, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(plain(body_of(plan)))).hexdigest()


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON document: sorted keys, no blanks, ASCII only."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def plain(document: Any) -> dict[str, Any]:
    """A document class as JSON holds it, without the optional fields that have their default."""
    return asdict(
        document,
        filter=lambda field, value: field.default is NOTHING or field.default != value,
        value_serializer=lambda _cls, _field, value: _plain_value(value),
    )


def _plain_value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value


def body_of(plan: Plan) -> Body:
    """What a plan does, database by database; those without items do not count."""
    return Body(
        format_version=FORMAT_VERSION,
        databases=tuple(
            WrittenDatabase(**head_of(one), items=tuple(_item(entry) for entry in one.items))
            for one in plan.databases
            if one.items
        ),
    )


def head_of(database: DatabasePlan) -> Mapping[str, Any]:
    """The fields of `WrittenHead`, and the target."""
    pins = database.pins
    return {
        "handle": database.handle,
        "engine": Engine(database.engine),
        "version": database.version,
        "app": database.app,
        "protect": database.protect,
        "pins": WrittenPins(resource_id=pins.resource_id, region=pins.region),
        "target": _target(database.target) if database.target else None,
    }


def _target(target: Target) -> WrittenTarget:
    hosts = target.hosts
    return WrittenTarget(
        region=target.region,
        hosts=WrittenHosts(auth=hosts.auth, api=hosts.api, database=hosts.database),
        app=target.app,
        addon=target.addon,
        resource_id=target.resource_id,
        engine=target.engine,
        plan=target.plan,
        connection=_connection(target.connection),
        created_at=target.created_at,
    )


def _connection(connection: SqlConnection | None) -> WrittenConnection | None:
    if connection is None:
        return None
    return WrittenConnection(dsn=connection.dsn, database=connection.database)


def _item(entry: Item) -> WrittenItem:
    given: dict[str, Any] = {"address": str(entry.address), "reason": entry.reason}
    if not isinstance(entry, Pending):
        given["change"] = _change(entry.change) if entry.change else None
    match entry:
        case Action(risk=risk, approval=approval):
            return WrittenAction(type="action", **given, risk=risk, approval=_approval(approval))
        case ManualStep(risk=risk, approval=approval):
            return WrittenStep(
                type="manual_step",
                **given,
                risk=risk,
                approval=_approval(approval),
                statements=entry.statements,
                where=entry.where,
            )
        case Blocked(code=code, message=message, hint=hint):
            return WrittenBlock(type="blocked", **given, code=code, message=message, hint=hint)
        case Pending(message=message, at_it=at_it):
            return WrittenWait(type="pending", **given, message=message, at_it=at_it)
        case _:
            assert_never(entry)


def _change(change: Change) -> WrittenChange:
    match change:
        case Create(after=after, replacement=replacement):
            return WrittenCreate(verb="create", after=after, replacement=replacement)
        case Update(before=before, after=after, fields=fields):
            parts = tuple(
                WrittenField(field=part.field, before=part.before, after=part.after)
                for part in fields
            )
            return WrittenUpdate(verb="update", before=before, after=after, fields=parts)
        case Delete(before=before, replacement=replacement):
            return WrittenDelete(verb="delete", before=before, replacement=replacement)
        case _:
            assert_never(change)


def _approval(approval: Approval | None) -> WrittenApproval | None:
    if approval is None:
        return None
    return WrittenApproval(reason=approval.reason, until=approval.until)
