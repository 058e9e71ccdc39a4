"""A local server that speaks the provider's API, for demos and tests.

It is an independent witness: it shares no code with the product it is used to check. The names
below are imported on first use, so that `import scalingo_sandbox` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalingo_sandbox.announcement import Announcement
    from scalingo_sandbox.client import Sandbox, SandboxRefusal
    from scalingo_sandbox.errors import FleetError, PortInUse
    from scalingo_sandbox.schema import fleet_schema
    from scalingo_sandbox.server import running, serve
    from scalingo_sandbox.servers.server import ServerError

__all__ = [
    "Announcement",
    "FleetError",
    "PortInUse",
    "Sandbox",
    "SandboxRefusal",
    "ServerError",
    "fleet_schema",
    "running",
    "serve",
]

__version__ = "0.1.0"

DRIVERS = ("influxdb", "psycopg", "pymongo", "pymysql", "urllib3")
"""The libraries of the extra `engines`, which real servers need."""

_HOMES = {
    "Announcement": "announcement",
    "FleetError": "errors",
    "PortInUse": "errors",
    "Sandbox": "client",
    "SandboxRefusal": "client",
    "ServerError": "servers.server",
    "fleet_schema": "schema",
    "running": "server",
    "serve": "server",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
