"""The names of PostgreSQL's logical databases."""

from __future__ import annotations

from conformance.fleet import BARE_POSTGRESQL, POSTGRESQL, VISITOR
from conformance.rule import Ask, Gives, PidOf, Rule, Step, refused
from conformance.rules import names

OTHERS = ("kept", "other", "visited", "busy")
_TAKEN, _MISSING = refused("exist"), refused("does not exist")
_IN_USE = refused("is being accessed by other users")


def _fine(*listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in names.comes(name, OTHERS))


def _bad(*listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in names.kept_out(name, OTHERS, refused()))


def _rule(name: str, says: str, *steps: Step, remark: str = "") -> Rule:
    return Rule(
        name=f"postgresql-{name}", says=says, database=POSTGRESQL, steps=steps, remark=remark
    )


RULES = (
    _rule(
        "name-quotes",
        "a name may hold quotes, double quotes, backticks and backslashes",
        *names.comes_and_goes("a'b\"c`d\\", OTHERS, _TAKEN),
        *_fine('"', "'"),
    ),
    _rule(
        "name-sql",
        "a name that looks like SQL, a comment, an option or a connection string is a name",
        *names.comes_and_goes('x"; DROP DATABASE other; --', OTHERS, _TAKEN),
        *_fine("--help", "dbname=other host=x", "postgresql://x/y", "%s{0}$1"),
    ),
    _rule(
        "name-words",
        "reserved words, numbers and names of the catalogue are names",
        *_fine("select", "pg_catalog", "../1"),
    ),
    _rule("name-spaces", "spaces stay where they are", *_fine(" lead", "tr ail ")),
    _rule(
        "name-control",
        "a name may hold control and invisible characters",
        *_fine("a\tb\n\x01\x1b\x7f", "\u200b\ufeff\u202e"),
    ),
    _rule("name-nul", "a name may hold no NUL", *_bad("a\0b", "\0", "other\0")),
    _rule("name-surrogate", "a name is text: a lone surrogate is none", *_bad("a\ud800")),
    _rule(
        "name-unicode",
        "a name may hold characters of every plane",
        *_fine("übung 日本 😀"),
    ),
    _rule(
        "name-normal-forms",
        "two normal forms of a name are two names",
        names.named("create", "\u00e9", Gives({"name": "\u00e9", "protected": False})),
        names.named("create", "e\u0301", Gives({"name": "e\u0301", "protected": False})),
        names.listed(*OTHERS, "\u00e9", "e\u0301"),
    ),
    _rule("name-empty", "a name is not empty", *_bad("")),
    _rule(
        "name-longest",
        "a name takes at most 63 bytes",
        *_fine("x" * 63, "日" * 21),
    ),
    _rule(
        "name-too-long",
        "a name of 64 bytes is refused and not cut",
        *_bad("x" * 64, "é" * 32, "日" * 22, "x" * 1000),
        remark="it is the sandbox that refuses it; PostgreSQL would cut it with a notice",
    ),
    _rule(
        "name-case",
        "names differ by case",
        names.named("create", "Other", Gives({"name": "Other", "protected": False})),
        names.named("delete", "OTHER", _MISSING),
        names.listed(*OTHERS, "Other"),
        names.named("delete", "Other", Gives()),
        names.listed(*OTHERS),
    ),
    _rule(
        "name-system",
        "the server's own databases are not listed, made, emptied or dropped",
        *_bad("postgres", "template0", "template1"),
        *(
            names.named(action, name, refused())
            for action in ("delete", "reset")
            for name in ("postgres", "template0", "template1")
        ),
        names.listed(*OTHERS),
    ),
    _rule(
        "drop-missing",
        "what is not there can be neither dropped nor emptied",
        *(names.named(action, name, _MISSING) for action in ("delete", "reset") for name in "xy'"),
        names.named("delete", "other", Gives()),
        names.named("delete", "other", _MISSING),
        names.listed("kept", "visited", "busy"),
    ),
    _rule(
        "drop-in-use",
        "a database with a session in it is not dropped until the session ends",
        names.named("delete", "visited", _IN_USE),
        names.listed(*OTHERS),
        Ask("pg-terminate-query", {"pid": PidOf(VISITOR)}, Gives()),
        names.named("reset", "visited", Gives()),
        names.named("delete", "visited", Gives()),
        names.listed("kept", "other", "busy"),
    ),
    _rule(
        "protected",
        "a protected database can be emptied and not dropped",
        names.named("delete", "kept", refused("protected")),
        names.named("reset", "kept", Gives()),
        names.listed(*OTHERS),
    ),
    names.emptied("postgresql", POSTGRESQL, busy=0, visited=0),
    Rule(
        name="postgresql-not-offered",
        says="logical databases are offered only where the fleet file lists them",
        database=BARE_POSTGRESQL,
        steps=(names.named("create", "x", refused("offered")),),
    ),
)
