"""Who we are: what the environment gives to prove it, in the order of the wire contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import frozen

from reconcile.api.login import login_file, stored_token
from reconcile.api.secret import Credential
from reconcile.errors import CredentialsError, UsageError

API_TOKEN = "SCALINGO_API_TOKEN"  # noqa: S105 - the name of a variable
READY_TOKEN = "DB_BEARER_TOKEN"  # noqa: S105 - as above


@frozen(kw_only=True)
class ApiToken:
    """A person's token, good for the auth host only; `remedy` is what to do if it is refused."""

    credential: Credential
    remedy: str


@frozen(kw_only=True)
class ReadyToken:
    """A token for one database, as it was given. There is no account behind it."""

    credential: Credential


Identity = ApiToken | ReadyToken


def identity_of(environment: Mapping[str, str], *, auth: str, databases: int | None) -> Identity:
    """SCALINGO_API_TOKEN, else the login stored for the auth host, else DB_BEARER_TOKEN.

    Raises CredentialsError where there is none, or one that can be no token; UsageError for a
    ready token where the run is not about exactly one database.
    """
    file = login_file(environment)
    return (
        _from_environment(environment)
        or _from_login(file, auth)
        or _ready(environment, databases)
        or _nobody(file)
    )


def _from_environment(environment: Mapping[str, str]) -> ApiToken | None:
    token = environment.get(API_TOKEN, "").strip()
    if not token:
        return None
    return ApiToken(
        credential=_made(Credential.basic, token, API_TOKEN), remedy=f"check {API_TOKEN}"
    )


def _from_login(file: Path | None, auth: str) -> ApiToken | None:
    token = None if file is None else stored_token(file, auth)
    if token is None:
        return None
    place = f"the login in {str(file)!r}"
    return ApiToken(
        credential=_made(Credential.basic, token, place),
        remedy=f"it comes from {place}: log in once more with the provider's command-line tool",
    )


def _ready(environment: Mapping[str, str], databases: int | None) -> ReadyToken | None:
    token = environment.get(READY_TOKEN, "").strip()
    if not token:
        return None
    if databases != 1:
        about = "more than one" if databases is None else str(databases)
        raise UsageError(
            f"{READY_TOKEN} serves one database only, and this run is about {about}: select one,"
            f" or set {API_TOKEN}"
        )
    return ReadyToken(credential=_made(Credential.bearer, token, READY_TOKEN))


def _made(make: Callable[[str], Credential], token: str, place: str) -> Credential:
    try:
        return make(token)
    except CredentialsError as error:
        raise CredentialsError(f"{place}: {error}") from None


def _nobody(file: Path | None) -> Identity:
    stored = f", which stores it in {str(file)!r}" if file else ""
    raise CredentialsError(
        f"no credentials: set {API_TOKEN} to an API token, made in the provider's dashboard under"
        f" profile, API tokens; or log in with the provider's command-line tool{stored}; or, for"
        f" one database only, set {READY_TOKEN} and DB_API_URL"
    )
