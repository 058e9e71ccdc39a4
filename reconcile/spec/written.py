"""What people write, as classes: the header of a spec, and reconcile.yaml.

The kinds are not here: each brings its own class. The converter and the JSON Schemas both follow
these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from attrs import fields, frozen

from reconcile.model.constraint import Between, Matching, described
from reconcile.model.engine import Engine

RESERVED = frozenset({"connection", "ignore"})
"""Keys that specs will have, but that this version does not manage."""

Handle = Annotated[
    str,
    Matching(
        pattern=r"[a-z0-9][a-z0-9_-]*",
        meaning="handle",
        hint="lower-case letters, digits, - and _, starting with a letter or digit; 63 at most",
        longest=63,
    ),
]
# They become parts of a URL path: nothing that could leave it.
Id = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*",
        meaning="name or id at the provider",
        hint="letters, digits, - and _, as in shop-web or ad-7f6c1f0a",
        longest=128,
    ),
]
LabelKey = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9][A-Za-z0-9_./-]*",
        meaning="key of a label",
        hint="letters, digits and . _ / - starting with a letter or digit; 63 at most",
        longest=63,
    ),
]
LabelValue = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.@:/+-]*",
        meaning="value of a label",
        hint="letters, digits and . _ @ : / + - starting with a letter or digit; 63 at most",
        longest=63,
    ),
]


@frozen(kw_only=True)
class Header:
    """Which database a spec is about. Every other key manages something of it."""

    version: Literal[1] = described("The version of the spec's format.", examples=(1,))
    database: Handle = described(
        "The handle in plans and reports, unique in the fleet. For display only.",
        examples=("shop",),
    )
    app: Id = described("The application that owns the addon.", examples=("shop-web",))
    addon: Id | None = described(
        "The addon's id or its resource id. May be left out if the application has one addon of"
        " this engine.",
        examples=("ad-7f6c1f0a",),
        default=None,
    )
    engine: Engine = described(
        "An identity pin: a live database of another engine is refused, never changed.",
        examples=("mysql",),
    )
    labels: Mapping[LabelKey, LabelValue] = described(
        "Labels to select databases by and to give defaults to.",
        examples=({"team": "commerce", "env": "production"},),
        factory=dict,
    )
    protect: bool | None = described(
        "Refuse every action that loses data of this database, whatever the flags.",
        examples=(True,),
        default=None,
    )


HEADER_KEYS = tuple(attribute.name for attribute in fields(Header))


LabelPair = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9][A-Za-z0-9_./-]*=[A-Za-z0-9][A-Za-z0-9_.@:/+-]*",
        meaning="label with its value",
        hint="write key=value, as in env=production",
    ),
]
Region = Annotated[
    str,
    Matching(
        pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*",
        meaning="region",
        hint="lower-case letters, digits and hyphens, as in osc-fr1",
        longest=63,
    ),
]


@frozen(kw_only=True)
class WrittenDefaults:
    """What specs get that do not say it themselves: a whole key at a time, the nearest wins.

    A spec's own word comes before a label's, a label's before the engine's. What deletes, turns
    off or takes protection away is no default.
    """

    engines: Mapping[Engine, Mapping[str, Any]] = described(
        "Defaults by engine.", examples=({"mysql": {"backups": {"hours": [3]}}},), factory=dict
    )
    labels: Mapping[LabelPair, Mapping[str, Any]] = described(
        "Defaults by label, written key=value.",
        examples=({"env=production": {"protect": True}},),
        factory=dict,
    )


PerMinute = Annotated[int, Between(1, 100_000, "number of requests a minute")]
AtOnce = Annotated[int, Between(1, 64, "number of requests at once")]


@frozen(kw_only=True)
class WrittenBudget:
    """How much may be asked of the provider's hosts; what is left out keeps its default."""

    api: PerMinute | None = described(
        "Requests a minute on the API host. Default: 60, which is the provider's limit.",
        examples=(60,),
        default=None,
    )
    database: PerMinute | None = described(
        "Requests a minute on the database host. Default: no limit, for none is published.",
        examples=(120,),
        default=None,
    )
    concurrency: AtOnce | None = described(
        "Requests that may be under way at once on the database host. Default: 8.",
        examples=(8,),
        default=None,
    )


@frozen(kw_only=True)
class WrittenConfig:
    """What a project's specs have in common."""

    version: Literal[1] = described("The version of this file's format.", examples=(1,))
    region: Region | None = described(
        "The region in which the databases live.", examples=("osc-fr1",), default=None
    )
    request_budget: WrittenBudget = described(
        "How much may be asked of the provider's hosts.", factory=WrittenBudget
    )
    defaults: WrittenDefaults = described(
        "What specs get that do not say it themselves.", factory=WrittenDefaults
    )
