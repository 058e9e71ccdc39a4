"""Who runs a server: PostgreSQL refuses root, and every server ends with its keeper."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from functools import cache
from pathlib import Path

from attrs import frozen

from scalingo_sandbox.servers.server import ServerError

_NOBODY = "nobody"


@frozen(kw_only=True)
class Guise:
    """Words before a command that make it another user's; the owner that its files need, if any."""

    words: tuple[str, ...] = ()
    owner: int | None = None

    def own(self, folder: Path) -> None:
        """Give a folder and what lies in it directly to the user; whoever copied it kept the rest."""
        if self.owner is None:
            return
        folder.parent.chmod(0o711)
        for path in (folder, *folder.iterdir()):
            os.chown(path, self.owner, -1)


def guise(*, refuses_root: bool) -> Guise:
    """Who is to run a program. Raises ServerError where root may be no one else."""
    return _nobody() if refuses_root and os.getuid() == 0 else Guise()


def bound(argv: tuple[str, ...], end: signal.Signals) -> tuple[str, ...]:
    """Make a command end by a signal when its parent dies, even by force.

    The kernel forgets that with a change of user: it comes after the words of a guise.
    """
    return ("setpriv", "--pdeathsig", end.name.removeprefix("SIG"), *argv)


@cache
def _nobody() -> Guise:
    try:
        uid = pwd.getpwnam(_NOBODY).pw_uid
    except KeyError:
        raise ServerError(f"PostgreSQL refuses root, and there is no user {_NOBODY!r}") from None
    # The first keeps root's access to files, and needs no files of another owner.
    inside = Guise(words=("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}"))
    outside = Guise(
        words=("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"), owner=uid
    )
    for candidate in (inside, outside):
        if _works(candidate):
            return candidate
    raise ServerError(
        "PostgreSQL refuses root, and neither unshare (user namespaces) nor setpriv can run it as"
        f" {_NOBODY!r} here; run the sandbox as an ordinary user"
    )


def _works(candidate: Guise) -> bool:
    try:
        subprocess.run(  # noqa: S603 - our own words
            [*candidate.words, "true"], check=True, capture_output=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True
