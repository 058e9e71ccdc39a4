"""What a server says, as a message may have it: without the connection string, and not too long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_HIDDEN = "[hidden]"
# The password as a URI spells it, up to the last @ before its path.
_IN_URI = re.compile(r"[a-z]+://[^:/?#]*:(?P<password>[^/?#]*)@")
# The parameters of libpq whose values are secrets.
_SECRET = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
_LONGEST = 100
"""Characters of a name or a version: those of PostgreSQL's own have 63 at most."""


def cut(text: str, *, longest: int = _LONGEST) -> str:
    """The text, or its first characters and a mark."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def quoted(text: str) -> str:
    """The text cut, in quotes, with all that does not print as escapes."""
    return repr(cut(text))


class Hider:
    """Takes a connection string and its secrets out of texts; it shows none of them itself."""

    def __init__(self, dsn: str, parameters: Mapping[str, object]) -> None:
        secrets = {str(parameters[name]) for name in _SECRET if parameters.get(name)}
        if found := _IN_URI.match(dsn):
            secrets.add(found["password"])
        logins = {f"{parameters.get('user')}:{secret}" for secret in secrets}
        whole = {dsn, *logins, *secrets}
        spellings = {spelling for one in whole for spelling in (one, quote(one), quote(one, ""))}
        # The longest first: one may be a part of another.
        self._spellings = sorted(spellings - {""}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of every secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, _HIDDEN)
        return text
