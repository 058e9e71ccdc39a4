"""How a database is reached by SQL, and what was found there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import field, frozen

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_STEP = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
REFERENCE = rf"\$\{{(?:env:{_NAME}|file:/?{_STEP}(?:/{_STEP})*)\}}"
"""How the place of a connection string is written: `${env:NAME}` or `${file:PATH}`.

A path leads down only, and is spelled in one way; nothing in it can be taken for a URL.
"""


def is_reference(text: str) -> bool:
    """Whether a text says where a connection string is, and is none itself."""
    return re.fullmatch(REFERENCE, text) is not None


@frozen(kw_only=True, order=True)
class Connection:
    """Where the connection string of a database is found, never the string itself.

    `dsn` is a reference, `${env:NAME}` or `${file:PATH}`; `database` the name of the logical
    database that it has to lead to.
    """

    dsn: str
    database: str


@frozen(kw_only=True)
class Said:
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

    `superuser`: only a superuser, unless `trusted`: then whoever may create in the database.
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
class Reached:
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


@frozen(kw_only=True)
class Unreached:
    """Why a connection is not used, with a stable code and the way out."""

    code: str
    message: str
    hint: str


Reach = Reached | Unreached
