"""Which features there are, what turning them costs, and what a spec or a default may say.

Source: the provider's documentation of the features endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from reconcile.model.change import Risk
from reconcile.model.constraint import InvalidValueError, NotByDefaultError


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
"""Whether each feature that is named shall be on."""


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
