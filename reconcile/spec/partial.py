"""A value without the parts that could not be converted, so that the others are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from reconcile.model.constraint import InvalidValueError, short_form
from reconcile.spec.locations import Path


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


def without_faulty(value: object, cls: type, faulty: Iterable[Path]) -> Partial | None:
    """The value of a class without the keys and the list entries that have errors, by their paths.

    None where the whole is at fault, where nothing is left of a list, or of all lists:
    then a check could blame what is not there.
    """
    short = short_form(cls)
    plain = {short.key: value} if short and not isinstance(value, dict) else value
    paths = list(faulty)
    if not isinstance(plain, dict) or () in paths:
        return None
    keys = {path[0] for path in paths if len(path) == 1 or not isinstance(path[1], int)}
    dropped = {(path[0], path[1]) for path in paths if path[0] not in keys}
    kept = {key: listed for key, listed in plain.items() if key not in keys}
    lists = {key: listed for key, listed in kept.items() if isinstance(listed, list)}
    left = {
        key: tuple(index for index in range(len(listed)) if (key, index) not in dropped)
        for key, listed in lists.items()
    }
    if not any(left.values()) or not all(left.get(str(key)) for key, _index in dropped):
        return None
    return Partial(
        value=kept | {key: [lists[key][index] for index in left[key]] for key in left},
        indexes=left,
    )
