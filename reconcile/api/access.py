"""A run with an account behind it: its hosts, its applications' addons, and tokens for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconcile.api.answers import rooted
from reconcile.api.credentials import Account, AddonTokens
from reconcile.api.hosts import HostSettings
from reconcile.api.identity import ApiToken
from reconcile.api.routes import ADDONS, REGIONS, Answer, Request
from reconcile.api.single_flight import SingleFlight
from reconcile.api.store import Store
from reconcile.api.tokens import LIFE, Grant
from reconcile.api.transport import Transport
from reconcile.errors import ReconcileError
from reconcile.model.cost import InHand
from reconcile.model.target import Hosts, Target


class ByAccount:
    """What an account's API token opens. Thread safe."""

    def __init__(
        self, *, transport: Transport, settings: HostSettings, token: ApiToken, store: Store
    ) -> None:
        self._clock = transport.clock
        self._settings = settings
        self._store = store
        self._account = Account(transport=transport, auth=settings.auth, token=token, store=store)
        self._addon_tokens = AddonTokens(transport=transport, account=self._account, store=store)
        self._hosts: SingleFlight[str, Hosts] = SingleFlight(self._look_up, clock=transport.clock)
        self._addons: SingleFlight[str, Any] = SingleFlight(self._list, clock=transport.clock)

    def hosts(self) -> Hosts:
        """The hosts of this run; at most one request, for the list of regions."""
        return self._settings.complete() or self._hosts.get(self._settings.region)

    def addons(self, app: str) -> Any:
        """The addons of an application as they were answered; one request per run."""
        return self._addons.get(app)

    def grant(self, *, app: str, addon: str) -> Grant:
        """What the provider says of an addon; at most one request."""
        return self._addon_tokens.grant(self.hosts(), app=app, addon=addon)

    def prepare(self, target: Target, *, finish: bool = False) -> None:
        """Have a token in hand that is good for five minutes more; at most a few requests."""
        self._addon_tokens.grant(self.hosts(), app=target.app, addon=target.addon, finish=finish)

    def send(self, request: Request, target: Target) -> Answer:
        """Send a request about a database, once more with a new token after a 401."""
        return self._addon_tokens.send(request, target.hosts, app=target.app, addon=target.addon)

    def in_hand(self, addons: Iterable[tuple[str, str | None]]) -> InHand:
        """What was kept, so that it need not be asked for; no request."""
        hosts = self._settings.complete() or self._kept(self._facts())
        kept = frozenset(
            (app, addon)
            for app, addon in addons
            if hosts and addon and self._addon_tokens.in_hand(hosts, app=app, addon=addon)
        )
        return InHand(account=self._account.in_hand(), hosts=hosts is not None, addons=kept)

    def _look_up(self, _region: str) -> Hosts:
        facts = self._facts()
        return self._kept(facts) or self._asked(facts)

    def _facts(self) -> dict[str, str]:
        return {
            "kind": "hosts",
            "region": self._settings.region,
            "api": self._settings.api or "",
            "database": self._settings.database or "",
        }

    def _kept(self, facts: dict[str, str]) -> Hosts | None:
        """The hosts that the disk holds, under the same rules as those of a list of regions."""
        kept = self._store.read(facts)
        if kept is None:
            return None
        try:
            return self._settings.choose([kept.holds])
        except ReconcileError:
            return None

    def _asked(self, facts: dict[str, str]) -> Hosts:
        now = self._clock.now()
        request = Request(route=REGIONS, base=self._settings.auth)
        hosts = self._settings.choose(rooted(self._account.send(request), "regions"))
        row = {"name": self._settings.region, "api": hosts.api, "database_api": hosts.database}
        self._store.write(facts, row, now + LIFE)
        return hosts

    def _list(self, app: str) -> Any:
        request = Request(route=ADDONS, base=self.hosts().api, parameters={"app": app})
        return rooted(self._account.send(request), "addons")
