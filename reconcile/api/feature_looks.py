"""Looking at a feature that was turned on or off, until its status is final."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define

from reconcile.api.reads import ReadClient
from reconcile.errors import AnswerError
from reconcile.model.operation import SwitchedFeature
from reconcile.model.request import RESOURCE, FeatureSwitch
from reconcile.model.target import Target
from reconcile.model.text import safe_text


@define(kw_only=True)
class FeatureLook:
    """Reads a feature's status from the database resource; one request a look.

    `note` writes down the operation that the resource names, once; `operation` is its id.
    """

    client: ReadClient
    target: Target
    switch: FeatureSwitch
    note: Callable[[str], None]
    operation: str | None = None

    def __call__(self) -> SwitchedFeature:
        """Look once. Raises ApiError where it cannot be read, ReconcileError where `note` fails."""
        resource = self.client.call(self.target, RESOURCE)
        listed = resource.get("features") if isinstance(resource, dict) else None
        if not isinstance(listed, list):
            raise AnswerError("the database resource lists no features")
        seen = SwitchedFeature(
            switch=self.switch,
            status=_status(listed, self.switch.name),
            operation=_text(resource.get("current_operation_id")),
        )
        if seen.operation and self.operation is None and not seen.ended:
            self.operation = seen.operation
            self.note(seen.operation)
        return seen


def answered(switch: FeatureSwitch, answer: Any) -> SwitchedFeature | None:
    """A feature whose status the answer to its change says to be final, None for any other."""
    status = _text(answer.get("status")) if isinstance(answer, dict) else ""
    seen = SwitchedFeature(switch=switch, status=status)
    return seen if status and (seen.done or seen.failed) else None


def end_message(seen: SwitchedFeature) -> str:
    """What to say of a feature as it was seen last; nothing where it is as it was asked for."""
    if seen.done:
        return ""
    if not seen.status:
        return f"feature {seen.id!r} is off"
    return f"feature {seen.id!r} is {seen.status}"


def _status(listed: list[Any], name: str) -> str:
    rows = [one for one in listed if isinstance(one, dict) and one.get("name") == name]
    return _text(rows[0].get("status")) or "without a status" if rows else ""


def _text(value: object) -> str:
    return safe_text(value) if isinstance(value, str) else ""
