"""Which live database a spec means, where names mislead."""

from __future__ import annotations

import pytest
from e2e.command import Command
from e2e.schemas import JSON, fits
from live import environment

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import NotFoundError
from reconcile.model.engine import Engine
from scalingo_sandbox import running

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
        with pytest.raises(NotFoundError, match="has no addon 'ad-server-9999'"):
            reads.targets.find(app="ad-server", addon="ad-server-9999", engine=Engine.MYSQL)


WRONG = {
    # handle: app, addon, engine; the key that is wrong, and the message
    "app": ("ad-servre", None, "mysql", "app", "did you mean 'ad-server'?"),
    "resource": ("ad-server", "ad-server-4812", "mysql", "addon", "did you mean 'ad-server-4821'?"),
    "id": ("ad-server", "ad-1f0b", "mysql", "addon", "did you mean 'ad-1f0a'?"),
    "missing": ("ad-server", None, "redis", "engine", "has no redis addon: it has ad-1f0a (mysql"),
    "engine": ("ad-server", "ad-1f0a", "redis", "engine", "the live database is 'mysql'"),
}


def test_what_the_provider_does_not_know_is_told_with_its_line(command: Command) -> None:
    """And with the name that may be meant, of those that the run has read anyway."""
    specs = []
    for handle, (app, addon, engine, key, _message) in WRONG.items():
        lines = {"version": "1", "database": handle, "app": app, "addon": addon, "engine": engine}
        written = [f"{name}: {value}" for name, value in lines.items() if value]
        written.sort(key=lambda line, key=key: line.startswith(f"{key}:"))  # type: ignore[misc]
        specs.append("\n".join([*written, "backups: {enabled: true}", ""]))
    command.write(*specs)
    with running(FLEET) as sandbox:
        mine = command.in_environment(**environment(sandbox))
        databases = fits(mine("plan", *JSON, status=1))["databases"]
        assert sandbox.requests()["counts"]["api"] == 5  # three tokens, two lists
    found = {one["handle"]: one for one in databases}
    for handle, (_app, addon, _engine, _key, message) in WRONG.items():
        one = found[handle]
        (blocked,) = one["items"] or [{"message": one["error"], "place": one["error_place"]}]
        assert message in blocked["message"]
        assert blocked["place"]["line"] == (5 if addon else 4)
