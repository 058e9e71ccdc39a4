"""InfluxDB durations as time.

Source: the InfluxQL reference, "Durations" (units w d h m s ms u µ ns, several in a row, INF), and
what InfluxDB 1.x answers: `720h0m0s` for 30 days, `0s` for infinite, nothing below one hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from attrs import frozen

from reconcile.model.constraint import InvalidValueError, quoted

_SECOND = 1_000_000_000
_UNITS = {
    "w": 7 * 24 * 3600 * _SECOND,
    "d": 24 * 3600 * _SECOND,
    "h": 3600 * _SECOND,
    "m": 60 * _SECOND,
    "s": _SECOND,
    "ms": 1_000_000,
    "u": 1_000,
    "µ": 1_000,
    "us": 1_000,
    "ns": 1,
}
_PART = re.compile(r"([0-9]{1,18})(ms|ns|us|[wdhmsuµ])")
_FRACTION = re.compile(r"((?:[0-9]+[hm])*[0-9]+)\.([0-9]{1,9})s")
_WRITTEN = r"[Ii][Nn][Ff]|(?:(?:0|[1-9][0-9]*)(?:ms|ns|us|[wdhmsuµ]))+"
_LONGEST_TEXT = 64
_SHOWN = ("d", "h", "m", "s", "ms", "u", "ns")

INFINITE = 0
SHORTEST = _UNITS["h"]
LONGEST = 2**63 - 1
"""InfluxDB keeps durations as signed 64-bit nanoseconds."""


def parse_duration(text: str) -> int | None:
    """Nanoseconds of a duration, INFINITE for `0`, `0s` or `INF`; None if it is none."""
    plain = text.strip()
    if plain == "0" or (plain.isascii() and plain.upper() == "INF"):
        return INFINITE
    parts = _PART.findall(plain)
    if not parts or "".join(number + unit for number, unit in parts) != plain:
        return None
    total = sum(int(number) * _UNITS[unit] for number, unit in parts)
    return total if total <= LONGEST else None


def read_duration(text: str) -> int | None:
    """The same for what a server shows, which may have fractions of a second: `1h0m0.5s`."""
    found = _FRACTION.fullmatch(text)
    if found is None:
        return parse_duration(text)
    whole, fraction = parse_duration(f"{found[1]}s"), int(found[2].ljust(9, "0"))
    return None if whole is None or whole + fraction > LONGEST else whole + fraction


def show_duration(nanoseconds: int) -> str:
    """The shortest InfluxQL spelling in days and smaller units; `INF` for infinite."""
    if nanoseconds == INFINITE:
        return "INF"
    words, rest = [], nanoseconds
    for unit in _SHOWN:
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            words.append(f"{count}{unit}")
    return "".join(words)


@frozen
class DurationText:
    """A constraint: an InfluxQL duration of an hour or more; `INF` or `0s` for ever."""

    def check(self, value: str) -> None:
        """Raise InvalidValueError for another text, or a duration that InfluxDB refuses."""
        length = parse_duration(value) if re.fullmatch(_WRITTEN, value) else None
        if length is None or len(value) > _LONGEST_TEXT:
            raise InvalidValueError(
                f"invalid duration {quoted(value)}",
                hint="whole numbers with the units w, d, h, m, s, as in 30d or 1d12h; INF for ever",
            )
        if length == INFINITE and value.upper() not in {"INF", "0S"}:
            raise InvalidValueError(
                f"{value!r} means for ever to InfluxDB", hint="write INF for ever"
            )
        if length != INFINITE and length < SHORTEST:
            raise InvalidValueError(
                f"{value!r} is shorter than InfluxDB keeps data", hint="write 1h or more"
            )

    def schema(self) -> Mapping[str, object]:
        """The form; that it is an hour or more is left to the check."""
        return {"pattern": f"^(?:{_WRITTEN})$", "maxLength": _LONGEST_TEXT}


Duration = Annotated[str, DurationText()]
