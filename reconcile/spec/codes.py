"""The codes of findings about specs: S0 the text, S1 a value, S2 one spec, S3 several and config.

A code keeps its meaning for ever; one that is no longer used is not given again.
"""

from __future__ import annotations

from types import MappingProxyType

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

WRONG_TYPE = "S101"
UNKNOWN_KEY = "S102"
UNQUOTED = "S103"
INVALID_VALUE = "S104"
MISSING_KEY = "S105"
NULL = "S106"
NOT_YET = "S107"

NOT_OFFERED = "S201"
LISTED_TWICE = "S203"
PRESENT_AND_ABSENT = "S204"
TWO_DEFAULTS = "S205"
OWNED_ELSEWHERE = "S206"

HANDLE_TWICE = "S301"
DATABASE_TWICE = "S302"
CONFLICTING_DEFAULTS = "S303"
NOT_BY_DEFAULT = "S304"
AMBIGUOUS_CONFIG = "S305"

MEANINGS = MappingProxyType(
    {
        UNREADABLE: "a file or a folder cannot be read",
        NOT_UTF8: "a file is not UTF-8 text",
        FORBIDDEN_CHARACTER: "a character that cannot be seen, or that reorders the line it stands in",
        NOT_YAML: "the text is not valid YAML",
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
        WRONG_TYPE: "a value is of another type than the key takes",
        UNKNOWN_KEY: "a key that no spec or config has at this place",
        UNQUOTED: "a text that YAML reads as something else unless it is quoted",
        INVALID_VALUE: "a value of the right type that cannot be meant",
        MISSING_KEY: "a key that has to be there is missing",
        NULL: "a key without a value",
        NOT_YET: "a key that is reserved for something that this version does not manage",
        NOT_OFFERED: "the engine does not have what the key manages",
        LISTED_TWICE: "a name is listed twice",
        PRESENT_AND_ABSENT: "a name is listed under present and under absent",
        TWO_DEFAULTS: "two entries claim to be the default",
        OWNED_ELSEWHERE: "a name that another key manages",
        HANDLE_TWICE: "two specs have the same handle",
        DATABASE_TWICE: "two specs mean the same live database",
        CONFLICTING_DEFAULTS: "two labels of one database give it the same key with different values",
        AMBIGUOUS_CONFIG: "two different reconcile.yaml could be meant",
        NOT_BY_DEFAULT: "something that a spec has to say itself, and no default may say for it",
    }
)
"""One sentence for every code."""
