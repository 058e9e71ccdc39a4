"""The codes of guards, one sentence each. A code keeps its meaning for ever."""

from __future__ import annotations

from types import MappingProxyType

from reconcile.model.finding import Rule

MEANINGS = MappingProxyType(
    {
        "G101": "the database is protected, and the action would lose data",
        "G102": "the approval to delete ended",
        "G103": "the live database is not the one that the spec pins by resource id or region",
        "G104": "the plan would weaken, disrupt or rob too large a part of the fleet",
        "G105": "the action would lose data, and no recent backup or recovery window could bring it back",
        "G106": "the default retention policy would go, and none takes its place",
        "G107": "the action would take away the last that could bring data back",
        "G108": "the plan of a file is older than it may be",
        "G109": "a run did all of the plan of a file already",
        "G110": "the plan of a file would lose data or run SQL, and neither a signature nor a spec answers for it",
        "G111": "the action would lose data, and a spec of its application cannot be read or resolved",
    }
)
"""One sentence for every code."""

RULES = MappingProxyType(
    {
        "G101": Rule(
            why="The key `protect` is a promise that a database keeps its data whatever is typed on a"
            " command line. A flag that lifted it would make it a warning. The promise holds for the live"
            " database: any spec of the project that means it counts, also one that is not selected.",
            settle="Take `protect: true` out of every spec of the project that means this live database,"
            " in a separate change that somebody reviews.",
        ),
        "G102": Rule(
            why="What was right to delete a year ago may be in use again. So a word that something may"
            " go holds until a day that it names, and no longer.",
            settle="Set `until` in the spec to a later day, or take the entry out.",
        ),
        "G103": Rule(
            why="Names are used again: an addon that was deleted and made anew answers to the same app"
            " and engine. A spec that pins the resource id or the region is about one database only.",
            settle="Find out which database it is; if it is the right one, correct the pin in the spec.",
        ),
        "G104": Rule(
            why="A slip in a default or a label reaches many databases at once. What takes protection,"
            " service or data from a large part of the fleet is done in parts, so that the first part"
            " shows whether it was meant.",
            settle="Take fewer databases with --only, or set `limits` in reconcile.yaml.",
        ),
        "G105": Rule(
            why="A deletion that was approved can still turn out to be a mistake. It is made where a"
            " recent backup, or the recovery window, leads back to the data.",
            settle="Make a backup first: `apply --backup-first` does.",
        ),
        "G106": Rule(
            why="Writes that name no policy go to the default one. Without a default they are refused,"
            " and what was to be stored is lost.",
            settle="Add another policy with `default: true` to the spec, which the plan then creates first, or"
            " let this one stay.",
        ),
        "G107": Rule(
            why="Backups, the recovery window and persistence stand in for each other. The last of"
            " them does not go by the way: from then on nothing would bring data back.",
            settle="Leave one of them on.",
        ),
        "G108": Rule(
            why="A plan describes differences that were there when it was made. The older it is, the"
            " less they are what a person agreed to.",
            settle="Make the plan anew; `plan --expires-in` lets it last longer.",
        ),
        "G109": Rule(
            why="A plan is agreed to once. What it did may have been changed again on purpose since,"
            " and doing it a second time would undo that.",
            settle="Make the plan anew.",
        ),
        "G110": Rule(
            why="A file can be edited by whoever has it. That data may go has to be said by somebody"
            " whose word can be told from that: by a signature, or by a spec.",
            settle="Set RECONCILE_PLAN_KEY where plans are made and applied, or apply where the specs"
            " are.",
        ),
        "G111": Rule(
            why="Any spec of the project can protect a database. If a spec of the application has an error,"
            " or leads to no addon, it is not known what it protects.",
            settle="Correct the spec that the message names, or remove it.",
        ),
    }
)
"""Why and how to settle, by code."""

LIMITS = MappingProxyType({"G104": ("share", "databases"), "G105": ("backup_hours",)})
"""The limits that a guard compares with, by their keys in reconcile.yaml."""
