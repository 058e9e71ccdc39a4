"""Which commit the specs of a folder are of: asked of git, which may not be there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reconcile.model.history import Commit

_SECONDS = 2.0
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

# Nothing of the repository's choice is run, nothing is written, and no question is asked.
_SAFELY = ("--no-optional-locks", "-c", "core.fsmonitor=false")
_HEAD = (*_SAFELY, "rev-parse", "--verify", "--quiet", "HEAD")
_STATUS = (*_SAFELY, "status", "--porcelain", "--untracked-files=normal", "--", ".")
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}

# All that git may know of us: where programs are, and its own settings. No token is among it, and
# no GIT_… variable that would have it look at another repository.
_PASSED = ("PATH", "HOME", "XDG_CONFIG_HOME")


def commit_of(path: Path, environment: Mapping[str, str]) -> Commit | None:
    """The commit that a file or folder of specs is of; None where there is none to tell.

    It is dirty where something in that folder is not committed, new files included. `environment`
    is that of the process.
    """
    git = shutil.which("git", path=environment.get("PATH", ""))
    if git is None or not Path(git).is_absolute():
        return None
    folder = path if path.is_dir() else path.parent
    passed = {name: environment[name] for name in _PASSED if name in environment}
    ident = _answer([git, *_HEAD], folder, passed)
    if ident is None or not _ID.fullmatch(ident.strip()):
        return None
    status = _answer([git, *_STATUS], folder, passed)
    return None if status is None else Commit(id=ident.strip(), dirty=bool(status))


def _answer(command: list[str], folder: Path, environment: Mapping[str, str]) -> str | None:
    """What git answers; None where it fails or takes too long."""
    try:
        answer = subprocess.run(  # noqa: S603 - our words, and a path of ours
            command,
            cwd=folder,
            env={**environment, **_QUIET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return answer.stdout.decode(errors="replace")
