"""Mutants that live, and why no test should kill them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from fnmatch import fnmatchcase

from attrs import frozen


class Reason(Enum):
    """Why a mutant that lives is no gap: what a reader of the page is told."""

    CAST = "`cast` tells the type checker something, and does nothing when it runs"
    NEVER = "a case or a value that is never reached: it is written for the type checker"
    DEFAULT = "a default for what is always there, or one that means the same as the other"
    SAME = "another way to the same"
    AMOUNT = "how much at once, or at most: nothing that is decided depends on it"
    UNTOLD = "the words of an error that is caught and counted, or one of a broken file system"


@frozen(kw_only=True)
class Explained:
    """Mutants of some functions that differ from the source in one part of it.

    `where` is a pattern of `room/module.py: function`, `within` a regular expression of that part.
    """

    where: str = "*"
    within: str
    reason: Reason

    def explains(self, where: str, changed: Iterable[str]) -> bool:
        """Whether a mutant, by its place and its changed lines, is one of these."""
        if not fnmatchcase(where, self.where):
            return False
        sides = {"-": "", "+": ""}
        for line in changed:
            sides[line[0]] += line[1:]
        old, new = (re.sub(rf"{self.within}|\s", "", side) for side in sides.values())
        return old == new


EXPLAINED = (
    Explained(within=r'(?<=cast\()(?:None|"[^"]*")(?=,)', reason=Reason.CAST),
    Explained(within=r"case _:|assert_never\(\w+\)", reason=Reason.NEVER),
    # A risk that takes nothing away is as good as none.
    Explained(
        where="kinds/features.py: _taken_away",
        within=r"(?<=enabled\)), ?(?:Risk\.SAFE|None)?",
        reason=Reason.DEFAULT,
    ),
    # Whether the field is there counts, whatever it says.
    Explained(
        where="kinds/features.py: _FeaturesKind.judge",
        within=r'"enabled": (?:True|False)',
        reason=Reason.DEFAULT,
    ),
    # No other engine has logical databases.
    Explained(
        where="kinds/logical_databases.py: _unfit",
        within=r"(?<=engine), ?(?:64|65|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    Explained(
        where="kinds/logical_databases.py: _LogicalDatabasesKind.check",
        within=r"(?<=RESERVED\.get\(engine), ?(?:\(\)|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    # bool(None) is False.
    Explained(
        where="kinds/retention_policies.py: _RetentionPoliciesKind.requests",
        within=r'(?<="default"), ?(?:False|None)?(?=\))',
        reason=Reason.DEFAULT,
    ),
    # One suggestion is shown, however many are found.
    Explained(
        where="kinds/extension_rules.py: _uncreatable",
        within=r" ?n=[12],",
        reason=Reason.AMOUNT,
    ),
    # Words and numbers take turns: what stands in for one is compared with its like only.
    Explained(
        where="kinds/extension_rules.py: _natural",
        within=r'"(?:XXXX)?"|(?<=\()[01](?=, part)',
        reason=Reason.SAME,
    ),
    # None is taken for 0 there.
    Explained(
        where="plan/diff.py: _differences",
        within=r"(?<=threshold_to_diff_deeper=)(?:0|None)",
        reason=Reason.SAME,
    ),
    # An override has one equals sign, or is none.
    Explained(
        where="plan/explain.py: _of_a_part",
        within=r'r?(?=partition)|(?<=override or )"(?:XXXX)?"',
        reason=Reason.SAME,
    ),
    # No signature is the HMAC of anything, however it is spelled.
    Explained(
        where="plan/plan_file.py: is_signed_with",
        within=r'(?<=signature or )"(?:XXXX)?"',
        reason=Reason.SAME,
    ),
    # What is pending about an action blocks it before its live side is looked for.
    Explained(
        where="plan/precondition.py: _live",
        within=r"\(?isinstance\(entry, Pending\)\)?(?: and False)?|(?<=is not None\)),(?: None)?",
        reason=Reason.NEVER,
    ),
    # No field that a change asks for is None.
    Explained(
        where="plan/precondition.py: is_due",
        within=r"(?<=missing = )(?:object\(\)|None)|(?<=part\.field), ?(?:missing|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    # What a deletion is about was not deleted before by the same run.
    Explained(
        where="plan/precondition.py: _after",
        within=r"(?<=live\.get\(name), ?(?:change\.before|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    # The same change is made the same way, by the tool or by hand.
    Explained(
        where="plan/local_specs.py: _done_by",
        within=r"(?<=type\()(?:entry|None)(?=\))",
        reason=Reason.SAME,
    ),
    # Backups alone are refused in part, and they tell all of the state before.
    Explained(
        where="plan/items.py: _decide",
        within=r"(?<=change\.address\.name), ?(?:\{\}|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    # What is left of a deletion does not depend on changes of another name, or of another kind.
    Explained(
        where="plan/precondition.py: _after",
        within=r"(?<=earlier\.address )[!=]=(?= change)|(?<=concerns )(?:and|or)(?= earlier)",
        reason=Reason.AMOUNT,
    ),
    # Each list has as many as the other.
    Explained(
        where="apply/estimate.py: estimate",
        within=r"(?<=running,)(?: strict=\w+)?(?=\))",
        reason=Reason.NEVER,
    ),
    Explained(
        where="apply/replay.py: _damaged",
        within=r"(?<=ends,)(?: strict=\w+)?(?=\))",
        reason=Reason.NEVER,
    ),
    # What is no text is damaged as well, by the exception.
    Explained(
        where="apply/replay.py: _line",
        within=r"(?<=_damaged\()(?:text\.decode\(\)|None)(?=\))",
        reason=Reason.SAME,
    ),
    Explained(
        where="apply/replay.py: _Told._understand",
        within=r"(?<=ValueError\().*(?=\))",
        reason=Reason.UNTOLD,
    ),
    # The character itself is no letter, and none of a name.
    Explained(
        where="kinds/logical_databases.py: _size_in_folder",
        within=r"(?<=char )<=?(?= .\\u(?:0590|2000))",
        reason=Reason.SAME,
    ),
    Explained(
        where="kinds/logical_databases.py: _unfit_for_mysql",
        within=r"(?<=char )>=?(?= _LAST)",
        reason=Reason.SAME,
    ),
    # What is compared there is always live: a kind's only element.
    Explained(
        where="plan/precondition.py: _difference",
        within=r"(?<=conflict is None) or not conflict\.now (?:or|and) (?=not conflict)",
        reason=Reason.NEVER,
    ),
    # The protocol's own default, and that of the executor which does not look at it.
    Explained(
        where="apply/execute.py: *execute",
        within=r"(?<=finish: bool = )(?:True|False)",
        reason=Reason.DEFAULT,
    ),
    # None is taken for False there.
    Explained(
        where="apply/journal.py: Journal.complete",
        within=r"(?<=values,)(?: flush=\w+)?(?=\))|(?<=flush=)(?:False|None)",
        reason=Reason.AMOUNT,
    ),
    # 64 MiB and a byte or two are no size of a journal, nor of a lock.
    Explained(
        where="apply/replay.py: _content",
        within=r"(?<=read_at_most\()[^)]*(?=\))|>=?(?= _LARGEST)",
        reason=Reason.AMOUNT,
    ),
    Explained(
        where="apply/locks.py: _locked",
        within=r"(?<=file\.read\()[^)]*(?=\))",
        reason=Reason.AMOUNT,
    ),
    Explained(
        where="apply/loop.py: Loop.run",
        within=r"(?<=max_workers=)(?:self\.workers|None)",
        reason=Reason.AMOUNT,
    ),
    Explained(
        where="apply/locks.py: Locks.__exit__",
        within=r"(?<=suppress\()(?:OSError|None)(?=\))",
        reason=Reason.UNTOLD,
    ),
    # What is written next begins at the first byte.
    Explained(
        where="apply/locks.py: Locks._sign",
        within=r"(?<=ftruncate\(descriptor, )[01](?=\))",
        reason=Reason.SAME,
    ),
    # Python closes what it opens on exec anyway, and no pipe has the name of a lock.
    Explained(
        where="apply/locks.py: _locked",
        within=r"(?<=O_NONBLOCK )[|&](?= os\.O_CLOEXEC)",
        reason=Reason.SAME,
    ),
    # An action that is ready is in the plan of the last look.
    Explained(
        where="apply/loop.py: _required_now",
        within=r"(?<=action\.key\)), ?(?:\(\)|None)?(?=\))",
        reason=Reason.DEFAULT,
    ),
    # A spec that names another addon counts before a loss only.
    Explained(
        where="plan/claims.py: Specs.candidates",
        within=r"\(?\bloses\b\)?(?: or True)?(?= else)",
        reason=Reason.AMOUNT,
    ),
    # A journal more or less, or a second.
    Explained(
        where="apply/history.py: Index.prune",
        within=r"(?<=age )>=?(?= KEPT_FOR)|(?<=place )(?:>=?|<=?)(?= (?:MOST|LEAST))",
        reason=Reason.AMOUNT,
    ),
    # Neither is a mapping.
    Explained(
        where="apply/history.py: Index.read",
        within=r'(?<=runs: object = )(?:None|"")',
        reason=Reason.SAME,
    ),
    # The file has been read a moment before, in a folder that is ours.
    Explained(
        where="apply/history.py: Index.prune",
        within=r"(?<=suppress\()(?:OSError|None)(?=\))",
        reason=Reason.UNTOLD,
    ),
    # Any name will do that no address has.
    Explained(
        where="apply/open_ends.py: _all_open",
        within=r'(?<=database=)(?:""|None|"XXXX")',
        reason=Reason.SAME,
    ),
    Explained(
        where="apply/open_ends.py: _live",
        within=r'(?<=\()"(?:XX)?\?(?:XX)?"(?=, handle)',
        reason=Reason.SAME,
    ),
    # What is not `report` keeps.
    Explained(
        where="kinds/extensions.py: _ExtensionsKind.by_sql",
        within=r"(?<=others=)(?:Others\.KEEP|None)",
        reason=Reason.SAME,
    ),
    # How few specs are asked about one by one.
    Explained(
        where="plan/claims.py: _spelled_otherwise",
        within=r"(?<=return otherwise if ).+(?= else \(\))",
        reason=Reason.AMOUNT,
    ),
    # No call equals a text.
    Explained(
        where="kinds/engine_version.py: _EngineVersionKind.look_up",
        within=r'(?<=Call \| None = )(?:None|"")',
        reason=Reason.SAME,
    ),
    # The id of a run has one hyphen.
    Explained(where="apply/*: _began", within=r"r?(?=partition)", reason=Reason.SAME),
    # Only a line that settles names a run.
    Explained(where="apply/replay.py: _damaged", within=r"r?(?=partition)", reason=Reason.SAME),
    # The version of a format has one point.
    Explained(where="apply/replay.py: replay", within=r"r?(?=partition)", reason=Reason.SAME),
    Explained(
        where="apply/replay.py: _resolution",
        within=r"(?<=ValueError\().*(?=\))",
        reason=Reason.UNTOLD,
    ),
    # None is taken for False there.
    Explained(
        where="apply/journal.py: Journal.__init__",
        within=r"(?<=_torn = )(?:False|None)",
        reason=Reason.SAME,
    ),
)
