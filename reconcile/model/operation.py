"""Operations: changes that the provider goes on with after it has answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from attrs import frozen

from reconcile.model.request import FeatureSwitch


class Watched(Protocol):
    """What goes on at the provider's until it has ended, well or not; `status` is a word for it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def type(self) -> str:
        """What it is; empty where that is not known."""

    @property
    def status(self) -> str:
        """How far it has come."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""


_GOING_ON = frozenset({"pending", "running", "cancelling"})
_ENDED_WELL = frozenset({"done", "finished"})
_ENDED_BADLY = frozenset({"error", "user-error", "cancelled"})


@frozen(kw_only=True)
class Operation:
    """How far an operation has come.

    `status` is the provider's own word. An operation whose status is an unknown word has ended
    where `finished_at` is set, and the word does not say how. `error` says why it ended badly.
    """

    id: str
    status: str
    type: str = ""
    error: str = ""
    created_at: str | None = None
    finished_at: str | None = None

    @property
    def done(self) -> bool:
        """Whether it ended well."""
        return self.status in _ENDED_WELL

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self.status in _ENDED_BADLY

    @property
    def unclear(self) -> bool:
        """Whether it ended, and its status does not say how."""
        known = self.done or self.failed or self.status in _GOING_ON
        return not known and bool(self.finished_at)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done or self.failed or self.unclear


_FEATURE_ON, _FEATURE_FAILED = "ACTIVATED", "FAILED"
FEATURE_IN_PROGRESS = frozenset({"PENDING", "PENDING_TO_ACTIVATE", "PENDING_TO_REMOVE"})
"""The statuses of a feature that end without a person. Source: the wire contract."""


@frozen(kw_only=True)
class SwitchedFeature:
    """How far the provider has come with a feature that was turned on or off.

    `status` is the provider's own word, empty where the feature is not listed: then it is off.
    `operation` is the id of the operation that is in progress on the database.
    """

    switch: FeatureSwitch
    status: str
    operation: str = ""

    @property
    def id(self) -> str:
        """The name of the feature."""
        return self.switch.name

    @property
    def type(self) -> str:
        """What it is."""
        return "feature"

    @property
    def done(self) -> bool:
        """Whether the feature is on or off, as it was asked for."""
        return self.status == (_FEATURE_ON if self.switch.enabled else "")

    @property
    def failed(self) -> bool:
        """Whether the provider gave up."""
        return self.status == _FEATURE_FAILED

    @property
    def unclear(self) -> bool:
        """Whether nothing goes on, and the status does not say how it ended."""
        in_progress = self.status in FEATURE_IN_PROGRESS or bool(self.operation)
        return not (self.done or self.failed or in_progress)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done or self.failed or self.unclear


T = TypeVar("T")

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further look."""

LATER = "not done yet when read again, it may still be"
"""What is said where no look saw the effect: a request that is lost may arrive later."""

DONE_ALTHOUGH = "read again: it was done, although"
"""What is said where the provider's operation failed and its effect is live: the failure follows."""


def look_again(
    look: Callable[[], T], is_final: Callable[[T], bool], pause: Callable[[float], bool]
) -> T:
    """What the last of a few looks sees: the first that is final, or the one before an interruption.

    `pause` waits so many seconds, and returns whether to go on.
    """
    seen = look()
    for seconds in PAUSES:
        if is_final(seen) or not pause(seconds):
            break
        seen = look()
    return seen
