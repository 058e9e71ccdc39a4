"""The database API: metrics, health and logs."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import (
    FLEET,
    INFLUXDB,
    MONGODB,
    MYSQL,
    POSTGRESQL,
    REDIS,
    STOPPED,
    ProviderClient,
)
from attrs import evolve

from scalingo_sandbox import Sandbox

SEARCH = "ad-00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("addon", "counted"),
    [
        (MYSQL, {"data_size": 6 * 16_384, "current_connections": 0, "max_connections": 100}),
        (POSTGRESQL, {"data_size": 0, "current_connections": 2, "max_connections": 100}),
        (INFLUXDB, {"data_size": 0}),
        (REDIS, {}),
    ],
)
def test_metrics_are_shown(client: ProviderClient, addon: str, counted: Any) -> None:
    """Of the database and of each node, in the documents' words, with what the engine counts."""
    answer = client.database("GET", addon, suffix="/metrics")
    metrics = answer.document
    assert (answer.status, metrics["database_stats"]) == (200, counted)
    assert metrics.keys() == {
        "cpu_usage",
        "memory",
        "database_stats",
        "real_disk_size",
        "instances_metrics",
    }
    (instance,) = client.database("GET", addon).document["database"]["instances"]
    (of_instance,) = metrics["instances_metrics"].values()
    assert metrics["instances_metrics"].keys() == {instance["id"]} == {of_instance["instance_id"]}
    assert of_instance["memory"]["memory_limit"] == metrics["memory"]["memory_limit"]


def test_mongodb_counts_in_its_own_words(client: ProviderClient) -> None:
    """Nine numbers."""
    metrics = client.database("GET", MONGODB, suffix="/metrics").document
    assert len(metrics["database_stats"]) == 9


def test_a_database_that_is_not_up_has_no_metrics(client: ProviderClient) -> None:
    """It is a 409."""
    assert client.database("GET", STOPPED, suffix="/metrics").status == 409


def test_health_is_for_search_engines(client: ProviderClient, sandbox: Sandbox) -> None:
    """Of another engine it is a 422."""
    addon = {"id": SEARCH, "engine": "elasticsearch", "resource_id": "my-cluster"}
    sandbox.put_fleet({**FLEET, "apps": [*FLEET["apps"], {"name": "search", "addons": [addon]}]})
    searching = evolve(client, apps={SEARCH: "search"})
    health = searching.database("GET", SEARCH, suffix="/health").document
    assert health.keys() == {"epoch", "status", "cluster", "shards", "pending_tasks"}
    assert (health["status"], health["cluster"]) == ("green", "my-cluster")
    assert client.database("GET", MYSQL, suffix="/health").status == 422


def test_a_log_is_empty(client: ProviderClient) -> None:
    """Its address needs no other credentials, and there are no archives."""
    url = client.database("GET", MYSQL, suffix="/logs").document["url"]
    assert client.send("GET", f"{url.removeprefix(client.url)}&n=100").status == 204
    assert client.send("GET", url.removeprefix(client.url).partition("?")[0]).status == 401
    archives = client.database("GET", MYSQL, suffix="/logs_archives?page=1").document
    assert archives == {"archives": [], "next_cursor": "", "has_more": False}


def test_a_host_name_comes_with_its_port(client: ProviderClient) -> None:
    """As in the documents; the fleet file names the host alone."""
    database = client.database("GET", MYSQL).document["database"]
    assert database["hostname"] == "my-db-123.mysql.sandbox.invalid:30000"
