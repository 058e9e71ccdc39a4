"""InfluxDB's retention policies: their names, conflicts, and where the default goes."""

from __future__ import annotations

from conformance.fleet import BARE_INFLUXDB, INFLUXDB
from conformance.rule import Gives, Rule, Step, refused
from conformance.rules import names
from conformance.rules.policies import AUTOGEN, added, kept_out, not_added, removed, shown

_NO_DEFAULT = ("autogen", "0s", False)
_EXISTS = "retention policy already exists"
_CONFLICT = "retention policy conflicts with an existing policy"


def _fine(*listed: str) -> tuple[Step, ...]:
    return tuple(
        step
        for name in listed
        for step in (
            added(name, "1h"),
            shown(AUTOGEN, (name, "1h0m0s", False)),
            removed(name),
            shown(AUTOGEN),
        )
    )


def _bad(reason: str, *listed: str) -> tuple[Step, ...]:
    return tuple(step for name in listed for step in kept_out(name, "1h", reason))


def _rule(name: str, says: str, *steps: Step, remark: str = "") -> Rule:
    return Rule(name=f"influxdb-{name}", says=says, database=INFLUXDB, steps=steps, remark=remark)


NAMES = (
    _rule(
        "policy-quotes",
        "a name may hold quotes, double quotes, backticks and what looks like InfluxQL",
        *_fine("a'b", 'a"b', '"', "a`b", 'x" ON "kept"; DROP DATABASE "kept"; --', "--x", ";x"),
        *_fine("%s", "$p", "{0}", "-x", "--help"),
    ),
    _rule(
        "policy-words",
        "reserved words, numbers and dots are names",
        *_fine("select", "default", "DEFAULT", "30-days", "1", "1h", "...", ".a", "a.", "a.b"),
        *_fine("_internal", "INF"),
    ),
    _rule(
        "policy-spaces",
        "spaces stay where they are",
        *_fine(" lead", "trail ", "in  ner", " "),
    ),
    _rule(
        "policy-unicode",
        "a name may hold printable characters of every plane, in either normal form",
        *_fine("übung", "日本", "😀", "a\U0001d4b3b", "\u00e9", "e\u0301", "\ufffd"),
    ),
    _rule(
        "policy-normal-forms",
        "two normal forms of a name are two names",
        added("\u00e9", "1h"),
        added("e\u0301", "2h"),
        shown(AUTOGEN, ("\u00e9", "1h0m0s", False), ("e\u0301", "2h0m0s", False)),
    ),
    _rule(
        "policy-case",
        "names differ by case",
        added("P", "1h"),
        added("p", "2h"),
        shown(AUTOGEN, ("P", "1h0m0s", False), ("p", "2h0m0s", False)),
        removed("P"),
        shown(AUTOGEN, ("p", "2h0m0s", False)),
    ),
    _rule(
        "policy-folder",
        "a name is a folder's: not empty, no dots alone, no slash or backslash",
        *_bad("invalid name", "", ".", "..", "a/b", "/", "a\\b", "\\"),
    ),
    _rule(
        "policy-unprintable",
        "a name holds no control, invisible or private character, and no space but the plain one",
        *_bad("invalid name", "a\tb", "a\nb", "a\x01b", "a\x7fb", "a\x85b", "a\u00a0b", "\u200b"),
        *_bad("invalid name", "\ufeff", "a\u202eb", "\ue000", "\uffff", "\u2028", "\u3000"),
    ),
    _rule("policy-unspoken", "what InfluxQL cannot say is refused", *_bad("", "a\0b", "a\rb")),
    _rule("policy-surrogate", "a name is text: a lone surrogate is none", *_bad("", "a\ud800")),
    _rule(
        "policy-longest",
        "a name takes at most 255 bytes",
        *_fine("x" * 255, "é" * 127 + "x", "日" * 85),
        *_bad("name too long", "x" * 256, "é" * 128, "日" * 86, "x" * 5000),
    ),
)

