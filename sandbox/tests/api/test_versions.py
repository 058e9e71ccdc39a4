"""Versions, what comes after them, and the states of the nodes."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import (
    DEDICATED,
    INFLUXDB,
    MYSQL,
    OLD_MYSQL,
    POSTGRESQL,
    REDIS,
    Answer,
    ProviderClient,
)

from scalingo_sandbox import Sandbox


def _shown(client: ProviderClient, addon: str) -> dict[str, Any]:
    database: dict[str, Any] = client.database("GET", addon).document["database"]
    return database


def _version(client: ProviderClient, version: str, addon: str = MYSQL) -> Answer:
    path = f"/api/database_type_versions/{version}"
    return client.send("GET", path, bearer=client.addon_token(addon))


def test_versions_lead_to_the_next(client: ProviderClient) -> None:
    """From the version that runs, one upgrade after the other, to the last that is known."""
    wanted, found = _shown(client, MYSQL)["version_id"], []
    while wanted is not None:
        answer = _version(client, wanted)
        assert answer.status == 200
        shown = answer.document["database_type_version"]
        assert shown["id"] == wanted
        found.append(tuple(shown[part] for part in ("major", "minor", "patch", "build")))
        after = shown["next_upgrade"]
        assert after is None or after.keys() == shown.keys() - {"next_upgrade"}
        wanted = None if after is None else after["id"]
    assert found == [(8, 0, 35, 1), (8, 0, 36, 1), (8, 4, 3, 1), (8, 4, 11, 1)]


@pytest.mark.parametrize("addon", [MYSQL, OLD_MYSQL, POSTGRESQL, INFLUXDB, REDIS, DEDICATED])
def test_the_next_upgrade_is_the_next_version(client: ProviderClient, addon: str) -> None:
    """What the version says agrees with what the database says."""
    database = _shown(client, addon)
    shown = _version(client, database["version_id"], addon).document["database_type_version"]
    after = shown["next_upgrade"]
    assert (None if after is None else after["id"]) == database["next_version_id"]


def test_the_nodes_are_a_bare_array(client: ProviderClient, sandbox: Sandbox) -> None:
    """Each with its state and role; the first leads."""
    instances = _shown(client, DEDICATED)["instances"]
    answer = client.database("GET", DEDICATED, suffix="/instances_status")
    roles = ("leader", "follower", "follower")
    assert (answer.status, answer.document) == (
        200,
        [
            {"id": node["id"], "type": "db-node", "status": "running", "role": role}
            for node, role in zip(instances, roles, strict=True)
        ],
    )
    sandbox.change(DEDICATED, instances=[instances[0] | {"status": "restarting"}])
    (only,) = client.database("GET", DEDICATED, suffix="/instances_status").document
    assert only["status"] == "restarting"
