"""Whether an answer is about what was asked for, as far as the answer names it.

Source: the API text. The path of a database carries the addon's id; its resource names an `id`,
which may be another one, and a `resource_id`; a backup or an operation may name a `database_id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconcile.api.routes import Request
from reconcile.errors import DOUBT, AnswerError, ApiError, OutcomeUnknownError
from reconcile.model.request import Call, Effect
from reconcile.model.target import ADDON_ID, Target
from reconcile.model.text import safe_text


class AnswerIdentity:
    """Refuses answers about something else. Remembers the `id` of each database. Thread safe."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def checked(self, target: Target, call: Call, request: Request, value: Any) -> Any:
        """The value of an answer. Raises AnswerError where it is about something else.

        For a change, OutcomeUnknownError: nothing is known of what was asked for.
        """
        other = self._other(target, call, value)
        if other is not None:
            raise _error(request, other)
        return value

    def _other(self, target: Target, call: Call, value: Any) -> str | None:
        """What an answer is about instead, None where nothing says so."""
        if call.names:
            return _other_thing(call, value)
        if call.path == "":
            return self._other_database(target, value)
        rows = value if isinstance(value, list) else [value]
        return next(self._other_owners(target, rows), None)

    def _other_database(self, target: Target, resource: Any) -> str | None:
        ident, resource_id = _text(resource, "id"), _text(resource, "resource_id")
        if resource_id and target.resource_id and target.resource_id not in {resource_id, ident}:
            return f"the database {safe_text(resource_id)!r}"
        if ident is None:
            return None
        known = self._ids.setdefault(target.addon, ident)
        if ident != known or _is_other_addon(target, ident):
            return f"the database {safe_text(ident)!r}"
        return None

    def _other_owners(self, target: Target, rows: list[Any]) -> Iterator[str]:
        known = self._ids.get(target.addon)
        for row in rows:
            owner = _text(row, "database_id")
            if owner is None or owner in {target.addon, target.resource_id, known}:
                continue
            if known is not None or _is_other_addon(target, owner):
                yield f"the database {safe_text(owner)!r}"


def _is_other_addon(target: Target, ident: str) -> bool:
    """Whether an id is that of another addon; the id of a database may look different."""
    both = ident.startswith(ADDON_ID) and target.addon.startswith(ADDON_ID)
    return both and ident != target.addon


def _other_thing(call: Call, value: Any) -> str | None:
    """What an answer is about instead of the operation or the version in the path."""
    ident = _text(value, "id")
    ((name, asked),) = call.names.items()
    return None if ident in {None, asked} else f"the {name} {safe_text(ident or '')!r}"


def _text(holder: Any, key: str) -> str | None:
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, str) and value else None


def _error(request: Request, other: str) -> ApiError:
    sentence = f"{request}: the answer is about {other:.120}"
    if request.effect is Effect.CHANGE:
        return OutcomeUnknownError(f"{sentence}{DOUBT}")
    return AnswerError(sentence)
