"""What only PostgreSQL has: statements, extensions, queries, and a connection to run SQL over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import zip_longest
from string import ascii_lowercase, ascii_uppercase
from typing import Annotated

from attrs import evolve, field, frozen

from reconcile.model.constraint import Secretless, described
from reconcile.model.text import READABLE

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_STEP = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
REFERENCE = rf"\$\{{(?:env:{_NAME}|file:/?{_STEP}(?:/{_STEP})*)\}}"
"""How the place of a connection string is written: `${env:NAME}` or `${file:PATH}`.

A path leads down only, and is spelled in one way; nothing in it can be taken for a URL.
"""


def is_reference(text: str) -> bool:
    """Whether a text says where a connection string is, and is none itself."""
    return re.fullmatch(REFERENCE, text) is not None


# Not a connection string: that holds a password.
DsnReference = Annotated[
    str,
    Secretless(
        pattern=REFERENCE,
        meaning="reference to a connection string",
        hint="write ${env:NAME} or ${file:PATH}: a connection string holds a password, no spec does",
    ),
]
LogicalName = Annotated[
    str,
    Secretless(
        pattern=READABLE,
        meaning="name of a logical database",
        hint="write the name that the connection leads to, 63 characters at most",
        longest=63,
    ),
]


@frozen(kw_only=True, order=True)
class SqlConnection:
    """How the database is reached by SQL, for what the API cannot change.

    `dsn` is a reference to the connection string, never the string itself.
    """

    dsn: DsnReference = described(
        "Where the connection string is: ${env:NAME}, for a name that RECONCILE_ENV_ALLOW lists, or"
        " ${file:PATH}, for a file in the directory RECONCILE_SECRETS_DIR. Never the string itself.",
        examples=("${env:BILLING_DSN}", "${file:billing.dsn}"),
    )
    database: LogicalName = described(
        "The logical database that it leads to. With another nothing is changed.",
        examples=("billing",),
    )


@frozen(kw_only=True)
class ApiView:
    """What the API says of a database; a connection that does not agree leads to another one.

    `version` and the versions of `extensions`, by name, are in the API's spelling. `databases` are
    the logical databases, and `home` those of them that are protected: the default one, whose
    extensions these are. `users` are the roles. None where the API does not tell.
    """

    addon: str
    version: str
    extensions: Mapping[str, str]
    databases: frozenset[str] | None = None
    home: frozenset[str] | None = None
    users: frozenset[str] | None = None


@frozen(kw_only=True)
class Package:
    """A version of an extension that a server can install, and who may.

    `superuser`: only a superuser, unless `trusted`: then every role that may create in the database.
    `requires` names the extensions that have to be there before it. `names_schema` where its own files
    say which schema it goes into.
    """

    superuser: bool
    trusted: bool
    requires: tuple[str, ...] = ()
    names_schema: bool = False


@frozen(kw_only=True)
class Uses:
    """Objects that use an extension, in the server's words: some `names`, and how many `more`."""

    names: tuple[str, ...]
    more: int = 0


@frozen(kw_only=True)
class SqlAccess:
    """A connection that agrees with the API, and what can be done over it.

    superuser   whether the role is one
    may_create  whether the role may create in the database
    owned       the enabled extensions that belong to the role
    offers      name → version → what the server can install
    newest      name → the version that is installed where none is named
    updates     enabled extension → the versions that an update can lead to
    needed_by   enabled extension → the enabled extensions that depend on it
    used_by     enabled extension → the other objects that depend on it
    allowed     the extensions that the server's `extwlist.extensions` lists; None where it is not set
    has_schema  whether a schema of the role's search path exists, into which an extension goes
    """

    superuser: bool
    may_create: bool
    owned: frozenset[str] = frozenset()
    offers: Mapping[str, Mapping[str, Package]] = field(factory=dict)
    newest: Mapping[str, str] = field(factory=dict)
    updates: Mapping[str, frozenset[str]] = field(factory=dict)
    needed_by: Mapping[str, tuple[str, ...]] = field(factory=dict)
    used_by: Mapping[str, Uses] = field(factory=dict)
    allowed: frozenset[str] | None = None
    has_schema: bool = True

    def like(self, name: str) -> str | None:
        """The package whose name is nearest to one that is not offered; None for none."""
        return next(iter(get_close_matches(name, sorted(self.offers), n=1, cutoff=_ALIKE)), None)

    def about(self, names: Collection[str]) -> SqlAccess:
        """What of it decides about some extensions."""
        offered = {*names, *(self.like(name) for name in names if not self.offers.get(name))}
        return evolve(
            self,
            owned=self.owned & set(names),
            offers={name: one for name, one in self.offers.items() if name in offered},
            newest={name: one for name, one in self.newest.items() if name in names},
            updates={name: one for name, one in self.updates.items() if name in names},
            needed_by={name: one for name, one in self.needed_by.items() if name in names},
            used_by={name: one for name, one in self.used_by.items() if name in names},
            allowed=None if self.allowed is None else self.allowed & set(names),
        )


@frozen(kw_only=True)
class NoSqlAccess:
    """Why a connection is not used, with a stable code and the way out."""

    code: str
    message: str
    hint: str


_ALIKE = 0.75
"""How alike two names are of which one is a slip of the other, from 0 to 1."""

Reach = SqlAccess | NoSqlAccess


_BARE = re.compile(r"[a-z_][a-z0-9_]*")
_DROP = "DROP EXTENSION "


@frozen(kw_only=True)
class Sql:
    """A statement over the connection that a spec names, with its names and texts still apart.

    `template` holds `{key}` for each key of `names` (identifiers) and `texts` (string literals);
    the driver quotes them when the statement runs.
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


@frozen(kw_only=True)
class Query:
    """A session and its running or last query; `seconds` since the query began."""

    pid: int
    state: str = ""
    username: str = ""
    query_start: str | None = None
    seconds: float = 0.0
    query: str


@frozen(kw_only=True)
class Statement:
    """What pg_stat_statements counted for one normalised statement; times in seconds.

    `share` is its part, from 0 to 1, of the time that all statements took.
    """

    query: str
    user_id: int | None = None
    calls: int = 0
    rows: int = 0
    total: float = 0.0
    share: float = 0.0
    mean: float = 0.0
    min: float = 0.0
    max: float = 0.0
    deviation: float = 0.0
