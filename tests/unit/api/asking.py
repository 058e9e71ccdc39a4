"""Requests to each of the hosts, as the tests of the transport send them."""

from __future__ import annotations

from unit.api.loopback import Provider

from reconcile.api.routes import ACTION, ADDONS, REGIONS, Request, Route
from reconcile.model.request import RESOURCE, Effect


def regions(provider: Provider) -> Request:
    """A request to the auth host."""
    return Request(route=REGIONS, base=provider.url)


def listing(provider: Provider) -> Request:
    """A request to the API host."""
    return Request(route=ADDONS, base=provider.url, parameters={"app": "shop-web"})


def resource(provider: Provider) -> Request:
    """A request to the database host."""
    return Request(route=Route.of_call(RESOURCE), base=provider.url, parameters={"addon": "ad-1"})


def change(provider: Provider) -> Request:
    """A request to the database host that changes something."""
    return Request(
        route=ACTION,
        base=provider.url,
        parameters={"addon": "ad-1"},
        document={"action_name": "set-sqlmode", "params": "ANSI"},
        effect=Effect.CHANGE,
    )
