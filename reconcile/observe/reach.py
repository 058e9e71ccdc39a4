"""What a connection by SQL is for, whether it is worth a look, and what the API says to check it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from reconcile.kinds import KINDS
from reconcile.kinds.kind import MISSING, Kind
from reconcile.kinds.listing import rows
from reconcile.model.postgresql import ApiView, NoSqlAccess, Reach, SqlConnection
from reconcile.model.request import USERS
from reconcile.model.state import Elements, Facts, KindState, NoElements
from reconcile.observe.found import Found, Lookups

Inspect = Callable[[SqlConnection, ApiView], Reach]
"""Looks over a connection, which has to agree with what the API says. Changes and raises nothing."""


_PROVING = tuple(kind for kind in KINDS if kind.proves)

PROOF = (*(kind.read for kind in _PROVING), USERS)
"""What the API is asked for, to check a connection by it."""


def unlooked(connection: SqlConnection, said: ApiView) -> Reach:
    """For commands that read over the API alone: no connection counts as usable."""
    return NoSqlAccess(
        code="P121",
        message=f"the connection {connection.dsn} of addon {said.addon!r} was not looked at",
        hint="read it with a look over connections",
    )


def reached(
    found: Found,
    specs: Sequence[tuple[Kind[Any], Any]],
    states: Mapping[str, KindState],
    *,
    connection: SqlConnection,
    lookups: Lookups,
    inspect: Inspect,
) -> Reach | None:
    """What is found over the connection of a database; None where nothing needs it.

    One request for the users, and one for each of the lists that were not read already. Raises
    ReconcileError where the API cannot be asked.
    """
    if not any(_needs_sql(kind, spec, states[kind.name], found.facts) for kind, spec in specs):
        return None
    said = ApiView(addon=found.target.addon, version=str(found.facts.version or ""), extensions={})
    for kind in _PROVING:
        live = _listed(kind, found, states, lookups)
        said = said if live is None else kind.seen_by_api(said, live)
    said = evolve(said, users=_users(lookups.ask(found.target, USERS)))
    return inspect(connection, said)


def _needs_sql(kind: Kind[Any], spec: object, state: KindState, facts: Facts) -> bool:
    return not isinstance(state, NoElements) and kind.by_sql(spec, state, facts)


def _listed(
    kind: Kind[Any], found: Found, states: Mapping[str, KindState], lookups: Lookups
) -> Elements | None:
    """The elements of a kind, whether a spec names it or not; None where the API does not list them."""
    state = states.get(kind.name)
    if state is None:
        answer = lookups.ask(found.target, kind.read)
        state = None if answer is MISSING else kind.parse(answer)
    return None if isinstance(state, NoElements) else state


def _users(answer: object) -> frozenset[str] | None:
    """The names in a list of users, None where the provider has no such list."""
    if answer is MISSING:
        return None
    return frozenset(rows(answer, "the list of users"))
