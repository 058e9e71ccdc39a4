"""One run's way to the provider: hosts, credentials and transport, made once and shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from reconcile.api.answers import rooted
from reconcile.api.credentials import Account, AddonTokens, Grant, api_token
from reconcile.api.hosts import HostSettings
from reconcile.api.once import Once
from reconcile.api.routes import ADDONS, GROUNDWORK, REGIONS, Answer, Permits, Request, Route, check
from reconcile.api.surroundings import Surroundings
from reconcile.api.transport import Transport
from reconcile.errors import ApiError
from reconcile.model.call import Call
from reconcile.model.target import Hosts, Target


class Wire:
    """Sends, in the right name and to the right host, what its permits allow. Thread safe.

    Raises UsageError for a host or region that cannot be meant and CredentialsError where no API
    token is given, both before any request.
    """

    def __init__(self, surroundings: Surroundings, permits: Sequence[Permits]) -> None:
        environment = surroundings.environment
        self._settings = HostSettings.read(environment, surroundings.region)
        token = api_token(environment)
        self._transport = Transport(
            permits=(GROUNDWORK, *permits),
            notify=surroundings.notify,
            trace=surroundings.trace,
            clock=surroundings.clock,
            stop=surroundings.stop,
        )
        self._account = Account(transport=self._transport, auth=self._settings.auth, token=token)
        self._addon_tokens = AddonTokens(transport=self._transport, account=self._account)
        clock = self._transport.clock
        self._hosts: Once[str, Hosts] = Once(self._look_up_hosts, clock=clock)
        self._addons: Once[str, Any] = Once(self._list_addons, clock=clock)

    def counts(self) -> Mapping[str, int]:
        """How many requests were tried so far, by host: auth, api, database."""
        return self._transport.counts()

    def close(self) -> None:
        """End every connection and every wait; what is under way fails at once."""
        self._transport.close()

    @property
    def region(self) -> str:
        """The region of this run."""
        return self._settings.region

    def hosts(self) -> Hosts:
        """The hosts of this run; at most one request, for the list of regions."""
        return self._settings.complete() or self._hosts.get(self.region)

    def addons(self, app: str) -> Any:
        """The addons of an application as they were answered; one request per run."""
        return self._addons.get(app)

    def grant(self, *, app: str, addon: str) -> Grant:
        """What the provider says of an addon; at most one request."""
        return self._addon_tokens.grant(api=self.hosts().api, app=app, addon=addon)

    def send(self, target: Target, call: Call, permits: Permits) -> Answer:
        """Send a call about a database; its effect is that of the permits, not the call's word.

        Raises ForbiddenCallError before any I/O, ApiError for a target at other hosts than this
        run's: a token goes nowhere because a plan says so.
        """
        request = Request(
            route=Route.of_call(call),
            base=target.hosts.database,
            parameters={**call.names, "addon": target.addon},
            query=call.query,
            document=None if call.body is None else dict(call.body),
            effect=permits.effect,
        )
        check(request, (permits,))
        self._check_hosts(target)
        return self._addon_tokens.send(
            request, api=target.hosts.api, app=target.app, addon=target.addon
        )

    def prepare(self, target: Target) -> None:
        """Have a token in hand that is good for five minutes more; at most a few requests."""
        self._check_hosts(target)
        self.grant(app=target.app, addon=target.addon)

    def _check_hosts(self, target: Target) -> None:
        hosts = self.hosts()
        if target.hosts != hosts:
            raise ApiError(
                f"nothing was sent for addon {target.addon!r}: its plan was made for the host"
                f" {target.hosts.database!r}, this run has {hosts.database!r}"
            )

    def _look_up_hosts(self, _region: str) -> Hosts:
        request = Request(route=REGIONS, base=self._settings.auth)
        return self._settings.choose(rooted(self._account.send(request), "regions"))

    def _list_addons(self, app: str) -> Any:
        request = Request(route=ADDONS, base=self.hosts().api, parameters={"app": app})
        return rooted(self._account.send(request), "addons")


class Connected:
    """What every connection has: a count of requests, and an end. Close it, or use `with`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def counts(self) -> Mapping[str, int]:
        """How many requests were tried so far, by host: auth, api, database."""
        return self._wire.counts()

    def close(self) -> None:
        """End every connection and every wait; what is under way fails at once."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()
