"""The errors that a run can end with, each with its exit status.

A message says what, where, why and what to do: lower case, no full stop, values quoted with !r.
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the process tells its caller; the table of exit codes is in the README."""

    DONE = 0
    FAILED = 1
    REMAINS = 2
    REFUSED = 3
    FAILED_AFTER_EFFECT = 4
    USAGE = 64
    INVALID = 65
    UNAUTHENTICATED = 77
    INTERRUPTED = 130
    TERMINATED = 143


class ReconcileError(Exception):
    """Anything that the tool reports as a sentence instead of a traceback.

    `unauthenticated` where the provider did not accept who we are.
    """

    status: ExitStatus = ExitStatus.FAILED
    unauthenticated: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """What to show, line by line; one line unless the message is our own page."""
        return (str(self),)


class UsageError(ReconcileError):
    """The command line or the environment asks for something that cannot be meant."""

    status = ExitStatus.USAGE


class NotReadyError(ReconcileError):
    """The database is not ready for changes, so that what was to be done remains."""

    status = ExitStatus.REMAINS


class PageError(ReconcileError):
    """A message of several lines, which quotes nothing from outside that could add to them."""

    def __init__(self, page: str, status: ExitStatus) -> None:
        super().__init__(page)
        self.status = status

    @property
    def lines(self) -> tuple[str, ...]:
        """The page, line by line."""
        return tuple(str(self).splitlines())


class CredentialsError(ReconcileError):
    """The provider did not accept who we are, or we did not say it."""

    status = ExitStatus.UNAUTHENTICATED
    unauthenticated = True


class ForbiddenCallError(ReconcileError):
    """A client was asked for a call outside the set that it may send: a defect of the tool."""


class ApiError(ReconcileError):
    """The provider could not be asked, or answered what cannot be used.

    `about` is the key of a spec whose value the provider does not know, None where it is not that.
    """

    about: str | None = None


class AccessError(ApiError):
    """The provider refused us one database or application (401, 403); others may be open.

    Where a command is about that one alone, nobody could be authenticated.
    """

    status = ExitStatus.UNAUTHENTICATED
    unauthenticated = True


class NotFoundError(ApiError):
    """The provider knows no such application, addon or database, or shows it to others only."""

    def __init__(self, message: str, *, about: str | None = None) -> None:
        super().__init__(message)
        self.about = about


class NotOfferedError(ApiError):
    """The action answered `ok: 0`: the engine refused it or does not offer it.

    `said` is the provider's own message, safe to show.
    """

    def __init__(self, message: str, *, said: str = "") -> None:
        super().__init__(message)
        self.said = said or message


DOUBT = "; it may or may not have taken effect"
"""How a sentence about a change ends whose outcome is open; it goes once that is settled."""


class OutcomeUnknownError(ApiError):
    """A changing request may have been applied, but no answer says so.

    `under_way` where the provider may still be at it: nothing came in time.
    """

    def __init__(self, message: str, *, under_way: bool = False) -> None:
        super().__init__(message)
        self.under_way = under_way


class UnusableConnectionError(ReconcileError):
    """The connection that a spec names cannot be used; nothing was sent that changes anything.

    `what` is wrong, and a `hint` what to do: neither holds any part of the connection string.
    """

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(f"{what}: {hint}")
        self.what = what
        self.hint = hint


class StatementRefusedError(ReconcileError):
    """A statement that certainly was not done: the server refused it, or was lost before its end."""


class AnswerError(ApiError):
    """An answer that is not of the shape that the API's documents promise."""
