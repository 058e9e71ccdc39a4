"""The database API: users. A password that was made is said once, and never kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from attrs import evolve
from starlette.responses import Response

from scalingo_sandbox.database_api import place_of, reachable
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid, malformed, not_found
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.records import (
    LONGEST_PASSWORD,
    NEW_USER_NAME,
    SHORTEST_PASSWORD,
    User,
)
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply


def _document(database: Database, user: User) -> dict[str, object]:
    shown: dict[str, object] = {
        "name": user.name,
        "read_only": user.read_only,
        "protected": user.protected,
    }
    if database.engine is Engine.POSTGRESQL:
        return shown | {"dbms_attributes": {"password_encryption": "SCRAM-SHA-256"}}
    return shown


def _one(
    database: Database, user: User, *, status: int = 200, password: str | None = None
) -> Response:
    """Show one user in both shapes that are known: flat, and under `database_user`."""
    shown = _document(database, user) | ({} if password is None else {"password": password})
    return JsonReply({**shown, "database_user": shown}, status_code=status)


def _generated() -> str:
    return secrets.token_urlsafe(32)


def _users(database: Database) -> dict[str, User]:
    return {user.name: user for user in database.users or ()}


def _find(database: Database, call: Call) -> User:
    user = _users(database).get(call.params["user"])
    if user is None:
        raise not_found("database_user")
    return user


def _changeable(database: Database, call: Call) -> User:
    """Find the user of the path, or answer 422 for a protected one."""
    user = _find(database, call)
    if user.protected:
        raise invalid({"name": ["is protected and cannot be changed"]})
    return user


def _store(service: Service, database: Database, users: Mapping[str, User]) -> None:
    service.fleet.change(evolve(database, users=tuple(users.values())))


def _wanted(call: Call) -> Mapping[str, object]:
    wanted = call.mapping().get("database_user")
    if not isinstance(wanted, Mapping):
        raise malformed("the body has no object 'database_user'")
    return wanted


_PASSWORDS = frozenset({"password", "password_confirmation"})


def _password_errors(wanted: Mapping[str, object]) -> dict[str, list[str]]:
    password = wanted.get("password")
    if not isinstance(password, str) or not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return {"password": [f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"]}
    if wanted.get("password_confirmation") != password:
        return {"password_confirmation": ["must be the same as the password"]}
    return {}


def list_users(service: Service, call: Call) -> Response:
    """List the users of a database: `{"database-users":[{"name","read_only","protected"}]}`."""
    database = place_of(service, call).database
    shown = [_document(database, user) for user in database.users or ()]
    return JsonReply({"database-users": shown})


def create_user(service: Service, call: Call) -> Response:
    """Create a user: 201, with the `password` if none was given."""
    database = reachable(service, call)
    wanted, users = _wanted(call), _users(database)
    name, read_only = wanted.get("name"), wanted.get("read_only", False)
    # The documents' example asks for a password of the service by null.
    given = any(wanted.get(field) is not None for field in _PASSWORDS)
    errors = _password_errors(wanted) if given else {}
    if not isinstance(name, str) or not re.fullmatch(NEW_USER_NAME.pattern, name):
        errors["name"] = [f"must be {NEW_USER_NAME.wanted}"]
    elif name in users:
        errors["name"] = ["is already taken"]
    if not isinstance(read_only, bool):
        errors["read_only"] = ["must be true or false"]
    if errors:
        raise invalid(errors)
    user = User(name=str(name), read_only=bool(read_only))
    _store(service, database, users | {user.name: user})
    return _one(database, user, status=201, password=None if given else _generated())


def _renewed(service: Service, database: Database, user: User) -> User:
    """Count one more password, so that each is an effect of its own."""
    changed = evolve(user, passwords=user.passwords + 1)
    _store(service, database, _users(database) | {user.name: changed})
    return changed


def change_password(service: Service, call: Call) -> Response:
    """Give a user the password of the request, which the answer does not repeat."""
    database = reachable(service, call)
    user = _changeable(database, call)
    errors = _password_errors(_wanted(call))
    if errors:
        raise invalid(errors)
    return _one(database, _renewed(service, database, user))


def reset_password(service: Service, call: Call) -> Response:
    """Give a user a new password, which the answer says once."""
    database = reachable(service, call)
    user = _changeable(database, call)
    return _one(database, _renewed(service, database, user), password=_generated())


def delete_user(service: Service, call: Call) -> Response:
    """Delete a user: 204; a protected one stays."""
    database = reachable(service, call)
    user = _changeable(database, call)
    kept = {name: one for name, one in _users(database).items() if name != user.name}
    _store(service, database, kept)
    return Response(status_code=204)


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}/users",
    {
        "GET": list_users,
        "POST": create_user,
        "PATCH /{user}": change_password,
        "DELETE /{user}": delete_user,
        "POST /{user}/reset_password": reset_password,
    },
)
