"""What keeps the server from dropping an extension: the objects and extensions that depend on it.

Source: PostgreSQL manual, "Dependency Tracking" and "pg_depend"; `DROP … RESTRICT` follows these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from reconcile.model.postgresql import Uses
from reconcile.sql.hiding import cut
from reconcile.sql.rows import number, table, truth
from reconcile.sql.session import Rows

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
