"""NX-27017, which speaks MongoDB's protocol over SQLite files: an emulation, without accounts."""

from __future__ import annotations

import socket

from scalingo_sandbox.servers.recipes.recipe import DATA, Recipe, Site
from scalingo_sandbox.servers.server import HOST, Server


def _command(site: Site) -> tuple[str, ...]:
    # Its log and its pid file would lie in the folder that all users share.
    return (
        *site.installed.command,
        "--data-dir", DATA,
        "--host", HOST,
        "--port", str(site.port),
        "--log-file", "nx-27017.log",
        "--pid-file", "nx-27017.pid",
        *site.options,
    )  # fmt: skip


def _admits(server: Server) -> bool:
    import pymongo  # noqa: PLC0415 - of the extra, and wanted for this program only
    from pymongo.errors import PyMongoError  # noqa: PLC0415 - as above

    try:
        # Its driver waits half a second before it tries a closed port again.
        socket.create_connection((server.host, server.port), timeout=2).close()
        with pymongo.MongoClient[dict[str, object]](
            server.host, server.port, serverSelectionTimeoutMS=2000, directConnection=True
        ) as client:
            client.admin.command("hello")
    except (OSError, PyMongoError):
        return False
    return True


RECIPE = Recipe(user="", command=_command, admits=_admits)
