"""The edge of the server: who may talk to it, what is noted, and what goes wrong on purpose."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import field, frozen
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scalingo_sandbox.faults import Fault, FaultKind, When
from scalingo_sandbox.outside import outside_write
from scalingo_sandbox.refusals import REFUSED, refusal
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Host, JsonReply, read_json, too_many_requests

_LARGEST_BODY = 8 * 1024 * 1024


@frozen(kw_only=True)
class Exchange:
    """One request on its connection; `answer` collects the messages of the answer."""

    call: Call
    host: Host
    scope: Scope
    receive: Receive
    answer: list[Message] = field(factory=list)

    async def take(self, answerer: ASGIApp) -> None:
        """Collect an answer instead of sending it, in the place of one from before."""
        self.answer.clear()
        await answerer(self.scope, self.receive, self._collect)

    async def _collect(self, message: Message) -> None:
        self.answer.append(message)


class Edge:
    """ASGI middleware; `scope["state"]` holds the connection's transport (see `server`)."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope)
        # A page that a browser loaded from elsewhere can reach a loopback port through a name of
        # its own; the Host header then tells (DNS rebinding).
        if not _is_loopback(headers.get("host", ""), scope["server"][1]):
            await _send_refusal(421, "this host name is not served here", scope, receive, send)
            return
        body = await _read_body(receive)
        if body is None:
            await _send_refusal(413, "the body is too large", scope, receive, send)
            return
        call = Call(
            method=scope["method"],
            path=scope["path"],
            authorization=headers.get("authorization"),
            body=read_json(body, headers.get("content-type")),
            query=dict(QueryParams(scope["query_string"])),
        )
        scope["state"]["call"] = call
        if call.host is None:
            self._service.settle()
            await self._app(scope, receive, send)
            return
        exchange = Exchange(call=call, host=call.host, scope=scope, receive=receive)
        await self._settle(exchange, send)

    async def _settle(self, exchange: Exchange, send: Send) -> None:
        """Answer one request of a client, or fail to as a fault demands."""
        fault = self._service.faults.draw(exchange.call)
        if fault is not None:
            await asyncio.sleep(fault.wait)
        if fault is not None and fault.lateness is not None:
            await self._carry_out_late(exchange, fault, fault.lateness)
            return
        effect = False
        dropped = await self._dropped(exchange.call, fault, When.BEFORE)
        if not dropped:
            effect = await self._answer(exchange, fault)
            dropped = await self._dropped(exchange.call, fault, When.AFTER)
        status = None if dropped else exchange.answer[0]["status"]
        # Noted before it is sent: who has the answer finds it in the log.
        self._service.log.add(exchange.call, exchange.host, status=status, effect=effect)
        if dropped:
            await _drop(exchange)
        elif fault is not None and fault.kind is FaultKind.TRUNCATE:
            await _send_truncated(exchange, send)
        else:
            for message in exchange.answer:
                await send(message)

    async def _carry_out_late(self, exchange: Exchange, fault: Fault, seconds: float) -> None:
        """Close the connection, and carry the request out some seconds later."""
        await _drop(exchange)
        await asyncio.sleep(seconds)
        effect = await self._answer(exchange, fault)
        self._service.log.add(exchange.call, exchange.host, status=None, effect=effect)

    async def _dropped(self, call: Call, fault: Fault | None, when: When) -> bool:
        """Hold the request if a fault demands it; tell whether its connection is to be closed."""
        if fault is None:
            return False
        if fault.holds(when):
            return await self._service.holds.hold(call, fault)
        return fault.drops(when)

    async def _answer(self, exchange: Exchange, fault: Fault | None) -> bool:
        """Collect the answer; tell whether the fleet is another after it."""
        # First, so that the end of an operation does not count as an effect of this request.
        self._service.settle()
        refused = self._write_outside(fault, When.BEFORE)
        before = self._service.fleet.revision
        await exchange.take(refused or self._instead(exchange.host, fault) or self._app)
        effect = self._service.fleet.revision != before
        refused = self._write_outside(fault, When.AFTER)
        if refused is not None:
            await exchange.take(refused)
        return effect

    def _write_outside(self, fault: Fault | None, when: When) -> Response | None:
        """Write what the fault demands; a write that cannot be done takes the answer's place."""
        if fault is None or not fault.writes(when):
            return None
        try:
            self._service.write(outside_write(self._service, fault))
        except REFUSED as error:
            return refusal(error)
        return None

    def _instead(self, host: Host, fault: Fault | None) -> Response | None:
        """Give the answer that takes the place of the real one."""
        reply = None if fault is None else fault.reply()
        if reply is None and host is Host.API and not self._service.limit.admits():
            return too_many_requests()
        return reply


def _is_loopback(host: str, port: int) -> bool:
    return host.lower() in {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}


async def _send_refusal(
    status: int, reason: str, scope: Scope, receive: Receive, send: Send
) -> None:
    reply = JsonReply({"error": reason}, status_code=status, headers={"connection": "close"})
    await reply(scope, receive, send)


async def _read_body(receive: Receive) -> bytes | None:
    """Read the whole body, or give None for one that is too large."""
    body = bytearray()
    more = True
    while more and len(body) <= _LARGEST_BODY:
        message = await receive()
        # A client that left early sends no more; its half of a request is then no JSON.
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return None if len(body) > _LARGEST_BODY else bytes(body)


async def _drop(exchange: Exchange) -> None:
    """Close the connection without a reply."""
    _transport(exchange).abort()
    await _wait_until_gone(exchange)


async def _send_truncated(exchange: Exchange, send: Send) -> None:
    """Send the true Content-Length and half of the body, then close the connection."""
    start, body = exchange.answer[0], exchange.answer[1]["body"]
    await send(start)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    _transport(exchange).close()
    await _wait_until_gone(exchange)


def _transport(exchange: Exchange) -> asyncio.Transport:
    state: dict[str, Any] = exchange.scope["state"]
    transport: asyncio.Transport = state["transport"]
    return transport


async def _wait_until_gone(exchange: Exchange) -> None:
    # The server would answer 500 for an application that returns without an answer while the
    # connection still counts as open.
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
