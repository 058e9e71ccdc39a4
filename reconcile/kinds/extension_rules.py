"""What a PostgreSQL server allows of extensions, as far as that is known before it is asked.

Source: PostgreSQL manual, `CREATE`, `ALTER` and `DROP EXTENSION`, and "Packaging Related Objects
into an Extension" (`superuser`, `trusted`, `requires`); pg_extwlist's README (`extwlist.extensions`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import assert_never

from reconcile.kinds.kind import Refused
from reconcile.model.change import Change, Create, Delete, Update
from reconcile.model.postgresql import (
    LANGUAGE,
    STATEMENTS,
    NoSqlAccess,
    Package,
    Reach,
    SqlAccess,
    is_newer,
)
from reconcile.model.state import Elements, Facts, Value

REQUIRED_BY = {
    "earthdistance": frozenset({"cube"}),
    "h3_postgis": frozenset({"h3", "postgis"}),
    "pgrouting": frozenset({"postgis"}),
    "postgis_raster": frozenset({"postgis"}),
    "postgis_sfcgal": frozenset({"postgis"}),
    "postgis_tiger_geocoder": frozenset({"fuzzystrmatch", "postgis"}),
    "postgis_topology": frozenset({"postgis"}),
    "vectorscale": frozenset({"vector"}),
}
"""What some extensions require, where no server was asked.

