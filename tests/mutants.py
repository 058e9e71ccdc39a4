"""Print what became of the mutants, for docs/testing.md: `make mutation`."""

from __future__ import annotations

import sys

from mutation import results, score


def main() -> int:
    """Print the tables; 1 where a mutant was not tried or lives unexplained, or nothing fits."""
    mutants = tuple(results.mutants())
    untried = sum(not mutant.tried for mutant in mutants)
    if untried:
        print(f"{untried} mutants were not tried: run mutmut again, which goes on with them")
        return 1
    found = score.judged(mutants)
    print(score.tables(found))
    gaps, unused = [one.mutant for one in found if one.gap], score.unused(found)
    for mutant in gaps:
        print(f"\n{mutant.where} ({mutant.status}: {mutant.name})", *mutant.changed(), sep="\n  ")
    for explained in unused:
        print(f"\nexplains nothing: {explained}")
    return 1 if gaps or unused else 0


if __name__ == "__main__":
    sys.exit(main())
