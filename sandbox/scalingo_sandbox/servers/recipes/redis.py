"""Redis: in memory only."""

from __future__ import annotations

import socket

from scalingo_sandbox.servers.recipes.recipe import Recipe, Site, write_private
from scalingo_sandbox.servers.server import HOST, Server

_SETTINGS = """\
bind {host}
port {port}
requirepass {password}
save ""
appendonly no
"""
_READY = b"+OK\r\n+PONG\r\n"


def _command(site: Site) -> tuple[str, ...]:
    text = _SETTINGS.format(host=HOST, port=site.port, password=site.password)
    settings = write_private(site.folder / "redis.conf", text)
    return (*site.installed.command, settings.name, *site.options)


def _admits(server: Server) -> bool:
    try:
        with socket.create_connection((server.host, server.port), timeout=2) as connection:
            connection.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
            said = b""
            while len(said) < len(_READY) and (chunk := connection.recv(1024)):
                said += chunk
    except OSError:
        return False
    return said == _READY


RECIPE = Recipe(user="default", command=_command, admits=_admits)
