"""PostgreSQL extensions of the default logical database.

Source: the API text, action `list-extensions`; there is none to enable, update or drop one, which
is SQL (`CREATE EXTENSION`, PostgreSQL manual): over the connection that the spec names, or a step
for a person where it names none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Annotated, Any, assert_never, cast

from attrs import evolve, frozen

from reconcile.kinds import extension_rules
from reconcile.kinds.kind import (
    Asked,
    ByHand,
    Feasible,
    Judgement,
    Others,
    Refused,
    Sides,
    Wanted,
)
from reconcile.kinds.listing import (
    NOTHING_GOES,
    ListedKind,
    Removal,
    approvals,
    check_names,
    removals,
    rows,
    text_of,
)
from reconcile.model.change import Change, Create, Delete, Risk, Update, sides_of
from reconcile.model.constraint import InvalidValueError, Matching, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.postgresql import (
    LANGUAGE,
    STATEMENTS,
    ApiView,
    Sql,
    SqlAccess,
    folded,
    plain_version,
)
from reconcile.model.request import Effect, action
from reconcile.model.state import Elements, Facts, Fields

WHERE = "the default logical database"

LIST_EXTENSIONS = action("list-extensions", effect=Effect.READ)

# PostgreSQL manual, "Packaging Related Objects into an Extension": no `--`, no hyphen at either
# end, no directory separators.
ExtensionName = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*",
        meaning="name of an extension",
        hint="letters, digits and underscores, with single hyphens inside, as in uuid-ossp",
        longest=63,
    ),
]

VersionText = Annotated[
    str,
    Matching(
        pattern=r"[A-Za-z0-9_]+(?:[.+-][A-Za-z0-9_]+)*",
        meaning="version of an extension",
        hint="letters, digits and dots, as in 3.4.2",
        longest=63,
    ),
]


@frozen(kw_only=True)
class Extension:
    """An extension to enable, at a version if one is named."""

    __short_form__ = ShortForm(key="name")

    name: ExtensionName = described(
        "The extension's name; capitals count as small letters.",
        examples=("postgis",),
        converter=folded,
    )
    version: VersionText | None = described(
        "The version, quoted. Left out: any.", examples=("1.6",), default=None
    )


def _folded_removals(absent: Iterable[Removal]) -> tuple[Removal, ...]:
    return tuple(evolve(one, name=folded(one.name)) for one in absent)


@frozen(kw_only=True)
class Extensions:
    """PostgreSQL extensions of the default logical database; a plain list stands for `present`."""

    __short_form__ = ShortForm(key="present")

    present: tuple[Extension, ...] = described(
        "Those to enable.", examples=(["postgis", "pg_trgm"],), default=()
    )
    absent: tuple[Removal, ...] = described(
        "Those to drop.",
        default=(),
        converter=_folded_removals,
        by_default=NOTHING_GOES,
    )
    others: Others = described(
        "What to make of live ones that are not named: keep lists them as unmanaged, report counts"
        " them as drift. They are never dropped.",
        examples=("report",),
        default=Others.KEEP,
    )


class _ExtensionsKind(ListedKind[Extensions]):
    """Extensions."""

    name = "extensions"
    title = "Extensions"
    spec_type = Extensions
    offers = MappingProxyType({Engine.POSTGRESQL: True})
    read = LIST_EXTENSIONS
    sql = True
    proves = True

    def check(self, spec: Extensions, _engine: Engine) -> Iterator[InvalidValueError]:
        yield from check_names(spec)
        entries = [("present", spec.present), ("absent", spec.absent)]
        for part, listed in cast("list[tuple[str, tuple[Extension, ...]]]", entries):
            for index, entry in enumerate(listed):
                if entry.name == STATEMENTS:
                    yield InvalidValueError(
                        f"{STATEMENTS!r} is managed by query_stats",
                        hint="take it out here and write query_stats: true",
                        code="S206",
                        path=(part, index, "name"),
                    )
                if part == "absent" and entry.name == LANGUAGE:
                    yield InvalidValueError(
                        f"{LANGUAGE!r} is part of every database and is never dropped",
                        hint="take it out",
                        path=(part, index, "name"),
                    )

    def without(self, spec: Extensions, ignored: Collection[str]) -> Extensions | None:
        return super().without(spec, {folded(name) for name in ignored})

    def to_spec(self, live: Elements) -> Extensions:
        named = sorted(set(live) - {LANGUAGE, STATEMENTS})
        return Extensions(
            present=tuple(
                Extension(name=name, version=str(live[name]["version"]).removeprefix("v"))
                for name in named
            )
        )

    def parse(self, result: Any) -> Elements:
        """All extensions with their versions as the API spells them."""
        return {
            name: {"version": text_of(row, "version", "list-extensions")}
            for name, row in rows(result, "list-extensions").items()
        }

    def seen_by_api(self, view: ApiView, live: Elements) -> ApiView:
        versions = {name: str(fields["version"]) for name, fields in live.items()}
        return evolve(view, extensions=versions)

    def normalize(self, spec: Extensions, live: Elements, facts: Facts) -> Sides:
        """Leave out plpgsql, which never counts, and what the kind query_stats owns."""
        managed = {
            name: fields for name, fields in live.items() if name not in {LANGUAGE, STATEMENTS}
        }
        named = {_real(one.name, managed): one for one in spec.present if one.name != LANGUAGE}
        wanted = Wanted(
            present={name: _version_fields(entry.version) for name, entry in named.items()},
            absent={_real(name, managed): word for name, word in approvals(spec.absent).items()},
            others=spec.others,
            sent={
                name: {"version": _spelled(name, entry.version, facts)}
                for name, entry in named.items()
                if entry.version
            },
        )
        # What is enabled without naming a version has none in a model of the server.
        versions = {name: fields.get("version") for name, fields in managed.items()}
        return Sides(
            wanted=wanted,
            live={
                name: _version_fields(cast("str | None", version))
                for name, version in versions.items()
            },
        )

    def judge(self, change: Change, live: Elements, facts: Facts) -> Judgement:
        if isinstance(change, Update) and (older := extension_rules.backwards(change)):
            return older
        risk = Risk.LOSSY if isinstance(change, Delete) else Risk.SAFE
        if facts.connection is None:
            statements = tuple(str(statement) for statement in self.requests(change))
            return ByHand(statements=statements, where=WHERE, risk=risk)
        # Without a look, it was judged when its plan was made, and is looked at again before it is done.
        refused = facts.reach and extension_rules.refusal(change, live, facts.reach)
        return refused or Feasible(risk=risk)

    def related(self, names: Collection[str], live: Elements) -> Collection[str]:
        """The same names with other capitals, as a spec or the server spells them."""
        alike = {folded(name) for name in names}
        return alike | {name for name in live if folded(name) in alike}

    def needs(self, change: Change, facts: Facts) -> frozenset[str]:
        return extension_rules.needs(change, facts)

    def alone(self, change: Change, missing: frozenset[str]) -> Refused:
        return extension_rules.alone(change, missing)

    def requests(self, change: Change) -> tuple[Sql, ...]:
        """PostgreSQL manual: CREATE, ALTER, DROP EXTENSION. What depends on it is never dropped along."""
        name, version = change.address.name, sides_of(change)[1] or {}
        texts = {"version": str(version["version"])} if "version" in version else {}
        match change:
            case Delete():
                template = "DROP EXTENSION {name}"
            case Update():
                template = "ALTER EXTENSION {name} UPDATE TO {version}"
            case Create():
                template = "CREATE EXTENSION {name}" + (" VERSION {version}" if texts else "")
            case _:
                assert_never(change)
        return (Sql(template=template, names={"name": name}, texts=texts),)

    def by_sql(self, spec: Extensions, live: Elements, facts: Facts) -> bool:
        """Whether anything named differs: only then it is worth a look over the connection."""
        sides = self.normalize(evolve(spec, others=Others.KEEP), live, facts)
        return sides.before != sides.after

    def meant(self, asked: Sequence[Asked]) -> Extensions:
        present = tuple(
            Extension(
                name=one.change.address.name,
                version=cast("str | None", one.change.after.get("version")),
            )
            for one in asked
            if not isinstance(one.change, Delete)
        )
        return Extensions(present=present, absent=removals(asked))

    meanings = MappingProxyType(
        {
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
        }
    )
    rules = MappingProxyType(
        {
            "P25": Rule(
                why="The server refuses such a statement, or takes others along with it. Nothing is enabled"
                " or dropped that a spec does not name, and a statement that is sure to be refused is not"
                " sent.",
                advice="Change the spec as the hint says, or ask the provider for the package or the right.",
            ),
            "P257": Rule(
                why="An older version may lack what the data and the applications use by now, and most"
                " extensions have no update that leads back.",
                advice="Write the live version, or leave the version out of the spec.",
            ),
            "P258": Rule(
                why="Versions are compared part by part, as numbers. Where a part that differs is not a"
                " number, the change may be an update or a downgrade.",
                advice="Write the live version, or leave the version out, and update the extension yourself.",
            ),
            "P260": Rule(
                why="An extension goes into the first schema of the search path that exists. Without one the"
                " server refuses CREATE EXTENSION, and this tool chooses no schema.",
                advice="Set the search path of the connection's role to a schema that exists.",
            ),
        }
    )


KIND = _ExtensionsKind()


def _real(name: str, live: Elements) -> str:
    """What is live under a name but for its capitals, which a server keeps only of quoted names."""
    if name in live:
        return name
    return next((one for one in sorted(live) if folded(one) == name), name)


def _spelled(name: str, version: str, facts: Facts) -> str:
    """A version as the server spells it, where that is known: 1.5 for 1.5.0."""
    offers = facts.reach.offers.get(name, {}) if isinstance(facts.reach, SqlAccess) else {}
    written = version.removeprefix("v")
    if written in offers:
        return written
    alike = (one for one in sorted(offers) if plain_version(one) == plain_version(version))
    return next(alike, written)


def _version_fields(version: str | None) -> Fields:
    return {} if version is None else {"version": plain_version(version)}
