"""A program that holds servers until it is told, or made, to end.

It is given the programs to start, says its directory and each server's port in a line of JSON, and
waits for the end of its input.
"""

from __future__ import annotations

import json
import sys

from scalingo_sandbox.servers.programs import Installed, search
from scalingo_sandbox.servers.server import Program, Wish
from scalingo_sandbox.servers.servers import Servers


def main() -> None:
    """Start, say where, wait."""
    wishes = [Wish(key=name, program=Program(name)) for name in sys.argv[1:]]
    programs = {key: found for key, found in search().items() if isinstance(found, Installed)}
    with Servers(programs) as servers:
        started = servers.start(wishes)
        ports = {key: server.port for key, server in started.items()}
        print(json.dumps({"folder": str(servers.folder), "ports": ports}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
