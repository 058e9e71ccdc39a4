"""Which proxy stands between us and a host: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.

Names count in small letters first, as for curl. A token over plain http stays on this machine: such
a request goes through a proxy only if the proxy is on loopback, as its host has to be.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from attrs import field, frozen

from reconcile.errors import UsageError

_PORTS = {"http": 80, "https": 443}
_RECOGNIZABLE = 4
"""Characters of the shortest password that can be recognised in other text."""
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+")


@frozen(kw_only=True)
class Proxy:
    """A proxy by its address, without user and password: those are in `headers`."""

    url: str
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@frozen(kw_only=True)
class Proxies:
    """The proxy for each scheme, and the hosts that are asked without one."""

    by_scheme: Mapping[str, Proxy] = field(factory=dict)
    without: tuple[str, ...] = ()

    @property
    def secrets(self) -> frozenset[str]:
        """What must show up nowhere."""
        return frozenset().union(*(proxy.secrets for proxy in self.by_scheme.values()))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Proxies:
        """Read the environment. Raises UsageError, which names the variable and not its value."""
        proxies = {scheme: _proxy_for(environment, scheme) for scheme in _PORTS}
        _name, without = _given(environment, "no_proxy")
        return cls(
            by_scheme={scheme: proxy for scheme, proxy in proxies.items() if proxy is not None},
            without=tuple(re.split(r"[\s,]+", without.strip(" ,").lower())) if without else (),
        )

    def proxy_of(self, base: str) -> Proxy | None:
        """The proxy for a host's base URL, None to ask it directly."""
        parts = urlsplit(base)
        proxy = self.by_scheme.get(parts.scheme)
        if proxy is None or any(_matches(entry, parts) for entry in self.without):
            return None
        near = _is_loopback(urlsplit(proxy.url).hostname or "")
        return proxy if near or parts.scheme == "https" else None


def _proxy_for(environment: Mapping[str, str], scheme: str) -> Proxy | None:
    name, text = _given(environment, f"{scheme}_proxy", "all_proxy")
    if not text:
        return None
    try:
        return _proxy(text if "://" in text else f"http://{text}")
    except ValueError as error:
        raise UsageError(f"{name} {error}: write it as http://proxy.example.com:3128") from None


def _given(environment: Mapping[str, str], *names: str) -> tuple[str, str]:
    """The first of the variables that is set, and its value; empty where none is."""
    for name in names:
        for spelling in (name, name.upper()):
            value = environment.get(spelling, "").strip()
            if value:
                return spelling, value
    return "", ""


def _proxy(url: str) -> Proxy:
    """Raises ValueError with the rest of a sentence, no value."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not the URL of a proxy") from None
    if parts.scheme not in _PORTS:
        raise ValueError("is not an http or https proxy")
    if not _HOST.fullmatch(host) or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("is not the URL of a proxy")
    shown = f"[{host}]" if ":" in host else host
    bare = f"{parts.scheme}://{shown}:{port or _PORTS[parts.scheme]}"
    if parts.username is None:
        return Proxy(url=bare)
    user, password = unquote(parts.username), unquote(parts.password or "")
    sent = b64encode(f"{user}:{password}".encode()).decode()
    secrets = {sent, password} if len(password) >= _RECOGNIZABLE else {sent}
    headers = {"Proxy-Authorization": f"Basic {sent}"}
    return Proxy(url=bare, headers=headers, secrets=frozenset(secrets))


def _matches(entry: str, parts: SplitResult) -> bool:
    """Whether an entry of NO_PROXY means a host: `*`, a name and what ends in it, an address, a net.

    A name and an address may have a port, which then has to be the host's.
    """
    if entry == "*":
        return True
    host = (parts.hostname or "").rstrip(".")
    name, port = _divided(entry)
    if port and port != (parts.port or _PORTS[parts.scheme]):
        return False
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        suffix = name.lstrip("*").strip(".")
        return bool(suffix) and (host == suffix or host.endswith(f".{suffix}"))


def _divided(entry: str) -> tuple[str, int | None]:
    """The host of an entry and its port; an IPv6 address with a port stands in brackets."""
    match = re.fullmatch(r"\[(.*)\](?::([0-9]{1,5}))?|([^:]*):([0-9]{1,5})", entry)
    if match is None:
        return entry, None
    port = match[2] or match[4]
    return match[1] or match[3] or "", int(port) if port else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
