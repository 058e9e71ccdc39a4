"""InfluxDB 1: one binary and a file of settings; its first account is made over HTTP."""

from __future__ import annotations

import http.client
from base64 import b64encode
from urllib.parse import urlencode

from scalingo_sandbox.servers.recipes.recipe import DATA, Recipe, Site, write_private
from scalingo_sandbox.servers.server import HOST, Server

_USER = "admin"

_SETTINGS = """\
reporting-disabled = true
bind-address = "{host}:{spare_port}"

[meta]
dir = "{data}/meta"

[data]
dir = "{data}/data"
wal-dir = "{data}/wal"

[monitor]
store-enabled = false

[http]
bind-address = "{host}:{port}"
auth-enabled = true
log-enabled = false
"""


def _command(site: Site) -> tuple[str, ...]:
    text = _SETTINGS.format(host=HOST, port=site.port, spare_port=site.spare_port, data=DATA)
    settings = write_private(site.folder / "influxdb.conf", text)
    return (*site.installed.command, "-config", settings.name, *site.options)


def _admits(server: Server) -> bool:
    """Log in; where nobody can yet, make the account first."""
    try:
        status = _query(server, "SHOW USERS", known=True)
        if status == http.client.FORBIDDEN:
            account = f"CREATE USER {_USER} WITH PASSWORD '{server.password}' WITH ALL PRIVILEGES"
            _query(server, account, known=False)
            status = _query(server, "SHOW USERS", known=True)
    except (OSError, http.client.HTTPException):
        return False
    return status == http.client.OK


def _query(server: Server, statement: str, *, known: bool) -> int:
    """Send a statement, with the account or without; the status of the answer."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if known:
        account = b64encode(f"{server.user}:{server.password}".encode()).decode()
        headers["Authorization"] = f"Basic {account}"
    connection = http.client.HTTPConnection(server.host, server.port, timeout=2)
    try:
        connection.request("POST", "/query", body=urlencode({"q": statement}), headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


RECIPE = Recipe(user=_USER, command=_command, admits=_admits)
