"""The credentials of the three hosts and of the sandbox's own door."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from typing import Any

import jwt
from attrs import field, frozen
from jwt.types import Options

from scalingo_sandbox.clock import Clock
from scalingo_sandbox.errors import ApiError, forbidden, unauthorized

_ALGORITHM = "HS256"
_USER = "api"
_ADDON = "database"
_LINK = "link"
# PyJWT would compare with the machine's clock, which need not be the sandbox's.
_UNTIMED: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}


@frozen(kw_only=True)
class Tokens:
    """The API token that is exchanged, and the JWTs made from it, each living `life` seconds."""

    api_token: str
    life: int
    now: Clock = time.time
    # Another key at every start: a token of an earlier sandbox is worth nothing.
    key: bytes = field(factory=lambda: secrets.token_bytes(32), repr=False)

    def for_user(self) -> str:
        """Make the JWT of the API host."""
        return self._mint(audience=_USER, subject="sandbox-user")

    def for_addon(self, addon_id: str) -> str:
        """Make the JWT of the database API, good for one database only."""
        return self._mint(audience=_ADDON, subject=addon_id)

    def for_link(self, path: str) -> str:
        """Make the token of a link, good for one path only."""
        return self._mint(audience=_LINK, subject=path)

    def _mint(self, *, audience: str, subject: str) -> str:
        now = int(self.now())
        claims = {
            "iss": "sandbox",
            "aud": audience,
            "sub": subject,
            "iat": now,
            "exp": now + self.life,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self.key, algorithm=_ALGORITHM)

    def check_basic(self, authorization: str | None) -> None:
        """Refuse anything but HTTP Basic with an empty user and the API token as password."""
        try:
            decoded = base64.b64decode(_credentials(authorization, "basic"), validate=True)
        except ValueError:
            raise unauthorized("the Authorization header is not HTTP Basic") from None
        user, _, password = decoded.partition(b":")
        if user or not hmac.compare_digest(password, self.api_token.encode()):
            raise unauthorized("invalid API token")

    def check_user(self, authorization: str | None) -> None:
        """Refuse anything but a living JWT of the API host."""
        self._verified(_credentials(authorization, "bearer"), _USER)

    def check_database(self, authorization: str | None, addon_id: str) -> None:
        """Refuse a JWT that is not good for this very database (401, or 403 for another's)."""
        if self.addon_of(authorization) not in (None, addon_id):
            raise forbidden("this token is for another database", code="wrong_database")

    def addon_of(self, authorization: str | None) -> str | None:
        """Return the database that a living JWT is for: None for a user's, good for every one.

        The database host takes the tokens of addons. The API host serves the same paths, and takes
        those of users there; both hosts are this server.
        """
        claims = self._verified(_credentials(authorization, "bearer"), _ADDON, _USER)
        return str(claims["sub"]) if claims["aud"] == _ADDON else None

    def check_link(self, token: str, path: str) -> None:
        """Refuse anything but a living token of a link to this very path."""
        if self._verified(token, _LINK)["sub"] != path:
            raise unauthorized("this link leads elsewhere")

    def check_door(self, authorization: str | None) -> None:
        """Refuse anything but the API token itself as Bearer."""
        given = _credentials(authorization, "bearer").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self.api_token.encode()):
            raise unauthorized("the sandbox's own door takes the API token as Bearer")

    def _verified(self, token: str, *audiences: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self.key, algorithms=[_ALGORITHM], audience=audiences, options=_UNTIMED
            )
        except jwt.InvalidTokenError:
            raise unauthorized("invalid token") from None
        if claims["exp"] <= self.now():
            raise unauthorized("the token has expired")
        return claims


def _credentials(authorization: str | None, scheme: str) -> str:
    given, _, credentials = (authorization or "").partition(" ")
    if given.lower() != scheme:
        raise _challenge(scheme)
    return credentials.strip()


def _challenge(scheme: str) -> ApiError:
    return unauthorized(f"an Authorization header with the scheme {scheme.capitalize()} is needed")
