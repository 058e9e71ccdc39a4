"""All specs of a project, wherever a command looks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import TODAY

from reconcile.model.project import Project
from reconcile.spec.config import load_config
from reconcile.spec.load import load_specs
from reconcile.spec.project import load_project


def spec(handle: str, more: str = "", *, app: str = "shop-web") -> str:
    """A small spec."""
    return f"version: 1\ndatabase: {handle}\napp: {app}\nengine: mysql\n{more}"


def write(place: str, text: str) -> Path:
    """A file of the project, with the folders above it."""
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def project(
    *paths: str, load: bool = True, config: str | None = None, most: int = 50_000
) -> Project:
    """The project around the current folder, with these paths selected."""
    chosen = [Path(path) for path in paths]
    read, _faults = load_config(Path(config) if config else None, chosen, today=TODAY)
    loaded = load_specs(chosen, config=read, today=TODAY) if load else None
    return load_project(chosen, loaded, config=read, today=TODAY, most_entries=most)


def handles(found: Project) -> list[str]:
    """The databases of a project."""
    return sorted(one.handle for one in found.specs)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_specs_are_found_wherever_they_are() -> None:
    """Once each, with where they are, in block and in flow style."""
    write("specs/a.yaml", spec("a"))
    write("specs/b.yaml", spec("b") + "---\n" + spec("c"))
    write("team/deep/d.yml", spec("d"))
    write("flow.yaml", '{"version": 1, "database": "e", "app": "x", "engine": "mysql"}\n')
    Path("team/again.yaml").symlink_to("../specs/a.yaml")
    for paths, load in (
        (["specs/b.yaml"], True),
        (["specs"], True),
        (["specs"], False),
        ([], True),
    ):
        found = project(*paths, load=load)
        assert handles(found) == ["a", "b", "c", "d", "e"]
        assert found.unread == ()
    assert project().specs[0].location.file == "specs/a.yaml"


@pytest.mark.parametrize(
    "place",
    [
        ".hidden/x.yaml",
        "node_modules/p/x.yaml",
        "env/x.yaml",
        "other/x.yaml",
        "specs.d/.x.yaml",
        "x.txt",
    ],
)
def test_what_is_hidden_installed_or_of_another_project_is_left_out(place: str) -> None:
    """A virtual environment has its mark, another project its configuration."""
    write("env/pyvenv.cfg", "")
    write("other/reconcile.yaml", "version: 1\n")
    write(place, spec("x"))
    assert project() == Project()


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  app: {image: x}\n  database: {image: y}\n  engine: {image: z}\nversion: '3'\n",
        "version: 1\napp:\n  name: x\ndatabase:\n  host: y\nengine:\n  n: 1\n",
        "engine: mysql\ndatabase: shop\nhost: localhost\n",
        "- database\n- app\n- engine\n- version\n",
        "{{ database }} {{ app }}: {{ engine }} version\n",
        "# version database app engine\n",
        "",
        f"big: '{'x' * (1 << 20)}'\n# version database app engine\n",
    ],
)
def test_other_yaml_is_no_spec(text: str) -> None:
    """Whatever words are in it."""
    write("values.yaml", text)
    assert project() == Project()


@pytest.mark.parametrize(
    ("text", "app"),
    [
        (spec("x", "protct: true\n"), "shop-web"),
        (spec("x").replace("engine: mysql\n", ""), "shop-web"),
        (spec("x").replace("app: shop-web\n", ""), None),
        (spec("x", "backups: [\n"), "shop-web"),
        (spec("x") + "---\n" + spec("y", "backups: [\n", app="other"), None),
        (spec("x").replace("database: x", 'database: "\\q"'), "shop-web"),
        (spec("x", f"# {'x' * (1 << 20)}\n"), "shop-web"),
        (spec("x", "# \xff\n"), "shop-web"),
    ],
)
@pytest.mark.parametrize("place", ["other/x.yaml", "specs/x.yaml"])
def test_a_spec_that_cannot_be_read_is_named(place: str, text: str, app: str | None) -> None:
    """With its place and its application, where that is known."""
    path = Path(place)
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    (found,) = project().unread
    assert found.location.file == place
    assert found.app == app
    assert found.message


def test_in_the_default_folder_every_file_is_meant() -> None:
    """Also one that looks like nothing; elsewhere it is not looked at twice."""
    write("specs/x.yaml", "- 1\n")
    write("elsewhere/x.yaml", "- 1\n")
    assert [one.location.file for one in project("elsewhere").unread] == ["specs/x.yaml"]


def test_links_to_nowhere_count_in_the_default_folder() -> None:
    """They promise a spec; pipes and links elsewhere are no files."""
    Path("specs").mkdir()
    Path("specs/x.yaml").symlink_to("nowhere")
    Path("x.yaml").symlink_to("nowhere")
    os.mkfifo("pipe.yaml")
    Path("round").symlink_to(".")
    assert [one.location.file for one in project().unread] == ["specs/x.yaml"]


def test_an_unreadable_file_may_be_a_spec() -> None:
    """Of which application is not known. This one even root cannot read."""
    Path("x.yaml").symlink_to("/proc/self/mem")
    (found,) = project().unread
    assert (found.message, found.app) == (
        "cannot be read: it shows the state of the kernel, not a regular file",
        None,
    )


def test_a_link_out_of_the_project_may_be_a_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read, but counts where it looks like a spec."""
    write("out/a.yaml", spec("a"))
    write("out/b.yaml", "x: 1\n")
    Path("inside").mkdir()
    monkeypatch.chdir("inside")
    for name in ("a.yaml", "b.yaml"):
        Path(name).symlink_to(f"../out/{name}")
    assert [(one.location.file, one.message) for one in project().unread] == [
        ("a.yaml", "not read: the link leads out of the project")
    ]


def test_the_nearest_configuration_is_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the current folder or the selected paths upwards, or as it is named."""
    write("reconcile.yaml", "version: 1\n")
    write("specs/a.yaml", spec("a"))
    write("team/specs/b.yaml", spec("b"))
    monkeypatch.chdir("team")
    assert handles(project("specs")) == ["a", "b"]
    monkeypatch.chdir("../..")
    assert handles(project("here/team/specs/b.yaml")) == ["a", "b"]
    write("conf/reconcile.yaml", "version: 1\n")
    write("conf/specs/c.yaml", spec("c"))
    assert handles(project(config="conf/reconcile.yaml")) == ["c"]


def test_defaults_protect_specs_that_are_not_selected() -> None:
    """The configuration of the project counts for all of them."""
    write("reconcile.yaml", "version: 1\ndefaults: {engines: {mysql: {protect: true}}}\n")
    write("a.yaml", spec("a"))
    assert [one.protect for one in project().specs] == [True]


@pytest.mark.parametrize(("most", "words"), [(6, []), (5, ["more than 5 files and folders"])])
def test_a_huge_folder_is_not_looked_through(most: int, words: Sequence[str]) -> None:
    """Then what it holds is not known."""
    for name in "abcd":
        write(f"{name}/x.txt" if name < "c" else f"{name}.yaml", "x: 1\n")
    found = project(most=most)
    assert [one.message for one in found.unread] == [
        f"the project folder has {one}" for one in words
    ]
    assert all(one.location.file == "." and one.app is None for one in found.unread)
