"""Connection strings: a spec says where one is found; here it is fetched, and hides itself.

A spec may come from a merge request. So it reads only what the person who runs the tool has opened to
specs: variables listed in RECONCILE_ENV_ALLOW, files below RECONCILE_SECRETS_DIR.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from attrs import field, frozen

from reconcile.errors import UnusableConnectionError
from reconcile.model.postgresql import is_reference

ALLOWED = "RECONCILE_ENV_ALLOW"
DIRECTORY = "RECONCILE_SECRETS_DIR"
_CREDENTIALS = frozenset({"SCALINGO_API_TOKEN", "DB_BEARER_TOKEN"})
_OURS = "RECONCILE_"
_FILES_OF_LIBPQ = (
    "PGPASSFILE",
    "PGSERVICEFILE",
    "PGSSLCERT",
    "PGSSLCRL",
    "PGSSLKEY",
    "PGSSLROOTCERT",
)
"""Variables by which libpq finds files; it waits for a pipe without an end."""


@frozen(kw_only=True)
class Dsn:
    """A connection string that shows in no repr, and the reference that stands for it.

    It is what libpq takes, a URI or `key=value` words. Whoever wrote the secret is trusted: a
    `service`, a `passfile` or files for TLS that it names are read.
    """

    reference: str
    secret: str = field(repr=False)


def resolve(reference: str, environment: Mapping[str, str]) -> Dsn:
    """Fetch the connection string that `${env:NAME}` or `${file:PATH}` stands for.

    Raises UnusableConnectionError, which names the variable or the file and quotes nothing of it.
    """
    if not is_reference(reference):
        # It is not quoted: it may be a connection string that somebody wrote there.
        raise UnusableConnectionError(
            "what the spec has in place of a reference to a connection string is none",
            hint="write ${env:NAME} or ${file:PATH}",
        )
    _check_files_of_libpq(environment)
    source, _, name = reference[2:-1].partition(":")
    fetch = _variable if source == "env" else _file
    secret = fetch(name, environment).rstrip("\r\n")
    return Dsn(reference=reference, secret=_checked(secret, reference))


def _check_files_of_libpq(environment: Mapping[str, str]) -> None:
    for name in _FILES_OF_LIBPQ:
        path = environment.get(name, "")
        if path and os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - pathlib raises for some
            raise UnusableConnectionError(
                f"{name} names {path!r}, which is not a regular file",
                hint="name another one or unset it",
            )


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if name in _CREDENTIALS or name.startswith(_OURS):
        raise UnusableConnectionError(
            f"the variable {name!r} is the tool's own, which no spec may name",
            hint="put the connection string into another one",
        )
    if name not in {word.strip() for word in environment.get(ALLOWED, "").split(",")}:
        raise UnusableConnectionError(
            f"the variable {name!r} is not open to specs", hint=f"list it in {ALLOWED}"
        )
    if name not in environment:
        raise UnusableConnectionError(
            f"the variable {name!r} is not set", hint="set it to the connection string"
        )
    return environment[name]


def _file(path: str, environment: Mapping[str, str]) -> str:
    directory = environment.get(DIRECTORY)
    if not directory:
        raise UnusableConnectionError(
            f"the file {path!r} is not open to specs",
            hint=f"set {DIRECTORY} to the directory that connection strings are in",
        )
    return read_below(Path(directory), path).decode(errors="surrogateescape")


def _unread(path: str, what: str, hint: str) -> UnusableConnectionError:
    return UnusableConnectionError(f"the file {path!r} {what}", hint=hint)


def _checked(secret: str, reference: str) -> str:
    if not secret.strip():
        raise UnusableConnectionError(
            f"{reference!r} is empty", hint="put the connection string there"
        )
    # Bytes that are no UTF-8 are surrogates here, in variables by Python's own doing.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in secret):
        raise UnusableConnectionError(
            f"{reference!r} is no text", hint="put a connection string there, in UTF-8"
        )
    return secret


LARGEST = 64 * 1024
"""The most bytes that such a file may have."""

# Links are followed beforehand, and none after that; no pipe is waited for.
_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_below(directory: Path, path: str) -> bytes:
    """The content of a regular file; `path` is relative to the directory, or absolute below it.

    Links are followed as long as they do not lead out. What leads out is refused in one sentence,
    whether it is there or not. Raises UnusableConnectionError.
    """
    outside = _unread(
        path, f"is not below {str(directory)!r}", "move it there, or name one that is"
    )
    if not _leads_down(directory, PurePath(path)):
        raise outside
    try:
        top = directory.resolve(strict=True)
        place = (directory / path).resolve()
        if not place.is_relative_to(top):
            raise outside
        return _content(path, top, place.relative_to(top).parts)
    except (OSError, RuntimeError) as error:  # the latter: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or "its links lead in a circle"
        hint = "it has to be a file that this user may read"
        raise _unread(path, f"cannot be read: {reason.lower()}", hint) from None


def _leads_down(directory: Path, path: PurePath) -> bool:
    """Whether a path is one below the directory as it is written: nothing is looked at for it."""
    inside = not path.is_absolute() or path.is_relative_to(directory.absolute())
    return inside and ".." not in path.parts


def _content(path: str, top: Path, parts: Sequence[str]) -> bytes:
    """Go down from `top` by descriptors: what was exchanged for a link meanwhile is not followed."""
    descriptor = os.open(top, _SAFELY | os.O_DIRECTORY)
    for index, part in enumerate(parts):
        directory = os.O_DIRECTORY if index < len(parts) - 1 else 0
        descriptor = _inside(descriptor, part, _SAFELY | directory)
    try:
        return _read(path, descriptor)
    finally:
        os.close(descriptor)


def _inside(directory: int, name: str, flags: int) -> int:
    """The descriptor of what a directory holds; that of the directory is closed."""
    try:
        return os.open(name, flags, dir_fd=directory)
    finally:
        os.close(directory)


def _read(path: str, descriptor: int) -> bytes:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise _unread(path, "is no regular file", "put the connection string into one")
    content = b""
    while len(content) <= LARGEST and (piece := os.read(descriptor, LARGEST)):
        content += piece
    if len(content) > LARGEST:
        hint = "put the connection string there, alone"
        raise _unread(path, f"is larger than {LARGEST // 1024} KiB", hint)
    return content
