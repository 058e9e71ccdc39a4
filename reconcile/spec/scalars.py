"""The values of unquoted scalars: the core schema of YAML 1.2, and dates.

A number that YAML 1.1 reads differently is refused.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from math import isfinite

_LONGEST_NUMBER = 40
"""Characters, dates included. Python itself refuses integers of 4,300 digits."""

# YAML 1.2.2, "10.3.2. Tag Resolution" of the core schema; and dates, which it leaves to applications.
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_YAML_1_1 = re.compile(
    r"[-+]?(?:0[0-9_]+|0b[01_]+|0x[0-9a-fA-F]*_[0-9a-fA-F_]*|[0-9]+_[0-9_]*(?:\.[0-9_]*)?)"
)
"""Numbers that YAML 1.1 and 1.2 read differently."""


class UnusableScalarError(ValueError):
    """An unquoted scalar that YAML reads as something that is no value here."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def plain_value(text: str) -> object:
    """The value of an unquoted scalar under YAML 1.2. Raises UnusableScalarError."""
    if len(text) <= _LONGEST_NUMBER:
        return _short_value(text)
    if any(form.fullmatch(text) for form in (_DECIMAL, _BASED, _FLOAT, _OF_YAML_1_1)):
        raise UnusableScalarError(
            f"a number of more than {_LONGEST_NUMBER} characters", "quote it if it is text"
        )
    return text


@lru_cache(maxsize=4096)
def _short_value(text: str) -> object:
    """As `plain_value`; the specs of a fleet repeat most of their words."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _OF_YAML_1_1.fullmatch(text):
        raise UnusableScalarError(
            f"{text!r} is read as different values by YAML 1.1 and 1.2",
            "write a number with its digits alone, not beginning with 0; quote it if it is text",
        )
    return _number(text) if _DATE.fullmatch(text) is None else _day(text)


def _number(text: str) -> object:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and isfinite(value := float(text)):
        return value
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        raise UnusableScalarError(f"{text!r} is not a finite number", "quote it if it is text")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableScalarError(
            f"{text!r} is no valid date", "write a day that exists, as in 2027-01-31"
        ) from None
