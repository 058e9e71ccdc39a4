"""The codes of what a plan does not do, and why: P1 a whole database or kind, P2 one difference.

What one kind refuses, the kind explains. A code keeps its meaning for ever; one that is no longer used is not given again.
"""

from __future__ import annotations

from types import MappingProxyType

from reconcile.kinds import KINDS
from reconcile.model.finding import Rule

_MEANINGS = {
    "P101": "the live database is of another engine than the spec says; an engine is never changed",
    "P102": "the engine or the plan does not offer this kind",
    "P103": "something is live that the spec does not name, and the spec says `others: report`",
    "P104": "the live database or its addon is stopped, suspended, being deleted or failed, or has an unknown status",
    "P105": "what the provider answered about this kind cannot be used; nothing is known of it",
    "P121": "the connection that the spec names cannot be used: its string, its server or its driver",
    "P122": "the connection leads to another database than the API tells of; nothing is run over it",
    "P271": "the action requires others that require it in turn, so that none of them can be first",
}

_RULES = {
    "P101": Rule(
        why="An engine is part of what a database is. A live database of another engine is most"
        " likely another database than the one that is meant, so nothing of it is changed.",
        advice="Check `app`, `addon` and `engine` in the spec.",
    ),
    "P102": Rule(
        why="Which kinds a database has depends on its engine and its plan, and for some that is"
        " only known once the provider was asked. That is no failure: it will be the same next"
        " time.",
        advice="Take the kind out of the spec, or move the database to a plan that has it.",
    ),
    "P103": Rule(
        why="What a spec does not name is never deleted: somebody else may have put it there."
        " With `others: report` the spec asks to be told of it, and it counts as drift.",
        advice="List it under `present`, or under `absent` with a reason and a date, or ignore it"
        " for a while under `ignore`.",
    ),
    "P104": Rule(
        why="A database that is created, migrated, updated or upgraded runs again by itself: it is"
        " pending. With every other status it stays as it is until a person acts, so its specs are"
        " not met and the run does not exit with 0.",
        advice="Look at the database in the provider's dashboard. If it is no longer needed, remove"
        " its spec.",
    ),
    "P105": Rule(
        why="The provider's answer is an error, or has another shape than its documents promise. Only"
        " the kind that needs the answer is left out. It is not known to be in sync, so the run does"
        " not exit with 0.",
        advice="Run it again. If it stays so, look for a newer version of this tool, or take the kind"
        " out of the spec.",
    ),
    "P121": Rule(
        why="What the API cannot change is changed by SQL, over the connection that the spec names. Its"
        " string comes from the environment or from a file of secrets, and only from where the"
        " environment allows. Without it nothing is known of what the server would take.",
        advice="Set what the message names where this runs, or take `connection` out: then the"
        " changes are steps for a person.",
    ),
    "P122": Rule(
        why="A connection string can lead anywhere. Before anything is run over it, its server has to"
        " agree with what the API says of this database: the version, the name of the database,"
        " its extensions. Another database is never changed by mistake.",
        advice="Let the connection string and `connection.database` name this addon's database.",
    ),
    "P271": Rule(
        why="An action runs only after the actions that it requires. Where actions require each"
        " other, there is no order in which each finds what it requires.",
        advice="Take one of these actions out of the spec, or make its change yourself.",
    ),
}

MEANINGS = MappingProxyType(
    dict(sorted([*_MEANINGS.items(), *(one for kind in KINDS for one in kind.meanings.items())]))
)
"""One sentence for every code, with those of the kinds."""

RULES = MappingProxyType(
    {code: rule for kind in KINDS for code, rule in kind.rules.items()} | _RULES
)
"""Why and what to do, by code, or by what codes of one family begin with."""
