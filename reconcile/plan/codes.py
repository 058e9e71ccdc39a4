"""The codes of what a plan does not do, and why: P1 a whole database or kind, P2 one difference.

A code keeps its meaning for ever; one that is no longer used is not given again.
"""

from __future__ import annotations

from types import MappingProxyType

from reconcile.model.finding import Rule

MEANINGS = MappingProxyType(
    {
        "P101": "the live database is of another engine than the spec says; an engine is never changed",
        "P102": "the engine or the plan does not offer this kind",
        "P103": "something is live that the spec does not name, and the spec says `others: report`",
        "P104": "the live database or its addon is stopped, suspended, being deleted or failed, or has an unknown status",
        "P105": "what the provider answered about this kind cannot be used; nothing is known of it",
        "P121": "the connection that the spec names cannot be used: its string, its server or its driver",
        "P122": "the connection leads to another database than the API tells of; nothing is run over it",
        "P201": "the live backup hours are several, which the provider's support set up",
        "P202": "the spec wants several backup hours; the API sets one",
        "P203": "the spec names a backup hour, backups are off, and it does not say `enabled: true`",
        "P211": "the live server does not know one of the SQL modes, and would refuse the whole set",
        "P221": "a protected logical database, the default one, is never deleted",
        "P231": "a retention policy cannot be changed, only deleted and added, which loses its data",
        "P241": "the live engine version is newer than the spec asks for; there is no way back",
        "P242": "the spec asks for a newer engine version, and there is none",
        "P243": "an upgrade is due, and which version comes next is not known; an upgrade takes no target",
        "P244": "the next engine version is another major, which the spec's `allow_major` does not reach",
        "P245": "the next engine version is past the one that the spec asks for",
        "P246": "the live engine version is none that can be compared",
        "P251": "the server has no package of the extension",
        "P252": "the server does not offer this version of the extension, or no update leads to it",
        "P253": "the extension requires another one, which is not enabled and not asked for",
        "P254": "the extension is needed by another one that stays",
        "P255": "the role of the connection has no right to change the extension",
        "P256": "other objects of the database use the extension, so that the server refuses to drop it",
        "P257": "the live version of the extension is newer than the spec asks for; it is never downgraded",
        "P258": "the live version of the extension and that of the spec cannot be compared",
        "P259": "the server's `extwlist.extensions` does not list the extension",
        "P260": "no schema of the connection's search path exists, into which the extension could go",
        "P261": "`force-ssl` cannot go while `publicly-available` is on, and the spec does not turn that off",
        "P262": "a feature has a status that this version of the tool does not know",
        "P263": "`publicly-available` needs `force-ssl`, which is off and is not turned on",
        "P271": "the action requires others that require it in turn, so that none of them can be first",
    }
)
"""One sentence for every code."""

