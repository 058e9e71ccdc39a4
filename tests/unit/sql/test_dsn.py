"""Where connection strings are fetched from, and what a spec cannot reach."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconcile.errors import UnusableConnectionError
from reconcile.sql.dsn import LARGEST, Dsn, read_below, resolve

SECRET = "postgresql://shop:canary-4711@db.example/shop"


def of(**environment: str) -> dict[str, str]:
    """The environment of a run."""
    return environment


def refused(reference: str, environment: Mapping[str, str]) -> str:
    """The sentence with which a reference is refused, which holds nothing of the secret."""
    with pytest.raises(UnusableConnectionError) as caught:
        resolve(reference, environment)
    assert "canary" not in repr(caught.value) + repr(caught.value.__context__)
    assert str(caught.value) == f"{caught.value.what}: {caught.value.hint}"
    return str(caught.value)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A directory of secrets, beside which there is another one."""
    place = tmp_path / "secrets"
    place.mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "shop").write_text(SECRET)
    return place


def test_a_connection_string_hides_itself() -> None:
    """Neither it nor the environment shows in a repr."""
    environment = of(RECONCILE_ENV_ALLOW="SHOP", SHOP=SECRET)
    dsn = resolve("${env:SHOP}", environment)
    assert dsn == Dsn(reference="${env:SHOP}", secret=SECRET)
    assert repr(dsn) == str(dsn) == "Dsn(reference='${env:SHOP}')"


@pytest.mark.parametrize("allowed", ["SHOP", "OTHER, SHOP ,THIRD", " SHOP"])
def test_a_listed_variable_is_open(allowed: str) -> None:
    """Names are parted by commas; spaces around them do not count."""
    environment = of(RECONCILE_ENV_ALLOW=allowed, SHOP=SECRET)
    assert resolve("${env:SHOP}", environment).secret == SECRET


@pytest.mark.parametrize("allowed", ["", "SHOPS", "SH*", "SHOP OTHER", "shop"])
def test_a_variable_that_is_not_listed_is_closed(allowed: str) -> None:
    """Only whole names open one."""
    assert (
        refused("${env:SHOP}", of(RECONCILE_ENV_ALLOW=allowed, SHOP=SECRET))
        == "the variable 'SHOP' is not open to specs: list it in RECONCILE_ENV_ALLOW"
    )


def test_without_a_list_every_variable_is_closed() -> None:
    """Nothing is open by default."""
    assert "is not open to specs" in refused("${env:SHOP}", of(SHOP=SECRET))


@pytest.mark.parametrize(
    "name", ["SCALINGO_API_TOKEN", "DB_BEARER_TOKEN", "RECONCILE_PLAN_KEY", "RECONCILE_X"]
)
def test_the_tools_own_variables_stay_closed(name: str) -> None:
    """No list opens a credential."""
    environment = of(**{"RECONCILE_ENV_ALLOW": name, name: SECRET})
    assert "is the tool's own, which no spec may name" in refused(f"${{env:{name}}}", environment)


def test_a_listed_variable_has_to_be_set() -> None:
    """One that is missing is said, before anything is connected to."""
    assert refused("${env:SHOP}", of(RECONCILE_ENV_ALLOW="SHOP")) == (
        "the variable 'SHOP' is not set: set it to the connection string"
    )


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_empty_variable_is_refused(value: str) -> None:
    """To libpq an empty string would mean its own defaults."""
    environment = of(RECONCILE_ENV_ALLOW="SHOP", SHOP=value)
    assert "'${env:SHOP}' is empty" in refused("${env:SHOP}", environment)


