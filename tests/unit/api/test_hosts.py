"""Which hosts a token may be sent to."""

from __future__ import annotations

import pytest

from reconcile.api.hosts import HostSettings
from reconcile.errors import AnswerError, UsageError

API = "https://api.osc-fr1.scalingo.com"
DB = "https://db-api.osc-fr1.scalingo.com"
LOCAL = "http://127.0.0.1:8080"


def listed(api: object = API, database_api: object = DB, name: str = "osc-fr1") -> object:
    """A list of regions with one in it."""
    return [{"name": name, "api": api, "database_api": database_api, "ssh": "x"}]


def test_without_settings_the_provider_is_meant() -> None:
    """The defaults are the provider's own."""
    settings = HostSettings.read({}, None)
    assert settings == HostSettings(region="osc-fr1", auth="https://auth.scalingo.com")
    assert settings.complete() is None


@pytest.mark.parametrize(
    ("environment", "region", "expected"),
    [
        ({}, None, "osc-fr1"),
        ({"SCALINGO_REGION": ""}, None, "osc-fr1"),
        ({"SCALINGO_REGION": "osc-secnum-fr1"}, None, "osc-secnum-fr1"),
        ({"SCALINGO_REGION": "osc-secnum-fr1"}, "osc-fr1", "osc-fr1"),
    ],
)
def test_the_projects_region_goes_first(
    environment: dict[str, str], region: str | None, expected: str
) -> None:
    """A project's specs mean databases of its region, whatever the shell has set."""
    assert HostSettings.read(environment, region).region == expected


@pytest.mark.parametrize("name", ["SCALINGO_API_URL", "SCALINGO_DB_URL", "DB_API_URL"])
@pytest.mark.parametrize(
    ("environment", "region"),
    [({}, "osc-secnum-fr1"), ({"SCALINGO_REGION": "osc-secnum-fr1"}, None)],
)
def test_a_host_of_another_region_is_refused(
    name: str, environment: dict[str, str], region: str | None
) -> None:
    """An application of the same name may be there, and be changed in place of the one meant."""
    with pytest.raises(UsageError) as caught:
        HostSettings.read({**environment, name: DB}, region)
    assert str(caught.value) == (
        f"{name} is a host of region 'osc-fr1', but this run is about 'osc-secnum-fr1': unset it,"
        " or make the region the same in reconcile.yaml or SCALINGO_REGION"
    )


def test_hosts_of_two_regions_are_refused() -> None:
    """Tokens of the one are nothing for the other."""
    other = "https://db-api.osc-secnum-fr1.scalingo.com"
    with pytest.raises(UsageError, match=r"^SCALINGO_DB_URL is a host of region 'osc-secnum-fr1'"):
        HostSettings.read({"SCALINGO_API_URL": API, "SCALINGO_DB_URL": other}, None)


def test_the_region_of_a_host_is_the_runs_where_none_is_named() -> None:
    """Whoever gives the one need not give the other."""
    environment = {"DB_API_URL": "db-api.osc-secnum-fr1.scalingo.com:443"}
    settings = HostSettings.read(environment, None)
    assert settings.region == "osc-secnum-fr1"
    assert settings.without_account().api == "https://api.osc-secnum-fr1.scalingo.com"


def test_hosts_for_another_region_than_the_projects_are_refused() -> None:
    """Where they do not tell their region, SCALINGO_REGION beside them does."""
    environment = {"SCALINGO_API_URL": LOCAL, "DB_API_URL": LOCAL, "SCALINGO_REGION": "local"}
    assert HostSettings.read(environment, "local").region == "local"
    with pytest.raises(UsageError) as caught:
        HostSettings.read(environment, "osc-fr1")
    assert str(caught.value) == (
        "SCALINGO_REGION is 'local', but reconcile.yaml is about 'osc-fr1': unset it and"
        " SCALINGO_API_URL, DB_API_URL, which are meant for its region"
    )


