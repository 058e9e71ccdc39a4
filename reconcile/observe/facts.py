"""The database resource → Facts. Pure.

Source: the API text, "Databases attributes"; unknown fields are ignored, known ones may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconcile.errors import AnswerError
from reconcile.model.engine import Engine, Version
from reconcile.model.state import Facts
from reconcile.model.text import safe_text


def facts_of(resource: object) -> Facts:
    """What the resource says of the database as a whole.

    Raises AnswerError where it is no object, or says nothing of type or status.
    """
    if not isinstance(resource, dict):
        raise AnswerError("the database resource is no object")
    type_name = _text(resource, "type_name")
    version = resource.get("readable_version")
    operation = resource.get("current_operation_id")
    return Facts(
        engine=Engine.parse(type_name),
        type_name=type_name,
        version=Version.parse(version) if isinstance(version, str) else None,
        status=_text(resource, "status"),
        operation=safe_text(str(operation)) if operation else None,
    )


def created_at_of(resource: Mapping[str, Any]) -> datetime | None:
    """When a database was created, in UTC; None where its resource does not say it as a time."""
    value = resource.get("created_at")
    try:
        created = datetime.fromisoformat(value) if isinstance(value, str) else None
        return created.astimezone(UTC) if created and created.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key)
    if not isinstance(value, str) or not value:
        raise AnswerError(f"the database resource has {safe_text(repr(value))[:60]} as {key!r}")
    return safe_text(value)
