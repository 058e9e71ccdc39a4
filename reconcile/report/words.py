"""Values and counts in words, the same in every report."""

from __future__ import annotations

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


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 action`, `2 actions`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:  # noqa: PLR2004 - one part needs no `and`
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
