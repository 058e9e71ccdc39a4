"""Which live database a spec means, where names mislead."""

from __future__ import annotations

import pytest
from live import environment

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import NotFoundError
from reconcile.model.engine import Engine
from reconcile.sandbox import running

FLEET = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {
            "name": "ad-server",
            "addons": [{"id": "ad-1f0a", "resource_id": "ad-server-4821", "engine": "mysql"}],
        }
    ],
}


def test_a_resource_id_may_look_like_an_addon_id() -> None:
    """An application called `ad-server` has resources that begin as addon ids do."""
    with (
        running(FLEET) as sandbox,
        connect_reading(
            Surroundings(environment=environment(sandbox), region=None, notify=print)
        ) as reads,
    ):
        found = reads.targets.find(app="ad-server", addon="ad-server-4821", engine=Engine.MYSQL)
        assert found.addon == "ad-1f0a"
        with pytest.raises(NotFoundError, match="HTTP 404"):
            reads.targets.find(app="ad-server", addon="ad-server-9999", engine=Engine.MYSQL)
