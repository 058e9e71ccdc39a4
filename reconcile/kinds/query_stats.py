"""Query statistics: whether pg_stat_statements collects.

Source: the API text, action `pg-stat-statements-enable`. No action turns it off again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from attrs import frozen

from reconcile.kinds import extensions
from reconcile.kinds.kind import (
    Asked,
    ByHand,
    Feasible,
    Judgement,
    Kind,
    Sides,
    Wanted,
    after_of,
)
from reconcile.model.call import Call, Effect, action
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import Only, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.extension import STATEMENTS
from reconcile.model.state import ITSELF, Elements, Facts


@frozen(kw_only=True)
class QueryStats:
    """Whether query statistics are collected: true or false."""

    __short_form__ = ShortForm(key="enabled", only=True)

    enabled: bool = described(
        "Whether pg_stat_statements is enabled.",
        examples=(True,),
        by_default=Only(value=True, what="turn anything off"),
    )


def _parse(result: object) -> Elements:
    return {ITSELF: {"enabled": STATEMENTS in extensions.parse(result)}}


def _normalize(spec: QueryStats, live: Elements, _facts: Facts) -> Sides:
    return Sides(wanted=Wanted(present={ITSELF: {"enabled": spec.enabled}}), live=live)


def _judge(change: Change, _live: Elements, _facts: Facts) -> Judgement:
    if isinstance(change, Update) and change.after["enabled"]:
        return Feasible(risk=Risk.SAFE)
    return ByHand(statements=(f"DROP EXTENSION {STATEMENTS};",), where=extensions.WHERE)


def _requests(_change: Change) -> tuple[Call, ...]:
    return (action("pg-stat-statements-enable", effect=Effect.CHANGE),)


def _meant(asked: Sequence[Asked]) -> QueryStats:
    return QueryStats(enabled=cast("bool", after_of(asked)["enabled"]))


def _to_spec(live: Elements) -> QueryStats:
    return QueryStats(enabled=bool(live[ITSELF]["enabled"]))


KIND = Kind(
    name="query_stats",
    title="Query statistics",
    spec_type=QueryStats,
    offers={Engine.POSTGRESQL: True},
    read=extensions.LIST_EXTENSIONS,
    parts=("enabled",),
    parse=_parse,
    normalize=_normalize,
    judge=_judge,
    requests=_requests,
    to_spec=_to_spec,
    meant=_meant,
)
