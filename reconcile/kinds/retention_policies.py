"""InfluxDB retention policies.

Source: the API text, actions `list-`, `add-` and `del-retention-policy`. There is none to change
one: a change is delete and add, and all data under the policy goes with it. Adding a policy as
default takes the flag from the one that had it. InfluxDB 1.x keeps the default by name: where the
default was deleted, a policy that is added under its name is the default again, asked for or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.durations import (
    INFINITE,
    Duration,
    parse_duration,
    read_duration,
    show_duration,
)
from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Others,
    Phase,
    Refused,
    Sides,
    Wanted,
    apply_change,
)
from reconcile.kinds.listing import (
    NOTHING_GOES,
    ListedKind,
    Name,
    Removal,
    approvals,
    check_names,
    flag_of,
    removals,
    rows,
    text_of,
)
from reconcile.model.change import ActionKey, Change, Create, Delete, Risk, key_of
from reconcile.model.constraint import (
    InvalidValueError,
    Only,
    ShortForm,
    described,
    quoted,
)
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.request import Call, Effect, action
from reconcile.model.state import ITSELF, Elements, Facts, Fields, Parsed, Value


class OnChange(Enum):
    """What to do when a live policy has other attributes than the spec."""

    BLOCK = "block"
    REPLACE = "replace"


@frozen(kw_only=True)
class RetentionPolicy:
    """A retention policy that has to exist."""

    name: Name = described("The policy's name.", examples=("30-days",))
    duration: Duration = described(
        "How long data is kept: an InfluxQL duration, or INF for ever.", examples=("30d", "INF")
    )
    default: bool | None = described(
        "Whether writes without a policy go here. Left out: not managed.",
        examples=(True,),
        default=None,
    )
    on_change: OnChange = described(
        "What to do when the live policy differs: block, or replace it, which deletes all data"
        " under it.",
        examples=("replace",),
        default=OnChange.BLOCK,
        by_default=Only(value=OnChange.BLOCK, what="replace anything, which deletes it first"),
    )


@frozen(kw_only=True)
class RetentionPolicies:
    """Retention policies; a plain list stands for `present`."""

    __short_form__ = ShortForm(key="present")

    present: tuple[RetentionPolicy, ...] = described(
        "Those that have to exist.",
        examples=([{"name": "30-days", "duration": "30d", "default": True}],),
        default=(),
    )
    absent: tuple[Removal, ...] = described(
        "Those to delete, with all data under them.",
        default=(),
        by_default=NOTHING_GOES,
    )
    others: Others = described(
        "What to make of live ones that are not named: keep lists them as unmanaged, report counts"
        " them as drift. They are never deleted.",
        examples=("report",),
        default=Others.KEEP,
    )


_LIST = "list-retention-policies"


class _RetentionPoliciesKind(ListedKind[RetentionPolicies]):
    """Retention policies."""

    name = "retention_policies"
    title = "Retention policies"
    spec_type = RetentionPolicies
    offers = MappingProxyType({Engine.INFLUXDB: True})
    read = action(_LIST, effect=Effect.READ)

    def check(self, spec: RetentionPolicies, _engine: Engine) -> Iterator[InvalidValueError]:
        yield from check_names(spec)
        for name, place in self.places(spec):
            if not _is_valid(name):
                yield InvalidValueError(
                    f"invalid name {quoted(name)}: influxdb refuses it",
                    hint="write at most 255 bytes, without / and \\ and without blanks other than a space",
                    path=place,
                )
        defaults = [index for index, entry in enumerate(spec.present) if entry.default]
        for index in defaults[1:]:
            yield InvalidValueError(
                f"{spec.present[index].name!r} is a second default, after"
                f" {spec.present[defaults[0]].name!r}",
                hint="one policy can be the default",
                code="S205",
                path=("present", index, "default"),
            )

    def to_spec(self, live: Elements) -> RetentionPolicies:
        return RetentionPolicies(
            present=tuple(
                RetentionPolicy(
                    name=name,
                    duration=str(fields["duration"]),
                    default=True if fields["default"] else None,
                )
                for name, fields in sorted(live.items())
            )
        )

    def parse(self, result: Any) -> Parsed:
        return {
            name: {"duration": _duration(row), "default": flag_of(row, "default", _LIST)}
            for name, row in rows(result, _LIST).items()
        }

    def normalize(self, spec: RetentionPolicies, live: Elements, _facts: Facts) -> Sides:
        """Leave out the flag of a live policy that another will take it from by being created."""
        live = {name: fields for name, fields in live.items() if name != _DROPPED_DEFAULT}
        moves = any(_takes_default(entry, live) for entry in spec.present)
        present: dict[str, Fields] = {}
        sent: dict[str, Fields] = {}
        for entry in spec.present:
            fields: dict[str, Value] = {"duration": _canonical(entry.duration)}
            loses = moves and entry.default is False and entry.name in live
            if loses:
                sent[entry.name] = {"default": False}
            elif entry.default is not None:
                fields["default"] = entry.default
            present[entry.name] = fields
        wanted = Wanted(
            present=present,
            absent=approvals(spec.absent),
            others=spec.others,
            sent=sent,
            replace=frozenset(
                entry.name
                for entry in spec.present
                if entry.on_change is OnChange.REPLACE
                and (moves or not _is_default(entry.name, live))
            ),
        )
        return Sides(wanted=wanted, live=live)

    def judge(self, change: Change, live: Elements, _facts: Facts) -> Judgement:
        """A missing policy is added first: an interrupted run may have deleted it to replace it."""
        if isinstance(change, Delete) or (isinstance(change, Create) and change.replacement):
            return Feasible(risk=Risk.LOSSY)
        if isinstance(change, Create):
            return Feasible(risk=Risk.SAFE, phase=Phase.REPAIR)
        return Refused(
            code="P231",
            message="a retention policy cannot be changed, only deleted and added, which loses its data",
            hint=_FOR_DEFAULT if _is_default(change.address.name, live) else _FOR_OTHERS,
            replaceable=True,
        )

    def related(self, _names: Collection[str], live: Elements) -> Collection[str]:
        """The default, from which another policy may take the flag."""
        return [name for name in live if _is_default(name, live)]

    def requires(self, change: Change, others: Sequence[Change]) -> Iterator[ActionKey]:
        """The default is deleted only after another policy took the flag."""
        if self.default_after(change) is False:
            yield from (key_of(other) for other in others if self.default_after(other))

    def requests(self, change: Change) -> tuple[Call, ...]:
        name = change.address.name
        if isinstance(change, Delete):
            return (action("del-retention-policy", {"name": name}, effect=Effect.CHANGE),)
        after = cast("Create", change).after
        params = {
            "name": name,
            "duration": after["duration"],
            "default": bool(after.get("default", False)),
        }
        return (action("add-retention-policy", params, effect=Effect.CHANGE),)

    def simulate(self, live: Elements, change: Change) -> Elements:
        """What the server does: a new default takes the flag, and a deleted default gets it back."""
        name = change.address.name
        dropped = live.get(_DROPPED_DEFAULT, {}).get("name")
        if isinstance(change, Delete):
            after = apply_change(live, change)
            return {**after, _DROPPED_DEFAULT: {"name": name}} if _is_default(name, live) else after
        created: Fields = {"default": False, **cast("Create", change).after}
        if not (created["default"] or name == dropped):
            return {**live, name: created}
        others = {
            key: {**fields, "default": False}
            for key, fields in live.items()
            if key != _DROPPED_DEFAULT
        }
        return {**others, name: {**created, "default": True}}

    def default_after(self, change: Change) -> bool | None:
        if isinstance(change, Create) and change.after.get("default") is True:
            return True
        return False if isinstance(change, Delete) and change.before.get("default") else None

    def meant(self, asked: Sequence[Asked]) -> RetentionPolicies:
        """A replacement is asked for by its second half."""
        created = [one.change for one in asked if isinstance(one.change, Create)]
        return RetentionPolicies(
            present=tuple(_policy(change) for change in created), absent=removals(asked)
        )

    meanings = MappingProxyType(
        {
            "P231": "a retention policy cannot be changed, only deleted and added, which loses its data",
        }
    )
    rules = MappingProxyType(
        {
            "P231": Rule(
                why="InfluxDB's policies cannot be changed over this API. Deleting one and adding it again"
                " deletes all data that was written under it, and nobody wrote that into the spec.",
                advice="Add a policy under a new name, let the default move to it, let the old one age"
                " out, then list it under `absent`. Or write `on_change: replace`, and lose the data.",
            ),
        }
    )


KIND = _RetentionPoliciesKind()


def _is_valid(name: str) -> bool:
    """Whether InfluxDB 1.x takes a name: it is a folder on the server's disk."""
    return name.isprintable() and not set("/\\") & set(name) and len(name.encode()) <= _LONGEST_NAME


