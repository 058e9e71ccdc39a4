"""The database API: features, which take time to come and to go."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.endings import with_feature
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import ApiError, conflict, invalid, malformed, not_found
from scalingo_sandbox.fleet import Database, Engine, Feature, FeatureStatus
from scalingo_sandbox.operations_api import begin, refuse_unless_idle
from scalingo_sandbox.records import OperationType
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

_SSL = "force-ssl"
PUBLIC = "publicly-available"
_EVERY = frozenset(Engine)
_REDIS = frozenset({Engine.REDIS})
OFFERED: Mapping[str, frozenset[Engine]] = MappingProxyType(
    {
        _SSL: _EVERY,
        PUBLIC: _EVERY,
        "redis-rdb": _REDIS,
        "redis-aof": _REDIS,
        "redis-cache": _REDIS,
    }
)
_COMING = frozenset({FeatureStatus.PENDING, FeatureStatus.PENDING_TO_ACTIVATE})


def _unfit(sentence: str) -> ApiError:
    return invalid({"feature": [sentence]})


def _known(database: Database, name: object) -> str:
    """Read a feature's name, or answer 422 for one that this engine does not have."""
    if not isinstance(name, str) or not name:
        raise _unfit("must be named")
    if name not in OFFERED:
        raise _unfit(f"{name!r} is no feature")
    if database.engine not in OFFERED[name]:
        raise _unfit(f"{name!r} is not offered by {database.engine}")
    return name


def _find(database: Database, name: str) -> Feature | None:
    return next((one for one in database.features if one.name == name), None)


def _is_on(database: Database, name: str) -> bool:
    feature = _find(database, name)
    return feature is not None and feature.status is FeatureStatus.ACTIVATED


def _said(feature: Feature, message: str) -> Response:
    return JsonReply({"name": feature.name, "status": feature.status, "message": message})


def enable_feature(service: Service, call: Call) -> Response:
    """Begin to enable a feature: `{"name","status","message"}`; one that is on stays as it is."""
    database = place_of(service, call).database
    wanted = call.mapping().get("feature")
    if not isinstance(wanted, Mapping):
        raise malformed("the body has no object 'feature'")
    name = _known(database, wanted.get("name"))
    present = _find(database, name)
    if present is not None and present.status is FeatureStatus.ACTIVATED:
        return _said(present, f"Feature {name} is already enabled")
    if present is not None and present.status in _COMING:
        return _said(present, f"Feature {name} is being enabled")
    if present is not None and present.status is FeatureStatus.PENDING_TO_REMOVE:
        raise conflict(f"the feature {name!r} is being removed")
    if name == PUBLIC and not _is_on(database, _SSL):
        raise _unfit(f"{PUBLIC!r} needs {_SSL!r} to be enabled first")
    refuse_unless_idle(database)
    coming = with_feature(database, name, FeatureStatus.PENDING_TO_ACTIVATE)
    begin(service, coming, OperationType.ENABLE_FEATURE, name)
    return _said(
        Feature(name=name, status=FeatureStatus.PENDING_TO_ACTIVATE),
        f"Feature {name} is being enabled",
    )


def disable_feature(service: Service, call: Call) -> Response:
    """Begin to remove a feature: `{"message"}`."""
    database = place_of(service, call).database
    name = _known(database, call.query.get("feature"))
    present = _find(database, name)
    if present is None:
        raise not_found("feature")
    if present.status in _COMING:
        raise conflict(f"the feature {name!r} is being enabled")
    going = JsonReply({"message": f"Feature {name} is being removed"})
    if present.status is FeatureStatus.PENDING_TO_REMOVE:
        return going
    public = _find(database, PUBLIC)
    if name == _SSL and public is not None and public.status is not FeatureStatus.FAILED:
        raise _unfit(f"{_SSL!r} is needed by {PUBLIC!r}")
    refuse_unless_idle(database)
    changed = with_feature(database, name, FeatureStatus.PENDING_TO_REMOVE)
    begin(service, changed, OperationType.DISABLE_FEATURE, name)
    return going


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}/features",
    {"POST": enable_feature, "DELETE": disable_feature},
)
