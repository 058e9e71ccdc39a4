"""What came of one try to send a request."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from attrs import frozen

from reconcile.api.retry import FailureKind, status_failure
from reconcile.api.routes import Answer, Request
from reconcile.errors import DOUBT, ApiError, OutcomeUnknownError
from reconcile.model.request import Effect

_LONGEST_REASON = 120
_OPEN = frozenset({FailureKind.LOST, FailureKind.ENDLESS})
"""Where the server may have done what was asked for."""
_FAILURES = frozenset({500, 502, 503, 504})


@frozen(kw_only=True)
class NoAnswer:
    """A try without a whole answer; `reason` in words, `slow` where none came in time."""

    failure: FailureKind
    reason: str
    slow: bool


TryResult = Answer | NoAnswer


class HostStatus(Enum):
    """What a result says of the host, whatever it says of the request."""

    ANSWERED = "the host does its work"
    REFUSED = "it takes no more for now (429)"
    FAILED = "it was not reached, gave no whole answer, or says that it is broken"


def failure_of(result: TryResult) -> tuple[FailureKind | None, str | None]:
    """What is wrong with a result, and the server's Retry-After."""
    if isinstance(result, NoAnswer):
        return result.failure, None
    return status_failure(result.status), result.retry_after


def host_status(result: TryResult) -> HostStatus:
    """What a result says of the host."""
    failure, _ = failure_of(result)
    if failure is FailureKind.LIMITED:
        return HostStatus.REFUSED
    if isinstance(result, NoAnswer) or result.status in _FAILURES:
        return HostStatus.FAILED
    return HostStatus.ANSWERED


def answer_of(request: Request, result: TryResult, *, hide: Callable[[str], str]) -> Answer:
    """The answer that a request ends with; `hide` takes the credentials out of a text.

    Raises ApiError where there is none, OutcomeUnknownError where that leaves open whether a
    change was made.
    """
    if isinstance(result, Answer):
        return result
    reason = hide(result.reason)[:_LONGEST_REASON]
    if request.effect is Effect.CHANGE and result.failure in _OPEN:
        raise OutcomeUnknownError(
            f"{request}: its answer was lost ({reason}){DOUBT}",
            under_way=result.slow,
        )
    raise ApiError(f"{request}: no answer from {request.base}: {reason}")
