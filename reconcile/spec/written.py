"""What people write, as classes: the header of a spec, and reconcile.yaml.

The kinds are not here: each brings its own class. The converter and the JSON Schemas both follow
these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from attrs import fields, frozen

from reconcile.guard import WAIVABLE
from reconcile.kinds.listing import Why
from reconcile.model.constraint import (
    Between,
    InvalidValueError,
    Matching,
    Readable,
    described,
)
from reconcile.model.cost import Budget
from reconcile.model.engine import Engine
from reconcile.model.policy import WaivedSeverity
from reconcile.model.postgresql import SqlConnection
from reconcile.model.text import READABLE
from reconcile.spec import codes

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
        pattern=r"[A-Za-z0-9_][A-Za-z0-9_./-]*",
        meaning="key of a label",
        hint="letters, digits and . _ / - starting with a letter, a digit or _; 63 at most",
        longest=63,
    ),
]
LabelValue = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9_][A-Za-z0-9_.@:/+-]*",
        meaning="value of a label",
        hint="letters, digits and . _ @ : / + - starting with a letter, a digit or _; 63 at most",
        longest=63,
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
IgnoredPath = Annotated[
    str,
    Readable(
        pattern=READABLE,
        meaning="path of something that is managed",
        hint="write a kind, kind/name or kind/field, as in backups/hours",
    ),
]


@frozen(kw_only=True)
class Ignore:
    """A difference that does not count: it names its reason and ends by itself."""

    path: IgnoredPath = described(
        "What is ignored: a kind, kind/name, or kind/field of a kind that is one thing. In"
        " reconcile.yaml the database's handle stands in front.",
        examples=("backups/hours", "logical_databases/scratch"),
    )
    reason: Why = described(
        "Why it does not count.", examples=("the provider moved it during a migration",)
    )
    until: date = described("The last day on which it does not.", examples=("2027-01-31",))


@frozen(kw_only=True)
class Header:
    """Which database a spec is about, and how. Every other key manages something of it."""

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
    resource_id: Id | None = described(
        "An identity pin: the resource id of the live addon. With another nothing is changed.",
        examples=("shop-web-4821",),
        default=None,
    )
    region: Region | None = described(
        "An identity pin: the region of the live database. In another nothing is changed.",
        examples=("osc-fr1",),
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
    connection: SqlConnection | None = described(
        "PostgreSQL: how the database is reached by SQL. With it `extensions` are planned and applied"
        " like all else; without it they are steps for a person.",
        default=None,
        secret=True,
    )
    ignore: tuple[Ignore, ...] = described(
        "Differences that shall not count for a while.",
        default=(),
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


@frozen(kw_only=True)
class WrittenLimits:
    """What the guards compare with; what is left out keeps its default."""

    share: Annotated[int, Between(1, 100, "share of a fleet in percent")] | None = described(
        "How much of the fleet, in percent, one plan may weaken, disrupt or rob of data, each on its"
        " own. Default: 10.",
        examples=(10,),
        default=None,
    )
    databases: Annotated[int, Between(0, 100_000, "number of databases")] | None = described(
        "How many databases it may, whatever their share. Default: 1.", examples=(1,), default=None
    )
    backup_hours: Annotated[int, Between(1, 8760, "age of a backup in hours")] | None = described(
        "How old the newest backup, or the end of the recovery window, may be before data goes."
        " Default: 26.",
        examples=(26,),
        default=None,
    )


@frozen
class Waivable:
    """A constraint: the code of a guard that may be waived."""

    def check(self, value: str) -> None:
        """Raise InvalidValueError for any other text."""
        if value not in WAIVABLE:
            raise InvalidValueError(
                f"{value!r:.60} is no guard that can be waived",
                hint=f"these can: {', '.join(WAIVABLE)}; what others refuse, the specs settle",
                code=codes.NO_WAIVER,
            )

    def schema(self) -> Mapping[str, object]:
        """The codes."""
        return {"enum": list(WAIVABLE)}


@frozen(kw_only=True)
class WrittenWaiver:
    """What a guard's findings count for, why, and until when."""

    severity: WaivedSeverity = described(
        "What its findings count for: they are shown and refuse nothing, or they are not shown.",
        examples=("warning",),
    )
    reason: Why = described("Why they do.", examples=("the fleet moves to new plans",))
    until: date = described(
        "The last day on which this holds; it is an error when a fortnight more has passed.",
        examples=("2027-01-31",),
    )


@frozen(kw_only=True)
class WrittenConfig:
    """What a project's specs have in common."""

    version: Literal[1] = described("The version of this file's format.", examples=(1,))
    region: Region | None = described(
        "The region in which the databases live.", examples=("osc-fr1",), default=None
    )
    request_budget: Budget = described(
        "How much may be asked of the provider's hosts.", factory=Budget
    )
    defaults: WrittenDefaults = described(
        "What specs get that do not say it themselves.", factory=WrittenDefaults
    )
    limits: WrittenLimits = described("What the guards compare with.", factory=WrittenLimits)
    guards: Mapping[Annotated[str, Waivable()], WrittenWaiver] = described(
        "Guards that count for less, by code, each until a date.",
        examples=(
            {"G105": {"severity": "warning", "reason": "restored by hand", "until": "2027-01-31"}},
        ),
        factory=dict,
    )
    ignore: tuple[Ignore, ...] = described(
        "Differences that shall not count for a while, of any database: paths begin with handles.",
        default=(),
    )
