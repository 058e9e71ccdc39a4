"""The contents of one database on its real server, and the value that the sandbox keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, evolve, frozen

from scalingo_sandbox.contents import LogicalDatabase
from scalingo_sandbox.defaults import complete_database
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.real.contents import Contents
from scalingo_sandbox.servers.server import Program, Server


@frozen(kw_only=True)
class Subject:
    """What a module is about: the contents of one engine, and a value to begin each test with."""

    program: Program
    contents: Callable[[Server, Database], Contents]
    fresh: Database


def database(engine: Engine, **fields: Any) -> Database:
    """Make a whole database `ad-1` of the app `web`, its resource `web-1`."""
    given = Database(id="ad-1", engine=engine, resource_id="web-1", **fields)
    return complete_database(given, "web")


def named(*names: str) -> tuple[LogicalDatabase, ...]:
    """Make empty logical databases, the first one protected."""
    return tuple(
        LogicalDatabase(name=name, protected=not number) for number, name in enumerate(names)
    )


@define(kw_only=True)
class Live:
    """A database and its contents; `value` is as the server was last seen."""

    contents: Contents
    value: Database

    def fill(self, wanted: Database) -> None:
        """Make the server hold what a value says, whatever it held."""
        self.value = self.contents.observed(wanted)
        self.contents.impose(self.value, wanted)
        self.value = self.contents.observed(wanted)

    def result(self, name: str, params: object = None) -> Any:
        """Perform an action that must succeed; give its result."""
        result = self.contents.perform(self.value, name, params)
        self.value = self.contents.observed(self.value)
        return result

    def refusal(self, name: str, params: object = None) -> str:
        """Perform an action that must be refused and change nothing; give the sentence."""
        with pytest.raises(EngineRefusal) as refused:
            self.contents.perform(self.value, name, params)
        assert self.contents.observed(self.value) == self.value
        return refused.value.message

    def change(self, **fields: Any) -> None:
        """Write other contents behind the clients' backs."""
        wanted = evolve(self.value, **fields)
        self.contents.impose(self.value, wanted)
        self.value = self.contents.observed(wanted)

    def names(self) -> list[str]:
        """List the logical databases."""
        return [one["name"] for one in self.result("list-databases")]

    def tables(self) -> dict[str, int]:
        """Give how many tables each logical database holds."""
        return {one.name: one.tables for one in self.value.logical_databases or ()}
