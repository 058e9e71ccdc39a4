"""InfluxDB 1.x: durations as InfluxQL reads them and Go shows them, and retention policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from reconcile.sandbox.contents import RetentionPolicy
from reconcile.sandbox.engines.effect import Effect, named_text
from reconcile.sandbox.errors import EngineRefusal
from reconcile.sandbox.fleet import Database

_SECOND = 1_000_000_000
_HOUR = 3600 * _SECOND
_UNITS: Mapping[str, int] = MappingProxyType(
    {
        "ns": 1,
        "u": 1_000,
        "µ": 1_000,
        "ms": 1_000_000,
        "s": _SECOND,
        "m": 60 * _SECOND,
        "h": _HOUR,
        "d": 24 * _HOUR,
        "w": 7 * 24 * _HOUR,
    }
)
_PART = r"([0-9]+)(ns|ms|u|µ|s|m|h|d|w)"
_INFINITE = 0
_LONGEST = 2**63 - 1
_LONGEST_NAME = 255


def parse_duration(text: str) -> int:
    """Read an InfluxQL duration as nanoseconds, 0 for infinite; refuse what the server refuses.

    The units are case-sensitive, INF is not, and a number needs a unit: a bare 0 is a parse error.
    """
    if text.upper() == "INF":
        return _INFINITE
    if not re.fullmatch(f"({_PART})+", text):
        raise EngineRefusal(f"error parsing query: {text!r} is no duration")
    total = sum(int(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
    if total > _LONGEST:
        raise EngineRefusal(f"error parsing query: the duration {text!r} is too long")
    if 0 < total < _HOUR:
        raise EngineRefusal("retention policy duration must be at least 1h0m0s")
    return total


def show_duration(nanoseconds: int) -> str:
    """Show a duration the way Go prints it: `720h0m0s`, `1h0m0.5s`, `0s` for infinite."""
    if nanoseconds == _INFINITE:
        return "0s"
    whole, fraction = divmod(nanoseconds, _SECOND)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    decimals = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{hours}h{minutes}m{seconds}{decimals}s"


def refuse_bad_policy_name(name: str) -> None:
    """Raise EngineRefusal for a name that a retention policy cannot have."""
    if not name:
        raise EngineRefusal("retention policy name required")
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        raise EngineRefusal("name too long")
    if name in {".", ".."} or not name.isprintable() or any(sign in name for sign in "/\\"):
        raise EngineRefusal("invalid name")


def list_policies(database: Database, _: object) -> Effect:
    """Answer `list-retention-policies`: `[{"name","duration","default"}]`."""
    shown = [
        {
            "name": policy.name,
            "duration": show_duration(parse_duration(policy.duration)),
            "default": policy.default,
        }
        for policy in database.retention_policies or ()
    ]
    return Effect(database=database, result=shown)


def add_policy(database: Database, params: object) -> Effect:
    """Perform `add-retention-policy`: the same again is no error, a different one is."""
    wanted = _wanted(params)
    present = database.retention_policies or ()
    existing = next((policy for policy in present if policy.name == wanted.name), None)
    if existing is not None:
        _refuse_conflict(existing, wanted)
        return Effect(database=database)
    if wanted.default:
        present = tuple(evolve(policy, default=False) for policy in present)
    return Effect(database=evolve(database, retention_policies=(*present, wanted)))


def _wanted(params: object) -> RetentionPolicy:
    name, duration = named_text(params, "name"), named_text(params, "duration")
    default = params.get("default", False) if isinstance(params, Mapping) else False
    if not isinstance(default, bool):
        raise EngineRefusal("the parameter 'default' is neither true nor false")
    refuse_bad_policy_name(name)
    parse_duration(duration)
    return RetentionPolicy(name=name, duration=duration, default=default)


def _refuse_conflict(existing: RetentionPolicy, wanted: RetentionPolicy) -> None:
    if parse_duration(existing.duration) != parse_duration(wanted.duration):
        raise EngineRefusal("retention policy already exists")
    # Asking for an existing policy without the default flag leaves a default where it is.
    if wanted.default and not existing.default:
        raise EngineRefusal("retention policy conflicts with an existing policy")


def delete_policy(database: Database, params: object) -> Effect:
    """Perform `del-retention-policy`; a missing one is no error, no default may remain."""
    name = named_text(params, "name")
    present = database.retention_policies or ()
    kept = tuple(policy for policy in present if policy.name != name)
    return Effect(database=evolve(database, retention_policies=kept))
