"""What can go wrong with a request, and what becomes of it: data, each word held by a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

CHANGES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "create-database of ad-shop": (
        {"action_name": "create-database"},
        "shop/logical_databases/audit",
    ),
    "PATCH /api/databases/ad-shop": ({"method": "PATCH"}, "shop/backups"),
    "set-sqlmode of ad-shop": ({"action_name": "set-sqlmode"}, "shop/sql_mode"),
    "add-retention-policy of ad-iot": (
        {"action_name": "add-retention-policy"},
        "telemetry/retention_policies/30-days",
    ),
}
"""The changes of SHOP and IOT as messages name them, which requests they are, their addresses."""

_SAID = "HTTP {}, 'a fault of the sandbox: {}'"
_LOST = ": its answer was lost ({})"
_DONE = "read again: it was done; "
_PERHAPS = "not done yet when read again, it may still be; "


@frozen(kw_only=True)
class Trouble:
    """A fault of the sandbox, and what a change and a read that meet it come to.

    said      of the change: it stands around what the client calls the request
    applied   the status of `apply` where the first change of each database meets it
    unread    what a read says that meets it once, empty where it is repeated and succeeds
    repeated  whether a read that meets it is sent once more
    """

    name: str
    kind: str
    details: Mapping[str, Any] = field(factory=dict)
    said: tuple[str, str] | None = None
    applied: int = 0
    unread: str = ""
    repeated: bool = False

    def message(self, what: str) -> str:
        """What is said of a change that met it."""
        return "" if self.said is None else f"{self.said[0]}{what}{self.said[1]}"


def _status(status: int, **given: Any) -> Trouble:
    return Trouble(name=str(status), kind="status", details={"status": status}, **given)


def _refused(status: int) -> Trouble:
    said = _SAID.format(status, status)
    return _status(status, said=("", f": {said}"), applied=1, unread=said)


def _broken(status: int, **given: Any) -> Trouble:
    said = (_PERHAPS, f": {_SAID.format(status, status)}")
    return _status(status, said=said, applied=4, **given)


def _lost(kind: str, reason: str, *, effect: bool) -> Trouble:
    return Trouble(
        name=kind,
        kind=kind,
        said=(_DONE if effect else _PERHAPS, _LOST.format(reason)),
        applied=2 if effect else 4,
        repeated=True,
    )


def _page(status: int, **given: Any) -> Trouble:
    said = f"HTTP {status}, '{status} from a proxy'"
    return Trouble(
        name=f"html {status}",
        kind="html",
        details={"status": status},
        said=(_PERHAPS, f": {said}"),
        applied=4,
        **given,
    )


TROUBLES = (
    Trouble(name="delay", kind="delay", details={"seconds": 0.05}),
    Trouble(
        name="429 with Retry-After",
        kind="status",
        details={"status": 429, "retry_after": 0},
        repeated=True,
    ),
    _status(401, repeated=True),
    *(_refused(status) for status in (403, 404, 409, 422)),
    _broken(500, unread=_SAID.format(500, 500)),
    _broken(502, repeated=True),
    _broken(503, repeated=True),
    _broken(504, repeated=True),
    _page(500, unread="HTTP 500, '500 from a proxy'"),
    _page(503, repeated=True),
    _lost("drop-before", "the connection was closed", effect=False),
    _lost("drop-after", "the connection was closed", effect=True),
    _lost("truncate", "the answer ends too early", effect=True),
)
