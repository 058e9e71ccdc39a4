"""What a role can do about the extensions of a database, by the server's own catalogs.

Source: PostgreSQL manual, "System Catalogs", "System Views" and "Packaging Related Objects into an
Extension".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import LiteralString

from reconcile.model.postgresql import Package, SqlAccess, Uses, folded
from reconcile.sql.messages import cut
from reconcile.sql.session import Rows, Session, number, row, table, truth

# `gone` is what goes along with each extension: its members, and what depends on these in another
# way than the ordinary one (`n`). `keeping` depends on something of it in the ordinary way, which
# refuses the drop. The whole stands for its part: a view for its rule. (A table that is partitioned
# by an expression calls its own columns its parts, and itself the part of none.) An extension stands
# for what goes along with it.
DEPENDENTS = """
    WITH RECURSIVE gone (extension, classid, objid, objsubid) AS (
        SELECT e.oid, 'pg_extension'::regclass::oid, e.oid, 0
          FROM pg_extension e WHERE e.extname <> 'plpgsql'
         UNION
        SELECT g.extension, d.classid, d.objid, d.objsubid
          FROM gone g
          JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid
                          AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
         WHERE d.deptype IN ('a', 'e', 'i', 'x', 'P', 'S')
    ), part AS (
        SELECT * FROM pg_depend
         WHERE deptype IN ('e', 'i') AND (classid, objid) <> (refclassid, refobjid)
    ), keeping (extension, classid, objid, objsubid) AS (
        SELECT g.extension, d.classid, d.objid, d.objsubid
          FROM gone g
          JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid
                          AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
         WHERE d.deptype = 'n'
         UNION
        SELECT k.extension, p.refclassid, p.refobjid, p.refobjsubid
          FROM keeping k JOIN part p ON p.classid = k.classid AND p.objid = k.objid
    ), whole AS (
        SELECT * FROM keeping k
         WHERE NOT EXISTS (SELECT 1 FROM part p WHERE p.classid = k.classid AND p.objid = k.objid)
           AND NOT EXISTS (SELECT 1 FROM gone g
                            WHERE g.extension = k.extension AND g.classid = k.classid
                              AND g.objid = k.objid AND g.objsubid IN (0, k.objsubid))
    ), by_extension AS (
        SELECT DISTINCT w.extension, g.extension AS other
          FROM whole w
          JOIN gone g ON g.classid = w.classid AND g.objid = w.objid
                     AND g.objsubid IN (0, w.objsubid)
    ), by_object AS (
        SELECT w.*, row_number() OVER (PARTITION BY w.extension
                                       ORDER BY w.classid, w.objid, w.objsubid) AS place,
               count(*) OVER (PARTITION BY w.extension) AS places
          FROM whole w
         WHERE NOT EXISTS (SELECT 1 FROM gone g
                            WHERE g.classid = w.classid AND g.objid = w.objid
                              AND g.objsubid IN (0, w.objsubid))
    )
    SELECT e.extname::text, true, other.extname::text, 1
      FROM by_extension b
      JOIN pg_extension e ON e.oid = b.extension
      JOIN pg_extension other ON other.oid = b.other
     UNION ALL
    SELECT e.extname::text, false, pg_describe_object(b.classid, b.objid, b.objsubid), b.places
      FROM by_object b JOIN pg_extension e ON e.oid = b.extension
     WHERE b.place <= 3
"""
_LONGEST = 160


def dependents(
    rows: Rows,
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Uses]]:
    """By extension, from the rows of DEPENDENTS: the extensions and the other objects that use it.

    Raises SessionError.
    """
    needed_by: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, list[str]] = defaultdict(list)
    totals: dict[str, int] = {}
    for extension, is_extension, name, total in table(rows, cut, truth, _description, number):
        if is_extension:
            needed_by[extension].add(cut(name))
        else:
            names[extension].append(name)
            totals[extension] = total
    return (
        {extension: tuple(sorted(others)) for extension, others in needed_by.items()},
        {
            extension: Uses(names=tuple(sorted(some)), more=totals[extension] - len(some))
            for extension, some in names.items()
        },
    )


def _description(text: str) -> str:
    return cut(text, longest=_LONGEST)


_TRUSTED_SINCE = 130_000

_ROLE = """
    SELECT rolsuper, has_database_privilege(current_database(), 'CREATE')
      FROM pg_roles WHERE rolname = current_user
