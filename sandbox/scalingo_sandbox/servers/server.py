"""The nouns of real servers: programs, wishes, servers and their one error."""

from __future__ import annotations

from enum import StrEnum

from attrs import Factory, field, frozen

HOST = "127.0.0.1"
"""The one address that servers listen on."""


class Program(StrEnum):
    """A database server that can be run here."""

    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"
    INFLUXDB = "influxdb"
    REDIS = "redis"
    MONGODB = "mongodb"

    @property
    def product(self) -> str:
        """Its name as its makers write it."""
        return _PRODUCTS[self]


_PRODUCTS = {
    Program.POSTGRESQL: "PostgreSQL",
    Program.MARIADB: "MariaDB",
    Program.INFLUXDB: "InfluxDB",
    Program.REDIS: "Redis",
    Program.MONGODB: "MongoDB (nx-27017)",
}


@frozen(kw_only=True)
class Server:
    """One running server, and how to log in; `version` as the program says it, like "17.10".

    A program that knows no accounts has an empty user and password.
    """

    program: Program
    version: str
    port: int
    user: str
    password: str = field(repr=False)
    host: str = HOST


@frozen(kw_only=True)
class Wish:
    """A server to start: its key among the servers, and more words for its command line.

    Errors name it as `name`, which is its key unless somebody gives another.
    """

    key: str
    program: Program
    name: str = field(default=Factory(lambda wish: wish.key, takes_self=True))
    options: tuple[str, ...] = ()


class ServerError(Exception):
    """What kept a server from starting or answering, where, why and what to do, in one sentence."""


class ServerGoneError(ServerError):
    """A server that ran does not answer; the one who knows whose it is says the sentence."""

    def __init__(self, sentence: str = "the server does not answer") -> None:
        super().__init__(sentence)
