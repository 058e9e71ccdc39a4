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

    result, said  of the change; `said` stands around what the client calls the request
    effect        whether the change was made all the same
    applied       the status of `apply` where the first change of each database meets it
    unread        what a read says that meets it once, empty where it is repeated and succeeds
    tries         how often a read is sent that meets nothing else, and what it says then
    """

    name: str
    kind: str
    details: Mapping[str, Any] = field(factory=dict)
    result: str = "done"
    said: tuple[str, str] | None = None
    effect: bool = True
    applied: int = 0
    unread: str = ""
    tries: int = 1
    at_last: str = ""

    def message(self, what: str) -> str:
        """What is said of a change that met it."""
        return "" if self.said is None else f"{self.said[0]}{what}{self.said[1]}"


def _status(status: int, **given: Any) -> Trouble:
    said = _SAID.format(status, status)
    shown: dict[str, Any] = {"name": str(status), "at_last": said, **given}
    return Trouble(kind="status", details={"status": status}, **shown)


def _refused(status: int) -> Trouble:
    said = _SAID.format(status, status)
    return _status(
        status, result="failed", said=("", f": {said}"), effect=False, applied=1, unread=said
    )


def _broken(status: int, **given: Any) -> Trouble:
    said = (_PERHAPS, f": {_SAID.format(status, status)}")
    return _status(status, result="unknown", said=said, effect=False, applied=4, **given)


def _lost(kind: str, reason: str, *, effect: bool) -> Trouble:
    return Trouble(
        name=kind,
        kind=kind,
        result="done" if effect else "unknown",
        said=(_DONE if effect else _PERHAPS, _LOST.format(reason)),
        effect=effect,
        applied=2 if effect else 4,
        tries=4,
        at_last=f"no answer from {{}}: {reason}",
    )


def _page(status: int, **given: Any) -> Trouble:
    said = f"HTTP {status}, '{status} from a proxy'"
    return Trouble(
        name=f"html {status}",
        kind="html",
        details={"status": status},
        result="unknown",
        said=(_PERHAPS, f": {said}"),
        effect=False,
        applied=4,
        at_last=said,
        **given,
    )


LIMITED = Trouble(
    name="429",
    kind="status",
    details={"status": 429},
    tries=6,
    at_last="HTTP 429, 'Retry later'",
)
"""It takes until the next minute: only for clocks that are not waited for."""

TROUBLES = (
    Trouble(name="delay", kind="delay", details={"seconds": 0.05}),
    Trouble(
        name="429 with Retry-After",
        kind="status",
        details={"status": 429, "retry_after": 0},
        tries=6,
        at_last="HTTP 429, 'Retry later'",
    ),
    _status(401, tries=2),
    *(_refused(status) for status in (403, 404, 409, 422)),
    _broken(500, unread=_SAID.format(500, 500)),
    _broken(502, tries=4),
    _broken(503, tries=4),
    _broken(504, tries=4),
    _page(500, unread="HTTP 500, '500 from a proxy'"),
    _page(503, tries=4),
    _lost("drop-before", "the connection was closed", effect=False),
    _lost("drop-after", "the connection was closed", effect=True),
    _lost("truncate", "the answer ends too early", effect=True),
)