Source: `requires` in the control files of PostgreSQL's contrib modules, PostGIS, pgRouting and others.
"""

_MOST_LISTED = 8
_DIGITS = re.compile(r"([0-9]+)")


def refusal(change: Change, live: Elements, reach: Reach) -> Refused | None:
    """Why a change is not made over a connection; None where nothing is known against it."""
    if isinstance(reach, NoSqlAccess):
        return Refused(code=reach.code, message=reach.message, hint=reach.hint)
    match change:
        case Create():
            return _uncreatable(change, reach)
        case Update():
            return _no_update(change, live, reach) or _not_owned(change.address.name, reach)
        case Delete():
            return _undroppable(change.address.name, reach)
        case _:
            assert_never(change)


def staying(name: str, reach: Reach) -> Refused | None:
    """Why an extension is not dropped over a connection that no other one of its kind goes with."""
    if isinstance(reach, NoSqlAccess):
        return Refused(code=reach.code, message=reach.message, hint=reach.hint)
    others = reach.needed_by.get(name)
    return _undroppable(name, reach) or (
        _needed(name, others, "drop that first, and apply again") if others else None
    )


def _undroppable(name: str, reach: SqlAccess) -> Refused | None:
    return _not_owned(name, reach) or _in_use(name, reach)


def backwards(change: Update) -> Refused | None:
    """Why an update may lead to an older version; None where it does not."""
    name, live, wanted = change.address.name, change.before.get("version"), change.after["version"]
    newer = live is not None and is_newer(str(live), than=str(wanted))
    if newer is None:
        return Refused(
            code="P258",
            message=f"versions {live!r} (live) and {wanted!r} of {name!r} cannot be compared",
            hint=f"write version {live!r} or no version, or update it yourself",
        )
    if newer:
        return Refused(
            code="P257",
            message=f"the live version {live!r} of {name!r} is newer than {wanted!r}",
            hint=f"write version {live!r} or no version: an extension is never downgraded",
        )
    return None


def needs(change: Change, facts: Facts) -> frozenset[str]:
    """What has to be enabled before an extension, or dropped before it."""
    reach, name = facts.reach, change.address.name
    if not isinstance(reach, SqlAccess):
        asked = facts.connection is not None  # it is looked at again before it is done
        return frozenset() if asked else _known_needs(name, gone=isinstance(change, Delete))
    if isinstance(change, Delete):
        return frozenset(reach.needed_by.get(name, ()))
    package = _package(change, reach)
    return frozenset(package.requires if package else ()) - {LANGUAGE}


def _known_needs(name: str, *, gone: bool) -> frozenset[str]:
    if gone:
        return frozenset(other for other, required in REQUIRED_BY.items() if name in required)
    return REQUIRED_BY.get(name, frozenset())


def alone(change: Change, missing: frozenset[str]) -> Refused:
    """Why an extension is not changed without others."""
    name = change.address.name
    if isinstance(change, Delete):
        hint = "list that under absent as well: nothing is ever dropped along with another"
        return _needed(name, missing, hint)
    return Refused(
        code="P253",
        message=f"{name!r} requires {_listed(missing)}: not enabled, or to be dropped",
        hint="apply query_stats: true before"
        if STATEMENTS in missing
        else "list that under present as well: nothing is ever enabled along with another",
    )


def _needed(name: str, others: Collection[str], hint: str) -> Refused:
    return Refused(
        code="P254",
        message=f"{name!r} is needed by {_listed(others)}: not to be dropped",
        hint=hint,
    )


def _uncreatable(change: Create, reach: SqlAccess) -> Refused | None:
    name = change.address.name
    offered = reach.offers.get(name)
    if not offered:
        near = reach.like(name)
        return Refused(
            code="P251",
            message=f"the server has no package of the extension {name!r}",
            hint=f"did you mean {near!r}?" if near else "take it out, or ask the provider for it",
        )
    package = _package(change, reach)
    if package is None:
        return _no_version(name, change.after.get("version"), offered)
    if reach.allowed is not None:
        return _not_allowed(name, reach.allowed) or _nowhere(name, package, reach)
    if _may_create(package, reach):
        return _nowhere(name, package, reach)
    return Refused(
        code="P255",
        message=f"the connection's role may not enable {name!r}: {_lacking(package)}",
        hint="let the connection string name a role that may, or ask the provider to enable it",
    )


def _nowhere(name: str, package: Package, reach: SqlAccess) -> Refused | None:
    """An extension whose files name no schema goes into the first one of the search path."""
    if reach.has_schema or package.names_schema:
        return None
    return Refused(
        code="P260",
        message=f"{name!r} cannot be enabled: no schema of the role's search_path exists",
        hint="set it as the role: ALTER ROLE CURRENT_USER SET search_path = public; then plan again",
    )


def _may_create(package: Package, reach: SqlAccess) -> bool:
    """Any role that may create in the database can install a trusted extension."""
    if reach.superuser or not package.superuser:
        return True
    return package.trusted and reach.may_create


def _lacking(package: Package) -> str:
    if package.trusted:
        return "it has no right to create in the database"
    return "only a superuser may"


def _package(change: Create | Update, reach: SqlAccess) -> Package | None:
    """What a change leads to, None where the server does not offer it."""
    name = change.address.name
    version = change.after.get("version") or reach.newest.get(name)
    return reach.offers.get(name, {}).get(str(version))


def _no_update(change: Update, live: Elements, reach: SqlAccess) -> Refused | None:
    name, version = change.address.name, str(change.after["version"])
    reachable = reach.updates.get(name, frozenset())
    if version in reachable:
        return None
    now = str(live[name]["version"]).removeprefix("v")
    return _no_version(name, version, reachable, now=now)


def _no_version(
    name: str, version: Value, known: Collection[str], *, now: str | None = None
) -> Refused:
    leads = f"no update leads from {now} to" if now else "the server does not offer"
    what = "a default version" if version is None else f"version {version!r}"
    return Refused(
        code="P252",
        message=f"{leads} {what} of {name!r}",
        hint=f"written as the server does, there is: {_listed(known)}"
        if known
        else "name no version, or the live one",
    )


def _not_owned(name: str, reach: SqlAccess) -> Refused | None:
    if reach.allowed is not None:
        return _not_allowed(name, reach.allowed)
    if reach.superuser or name in reach.owned:
        return None
    return Refused(
        code="P255",
        message=f"the connection's role may not change {name!r}: it belongs to another role",
        hint="let the connection string name the role that owns it, or ask the provider",
    )


def _not_allowed(name: str, allowed: frozenset[str]) -> Refused | None:
    """The server runs statements about the extensions that it lists as a superuser, for any role."""
    if name in allowed:
        return None
    return Refused(
        code="P259",
        message=f"the server does not allow {name!r}: its extwlist.extensions does not list it",
        hint="take it out of the spec, or ask the provider",
    )


def _in_use(name: str, reach: SqlAccess) -> Refused | None:
    uses = reach.used_by.get(name)
    if uses is None:
        return None
    more = f" and {uses.more} more" if uses.more else ""
    return Refused(
        code="P256",
        message=f"{name!r} is in use by {', '.join(uses.names)}{more}",
        hint="change or drop these first: DROP EXTENSION takes nothing else along",
    )


def _listed(words: Collection[str]) -> str:
    """Some words, in order; of many the last ones, which are the newest versions."""
    shown = sorted(words, key=_natural)
    more = f"{len(shown) - _MOST_LISTED} more, " if len(shown) > _MOST_LISTED else ""
    return more + ", ".join(repr(word) for word in shown[-_MOST_LISTED:])


def _natural(word: str) -> list[tuple[int, str]]:
    """A key that puts 1.10 after 1.9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _DIGITS.split(word)]