RULES = MappingProxyType(
    {
        "P101": Rule(
            why="An engine is part of what a database is. A live database of another engine is most"
            " likely another database than the one that is meant, so nothing of it is changed.",
            settle="Check `app`, `addon` and `engine` in the spec.",
        ),
        "P102": Rule(
            why="Which kinds a database has depends on its engine and its plan, and for some that is"
            " only known once the provider was asked. That is no failure: it will be the same next"
            " time.",
            settle="Take the kind out of the spec, or move the database to a plan that has it.",
        ),
        "P103": Rule(
            why="What a spec does not name is never deleted: somebody else may have put it there."
            " With `others: report` the spec asks to be told of it, and it counts as drift.",
            settle="List it under `present`, or under `absent` with a reason and a date, or ignore it"
            " for a while under `ignore`.",
        ),
        "P104": Rule(
            why="A database that is created, migrated, updated or upgraded runs again by itself: it is"
            " pending. With every other status it stays as it is until a person acts, so its specs are"
            " not met and the run does not exit with 0.",
            settle="Look at the database in the provider's dashboard. If it is no longer needed, remove"
            " its spec.",
        ),
        "P105": Rule(
            why="The provider's answer is an error, or has another shape than its documents promise. Only"
            " the kind that needs the answer is left out. It is not known to be in sync, so the run does"
            " not exit with 0.",
            settle="Run it again. If it stays so, look for a newer version of this tool, or take the kind"
            " out of the spec.",
        ),
        "P121": Rule(
            why="What the API cannot change is changed by SQL, over the connection that the spec names. Its"
            " string comes from the environment or from a file of secrets, and only from where the"
            " environment allows. Without it nothing is known of what the server would take.",
            settle="Set what the message names where this runs, or take `connection` out: then the"
            " changes are steps for a person.",
        ),
        "P122": Rule(
            why="A connection string can lead anywhere. Before anything is run over it, its server has to"
            " agree with what the API says of this database: the version, the name of the database,"
            " its extensions. Another database is never changed by mistake.",
            settle="Let the connection string and `connection.database` name this addon's database.",
        ),
        "P25": Rule(
            why="The server refuses such a statement, or takes others along with it. Nothing is enabled"
            " or dropped that a spec does not name, and a statement that is sure to be refused is not"
            " sent.",
            settle="Change the spec as the hint says, or ask the provider for the package or the right.",
        ),
        "P257": Rule(
            why="An older version may lack what the data and the applications use by now, and most"
            " extensions have no update that leads back.",
            settle="Write the live version, or leave the version out of the spec.",
        ),
        "P258": Rule(
            why="Versions are compared part by part, as numbers. Where a part that differs is not a"
            " number, the change may be an update or a downgrade.",
            settle="Write the live version, or leave the version out, and update the extension yourself.",
        ),
        "P260": Rule(
            why="An extension goes into the first schema of the search path that exists. Without one the"
            " server refuses CREATE EXTENSION, and this tool chooses no schema.",
            settle="Set the search path of the connection's role to a schema that exists.",
        ),
        "P20": Rule(
            why="The API turns periodic backups on and off and sets one hour. Several hours are set"
            " up by the provider's support only, and a plan never promises what no request can do.",
            settle="Write what is live, or ask the provider's support to change it.",
        ),
        "P203": Rule(
            why="While backups are off no hour is in effect, so that setting one would look like"
            " protection and be none.",
            settle="Write `enabled: true` beside the hours.",
        ),
        "P211": Rule(
            why="The server takes a set of modes as a whole or not at all, and each version knows"
            " other modes. A request that is sure to be refused is not sent.",
            settle="Take the mode out of the spec.",
        ),
        "P221": Rule(
            why="The provider protects the logical database that comes with the server, and refuses"
            " to delete it.",
            settle="Take it out of `absent`. It can be emptied, or unlisted and so unmanaged.",
        ),
        "P231": Rule(
            why="InfluxDB's policies cannot be changed over this API. Deleting one and adding it again"
            " deletes all data that was written under it, and nobody wrote that into the spec.",
            settle="Add a policy under a new name, let the default move to it, let the old one age"
            " out, then list it under `absent`. Or write `on_change: replace`, and lose the data.",
        ),
        "P24": Rule(
            why="An upgrade has no way back and takes no target: it goes to the next version, whichever"
            " that is. So a step is only taken where the next version is known beforehand, and where"
            " it lies within what the spec asks for.",
            settle="Ask for a version that can be reached, or for the live one.",
        ),
        "P243": Rule(
            why="An upgrade takes no target: where the provider does not tell which version comes"
            " next, it could be any.",
            settle="Upgrade in the dashboard, which shows the next version.",
        ),
        "P244": Rule(
            why="Another major version may behave in other ways, and there is no way back from it: it"
            " is only crossed at a word that names it.",
            settle="Once the application is ready, write `allow_major` beside the version.",
        ),
        "P261": Rule(
            why="The provider accepts no database that is public and takes connections without TLS.",
            settle="Turn `publicly-available` off in the spec as well, or leave `force-ssl` on.",
        ),
        "P262": Rule(
            why="Whether a feature is on or off follows from its status. One that is not known could"
            " mean either, so that nothing is done about it.",
            settle="Look at the dashboard; a newer version of this tool may know the status.",
        ),
        "P263": Rule(
            why="The provider refuses to make a database public while it takes connections without TLS.",
            settle="Turn `force-ssl` on in the spec as well. If an `ignore` entry names it, remove the entry.",
        ),
        "P271": Rule(
            why="An action runs only after the actions that it requires. Where actions require each"
            " other, there is no order in which each finds what it requires.",
            settle="Take one of these actions out of the spec, or make its change yourself.",
        ),
    }
)
"""Why and how to settle, by code, or by what codes of one family begin with."""
