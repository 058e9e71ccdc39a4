"""What is read of one database, each command once: as text, as JSON, and what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from e2e.command import Command, changing
from e2e.schemas import JSON, fits

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

READS = {
    "databases list shop": "legacy\nshop  protected true\n",
    "sql-mode get shop": "STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION\n",
    "extensions list billing": "pg_stat_statements  version v1.10\nplpgsql  version v1.0\n",
    "retention list telemetry": (
        "7-days  duration 7d  default false\nautogen  duration INF  default true\n"
    ),
    "queries list billing": (
        "pid   for         state                user       query\n"
        "2000  3 min 32 s  active               reporting  SELECT * FROM orders o JOIN lines l ON"
        " l.order_id = o.id\n"
        "2001  5.3 ms      idle in transaction  app        UPDATE stock SET n = n - 1\n"
    ),
    "stats list billing": (
        "total       share  calls   mean     rows  statement\n"
        "1 min 39 s  99.0%  100     990 ms   100   UPDATE stock SET n = n - $1\n"
        "1 s         1.0%   24,512  0.04 ms  500   SELECT * FROM users WHERE id = $1\n"
    ),
}


@pytest.mark.parametrize("line", READS)
def test_a_listing_is_text(command: Command, busy: Sandbox, line: str) -> None:
    """Exactly this, at the cost of one read beside that of the resource."""
    done = command(*line.split(), status=0)
    assert done.stdout == READS[line]
    assert done.stderr == "5 requests sent: 2 auth, 1 api, 2 database\n"
    assert changing(busy) == []


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        (
            "databases list shop",
            "listing",
            {
                "listed": {
                    "kind": "logical_databases",
                    "offered": True,
                    "message": None,
                    "readable": True,
                    "elements": [
                        {"name": "legacy", "fields": {}},
                        {"name": "shop", "fields": {"protected": True}},
                    ],
                }
            },
        ),
        (
            "sql-mode get shop",
            "listing",
            {
                "listed": {
                    "kind": "sql_mode",
                    "offered": True,
                    "message": None,
                    "readable": True,
                    "elements": [
                        {
                            "name": "",
                            "fields": {"modes": ["STRICT_TRANS_TABLES", "NO_ENGINE_SUBSTITUTION"]},
                        }
                    ],
                }
            },
        ),
        (
            "queries list billing --top 1",
            "queries",
            {
                "total": 2,
                "queries": [
                    {
                        "pid": 2000,
                        "state": "active",
                        "username": "reporting",
                        "query_start": "2026-01-05T09:00:00Z",
                        "seconds": 212.0,
                        "query": "SELECT *\n  FROM orders o\n  JOIN lines l ON l.order_id = o.id",
                    }
                ],
            },
        ),
        (
            "stats list billing --top 1",
            "statistics",
            {
                "total": 2,
                "statements": [
                    {
                        "query": "UPDATE stock SET n = n - $1",
                        "user_id": 16_384,
                        "calls": 100,
                        "rows": 100,
                        "total": 99.0,
                        "share": 0.99,
                        "mean": 0.99,
                        "min": 0.001,
                        "max": 0.001,
                        "deviation": 0.0,
                    }
                ],
            },
        ),
    ],
)
def test_a_listing_is_json(
    command: Command, busy: Sandbox, line: str, kind: str, expected: dict[str, Any]
) -> None:
    """Texts as they are in the database; which one it is stands beside them."""
    document = fits(command(*line.split(), *JSON, status=0))
    assert document["kind"] == kind
    assert {key: document[key] for key in expected} == expected
    assert document["requests"] == {"auth": 2, "api": 1, "database": 2}
    assert document["database"] == line.split()[2]
    assert document["target"]["region"] == "osc-fr1"
    assert changing(busy) == []


@pytest.mark.parametrize("line", ["extensions list billing", "retention list telemetry"])
def test_every_other_listing_has_a_document(command: Command, busy: Sandbox, line: str) -> None:
    """Of the same shape."""
    names = [
        one["name"] for one in fits(command(*line.split(), *JSON, status=0))["listed"]["elements"]
    ]
    assert [one.split()[0] for one in READS[line].splitlines()] == names
    assert changing(busy) == []


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
