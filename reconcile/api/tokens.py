"""Tokens with the time at which they end, and what the provider said when it gave them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reconcile.api.secret import Credential
from reconcile.errors import CredentialsError
from reconcile.model.engine import Engine
from reconcile.model.state import RUNNING

LIFE = 3600.0
"""Seconds for which the provider's tokens are good (the wire contract)."""

_MARGIN = 300.0


@frozen(kw_only=True)
class AccessToken:
    """A token with the time, in seconds since the epoch, at which it ends."""

    credential: Credential
    ends: float

    def serves(self, now: float) -> bool:
        """Whether five minutes of it are left."""
        return self.ends - now >= _MARGIN

    @property
    def is_kept(self) -> bool:
        """Whether later runs may use it."""
        return True

    def document(self) -> dict[str, str | None]:
        """All but its end, as it is kept on disk; it holds the token."""
        return {"token": self.credential.secret}


@frozen(kw_only=True)
class Grant(AccessToken):
    """A token for an addon, and what the provider said of the addon when it gave it.

    Later runs use it only where the addon's status was `running`, so that they see its end.
    """

    addon: str
    resource_id: str
    engine: Engine | None
    plan: str | None
    status: str = RUNNING

    @property
    def is_kept(self) -> bool:
        """Whether later runs may use it."""
        return self.status == RUNNING

    def document(self) -> dict[str, str | None]:
        """All but its end, as it is kept on disk; it holds the token."""
        return {
            **super().document(),
            "addon": self.addon,
            "resource_id": self.resource_id,
            "engine": self.engine and self.engine.value,
            "plan": self.plan,
        }


def load_token(document: Mapping[str, Any], ends: float) -> AccessToken | None:
    """The token that a document from the disk holds, None where it holds none."""
    try:
        return AccessToken(credential=_bearer(document), ends=ends)
    except (ValueError, KeyError, CredentialsError):
        return None


def load_grant(document: Mapping[str, Any], ends: float) -> Grant | None:
    """The grant that a document from the disk holds, None where it holds none."""
    try:
        engine, plan = document["engine"], document["plan"]
        return Grant(
            credential=_bearer(document),
            ends=ends,
            addon=_text(document["addon"]),
            resource_id=_text(document["resource_id"]),
            engine=None if engine is None else Engine(engine),
            plan=None if plan is None else _text(plan),
        )
    except (ValueError, KeyError, CredentialsError):
        return None


def _bearer(document: Mapping[str, Any]) -> Credential:
    return Credential.bearer(_text(document["token"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - as for any other value that is none of ours
    return value


def life_of(token: str, now: float) -> float:
    """Seconds for which a JWT is good: read, not verified, for only its issuer has the key.

    The shorter one of what `iat` and what this machine's clock make of `exp`; where that clock says
    that it is over, `iat` alone, and without one an hour, the usual life.
    """
    try:
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        ends = float(payload["exp"])
        lives = [ends - now, ends - float(payload.get("iat", now))]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return LIFE
    return min((life for life in lives if life > 0), default=LIFE)
