"""Parameters that are missing or of a wrong type, for each action of each engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.conduct import NOTHING
from conformance.fleet import BARE_POSTGRESQL, DATABASES, INFLUXDB, MONGODB, MYSQL, POSTGRESQL
from conformance.rule import Ask, Mark, Rule, Step, refused

_ANYTHING: tuple[object, ...] = (NOTHING, None, {}, [], "", 3, True, "name", ["name"])
_NO_TEXT: tuple[object, ...] = (None, 3, 1.5, True, ["x"], {"x": "y"})
_NO_FLAG: tuple[object, ...] = ("yes", "true", 1, 0, None, [])
_NAMES = ("create-database", "delete-database", "reset-database")
_TEXTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_NAMES, ("database_name",)),
    "add-retention-policy": ("name", "duration"),
    "del-retention-policy": ("name",),
}
_SOUND = {"database_name": "x", "name": "x", "duration": "1h"}
_OFFERED: Mapping[str, tuple[str, ...]] = {
    MYSQL: _NAMES,
    POSTGRESQL: _NAMES,
    MONGODB: _NAMES,
    INFLUXDB: (*_NAMES, "add-retention-policy", "del-retention-policy"),
}


def _wrong(action: str) -> Iterator[Step]:
    """Each parameter left out, and of every wrong type, while the others are sound."""
    for params in _ANYTHING:
        yield Ask(action, params, refused("parameter"))
    wanted = {name: _SOUND[name] for name in _TEXTS[action]}
    for name in wanted:
        others = {other: value for other, value in wanted.items() if other != name}
        yield Ask(action, others, refused(repr(name)))
        for wrong in _NO_TEXT:
            yield Ask(action, {**others, name: wrong}, refused(repr(name)))


def _of(database: str) -> Iterator[Rule]:
    mark = Mark.EMULATED if database == MONGODB else Mark.HELD
    for action in _OFFERED[database]:
        yield Rule(
            name=f"{DATABASES[database]}-parameters-of-{action}",
            says=f"`{action}` refuses parameters that are missing or of a wrong type",
            database=database,
            steps=tuple(_wrong(action)),
            mark=mark,
        )


_MODES = Rule(
    name="mysql-parameters-of-set-sqlmode",
    says="`set-sqlmode` takes a string, and nothing else",
    database=MYSQL,
    steps=tuple(
        Ask("set-sqlmode", params, refused("string"))
        for params in (NOTHING, None, {}, [], 3, True, ["ANSI"], {"sql_mode": "ANSI"})
    ),
)
_FLAG = Rule(
    name="influxdb-parameters-of-default",
    says="`default` is true or false",
    database=INFLUXDB,
    steps=tuple(
        Ask(
            "add-retention-policy",
            {"name": "x", "duration": "1h", "default": default},
            refused("default"),
        )
        for default in _NO_FLAG
    ),
)
_FOREIGN = Rule(
    name="postgresql-parameters-of-foreign-actions",
    says="actions of another engine, and unknown ones, are refused",
    database=BARE_POSTGRESQL,
    steps=(
        *(
            Ask(action, {"name": "x"}, refused("not offered"))
            for action in ("get-sqlmode", "set-sqlmode", "list-retention-policies")
        ),
        *(Ask(name, None, refused("unknown action")) for name in ("dance", "", "LIST-DATABASES")),
    ),
)

RULES = (*(rule for database in _OFFERED for rule in _of(database)), _MODES, _FLAG, _FOREIGN)
