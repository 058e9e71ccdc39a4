"""Query statistics: whether pg_stat_statements collects.

Source: the API text, action `pg-stat-statements-enable`. No action turns it off again: that is SQL,
over the connection that the spec names, or a step for a person where it names none.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import cast

from attrs import frozen

from reconcile.kinds import extensions
from reconcile.kinds.extension_rules import staying
from reconcile.kinds.kind import (
    Asked,
    ByHand,
    Feasible,
    Judgement,
    Kind,
    Phase,
    Sides,
    Wanted,
    after_of,
)
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import Only, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.postgresql import STATEMENTS, Sql
from reconcile.model.request import Call, Effect, action
from reconcile.model.state import ITSELF, Elements, Facts

_ENABLE = action("pg-stat-statements-enable", effect=Effect.CHANGE)

_DROP = Sql(template="DROP EXTENSION {name}", names={"name": STATEMENTS})


@frozen(kw_only=True)
class QueryStats:
    """Whether query statistics are collected: true or false."""

    __short_form__ = ShortForm(key="enabled", only=True)

    enabled: bool = described(
        "Whether pg_stat_statements is enabled.",
        examples=(True,),
        by_default=Only(value=True, what="turn anything off"),
    )


class _QueryStatsKind(Kind[QueryStats]):
    """Query statistics."""

    name = "query_stats"
    title = "Query statistics"
    spec_type = QueryStats
    offers = MappingProxyType({Engine.POSTGRESQL: True})
    read = extensions.KIND.read
    sql = True
    parts = ("enabled",)

    def to_spec(self, live: Elements) -> QueryStats:
        return QueryStats(enabled=bool(live[ITSELF]["enabled"]))

    def parse(self, result: object) -> Elements:
        return {ITSELF: {"enabled": STATEMENTS in extensions.KIND.parse(result)}}

    def normalize(self, spec: QueryStats, live: Elements, _facts: Facts) -> Sides:
        return Sides(wanted=Wanted(present={ITSELF: {"enabled": spec.enabled}}), live=live)

    def judge(self, change: Change, _live: Elements, facts: Facts) -> Judgement:
        if _turns_on(change):
            return Feasible(risk=Risk.SAFE)
        if facts.connection is None:
            return ByHand(statements=(str(_DROP),), where=extensions.WHERE, phase=Phase.DELETE)
        # As for extensions: without a look, it was judged when its plan was made.
        refused = facts.reach and staying(STATEMENTS, facts.reach)
        return refused or Feasible(risk=Risk.SAFE, phase=Phase.DELETE)

    def requests(self, change: Change) -> tuple[Call | Sql, ...]:
        return (_ENABLE if _turns_on(change) else _DROP,)

    def by_sql(self, spec: QueryStats, live: Elements, _facts: Facts) -> bool:
        """Whether it is to be turned off, and is on."""
        return not spec.enabled and bool(live[ITSELF]["enabled"])

    def meant(self, asked: Sequence[Asked]) -> QueryStats:
        return QueryStats(enabled=cast("bool", after_of(asked)["enabled"]))


KIND = _QueryStatsKind()


def _turns_on(change: Change) -> bool:
    return isinstance(change, Update) and bool(change.after["enabled"])
