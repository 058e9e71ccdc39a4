"""Queries and points over InfluxDB's HTTP API, and its errors as refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
from influxdb.line_protocol import quote_ident

from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.servers.server import Server, ServerGoneError

_PATIENCE = urllib3.Timeout(connect=5.0, read=15.0)


class Access:
    """A connection to one server as its administrator, opened again when it was lost."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pool = urllib3.HTTPConnectionPool(
            server.host,
            server.port,
            timeout=_PATIENCE,
            retries=False,
            headers=urllib3.make_headers(basic_auth=f"{server.user}:{server.password}"),
        )

    def dsn(self, database: str) -> str:
        """The URL of a logical database, with its password, as the driver `influxdb` reads it."""
        server = self._server
        user, password = quote(server.user, safe=""), quote(server.password, safe="")
        place = f"{server.host}:{server.port}/{quote(database, safe='')}"
        return f"influxdb://{user}:{password}@{place}"

    def run(self, template: str, *names: str, inside: str = "") -> list[list[Any]]:
        """Run one statement with names in the place of its `{}`; give the rows of its answer.

        `inside` is the logical database of a statement that cannot name its own. Raises
        EngineRefusal in the server's own words, and ServerGoneError if it gives no answer.
        """
        statement = template.format(*map(quote_ident, names))
        answer = self._send("/query", urlencode({"q": statement, "db": inside}))
        (result,) = answer.get("results", [{}])
        _refuse_error(result)
        return [row for series in result.get("series", ()) for row in series.get("values", ())]

    def write(self, database: str, points: Iterable[str]) -> None:
        """Write points of the line protocol under the default retention policy."""
        lines = "\n".join(points)
        if lines:
            self._send(f"/write?{urlencode({'db': database})}", lines)

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def _send(self, path: str, body: str) -> Mapping[str, Any]:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            response = self._pool.request(
                "POST", path, body=body, headers={**self._pool.headers, **kind}
            )
            document: Mapping[str, Any] = response.json() if response.data else {}
        except (urllib3.exceptions.HTTPError, ValueError):
            raise ServerGoneError from None
        _refuse_error(document)
        return document


def _refuse_error(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        raise EngineRefusal(str(answer["error"]))
