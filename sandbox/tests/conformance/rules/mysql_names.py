"""The names of MySQL's logical databases."""

from __future__ import annotations

from conformance.fleet import MYSQL
from conformance.rule import Gives, Mark, Rule, Step, refused
from conformance.rules import names

_OTHERS = ("kept", "other")
_TAKEN, _MISSING = refused("Error 1007"), refused("Error 1008")
_RESERVED, _NO_TEXT = refused("Error 1044"), refused("surrogate")


def _fine(*listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in names.comes_and_goes(name, _OTHERS, _TAKEN))


def _bad(reason: str, *listed: str) -> tuple[Step, ...]:
    answer = refused(f"Error {reason}")
    return tuple(step for name in listed for step in names.kept_out(name, _OTHERS, answer))


def _rule(name: str, says: str, *steps: Step, remark: str = "", mark: Mark = Mark.HELD) -> Rule:
    return Rule(
        name=f"mysql-{name}", says=says, database=MYSQL, steps=steps, remark=remark, mark=mark
    )


RULES = (
    _rule(
        "name-quotes",
        "a name may hold quotes, double quotes, backticks and backslashes",
        *_fine("a'b", 'a"b', "a`b", "`", "``", "a\\b", "a\\", "'", '"', "\\'"),
    ),
    _rule(
        "name-sql",
        "a name that looks like SQL, a comment, an option or a pattern is a name",
        *_fine(
            'x"; DROP DATABASE other; --',
            "x`; DROP DATABASE `other`; -- x",
            "x'; DROP DATABASE other; #",
            "--x",
            "--help",
            "-x",
            ";x",
            "/*x*/",
            "%",
            "_",
            "other%",
            "%s",
            "{0}",
            "$1",
            "?",
            "@x",
            ":x",
        ),
    ),
    _rule(
        "name-words",
        "reserved words and numbers are names",
        *_fine(
            "select",
            "table",
            "database",
            "NULL",
            "1",
            "1e5",
            "0x1",
            ".",
            "..",
            "a.b",
            "a/b",
            "lost+found",
            "CON",
            "#x",
        ),
    ),
    _rule(
        "name-spaces",
        "a name may begin with a space and hold spaces",
        *_fine(" lead", "in  ner", "a\u00a0b", "trail\u00a0", "trail\u3000"),
    ),
    _rule(
        "name-ends-in-space",
        "a name may not end in a space, a tab or a newline",
        *_bad("1102", "trail ", " ", "trail\t", "trail\n", "trail\v", "trail\f", "trail\r"),
    ),
    _rule(
        "name-control",
        "a name may hold control and invisible characters",
        *_fine(
            "a\tb",
            "a\nb",
            "\ta",
            "\ra",
            "a\x01b",
            "a\x1bb",
            "a\x7fb",
            "a\x85b",
            "\u200b",
            "\ufeff",
            "a\u202eb",
            "\uffff",
        ),
    ),
    _rule("name-nul", "a name may hold no NUL", *_bad("1064", "a\0b", "\0", "a\0")),
    _rule(
        "name-unicode",
        "a name may hold letters of every alphabet, in either normal form",
        *_fine("übung", "日本", "имя", "\u00e9", "e\u0301", "ß", "ẞ", "\u0131", "İ"),
    ),
    _rule(
        "name-normal-forms",
        "two normal forms of a name are two names",
        names.named("create", "\u00e9", Gives({"name": "\u00e9", "protected": False})),
        names.named("create", "e\u0301", Gives({"name": "e\u0301", "protected": False})),
        names.listed(*_OTHERS, "\u00e9", "e\u0301"),
        names.named("delete", "\u00e9", Gives()),
        names.listed(*_OTHERS, "e\u0301"),
    ),
    _rule(
        "name-astral",
        "a name has no characters beyond the Basic Multilingual Plane",
        *_bad("1300", "😀", "a\U0001d4b3b", "\U00010000"),
    ),
    _rule(
        "name-surrogate",
        "a name is text: a lone surrogate is none",
        *names.kept_out("a\ud800", _OTHERS, _NO_TEXT),
        *names.kept_out("\udfff", _OTHERS, _NO_TEXT),
    ),
    _rule("name-empty", "a name is not empty", *_bad("1102", "")),
    _rule(
        "name-longest",
        "a name has at most 64 characters, however many bytes they take",
        *_fine("x" * 64, "é" * 64, "X" * 63 + "é"),
    ),
    _rule(
        "name-too-long",
        "a name of 65 characters is too long",
        *_bad("1059", "x" * 65, "é" * 65, "x" * 1000),
        mark=Mark.POSING,
        remark="MariaDB says 1102",
    ),
    _rule(
        "name-folder",
        "a name that its folder on the server's disk cannot have is refused",
        *_bad("13:", "日" * 52, "-" * 52, "日" * 64, "-é" * 32),
        *_fine("日" * 51, "-" * 51, "-é" * 31 + "xé"),
    ),
    _rule(
        "name-case",
        "names differ by case",
        names.named("create", "Audit", Gives({"name": "Audit", "protected": False})),
        names.named("create", "audit", Gives({"name": "audit", "protected": False})),
        names.named("create", "KEPT", Gives({"name": "KEPT", "protected": False})),
        names.listed(*_OTHERS, "Audit", "audit", "KEPT"),
        names.named("delete", "AUDIT", _MISSING),
        names.named("delete", "audit", Gives()),
        names.listed(*_OTHERS, "Audit", "KEPT"),
    ),
    _rule(
        "name-system",
        "the server's own databases are not listed, made, emptied or dropped",
        *(
            step
            for name in (
                "mysql",
                "information_schema",
                "INFORMATION_SCHEMA",
                "performance_schema",
                "sys",
            )
            for step in (
                *names.kept_out(name, _OTHERS, _RESERVED),
                names.named("delete", name, refused("Error ")),
                names.named("reset", name, refused("Error ")),
            )
        ),
    ),
    _rule(
        "name-system-case",
        "in another case the name of such a database is free, but for `information_schema`",
        *_fine("MYSQL", "Sys", "Performance_Schema"),
        *names.kept_out("Information_Schema", _OTHERS, _RESERVED),
    ),
    _rule(
        "name-prefix",
        "a name may not begin as the server's names of old folders do",
        *_bad("1102", "#mysql50#x"),
    ),
    _rule(
        "drop-missing",
        "what is not there can be neither dropped nor emptied, and its name may be any",
        *(
            names.named(action, name, _MISSING)
            for action in ("delete", "reset")
            for name in ("nope", "Kept", "other'", "x" * 64)
        ),
        names.listed(*_OTHERS),
    ),
    _rule(
        "drop-twice",
        "what was dropped is gone",
        names.named("delete", "other", Gives()),
        names.named("delete", "other", _MISSING),
        names.named("reset", "other", _MISSING),
        names.named("create", "other", Gives({"name": "other", "protected": False})),
        names.listed(*_OTHERS),
    ),
    _rule(
        "protected",
        "a protected database can be emptied and not dropped",
        names.named("delete", "kept", refused("protected")),
        names.named("reset", "kept", Gives()),
        names.named("create", "kept", _TAKEN),
        names.listed(*_OTHERS),
    ),
    names.emptied("mysql", MYSQL),
)
