"""Operations: changes that the provider goes on with after it has answered."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen


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


@frozen(kw_only=True)
class Operation:
    """How far an operation has come.

    `status` is the provider's own word; of those that it documents, `done` and `error` are ends,
    and whatever else it says is taken for not ended. `error` says why where it ended in one.
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
        return self.status == "done"

    @property
    def failed(self) -> bool:
        """Whether it ended in an error."""
        return self.status == "error"

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done or self.failed
