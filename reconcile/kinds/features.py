"""Features of a database: what is turned on and off as a whole, such as encrypted connections.

Source: the provider's documentation of the features endpoints: the names, that
`publicly-available` needs `force-ssl`, and that a change goes on after the answer, with the
statuses PENDING, PENDING_TO_ACTIVATE and PENDING_TO_REMOVE meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, cast

from attrs import frozen

from reconcile.kinds.kind import (
    Feasible,
    Judgement,
    Kind,
    Place,
    Refused,
    Sides,
    Waiting,
    Wanted,
)
from reconcile.kinds.listing import rows, text_of
from reconcile.model.call import Call, add_feature, remove_feature
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import (
    InvalidValueError,
    NotByDefaultError,
    ShortForm,
    described,
)
from reconcile.model.engine import Engine
from reconcile.model.state import Elements, Facts, Fields, KindState, NotOffered


class Feature(Enum):
    """The features that the provider documents."""

    FORCE_SSL = "force-ssl"
    PUBLICLY_AVAILABLE = "publicly-available"
    REDIS_RDB = "redis-rdb"
    REDIS_AOF = "redis-aof"
    REDIS_CACHE = "redis-cache"


_SSL, _PUBLIC = Feature.FORCE_SSL.value, Feature.PUBLICLY_AVAILABLE.value
_ONLY_REDIS = frozenset({Feature.REDIS_RDB, Feature.REDIS_AOF, Feature.REDIS_CACHE})

_WORDS: Mapping[Feature, str] = {
    Feature.FORCE_SSL: "Refuse connections without TLS.",
    Feature.PUBLICLY_AVAILABLE: "Accept connections from the internet; needs force-ssl.",
    Feature.REDIS_RDB: "Save snapshots to disk (Redis).",
    Feature.REDIS_AOF: "Write a log of every change to disk (Redis).",
    Feature.REDIS_CACHE: "Be used as a cache, whose data may go (Redis).",
}

# Whatever is not here is safe.
_RISKS: Mapping[tuple[Feature, bool], Risk] = {
    (Feature.FORCE_SSL, True): Risk.DISRUPTIVE,
    (Feature.FORCE_SSL, False): Risk.WEAKENS,
    (Feature.PUBLICLY_AVAILABLE, True): Risk.WEAKENS,
    (Feature.REDIS_RDB, False): Risk.LOSSY,
    (Feature.REDIS_AOF, False): Risk.LOSSY,
    (Feature.REDIS_CACHE, True): Risk.LOSSY,
}
_TAKES_AWAY = {Risk.WEAKENS: "take protection away", Risk.LOSSY: "lose data"}

_ON, _FAILED = "ACTIVATED", "FAILED"
_MOVING = frozenset({"PENDING", "PENDING_TO_ACTIVATE", "PENDING_TO_REMOVE"})

Switched = Mapping[Feature, bool]


@frozen
class Named:
    """A constraint: at least one feature. Its schema has words for each."""

    def check(self, value: Switched) -> None:
        """Raise InvalidValueError for a mapping without a name."""
        if not value:
            raise InvalidValueError(
                "features names nothing to manage",
                hint=f"write a name with true or false, as in {_SSL}: true",
            )

    def schema(self) -> Mapping[str, object]:
        """Each feature with its words."""
        words = {one.value: {"description": _WORDS[one], "type": "boolean"} for one in Feature}
        return {"properties": words, "minProperties": 1}


@frozen
class Harmless:
    """What a default may say: nothing that takes protection or data away."""

    def check(self, value: Switched) -> None:
        """Raise InvalidValueError for the first feature that would."""
        for feature, enabled in value.items():
            what = _taken_away(feature, enabled=enabled)
            if what is not None:
                raise NotByDefaultError(what, path=(feature.value,))

    def schema(self) -> Mapping[str, object]:
        """Of each feature the values that a default may give it."""
        allowed = {
            one.value: {
                "description": _WORDS[one],
                "enum": [on for on in (True, False) if _taken_away(one, enabled=on) is None],
            }
            for one in Feature
        }
        harmless = {name: part for name, part in allowed.items() if part["enum"]}
        return {"properties": harmless, "additionalProperties": False}


def _taken_away(feature: Feature, *, enabled: bool) -> str | None:
    """What a default may not do by this; turning off is never said for many at once."""
    risk = _RISKS.get((feature, enabled), Risk.SAFE)
    return _TAKES_AWAY.get(risk) or (None if enabled else "turn anything off")


@frozen(kw_only=True)
class Features:
    """Features by name, each true or false. What is left out is not managed."""

    __short_form__ = ShortForm(key="switched", only=True)

    switched: Annotated[Switched, Named()] = described(
        "Whether each shall be on.", examples=({_SSL: True},), by_default=Harmless()
    )

    def wants(self, feature: Feature) -> bool | None:
        """Whether it shall be on, None where that is not managed."""
        return self.switched.get(feature)


def _check(spec: Features, engine: Engine) -> Iterator[InvalidValueError]:
    for feature in spec.switched:
        if feature in _ONLY_REDIS and engine is not Engine.REDIS:
            yield InvalidValueError(
                f"{engine.value} has no {feature.value}",
                hint=f"take it out; {_SSL} and {_PUBLIC} are there for every engine",
                code="S201",
                path=(feature.value,),
            )
    if spec.wants(Feature.PUBLICLY_AVAILABLE) and not spec.wants(Feature.FORCE_SSL):
        yield InvalidValueError(
            f"{_PUBLIC} needs {_SSL}, which this spec does not turn on",
            hint=f"write {_SSL}: true beside it",
            path=(_PUBLIC,),
        )


def _places(spec: Features) -> Iterator[tuple[str, Place]]:
    for feature in spec.switched:
        yield feature.value, (feature.value,)


def _parse(resource: Mapping[str, Any]) -> KindState:
    listed = resource.get("features")
    if listed is None:
        return NotOffered(message="the database resource says nothing of features")
    return {
        name: _state(text_of(row, "status", "features"))
        for name, row in rows(listed, "features").items()
    }


def _state(status: str) -> Fields:
    """What a status says; whether a feature is on is left open until the provider has done."""
    if status in {_ON, _FAILED}:
        return {"enabled": status == _ON, "status": status}
    return {"status": status}


def _normalize(spec: Features, live: Elements, _facts: Facts) -> Sides:
    """A feature that is not listed is off; one that is not named counts where it is on.

    That the spec turns `publicly-available` off goes with the change that turns `force-ssl` off.
    """
    present = {one.value: {"enabled": on} for one, on in spec.switched.items()}
    found = {name: state for name, state in live.items() if name in present or _is_on(state)}
    off: Fields = {"enabled": False}
    both_off = spec.wants(Feature.PUBLICLY_AVAILABLE) is False
    carried = {_SSL: {_PUBLIC: False}} if both_off else {}
    wanted = Wanted(present=present, carried=carried if _SSL in present else {})
    return Sides(wanted=wanted, live={**dict.fromkeys(present, off), **found})


def _is_on(state: Fields) -> bool:
    return state.get("enabled") is True


def _judge(change: Change, live: Elements, _facts: Facts) -> Judgement:
    asked = cast("Update", change)
    feature, enabled = Feature(asked.address.name), bool(asked.after["enabled"])
    state = live.get(feature.value, {"enabled": False})
    if "enabled" not in state:
        return _open(str(state["status"]))
    obstacle = _turned_off(asked, live) if feature is Feature.FORCE_SSL and not enabled else None
    if feature is Feature.PUBLICLY_AVAILABLE and enabled and not _is_on(live.get(_SSL, {})):
        obstacle = Waiting(message=f"it needs {_SSL}, which is not on yet")
    return obstacle or Feasible(risk=_RISKS.get((feature, enabled), Risk.SAFE))


def _open(status: str) -> Judgement:
    """What to do while a feature is neither on nor off."""
    if status in _MOVING:
        return Waiting(message=f"the provider is at it: {status}", at_it=True)
    return Refused(
        code="P262",
        message=f"its status is {status!r:.60}, which this version does not know",
        hint="look at the dashboard; a newer version of this tool may know it",
    )


def _turned_off(asked: Update, live: Elements) -> Judgement | None:
    """What keeps `force-ssl` on: the provider accepts no public database without it."""
    public = live.get(_PUBLIC, {"enabled": False})
    if public.get("enabled") is False:
        return None
    if asked.after.get(_PUBLIC) is False:
        return Waiting(message=f"{_PUBLIC} needs it, and goes first")
    return Refused(
        code="P261",
        message=f"{_PUBLIC} is on and needs it",
        hint=f"write {_PUBLIC}: false beside it, or leave {_SSL} on",
    )


def _requests(change: Change) -> tuple[Call, ...]:
    name = change.address.name
    enabled = cast("Update", change).after["enabled"]
    return (add_feature(name) if enabled else remove_feature(name),)


def _simulate(live: Elements, change: Change) -> Elements:
    """The provider has heard of it, and is at it."""
    enabled = cast("Update", change).after["enabled"]
    status = "PENDING_TO_ACTIVATE" if enabled else "PENDING_TO_REMOVE"
    return {**live, change.address.name: {"status": status}}


def _to_spec(live: Elements) -> Features | None:
    """Those that are on; one without what it needs is no spec."""
    on = {one: True for one in Feature if _is_on(live.get(one.value, {}))}
    if Feature.FORCE_SSL not in on:
        on.pop(Feature.PUBLICLY_AVAILABLE, None)
    return Features(switched=on) if on else None


KIND = Kind(
    name="features",
    title="Features",
    spec_type=Features,
    offers=dict.fromkeys(Engine, True),
    parse=_parse,
    check=_check,
    places=_places,
    normalize=_normalize,
    judge=_judge,
    requests=_requests,
    simulate=_simulate,
    to_spec=_to_spec,
)