@pytest.mark.parametrize("value", ["canary\0", "canary\udcff"])
def test_what_is_no_text_is_refused(value: str) -> None:
    """The driver would end at a zero, and cannot be given what is not UTF-8."""
    environment = of(RECONCILE_ENV_ALLOW="SHOP", SHOP=value)
    assert "is no text" in refused("${env:SHOP}", environment)


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        "${env:SHOP}canary",
        "${ENV:canary}",
        "${env:}",
        "$canary",
        "${file:}",
        f"${{file:{SECRET}}}",
        f"${{env:{SECRET}}}",
        "${file:shop:canary@db.example/shop}",
        "${file:host=db.example password=canary}",
        "${file:./canary}",
        "${file:../canary}",
        "${file:eu/../canary}",
        "${file:/../canary}",
        "${file://canary}",
        "${file:canary/}",
        "${file:canary}\n",
    ],
)
def test_what_is_no_reference_is_not_quoted(written: str) -> None:
    """It may be a connection string that somebody wrote into a spec."""
    sentence = refused(written, of(RECONCILE_ENV_ALLOW="canary", canary=SECRET))
    assert "canary" not in sentence
    assert sentence.endswith("write ${env:NAME} or ${file:PATH}")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
def test_a_last_newline_is_no_part_of_it(secrets: Path, ending: str) -> None:
    """Editors end files with one, and `cat` in a script ends variables so."""
    (secrets / "shop").write_bytes(f"{SECRET}{ending}".encode())
    environment = of(
        RECONCILE_SECRETS_DIR=str(secrets), RECONCILE_ENV_ALLOW="SHOP", SHOP=SECRET + ending
    )
    assert resolve("${file:shop}", environment).secret == SECRET
    assert resolve("${env:SHOP}", environment).secret == SECRET


def test_a_file_may_be_named_by_its_whole_path(secrets: Path) -> None:
    """As long as it is below the directory."""
    (secrets / "eu").mkdir()
    (secrets / "eu" / "shop").write_text(SECRET)
    environment = of(RECONCILE_SECRETS_DIR=str(secrets))
    assert resolve(f"${{file:{secrets}/eu/shop}}", environment).secret == SECRET


def test_links_are_followed_inside(secrets: Path) -> None:
    """So a cluster mounts its secrets: as links into a directory that it exchanges as a whole."""
    (secrets / "..2026").mkdir()
    (secrets / "..2026" / "shop").write_text(SECRET)
    (secrets / "..now").symlink_to("..2026")
    (secrets / "shop").symlink_to("..now/shop")
    environment = of(RECONCILE_SECRETS_DIR=str(secrets))
    assert resolve("${file:shop}", environment).secret == SECRET


def test_the_directory_itself_may_be_a_link(secrets: Path) -> None:
    """Whoever runs the tool is trusted with it."""
    (secrets / "shop").write_text(SECRET)
    link = secrets.parent / "link"
    link.symlink_to(secrets)
    assert resolve("${file:shop}", of(RECONCILE_SECRETS_DIR=str(link))).secret == SECRET


@pytest.mark.parametrize("unset", [{}, {"RECONCILE_SECRETS_DIR": ""}])
def test_without_a_directory_every_file_is_closed(unset: dict[str, str]) -> None:
    """An empty value is not the current directory."""
    assert "set RECONCILE_SECRETS_DIR" in refused("${file:shop}", of(**unset))


WAYS_OUT = [
    "{tmp}/other/shop",
    "{tmp}/other/nothing",
    "{tmp}/secrets-too/shop",
    "out/shop",
    "out/nothing",
    "shop",
]


@pytest.mark.parametrize("path", WAYS_OUT)
def test_no_way_leads_out(secrets: Path, path: str) -> None:
    """Neither a whole path nor a link, be it of a directory or of the file.

    Whether anything is there is not told: the sentence is the same.
    """
    (secrets / "out").symlink_to(secrets.parent / "other")
    (secrets / "shop").symlink_to("../other/shop")
    reference = f"${{file:{path.format(tmp=secrets.parent)}}}"
    sentence = refused(reference, of(RECONCILE_SECRETS_DIR=str(secrets)))
    assert sentence.partition(" is ")[2] == (
        f"not below {str(secrets)!r}: move it there, or name one that is"
    )


