"""Names and versions of PostgreSQL extensions, as the servers and the API spell them."""

from __future__ import annotations

import re
from itertools import zip_longest
from string import ascii_lowercase, ascii_uppercase

LANGUAGE = "plpgsql"
"""Part of every database: it never counts, whether the API lists it or not."""

STATEMENTS = "pg_stat_statements"
"""The extension behind query statistics; the kind `query_stats` owns it."""

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def folded(name: str) -> str:
    """A name as PostgreSQL reads it without quotes: its capitals are small letters."""
    return name.translate(_LOWER)


def plain_version(version: str) -> str:
    """A version without what does not count: the API's prefix `v` and every trailing `.0`."""
    # Looking behind, the search begins once in each run: it would try every place of a long one.
    return re.sub(r"(?<!\.0)(?:\.0)+\Z", "", version.strip().removeprefix("v"))


def is_newer(version: str, than: str) -> bool | None:
    """Whether a version is newer than another; None if their first different parts are not numbers.

    Dots, hyphens and plus signs separate the parts; a part that one of the two lacks is 0.
    """
    for one, other in zip_longest(_parts(version), _parts(than), fillvalue="0"):
        if one == other:
            continue
        if not (one.isascii() and one.isdigit() and other.isascii() and other.isdigit()):
            return None
        if _size(one) != _size(other):
            return _size(one) > _size(other)
    return False


def _size(digits: str) -> tuple[int, str]:
    """What orders numbers of any length: Python reads 4,300 digits at most."""
    significant = digits.lstrip("0")
    return len(significant), significant


def _parts(version: str) -> list[str]:
    return re.split(r"[.+-]", plain_version(version))
