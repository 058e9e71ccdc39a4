"""TypeScript: do answers have the types that the provider's client gives its functions?"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import frozen
from clients.javascript import MODULES, NODE

_PREAMBLE = """\
import { Client } from "scalingo";
import { AddonSso, Addon } from "scalingo/lib/models/regional/addons";
import { DashboardDatabase, DatabaseAddonProvider } from "scalingo/lib/models/regional/databases";

// A literal `as const` has no array that can be written to, and its strings are of one value.
type Fixed<T> =
  T extends readonly (infer Member)[] ? readonly Fixed<Member>[]
  : T extends object ? { readonly [Key in keyof T]: Fixed<T[Key]> }
  : T;
// The documents embed three keys of the provider in an addon; so does the type of databases.
type Short<T> = Fixed<Omit<T, "addon_provider"> & { addon_provider: DatabaseAddonProvider }>;
type Answer<F extends (...given: never[]) => unknown> = Fixed<Awaited<ReturnType<F>>>;
"""
# Where a field is null the types mostly say text; the service answers null there as well.
_OPTIONS = (
    *(
        "--noEmit",
        "--strict",
        "--strictNullChecks",
        "false",
        "--noImplicitAny",
        "false",
        "--skipLibCheck",
    ),
    *("--target", "es2020", "--module", "commonjs", "--moduleResolution", "node"),
)


@frozen
class Typed:
    """An answer, and its type: by default what the function of that name promises."""

    function: str
    answer: Any
    type: str | None = None

    def declaration(self, number: int) -> str:
        """Write the answer as TypeScript that compiles if it has its type."""
        group, name = self.function.split(".")
        wanted = self.type or f'Answer<Client["{group}"]["{name}"]>'
        literal = json.dumps(self.answer)
        return (
            f"const answer{number} = {literal} as const;\n"
            f"export const typed{number}: {wanted} = answer{number}; // {self.function}\n"
        )


def type_errors(answers: Iterable[Typed], folder: Path) -> str:
    """Compile the answers with their types in a folder; return what TypeScript objects to."""
    (folder / "node_modules").symlink_to(MODULES)
    text = "".join(answer.declaration(number) for number, answer in enumerate(answers))
    (folder / "answers.ts").write_text(_PREAMBLE + text, encoding="utf-8")
    command = [str(NODE), str(MODULES / "typescript" / "lib" / "tsc.js"), *_OPTIONS, "answers.ts"]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (finished.returncode == 0) == (not finished.stdout), finished
    return finished.stdout
