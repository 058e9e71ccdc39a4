"""Steps that every rule about the names of logical databases is made of."""

from __future__ import annotations

from conformance.rule import Ask, Gives, Mark, Names, Refused, Rule, Step, Tables


def named(action: str, name: object, answer: Gives | Refused) -> Ask:
    """An action on one logical database."""
    return Ask(f"{action}-database", {"database_name": name}, answer)


def listed(*names: str) -> Ask:
    """The list holds exactly these."""
    return Ask("list-databases", None, Names(names))


def comes_and_goes(name: str, others: tuple[str, ...], taken: Refused) -> tuple[Step, ...]:
    """Created, refused a second time, emptied and deleted; the list has it as it was written."""
    return (
        named("create", name, Gives({"name": name, "protected": False})),
        listed(*others, name),
        named("create", name, taken),
        named("reset", name, Gives()),
        listed(*others, name),
        named("delete", name, Gives()),
        listed(*others),
    )


def comes(name: str, others: tuple[str, ...]) -> tuple[Step, ...]:
    """Created and deleted: for servers that take their time to empty one."""
    return (
        named("create", name, Gives({"name": name, "protected": False})),
        listed(*others, name),
        named("delete", name, Gives()),
    )


def kept_out(name: object, others: tuple[str, ...], reason: Refused) -> tuple[Step, ...]:
    """Refused, and not there afterwards."""
    return (named("create", name, reason), listed(*others))


def emptied(engine: str, database: str, *, mark: Mark = Mark.HELD, **others: int) -> Rule:
    """Emptying takes the tables of one database; one that is made anew has none."""
    return Rule(
        name=f"{engine}-emptied",
        says="emptying takes the tables of that database alone; a new one of its name has none",
        database=database,
        steps=(
            Tables({"kept": 2, "other": 3, **others}),
            named("reset", "kept", Gives()),
            Tables({"kept": 0, "other": 3, **others}),
            named("delete", "other", Gives()),
            Tables({"kept": 0, **others}),
            named("create", "other", Gives({"name": "other", "protected": False})),
            Tables({"kept": 0, "other": 0, **others}),
        ),
        mark=mark,
    )