def _circle(place: Path) -> None:
    place.symlink_to(place.name)


def _large(place: Path) -> None:
    place.write_bytes(b"canary" + b"x" * LARGEST)


def _binary(place: Path) -> None:
    place.write_bytes(b"canary\xff\xfe")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _place: None, "cannot be read: no such file or directory"),
        (Path.mkdir, "is no regular file"),
        (os.mkfifo, "is no regular file"),
        (_circle, "cannot be read: "),
        (_large, "is larger than 64 KiB"),
        (_binary, "is no text"),
        (Path.touch, "is empty"),
    ],
)
def test_what_is_no_file_with_a_text_is_refused(
    secrets: Path, make: Callable[[Path], object], said: str
) -> None:
    """Nothing is waited for, and the sentence names the file."""
    make(secrets / "shop")
    sentence = refused("${file:shop}", of(RECONCILE_SECRETS_DIR=str(secrets)))
    assert said in sentence
    assert "shop" in sentence


def test_the_largest_file_is_read(secrets: Path) -> None:
    """The limit itself is allowed."""
    (secrets / "shop").write_bytes(b"x" * LARGEST)
    environment = of(RECONCILE_SECRETS_DIR=str(secrets))
    assert len(resolve("${file:shop}", environment).secret) == LARGEST


def test_the_directory_is_no_file(secrets: Path) -> None:
    """A path may lead to the directory itself."""
    sentence = refused(f"${{file:{secrets}}}", of(RECONCILE_SECRETS_DIR=str(secrets)))
    assert "is no regular file" in sentence


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    """As a file that is not there."""
    environment = of(RECONCILE_SECRETS_DIR=str(tmp_path / "none"))
    assert "cannot be read: no such file" in refused("${file:shop}", environment)


@pytest.mark.parametrize("name", ["PGSERVICEFILE", "PGSSLROOTCERT", "PGPASSFILE"])
def test_libpq_is_given_no_pipe_to_wait_for(secrets: Path, name: str) -> None:
    """A missing file is left to libpq, which says so; `system` is no file."""
    os.mkfifo(secrets / "pipe")
    common = {"RECONCILE_ENV_ALLOW": "SHOP", "SHOP": SECRET}
    for place in (secrets / "pipe", "/dev/zero"):
        sentence = refused("${env:SHOP}", of(**common, **{name: str(place)}))
        assert sentence.startswith(f"{name} names {str(place)!r}, which is not a regular file")
    for fine in ("", "system", str(secrets / "missing"), __file__):
        assert resolve("${env:SHOP}", of(**common, **{name: fine})).secret == SECRET


@pytest.mark.parametrize(
    "path",
    [
        "../other",
        "./../other",
        "..",
        "none/../../other",
        "none/../shop",
        "{top}/../other",
        "{top}/../secrets/shop",
        "{top}-too/shop",
        "/etc/passwd",
        "/etc/no-such-file",
        "/no-such-directory/file",
        "/",
    ],
)
def test_what_does_not_lead_down_is_never_looked_at(tmp_path: Path, path: str) -> None:
    """Not even the directory: the sentence is the same where that is missing."""
    top = tmp_path / "secrets"
    with pytest.raises(UnusableConnectionError) as caught:
        read_below(top, path.format(top=top))
    assert caught.value.what.endswith(f" is not below {str(top)!r}")


@pytest.mark.parametrize("path", ["shop", "./shop", "{top}/shop", "{top}/./shop"])
def test_what_leads_down_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A directory may be named from the current one, and a file in it by its whole path."""
    top = tmp_path / "secrets"
    top.mkdir()
    (top / "shop").write_bytes(b"here")
    monkeypatch.chdir(tmp_path)
    assert read_below(top, path.format(top=top)) == b"here"
    assert read_below(Path("secrets"), path.format(top=top)) == b"here"