@pytest.mark.parametrize("name", ["..", "a b", "x\n", "é", "a/b", "x" * 65])
def test_a_region_is_a_word(name: str) -> None:
    """Anything else is a usage error."""
    with pytest.raises(UsageError, match="is no region"):
        HostSettings.read({"SCALINGO_REGION": name}, None)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://db.example.org", "https://db.example.org"),
        (" https://db.example.org/ ", "https://db.example.org"),
        ("HTTPS://DB.example.org:8443", "https://db.example.org:8443"),
        ("db-api.osc-fr1.scalingo.com", "https://db-api.osc-fr1.scalingo.com"),
        ("db.example.org:8443", "https://db.example.org:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
@pytest.mark.parametrize("name", ["SCALINGO_DB_URL", "DB_API_URL"])
def test_the_environment_may_name_any_host(name: str, url: str, base: str) -> None:
    """Whoever sets the environment may send the token where they like."""
    assert HostSettings.read({name: url}, None).database == base


def test_the_official_name_of_the_database_host_goes_first() -> None:
    """DB_API_URL is an alias."""
    environment = {
        "SCALINGO_DB_URL": DB,
        "DB_API_URL": "other.example.org",
        "SCALINGO_API_URL": API,
    }
    hosts = HostSettings.read(environment, None).complete()
    assert hosts is not None
    assert (hosts.api, hosts.database) == (API, DB)


BAD = [
    "http://db.example.org",
    "http://localhost:8080",
    "http://127.0.0.1.example.org",
    "http://127.1",
    "http://2130706433",
    "http://[::ffff:127.0.0.1]",
    "http://[::2]",
    "http://0.0.0.0",
    "https://canary:secret@db.example.org",
    "https://canary@db.example.org",
    "https://db.example.org/v1",
    "https://db.example.org/?canary=1",
    "https://db.example.org?",
    "https://db.example.org#canary",
    "ftp://db.example.org",
    "file:///canary",
    "https://",
    "https:///canary",
    "://canary",
    "https://db.example.org:0x50",
    "https://db.example.org:99999",
    "https://db example.org",
    "https://db.exam\nple.org",
    "https://db.example.org\\@canary",
    "https://[::1",
    "https://bücher.example",
    "canary:secret@host",
]


@pytest.mark.parametrize("url", BAD)
@pytest.mark.parametrize(
    "name", ["SCALINGO_AUTH_URL", "SCALINGO_API_URL", "SCALINGO_DB_URL", "DB_API_URL"]
)
def test_a_bad_url_is_named_and_not_shown(name: str, url: str) -> None:
    """The value may hold a secret, so only the variable is named."""
    with pytest.raises(UsageError) as caught:
        HostSettings.read({name: url}, None)
    assert str(caught.value).startswith(f"{name} ")
    assert "canary" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_is_missing_comes_from_the_list() -> None:
    """And what was given stays."""
    hosts = HostSettings.read({"SCALINGO_API_URL": "https://mine.example.org"}, None).choose(
        listed()
    )
    assert (hosts.api, hosts.database) == ("https://mine.example.org", DB)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org",
        "https://scalingo.com.evil.org",
        "https://notscalingo.com",
        "https://evilscalingo.com",
        "http://api.scalingo.com",
        "https://api.scalingo.com@evil.org",
        "https://127.0.0.1",
        LOCAL,
        None,
        7,
        "",
    ],
)
def test_a_listed_host_has_to_be_the_providers(url: object) -> None:
    """A forged list cannot send a token elsewhere."""
    with pytest.raises(AnswerError, match="'database_api' of region 'osc-fr1'"):
        HostSettings.read({}, None).choose(listed(database_api=url))


def test_a_local_provider_may_list_local_hosts_only() -> None:
    """So that a sandbox works without more settings, and cannot point outside."""
    settings = HostSettings.read({"SCALINGO_AUTH_URL": LOCAL}, None)
    assert settings.choose(listed(LOCAL, "http://[::1]:1")).database == "http://[::1]:1"
    with pytest.raises(AnswerError):
        settings.choose(listed(LOCAL, "https://evil.example.org"))


@pytest.mark.parametrize("regions", [None, [], {}, "x", [1], [{}], [{"name": 3}]])
def test_a_list_of_another_shape_is_an_error(regions: object) -> None:
    """No traceback."""
    with pytest.raises(AnswerError, match="names none"):
        HostSettings.read({}, None).choose(regions)


def test_an_unknown_region_names_the_known_ones() -> None:
    """What to write instead."""
    with pytest.raises(UsageError, match="no region 'osc-fr2': choose one of 'osc-fr1'"):
        HostSettings.read({}, "osc-fr2").choose(listed())


@pytest.mark.parametrize(
    ("variable", "host"),
    [
        ("SCALINGO_API_URL", "https://api.osc-secnum-fr1.scalingo.com"),
        ("SCALINGO_API_URL", "API.osc-secnum-fr1.scalingo.com.:443"),
        ("SCALINGO_DB_URL", "db-api.osc-secnum-fr1.scalingo.com"),
        ("DB_API_URL", "db-api.osc-secnum-fr1.scalingo.com"),
        ("SCALINGO_AUTH_URL", "https://auth.osc-secnum-fr1.scalingo.com"),
    ],
)
def test_a_host_that_names_another_region_is_refused(variable: str, host: str) -> None:
    """However it is spelled, and wherever the region comes from."""
    for environment, region in (({}, "osc-fr1"), ({"SCALINGO_REGION": "osc-fr1"}, None)):
        with pytest.raises(UsageError, match=f"{variable} is a host of region 'osc-secnum-fr1'"):
            HostSettings.read({**environment, variable: host}, region)
    other = {variable: "https://proxy.example.test"}
    assert HostSettings.read(other, "osc-fr1").region == "osc-fr1"
