"""Logical databases on servers that hold any number of them: what is there, and leading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from scalingo_sandbox.actions import ACTIONS
from scalingo_sandbox.contents import LogicalDatabase
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.real.contents import Contents


class Holder(Protocol):
    """A server that holds logical databases, and tables, whatever it calls them, in each."""

    def create(self, name: str) -> None:
        """Make an empty logical database."""

    def drop(self, name: str) -> None:
        """Remove a logical database with all that is in it."""

    def lead_tables(self, name: str, count: int) -> None:
        """Make a logical database hold so many tables, all empty."""


def observed(
    known: tuple[LogicalDatabase, ...], tables: Mapping[str, int]
) -> tuple[LogicalDatabase, ...]:
    """List what a server has, given how many tables each holds.

    No server tells what is protected, nor which came first: both are as `known`, and what came
    from elsewhere follows in the server's order.
    """
    protected = {one.name: one.protected for one in known}
    order = [*(name for name in protected if name in tables), *tables]
    return tuple(
        LogicalDatabase(name=name, protected=protected.get(name, False), tables=tables[name])
        for name in dict.fromkeys(order)
    )


def lead(holder: Holder, present: Database, wanted: Database) -> None:
    """Lead a server from the logical databases that were observed to those that are wanted."""
    if wanted.logical_databases is None:
        return
    before = {one.name: one.tables for one in present.logical_databases or ()}
    after = {one.name: one.tables for one in wanted.logical_databases}
    for name in before:
        if name not in after:
            holder.drop(name)
    for name, tables in after.items():
        if name not in before:
            holder.create(name)
        if tables != before.get(name, 0):
            holder.lead_tables(name, tables)


def perform_by_rule(contents: Contents, database: Database, name: str, params: object) -> object:
    """Let the rule in memory judge an action on what is there, then lead the server where it ends.

    It is for actions that a server would take without a word: it drops what does not exist.
    """
    present = contents.observed(database)
    effect = ACTIONS[name].perform(present, params)
    contents.impose(present, effect.database)
    return effect.result
