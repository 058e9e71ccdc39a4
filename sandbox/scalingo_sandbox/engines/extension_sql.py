"""The three statements on extensions that a person would type in psql."""

from __future__ import annotations

import re

from attrs import frozen

from scalingo_sandbox.engines import extensions
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database, Engine

_NAME = r'("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
_VERSION = r"""('(?:[^']|'')*'|"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)"""
_CREATE = re.compile(
    rf"CREATE\s+EXTENSION\s+(?P<if>IF\s+NOT\s+EXISTS\s+)?(?P<name>{_NAME})"
    rf"(?:\s+WITH)?(?:\s+SCHEMA\s+{_NAME})?(?:\s+VERSION\s+(?P<version>{_VERSION}))?"
    r"(?P<cascade>\s+CASCADE)?",
    re.IGNORECASE,
)
_ALTER = re.compile(
    rf"ALTER\s+EXTENSION\s+(?P<name>{_NAME})\s+UPDATE(?:\s+TO\s+(?P<version>{_VERSION}))?",
    re.IGNORECASE,
)
_DROP = re.compile(
    rf"DROP\s+EXTENSION\s+(?P<if>IF\s+EXISTS\s+)?(?P<names>{_NAME}(?:\s*,\s*{_NAME})*)"
    r"(?P<cascade>\s+CASCADE|\s+RESTRICT)?",
    re.IGNORECASE,
)


@frozen(kw_only=True)
class SqlOutcome:
    """The database after a statement, and the command `tag` that psql would print."""

    database: Database
    tag: str


def run(database: Database, statement: str) -> SqlOutcome:
    """Run one statement as the owner of the default database, or raise EngineRefusal."""
    if database.engine is not Engine.POSTGRESQL:
        raise EngineRefusal(f"the sandbox speaks SQL only to postgresql, not to {database.engine}")
    text = statement.strip().removesuffix(";").rstrip()
    if match := _CREATE.fullmatch(text):
        return SqlOutcome(database=_create(database, match), tag="CREATE EXTENSION")
    if match := _ALTER.fullmatch(text):
        version = _literal(match["version"])
        after = extensions.update(database, _identifier(match["name"]), version=version)
        return SqlOutcome(database=after, tag="ALTER EXTENSION")
    if match := _DROP.fullmatch(text):
        return SqlOutcome(database=_drop(database, match), tag="DROP EXTENSION")
    raise EngineRefusal(
        "the sandbox understands CREATE, ALTER … UPDATE and DROP EXTENSION only", sqlstate="42601"
    )


def _create(database: Database, match: re.Match[str]) -> Database:
    name = _identifier(match["name"])
    if match["if"] and extensions.find(database, name) is not None:
        return database
    return extensions.create(
        database, name, version=_literal(match["version"]), cascade=bool(match["cascade"])
    )


def _drop(database: Database, match: re.Match[str]) -> Database:
    names = [_identifier(name) for name in re.findall(_NAME, match["names"])]
    if match["if"]:
        names = [name for name in names if extensions.find(database, name) is not None]
    cascade = (match["cascade"] or "").strip().upper() == "CASCADE"
    return extensions.drop(database, *names, cascade=cascade)


def _identifier(text: str) -> str:
    """Read an identifier: bare ones fold to lower case, quoted ones stay as they are."""
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return text.lower()


def _literal(text: str | None) -> str | None:
    if text is None or not text.startswith("'"):
        return None if text is None else _identifier(text)
    return text[1:-1].replace("''", "'")
