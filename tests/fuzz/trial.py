"""One fuzzed input: a project folder, and the commands that read the input there."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from attrs import Factory, define, frozen

from reconcile.cli.main import run
from reconcile.cli.terminal import Terminal
from reconcile.model.text import safe_text

STATUSES = frozenset({0, 1, 2, 3, 65})
"""What a command may exit with that reads files alone and whose arguments are right."""


@frozen(kw_only=True)
class Answer:
    """What a command exited with and printed."""

    status: int
    stdout: str

    def document(self) -> Any:
        """The JSON document that it printed, which says the same exit status."""
        document = json.loads(self.stdout)
        assert document["exit_status"] == self.status, "the document says another exit status"
        return document


@define
class Trial:
    """The current folder as a project.

    `seconds` has the processor time of each step of the last input, which `slowest` names.
    """

    environment: Mapping[str, str] = Factory(dict)
    seconds: dict[str, float] = Factory(dict)
    files: dict[str, bytes | str] = Factory(dict)

    def begin(self) -> None:
        """Forget what the last input took."""
        self.seconds.clear()

    @property
    def slowest(self) -> tuple[str, float]:
        """The step that took longest, and its seconds of processor time."""
        return max(self.seconds.items(), key=lambda one: one[1], default=("", 0.0))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step."""
        before = time.process_time()
        try:
            yield
        finally:
            seconds = time.process_time() - before
            self.seconds[name] = max(seconds, self.seconds.get(name, 0.0))

    def write(self, name: str, content: bytes | str) -> None:
        """Write a file of the project."""
        if self.files.get(name) != content:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            self.files[name] = content

    def command(self, *argv: str) -> Answer:
        """Run a command that only reads. Raises what it raises, and AssertionError for its output."""
        with self.step(" ".join(argv)):
            return self.shown(lambda terminal: run(list(argv), terminal))

    def shown(self, show: Callable[[Terminal], int]) -> Answer:
        """What something exits with and prints. Raises as `command`."""
        stdout, stderr = io.StringIO(), io.StringIO()
        status = show(self.terminal(stdout, stderr))
        assert status in STATUSES, f"exit status {status}: {stderr.getvalue()[:400]}"
        assert_safe(stdout.getvalue())
        assert_safe(stderr.getvalue())
        return Answer(status=status, stdout=stdout.getvalue())

    def terminal(self, stdout: TextIO | None = None, stderr: TextIO | None = None) -> Terminal:
        """A process whose output is wrapped and has no colour, and which has no credentials."""
        return Terminal(
            environment={"COLUMNS": "100", "HOME": "/none", **self.environment},
            stdin=io.StringIO(),
            stdout=stdout or io.StringIO(),
            stderr=stderr or io.StringIO(),
        )


def assert_safe(page: str) -> None:
    """See that nothing in a page moves the cursor, reorders a line or adds one."""
    lines = "".join(page.split("\n"))
    # What was made safe once stays as it is.
    assert lines.isascii() or safe_text(lines) in {lines, lines.replace("\\", "\\\\")}, (
        "unsafe text"
    )
    assert lines.isprintable() or not lines.isascii(), "a control character in the output"
