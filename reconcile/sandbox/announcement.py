"""What a starter is told once the sandbox accepts connections."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Announcement:
    """`url` without a path, the API `token` to exchange, and how many `databases` are served."""

    url: str
    token: str
    databases: int
