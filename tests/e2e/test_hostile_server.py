"""A server that means no good: each run ends in bounded time, with the right status and a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from attrs import frozen
from e2e.command import Command
from e2e.schemas import JSON, fits
from unit.api.loopback import Addon, Provider, Reply, reply, serving

pytestmark = pytest.mark.more

SPEC = (
    "version: 1\ndatabase: db{0}\napp: shop-web\naddon: ad-{0}\nengine: mysql\n"
    "backups: {{enabled: true, hours: [3]}}\nsql_mode: ANSI\nlogical_databases: [shop]\n"
    'engine_version: ">=8.0"\nmaintenance_window: {{weekday: monday, hour: 3}}\nfeatures: {{force-ssl: true}}\n'
)
RESULTS = {"get-sqlmode": "ANSI", "list-databases": [{"name": "shop", "protected": True}]}
HEAD = b"HTTP/1.1 200 OK\r\n"
LIMITED = reply(429, "Retry later", Retry_After="1")
AWAY = reply(302, "", Location="http://127.0.0.2:9/")


def slowly() -> None:
    """The pause before each byte of an answer that never ends."""
    time.sleep(0.05)


@frozen(kw_only=True)
class Row:
    """What one of the hosts answers for ever, and how a run ends."""

    role: str
    answer: Reply
    status: int
    words: str
    requests: int | None = None


ROWS: Mapping[str, Row] = {
    "a body that drips": Row(
        role="database",
        answer=Reply(raw=HEAD + b"\r\n", drip=slowly),
        status=1,
        words="the answer took too long",
        requests=1,
    ),
    "a token that drips": Row(
        role="auth",
        answer=Reply(raw=HEAD + b"\r\n", drip=slowly),
        status=1,
        words="the answer took too long",
        requests=1,
    ),
    "a body without an end": Row(
        role="database",
        answer=reply(200, b" " * 33 * 1024 * 1024),
        status=1,
        words="larger than any answer of the API",
        requests=1,
    ),
    "many headers": Row(
        role="database",
        answer=Reply(raw=HEAD + b"X-A: b\r\n" * 200_000, close=True),
        status=1,
        words="no answer from http://127.0.0.1",
    ),
    "a redirect of the token": Row(
        role="auth", answer=AWAY, status=1, words="which is never followed", requests=1
    ),
    "refused for ever by the database host": Row(
        role="database", answer=LIMITED, status=1, words="HTTP 429"
    ),
}


class Endless:
    """Answers of one kind that never run out; what was asked is asked of the provider."""

    def __init__(self, answer: Reply) -> None:
        self._answer = answer

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Reply:
        """The next one."""
        return self._answer


@contextmanager
def hostile(command: Command, *addons: Addon) -> Iterator[tuple[Provider, Callable[..., Any]]]:
    """A provider of addons, and the command in its environment."""
    with serving(*(("shop-web", one) for one in addons)) as provider:
        yield provider, command.in_environment(**provider.environment)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_hostile_answer_ends_a_run_in_bounded_time(command: Command, row: Row) -> None:
    """Soon after --max-wait at the latest; the command's fixture refuses tracebacks and tokens."""
    command.write(SPEC.format(1))
    with hostile(command, Addon(results=RESULTS)) as (provider, mine):
        provider.odd[row.role] = Endless(row.answer)  # type: ignore[assignment]
        done = mine("plan", "--max-wait", "3s", status=row.status)
        assert row.words in done.stdout
        if row.requests is not None:
            assert len(provider.sent(row.role)) == row.requests


ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    1e308,
    "\x1b[2J\n::error::",
    [],
    {},
    [[7]],
    [None],
    {"x": 1},
)
FIELDS = (
    *("id", "resource_id", "app_name", "created_at", "plan", "status", "type_name"),
    *("readable_version", "version_id", "next_version_id", "current_operation_id", "instances"),
    *("features", "periodic_backups_enabled", "periodic_backups_scheduled_at"),
    "maintenance_window",
)


def test_an_odd_type_in_any_field_costs_no_more_than_its_database(command: Command) -> None:
    """A database for each field of the resource, and each result, of each odd type: one run."""
    odd = [Addon(id=f"ad-{n}", resource={key: value}) for n, (key, value) in _numbered(FIELDS)]
    begun = len(odd)
    odd += [
        Addon(id=f"ad-{begun + n}", results={**RESULTS, action: value})
        for n, (action, value) in _numbered(RESULTS)
    ]
    command.write("---\n".join(SPEC.format(number) for number in range(len(odd))))
    (command.directory / "reconcile.yaml").write_text(
        "version: 1\nrequest_budget: {api: 10000, concurrency: 16}\n"
    )
    with hostile(command, *odd) as (_provider, mine):
        document = fits(mine("plan", *JSON, status=1))
    assert len(document["databases"]) == len(odd)
    assert {one["status"] for one in document["databases"]} <= {
        *("unknown", "attention", "changes", "pending")
    }


def _numbered(names: Any) -> Iterator[tuple[int, tuple[str, Any]]]:
    """Each name with each odd value."""
    return enumerate(product(names, ODD))
