"""From an order to what became of it: prepared by reading, sent as one request."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from reconcile.api.operations import Following
from reconcile.api.writes import WriteClient
from reconcile.errors import DOUBT, OutcomeUnknownError, ReconcileError
from reconcile.model.operation import DONE_ALTHOUGH, LATER, look_again
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.recovery import RecoveryWindow
from reconcile.model.run import Result

Note = Callable[[str], None]
"""Writes the id of an operation down. Raises ReconcileError where it cannot."""


def _unnoted(_ident: str) -> None:
    """Nobody keeps a journal."""


def _cannot_tell() -> bool | None:
    return None


class OtherwiseError(ReconcileError):
    """Read again, something else is live than what was requested."""


@frozen(kw_only=True)
class Prepared:
    """An order, what it rests on, and how to find out by reading whether it happened.

    nothing   why nothing is to be done, empty where something is
    notes     what a person should know even where nobody is asked
    premise   what was read and has to be the same when it is sent
    window    the recovery window where it was read, so that the guards do not read it again
    happened  asked where the answer was lost: True, False, or None where reading cannot tell;
              raises OtherwiseError where something else happened, ReconcileError where something
              cannot be read
    provable  whether reading tells it in the end, so that an operation that ended well is checked
    """

    order: Order
    nothing: str = ""
    notes: tuple[str, ...] = ()
    premise: tuple[object, ...] = ()
    window: RecoveryWindow | None = None
    happened: Callable[[], bool | None] = _cannot_tell
    provable: bool = False


def send_order(
    prepared: Prepared, writes: WriteClient, following: Following, note: Note = _unnoted
) -> OrderOutcome:
    """Send the request of an order, once, and find out what became of it; raises nothing.

    `note` writes down which operation was started, before its end is waited for.
    """
    order = prepared.order
    try:
        if order.call.starts_operation is not None:
            ident = writes.start(order.target, order.call)
            return _decided(prepared, _followed(order, ident, following, note))
        writes.call(order.target, order.call)
    except OutcomeUnknownError as error:
        return _resolved(prepared, following, note, error)
    except ReconcileError as error:
        return OrderOutcome(order=order, result=Result.FAILED, message=str(error))
    return OrderOutcome(order=order, result=Result.DONE)


def _followed(order: Order, ident: str, following: Following, note: Note) -> OrderOutcome:
    end = following.wait_for(order.target, ident, note)
    return OrderOutcome(
        order=order,
        result=end.result,
        message=end.message,
        operation_id=ident,
        operation=end.seen,
    )


def _decided(prepared: Prepared, followed: OrderOutcome) -> OrderOutcome:
    """An operation that ended, by what is live: where reading tells, or it ended unclearly.

    One request.
    """
    seen = followed.operation
    if seen is None or not (seen.unclear or (seen.ended and prepared.provable)):
        return followed
    ended_well = followed.result is Result.DONE
    unseen = evolve(followed, result=Result.UNKNOWN, message=_UNSEEN) if ended_well else followed
    try:
        happened = prepared.happened()
    except OtherwiseError as error:
        return (
            followed if seen.failed else evolve(followed, result=Result.FAILED, message=str(error))
        )
    except ReconcileError as error:
        return evolve(unseen, message=f"{unseen.message}: {error}") if ended_well else unseen
    if happened is None:
        return unseen
    return followed if ended_well and happened else _told_by_reading(followed, happened=happened)


def _told_by_reading(followed: OrderOutcome, *, happened: bool) -> OrderOutcome:
    """An operation that ended badly or unclearly, by what a second read shows."""
    if not happened:
        message = f"read again: it was not done; {followed.message}"
        return evolve(followed, result=Result.FAILED, message=message)
    said = DONE_ALTHOUGH if followed.result is Result.FAILED else "read again: it was done;"
    return evolve(followed, result=Result.DONE, message=f"{said} {followed.message}")


_UNSEEN = "its operation ended well, and reading again does not show that it was done"


def _happened(prepared: Prepared, following: Following) -> bool | None:
    """Whether it happened by now, or does within some seconds. Raises as `Prepared.happened`."""
    if prepared.order.call.starts_operation is not None:
        return prepared.happened()  # its operation was looked for as long
    return look_again(prepared.happened, lambda happened: happened is not False, following.pause)


def _resolved(
    prepared: Prepared, following: Following, note: Note, error: OutcomeUnknownError
) -> OrderOutcome:
    """Find out by reading what no answer told; nothing is ever sent twice."""
    order = prepared.order
    unknown = OrderOutcome(order=order, result=Result.UNKNOWN, message=str(error))
    type_ = order.call.starts_operation
    ident = None if type_ is None else following.found(order.target, type_)
    followed = None if ident is None else _followed(order, ident, following, note)
    if followed is not None and (followed.result is not Result.DONE or not prepared.provable):
        return _decided(prepared, followed)
    try:
        happened = _happened(prepared, following)
    except OtherwiseError as found:
        return evolve(followed or unknown, result=Result.UNKNOWN, message=f"read again: {found}")
    except ReconcileError:
        return unknown
    if followed is not None:
        unseen = evolve(followed, result=Result.UNKNOWN, message=_UNSEEN)
        return followed if happened else unseen
    if happened is None:
        return unknown
    said, result = ("read again: it was done", Result.DONE) if happened else (LATER, Result.UNKNOWN)
    return evolve(unknown, result=result, message=f"{said}; {str(error).removesuffix(DOUBT)}")
