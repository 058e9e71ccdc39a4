"""A value without its list entries that could not be converted, so that the others are checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attrs import frozen

from reconcile.model.constraint import InvalidValueError, short_form
from reconcile.spec.locations import Path

_Entry = tuple[str, int]
"""The key of a list, and an index in it."""


@frozen(kw_only=True)
class Partial:
    """What is left of a value; `indexes` are where the entries that are left stood before."""

    value: Mapping[str, Any]
    indexes: Mapping[str, tuple[int, ...]]

    def placed(self, error: InvalidValueError) -> InvalidValueError:
        """An error about what is left, as one about the whole value."""
        key, *rest = error.path or ("",)
        if not rest or key not in self.indexes:
            return error
        place = (key, self.indexes[str(key)][int(rest[0])], *rest[1:])
        return InvalidValueError(
            str(error), hint=error.hint, code=error.code, path=place, is_warning=error.is_warning
        )


def without_entries(value: object, cls: type, faulty: Iterable[Path]) -> Partial | None:
    """The value of a class without entries of its lists, by the paths of their errors.

    None where an error is about something else, or where nothing is left of a list: then a check
    could blame what is not there.
    """
    short = short_form(cls)
    plain = {short.key: value} if short and not isinstance(value, dict) else value
    entries = {_entry_of(path) for path in faulty}
    if not isinstance(plain, dict) or None in entries:
        return None
    dropped = {one for one in entries if one is not None}
    left = {key: _left(key, listed, dropped) for key, listed in plain.items()}
    touched = {key for key, _index in dropped}
    if not all(isinstance(plain.get(key), list) and left[key] for key in touched):
        return None
    return Partial(
        value={
            key: [listed[index] for index in left[key]] if key in touched else listed
            for key, listed in plain.items()
        },
        indexes={key: left[key] for key in touched},
    )


def _entry_of(path: Path) -> _Entry | None:
    match path:
        case (str(key), int(index), *_):
            return key, index
        case _:
            return None


def _left(key: str, listed: object, dropped: Collection[_Entry]) -> tuple[int, ...]:
    """The indexes of a list that are not dropped."""
    if not isinstance(listed, list):
        return ()
    return tuple(index for index in range(len(listed)) if (key, index) not in dropped)
