"""What a path answers, and what a request to it must carry."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from starlette.responses import Response

from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential


@frozen(kw_only=True)
class Endpoint:
    """A row of the route table."""

    method: str
    path: str
    credential: Credential
    answer: Callable[[Service, Call], Response]
