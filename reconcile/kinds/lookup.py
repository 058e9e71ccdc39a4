"""The lookups of a kind: the reads that a spec calls for; an answer may call for one more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconcile.errors import AnswerError, NotFoundError, NotOfferedError
from reconcile.kinds.kind import Kind
from reconcile.model.request import Call
from reconcile.model.state import Elements

UNTOLD = object()
"""The answer of an endpoint that is not there."""


def or_untold(read: Callable[[], Any]) -> Any:
    """What is read, or UNTOLD where the provider does not have what is asked for."""
    try:
        return read()
    except (NotFoundError, NotOfferedError):
        return UNTOLD


def looked_up(
    kind: Kind[Any], spec: object, state: Elements, ask: Callable[[Call], Any]
) -> Elements:
    """A state with what the lookups of its kind add; `ask` answers one, UNTOLD for nothing.

    Raises what `ask` raises, and AnswerError where an answer makes no sense.
    """
    asked: Call | None = None
    while True:
        call = kind.lookup(spec, state)
        if call is None or call == asked:
            return state
        answer = ask(call)
        if answer is UNTOLD:
            return state
        try:
            state = kind.learned(state, answer)
        except AnswerError as error:
            raise AnswerError(f"{call}: {error}") from None
        asked = call
