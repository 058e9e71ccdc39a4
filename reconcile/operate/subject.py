"""The database that an order is about, as it was found."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from attrs import frozen

from reconcile.api.reads import ReadClient
from reconcile.errors import AnswerError, NotReadyError, ReconcileError
from reconcile.model.engine import Engine
from reconcile.model.request import Call
from reconcile.model.run import follow_command
from reconcile.model.state import Facts
from reconcile.model.target import Target


@frozen(kw_only=True)
class Subject:
    """One live database, by the name that a person gave it, and a way to read more of it."""

    name: str
    target: Target
    resource: Mapping[str, Any]
    facts: Facts
    client: ReadClient

    def ask(self, call: Call) -> Any:
        """Make a read. Raises as `ReadClient.call`."""
        return self.client.call(self.target, call)

    def must_be(self, engine: Engine, what: str) -> None:
        """Raise ReconcileError where the engine is another than the only one that has something."""
        if self.facts.engine is not engine:
            raise ReconcileError(
                f"{self.name!r} is {self.facts.type_name}: only {engine.value} has {what}"
            )

    def must_be_settled(self) -> None:
        """Raise NotReadyError where the database does not run, or an operation is under way."""
        operation = self.facts.operation
        status = f"{self.name!r} is {self.facts.status}"
        if self.facts.held_by_addon:
            status = f"the addon of {self.name!r} is {self.facts.addon_status}"
        if operation:
            raise NotReadyError(
                f"{status}, and operation {operation!r} is under way:"
                f" follow it with {follow_command(operation, self.name)}"
            )
        if self.facts.needs_person:
            raise NotReadyError(f"{status}: get it running in the provider's dashboard")
        if not self.facts.settled:
            raise NotReadyError(f"{status}: wait until it is running")


def rows_of(answer: object, what: str) -> list[Mapping[str, Any]]:
    """The rows of a listing. Raises AnswerError where it is no list of objects."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise AnswerError(f"{what}: answered no list of objects")
    return answer


def text(row: Mapping[str, Any], key: str) -> str:
    """A text of a row, as it came; empty where there is none."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def number(row: Mapping[str, Any], key: str) -> float:
    """A number of a row; 0 where there is none, or none that can be reckoned with."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        known = float(value)
    except OverflowError:
        return 0.0
    return known if isfinite(known) else 0.0


def whole(row: Mapping[str, Any], key: str) -> int:
    """A whole number of a row, exact however large; 0 where there is none."""
    value = row.get(key)
    return (
        value if isinstance(value, int) and not isinstance(value, bool) else int(number(row, key))
    )
