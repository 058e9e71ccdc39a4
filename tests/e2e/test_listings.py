"""What is read of one database, each command once: as text, as JSON, and what cannot be read."""

from __future__ import annotations

import pytest
from e2e.command import Command, changing

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


FAULTS = {
    "databases list nope": (
        64,
        "'nope' is neither a handle of the specs (shop, billing, telemetry, sessions) nor",
    ),
    "databases list shop-web/ad-none": (1, "ad-none"),
    "databases list billing": (1, "logical databases are not offered by this postgresql"),
    "databases list sessions": (1, "'sessions': redis has no logical_databases"),
    "sql-mode get billing": (1, "'billing': postgresql has no sql_mode"),
    "extensions list shop": (1, "'shop': mysql has no extensions"),
    "retention list shop": (1, "'shop': mysql has no retention_policies"),
    "queries list shop": (1, "'shop' is mysql: only postgresql has queries that can be listed"),
    "stats list telemetry": (
        1,
        "'telemetry' is influxdb: only postgresql has statement statistics",
    ),
    "databases delete shop nope --confirm nope": (1, "'shop' has no 'nope' among its logical"),
    "databases reset shop nope --confirm nope": (
        1,
        "'shop' has no logical database 'nope': it has 'legacy', 'shop'",
    ),
    "retention delete telemetry nope --confirm nope": (1, "'telemetry' has no 'nope' among its"),
    "sql-mode set shop BOGUS --yes": (64, "'BOGUS' is no SQL mode"),
    "retention add telemetry x 30": (64, "invalid duration '30'"),
    "queries cancel billing 99 --yes": (
        1,
        "'billing' has no session of pid 99: it may have ended",
    ),
    "queries terminate billing 99 --yes": (
        1,
        "'billing' has no session of pid 99: it may have ended",
    ),
    "upgrade billing/x/y --yes": (64, "is neither a handle of the specs"),
    "restore shop --to 2026-01-03T12:00:00Z --confirm shop": (
        1,
        "'shop' is mysql: only postgresql has point-in-time recovery",
    ),
    "operation 609145e6 --database shop": (1, "check the id and --database"),
}


@pytest.mark.parametrize("line", FAULTS)
def test_what_cannot_be_is_a_sentence(command: Command, busy: Sandbox, line: str) -> None:
    """On stderr, with its status; nothing is sent that changes, and no journal begun."""
    status, words = FAULTS[line]
    done = command(*line.split(), status=status)
    assert done.stdout == ""
    assert done.stderr.startswith("reconcile: ")
    assert words in done.stderr
    assert changing(busy) == []
    assert command.journals() == []
