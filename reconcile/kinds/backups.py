"""Periodic backups: whether they run, and at which hours (UTC).

Source: the API text, `periodic_backups_enabled` and `periodic_backups_scheduled_at` of the
database resource. The hours are answered as an array and written as one integer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Kind,
    Phase,
    Refused,
    Sides,
    Wanted,
    after_of,
)
from reconcile.kinds.listing import check_repeated
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import Between, InvalidValueError, Only, described
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.recovery import Protection
from reconcile.model.request import Call, update
from reconcile.model.state import ITSELF, Elements, Facts, Fields, NotOffered, Parsed, Value

Hour = Annotated[int, Between(0, 23, "hour of the day")]


@frozen(kw_only=True)
class Backups:
    """Periodic backups of a database."""

    enabled: bool | None = described(
        "Whether periodic backups run. Left out: not managed.",
        examples=(True,),
        default=None,
        by_default=Only(value=True, what="turn anything off"),
    )
    hours: tuple[Hour, ...] | None = described(
        "The hours of the day (UTC) at which they start. The API writes one hour; several are"
        " set up by the provider's support and can only be stated.",
        examples=([3],),
        default=None,
    )


class _BackupsKind(Kind[Backups]):
    """Periodic backups."""

    name = "backups"
    title = "Periodic backups"
    spec_type = Backups
    parts = ("enabled", "hours")

    def check(self, spec: Backups, _engine: Engine) -> Iterator[InvalidValueError]:
        if spec.enabled is None and spec.hours is None:
            yield InvalidValueError(
                "backups names nothing to manage", hint="write enabled, hours or both"
            )
        if spec.hours == ():
            yield InvalidValueError(
                "hours is empty",
                hint="write one hour, or enabled: false to turn backups off",
                path=("hours",),
            )
        yield from check_repeated("hours", spec.hours or ())

    def to_spec(self, live: Elements) -> Backups:
        enabled = bool(live[ITSELF]["enabled"])
        hours = _hours(live[ITSELF])
        return Backups(enabled=enabled, hours=hours if enabled and hours else None)

    def parse(self, resource: Mapping[str, Any]) -> Parsed:
        enabled = resource.get("periodic_backups_enabled")
        if enabled is None:
            return NotOffered(message="the database resource says nothing of periodic backups")
        if not isinstance(enabled, bool):
            raise AnswerError(f"periodic_backups_enabled is {enabled!r} where true or false is due")
        hours = resource.get("periodic_backups_scheduled_at")
        listed = [] if hours is None else hours if isinstance(hours, list) else [hours]
        if not all(type(hour) is int for hour in listed):
            raise AnswerError(f"periodic_backups_scheduled_at is {hours!r} where hours are due")
        return {ITSELF: {"enabled": enabled, "hours": tuple(sorted(set(listed)))}}

    def normalize(self, spec: Backups, live: Elements, _facts: Facts) -> Sides:
        """Hours count while backups are on, or are to be: a change holds whether they were.

        It holds several live hours, too: they decide what can be done about the hours of a spec.
        """
        wanted: dict[str, Value] = {}
        if spec.enabled is not None:
            wanted["enabled"] = spec.enabled
        if spec.hours is not None and spec.enabled is not False:
            wanted["hours"] = tuple(sorted(set(spec.hours)))
        now = dict(live[ITSELF])
        if not now["enabled"] and spec.enabled is None:
            # Whatever hour the resource names: none is in effect.
            now["hours"] = ()
        return Sides(
            wanted=Wanted(present={ITSELF: wanted}),
            live={ITSELF: now},
            context={ITSELF: {name: now[name] for name in ("enabled", *_several(now))}},
        )

    def judge(self, change: Change, live: Elements, _facts: Facts) -> Judgement:
        asked = cast("Update", change)
        if any(part.field == "hours" for part in asked.fields):
            return _refusal(live[ITSELF], asked.after) or _feasible(asked)
        return _feasible(asked)

    def requests(self, change: Change) -> tuple[Call, ...]:
        """PATCH with the fields that differ only."""
        body: dict[str, object] = {}
        for part in cast("Update", change).fields:
            if part.field == "enabled":
                body["periodic_backups_enabled"] = part.after
            else:
                (body["periodic_backups_scheduled_at"],) = cast("tuple[int]", part.after)
        return (update(body),)

    def ends(self, change: Change) -> Protection | None:
        is_off = isinstance(change, Update) and change.after.get("enabled") is False
        return Protection.BACKUPS if is_off else None

    def meant(self, asked: Sequence[Asked]) -> Backups:
        after = after_of(asked)
        return Backups(
            enabled=cast("bool | None", after.get("enabled")),
            hours=_hours(after) if "hours" in after else None,
        )

    meanings = MappingProxyType(
        {
            "P201": "the live backup hours are several, which the provider's support set up",
            "P202": "the spec wants several backup hours; the API sets one",
            "P203": "the spec names a backup hour, backups are off, and it does not say `enabled: true`",
        }
    )
    rules = MappingProxyType(
        {
            "P20": Rule(
                why="The API turns periodic backups on and off and sets one hour. Several hours are set"
                " up by the provider's support only, and a plan never promises what no request can do.",
                advice="Write what is live, or ask the provider's support to change it.",
            ),
            "P203": Rule(
                why="While backups are off no hour is in effect, so that setting one would look like"
                " protection and be none.",
                advice="Write `enabled: true` beside the hours.",
            ),
        }
    )


KIND = _BackupsKind()


def _several(live: Fields) -> tuple[str, ...]:
    return ("hours",) if len(_hours(live)) > 1 else ()


def _refusal(live: Fields, after: Fields) -> Refused | None:
    """Why hours cannot be set."""
    now, asked = _hours(live), _hours(after)
    if len(now) > 1:
        return Refused(
            code="P201",
            message=f"the live backup hours are {_listed(now)}, which the provider's support set up",
            hint="write the live hours into the spec, or ask the support to go back to one",
            fields=_JUST_HOURS,
        )
    if len(asked) > 1:
        return Refused(
            code="P202",
            message=f"the API sets one backup hour, the spec wants {_listed(asked)}",
            hint="name one hour, or ask the provider's support to set several",
            fields=_JUST_HOURS,
        )
    if not live["enabled"] and "enabled" not in after:
        return Refused(
            code="P203",
            message="backups are off, so that their hour means nothing",
            hint="write enabled: true beside the hours",
        )
    return None


_JUST_HOURS = frozenset({"hours"})
"""What is refused of hours says nothing of turning backups on or off."""


def _feasible(asked: Update) -> Feasible:
    for part in asked.fields:
        if part.field == "enabled":
            enabling = part.after is True
            return Feasible(
                risk=Risk.SAFE if enabling else Risk.WEAKENS,
                phase=Phase.PROTECT if enabling else None,
            )
    return Feasible(risk=Risk.SAFE)


def _hours(fields: Fields) -> tuple[int, ...]:
    return cast("tuple[int, ...]", fields["hours"])


def _listed(hours: tuple[int, ...]) -> str:
    return ", ".join(str(hour) for hour in hours)
