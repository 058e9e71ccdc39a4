"""Which files are specs, and what two specs may not say together."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import TODAY

from reconcile.model.finding import Finding
from reconcile.spec.config import Config
from reconcile.spec.load import Loaded, load_specs
from reconcile.spec.source import read_source

pytestmark = pytest.mark.usefixtures("project")


def write(
    path: str, handle: str, *, app: str | None = None, engine: str = "mysql", **keys: str
) -> Path:
    """Write a small spec; its app is named like its handle unless told otherwise."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["version: 1", f"database: {handle}", f"app: {app or handle}", f"engine: {engine}"]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    lines += ["backups: {enabled: true}"]
    file.write_text("\n".join(lines) + "\n")
    return file


def load(*paths: str) -> Loaded:
    """Load without a configuration."""
    return load_specs([Path(path) for path in paths], config=Config(), today=TODAY)


def handles(loaded: Loaded) -> list[str]:
    """The handles in the order of the databases."""
    return [desired.handle for desired in loaded.desired]


def codes_at(loaded: Loaded) -> list[str]:
    """Place and code of every finding."""
    return [f"{finding.location} {finding.code}" for finding in loaded.findings]


def test_a_folder_is_searched_in_order() -> None:
    """Both suffixes, folders below, sorted; hidden ones, others and reconcile.yaml are skipped."""
    for name in ("specs/b.yml", "specs/a.yaml", "specs/sub/c.yaml"):
        write(name, Path(name).stem)
    for name in ("specs/.d.yaml", "specs/.git/e.yaml", "specs/reconcile.yaml", "specs/f.txt"):
        write(name, "skipped")
    loaded = load("specs")
    assert handles(loaded) == ["a", "b", "c"]
    assert loaded.files == 3
    assert loaded.findings == ()


def test_files_are_named_as_they_were_given() -> None:
    """A user finds the file under the name that was typed."""
    write("specs/a.yaml", "a")
    assert str(load("./specs").desired[0].location) == "specs/a.yaml:2:11"
    absolute = str(Path("specs").resolve())
    assert load(absolute).desired[0].location.file == f"{absolute}/a.yaml"


def test_a_file_is_read_once() -> None:
    """A folder, a file in it and a link to that file are one spec."""
    write("specs/a.yaml", "a")
    Path("specs/b.yaml").symlink_to("a.yaml")
    loaded = load("specs", "specs/a.yaml")
    assert handles(loaded) == ["a"]
    assert loaded.findings == ()


def test_a_link_in_a_circle_is_harmless() -> None:
    """A folder that a link leads back to is searched once."""
    write("specs/sub/a.yaml", "a")
    Path("specs/sub/again").symlink_to("..")
    assert handles(load("specs")) == ["a"]


def test_a_path_that_does_not_exist() -> None:
    """A typo in a path is not an empty fleet."""
    loaded = load("spec")
    assert codes_at(loaded) == ["spec S014"]
    assert "no file or folder 'spec'" in loaded.findings[0].message


def test_a_folder_without_specs() -> None:
    """Nor is a folder that holds none."""
    Path("specs").mkdir()
    Path("specs/readme.txt").touch()
    loaded = load("specs")
    assert codes_at(loaded) == ["specs S015"]
    assert "*.yaml" in (loaded.findings[0].hint or "")


def test_a_file_that_cannot_be_read() -> None:
    """The operating system's own words are passed on."""
    found = read_source(Path())
    assert isinstance(found, Finding)
    assert (found.code, found.message) == ("S001", "cannot be read: is a directory")


