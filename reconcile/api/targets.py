"""Which live database a spec means: its application, addon and engine → Target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconcile.api.access import ByAccount
from reconcile.api.credentials import engine_of
from reconcile.api.tokens import Grant
from reconcile.api.wire import Wire
from reconcile.errors import AnswerError, ApiError, NotFoundError, UsageError
from reconcile.model.engine import Engine
from reconcile.model.project import ListedAddon
from reconcile.model.target import ADDON_ID, Target
from reconcile.model.text import nearest, safe_text


class Targets:
    """Finds targets. Thread safe; an application's addons are listed once per run."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def find(self, *, app: str, addon: str | None, engine: Engine | None) -> Target:
        """The target that is meant: `addon` is its id, a resource id, or None for the only one.

        `engine` is what the only one has to be, None for any. One request with an addon id, else
        one more per application. The target's engine is the live one, which may differ from the
        spec's. With a ready token there is no request, and `addon` is taken at its word: the
        target's engine is None. Raises NotFoundError where there is none, ApiError where several
        could be meant, both with the candidates; UsageError where nobody can be asked.
        """
        grant = self._grant(app, addon, engine)
        return Target(
            region=self._wire.region,
            hosts=self._wire.hosts(),
            app=app,
            addon=grant.addon,
            resource_id=grant.resource_id,
            engine=grant.engine,
            plan=grant.plan,
            addon_status=grant.status,
        )

    def addons(self, app: str) -> tuple[ListedAddon, ...]:
        """The live addons of an application; one request per application and run.

        Raises ReconcileError where they cannot be listed, as with a ready token.
        """
        account = self._wire.account
        if account is None:
            raise UsageError("with DB_BEARER_TOKEN the addons of an application cannot be listed")
        return tuple(
            ListedAddon(
                id=_id(one, app),
                resource_id=str(one.get("resource_id") or ""),
                engine=engine_of(one),
            )
            for one in _live(account.addons(app), app)
        )

    def _grant(self, app: str, addon: str | None, engine: Engine | None) -> Grant:
        account = self._wire.account
        if account is None:
            return self._wire.grant(app=app, addon=_required(app, addon))
        if addon is None or not addon.startswith(ADDON_ID):
            return account.grant(app=app, addon=_resolve(account, app, addon, engine))
        try:
            return account.grant(app=app, addon=addon)
        except NotFoundError:
            if any(one.get("id") == addon for one in _listed(account, app)):
                raise
            # An application may be called `ad-something`, and its resources then are, too.
            return account.grant(app=app, addon=_resolve(account, app, addon, engine))


def _resolve(account: ByAccount, app: str, resource_id: str | None, engine: Engine | None) -> str:
    listed = _listed(account, app)
    if resource_id is None:
        return _only(listed, app, engine)
    for one in listed:
        if one.get("resource_id") == resource_id:
            return _id(one, app)
    known = [str(one.get(key)) for one in listed for key in ("id", "resource_id")]
    near = nearest(resource_id, known)
    meant = f" (did you mean {safe_text(near)!r}?)" if near else ""
    raise NotFoundError(
        f"application {app!r} has no addon {resource_id!r}{meant}: it has {_named(listed)}",
        about="addon",
    )


def _listed(account: ByAccount, app: str) -> list[Mapping[str, Any]]:
    """The live addons of an application. Raises NotFoundError about it where there is none."""
    try:
        return _live(account.addons(app), app)
    except NotFoundError as error:
        raise NotFoundError(f"no application {app!r}: {error}", about="app") from None


def _required(app: str, addon: str | None) -> str:
    if addon is None:
        raise UsageError(
            f"the spec for application {app!r} names no addon, and with DB_BEARER_TOKEN there is no"
            " account to look it up in: write it as addon:"
        )
    return addon


def _only(listed: Sequence[Mapping[str, Any]], app: str, engine: Engine | None) -> str:
    fitting = [one for one in listed if engine is None or engine_of(one) is engine]
    wanted = f"{engine.value} addon" if engine else "addon"
    if not fitting:
        raise NotFoundError(
            f"application {app!r} has no {wanted}: it has {_named(listed)}", about="engine"
        )
    if len(fitting) > 1:
        raise ApiError(
            f"application {app!r} has several {wanted}s: name one as addon: {_named(fitting)}"
        )
    return _id(fitting[0], app)


def _live(addons: object, app: str) -> list[Mapping[str, Any]]:
    if not isinstance(addons, list) or not all(isinstance(one, dict) for one in addons):
        raise AnswerError(f"the addons of application {app!r} are no list of objects")
    return [one for one in addons if not one.get("deprovisioned_at")]


def _id(addon: Mapping[str, Any], app: str) -> str:
    found = addon.get("id")
    if not isinstance(found, str) or not found:
        raise AnswerError(f"an addon of application {app!r} has no id")
    return found


def _named(addons: Sequence[Mapping[str, Any]]) -> str:
    """The candidates for a message: id, resource id and engine of each."""
    return ", ".join(sorted(_name(one) for one in addons)) or "none"


def _name(addon: Mapping[str, Any]) -> str:
    engine = engine_of(addon)
    words = [
        str(addon.get("id")),
        str(addon.get("resource_id")),
        engine.value if engine else "other",
    ]
    return safe_text(f"{words[0]} ({words[2]}, resource {words[1]})")
