"""The codes of findings about specs: S0 the text, S1 a value, S2 one spec, S3 several and config.

A code keeps its meaning for ever; a code that is no longer used is never given again.
"""

from __future__ import annotations

from types import MappingProxyType

from reconcile.model.finding import Rule

_MEANINGS: dict[str, str] = {}
_RULES: dict[str, Rule] = {}

MEANINGS = MappingProxyType(_MEANINGS)
"""One sentence for every code."""

RULES = MappingProxyType(_RULES)
"""Why and what to do, by code, or by what codes of one family begin with."""


def _code(code: str, meaning: str, *, why: str = "", advice: str = "") -> str:
    _MEANINGS[code] = meaning
    if why:
        _RULES[code] = Rule(why=why, advice=advice)
    return code


def _family(start: str, *, why: str, advice: str) -> None:
    _RULES[start] = Rule(why=why, advice=advice)


_family(
    "S0",
    why="A file is taken as a whole or not at all: from half of a spec nobody could tell what"
    " was meant to stay. What two readers may read in two ways is refused before anything is"
    " made of it.",
    advice="Mend the file where the finding points; `reconcile validate` checks it without"
    " asking the provider anything.",
)
UNREADABLE = _code("S001", "a file or a folder cannot be read")
NOT_UTF8 = _code("S002", "a file is not UTF-8 text")
FORBIDDEN_CHARACTER = _code(
    "S003", "a character that cannot be seen, or that reorders the line it stands in"
)
NOT_YAML = _code("S004", "the text is not valid YAML, or not every parser reads it")
DUPLICATE_KEY = _code(
    "S005", "a key is given twice in one mapping, so that one of the values would be lost"
)
KEY_NOT_TEXT = _code("S006", "a key is not a text")
TAG = _code("S007", "a YAML tag (!name); specs hold plain values only")
MERGE_KEY = _code(
    "S008", "a YAML merge key (<<); what is common to many specs belongs into reconcile.yaml"
)
YAML_VERSION = _code("S009", "a YAML version other than 1.2, under which words have other meanings")
TOO_LARGE = _code("S010", "a file, a document or its nesting is larger than any spec needs to be")
ALIAS = _code("S011", "an alias that names no anchor, or one that it is itself a part of")
UNUSABLE_SCALAR = _code("S012", "a number or a date that cannot be a value here")
EMPTY = _code("S013", "a file or a document has no content")
NO_SUCH_PATH = _code("S014", "a path that was named does not exist")
NO_SPECS = _code("S015", "a folder that was named holds no spec")
LEADS_OUT = _code(
    "S016",
    "a link leads out of the project, or to a file that is not named *.yaml or *.yml",
    why="Findings quote lines of the file that they are about. A link in a merge request could"
    " have the log of a CI job quote any file that the job may read, such as a token.",
    advice="Put a copy in place of the link, or name the file or folder itself as PATH.",
)

_family(
    "S1",
    why="What a person writes is neither converted nor guessed at. A value of another type, or"
    " a key that nothing knows, is mostly a slip, and a slip in a spec would be a change of a"
    " database.",
    advice="Write what the hint says. With the JSON Schemas an editor says it while you write.",
)
WRONG_TYPE = _code("S101", "a value is of another type than the key takes")
UNKNOWN_KEY = _code("S102", "a key that no spec or config has at this place")
UNQUOTED = _code(
    "S103",
    "a text that YAML reads as something else unless it is quoted",
    why="Without quotes YAML reads some texts as something else: 14.10 is the number 14.1, and"
    " a date is no text. What was lost that way cannot be found again.",
    advice="Put the value in quotes, as the hint shows it.",
)
INVALID_VALUE = _code("S104", "a value of the right type that cannot be meant")
MISSING_KEY = _code("S105", "a key that has to be there is missing")
NULL = _code("S106", "a key without a value")

_family(
    "S2",
    why="A spec has to be one that can come true. One that contradicts itself, or asks of an"
    " engine what it does not have, would differ from the live state for ever.",
    advice="Decide for one of the two, where the finding points.",
)
NOT_OFFERED = _code(
    "S201",
    "the engine does not have what the key manages",
    why="Each engine has some of the kinds. What an engine lacks would be planned for ever and"
    " never be there.",
    advice="Take the key out, or correct `engine`.",
)
LISTED_TWICE = _code("S203", "a name or an hour is listed twice")
PRESENT_AND_ABSENT = _code("S204", "a name is listed under present and under absent")
TWO_DEFAULTS = _code("S205", "two entries claim to be the default")
OWNED_ELSEWHERE = _code(
    "S206",
    "a name that another key manages",
    why="If two keys managed one thing, they could want different things of it.",
    advice="Say it under the key that the hint names.",
)
NOTHING_MANAGED = _code(
    "S207",
    "a spec, or a key of one, manages nothing",
    why="What a spec does not name is unmanaged. An empty list is mostly what is left of a longer"
    " one, and deletes nothing.",
    advice="Name what the spec manages, or take out what is empty.",
)
ALIKE = _code(
    "S208",
    "a name under absent differs from one under present in case or in Unicode's form only",
    why="The two names look the same and are different for the server. One of them is to be"
    " deleted with its data.",
    advice="Check which of the two is to go, and write both as the server shows them.",
)
SLASH = _code(
    "S209",
    "a name holds a slash, which separates the parts of an address",
    why="An address is `database/kind/name`. A name with a slash is read correctly by the tool,"
    " and easily misread by a person who allows a loss.",
    advice="Choose a name without a slash where the database is still to be created.",
)

