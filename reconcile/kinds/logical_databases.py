"""The logical databases inside a database server.

Source: the API text, actions `list-databases`, `create-database`, `delete-database`. A `protected`
one, the default, cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any

from attrs import evolve, frozen

from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Others,
    Refused,
    Sides,
    Wanted,
)
from reconcile.kinds.listing import (
    NOTHING_GOES,
    ListedKind,
    Name,
    Removal,
    approvals,
    check_names,
    flag_of,
    removals,
    rows,
)
from reconcile.model.change import Change, Create, Delete, Risk
from reconcile.model.constraint import InvalidValueError, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.postgresql import ApiView
from reconcile.model.request import Call, Effect, action
from reconcile.model.state import Elements, Facts, Parsed

# MySQL 8.0 manual, "Identifier Length Limits"; MongoDB manual, "Naming Restrictions";
# PostgreSQL manual, "Identifiers and Key Words" (NAMEDATALEN - 1). All but MySQL's are bytes.
_LONGEST = {Engine.MYSQL: 64, Engine.MONGODB: 63, Engine.POSTGRESQL: 63}

# What the server itself keeps; no account of the API has it.
_RESERVED = {
    Engine.MYSQL: frozenset({"information_schema", "mysql", "performance_schema", "sys"}),
    Engine.MONGODB: frozenset({"admin", "config", "local"}),
    Engine.POSTGRESQL: frozenset({"postgres", "template0", "template1"}),
}

_FORBIDDEN = {Engine.MONGODB: frozenset('/\\. "$*<>:|?')}


@frozen(kw_only=True)
class LogicalDatabase:
    """A logical database that has to exist."""

    __short_form__ = ShortForm(key="name")

    name: Name = described("The name of the logical database.", examples=("shop",))


@frozen(kw_only=True)
class LogicalDatabases:
    """Logical databases; a plain list stands for `present`."""

    __short_form__ = ShortForm(key="present")

    present: tuple[LogicalDatabase, ...] = described(
        "Those that have to exist.", examples=(["shop", "audit"],), default=()
    )
    absent: tuple[Removal, ...] = described(
        "Those to delete, with all their data.", default=(), by_default=NOTHING_GOES
    )
    others: Others = described(
        "What to make of live ones that are not named: keep lists them as unmanaged, report counts"
        " them as drift. They are never deleted.",
        examples=("report",),
        default=Others.KEEP,
    )


class _LogicalDatabasesKind(ListedKind[LogicalDatabases]):
    """Logical databases."""

    name = "logical_databases"
    title = "Logical databases"
    spec_type = LogicalDatabases
    offers = MappingProxyType({Engine.MYSQL: True, Engine.MONGODB: True, Engine.POSTGRESQL: False})
    read = action("list-databases", effect=Effect.READ)
    proves = True

    def check(self, spec: LogicalDatabases, engine: Engine) -> Iterator[InvalidValueError]:
        yield from check_names(spec, str.lower if engine is Engine.MONGODB else str)
        for name, place in self.places(spec):
            # What has a name that no server gives may still be live, and be deleted.
            reason = _unfit(name, engine) if place[0] == "present" else None
            folded = name if engine is Engine.POSTGRESQL else name.lower()
            if folded in _RESERVED.get(engine, ()):
                reason = "keeps its own data there"
            if reason:
                yield InvalidValueError(
                    f"invalid name {name!r}: {engine.value} {reason}",
                    hint="choose another name" if place[0] == "present" else "take it out",
                    path=place,
                )
            elif "/" in name:
                yield InvalidValueError(
                    f"{name!r} holds a slash, which separates the parts of an address",
                    hint="choose another name, unless the database is there already",
                    code="S209",
                    path=place,
                    is_warning=True,
                )

    def to_spec(self, live: Elements) -> LogicalDatabases:
        return LogicalDatabases(present=tuple(LogicalDatabase(name=name) for name in sorted(live)))

    def parse(self, result: Any) -> Parsed:
        return {
            name: {"protected": True} if flag_of(row, "protected", "list-databases") else {}
            for name, row in rows(result, "list-databases").items()
        }

    def seen_by_api(self, view: ApiView, live: Elements) -> ApiView:
        home = frozenset(name for name, fields in live.items() if fields.get("protected"))
        return evolve(view, databases=frozenset(live), home=home)

    def normalize(self, spec: LogicalDatabases, live: Elements, _facts: Facts) -> Sides:
        wanted = Wanted(
            present={entry.name: {} for entry in spec.present},
            absent=approvals(spec.absent),
            others=spec.others,
        )
        return Sides(wanted=wanted, live=live)

    def judge(self, change: Change, _live: Elements, _facts: Facts) -> Judgement:
        if not isinstance(change, Delete):
            return Feasible(risk=Risk.SAFE)
        if change.before.get("protected"):
            return Refused(
                code="P221",
                message="it is protected: the provider does not delete a default logical database",
                hint="take it out of absent; it can be emptied, not deleted",
            )
        return Feasible(risk=Risk.LOSSY)

    def requests(self, change: Change) -> tuple[Call, ...]:
        name = "delete-database" if isinstance(change, Delete) else "create-database"
        params = {"database_name": change.address.name}
        return (action(name, params, effect=Effect.CHANGE),)

    def meant(self, asked: Sequence[Asked]) -> LogicalDatabases:
        created = [one.change.address.name for one in asked if isinstance(one.change, Create)]
        return LogicalDatabases(
            present=tuple(LogicalDatabase(name=name) for name in created), absent=removals(asked)
        )

    meanings = MappingProxyType(
        {
            "P221": "a protected logical database, the default one, is never deleted",
        }
    )
    rules = MappingProxyType(
        {
            "P221": Rule(
                why="The provider protects the logical database that comes with the server, and refuses"
                " to delete it.",
                advice="Take it out of `absent`. It can be emptied, or unlisted and so unmanaged.",
            ),
        }
    )


KIND = _LogicalDatabasesKind()


def _unfit(name: str, engine: Engine) -> str | None:
    """Why an engine would refuse a name, None if it would not."""
    longest = _LONGEST.get(engine, 64)
    length = len(name) if engine is Engine.MYSQL else len(name.encode())
    if length > longest:
        return f"allows {longest} at most, this has {length}"
    forbidden = sorted(_FORBIDDEN.get(engine, frozenset()) & set(name))
    if forbidden:
        return f"forbids {' '.join(repr(char) for char in forbidden)}"
    return _unfit_for_mysql(name) if engine is Engine.MYSQL else None


def _unfit_for_mysql(name: str) -> str | None:
    """Why MySQL refuses a name, whose folder on the server's disk has a name as well.

    MySQL 8.0 manual, "Schema Object Names" and "Mapping of Identifiers to File Names".
    """
    beyond = [char for char in name if char > _LAST_OF_PLANE]
    if beyond:
        return f"forbids {beyond[0]!r}, a character beyond U+FFFF"
    if name.startswith(_BEFORE_5_1):
        return f"forbids {_BEFORE_5_1!r} in front"
    if sum(map(_size_in_folder, name)) > _LONGEST_FOLDER:
        return f"allows a name whose folder has {_LONGEST_FOLDER} characters at most"
    return None


_LAST_OF_PLANE = "\uffff"


_BEFORE_5_1 = "#mysql50#"


_LONGEST_FOLDER = 255


def _size_in_folder(char: str) -> int:
    """How many characters stand for one in the name of a folder: `@` and a code outside of words."""
    if char.isascii():
        return 1 if char.isalnum() or char == "_" else 5
    near = "\u00c0" <= char < "\u0590" or "\u1e00" <= char < "\u2000"
    return 3 if near and char.isalpha() else 5