_LONGEST_NAME = 255


def _duration(row: Mapping[str, Any]) -> str:
    text = text_of(row, "duration", _LIST)
    length = read_duration(text)
    if length is None:
        raise AnswerError(f"{_LIST} answered {text!r} as a duration")
    return show_duration(length)


def _is_default(name: str, live: Elements) -> bool:
    return bool(live.get(name, {}).get("default"))


def _takes_default(entry: RetentionPolicy, live: Elements) -> bool:
    """Whether this policy becomes the default by being created, or deleted and created."""
    if not entry.default or entry.name not in live:
        return bool(entry.default)
    return entry.on_change is OnChange.REPLACE and not live[entry.name]["default"]


def _canonical(duration: str) -> str:
    return show_duration(parse_duration(duration) or INFINITE)


_FOR_OTHERS = (
    "add one under a new name, let this one age out, then list it under absent; or write"
    " on_change: replace and lose the data under it"
)


_FOR_DEFAULT = (
    "it is the default, and is never replaced in place: add one under a new name with default: true,"
    " let this one age out, then list it under absent; or write on_change: replace next to the new"
    " default and lose the data under this one"
)


_DROPPED_DEFAULT = ITSELF
"""The key under which the model keeps the name of a default that was deleted; no policy has it."""


def _policy(change: Create) -> RetentionPolicy:
    return RetentionPolicy(
        name=change.address.name,
        duration=cast("str", change.after["duration"]),
        default=cast("bool | None", change.after.get("default")),
        on_change=OnChange.REPLACE if change.replacement else OnChange.BLOCK,
    )
