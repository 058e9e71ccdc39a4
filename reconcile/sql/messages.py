"""What a server or libpq says, as a message of ours may have it: without the connection string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from attrs import frozen

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@frozen
class Failure:
    """What is wrong, said of a connection, and what to do."""

    what: str
    hint: str


UNREADABLE = Failure(
    "is no connection string",
    "write it as postgresql://user:password@host:port/database, with other characters than letters"
    " and digits in percent-encoding",
)
_UNKNOWN = Failure("could not be opened", "try it with psql, which says more")
_ADDRESS = "look whether host and port are right and can be reached from here"
_LOGIN = "put the current user and password there"

# The first that is found is said: what a server answered comes before what was not reached.
_FAILURES: tuple[tuple[tuple[str, ...], Failure], ...] = (
    (
        ("no pg_hba.conf entry", "pg_hba.conf rejects"),
        Failure(
            "was turned away by the server's rules on who may come from where",
            "let the connection string ask for TLS with sslmode=require, or connect from a host"
            " that is let in",
        ),
    ),
    (
        ("authentication failed", "no password supplied", 'role "" does not exist'),
        Failure("was not let in: its user or password is wrong", _LOGIN),
    ),
    (
        ('database "" does not exist',),
        Failure(
            "names a logical database that its server does not have",
            "put the name of one that is there",
        ),
    ),
    (
        ("permission denied for database", "not permitted to log in"),
        Failure("was not let in: its user may not connect to that logical database", _LOGIN),
    ),
    (
        ("too many clients", "too many connections", "remaining connection slots"),
        Failure("was turned away: the server takes no more sessions", "try again later"),
    ),
    (
        ("is starting up", "is shutting down", "in recovery mode", "not accepting connections"),
        Failure("was turned away: the server is not ready", "try again later"),
    ),
    (
        ("SSL", "certificate"),
        Failure(
            "failed over TLS",
            "look whether the server offers TLS as its sslmode asks, and whether its certificate"
            " is good",
        ),
    ),
    (
        ("failed to resolve host", "could not translate host name"),
        Failure("names a host that is not known here", "look whether its name is right"),
    ),
    (
        ("timeout expired", "timed out"),
        Failure("was given up: the server did not answer in time", _ADDRESS),
    ),
    (
        ("Connection refused", "No such file or directory"),
        Failure("was refused: no server listens there", _ADDRESS),
    ),
    (
        ("No route to host", "Network is unreachable", "closed the connection", "reset by peer"),
        Failure("did not reach a server", _ADDRESS),
    ),
)


def failure_of(message: str) -> Failure:
    """The failure that a message of the driver stands for; nothing of the message is in it."""
    plain = _QUOTED.sub('""', message)
    return next(
        (failure for phrases, failure in _FAILURES if any(one in plain for one in phrases)),
        _UNKNOWN,
    )


_HIDDEN = "[hidden]"
# The password as a URI spells it, up to the last @ before its path.
_IN_URI = re.compile(r"[a-z]+://[^:/?#]*:(?P<password>[^/?#]*)@")
# The parameters of libpq whose values are secrets.
_SECRET = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
_LONGEST = 100
"""Characters of a name or a version: those of PostgreSQL's own have 63 at most."""


def cut(text: str, *, longest: int = _LONGEST) -> str:
    """The text, or its first characters and a mark."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def quoted(text: str) -> str:
    """The text cut, in quotes, with all that does not print as escapes."""
    return repr(cut(text))


class Hider:
    """Takes a connection string and its secrets out of texts; it shows none of them itself."""

    def __init__(self, dsn: str, parameters: Mapping[str, object]) -> None:
        secrets = {str(parameters[name]) for name in _SECRET if parameters.get(name)}
        if found := _IN_URI.match(dsn):
            secrets.add(found["password"])
        logins = {f"{parameters.get('user')}:{secret}" for secret in secrets}
        whole = {dsn, *logins, *secrets}
        spellings = {spelling for one in whole for spelling in (one, quote(one), quote(one, ""))}
        # The longest first: one may be a part of another.
        self._spellings = sorted(spellings - {""}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of every secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, _HIDDEN)
        return text
