"""A statement as a value: kinds make it, the SQL room runs it, a dry run prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

_BARE = re.compile(r"[a-z_][a-z0-9_]*")
_DROP = "DROP EXTENSION "


@frozen(kw_only=True)
class Sql:
    """A statement over the connection that a spec names, with its names and texts still apart.

    `template` holds `{key}` for each key of `names` (identifiers) and `texts` (string literals);
    whoever runs it has the driver quote them.
    """

    template: str
    names: Mapping[str, str] = field(factory=dict)
    texts: Mapping[str, str] = field(factory=dict)

    def __str__(self) -> str:
        """How a person would type it."""
        names = {key: _identifier(name) for key, name in self.names.items()}
        texts = {key: _literal(text) for key, text in self.texts.items()}
        return self.template.format(**names, **texts) + ";"


def drops_an_extension(statements: Sequence[str]) -> bool:
    """Whether these are one statement that drops one extension."""
    return len(statements) == 1 and statements[0].startswith(_DROP)


def dropping_all(statements: Iterable[str]) -> str:
    """One statement in place of several that drop an extension each."""
    names = (statement.removeprefix(_DROP).removesuffix(";") for statement in statements)
    return f"{_DROP}{', '.join(names)};"


def by_sql(calls: Iterable[object]) -> bool:
    """Whether a statement is among what is sent."""
    return any(isinstance(call, Sql) for call in calls)


def _identifier(name: str) -> str:
    """Quote a name where SQL needs it: bare ones are lower case letters, digits, underscores."""
    return name if _BARE.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
