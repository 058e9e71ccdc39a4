"""Requests that a fault holds, until somebody lets them go on."""

from __future__ import annotations

import asyncio

from attrs import asdict, field, frozen

from scalingo_sandbox.faults import Fault, When
from scalingo_sandbox.wire import Call


@frozen(kw_only=True)
class HeldRequest:
    """One request that waits, before or after it is carried out."""

    method: str
    path: str
    action_name: str | None
    when: When


@frozen(kw_only=True, eq=False)
class _Waiting:
    request: HeldRequest
    dropped: asyncio.Future[bool] = field(
        factory=lambda: asyncio.get_running_loop().create_future()
    )


class Holds:
    """The requests that wait now, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    async def hold(self, call: Call, fault: Fault) -> bool:
        """Wait for `release`, or as long as the fault says; tell whether to drop the connection."""
        request = HeldRequest(
            method=call.method, path=call.path, action_name=call.action_name, when=fault.when
        )
        waiting = _Waiting(request=request)
        self._waiting.append(waiting)
        try:
            return await asyncio.wait_for(waiting.dropped, fault.longest_hold)
        except TimeoutError:
            return False
        finally:
            self._waiting.remove(waiting)

    def release(self, *, drop: bool = False) -> list[dict[str, object]]:
        """Let all go on that wait, or close their connections instead; tell which they were."""
        released = self.document()
        for waiting in self._waiting:
            if not waiting.dropped.done():
                waiting.dropped.set_result(drop)
        return released

    def document(self) -> list[dict[str, object]]:
        """Give the requests that wait, as plain data."""
        return [asdict(waiting.request) for waiting in self._waiting]
