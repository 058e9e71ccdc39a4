"""The client that cannot change anything: neither it nor its transport holds a permit for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconcile.api.answers import unwrapped
from reconcile.api.routes import ACTION, Permits, Route
from reconcile.api.surroundings import Surroundings
from reconcile.api.targets import Targets
from reconcile.api.wire import Connected, Wire
from reconcile.model.request import (
    BACKUPS,
    RECOVERY_WINDOW,
    RESOURCE,
    USERS,
    Call,
    Effect,
    operation,
    operation_of_database,
    type_version,
)
from reconcile.model.target import Target

_ROOTS: Mapping[Route, str | None] = {
    Route.of_call(RESOURCE): "database",
    Route.of_call(RECOVERY_WINDOW): "recovery_window",
    Route.of_call(BACKUPS): "database_backups",
    Route.of_call(USERS): "database-users",
    Route.of_call(operation("")): "operation",
    Route.of_call(operation_of_database("")): "operation",
    Route.of_call(type_version("")): "database_type_version",
}
"""The routes that only read, and the key under which each answers."""

READ_ACTIONS = frozenset(
    {
        "list-databases",
        "get-sqlmode",
        "list-extensions",
        "list-retention-policies",
        "pg-list-queries",
        "pg-stat-statements-list",
    }
)

READING = Permits(effect=Effect.READ, routes=frozenset({*_ROOTS, ACTION}), actions=READ_ACTIONS)
"""All that a run that only reads may send about a database."""


class ReadClient:
    """Reads databases. Thread safe."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def call(self, target: Target, call: Call) -> Any:
        """What is under the answer's root key, or an action's `result`: decoded, unchecked.

        Raises ForbiddenCallError, before any I/O, for any other call, whatever its `effect` says;
        NotOfferedError for `ok: 0`; AnswerError where the answer names another database, operation
        or version; other ApiErrors where there is no usable answer.
        """
        answer = self._wire.send(target, call, READING)
        value = unwrapped(answer, _ROOTS)
        return self._wire.answers.checked(target, call, answer.request, value)


class Reads(Connected):
    """A connection that can only read: a client, and a finder of targets."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.client = ReadClient(wire)
        self.targets = Targets(wire)


def connect_reading(surroundings: Surroundings) -> Reads:
    """Make a connection whose transport itself refuses whatever would change anything.

    Sends nothing yet. Raises UsageError for a host, a region, an authority or a ready token that
    cannot be meant, CredentialsError where no credentials are given.
    """
    return Reads(Wire(surroundings, (READING,)))
