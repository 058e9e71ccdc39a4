"""The table as a page: docs/api-coverage.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from covered.actions import ACTIONS
from covered.endpoints import ENDPOINTS, WAYS
from covered.row import Row

from scalingo_sandbox.application import ENDPOINTS as SERVED
from scalingo_sandbox.door import PREFIX

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api-coverage.md"
ROWS: tuple[Row, ...] = (*WAYS, *ENDPOINTS, *ACTIONS)
_HEAD = ("", "from", "client", "command", "kinds", "sandbox", "test")
_INTRODUCTION = """\
# The provider's API, row by row

Each endpoint and each action, with who of ours stands behind it: the client's method, a command that
sends it, the kinds that read or change by it, and the function of the sandbox that answers it.

Every row is proved by [test_api_coverage.py](../tests/e2e/test_api_coverage.py) under the name in its
last column. The test runs the command against the sandbox: the request is sent once, with success,
and no other change with it. It looks the other columns up in the tables of the product.
The tests also hold that nothing is left out: the rows are all that the clients' permits hold and
all that the API text lists. `make docs` writes this page from
[the rows](../tests/covered); do not edit it.
"""

_ACTIONS = """\
## Actions

All are `POST /api/databases/:addon/action`. The API text lists the actions on logical databases twice;
the second time they are MongoDB's.
"""
_NEVER_SENT = """\
## Answered by the sandbox, and never sent by the product

`PUT /api/databases/:database` does what `PATCH` does. The product sends `PATCH`: it says that only
what is named changes.

"""


def page() -> str:
    """The whole page."""
    headings = dict.fromkeys(row.heading for row in ACTIONS)
    parts = [
        _INTRODUCTION,
        _section("On the way to a database", WAYS),
        _section("Endpoints of a database", ENDPOINTS),
        _ACTIONS,
        *(
            _table((row for row in ACTIONS if row.heading == heading), heading)
            for heading in headings
        ),
        _never_sent(),
    ]
    return "\n".join(parts)


def _section(title: str, rows: Iterable[Row]) -> str:
    return f"## {title}\n\n{_table(rows, 'request')}"


def _table(rows: Iterable[Row], first: str) -> str:
    head = (first, *_HEAD[1:])
    lines = [_line(head), _line("---" for _ in head)]
    return "\n".join([*lines, *(_line(_cells(row)) for row in rows)]) + "\n"


def _cells(row: Row) -> Sequence[str]:
    return (
        _code(row.what),
        row.source,
        _code(row.client),
        _code(row.command),
        ", ".join(_code(kind) for kind in row.kinds) or "none",
        _code(row.sandbox),
        _code(f"[{row.name}]"),
    )


def _never_sent() -> str:
    """What the sandbox answers for other clients."""
    sent = {(row.route.method, _shape(row.route.template)) for row in ROWS}
    others = sorted(
        f"- `{one.method} {one.path.replace('{', ':').replace('}', '')}`"
        for one in SERVED
        if (one.method, _shape(one.path)) not in sent and not one.path.startswith(PREFIX)
    )
    return _NEVER_SENT + "\n".join(others) + "\n"


def _shape(template: str) -> str:
    return re.sub(r":\w+|\{\w+\}", ":", template)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`"
