"""What came of one try to send a request."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from attrs import frozen

from reconcile.api.retry import Trouble, trouble_of
from reconcile.api.routes import Answer, Request
from reconcile.errors import DOUBT, ApiError, OutcomeUnknownError
from reconcile.model.request import Effect

_LONGEST_REASON = 120
_OPEN = frozenset({Trouble.LOST, Trouble.ENDLESS})
"""Where the server may have done what was asked for."""
_FAILURES = frozenset({500, 502, 503, 504})


@frozen(kw_only=True)
class Broken:
    """A try without a whole answer; `reason` in words, `slow` where none came in time."""

    trouble: Trouble
    reason: str
    slow: bool


Outcome = Answer | Broken


class Verdict(Enum):
    """What an outcome says of the host, whatever it says of the request."""

    ANSWERED = "the host does its work"
    REFUSED = "it takes no more for now (429)"
    FAILED = "it was not reached, gave no whole answer, or says that it is broken"


def trouble_with(outcome: Outcome) -> tuple[Trouble | None, str | None]:
    """What is wrong with an outcome, and the server's Retry-After."""
    if isinstance(outcome, Broken):
        return outcome.trouble, None
    return trouble_of(outcome.status), outcome.retry_after


def verdict_on(outcome: Outcome) -> Verdict:
    """What an outcome says of the host."""
    trouble, _ = trouble_with(outcome)
    if trouble is Trouble.LIMITED:
        return Verdict.REFUSED
    if isinstance(outcome, Broken) or outcome.status in _FAILURES:
        return Verdict.FAILED
    return Verdict.ANSWERED


def answer_of(request: Request, outcome: Outcome, *, hide: Callable[[str], str]) -> Answer:
    """The answer that a request ends with; `hide` takes the credentials out of a text.

    Raises ApiError where there is none, OutcomeUnknownError where that leaves open whether a
    change was made.
    """
    if isinstance(outcome, Answer):
        return outcome
    reason = hide(outcome.reason)[:_LONGEST_REASON]
    if request.effect is Effect.CHANGE and outcome.trouble in _OPEN:
        raise OutcomeUnknownError(
            f"{request}: its answer was lost ({reason}){DOUBT}",
            under_way=outcome.slow,
        )
    raise ApiError(f"{request}: no answer from {request.base}: {reason}")
