"""Following an operation to its end: the same for every change that goes on after its answer.

Source: the wire contract, `GET /api/operations/:op`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from reconcile.api.breaker import LeftAloneError
from reconcile.api.clock import Clock, SystemClock
from reconcile.api.deadline import TimeUpError
from reconcile.api.feature_looks import FeatureLook, answered, end_message
from reconcile.api.reads import ReadClient
from reconcile.errors import AccessError, AnswerError, ApiError, NotFoundError, ReconcileError
from reconcile.model.operation import Operation, Watched, look_again
from reconcile.model.request import RESOURCE, Call, FeatureSwitch, operation, operation_of_database
from reconcile.model.run import UNDER_WAY, Result, operation_result
from reconcile.model.target import Target
from reconcile.model.text import safe_text

T = TypeVar("T", bound=Watched)

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_GROWTH = 1.5
_FAILED_LOOKS = 5


def _unheard(_seen: Watched, _seconds: float) -> None:
    """Nobody is watching."""


@define
class _Looks(Generic[T]):
    """What was seen last, and the looks that failed in a row since then."""

    seen: T | None = None
    failure: ApiError | None = None
    failed: int = 0

    @property
    def ended(self) -> bool:
        return self.seen is not None and self.seen.ended

    @property
    def out_of_time(self) -> bool:
        """Whether the run may send nothing more."""
        return isinstance(self.failure, TimeUpError)

    def known(self) -> T:
        """What was seen last. Raises why nothing was seen at all."""
        if self.seen is None:
            raise self.failure or AnswerError("nothing was seen")
        return self.seen

    def fail(self, error: ApiError) -> None:
        """Remember why a look failed; one that was not even sent is none."""
        self.failure = error
        self.failed += not isinstance(error, LeftAloneError)

    def check(self) -> None:
        """Raise why the last look failed, where no other one would do better."""
        lasting = self.seen is None and isinstance(self.failure, (NotFoundError, AccessError))
        if self.failure and (lasting or self.failed >= _FAILED_LOOKS):
            raise self.failure


@frozen(kw_only=True)
class End:
    """How a wait ended, and the operation as it was seen last, None where it never was.

    `ended` where there is nothing more to wait for; `operation` is the id of the operation that was
    waited for, None where none was named.
    """

    result: Result
    message: str = ""
    seen: Operation | None = None
    ended: bool = False
    operation: str | None = None

    @property
    def under_way(self) -> bool:
        """Whether the provider may still be at it."""
        return self.result in UNDER_WAY and not self.ended


@frozen(kw_only=True)
class Following:
    """How operations, and what is like them, are waited for.

    wait      whether they are at all
    patience  seconds after which waiting ends without their end
    tell      told, after each look, how far it has come and the seconds since the first
    stop      ends the wait
    """

    client: ReadClient
    wait: bool = True
    patience: float = 3600.0
    tell: Callable[[Watched, float], None] = _unheard
    stop: Event = field(factory=Event)
    clock: Clock = field(factory=SystemClock)

    def follow(self, target: Target, ident: str) -> Operation:
        """Look at an operation until it ended; return it as last seen. Raises as `until_ended`."""
        look = _OperationAtEitherPath(client=self.client, target=target, ident=ident)
        return self.until_ended(look)

    def until_ended(self, look: Callable[[], T]) -> T:
        """Look at something until it ended, at growing intervals; return it as last seen.

        One look is always taken, so that what is over at once is known to be; once `stop` is set,
        no other, nor where the run is out of time. A look that fails does not end the wait: raises
        ApiError after five in a row, and where waiting cures nothing.
        """
        began = self.clock.ticks()
        pause = _FIRST_PAUSE
        looks: _Looks[T] = _Looks()
        while True:
            _take(look, looks)
            elapsed = self.clock.ticks() - began
            if looks.seen and not looks.failure:
                self.tell(looks.seen, elapsed)
            left = self.patience - elapsed
            over = not self.wait or left <= 0 or self.stop.is_set()
            if looks.ended or looks.out_of_time or over:
                return looks.known()
            looks.check()
            self.clock.sleep(min(pause, left), self.stop.is_set)
            if self.stop.is_set():
                return looks.known()
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)

    def wait_for(self, target: Target, ident: str, note: Callable[[str], None]) -> End:
        """Write an operation down by `note`, follow it, and say how that ended; raises nothing.

        It was begun: what is wrong with the note or the wait leaves it open, not failed.
        """
        try:
            note(ident)
            seen = self.follow(target, ident)
        except ReconcileError as error:
            message = f"operation {ident!r} was started: {error}"
            return End(result=Result.UNKNOWN, message=message, operation=ident)
        return End(
            result=operation_result(seen),
            message=_message(seen),
            seen=seen,
            ended=seen.ended,
            operation=ident,
        )

    def switched(
        self, target: Target, switch: FeatureSwitch, answer: object, note: Callable[[str], None]
    ) -> End:
        """Look at a feature until its status is final, and say how that ended; raises nothing.

        No request where the answer to the change says it already. `note` writes down the operation
        that the database names meanwhile.
        """
        look = FeatureLook(client=self.client, target=target, switch=switch, note=note)
        try:
            seen = answered(switch, answer) or self.until_ended(look)
        except ReconcileError as error:
            message = f"feature {switch.name!r} was asked for: {error}"
            return End(result=Result.UNKNOWN, message=message, operation=look.operation)
        return End(
            result=operation_result(seen),
            message=end_message(seen),
            ended=seen.ended,
            operation=look.operation,
        )

    def found(self, target: Target, type_: str) -> str | None:
        """The operation of a type, if the database says within some seconds that one is under way.

        Two requests, or one a look. None also where it cannot be read, or is of another type: it is
        not ours.
        """
        seen = look_again(
            lambda: self.current(target),
            lambda seen: seen is not None and type_ in seen.type.lower(),
            self.pause,
        )
        return seen.id if seen is not None and type_ in seen.type.lower() else None

    def pause(self, seconds: float) -> bool:
        """Wait; return whether to go on."""
        if not self.stop.is_set():
            self.clock.sleep(seconds, self.stop.is_set)
        return not self.stop.is_set()

    def current(self, target: Target) -> Operation | None:
        """The operation that the database says is under way; one request, two where there is one.

        None also where it cannot be read.
        """
        try:
            resource = self.client.call(target, RESOURCE)
            ident = resource.get("current_operation_id") if isinstance(resource, dict) else None
            if not isinstance(ident, str) or not ident:
                return None
            return read_operation(self.client, target, ident)
        except ApiError:
            return None


def _take(look: Callable[[], T], looks: _Looks[T]) -> None:
    try:
        looks.seen = look()
    except ApiError as error:
        looks.fail(error)
    else:
        looks.failure, looks.failed = None, 0


def _message(seen: Operation) -> str:
    """What to say of an operation as it was seen last; nothing where it ended well."""
    if seen.done:
        return ""
    if seen.failed:
        return f"operation {seen.id!r} {_BAD_ENDS[seen.status]}: {seen.error or 'no reason given'}"
    if seen.unclear:
        return f"operation {seen.id!r} ended with the unknown status {seen.status!r}"
    return f"operation {seen.id!r} is {seen.status}"


_BAD_ENDS = {
    "error": "ended in an error",
    "user-error": "ended in an error of its user",
    "cancelled": "was cancelled",
}


@define(kw_only=True)
class _OperationAtEitherPath:
    """Reads an operation; where its first path answers 404, at the second from then on."""

    client: ReadClient
    target: Target
    ident: str
    second: bool = False

    def __call__(self) -> Operation:
        if not self.second:
            try:
                return self._read(operation)
            except NotFoundError:
                seen = self._read(operation_of_database)
                self.second = True
                return seen
        return self._read(operation_of_database)

    def _read(self, path: Callable[[str], Call]) -> Operation:
        return _operation(self.ident, self.client.call(self.target, path(self.ident)))


def read_operation(client: ReadClient, target: Target, ident: str) -> Operation:
    """Read how far an operation has come; one request, two where the first path answers 404.

    Raises AnswerError for an odd answer.
    """
    return _OperationAtEitherPath(client=client, target=target, ident=ident)()


def _operation(ident: str, document: Any) -> Operation:
    status = document.get("status") if isinstance(document, dict) else None
    if not isinstance(status, str) or not status:
        raise AnswerError(f"operation {ident!r}: answered without a status")
    return Operation(
        id=ident,
        status=safe_text(status),
        type=_text(document, "type") or "",
        error=_text(document, "error") or "",
        created_at=_text(document, "created_at"),
        finished_at=_text(document, "finished_at"),
    )


def _text(document: Mapping[str, Any], key: str) -> str | None:
    value = document.get(key)
    return safe_text(value) if isinstance(value, str) else None