def test_a_folder_that_may_not_be_read() -> None:
    """A folder that is closed to us is no empty one."""
    with TemporaryDirectory() as folder:
        closed = Path(folder, "specs", "closed")
        closed.mkdir(parents=True)
        Path(folder).chmod(0o755)
        closed.chmod(0)
        child = os.fork()
        if not child:
            # Root may read everything: look as nobody does.
            if os.geteuid() == 0:
                os.setuid(65534)
            found = load(str(closed.parent)).findings
            os._exit(0 if "S001" in [finding.code for finding in found] else 1)
        _pid, status = os.waitpid(child, 0)
        closed.chmod(0o700)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_link_to_nowhere_is_no_silence() -> None:
    """The database that it was about would go unwatched."""
    write("specs/a.yaml", "a")
    Path("specs/b.yaml").symlink_to("nowhere.yaml")
    loaded = load("specs")
    assert handles(loaded) == ["a"]
    assert codes_at(loaded) == ["specs/b.yaml S014"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("../../out/token.env", "not read: the link leads to a file that is not a spec"),
        ("../../out/other.yaml", "not read: the link leads out of the project"),
        ("../token.env", "not read: the link leads to a file that is not a spec"),
        (
            "/proc/self/environ",
            "cannot be read: it shows the state of the kernel, not a regular file",
        ),
        ("/dev/zero", "cannot be read: it is a device, not a regular file"),
        ("a.yaml", "cannot be read: too many levels of symbolic links"),
        ("nowhere", "the link 'specs/a.yaml' leads to a file that does not exist"),
    ],
)
def test_a_link_quotes_nothing_from_elsewhere(
    target: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in a merge request cannot have a CI job print its token."""
    for name in ("out/token.env", "out/other.yaml", "project/token.env"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("export TOKEN='hunter2\x1b'\n", encoding="utf-8")
    Path("project/specs").mkdir()
    Path("project/specs/a.yaml").symlink_to(target)
    monkeypatch.chdir("project")
    for path in ("specs", "specs/a.yaml", str(tmp_path / "project/specs/a.yaml")):
        (found,) = load(path).findings
        assert found.message == message.replace("specs/a.yaml", str(found.location))
        assert found.excerpt is None
        assert "hunter2" not in repr(found)


def test_a_linked_folder_is_read_inside_the_project_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds is neither left out in silence nor quoted; a person may name the folder."""
    write("project/real/a.yaml", "a")
    write("out/b.yaml", "b")
    Path("project/specs").mkdir()
    Path("project/specs/in").symlink_to("../real")
    monkeypatch.chdir("project")
    assert handles(load("specs")) == ["a"]
    Path("specs/out").symlink_to("../../out")
    for path in ("specs", "specs/out", "specs/out/b.yaml"):
        assert [code.partition(" ")[2] for code in codes_at(load(path))] == ["S016"]
    assert handles(load("specs/in", "../out")) == ["a", "b"]


def test_a_pipe_is_called_a_pipe() -> None:
    """It is there, and it is not waited for."""
    Path("specs").mkdir()
    os.mkfifo("specs/f.yaml")
    (found,) = load("specs").findings
    assert found.message == "cannot be read: it is a pipe, not a regular file"


def test_capitals_in_a_suffix_are_read() -> None:
    """A spec that protects a database is not left out for its name."""
    write("specs/a.YAML", "a")
    write("specs/b.Yml", "b")
    assert handles(load("specs")) == ["a", "b"]


def test_one_bad_spec_does_not_hide_the_others() -> None:
    """The rest of the fleet is loaded, and the findings say what is missing."""
    write("specs/a.yaml", "a")
    write("specs/b.yaml", "B")
    loaded = load("specs")
    assert handles(loaded) == ["a"]
    assert codes_at(loaded) == ["specs/b.yaml:2:11 S104"]


DSN = {"engine": "postgresql", "connection": '{dsn: "${env:A}", database: a}'}


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ({"handle": "shop"}, {"handle": "shop", "app": "two"}, "2:11 S301"),
        ({"addon": "ad-1"}, {"addon": "ad-1"}, "5:8 S302"),
        ({"addon": "ad-1"}, {"addon": "ad-1", "engine": "redis"}, "5:8 S302"),
        ({}, {}, "3:6 S302"),
        (DSN, {**DSN, "app": "two"}, "5:1 S302"),
        (DSN, {**DSN, "app": "two", "connection": '{dsn: "${env:B}", database: a}'}, None),
        ({"addon": "ad-1"}, {"addon": "ad-2"}, None),
        ({"engine": "mysql"}, {"engine": "redis"}, None),
        ({"addon": "ad-1"}, {}, None),  # only the provider knows which one is meant
    ],
)
def test_two_specs_of_one_thing(
    one: dict[str, str], other: dict[str, str], code: str | None
) -> None:
    """A handle, an addon, the only addon of an engine, a connection string: both places are named."""
    write("specs/a.yaml", **{"handle": "a", "app": "web", **one})
    write("specs/b.yaml", **{"handle": "b", "app": "web", **other})
    loaded = load("specs")
    assert codes_at(loaded) == ([f"specs/b.yaml:{code}"] if code else [])
    assert all("specs/a.yaml:2:11" in found.message for found in loaded.findings)


def test_findings_are_sorted_by_file_and_place() -> None:
    """Files in the order given, then lines; the same input gives the same findings."""
    path = write("b.yaml", "B")
    path.write_text(f"{path.read_text()}x: 1\n")
    write("a.yaml", "A")
    assert codes_at(load("b.yaml", "a.yaml")) == [
        "b.yaml:2:11 S104", "b.yaml:6:1 S102", "a.yaml:2:11 S104",
    ]  # fmt: skip
