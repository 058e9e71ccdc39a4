"""Python's clock, moved by CLOCK_AHEAD seconds, in every process that has this folder on its path.

CLOCK_AHEAD is a number, or the path of a file that holds it and may change while the process runs.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

_AHEAD = os.environ["CLOCK_AHEAD"]
_seconds = time.time
_datetime = dt.datetime


def _ahead() -> float:
    return float(Path(_AHEAD).read_text() if _AHEAD.startswith("/") else _AHEAD)


class _Kind(type):
    """Takes instances of the original class, which C code makes, for instances of the moved one."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime)


class _Moved(_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(time.time(), tz)


time.time = lambda: _seconds() + _ahead()
dt.datetime = _Moved  # type: ignore[misc]
