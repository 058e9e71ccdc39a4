"""The names of MongoDB's logical databases. Behind `real` is an emulation, not MongoDB itself."""

from __future__ import annotations

from conformance.fleet import MONGODB
from conformance.rule import Gives, Mark, Rule, Step, refused
from conformance.rules import names

_OTHERS = ("kept", "other")
_TAKEN, _MISSING = refused("exist"), refused("does not exist")


def _fine(*listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in names.comes_and_goes(name, _OTHERS, _TAKEN))


def _bad(*listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in names.kept_out(name, _OTHERS, refused()))


def _rule(name: str, says: str, *steps: Step, not_to_be_had: str = "") -> Rule:
    return Rule(
        name=f"mongodb-{name}",
        says=says,
        database=MONGODB,
        steps=steps,
        mark=Mark.EMULATED,
        not_to_be_had=not_to_be_had,
    )


_FEW_LETTERS = "the emulation takes ASCII letters, digits, dashes and underscores alone"

RULES = (
    _rule(
        "name-dashes",
        "a name may hold dashes and underscores, and look like a word or a number",
        *_fine("x--help", "a-b_c", "select", "1", "Mixed"),
    ),
    _rule(
        "name-quotes",
        "a name may hold single quotes, backticks and what looks like code",
        *_fine("a'b", "a`b", "a;b", "%s", "{0}"),
        not_to_be_had=_FEW_LETTERS,
    ),
    _rule(
        "name-unicode",
        "a name may hold letters of every alphabet, in either normal form",
        *_fine("übung", "日本", "😀", "\u00e9", "e\u0301", "é" * 31 + "x", "日" * 21),
        not_to_be_had=_FEW_LETTERS,
    ),
    _rule(
        "name-forbidden",
        "a name holds no slash, backslash, dot, space, double quote, dollar or NUL",
        *_bad(
            "a/b", "a\\b", "a.b", ".", "..", "a b", " a", "a ", 'a"b', "a$b", "$external", "a\0b"
        ),
    ),
    _rule("name-empty", "a name is not empty", *_bad("")),
    _rule("name-surrogate", "a name is text: a lone surrogate is none", *_bad("a\ud800")),
    _rule(
        "name-longest",
        "a name takes at most 63 bytes",
        *_fine("x" * 63),
        *_bad("x" * 64, "é" * 32, "日" * 22),
    ),
    _rule(
        "name-case",
        "two names that differ by case alone cannot both be there",
        names.named("create", "Audit", Gives({"name": "Audit", "protected": False})),
        names.named("create", "audit", _TAKEN),
        names.named("create", "OTHER", _TAKEN),
        names.named("delete", "audit", _MISSING),
        names.listed(*_OTHERS, "Audit"),
    ),
    _rule(
        "name-system",
        "the server's own databases are not listed and cannot be made or dropped",
        *_bad("admin", "config", "local", "ADMIN"),
        *(names.named("delete", name, refused()) for name in ("admin", "config", "local")),
        names.listed(*_OTHERS),
    ),
    _rule(
        "drop-missing",
        "what is not there can be neither dropped nor emptied",
        names.named("delete", "nope", _MISSING),
        names.named("reset", "nope", _MISSING),
        names.named("delete", "other", Gives()),
        names.named("delete", "other", _MISSING),
        names.listed("kept"),
    ),
    _rule(
        "protected",
        "a protected database can be emptied and not dropped",
        names.named("delete", "kept", refused("protected")),
        names.named("reset", "kept", Gives()),
        names.listed(*_OTHERS),
    ),
    names.emptied("mongodb", MONGODB, mark=Mark.EMULATED),
)
