"""A run with a ready token for one database, and no account: nothing is looked up or renewed.

Source: the API text, whose examples send `$DB_BEARER_TOKEN` to `$DB_API_URL`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from reconcile.api.answers import document_of
from reconcile.api.hosts import HostSettings
from reconcile.api.identity import READY_TOKEN, ReadyToken
from reconcile.api.routes import Answer, Request, Route
from reconcile.api.tokens import Grant, life_of
from reconcile.api.transport import Transport
from reconcile.errors import AccessError, ApiError
from reconcile.model.cost import InHand
from reconcile.model.request import RESOURCE
from reconcile.model.target import ADDON_ID, Hosts, Target
from reconcile.model.text import safe_text

_APP_ID = re.compile(r"[0-9a-f]{24}")
_SHOWN = 160
_OK = 200
_UNAUTHORIZED = 401
_RESOURCE = Route.of_call(RESOURCE)


class ByReadyToken:
    """What a ready token opens: one database on the database host. Thread safe.

    Raises UsageError where that host is not given.
    """

    def __init__(self, *, transport: Transport, settings: HostSettings, token: ReadyToken) -> None:
        self._transport = transport
        self._hosts = settings.without_account()
        self._credential = token.credential
        now = transport.clock.now()
        self._ends = now + life_of(token.credential.secret, now)

    def hosts(self) -> Hosts:
        """The hosts of this run; no request."""
        return self._hosts

    def in_hand(self, addons: Iterable[tuple[str, str | None]]) -> InHand:
        """All that is needed: nothing has to be asked for."""
        kept = frozenset((app, addon) for app, addon in addons if addon)
        return InHand(account=True, hosts=True, addons=kept)

    def grant(self, *, app: str, addon: str) -> Grant:  # noqa: ARG002 - as the one by account
        """The addon as it was named; no request, so nothing is known of it."""
        return Grant(
            credential=self._credential,
            ends=self._ends,
            addon=addon,
            resource_id="" if addon.startswith(ADDON_ID) else addon,
            engine=None,
            plan=None,
        )

    def prepare(self, target: Target, *, finish: bool = False) -> None:  # noqa: ARG002 - as above
        """Raises AccessError unless the token, by what it tells, is good for five more minutes."""
        if not self.grant(app=target.app, addon=target.addon).serves(self._transport.clock.now()):
            raise AccessError(
                f"nothing was sent for addon {target.addon!r}: the token in {READY_TOKEN} ends in"
                " less than five minutes: get a new one"
            )

    def send(self, request: Request, target: Target) -> Answer:
        """Send a request about a database; its resource has to be the one that the spec means.

        Raises AccessError for a 401, which is final, and ApiError for another database's resource.
        """
        answer = self._transport.send(evolve(request, credential=self._credential))
        if answer.status == _UNAUTHORIZED:
            raise AccessError(
                f"{request}: HTTP {answer.status}: the token in {READY_TOKEN} has ended, or is"
                " for another service: get a new one"
            )
        if request.route == _RESOURCE and answer.status == _OK:
            _check(target, answer)
        return answer


def _check(target: Target, answer: Answer) -> None:
    """Raise ApiError where the resource says that it is another database than the spec's.

    An addon id cannot be checked, for the resource does not hold it; nor an application's id, which
    a spec may name instead of its name.
    """
    database = document_of(answer).get("database")
    if not isinstance(database, dict):
        return  # whoever reads it says what is wrong with it
    app = _text(database, "app_name")
    names = [name for key in ("resource_id", "id") if (name := _text(database, key))]
    same_app = app in {"", target.app} or _APP_ID.fullmatch(target.app)
    same_name = target.addon.startswith(ADDON_ID) or not names or target.addon in names
    if not (same_app and same_name):
        found = safe_text(answer.hide(f"{' '.join(names)!r} of application {app!r}"))[:_SHOWN]
        raise ApiError(
            f"{answer.request}: answered database {found}, but the spec means {target.addon!r} of"
            f" {target.app!r}: check app and addon there, and {READY_TOKEN}"
        )


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""
