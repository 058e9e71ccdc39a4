"""Which names the engines give to logical databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import frozen

from scalingo_sandbox.engines.effect import is_text
from scalingo_sandbox.engines.influxdb import is_valid_name
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Engine

_INCORRECT = 1102
_LAST_OF_PLANE = "\uffff"
_ASCII_SPACE = " \t\n\v\f\r"
_LONGEST_FOLDER = 255


def _fault_for_mysql(name: str) -> int | None:
    # Identifiers end in no space, stay in the Basic Multilingual Plane, and do not begin with the
    # mark of a name from before 5.1. MariaDB 10.11 was asked.
    if "\0" in name:
        return 1064
    if any(character > _LAST_OF_PLANE for character in name):
        return 1300
    if name.endswith(tuple(_ASCII_SPACE)) or name.startswith("#mysql50#"):
        return _INCORRECT
    return 13 if sum(map(_size_in_folder, name)) > _LONGEST_FOLDER else None


def _size_in_folder(character: str) -> int:
    """Count the bytes of a character in the name of the folder that the server makes.

    Letters of the alphabets near to Latin are `@` and two more, nearly everything else is `@` and
    four hexadecimal digits.
    """
    if character.isascii():
        return 1 if character.isalnum() or character == "_" else 5
    near = "\u00c0" <= character < "\u0590" or "\u1e00" <= character < "\u2000"
    return 3 if near and character.isalpha() else 5


def _fault_for_mongodb(name: str) -> int | None:
    return _INCORRECT if any(sign in name for sign in '/\\. "$\0') else None


def _fault_for_postgresql(name: str) -> int | None:
    return _INCORRECT if "\0" in name else None


def _fault_for_influxdb(name: str) -> int | None:
    return None if is_valid_name(name) else _INCORRECT


@frozen(kw_only=True)
class Naming:
    """An engine's rule for names: the longest, in characters or bytes, what is wrong, what is taken.

    `fault` gives the number of MySQL's error for a name that is not too long and still not fit.
    `reserved` are the server's own databases, `reserved_in_any_case` those of them that it finds
    however their names are written.
    """

    longest: int
    in_bytes: bool
    fault: Callable[[str], int | None]
    reserved: frozenset[str]
    reserved_in_any_case: frozenset[str] = frozenset()
    case_sensitive: bool = True

    def key(self, name: str) -> str:
        """Give the form in which two names are the same."""
        return name if self.case_sensitive else name.lower()

    def is_reserved(self, name: str) -> bool:
        """Tell whether a name is that of one of the server's own databases."""
        return self.key(name) in self.reserved or name.lower() in self.reserved_in_any_case


# PostgreSQL would cut a long name with a notice; the sandbox refuses it, so that a client that
# relies on the cut shows up.
NAMING: Mapping[Engine, Naming] = MappingProxyType(
    {
        Engine.MYSQL: Naming(
            longest=64,
            in_bytes=False,
            fault=_fault_for_mysql,
            reserved=frozenset({"mysql", "performance_schema", "sys"}),
            reserved_in_any_case=frozenset({"information_schema"}),
        ),
        Engine.MONGODB: Naming(
            longest=63,
            in_bytes=True,
            fault=_fault_for_mongodb,
            reserved=frozenset({"admin", "config", "local"}),
            case_sensitive=False,
        ),
        Engine.POSTGRESQL: Naming(
            longest=63,
            in_bytes=True,
            fault=_fault_for_postgresql,
            reserved=frozenset({"postgres", "template0", "template1"}),
        ),
        Engine.INFLUXDB: Naming(
            longest=255, in_bytes=True, fault=_fault_for_influxdb, reserved=frozenset({"_internal"})
        ),
    }
)


def refuse_bad_name(name: str, engine: Engine) -> None:
    """Raise EngineRefusal for a name that the engine cannot give to a database."""
    rule = NAMING[engine]
    if not name or not is_text(name):
        raise coded_refusal(engine, _INCORRECT, f"incorrect database name {name!r}")
    size = len(name.encode()) if rule.in_bytes else len(name)
    if size > rule.longest:
        unit = "bytes" if rule.in_bytes else "characters"
        sentence = f"the name is too long: {size} {unit}, at most {rule.longest}"
        raise coded_refusal(engine, 1059, sentence)
    fault = rule.fault(name)
    if fault is not None:
        raise coded_refusal(engine, fault, f"incorrect database name {name!r}")
    refuse_reserved_name(name, engine)


def refuse_reserved_name(name: str, engine: Engine) -> None:
    """Raise EngineRefusal for a database of the server itself: no account of the API has it."""
    if NAMING[engine].is_reserved(name):
        raise coded_refusal(engine, 1044, f"the database {name!r} belongs to the server")


def coded_refusal(engine: Engine, number: int, sentence: str) -> EngineRefusal:
    """Make a refusal; MySQL's have their number in front."""
    return EngineRefusal(f"Error {number}: {sentence}" if engine is Engine.MYSQL else sentence)
