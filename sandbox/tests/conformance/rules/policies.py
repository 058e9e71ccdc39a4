"""Steps that every rule about retention policies is made of."""

from __future__ import annotations

from conformance.rule import Ask, Gives, Step, refused

AUTOGEN = ("autogen", "0s", True)


def added(name: str, duration: str, *, default: bool | None = None) -> Ask:
    """A policy is added, or was there just so."""
    return Ask("add-retention-policy", _params(name, duration, default=default), Gives())


def not_added(name: str, duration: str, *parts: str, default: bool | None = None) -> Ask:
    """A policy is refused."""
    params = _params(name, duration, default=default)
    return Ask("add-retention-policy", params, refused(*parts))


def _params(name: str, duration: str, *, default: bool | None) -> dict[str, object]:
    params: dict[str, object] = {"name": name, "duration": duration}
    return params if default is None else {**params, "default": default}


def removed(name: str) -> Ask:
    """A policy is dropped, or was not there."""
    return Ask("del-retention-policy", {"name": name}, Gives())


def shown(*policies: tuple[str, str, bool]) -> Ask:
    """The list is just this, in this order."""
    rows = [
        {"name": name, "duration": duration, "default": default}
        for name, duration, default in policies
    ]
    return Ask("list-retention-policies", None, Gives(rows))


def kept_out(name: str, duration: str, *parts: str) -> tuple[Step, ...]:
    """Refused, and not there afterwards."""
    return (not_added(name, duration, *parts), shown(AUTOGEN))
