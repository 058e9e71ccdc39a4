"""Tokens that many threads use and few requests make: from memory, from disk, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from attrs import evolve

from reconcile.api.routes import Answer, Request
from reconcile.api.single_flight import SingleFlight
from reconcile.api.store import Store
from reconcile.api.tokens import AccessToken
from reconcile.api.transport import Transport

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=AccessToken)

K_contra = TypeVar("K_contra", contravariant=True)
V_co = TypeVar("V_co", covariant=True)

_UNAUTHORIZED = 401


class Ask(Protocol[K_contra, V_co]):
    """Asks the provider for a token, where it is to `finish` something by a request that does."""

    def __call__(self, key: K_contra, /, *, finish: bool) -> V_co:
        """The token for a key."""


class TokenCache(Generic[K, V]):
    """A token per key that is good for five minutes more. Thread safe.

    `ask` makes one, `load` makes one of what the store kept, None where that is none, and `facts`
    are what it is kept under.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        store: Store,
        ask: Ask[K, V],
        load: Callable[[Mapping[str, Any], float], V | None],
        facts: Callable[[K], Mapping[str, str]],
    ) -> None:
        self._transport = transport
        self._store = store
        self._ask = ask
        self._load = load
        self._facts = facts
        self._values: SingleFlight[K, V] = SingleFlight(
            self._make, clock=transport.clock, fresh=self._serves
        )

    def kept(self, key: K) -> V | None:
        """The token if the disk holds one that serves; no request."""
        kept = self._store.read(self._facts(key))
        token = None if kept is None else self._load(kept.holds, kept.ends)
        return token if token is not None and self._serves(token) else None

    def get(self, key: K, *, finish: bool = False) -> V:
        """The token; at most one request, however many threads ask. Raises what asking raised.

        To `finish` something it is asked for although the run was interrupted or its time is over.
        """
        return self._values.get(key, urgently=self._urgently(finish=finish))

    def send(self, request: Request, key: K) -> Answer:
        """Send a request with the token, once more with another one after a 401."""
        token = self.get(key, finish=request.finish)
        answer = self._transport.send(evolve(request, credential=token.credential))
        if answer.status != _UNAUTHORIZED:
            return answer
        self._store.remove(self._facts(key), token.document())
        another = self._values.replace(key, token, urgently=self._urgently(finish=request.finish))
        if another is None:
            return answer
        repeated = evolve(request, credential=another.credential, again=True)
        return self._transport.send(repeated)

    def _urgently(self, *, finish: bool) -> Callable[[K], V] | None:
        return partial(self._make, finish=True) if finish else None

    def _make(self, key: K, *, finish: bool = False) -> V:
        return self.kept(key) or self._asked(key, finish=finish)

    def _asked(self, key: K, *, finish: bool) -> V:
        token = self._ask(key, finish=finish)
        if token.is_kept:
            self._store.write(self._facts(key), token.document(), token.ends)
        return token

    def _serves(self, token: V) -> bool:
        return token.serves(self._transport.clock.now())
