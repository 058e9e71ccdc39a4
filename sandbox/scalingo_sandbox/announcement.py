"""What a starter is told once the sandbox accepts connections."""

from __future__ import annotations

from attrs import frozen

from scalingo_sandbox.backend import Connection


@frozen(kw_only=True)
class Placed:
    """A database of an app, and what it runs on."""

    app: str
    connection: Connection


@frozen(kw_only=True)
class Announcement:
    """`url` without a path, the API `token` to exchange, and how many `databases` are served.

    `placed` tells of each what it runs on, in the order of the fleet.
    """

    url: str
    token: str
    databases: int
    placed: tuple[Placed, ...]
