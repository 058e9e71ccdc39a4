"""Answers that get lost, for each order: the right result and status, and no effect twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen
from e2e.busy import BILLING, ORDERS, SHOP
from e2e.command import Command, effects, journal_entries
from e2e.schemas import JSON, fits, sent

from reconcile.model.operation import LATER
from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


@frozen
class Fault:
    """What goes wrong with the request; `arrives` whether it takes effect all the same."""

    kind: str
    details: Mapping[str, Any]
    arrives: bool


FAULTS = {
    "drop-before": Fault("drop-before", {}, arrives=False),
    "drop-after": Fault("drop-after", {}, arrives=True),
    "truncate": Fault("truncate", {}, arrives=True),
    "html": Fault("html", {"status": 503}, arrives=False),
    "500": Fault("status", {"status": 500}, arrives=False),
    "502": Fault("status", {"status": 502}, arrives=False),
    "504": Fault("status", {"status": 504}, arrives=False),
}
SETTLED = ("cancel", "terminate", "stats reset")
"""Orders of which reading tells whether they were carried out."""

_DONE, _OPEN = ("done", 0), ("unknown", 4)


def expected(order: str, fault: str) -> tuple[str, int]:
    """The result and the status that are due."""
    if order in SETTLED:
        return _DONE if FAULTS[fault].arrives else _OPEN
    if order in {"upgrade", "restore"} and FAULTS[fault].arrives:
        return _DONE  # the operation is found through the resource, and followed
    return _OPEN


def match(order: str) -> dict[str, str]:
    """Which request the fault is for."""
    method, name = ORDERS[order][1].split()
    return {"method": method, "path" if name.startswith("/") else "action_name": name}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("order", ORDERS)
def test_a_lost_answer_is_no_guess(command: Command, busy: Sandbox, order: str, fault: str) -> None:
    """Sent once; done, not done or unknown as what is there afterwards tells."""
    one = FAULTS[fault]
    busy.fault(one.kind, match=match(order), **one.details)
    result, status = expected(order, fault)
    line, request = ORDERS[order]
    document = fits(command(*line.split(), *JSON, status=status))
    assert document["result"] == result
    assert sent(busy) == [request]
    assert len(effects(busy)) == int(one.arrives)
    (journal,) = command.journals()
    ended = [entry for entry in journal_entries(journal) if entry["event"] == "finished"]
    assert [entry["result"] for entry in ended] == [result]
    assert_clear(document, order)


def assert_clear(document: dict[str, Any], order: str) -> None:
    """What is said of it: nothing where an operation was followed to a good end."""
    message = document["message"]
    if document["operation"] is not None:
        assert message == ""
        assert document["operation"]["status"] == "done"
        return
    if document["result"] == "done":
        assert message.startswith("read again: it was done; ")
    else:
        doubt = "it may or may not have taken effect"
        assert message.startswith(f"{LATER}; ") != message.endswith(doubt)
    name = ORDERS[order][1].split()[1].rpartition("/")[2]
    assert name in message


@pytest.mark.parametrize(("order", "before"), [("cancel", 2), ("upgrade", 2), ("restore", 3)])
def test_a_server_that_dies_leaves_it_open(
    command: Command, busy: Sandbox, order: str, before: int
) -> None:
    """The answer is lost and nothing can be read any more: 4, and unknown.

    `before` counts the reads before it is sent: the resource, what the order needs, and before a
    loss the backups.
    """
    busy.fault("drop-after", match=match(order))
    busy.fault("status", status=500, times=None, after=before, match={"host": "database"})
    document = fits(command(*ORDERS[order][0].split(), *JSON, status=4))
    assert document["result"] == "unknown"
    assert len(sent(busy)) == 1


@pytest.mark.parametrize(("order", "addon"), [("upgrade", SHOP), ("restore", BILLING)])
def test_a_wait_on_a_dying_server_leaves_it_open(
    command: Command, busy: Sandbox, order: str, addon: str
) -> None:
    """Begun for sure, its end unknown: 4, with the command that takes it up."""
    busy.fault("status", status=500, times=None, match={"path": "/api/operations/*"})
    text = command.directory / "done.txt"
    report = ("--report", f"text={text}")
    document = fits(command(*ORDERS[order][0].split(), *JSON, *report, status=4))
    assert document["result"] == "unknown"
    ident = next(
        one["operations"][-1]["id"]
        for app in busy.fleet()["apps"]
        for one in app["addons"]
        if one["id"] == addon
    )
    assert document["message"].startswith(f"operation {ident!r} was started: GET /api/operations/")
    handle = document["database"]
    assert document["operation_id"] == ident
    told = f"    follow it with: reconcile operation {ident} --database {handle}"
    assert told in text.read_text(encoding="utf-8").splitlines()
