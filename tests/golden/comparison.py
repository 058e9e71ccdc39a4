"""Golden files: what a report looks like, kept beside the tests and compared byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

import pytest
from attrs import frozen

FILES = Path(__file__).parent / "files"
OPTION = "--rewrite-golden"
_AGAIN = f"make golden, or pytest FILE {OPTION}"


@frozen(kw_only=True)
class Golden:
    """A folder of golden files; `rewrite` takes what is rendered now as right."""

    directory: Path
    rewrite: bool

    def check(self, name: str, text: str) -> None:
        """Fail the test, with a diff, when `text` is not what the file holds."""
        path = self.directory / name
        if self.rewrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        elif not path.exists():
            pytest.fail(f"there is no golden file {name}: {_AGAIN}, then read it", pytrace=False)
        elif path.read_bytes() != text.encode():
            shown = "\n".join(_difference(name, path.read_bytes().decode(), text))
            pytest.fail(f"{shown}\n\nif this is right: {_AGAIN}", pytrace=False)

    def left_over(self, known: Iterable[str]) -> list[str]:
        """The files that belong to none of the known names."""
        found = {
            path.relative_to(self.directory).as_posix()
            for path in self.directory.rglob("*")
            if path.is_file()
        }
        return sorted(found - set(known))


def _difference(name: str, expected: str, text: str) -> Iterable[str]:
    """A unified diff that shows control characters instead of obeying them."""
    return unified_diff(
        _shown(expected), _shown(text), f"golden/{name}", f"rendered/{name}", lineterm=""
    )


def _shown(text: str) -> list[str]:
    return [line.replace("\x1b", "\\x1b").replace("\r", "\\r") for line in text.split("\n")]
