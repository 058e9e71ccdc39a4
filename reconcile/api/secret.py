"""Tokens as values that do not show themselves."""

from __future__ import annotations

import base64
import hashlib
import re
from threading import Lock
from urllib.parse import quote

from attrs import field, frozen

from reconcile.errors import CredentialsError

# Visible ASCII: anything else could end a header line early, or be no token at all.
_TOKEN = re.compile(r"[!-~]{1,16384}")
_JWT = re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]+){1,2}")
_HIDDEN = "[hidden]"


@frozen(kw_only=True)
class Credential:
    """An `Authorization` header whose secret part shows in no repr.

    Raises CredentialsError, without the value, for what can be no token.
    """

    scheme: str
    secret: str = field(repr=False)

    @secret.validator
    def _check(self, _attribute: object, value: str) -> None:
        if not _TOKEN.fullmatch(value):
            raise CredentialsError("a token holds characters that no token has: copy it once more")

    @classmethod
    def bearer(cls, token: str) -> Credential:
        """A token that is sent as it is."""
        return cls(scheme="Bearer", secret=token)

    @classmethod
    def basic(cls, password: str) -> Credential:
        """A token that is sent as the password of a user without a name."""
        return cls(scheme="Basic", secret=password)

    def header(self) -> str:
        """The value of the header."""
        return f"{self.scheme} {self._sent()}"

    @property
    def digest(self) -> str:
        """The SHA-256 of the token, to tell one from another without keeping it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def spellings(self) -> frozenset[str]:
        """How it is sent, how it was given, and both as they are written in an address."""
        plain = (self._sent(), self.secret)
        return frozenset(
            spelling for one in plain for spelling in (one, quote(one), quote(one, safe=""))
        )

    def _sent(self) -> str:
        if self.scheme == "Bearer":
            return self.secret
        return base64.b64encode(f":{self.secret}".encode()).decode()


class Secrets:
    """The credentials that were used so far, to be taken out of whatever is shown. Thread safe."""

    def __init__(self) -> None:
        self._used: set[Credential] = set()
        self._words: frozenset[str] = frozenset()
        self._lock = Lock()

    def keep(self, credential: Credential) -> None:
        """Remember a credential."""
        with self._lock:
            self._used.add(credential)

    def keep_words(self, words: frozenset[str]) -> None:
        """Remember secrets besides the credentials for the provider."""
        with self._lock:
            self._words |= words

    def hide(self, text: str) -> str:
        """Take every credential, and anything of the form of a JWT, out of a text."""
        with self._lock:
            spellings = [*self._words, *(one for used in self._used for one in used.spellings())]
        # The longest first: one may be a part of another.
        for spelling in sorted(spellings, key=len, reverse=True):
            text = text.replace(spelling, _HIDDEN)
        return _JWT.sub(_HIDDEN, text)
