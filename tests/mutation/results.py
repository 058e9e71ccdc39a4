"""What mutmut left in `mutants/`: each mutant, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

FOLDER = Path("mutants")
PACKAGE = "reconcile"
_KILLED = {"killed", "timeout", "segfault"}
_UNTRIED = {"not checked", "check was interrupted by user", "skipped"}


@frozen(kw_only=True)
class Mutant:
    """A change of the source that mutmut tried.

    `status` is mutmut's word. `path` begins at the package's folder.
    """

    name: str
    path: Path
    status: str

    @property
    def room(self) -> str:
        """The room that it is in."""
        return self.path.parts[1]

    @property
    def where(self) -> str:
        """The place, as `room/module.py: function`."""
        function, owner = orig_function_and_class_names_from_key(self.name)
        called = function if owner is None else f"{owner}.{function}"
        return f"{self.path.relative_to(PACKAGE)}: {called}"

    @property
    def killed(self) -> bool:
        """Whether the tests noticed; one that never ends counts."""
        return self.status in _KILLED

    @property
    def tried(self) -> bool:
        """Whether there is a verdict; it lives as well where no test calls it."""
        return self.status not in _UNTRIED

    def changed(self) -> tuple[str, ...]:
        """The lines that it takes out and puts in, each with its sign."""
        lines = get_diff_for_mutant(self.name, path=self.path).splitlines()[2:]
        return tuple(line for line in lines if line[:1] in {"+", "-"})


def mutants() -> Iterator[Mutant]:
    """All that were tried, by file. Raises FileNotFoundError where there was no run."""
    if not FOLDER.is_dir():
        raise FileNotFoundError(f"{FOLDER} is missing: run mutmut first, as make mutation does")
    for written in sorted((FOLDER / PACKAGE).rglob("*.py.meta")):
        path = written.relative_to(FOLDER).with_suffix("")
        found = SourceFileMutationData(path=path)
        found.load()
        for name, exit_code in found.exit_code_by_key.items():
            yield Mutant(name=name, path=path, status=status_by_exit_code[exit_code])
