"""What a path answers, and what a request to it must carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen
from starlette.responses import Response

from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential

Answer = Callable[[Service, Call], Response]


@frozen(kw_only=True)
class Endpoint:
    """A row of the route table."""

    method: str
    path: str
    credential: Credential
    answer: Answer


def endpoints(
    credential: Credential, base: str, answers: Mapping[str, Answer]
) -> tuple[Endpoint, ...]:
    """Give the rows of one credential, by a method and what of the path comes after the base.

    `{"GET": list_addons, "GET /{addon}": show_addon}` are the rows of a list and of its members.
    """
    return tuple(
        Endpoint(method=method, path=base + rest, credential=credential, answer=answer)
        for row, answer in answers.items()
        for method, _, rest in [row.partition(" ")]
    )
