"""Why no session was opened, in sentences of our own: libpq's quote the connection string.

Source of the phrases: messages of libpq and of PostgreSQL before a session begins, for which libpq
hands out no SQLSTATE. Where they are in another language the last sentence stands.
"""

from __future__ import annotations

import re

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
