"""What an action leaves behind, and how its parameters are read."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from reconcile.sandbox.errors import EngineRefusal
from reconcile.sandbox.fleet import Database


@frozen(kw_only=True)
class Effect:
    """The database afterwards (the same value if nothing changed) and the action's `result`."""

    database: Database
    result: object = None


def named_text(params: object, name: str) -> str:
    """Read the string parameter `name` of an action, or refuse."""
    value = params.get(name) if isinstance(params, Mapping) else None
    if not isinstance(value, str):
        raise EngineRefusal(f"the parameter {name!r} is missing or no string")
    return value
