"""A script that runs the command and says last on stderr which of its functions were called, in order."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

MARK = "called: "
_PACKAGE = "reconcile"


class Watch:
    """Notes what any thread calls, in the order of the first calls, but for what an import calls.

    A function is noted as `reconcile.plan.diff:diff_database`.
    """

    def __init__(self) -> None:
        self.functions: dict[str, None] = {}
        self._imports = threading.local()

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """As `sys.setprofile` has it."""
        if event not in {"call", "return"}:
            return
        imports = getattr(self._imports, "depth", 0)
        if frame.f_code.co_name == "<module>":
            self._imports.depth = imports + (1 if event == "call" else -1)
        elif event == "call" and not imports:
            module = str(frame.f_globals.get("__name__", ""))
            if module.split(".", maxsplit=1)[0] == _PACKAGE:
                self.functions[f"{module}:{frame.f_code.co_qualname}"] = None


def run(argv: list[str]) -> int:
    """The exit status of a command line."""
    from reconcile.cli.main import main  # noqa: PLC0415 - its own imports are none of the run's

    watch = Watch()
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        return main(argv)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        sys.stderr.write(f"{MARK}{' '.join(watch.functions)}\n")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
