"""The SQL mode of a MySQL database: a set, whatever its spelling.

Source: the API text, actions `get-sqlmode` and `set-sqlmode`, whose params are the string itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Kind,
    Refused,
    Sides,
    Wanted,
    after_of,
)
from reconcile.kinds.sql_modes import KNOWN, dialect_of, is_laxer
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import OneOf, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.request import Call, Effect, action
from reconcile.model.state import ITSELF, Elements, Facts, Parsed

Mode = Annotated[str, OneOf(choices=KNOWN, meaning="SQL mode that a server knows")]


@frozen(kw_only=True)
class SqlMode:
    """The SQL mode, as a list of modes or one string with commas; an empty list clears it."""

    __short_form__ = ShortForm(key="modes", only=True, separator=",")

    modes: tuple[Mode, ...] = described(
        "The modes; composite ones such as TRADITIONAL are allowed, order and case do not matter.",
        examples=(["STRICT_TRANS_TABLES", "NO_ZERO_DATE"],),
    )


class _SqlModeKind(Kind[SqlMode]):
    """SQL mode."""

    name = "sql_mode"
    title = "SQL mode"
    spec_type = SqlMode
    offers = MappingProxyType({Engine.MYSQL: True})
    read = action("get-sqlmode", effect=Effect.READ)
    parts = ("modes",)

    def to_spec(self, live: Elements) -> SqlMode:
        return SqlMode(modes=_modes(live[ITSELF]["modes"]))

    def parse(self, result: Any) -> Parsed:
        if not isinstance(result, str):
            raise AnswerError(f"get-sqlmode answered {result!r} where a text is due")
        return {
            ITSELF: {"modes": tuple(mode.strip() for mode in result.split(",") if mode.strip())}
        }

    def normalize(self, spec: SqlMode, live: Elements, facts: Facts) -> Sides:
        dialect = dialect_of(facts)

        def canonical(modes: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(sorted(dialect.expand(mode.upper() for mode in modes)))

        words = _words(spec)
        return Sides(
            wanted=Wanted(
                present={ITSELF: {"modes": canonical(words)}}, sent={ITSELF: {"modes": words}}
            ),
            live={ITSELF: {"modes": canonical(_modes(live[ITSELF]["modes"]))}},
        )

    def judge(self, change: Change, _live: Elements, facts: Facts) -> Judgement:
        update = cast("Update", change)
        dialect = dialect_of(facts)
        words = _modes(update.after["modes"])
        foreign = [word for word in words if not dialect.knows(word)]
        if foreign:
            return Refused(
                code="P211",
                message=f"{dialect.name} does not know {', '.join(foreign)} and would refuse the set",
                hint="take it out of the spec",
            )
        laxer = is_laxer(_modes(update.before["modes"]), dialect.expand(words))
        return Feasible(risk=Risk.WEAKENS if laxer else Risk.SAFE)

    def requests(self, change: Change) -> tuple[Call, ...]:
        words = _modes(cast("Update", change).after["modes"])
        return (action("set-sqlmode", ",".join(words), effect=Effect.CHANGE),)

    def meant(self, asked: Sequence[Asked]) -> SqlMode:
        return SqlMode(modes=_modes(after_of(asked)["modes"]))


KIND = _SqlModeKind()


def _words(spec: SqlMode) -> tuple[str, ...]:
    """The spec's own words, each once: what is sent."""
    return tuple(dict.fromkeys(mode.strip().upper() for mode in spec.modes))


def _modes(value: object) -> tuple[str, ...]:
    return cast("tuple[str, ...]", value)
