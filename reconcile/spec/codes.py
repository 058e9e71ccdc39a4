"""The codes of findings about specs: S0 the text, S1 a value, S2 one spec, S3 several and config.

A code keeps its meaning for ever; one that is no longer used is not given again.
"""

from __future__ import annotations

from types import MappingProxyType

from reconcile.model.finding import Rule

UNREADABLE = "S001"
NOT_UTF8 = "S002"
FORBIDDEN_CHARACTER = "S003"
NOT_YAML = "S004"
DUPLICATE_KEY = "S005"
KEY_NOT_TEXT = "S006"
TAG = "S007"
MERGE_KEY = "S008"
YAML_VERSION = "S009"
TOO_LARGE = "S010"
ALIAS = "S011"
UNUSABLE_SCALAR = "S012"
EMPTY = "S013"
NO_SUCH_PATH = "S014"
NO_SPECS = "S015"
LEADS_OUT = "S016"

WRONG_TYPE = "S101"
UNKNOWN_KEY = "S102"
UNQUOTED = "S103"
INVALID_VALUE = "S104"
MISSING_KEY = "S105"
NULL = "S106"

NOT_OFFERED = "S201"
LISTED_TWICE = "S203"
PRESENT_AND_ABSENT = "S204"
TWO_DEFAULTS = "S205"
OWNED_ELSEWHERE = "S206"

NOTHING_MANAGED = "S207"
ALIKE = "S208"
SLASH = "S209"

HANDLE_TWICE = "S301"
DATABASE_TWICE = "S302"
CONFLICTING_DEFAULTS = "S303"
NOT_BY_DEFAULT = "S304"
AMBIGUOUS_CONFIG = "S305"
NO_WAIVER = "S306"
ENDED = "S307"
LONG_ENDED = "S308"
NO_SUCH_HANDLE = "S309"
FAR_AWAY = "S310"
APPROVAL_ENDED = "S311"
NO_LIMIT = "S312"
CONFIG_NAMED_OTHERWISE = "S313"

MEANINGS = MappingProxyType(
    {
        UNREADABLE: "a file or a folder cannot be read",
        NOT_UTF8: "a file is not UTF-8 text",
        FORBIDDEN_CHARACTER: "a character that cannot be seen, or that reorders the line it stands in",
        NOT_YAML: "the text is not valid YAML, or not every parser reads it",
        DUPLICATE_KEY: "a key is given twice in one mapping, so that one of the values would be lost",
        KEY_NOT_TEXT: "a key is not a text",
        TAG: "a YAML tag (!name); specs hold plain values only",
        MERGE_KEY: "a YAML merge key (<<); what is common to many specs belongs into reconcile.yaml",
        YAML_VERSION: "a YAML version other than 1.2, under which words have other meanings",
        TOO_LARGE: "a file, a document or its nesting is larger than any spec needs to be",
        ALIAS: "an alias that names no anchor, or one that it is itself a part of",
        UNUSABLE_SCALAR: "a number or a date that cannot be a value here",
        EMPTY: "a file or a document has no content",
        NO_SUCH_PATH: "a path that was named does not exist",
        NO_SPECS: "a folder that was named holds no spec",
        LEADS_OUT: "a link leads out of the project, or to a file that is not named *.yaml or *.yml",
        WRONG_TYPE: "a value is of another type than the key takes",
        UNKNOWN_KEY: "a key that no spec or config has at this place",
        UNQUOTED: "a text that YAML reads as something else unless it is quoted",
        INVALID_VALUE: "a value of the right type that cannot be meant",
        MISSING_KEY: "a key that has to be there is missing",
        NULL: "a key without a value",
        NOT_OFFERED: "the engine does not have what the key manages",
        LISTED_TWICE: "a name or an hour is listed twice",
        PRESENT_AND_ABSENT: "a name is listed under present and under absent",
        TWO_DEFAULTS: "two entries claim to be the default",
        OWNED_ELSEWHERE: "a name that another key manages",
        NOTHING_MANAGED: "a spec, or a key of one, manages nothing",
        ALIKE: "a name under absent differs from one under present in case or in Unicode's form only",
        SLASH: "a name holds a slash, which separates the parts of an address",
        HANDLE_TWICE: "two specs have the same handle",
        DATABASE_TWICE: "two specs mean the same live database",
        CONFLICTING_DEFAULTS: "two labels of one database give it the same key with different values",
        AMBIGUOUS_CONFIG: "two different reconcile.yaml could be meant",
        NO_WAIVER: "a guard that cannot be waived, or an unknown one",
        ENDED: "the last day of a waiver, or of a difference that is ignored, has passed; it still holds for a fortnight",
        LONG_ENDED: "a waiver, or a difference that is ignored, ended more than a fortnight ago",
        NO_SUCH_HANDLE: "an entry of `ignore` is about a database of which there is no spec",
        FAR_AWAY: "an `until` is more than two years away",
        APPROVAL_ENDED: "the approval to delete ended: nothing is deleted",
        NO_LIMIT: "a limit under which a guard refuses nothing",
        CONFIG_NAMED_OTHERWISE: "a file whose name is almost reconcile.yaml, such as reconcile.yml",
        NOT_BY_DEFAULT: "something that a spec has to say itself, and no default may say for it",
    }
)
"""One sentence for every code."""

