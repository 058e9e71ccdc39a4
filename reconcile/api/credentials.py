"""An account's tokens: the one that its API token is exchanged for, and one per addon.

All threads share them, and one request makes each however many ask.
Source: the wire contract, "Hosts and credentials".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from reconcile.api.answers import document_of, rooted
from reconcile.api.identity import ApiToken
from reconcile.api.routes import ADDON_TOKEN, EXCHANGE, Answer, Request
from reconcile.api.secret import Credential
from reconcile.api.store import Store
from reconcile.api.token_cache import TokenCache
from reconcile.api.tokens import LIFE, AccessToken, Grant, life_of, load_grant, load_token
from reconcile.api.transport import Transport
from reconcile.errors import AccessError, AnswerError, CredentialsError
from reconcile.model.engine import Engine
from reconcile.model.state import RUNNING
from reconcile.model.target import Hosts
from reconcile.model.text import safe_text


class Account:
    """The account token: good for the auth and API hosts. Thread safe."""

    def __init__(self, *, transport: Transport, auth: str, token: ApiToken, store: Store) -> None:
        self._transport = transport
        self._remedy = token.remedy
        self._request = Request(route=EXCHANGE, base=auth, document={}, credential=token.credential)
        self._tokens: TokenCache[str, AccessToken] = TokenCache(
            transport=transport,
            store=store,
            ask=self._exchange,
            load=load_token,
            facts=lambda _key: {"kind": "account"},
        )

    def in_hand(self) -> bool:
        """Whether a token was kept, so that none need be asked for; no request."""
        return self._tokens.kept("") is not None

    def send(self, request: Request) -> Answer:
        """Send a request in the account's name, once more with a new token after a 401."""
        return self._tokens.send(request, "")

    def _exchange(self, _key: str, /, *, finish: bool) -> AccessToken:
        """Raises CredentialsError where the API token is refused."""
        now = self._transport.clock.now()
        answer = self._transport.send(evolve(self._request, finish=finish))
        try:
            document = document_of(answer)
        except AccessError as error:
            raise CredentialsError(f"{error}: {self._remedy}") from None
        credential = _credential(self._request, document)
        return AccessToken(credential=credential, ends=now + life_of(credential.secret, now))


class AddonTokens:
    """A token per addon, good for the database API. Thread safe."""

    def __init__(self, *, transport: Transport, account: Account, store: Store) -> None:
        self._clock = transport.clock
        self._account = account
        self._tokens: TokenCache[tuple[Hosts, str, str], Grant] = TokenCache(
            transport=transport, store=store, ask=self._ask, load=load_grant, facts=_facts
        )

    def in_hand(self, hosts: Hosts, *, app: str, addon: str) -> bool:
        """Whether a token was kept, so that none need be asked for; no request."""
        return self._tokens.kept((hosts, app, addon)) is not None

    def grant(self, hosts: Hosts, *, app: str, addon: str, finish: bool = False) -> Grant:
        """What the provider says of an addon, with a token that is good for five minutes more."""
        return self._tokens.get((hosts, app, addon), finish=finish)

    def send(self, request: Request, hosts: Hosts, *, app: str, addon: str) -> Answer:
        """Send a request in the addon's name, once more with a new token after a 401."""
        return self._tokens.send(request, (hosts, app, addon))

    def _ask(self, key: tuple[Hosts, str, str], /, *, finish: bool) -> Grant:
        hosts, app, addon = key
        now = self._clock.now()
        request = Request(
            route=ADDON_TOKEN,
            base=hosts.api,
            parameters={"app": app, "addon": addon},
            document={},
            finish=finish,
        )
        document = rooted(self._account.send(request), "addon")
        if not isinstance(document, dict):
            raise AnswerError(f"{request}: answered an addon that is no object")
        if (document.get("id") or addon) != addon:
            raise AnswerError(f"{request}: answered a token for another addon")
        return Grant(
            credential=_credential(request, document),
            ends=now + LIFE,
            addon=addon,
            resource_id=_text(document.get("resource_id")) or "",
            engine=engine_of(document),
            plan=_text(_inner(document, "plan").get("name")),
            status=safe_text(str(document.get("status") or RUNNING)),
        )


def _facts(key: tuple[Hosts, str, str]) -> dict[str, str]:
    """An addon's token goes to the hosts for which it was asked for, and to no others."""
    hosts, app, addon = key
    return {
        "kind": "addon",
        "api": hosts.api,
        "database": hosts.database,
        "app": app,
        "addon": addon,
    }


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
