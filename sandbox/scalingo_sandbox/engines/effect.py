"""What an action leaves behind, and how its parameters are read."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database


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
    if not is_text(value):
        raise EngineRefusal(f"the parameter {name!r} is no text: it holds half a surrogate pair")
    return value


def is_text(value: str) -> bool:
    """Tell whether a string can be sent to a server: JSON can say what UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value)
