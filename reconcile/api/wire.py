"""One run's way to the provider: hosts, credentials and transport, made once and shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never

from attrs import evolve

from reconcile.api.access import ByAccount
from reconcile.api.answer_identity import AnswerIdentity
from reconcile.api.authorities import authorities, check_key_log
from reconcile.api.clock import SystemClock
from reconcile.api.concurrency_limit import workers
from reconcile.api.hosts import HostSettings
from reconcile.api.identity import ApiToken, Identity, ReadyToken, identity_of
from reconcile.api.other_runs import OtherRuns
from reconcile.api.proxies import Proxies
from reconcile.api.ready import ByReadyToken
from reconcile.api.routes import GROUNDWORK, Answer, Permits, Request, Route, check
from reconcile.api.store import Store
from reconcile.api.surroundings import Surroundings
from reconcile.api.tokens import Grant
from reconcile.api.transport import Transport
from reconcile.errors import ApiError
from reconcile.model.cost import ACCOUNT, InHand, Spent
from reconcile.model.request import Call
from reconcile.model.target import Hosts, Target


class Wire:
    """Sends, in the right name and to the right host, what its permits allow. Thread safe.

    Raises UsageError for a host, a region, an authority or a ready token that cannot be meant, and
    CredentialsError where no credentials are given, all before any request.
    """

    def __init__(self, surroundings: Surroundings, permits: Sequence[Permits]) -> None:
        environment = surroundings.environment
        self._settings = HostSettings.read(environment, surroundings.region)
        check_key_log(environment)
        trusted = authorities(environment)
        identity = identity_of(
            environment, auth=self._settings.auth, databases=surroundings.databases
        )
        self._transport = Transport(
            permits=(GROUNDWORK, *permits),
            notify=surroundings.notify,
            countdown=surroundings.countdown,
            trace=surroundings.trace,
            clock=surroundings.clock,
            stop=surroundings.stop,
            budget=surroundings.budget,
            others=_others(identity, self._settings, surroundings),
            longest=surroundings.longest,
            authorities=trusted,
            proxies=Proxies.read(environment),
        )
        self.workers = workers(surroundings.budget)
        self._access = _access(identity, self._transport, self._settings, surroundings)
        self.answers = AnswerIdentity()

    def spent(self) -> Spent:
        """What it cost so far, by host: auth, api, database."""
        return self._transport.spent()

    def recent(self) -> Mapping[str, Sequence[float]]:
        """By host, how many seconds ago the requests were sent that count in a minute's budget."""
        return self._transport.recent()

    def bound(self, longest: float | None, hint: str = "") -> None:
        """Send nothing after so many seconds from now, None for no limit; a limit of before holds."""
        self._transport.bound(longest, hint)

    def lift_deadline(self) -> None:
        """From now on send whatever is asked for, however long the run has taken."""
        self._transport.lift_deadline()

    def close(self) -> None:
        """End every connection and every wait; what is under way fails at once."""
        self._transport.close()

    @property
    def region(self) -> str:
        """The region of this run."""
        return self._settings.region

    @property
    def account(self) -> ByAccount | None:
        """The account behind this run, None where it has a ready token only."""
        return self._access if isinstance(self._access, ByAccount) else None

    def hosts(self) -> Hosts:
        """The hosts of this run; at most one request, for the list of regions."""
        return self._access.hosts()

    def in_hand(self, addons: Iterable[tuple[str, str | None]]) -> InHand:
        """What need not be asked for, of what these (application, addon) pairs take; no request."""
        return self._access.in_hand(addons)

    def grant(self, *, app: str, addon: str) -> Grant:
        """What the provider says of an addon; at most one request."""
        return self._access.grant(app=app, addon=addon)

    def send(self, target: Target, call: Call, permits: Permits, *, finish: bool = False) -> Answer:
        """Send a call about a database; its effect is that of the permits, not the call's word.

        To `finish` something it is sent although the run was interrupted or its time is over.
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
            finish=finish,
        )
        check(request, (permits,))
        self._check_hosts(target)
        return self._access.send(request, target)

    def prepare(self, target: Target, *, finish: bool = False) -> None:
        """Have a token in hand that is good for five minutes more; at most a few requests.

        `finish` as for `send`. Raises AccessError where the only one there can be has less.
        """
        self._check_hosts(target)
        self._access.prepare(target, finish=finish)

    def _check_hosts(self, target: Target) -> None:
        made, here = target.hosts, self.hosts()
        for planned, own in zip(_in_order(made), _in_order(here), strict=True):
            if planned != own:
                raise ApiError(
                    f"nothing was sent for addon {target.addon!r}: its plan was made for the host"
                    f" {planned!r}, this run has {own!r}"
                )


def _in_order(hosts: Hosts) -> tuple[str, str, str]:
    return hosts.database, hosts.api, hosts.auth


def _store(
    directory: Path | None, token: ApiToken, settings: HostSettings, surroundings: Surroundings
) -> Store:
    """What runs of one account share in a directory."""
    return Store(
        directory,
        facts={"auth": settings.auth, "api_token": token.credential.digest},
        clock=surroundings.clock or SystemClock(),
        notify=surroundings.notify,
    )


def _access(
    identity: Identity, transport: Transport, settings: HostSettings, surroundings: Surroundings
) -> ByAccount | ByReadyToken:
    match identity:
        case ReadyToken():
            return ByReadyToken(transport=transport, settings=settings, token=identity)
        case ApiToken():
            store = _store(surroundings.tokens, identity, settings, surroundings)
            return ByAccount(transport=transport, settings=settings, token=identity, store=store)
        case _:
            assert_never(identity)


def _others(
    identity: Identity, settings: HostSettings, surroundings: Surroundings
) -> OtherRuns | None:
    """The other runs of the account, where this one may spend all that the API host takes."""
    part = surroundings.budget.api is not None and surroundings.budget.api < ACCOUNT
    if isinstance(identity, ReadyToken) or part:
        return None
    quiet = evolve(surroundings, notify=lambda _message: None)
    return OtherRuns(_store(surroundings.requests, identity, settings, quiet))


class Connected:
    """What every connection has: what it cost, and an end. Close it, or use `with`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def spent(self) -> Spent:
        """What it cost so far, by host: auth, api, database."""
        return self._wire.spent()

    def recent(self) -> Mapping[str, Sequence[float]]:
        """By host, how many seconds ago the requests were sent that count in a minute's budget."""
        return self._wire.recent()

    @property
    def workers(self) -> int:
        """How many threads can use it before they only wait for each other."""
        return self._wire.workers

    def in_hand(self, addons: Iterable[tuple[str, str | None]]) -> InHand:
        """What need not be asked for, of what these (application, addon) pairs take; no request."""
        return self._wire.in_hand(addons)

    def bound(self, longest: float | None, hint: str = "") -> None:
        """Send nothing after so many seconds from now, None for no limit; a limit of before holds.

        `hint` says after the error's message what can be done. To be called while no request is under way.
        """
        self._wire.bound(longest, hint)

    def lift_deadline(self) -> None:
        """From now on send whatever is asked for, however long the run has taken. Thread safe."""
        self._wire.lift_deadline()

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
