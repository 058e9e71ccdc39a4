"""The client that changes databases. Only applying and operating may import this module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconcile.api.answers import operation_of, unwrapped
from reconcile.api.reads import READING, Reads
from reconcile.api.routes import ACTION, Permits, Route
from reconcile.api.surroundings import Surroundings
from reconcile.api.wire import Connected, Wire
from reconcile.model.request import (
    BACK_UP,
    UPGRADE,
    Call,
    Effect,
    add_feature,
    remove_feature,
    restore,
    update,
)
from reconcile.model.target import Target

_ROOTS: Mapping[Route, str | None] = {
    Route.of_call(update({})): "database",
    Route.of_call(UPGRADE): None,
    Route.of_call(BACK_UP): "database_backup",
    Route.of_call(restore("")): None,
    Route.of_call(add_feature("")): None,
    Route.of_call(remove_feature("")): None,
}
"""The routes that change something, and the key under which each answers; None: no key."""

CHANGE_ACTIONS = frozenset(
    {
        "create-database",
        "delete-database",
        "reset-database",
        "set-sqlmode",
        "pg-cancel-query",
        "pg-terminate-query",
        "pg-stat-statements-enable",
        "pg-stat-statements-reset",
        "add-retention-policy",
        "del-retention-policy",
    }
)

WRITING = Permits(effect=Effect.CHANGE, routes=frozenset({*_ROOTS, ACTION}), actions=CHANGE_ACTIONS)
"""All that may be sent to change a database."""


class WriteClient:
    """Changes databases. Thread safe."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def prepare(self, target: Target, *, finish: bool = False) -> None:
        """Have a token in hand, before the intent is written down, that is good for five minutes.

        `finish` as for `call`. Raises ApiError or CredentialsError where there is none to be had.
        """
        self._wire.prepare(target, finish=finish)

    def call(self, target: Target, call: Call, *, finish: bool = False) -> Any:
        """Make a change; return the `database` object or the action's `result`.

        To `finish` a change that is half made, it is sent and repeated although the run was
        interrupted or its time is over; only closing ends it, or five minutes of waiting.

        The request is repeated only if the provider cannot have received it, or refused it for its
        rate (429) or its token (401). Raises ForbiddenCallError, before any I/O, for a call outside
        the set; OutcomeUnknownError where the change may have been made, also where the answer
        names another database; NotOfferedError for
        `ok: 0` and other ApiErrors where it certainly was not.
        """
        answer = self._wire.send(target, call, WRITING, finish=finish)
        value = unwrapped(answer, _ROOTS)
        return self._wire.answers.checked(target, call, answer.request, value)

    def start(self, target: Target, call: Call) -> str:
        """Make a change that goes on after its answer; return the id of the operation to follow.

        As `call`; OutcomeUnknownError, `under_way`, also where the answer names no operation.
        """
        return operation_of(self._wire.send(target, call, WRITING))


class Connection(Connected):
    """A connection that reads and writes."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.reads = Reads(wire)
        self.writes = WriteClient(wire)


def connect_writing(surroundings: Surroundings) -> Connection:
    """Make a connection that may change databases. Sends nothing; raises as `connect_reading`."""
    return Connection(Wire(surroundings, (READING, WRITING)))
