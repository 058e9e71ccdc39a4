"""Features of a database: what is turned on and off as a whole, such as encrypted connections.

Source: the provider's documentation of the features endpoints: the names, that
`publicly-available` needs `force-ssl`, and that a change goes on after the answer, with the
statuses PENDING, PENDING_TO_ACTIVATE and PENDING_TO_REMOVE meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, cast

from attrs import evolve, frozen

from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Kind,
    Refused,
    Sides,
    Waiting,
    Wanted,
)
from reconcile.kinds.listing import rows, text_of
from reconcile.model.change import ActionKey, Change, Risk, Update, key_of, sides_of
from reconcile.model.constraint import (
    InvalidValueError,
    KeyPath,
    NotByDefaultError,
    ShortForm,
    described,
)
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.operation import FEATURE_IN_PROGRESS
from reconcile.model.recovery import PERSISTENCE, Protection
from reconcile.model.request import Call, add_feature, remove_feature
from reconcile.model.state import Elements, Facts, Fields, NotOffered, Parsed


class Feature(Enum):
    """The features that the provider documents."""

    FORCE_SSL = "force-ssl"
    PUBLICLY_AVAILABLE = "publicly-available"
    REDIS_RDB = "redis-rdb"
    REDIS_AOF = "redis-aof"
    REDIS_CACHE = "redis-cache"


SSL = Feature.FORCE_SSL.value
"""What a database needs to be public."""

_WORDS: Mapping[Feature, str] = {
    Feature.FORCE_SSL: "Refuse connections without TLS.",
    Feature.PUBLICLY_AVAILABLE: "Accept connections from the internet; needs force-ssl.",
    Feature.REDIS_RDB: "Save snapshots to disk (Redis).",
    Feature.REDIS_AOF: "Write a log of every change to disk (Redis).",
    Feature.REDIS_CACHE: "Be used as a cache, whose data may go (Redis).",
}

RISKS: Mapping[tuple[Feature, bool], Risk] = {
    (Feature.FORCE_SSL, True): Risk.DISRUPTIVE,
    (Feature.FORCE_SSL, False): Risk.WEAKENS,
    (Feature.PUBLICLY_AVAILABLE, True): Risk.WEAKENS,
    (Feature.REDIS_RDB, False): Risk.LOSSY,
    (Feature.REDIS_AOF, False): Risk.LOSSY,
    (Feature.REDIS_CACHE, True): Risk.LOSSY,
}
"""The risk of turning a feature on (true) or off; what is not here is safe."""

_TAKES_AWAY = {Risk.WEAKENS: "take protection away", Risk.LOSSY: "lose data"}

Switched = Mapping[Feature, bool]
"""Whether each feature that is named is to be on."""


@frozen
class Named:
    """A constraint: at least one feature. Its schema has words for each."""

    def check(self, value: Switched) -> None:
        """Raise InvalidValueError for a mapping without a name."""
        if not value:
            raise InvalidValueError(
                "features names nothing to manage",
                hint=f"write a name with true or false, as in {SSL}: true",
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
    risk = RISKS.get((feature, enabled), Risk.SAFE)
    return _TAKES_AWAY.get(risk) or (None if enabled else "turn anything off")


_PUBLIC = Feature.PUBLICLY_AVAILABLE.value

_ONLY_REDIS = frozenset({Feature.REDIS_RDB, Feature.REDIS_AOF, Feature.REDIS_CACHE})

_ON, _FAILED = "ACTIVATED", "FAILED"

_OFF: Fields = {"enabled": False}
"""The state of a feature that is not listed."""


@frozen(kw_only=True)
class Features:
    """Features by name, each true or false. What is left out is not managed."""

    __short_form__ = ShortForm(key="switched", only=True)

    switched: Annotated[Switched, Named()] = described(
        "Whether each is to be on.", examples=({SSL: True},), by_default=Harmless()
    )

    def wants(self, feature: Feature) -> bool | None:
        """Whether it is to be on, None where that is not managed."""
        return self.switched.get(feature)


class _FeaturesKind(Kind[Features]):
    """Features."""

    name = "features"
    title = "Features"
    spec_type = Features
    parts = tuple(one.value for one in Feature)

    def check(self, spec: Features, engine: Engine) -> Iterator[InvalidValueError]:
        for feature in spec.switched:
            if feature in _ONLY_REDIS and engine is not Engine.REDIS:
                yield InvalidValueError(
                    f"{engine.value} has no {feature.value}",
                    hint=f"take it out; {SSL} and {_PUBLIC} are there for every engine",
                    code="S201",
                    path=(feature.value,),
                )
        if spec.wants(Feature.PUBLICLY_AVAILABLE) and not spec.wants(Feature.FORCE_SSL):
            yield InvalidValueError(
                f"{_PUBLIC} needs {SSL}, which this spec does not turn on",
                hint=f"write {SSL}: true beside it",
                path=(_PUBLIC,),
            )

    def places(self, spec: Features) -> Iterator[tuple[str, KeyPath]]:
        for feature in spec.switched:
            yield feature.value, (feature.value,)

    def without(self, spec: Features, ignored: Collection[str]) -> Features | None:
        left = {one: on for one, on in spec.switched.items() if one.value not in ignored}
        return Features(switched=left) if left else None

    def whole(self, part: Features) -> Features:
        """With `force-ssl` beside `publicly-available`, where only that is ignored."""
        if not part.wants(Feature.PUBLICLY_AVAILABLE):
            return part
        return Features(switched={Feature.FORCE_SSL: True, **part.switched})

    def to_spec(self, live: Elements) -> Features | None:
        """Those that are on; one without what it needs is no spec."""
        on = {one: True for one in Feature if _is_on(live.get(one.value, {}))}
        if Feature.FORCE_SSL not in on:
            on.pop(Feature.PUBLICLY_AVAILABLE, None)
        return Features(switched=on) if on else None

    def parse(self, resource: Mapping[str, Any]) -> Parsed:
        listed = resource.get("features")
        if listed is None:
            return NotOffered(message="the database resource says nothing of features")
        return {
            name: _state(text_of(row, "status", "features"))
            for name, row in rows(listed, "features").items()
        }

    def normalize(self, spec: Features, live: Elements, _facts: Facts) -> Sides:
        """A feature that is not listed is off; one that is not named counts where it is on.

        That the spec turns `publicly-available` off goes with the change that turns `force-ssl` off.
        """
        present = {one.value: {"enabled": on} for one, on in spec.switched.items()}
        found = {name: state for name, state in live.items() if name in present or _is_on(state)}
        both_off = spec.wants(Feature.PUBLICLY_AVAILABLE) is False
        sent = {SSL: {_PUBLIC: False}} if both_off else {}
        wanted = Wanted(present=present, sent=sent)
        return Sides(wanted=wanted, live={**dict.fromkeys(present, _OFF), **found})

    def judge(self, change: Change, live: Elements, _facts: Facts) -> Judgement:
        asked = cast("Update", change)
        feature, enabled = Feature(asked.address.name), bool(asked.after["enabled"])
        state = live.get(feature.value, _OFF)
        if "enabled" not in state:
            return _open(str(state["status"]))
        obstacle = (
            _turned_off(asked, live) if feature is Feature.FORCE_SSL and not enabled else None
        )
        if feature is Feature.PUBLICLY_AVAILABLE and enabled:
            obstacle = _unfinished(SSL, live, f"it needs {SSL}, which is not on yet")
        return obstacle or Feasible(risk=RISKS.get((feature, enabled), Risk.SAFE))

    def related(self, names: Collection[str], _live: Elements) -> Collection[str]:
        """What needs TLS, and TLS, are judged together."""
        pair = {SSL, _PUBLIC}
        return pair if pair & set(names) else ()

    def needs(self, change: Change, _facts: Facts) -> frozenset[str]:
        """What has to be on before `publicly-available` goes on."""
        is_public = change.address.name == _PUBLIC and _enables(change)
        return frozenset({SSL}) if is_public else frozenset()

    def there(self, state: Elements) -> frozenset[str]:
        return frozenset(name for name, fields in state.items() if _is_on(fields))

    def requires(self, change: Change, others: Sequence[Change]) -> Iterator[ActionKey]:
        """`force-ssl` goes off after `publicly-available`; that it goes on before is a need."""
        if change.address.name != SSL or _enables(change):
            return
        for other in others:
            if other.address.name == _PUBLIC and not _enables(other):
                yield key_of(other)

    def alone(self, _change: Change, missing: frozenset[str]) -> Refused:
        (other,) = missing
        return Refused(
            code="P263",
            message=f"it needs {other}, which is off",
            hint=f"write {other}: true next to it, and do not ignore it",
        )

    def requests(self, change: Change) -> tuple[Call, ...]:
        name = change.address.name
        enabled = cast("Update", change).after["enabled"]
        return (add_feature(name) if enabled else remove_feature(name),)

    def simulate(self, live: Elements, change: Change) -> Elements:
        """The provider has heard of it, and works on it."""
        enabled = cast("Update", change).after["enabled"]
        status = "PENDING_TO_ACTIVATE" if enabled else "PENDING_TO_REMOVE"
        return {**live, change.address.name: {"status": status}}

    def ends(self, change: Change) -> Protection | None:
        """Whether data stays on disk no longer: where it is not saved there, or may go as in a cache."""
        name, enabled = change.address.name, _enables(change)
        ends = enabled if name == Feature.REDIS_CACHE.value else name in PERSISTENCE and not enabled
        return Protection.PERSISTENCE if ends else None

    def meant(self, asked: Sequence[Asked]) -> Features:
        """What each change leads to, and what those need that turn one on or off beside another."""
        switched: dict[Feature, bool] = {}
        for one in asked:
            if not isinstance(one.change, Update):
                address = one.change.address
                raise ValueError(f"{address} is neither made nor deleted, it is on or off")  # noqa: TRY004 - of a plan
            after = one.change.after
            switched[Feature(one.change.address.name)] = cast("bool", after["enabled"])
            if after.get(_PUBLIC) is False:
                switched[Feature.PUBLICLY_AVAILABLE] = False
        return self.whole(Features(switched=switched))

    meanings = MappingProxyType(
        {
            "P261": "`force-ssl` cannot go while `publicly-available` is on, and the spec does not turn that off",
            "P262": "a feature has a status that this version of the tool does not know",
            "P263": "`publicly-available` needs `force-ssl`, which is off and is not turned on",
        }
    )
    rules = MappingProxyType(
        {
            "P261": Rule(
                why="The provider accepts no database that is public and takes connections without TLS.",
                advice="Turn `publicly-available` off in the spec as well, or leave `force-ssl` on.",
            ),
            "P262": Rule(
                why="Whether a feature is on or off follows from its status. One that is not known could"
                " mean either, so that nothing is done about it.",
                advice="Look at the dashboard; a newer version of this tool may know the status.",
            ),
            "P263": Rule(
                why="The provider refuses to make a database public while it takes connections without TLS.",
                advice="Turn `force-ssl` on in the spec as well. If an `ignore` entry names it, remove the entry.",
            ),
        }
    )


KIND = _FeaturesKind()


def _state(status: str) -> Fields:
    """What a status says; whether a feature is on is left open until the provider has done."""
    if status in {_ON, _FAILED}:
        return {"enabled": status == _ON, "status": status}
    return {"status": status}


def _is_on(state: Fields) -> bool:
    return state.get("enabled") is True


def _open(status: str) -> Waiting | Refused:
    """What to do while a feature is neither on nor off."""
    if status in FEATURE_IN_PROGRESS:
        return Waiting(message=f"in progress at the provider: {status}", in_progress=True)
    return Refused(
        code="P262",
        message=f"its status is {status!r:.60}, which this version does not know",
        hint="look at the dashboard; a newer version of this tool may know it",
    )


def _unfinished(other: str, live: Elements, waiting: str) -> Waiting | Refused | None:
    """What to do while another feature is neither on nor off; None where it is either."""
    state = live.get(other, _OFF)
    if "enabled" in state:
        return None
    judged = _open(str(state["status"]))
    if isinstance(judged, Waiting):
        return Waiting(message=waiting)
    return evolve(judged, message=f"{other}: {judged.message}")


def _turned_off(asked: Update, live: Elements) -> Judgement | None:
    """What keeps `force-ssl` on: the provider accepts no public database without it."""
    if live.get(_PUBLIC, _OFF).get("enabled") is False:
        return None
    if asked.after.get(_PUBLIC) is False:
        return _unfinished(_PUBLIC, live, f"{_PUBLIC} needs it, and goes first")
    return Refused(
        code="P261",
        message=f"{_PUBLIC} is on and needs it",
        hint=f"write {_PUBLIC}: false beside it, or leave {SSL} on",
    )


def _enables(change: Change) -> bool:
    return (sides_of(change)[1] or {}).get("enabled") is True
