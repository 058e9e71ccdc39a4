"""Which hosts a run talks to: the environment first, else the provider's list of regions.

A host may be anywhere if the environment names it; one that the list names has to be the
provider's own, so that a forged list cannot send a token elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from reconcile.errors import AnswerError, UsageError
from reconcile.model.target import Hosts
from reconcile.model.text import safe_text

DEFAULT_AUTH = "https://auth.scalingo.com"
DEFAULT_REGION = "osc-fr1"
_PROVIDER = "scalingo.com"
_LOOPBACK = IPv4Network("127.0.0.0/8")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:]+")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_REGIONAL = re.compile(r"https://[^./]+\.([^./]+)\.scalingo\.com\.?(?::[0-9]+)?")
"""How the provider names the hosts of a region: `https://db-api.osc-fr1.scalingo.com`."""


@frozen(kw_only=True)
class HostSettings:
    """The hosts as far as they were given; base URLs without a path. None: ask the regions."""

    region: str
    auth: str
    api: str | None = None
    database: str | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str], region: str | None) -> HostSettings:
        """Read SCALINGO_AUTH_URL, SCALINGO_API_URL, SCALINGO_DB_URL, SCALINGO_REGION, DB_API_URL.

        `region` is the project's and goes before SCALINGO_REGION: its specs mean databases there.
        Raises UsageError, which names the variable and does not show its value, also where the
        hosts are those of another region: an application of the same name may be there.
        """
        names = ("SCALINGO_API_URL", "SCALINGO_DB_URL", "DB_API_URL")
        given = {name: base for name in names if (base := _given(environment, name))}
        auth = _given(environment, "SCALINGO_AUTH_URL")
        regional = {"SCALINGO_AUTH_URL": auth} if auth and _REGIONAL.fullmatch(auth) else {}
        return cls(
            region=_region_of_all(
                region, environment.get("SCALINGO_REGION"), {**given, **regional}
            ),
            auth=auth or DEFAULT_AUTH,
            api=given.get("SCALINGO_API_URL"),
            database=given.get("SCALINGO_DB_URL") or given.get("DB_API_URL"),
        )

    def complete(self) -> Hosts | None:
        """The hosts, if none has to be looked up."""
        if self.api is None or self.database is None:
            return None
        return Hosts(auth=self.auth, api=self.api, database=self.database)

    def without_account(self) -> Hosts:
        """The hosts of a run that has a token for the database host only, which must be given.

        The others get no request; they tell a plan of this run from one for another service.
        Raises UsageError.
        """
        if self.database is None:
            raise UsageError(
                "DB_BEARER_TOKEN goes to the database API's host only, and none is named: set"
                f" DB_API_URL to it, such as 'db-api.{self.region}.{_PROVIDER}'"
            )
        api = self.api or f"https://api.{self.region}.{_PROVIDER}"
        return Hosts(auth=self.auth, api=api, database=self.database)

    def choose(self, regions: object) -> Hosts:
        """Take what is missing from the provider's list of regions.

        Raises UsageError for a region that is not in it, AnswerError for a list of another shape
        or a host outside the provider's domain.
        """
        region = self._find(regions)
        return Hosts(
            auth=self.auth,
            api=self.api or self._listed(region, "api"),
            database=self.database or self._listed(region, "database_api"),
        )

    def _find(self, regions: object) -> Mapping[str, Any]:
        listed = regions if isinstance(regions, list) else []
        known = [
            row for row in listed if isinstance(row, dict) and isinstance(row.get("name"), str)
        ]
        if not known:
            raise AnswerError("the provider's list of regions names none")
        for row in known:
            if row["name"] == self.region:
                return row
        names = ", ".join(sorted(repr(safe_text(row["name"])) for row in known))
        raise UsageError(f"the provider has no region {self.region!r}: choose one of {names}")

    def _listed(self, region: Mapping[str, Any], key: str) -> str:
        place = f"{key!r} of region {self.region!r} in the provider's list"
        url = region.get(key)
        if not isinstance(url, str):
            raise AnswerError(f"{place} is missing")
        try:
            base = base_of(url)
        except ValueError as error:
            raise AnswerError(f"{place} {error}") from None
        if not (_is_providers(base) or (_is_loopback(self.auth) and _is_loopback(base))):
            raise AnswerError(f"{place} is a host outside {_PROVIDER}, which gets no token")
        return base


def _region_of_all(project: str | None, said: str | None, given: Mapping[str, str]) -> str:
    """The one region that project, SCALINGO_REGION and the given hosts agree on."""
    named = {name: match[1] for name, base in given.items() if (match := _REGIONAL.fullmatch(base))}
    region = _region(project or said or next(iter(named.values()), DEFAULT_REGION))
    for name, other in named.items():
        if other != region:
            raise UsageError(
                f"{name} is a host of region {other!r}, but this run is about {region!r}: unset it,"
                " or make the region the same in reconcile.yaml or SCALINGO_REGION"
            )
    if given and project and said and said != project:
        raise UsageError(
            f"SCALINGO_REGION is {safe_text(said)!r}, but reconcile.yaml is about {project!r}:"
            f" unset it and {', '.join(given)}, which are meant for its region"
        )
    return region


def _region(name: str) -> str:
    if not _REGION.fullmatch(name):
        raise UsageError(f"{safe_text(name)!r} is no region: write one such as {DEFAULT_REGION!r}")
    return name


def _given(environment: Mapping[str, str], name: str) -> str | None:
    """The base URL in a variable, None where it is unset or empty.

    DB_API_URL is a bare host in the API's text and may be a full URL, so all may be either.
    """
    text = environment.get(name, "").strip()
    if not text:
        return None
    try:
        return base_of(text if "://" in text else f"https://{text}")
    except ValueError as error:
        raise UsageError(f"{name} {error}") from None


def base_of(url: str) -> str:
    """Scheme, host and port of a URL. Raises ValueError with the rest of a sentence, no value."""
    if not url.isascii() or not url.isprintable() or re.search(r"[\s\\]", url):
        raise ValueError("holds characters that no URL has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if "@" in parts.netloc:
        raise ValueError("holds a user or a password: tokens have variables of their own")
    if "?" in url or "#" in url or parts.path not in {"", "/"}:
        raise ValueError("has a path, a query or a fragment: write scheme and host only")
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        raise ValueError("is not the URL of a host: write it as https://host")
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")
    if parts.scheme == "http" and not _is_loopback(base):
        raise ValueError("is plain http, which only 127.0.0.1 and [::1] may be: write https")
    return base


def _is_loopback(base: str) -> bool:
    """Whether the host is a literal loopback address: a name could resolve to anywhere."""
    try:
        address = ip_address(urlsplit(base).hostname or "")
    except ValueError:
        return False
    return address == IPv6Address("::1") or (address.version == 4 and address in _LOOPBACK)  # noqa: PLR2004


def _is_providers(base: str) -> bool:
    parts = urlsplit(base)
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == _PROVIDER or host.endswith(f".{_PROVIDER}"))