DEFAULTS = (
    _rule(
        "default-taken",
        "a new default takes it from the old one",
        added("p", "1h", default=True),
        shown(_NO_DEFAULT, ("p", "1h0m0s", True)),
        added("q", "2h", default=True),
        shown(_NO_DEFAULT, ("p", "1h0m0s", False), ("q", "2h0m0s", True)),
        added("r", "3h"),
        added("s", "3h", default=False),
        shown(
            *(_NO_DEFAULT, ("p", "1h0m0s", False), ("q", "2h0m0s", True)),
            *(("r", "3h0m0s", False), ("s", "3h0m0s", False)),
        ),
    ),
    _rule(
        "default-again",
        "the same policy again is no error, with or without its default",
        added("p", "1h", default=True),
        added("p", "1h", default=True),
        added("p", "60m"),
        added("p", "1h", default=False),
        shown(_NO_DEFAULT, ("p", "1h0m0s", True)),
        added("autogen", "INF"),
        added("autogen", "0s", default=False),
        shown(_NO_DEFAULT, ("p", "1h0m0s", True)),
    ),
    _rule(
        "default-conflict",
        "a policy that is there does not become the default by being added again",
        added("p", "1h"),
        not_added("p", "1h", _CONFLICT, default=True),
        shown(AUTOGEN, ("p", "1h0m0s", False)),
        added("q", "1h", default=True),
        not_added("autogen", "INF", _CONFLICT, default=True),
        shown(_NO_DEFAULT, ("p", "1h0m0s", False), ("q", "1h0m0s", True)),
    ),
    _rule(
        "policy-changed",
        "a policy with another duration is there already, whatever the default",
        added("p", "1h", default=True),
        not_added("p", "2h", _EXISTS),
        not_added("p", "2h", _EXISTS, default=True),
        not_added("p", "INF", _EXISTS),
        not_added("autogen", "7d", _EXISTS, default=True),
        shown(_NO_DEFAULT, ("p", "1h0m0s", True)),
    ),
    _rule(
        "default-dropped",
        "dropping the default leaves none, and no other takes its place",
        added("p", "1h", default=True),
        removed("p"),
        shown(_NO_DEFAULT),
        added("q", "1h"),
        shown(_NO_DEFAULT, ("q", "1h0m0s", False)),
        removed("autogen"),
        removed("q"),
        shown(),
        added("autogen", "INF"),
        shown(_NO_DEFAULT),
        removed("autogen"),
        added("autogen", "INF", default=True),
        shown(AUTOGEN),
    ),
    _rule(
        "default-returns",
        "the default that was dropped is the default again under its name, until another is",
        removed("autogen"),
        added("p", "1h"),
        added("autogen", "2h", default=False),
        shown(("p", "1h0m0s", False), ("autogen", "2h0m0s", True)),
        removed("autogen"),
        added("q", "1h", default=True),
        added("autogen", "INF"),
        shown(("p", "1h0m0s", False), ("q", "1h0m0s", True), _NO_DEFAULT),
    ),
    _rule(
        "policy-order",
        "policies are listed in the order in which they came",
        added("b", "1h"),
        added("a", "1h"),
        added("c", "1h"),
        removed("a"),
        added("a", "1h"),
        shown(
            *(AUTOGEN, ("b", "1h0m0s", False)),
            *(("c", "1h0m0s", False), ("a", "1h0m0s", False)),
        ),
    ),
    _rule(
        "drop-missing-policy",
        "dropping what is not there is no error, whatever its name",
        *(removed(name) for name in ("nope", "nope", "Autogen", "autogen ", "x" * 300, "a/b", "")),
        shown(AUTOGEN),
    ),
    _rule(
        "drop-twice-policy",
        "a policy can be dropped twice",
        added("p", "1h"),
        removed("p"),
        removed("p"),
        shown(AUTOGEN),
    ),
)

_TAKEN = refused("exist")
_OTHERS = ("kept", "other")

LOGICAL = (
    _rule(
        "name-any",
        "a logical database may have any printable name",
        *(
            step
            for name in ("a'b", 'a"b', 'x"; DROP DATABASE "other"; --', "日本", " a ", "x" * 255)
            for step in names.comes_and_goes(name, _OTHERS, _TAKEN)
        ),
    ),
    _rule(
        "name-bad",
        "a name that no folder could have is refused",
        *(
            step
            for name in ("", ".", "..", "a/b", "a\\b", "a\tb", "a\0b", "x" * 256, "_internal")
            for step in names.kept_out(name, _OTHERS, refused())
        ),
    ),
    _rule(
        "name-dropped",
        "what is not there, and what is protected, is not dropped",
        *(names.named(action, "nope", _TAKEN) for action in ("delete", "reset")),
        names.named("delete", "kept", refused("protected")),
        names.named("reset", "other", Gives()),
        names.named("delete", "other", Gives()),
        names.named("delete", "other", _TAKEN),
        names.listed("kept"),
    ),
    Rule(
        name="influxdb-not-offered",
        says="logical databases are offered only where the fleet file lists them",
        database=BARE_INFLUXDB,
        steps=(names.named("create", "x", refused("offered")),),
    ),
)

RULES = (*NAMES, *DEFAULTS, *LOGICAL)