_family(
    "S3",
    why="Several files make one fleet. Where they cannot all be meant, none of them wins in"
    " silence.",
    advice="Decide for one, where the finding points.",
)
HANDLE_TWICE = _code(
    "S301",
    "two specs have the same handle",
    why="A handle is how plans, journals and flags name a database: with two of a name nobody"
    " could tell which is meant.",
    advice="Give one of the two another handle.",
)
DATABASE_TWICE = _code(
    "S302",
    "two specs mean the same live database",
    why="Two specs of one live database would undo each other's changes, run after run.",
    advice="Put both into one spec, or name the addon that each is about.",
)
CONFLICTING_DEFAULTS = _code(
    "S303",
    "two labels of one database give it the same key with different values",
    why="Nothing says which of two labels comes first, so that neither wins in silence.",
    advice="Write the key into the spec, or take it out of one of the two defaults.",
)
NOT_BY_DEFAULT = _code(
    "S304",
    "something that a spec has to say itself, and no default may say for it",
    why="A default counts for many databases at once. What takes data or protection away is"
    " said of one, in its own spec, where whoever reviews that database sees it.",
    advice="Move it into the spec of the database that it is about.",
)
AMBIGUOUS_CONFIG = _code(
    "S305",
    "two different reconcile.yaml could be meant",
    why="Limits and protection stand in reconcile.yaml. Taking one of two by chance could leave"
    " a database without them.",
    advice="Name the one that is meant with --config.",
)
NO_WAIVER = _code(
    "S306",
    "a guard that cannot be waived, or an unknown one",
    why="Some guards keep a promise that no configuration takes back; a waiver for a code that"
    " is no guard's would be a slip that nobody notices.",
    advice="Take the entry out, or correct the code.",
)
ENDED = _code(
    "S307",
    "the last day of a waiver, or of a difference that is ignored, has passed; it still holds for a fortnight",
    why="A waiver, or a difference that is ignored, is a debt: it ends by itself, so that none"
    " stays because it was forgotten. For a fortnight after its last day it still holds, to"
    " leave time for a decision.",
    advice="Set `until` to a later day, or take the entry out.",
)
LONG_ENDED = _code(
    "S308",
    "a waiver, or a difference that is ignored, ended more than a fortnight ago",
    why="A waiver, or a difference that is ignored, is a debt: it ends by itself, so that none"
    " stays because it was forgotten. The fortnight in which it still held is over.",
    advice="Set `until` to a later day, or take the entry out.",
)
NO_SUCH_HANDLE = _code(
    "S309",
    "an entry of `ignore` is about a database of which there is no spec",
    why="What is to be ignored of a database that no spec is about is mostly a slip in its"
    " handle, and what was meant is planned all the same.",
    advice="Correct the handle, or take the entry out.",
)
FAR_AWAY = _code(
    "S310",
    "an `until` is more than two years away",
    why="What ends by itself is to end: a day that is years away is mostly a slip in the year.",
    advice="Write a day by which it is settled, two years from today at most.",
)
APPROVAL_ENDED = _code(
    "S311",
    "the approval to delete ended: nothing is deleted",
    why="An approval to delete holds to its last day. After it nothing is deleted: what is live"
    " stays, and G102 says so.",
    advice="Set `until` to a later day, or take the entry out.",
)
NO_LIMIT = _code(
    "S312",
    "a limit under which a guard refuses nothing",
    why="A limit has no end and no reason. Where it turns a guard off, a waiver says why and until"
    " when.",
    advice="Write a smaller number, or a waiver under `guards`.",
)
CONFIG_NAMED_OTHERWISE = _code(
    "S313",
    "a file whose name is almost reconcile.yaml, such as reconcile.yml",
    why="The configuration is read under one name. Protection and limits under another name"
    " would be ignored without a word.",
    advice="Rename the file to reconcile.yaml, or name it with --config.",
)
