"""Lists of names in settings of PostgreSQL, as the server itself splits them.

Source: PostgreSQL, `SplitIdentifierString`: commas between names, a name in double quotes as it is,
another one with its capitals as small letters.
"""

from __future__ import annotations

import re

from reconcile.model.extension import folded

_NAME = re.compile(
    r'[ \t\n\r\f\v]*(?:"((?:[^"]|"")+)"|([^ \t\n\r\f\v,"][^ \t\n\r\f\v,]*))[ \t\n\r\f\v]*(,|\Z)'
)


def listed(text: str) -> frozenset[str]:
    """The names of a list; none where the server cannot read it, and so takes no name."""
    names: set[str] = set()
    place, more = 0, bool(text.strip())
    while more:
        found = _NAME.match(text, place)
        if found is None:
            return frozenset()
        quoted, bare, separator = found.groups()
        names.add(folded(bare) if quoted is None else quoted.replace('""', '"'))
        place, more = found.end(), separator == ","
    return frozenset(names)
