"""Who we are: the API token, the account token it is exchanged for, a token per addon.

All live in memory only, are shared by all threads, and are made by one request however many ask.
Source: the wire contract, "Hosts and credentials".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from reconcile.api.answers import document_of, rooted
from reconcile.api.once import Once
from reconcile.api.routes import ADDON_TOKEN, EXCHANGE, Answer, Request
from reconcile.api.secret import Credential
from reconcile.api.transport import Transport
from reconcile.errors import AccessError, AnswerError, CredentialsError
from reconcile.model.engine import Engine
from reconcile.model.text import safe_text

VARIABLE = "SCALINGO_API_TOKEN"
_LIFE = 3600.0
_MARGIN = 300.0
_UNAUTHORIZED = 401


def api_token(environment: Mapping[str, str]) -> Credential:
    """The API token of the environment. Raises CredentialsError where there is none or no token."""
    token = environment.get(VARIABLE, "").strip()
    if not token:
        raise CredentialsError(
            f"no API token: set {VARIABLE} to one, made in the provider's dashboard under"
            " profile, API tokens"
        )
    return Credential.basic(token)


@frozen(kw_only=True)
class Pass:
    """A token with the time, in seconds since the epoch, at which it ends."""

    credential: Credential
    ends: float

    def serves(self, now: float) -> bool:
        """Whether five minutes of it are left."""
        return self.ends - now >= _MARGIN


@frozen(kw_only=True)
class Grant:
    """What the provider says of an addon when it gives a token for it."""

    token: Pass
    addon: str
    resource_id: str
    engine: Engine | None
    plan: str | None


class Account:
    """The account token: good for the auth and API hosts. Thread safe."""

    def __init__(self, *, transport: Transport, auth: str, token: Credential) -> None:
        clock = transport.clock
        self._transport = transport
        self._request = Request(route=EXCHANGE, base=auth, document={}, credential=token)
        self._tokens: Once[str, Pass] = Once(
            self._exchange, clock=clock, fresh=lambda token: token.serves(clock.now())
        )

    def send(self, request: Request) -> Answer:
        """Send a request in the account's name, once more with a new token after a 401."""
        token = self._tokens.get("")
        answer = self._transport.send(evolve(request, credential=token.credential))
        if answer.status != _UNAUTHORIZED:
            return answer
        self._tokens.discard("", token)
        return self._transport.send(evolve(request, credential=self._tokens.get("").credential))

    def _exchange(self, _key: str) -> Pass:
        """Raises CredentialsError where the API token is refused."""
        now = self._transport.clock.now()
        answer = self._transport.send(self._request)
        try:
            document = document_of(answer)
        except AccessError as error:
            raise CredentialsError(f"{error}: check {VARIABLE}") from None
        credential = _credential(self._request, document)
        return Pass(credential=credential, ends=now + _life(credential.secret, now))


class AddonTokens:
    """A token per addon, good for the database API. Thread safe."""

    def __init__(self, *, transport: Transport, account: Account) -> None:
        clock = transport.clock
        self._transport = transport
        self._account = account
        self._grants: Once[tuple[str, str, str], Grant] = Once(
            self._ask, clock=clock, fresh=lambda grant: grant.token.serves(clock.now())
        )

    def grant(self, *, api: str, app: str, addon: str) -> Grant:
        """What the provider says of an addon, with a token that is good for five minutes more."""
        return self._grants.get((api, app, addon))

    def send(self, request: Request, *, api: str, app: str, addon: str) -> Answer:
        """Send a request in the addon's name, once more with a new token after a 401."""
        key = (api, app, addon)
        grant = self._grants.get(key)
        answer = self._transport.send(evolve(request, credential=grant.token.credential))
        if answer.status != _UNAUTHORIZED:
            return answer
        self._grants.discard(key, grant)
        renewed = self._grants.get(key).token.credential
        return self._transport.send(evolve(request, credential=renewed))

    def _ask(self, key: tuple[str, str, str]) -> Grant:
        api, app, addon = key
        now = self._transport.clock.now()
        request = Request(
            route=ADDON_TOKEN, base=api, parameters={"app": app, "addon": addon}, document={}
        )
        document = rooted(self._account.send(request), "addon")
        if not isinstance(document, dict):
            raise AnswerError(f"{request}: answered an addon that is no object")
        if (document.get("id") or addon) != addon:
            raise AnswerError(f"{request}: answered a token for another addon")
        token = Pass(credential=_credential(request, document), ends=now + _LIFE)
        return Grant(
            token=token,
            addon=addon,
            resource_id=_text(document.get("resource_id")) or "",
            engine=engine_of(document),
            plan=_text(_inner(document, "plan").get("name")),
        )


def engine_of(addon: Mapping[str, Any]) -> Engine | None:
    """The engine of an addon by its provider's id, None if it is none that we know."""
    return Engine.parse(_text(_inner(addon, "addon_provider").get("id")) or "")


def _inner(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return safe_text(value) if isinstance(value, str) else None


def _credential(request: Request, document: Mapping[str, Any]) -> Credential:
    """The token of an answer. Raises AnswerError, which shows nothing of it."""
    token = document.get("token")
    try:
        return Credential.bearer(token if isinstance(token, str) else "")
    except CredentialsError:
        raise AnswerError(f"{request}: answered without a usable token") from None


def _life(token: str, now: float) -> float:
    """Seconds for which a JWT is good: read, not verified, for only its issuer has the key.

    The shorter one of what `iat` and what this machine's clock make of `exp`; where that clock says
    that it is over, `iat` alone, and without one an hour, the usual life.
    """
    try:
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        ends = float(payload["exp"])
        lives = [ends - now, ends - float(payload.get("iat", now))]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return _LIFE
    return min((life for life in lives if life > 0), default=_LIFE)
