"""Values and counts in words, the same in every report."""

from __future__ import annotations

from reconcile.model.change import Change, Risk, Update
from reconcile.model.state import Fields, Value


def show_value(value: Value) -> str:
    """A value as a person would write it in a spec; a missing one is `(none)`."""
    match value:
        case None | ():
            return "(none)"
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return str(value)


def show_fields(fields: Fields) -> str:
    """All fields on one line, by name; a flag that is set stands as its name alone."""
    return ", ".join(
        name if value is True else f"{name} {show_value(value)}"
        for name, value in sorted(fields.items())
    )


_ONE_WAY = frozenset({"engine_version"})
"""The kinds whose values only rise."""


def no_way_back(risk: Risk | None, change: Change | None) -> str | None:
    """What reverting a spec does not bring back; None where it is a change as any other.

    `change` is None for an order, `risk` where it is not known.
    """
    if risk is Risk.LOSSY:
        return "the data does not come back"
    if isinstance(change, Update) and change.address.kind in _ONE_WAY:
        before = ", ".join(show_value(part.before) for part in change.fields)
        return f"there is no way back to {before}"
    return None


STAKES = {
    Risk.WEAKENS: "takes protection away",
    Risk.DISRUPTIVE: "interrupts service",
    Risk.LOSSY: "deletes data for good",
}
"""What a risk means, after `this`."""


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 action`, `2 actions`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:  # noqa: PLR2004 - one part needs no `and`
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """A length of time in its two largest units: `3 min 32 s`, `2 d 3 h`; below 10 s finer.

    One below nothing, as clocks that differ may make it, is `0 ms`.
    """
    if seconds < _A_SECOND:
        return _milliseconds(max(0.0, seconds * 1000))
    if seconds < _FINE:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        amount, whole = divmod(whole, size)
        if amount or parts:
            parts.append(f"{amount} {unit}" if amount else "")
        if len(parts) == 2:  # noqa: PLR2004 - the two largest
            break
    return " ".join(part for part in parts if part)


def _milliseconds(number: float) -> str:
    if 0 < number < _LEAST:
        return f"<{_LEAST} ms"
    digits = 2 if number < 1 else 1 if number < _FINE else 0
    text = f"{number:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if digits else text} ms"


def about_so_long(seconds: float) -> str:
    """A foreseen length of time: `about 3 min 3 s`, or `under a second`."""
    return f"about {duration(round(seconds))}" if seconds >= 1 else "under a second"


_FINE = 9.95
"""Below it a tenth is shown: from here on 10 would be."""

_A_SECOND = 0.9995
"""From here on 1000 ms would be shown."""

_LEAST = 0.01
"""Below so many milliseconds nothing would be shown."""
