"""InfluxDB 1.x: durations as InfluxQL reads them and Go shows them, and retention policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.contents import RetentionPolicy
from scalingo_sandbox.engines.effect import Effect, named_text
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database

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
_SPELLED = re.compile(rf"(?:{_PART})+|[Ii][Nn][Ff]")
_INFINITE = 0
_LONGEST = 2**63 - 1
_DIGITS = len(str(_LONGEST))
_LONGEST_NAME = 255


def refuse_no_duration(text: str) -> None:
    """Raise EngineRefusal for what InfluxQL does not read as a duration, however long.

    The units are case-sensitive, INF is not, and a number needs a unit: a bare 0 is a parse error.
    """
    if not _SPELLED.fullmatch(text):
        raise EngineRefusal(f"error parsing query: {text!r} is no duration")


def parse_duration(text: str) -> int:
    """Read an InfluxQL duration as nanoseconds, 0 for infinite; refuse what the server refuses."""
    refuse_no_duration(text)
    total = sum(_whole(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
    # The server adds up in 64 bits and looks at the sign alone: 99999w is about 163 years to it.
    wrapped = (total + _LONGEST + 1) % 2**64 - _LONGEST - 1
    if wrapped < 0:
        raise EngineRefusal(
            f"error parsing query: overflowed duration {text}: choose a smaller duration or INF"
        )
    if 0 < wrapped < _HOUR:
        raise EngineRefusal("retention policy duration must be at least 1h0m0s")
    return wrapped


def _whole(digits: str) -> int:
    # The length first: Python reads no number of thousands of digits.
    significant = digits.lstrip("0") or "0"
    if len(significant) > _DIGITS or int(significant) > _LONGEST:
        raise EngineRefusal("error parsing query: invalid duration")
    return int(significant)


def show_duration(nanoseconds: int) -> str:
    """Show a duration the way Go prints it: `720h0m0s`, `1h0m0.5s`, `0s` for infinite."""
    if nanoseconds == _INFINITE:
        return "0s"
    whole, fraction = divmod(nanoseconds, _SECOND)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    decimals = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{hours}h{minutes}m{seconds}{decimals}s"


def written_duration(shown: str) -> str:
    """Write in InfluxQL, which has no decimals, what Go shows: 1h0m0.5s is 1h0m0s500000000ns."""
    whole, _, fraction = shown.removesuffix("s").partition(".")
    return f"{whole}s{fraction:0<9}ns" if fraction else shown


def is_valid_name(name: str) -> bool:
    """Tell whether a database or a policy can be called so: it is a folder on the server's disk."""
    return (
        name not in {"", ".", ".."}
        and name.isprintable()
        and not any(sign in name for sign in "/\\")
    )


def refuse_bad_name(name: str) -> None:
    """Raise EngineRefusal for a name that a retention policy cannot have."""
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        raise EngineRefusal("name too long")
    if not is_valid_name(name):
        raise EngineRefusal("invalid name")


def refuse_unquotable_name(name: str) -> None:
    """Raise EngineRefusal for a name that InfluxQL cannot quote: it escapes neither NUL nor CR."""
    if any(sign in name for sign in "\0\r"):
        raise EngineRefusal(f"error parsing query: {name!r} is no identifier")


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
    """Perform `add-retention-policy`: the same again is no error, a different one is.

    The server keeps the default by name: one that was dropped as the default comes back as it.
    """
    wanted = asked_policy(params)
    refuse_bad_name(wanted.name)
    parse_duration(wanted.duration)
    present = database.retention_policies or ()
    existing = next((policy for policy in present if policy.name == wanted.name), None)
    if existing is not None:
        _refuse_conflict(existing, wanted)
        return Effect(database=database)
    if wanted.name == database.dropped_default:
        wanted = evolve(wanted, default=True)
    if not wanted.default:
        return Effect(database=evolve(database, retention_policies=(*present, wanted)))
    others = tuple(evolve(policy, default=False) for policy in present)
    after = evolve(database, retention_policies=(*others, wanted), dropped_default=None)
    return Effect(database=after)


def asked_policy(params: object) -> RetentionPolicy:
    """Read the parameters of `add-retention-policy`, or refuse what makes no InfluxQL of them."""
    name, duration = named_text(params, "name"), named_text(params, "duration")
    default = params.get("default", False) if isinstance(params, Mapping) else False
    if not isinstance(default, bool):
        raise EngineRefusal("the parameter 'default' is neither true nor false")
    refuse_unquotable_name(name)
    refuse_no_duration(duration)
    return RetentionPolicy(name=name, duration=duration, default=default)


def _refuse_conflict(existing: RetentionPolicy, wanted: RetentionPolicy) -> None:
    if parse_duration(existing.duration) != parse_duration(wanted.duration):
        raise EngineRefusal("retention policy already exists")
    # Asking for an existing policy without the default flag leaves a default where it is.
    if wanted.default and not existing.default:
        raise EngineRefusal("retention policy conflicts with an existing policy")


def asked_policy_name(params: object) -> str:
    """Read the parameter of `del-retention-policy`, or refuse."""
    name = named_text(params, "name")
    refuse_unquotable_name(name)
    return name


def delete_policy(database: Database, params: object) -> Effect:
    """Perform `del-retention-policy`; a missing one is no error, no default may remain."""
    name = asked_policy_name(params)
    present = database.retention_policies or ()
    doomed = next((policy for policy in present if policy.name == name), None)
    if doomed is None:
        return Effect(database=database)
    kept = tuple(policy for policy in present if policy is not doomed)
    dropped = name if doomed.default else database.dropped_default
    # One that was there and not the default is not remembered as it.
    if dropped == name and not doomed.default:
        dropped = None
    after = evolve(database, retention_policies=kept, dropped_default=dropped)
    return Effect(database=after)
