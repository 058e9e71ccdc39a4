"""The login that the provider's own command-line tool has stored. Source: the wire contract.

Its file holds an API token per auth host; the tool writes the host's name without a port.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconcile.api.hosts import base_of
from reconcile.errors import CredentialsError
from reconcile.files import read_file

_LARGEST = 1 << 20


def login_file(environment: Mapping[str, str]) -> Path | None:
    """Where the tool stores its login; None where the environment names no home.

    In the home's `.config`; where XDG_CONFIG_HOME names another place and a login is there, there.
    """
    places = [
        Path(environment.get("HOME", ""), ".config"),
        Path(environment.get("XDG_CONFIG_HOME", "")),
    ]
    # The XDG specification: a path that is not absolute is to be ignored.
    files = [place / "scalingo" / "auth" for place in places if place.is_absolute()]
    return next(
        (file for file in reversed(files) if os.path.lexists(file)), next(iter(files), None)
    )


def stored_token(path: Path, auth: str) -> str | None:
    """The API token that was stored for an auth host; None where there is none for that very host.

    Raises CredentialsError, which names the file and quotes nothing of it, where it cannot be read
    or is of another form.
    """
    content = _content(path)
    if content is None:
        return None
    try:
        logins = json.loads(content)["auth_config_data"] or {}
        entries = [login for host, login in logins.items() if login and _is_for(host, auth)]
        tokens = [_token(login) for login in entries]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise _unusable(path, "is of a form that is not known here") from None
    return tokens[0] if tokens else None


def _content(path: Path) -> bytes | None:
    try:
        return read_file(path, _LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unusable(path, f"cannot be read: {(error.strerror or '').lower()}") from None


def _token(login: Mapping[str, Any]) -> str:
    token = login["tokens"]["token"]
    if not isinstance(token, str) or not token:
        raise ValueError("no token")
    return token


def _is_for(host: str, auth: str) -> bool:
    """Whether a key of the file means the auth host: its name alone, or all of its URL."""
    if "://" not in host and ":" not in host:
        return host.casefold() == urlsplit(auth).hostname
    try:
        return base_of(host if "://" in host else f"{urlsplit(auth).scheme}://{host}") == auth
    except ValueError:
        return False


def _unusable(path: Path, fault: str) -> CredentialsError:
    return CredentialsError(
        f"the login in {str(path)!r} {fault}: log in once more with the provider's command-line"
        " tool, or set SCALINGO_API_TOKEN"
    )
