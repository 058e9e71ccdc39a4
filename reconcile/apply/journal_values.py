"""The values of a journal's line → what they tell of; pure. What makes no sense is a ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, assert_never

from attrs import evolve

from reconcile.model.address import Address
from reconcile.model.change import (
    Change,
    Create,
    Delete,
    FieldChange,
    Risk,
    Update,
    Verb,
    differing,
)
from reconcile.model.engine import Step
from reconcile.model.history import (
    NOT_KNOWN,
    ORDER,
    Addon,
    Commit,
    Opening,
    PastDeed,
    Permission,
    Settlement,
)
from reconcile.model.run import Clash, Result
from reconcile.model.state import Approval, Fields, Value

NOTHING_WRITTEN = "begun, and nothing is written of its end"
"""What is said of a deed whose intent is the last that was written of it."""


def name_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """The address and the verb of a line, as texts."""
    return text_of(values, "address"), text_of(values, "verb")


def deed_of(values: Mapping[str, Any]) -> PastDeed:
    """A deed from its first line. Raises ValueError for what is none."""
    address = _address(values)
    deed = PastDeed(
        address=address,
        result=Result.UNKNOWN,
        message=NOTHING_WRITTEN,
        change=None if text_of(values, "verb") == ORDER else _change(address, values),
        what=text_of(values, "what"),
        risk=Risk(values["risk"]) if isinstance(values.get("risk"), str) else None,
        approval=_approval(values.get("approval")),
        request=text_of(values, "request"),
        body=values["body"] if isinstance(values.get("body"), dict) else None,
        step=_step(values.get("step")),
    )
    return told_more(deed, values)


def told_more(deed: PastDeed, values: Mapping[str, Any]) -> PastDeed:
    """A deed with what a later line tells of it. Raises ValueError for an unknown result."""
    told = evolve(
        deed,
        operation=text_of(values, "operation") or deed.operation,
        backup=text_of(values, "backup") or deed.backup,
        clash=_clash(values.get("clash")) or deed.clash,
    )
    word = text_of(values, "result")
    if not word:
        return told
    return evolve(told, result=Result(word), message=text_of(values, "message"), damaged=False)


def settlement_of(values: Mapping[str, Any]) -> Settlement:
    """What a line tells of a deed of an earlier run. Raises ValueError for an unknown result."""
    word = text_of(values, "result")
    if word not in _SETTLED:
        raise ValueError(f"{word!r} settles nothing")
    return Settlement(
        run=text_of(values, "run"),
        address=_address(values),
        verb=text_of(values, "verb"),
        done=_SETTLED[word],
        answered=values.get("answered") is True,
    )


_SETTLED: Mapping[str, bool | None] = {"done": True, "not done": False, NOT_KNOWN: None}


def _address(values: Mapping[str, Any]) -> Address:
    """An order is about a whole database, whose name may have a slash."""
    text = text_of(values, "address")
    return Address(database=text) if text_of(values, "verb") == ORDER else Address.parse(text)


def _change(address: Address, values: Mapping[str, Any]) -> Change:
    """The change of an action. Raises ValueError for a verb that is not known."""
    before, after = _fields(values.get("before")) or {}, _fields(values.get("after")) or {}
    verb = Verb(text_of(values, "verb"))
    match verb:
        case Verb.CREATE:
            return Create(address=address, after=after)
        case Verb.DELETE:
            return Delete(address=address, before=before)
        case Verb.UPDATE:
            # A journal of an earlier time did not tell the fields.
            fields = _parts(values.get("fields")) or differing(before, after)
            return Update(address=address, before=before, after=after, fields=fields)
        case _:
            assert_never(verb)


def _parts(value: object) -> tuple[FieldChange, ...]:
    """The fields of an update as they were compared, each in its spelling of that time."""
    parts = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return tuple(
        FieldChange(
            field=text_of(one, "field"),
            before=_value(one.get("before")),
            after=_value(one.get("after")),
        )
        for one in parts
    )


def _clash(value: object) -> Clash | None:
    if not isinstance(value, dict):
        return None
    sides = (_fields(value.get(name)) for name in ("before", "expected", "now"))
    before, expected, now = sides
    return Clash(before=before, expected=expected, now=now)


def _fields(value: object) -> Fields | None:
    if not isinstance(value, dict):
        return None
    return {str(name): _value(one) for name, one in value.items()}


def _value(value: Any) -> Value:
    """A value as a plan has it; JSON knows no tuples."""
    match value:
        case None | bool() | int() | str():
            return value
        case list():
            return tuple(value) if all(isinstance(one, int) for one in value) else _words(value)
        case _:
            return str(value)


def _words(values: list[Any]) -> tuple[str, ...]:
    return tuple(str(one) for one in values)


def opening_of(values: Mapping[str, Any]) -> Opening:
    """What the first line tells of a run."""
    databases = values.get("databases")
    pid, actions = values.get("pid"), values.get("actions")
    return Opening(
        version=text_of(values, "version"),
        command=text_of(values, "command"),
        who=text_of(values, "who"),
        host=text_of(values, "host"),
        pid=pid if isinstance(pid, int) else 0,
        commit=_commit(values.get("commit")),
        plan_id=text_of(values, "plan_id"),
        plan_made=text_of(values, "plan_made"),
        actions=actions if isinstance(actions, int) else 0,
        databases={
            str(handle): Addon(**{name: text_of(one, name) for name in ("app", "addon", "region")})
            for handle, one in (databases if isinstance(databases, dict) else {}).items()
            if isinstance(one, dict)
        },
        permission=_permission(values.get("permission")),
    )


def _permission(value: object) -> Permission:
    """What was lifted and allowed; a journal of an earlier time did not tell it."""
    if not isinstance(value, dict):
        return Permission()
    return Permission(
        overrides=_list(value.get("overrides")),
        allows=_list(value.get("allows")),
        backup_first=value.get("backup_first") is True,
        roll_backups=value.get("roll_backups") is True,
    )


def _step(value: object) -> Step | None:
    """The versions of an upgrade."""
    if not isinstance(value, dict):
        return None
    return Step(before=text_of(value, "before") or None, planned=text_of(value, "planned") or None)


def _approval(value: object) -> Approval | None:
    """The word that something may go. Raises ValueError for a day that is none."""
    if not isinstance(value, dict):
        return None
    return Approval(
        reason=text_of(value, "reason"), until=date.fromisoformat(text_of(value, "until"))
    )


def _list(value: object) -> tuple[str, ...]:
    return _words(value) if isinstance(value, list) else ()


def _commit(value: object) -> Commit | None:
    if not isinstance(value, dict) or not text_of(value, "id"):
        return None
    return Commit(id=text_of(value, "id"), dirty=value.get("dirty") is True)


def text_of(values: Mapping[str, Any], key: str) -> str:
    """A text; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""