RULES = MappingProxyType(
    {
        "S0": Rule(
            why="A file is taken as a whole or not at all: from half of a spec nobody could tell what"
            " was meant to stay. What two readers may read in two ways is refused before anything is"
            " made of it.",
            settle="Mend the file where the finding points; `reconcile validate` checks it without"
            " asking the provider anything.",
        ),
        "S1": Rule(
            why="What a person writes is neither converted nor guessed at. A value of another type, or"
            " a key that nothing knows, is mostly a slip, and a slip in a spec would be a change of a"
            " database.",
            settle="Write what the hint says. With the JSON Schemas an editor says it while you write.",
        ),
        UNQUOTED: Rule(
            why="Without quotes YAML reads some texts as something else: 14.10 is the number 14.1, and"
            " a date is no text. What was lost that way cannot be found again.",
            settle="Put the value in quotes, as the hint shows it.",
        ),
        "S2": Rule(
            why="A spec has to be one that can come true. One that contradicts itself, or asks of an"
            " engine what it does not have, would differ from the live state for ever.",
            settle="Decide for one of the two, where the finding points.",
        ),
        NOT_OFFERED: Rule(
            why="Each engine has some of the kinds. What an engine lacks would be planned for ever and"
            " never be there.",
            settle="Take the key out, or correct `engine`.",
        ),
        OWNED_ELSEWHERE: Rule(
            why="If two keys managed one thing, they could want different things of it.",
            settle="Say it under the key that the hint names.",
        ),
        NOTHING_MANAGED: Rule(
            why="What a spec does not name is unmanaged. An empty list is mostly what is left of a longer"
            " one, and deletes nothing.",
            settle="Name what the spec manages, or take out what is empty.",
        ),
        ALIKE: Rule(
            why="The two names look the same and are different for the server. One of them is to be"
            " deleted with its data.",
            settle="Check which of the two is to go, and write both as the server shows them.",
        ),
        SLASH: Rule(
            why="An address is `database/kind/name`. A name with a slash is read correctly by the tool,"
            " and easily misread by a person who allows a loss.",
            settle="Choose a name without a slash where the database is still to be created.",
        ),
        "S3": Rule(
            why="Several files make one fleet. Where they cannot all be meant, none of them wins in"
            " silence.",
            settle="Decide for one, where the finding points.",
        ),
        HANDLE_TWICE: Rule(
            why="A handle is how plans, journals and flags name a database: with two of a name nobody"
            " could tell which is meant.",
            settle="Give one of the two another handle.",
        ),
        DATABASE_TWICE: Rule(
            why="Two specs of one live database would undo each other's changes, run after run.",
            settle="Put both into one spec, or name the addon that each is about.",
        ),
        CONFLICTING_DEFAULTS: Rule(
            why="Nothing says which of two labels comes first, so that neither wins in silence.",
            settle="Write the key into the spec, or take it out of one of the two defaults.",
        ),
        NOT_BY_DEFAULT: Rule(
            why="A default counts for many databases at once. What takes data or protection away is"
            " said of one, in its own spec, where whoever reviews that database sees it.",
            settle="Move it into the spec of the database that it is about.",
        ),
        LEADS_OUT: Rule(
            why="Findings quote lines of the file that they are about. A link in a merge request could"
            " have the log of a CI job quote any file that the job may read, such as a token.",
            settle="Put a copy in place of the link, or name the file or folder itself as PATH.",
        ),
        CONFIG_NAMED_OTHERWISE: Rule(
            why="The configuration is read under one name. Protection and limits under another name"
            " would be ignored without a word.",
            settle="Rename the file to reconcile.yaml, or name it with --config.",
        ),
        AMBIGUOUS_CONFIG: Rule(
            why="Limits and protection stand in reconcile.yaml. Taking one of two by chance could leave"
            " a database without them.",
            settle="Name the one that is meant with --config.",
        ),
        NO_WAIVER: Rule(
            why="Some guards keep a promise that no configuration takes back; a waiver for a code that"
            " is no guard's would be a slip that nobody notices.",
            settle="Take the entry out, or correct the code.",
        ),
        ENDED: Rule(
            why="A waiver, or a difference that is ignored, is a debt: it ends by itself, so that none"
            " stays because it was forgotten. For a fortnight after its last day it still holds, to"
            " leave time for a decision.",
            settle="Set `until` to a later day, or take the entry out.",
        ),
        FAR_AWAY: Rule(
            why="What ends by itself is to end: a day that is years away is mostly a slip in the year.",
            settle="Write a day by which it is settled, two years from today at most.",
        ),
        APPROVAL_ENDED: Rule(
            why="An approval to delete holds to its last day. After it nothing is deleted: what is live"
            " stays, and G102 says so.",
            settle="Set `until` to a later day, or take the entry out.",
        ),
        NO_LIMIT: Rule(
            why="A limit has no end and no reason. Where it turns a guard off, a waiver says why and until"
            " when.",
            settle="Write a smaller number, or a waiver under `guards`.",
        ),
        NO_SUCH_HANDLE: Rule(
            why="What is to be ignored of a database that no spec is about is mostly a slip in its"
            " handle, and what was meant is planned all the same.",
            settle="Correct the handle, or take the entry out.",
        ),
        LONG_ENDED: Rule(
            why="A waiver, or a difference that is ignored, is a debt: it ends by itself, so that none"
            " stays because it was forgotten. The fortnight in which it still held is over.",
            settle="Set `until` to a later day, or take the entry out.",
        ),
    }
)
"""Why and how to settle, by code, or by what codes of one family begin with."""