"""
# An owner is every role with the rights of the role that owns it, as for DROP EXTENSION.
_OWNED = "SELECT extname::text FROM pg_extension WHERE pg_has_role(extowner, 'USAGE')"
# No name of an extension has a slash in it.
_OFFERS = """
    SELECT name::text, version, superuser, trusted, coalesce(array_to_string(requires, '/'), ''),
           schema IS NOT NULL
      FROM pg_available_extension_versions
"""
_OFFERS_BEFORE_TRUST = _OFFERS.replace("trusted", "false")
_NEWEST = """
    SELECT name::text, default_version FROM pg_available_extensions
     WHERE default_version IS NOT NULL
"""
# By way of what is available: of an extension whose files are gone the function says an error.
_UPDATES = """
    SELECT a.name::text, p.target
      FROM pg_available_extensions a, pg_extension_update_paths(a.name) p
     WHERE p.source = a.installed_version AND p.path IS NOT NULL
"""
# Placeholders of modules that are not loaded have no value, and no error with `true`.
_ALLOWED = """
    SELECT current_setting('extwlist.extensions', true) IS NOT NULL,
           coalesce(current_setting('extwlist.extensions', true), '')
"""

# What a new session of the role has: this one has another. Source: `fetch_search_path`, which leaves
# out what does not exist or may not be used.
_PATH = """
    SELECT coalesce((SELECT reset_val FROM pg_settings WHERE name = 'search_path'), ''),
           current_user::text
"""
_SCHEMAS = "SELECT nspname::text FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')"


def reached_by(session: Session, version: int) -> SqlAccess:
    """All that is known before anything is changed; `version` is the server's number for it.

    Raises SessionError.
    """
    offers: LiteralString = _OFFERS if version >= _TRUSTED_SINCE else _OFFERS_BEFORE_TRUST
    role, owned, offered, newest, updates, allowed, dependent, path, schemas = session.tables(
        _ROLE, _OWNED, offers, _NEWEST, _UPDATES, _ALLOWED, DEPENDENTS, _PATH, _SCHEMAS
    )
    superuser, may_create = row(role, truth, truth)
    is_limited, names = row(allowed, truth, str)
    needed_by, used_by = dependents(dependent)
    return SqlAccess(
        superuser=superuser,
        may_create=may_create,
        owned=frozenset(name for (name,) in table(owned, cut)),
        offers=_packages(offered),
        newest=dict(table(newest, cut, cut)),
        updates={name: frozenset(targets) for name, targets in _grouped(updates).items()},
        needed_by=needed_by,
        used_by=used_by,
        allowed=listed(names) if is_limited else None,
        has_schema=not _searched(path).isdisjoint(name for (name,) in table(schemas, str)),
    )


def _searched(path: Rows) -> frozenset[str]:
    """The schemas of a search path, whether they exist or not."""
    names, user = row(path, str, str)
    return frozenset(user if name == "$user" else name for name in listed(names))


def _packages(rows: Rows) -> Mapping[str, Mapping[str, Package]]:
    packages: defaultdict[str, dict[str, Package]] = defaultdict(dict)
    read = table(rows, cut, cut, truth, truth, _names, truth)
    for name, version, superuser, trusted, requires, names_schema in read:
        packages[name][version] = Package(
            superuser=superuser, trusted=trusted, requires=requires, names_schema=names_schema
        )
    return dict(packages)


def _names(text: str) -> tuple[str, ...]:
    return tuple(cut(name) for name in text.split("/") if name)


def _grouped(pairs: Rows) -> Mapping[str, set[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for key, value in table(pairs, cut, cut):
        groups[key].add(value)
    return groups


_NAME = re.compile(
    r'[ \t\n\r\f\v]*(?:"((?:[^"]|"")+)"|([^ \t\n\r\f\v,"][^ \t\n\r\f\v,]*))[ \t\n\r\f\v]*(,|\Z)'
)


def listed(text: str) -> frozenset[str]:
    """The names of a list in a setting; none where the server cannot read it.

    Source: PostgreSQL, `SplitIdentifierString`: commas between names, a name in double quotes as it
    is, capitals of another one as small letters.
    """
    names: set[str] = set()
    place, more = 0, bool(text.strip())
    while more:
        found = _NAME.match(text, place)
        if found is None:
            return frozenset()
        quoted, bare, separator = found.groups()
        names.add(folded(bare) if quoted is None else quoted.replace('""', '"'))
        place, more = found.end(), separator == ","
    return frozenset(names)
