"""A directory that nobody but us may read or change."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engines_here import needs_root

from reconcile.api.private import NotPrivateError, PrivateDirectory

NAME = "0" * 64
MOMENT = 1_700_000_000.0


@pytest.fixture
def directory(tmp_path: Path) -> PrivateDirectory:
    """One that is not there yet."""
    return PrivateDirectory(tmp_path / "a" / "b" / "tokens")


def mode(path: Path) -> int:
    """The permissions of a file or directory."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a shell may have set."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_what_is_written_is_ours_alone(directory: PrivateDirectory, tmp_path: Path) -> None:
    """Whatever the umask; the time is the one that was given."""
    directory.write(NAME, b"x", MOMENT)
    assert [mode(tmp_path / place) for place in ("a", "a/b", "a/b/tokens")] == [0o700] * 3
    file = directory.path / NAME
    assert (mode(file), file.stat().st_mtime) == (0o600, MOMENT)
    assert directory.read(NAME) == b"x"
    assert [one.name for one in directory.path.iterdir()] == [NAME]


def test_what_is_not_there_is_no_file(directory: PrivateDirectory) -> None:
    """Neither the file nor its directory."""
    for work in (directory.read, directory.remove):
        with pytest.raises(FileNotFoundError):
            work(NAME)
    directory.write(NAME, b"x", MOMENT)
    directory.remove(NAME)
    with pytest.raises(FileNotFoundError):
        directory.read(NAME)


def test_many_writers_leave_one_whole_file(directory: PrivateDirectory) -> None:
    """A reader beside them sees one or the other, never a part."""
    contents = [bytes([number]) * 10_000 for number in range(20)]
    directory.write(NAME, contents[0], MOMENT)
    with ThreadPoolExecutor(8) as threads:
        written = [
            threads.submit(directory.write, NAME, content, MOMENT) for content in contents * 3
        ]
        read = [threads.submit(directory.read, NAME) for _ in contents * 3]
        assert all(one.result() in contents for one in read)
    assert [one.result() for one in written] == [None] * 60
    assert [one.name for one in directory.path.iterdir()] == [NAME]


def linked(place: Path) -> None:
    """A link to what was there."""
    aside = place.with_name("aside")
    place.rename(aside)
    place.symlink_to(aside)


def dead_link(place: Path) -> None:
    """A link to what is not there, yet."""
    place.rename(place.with_name("aside"))
    place.symlink_to(place.with_name("nowhere"))


def given_away(place: Path) -> None:
    """Somebody else's; only root can make that."""
    os.chown(place, 65534, 65534)


def readable(place: Path) -> None:
    """Open to the group."""
    place.chmod(mode(place) | 0o040)


def writable(place: Path) -> None:
    """Open to all."""
    place.chmod(mode(place) | 0o002)


def piped(place: Path) -> None:
    """A pipe, which a reader would wait for."""
    place.rename(place.with_name("aside"))
    os.mkfifo(place, 0o600)


ATTACKS: dict[Callable[[Path], None], str] = {
    linked: "is a link",
    dead_link: "is a link",
    given_away: "belongs to somebody else",
    readable: "is open to other users",
    writable: "is open to other users",
}
GIVEN_AWAY = pytest.param(given_away, marks=needs_root("give a file away"))
PARAMETERS = [GIVEN_AWAY if attack is given_away else attack for attack in ATTACKS]


@pytest.mark.parametrize("attack", PARAMETERS)
def test_a_directory_that_is_not_ours_alone_is_refused(
    directory: PrivateDirectory, attack: Callable[[Path], None]
) -> None:
    """Nothing is read from it, written to it or taken out of it."""
    directory.write(NAME, b"x", MOMENT)
    attack(directory.path)
    works: list[Callable[[], object]] = [
        lambda: directory.read(NAME),
        lambda: directory.write(NAME, b"y", MOMENT),
        lambda: directory.remove(NAME),
        lambda: directory.sweep(MOMENT + 1, MOMENT + 2),
    ]
    for work in works:
        with pytest.raises(NotPrivateError) as caught:
            work()
        assert str(caught.value).startswith(f"{str(directory.path)!r} {ATTACKS[attack]}")
    aside = directory.path.with_name("aside")
    kept = (aside if aside.exists() else directory.path) / NAME
    assert kept.read_bytes() == b"x"


@pytest.mark.parametrize("attack", [*PARAMETERS, piped])
def test_a_file_that_is_not_ours_alone_is_refused(
    directory: PrivateDirectory, attack: Callable[[Path], None]
) -> None:
    """And what a link leads to stays as it is when the file is written anew."""
    directory.write(NAME, b"x", MOMENT)
    file = directory.path / NAME
    attack(file)
    with pytest.raises(NotPrivateError) as caught:
        directory.read(NAME)
    assert str(caught.value).startswith(repr(str(file)))
    directory.write(NAME, b"y", MOMENT)
    assert (directory.read(NAME), mode(file)) == (b"y", 0o600)
    aside = file.with_name("aside")
    assert not aside.exists() or aside.read_bytes() == b"x"
    assert not file.with_name("nowhere").exists()


def test_a_file_in_place_of_the_directory_is_refused(directory: PrivateDirectory) -> None:
    """It is not taken away either."""
    directory.path.parent.mkdir(parents=True)
    directory.path.write_text("x")
    with pytest.raises(NotPrivateError, match="is a link or no directory"):
        directory.write(NAME, b"x", MOMENT)
    assert directory.path.read_text() == "x"


def test_only_our_own_old_files_are_swept(directory: PrivateDirectory) -> None:
    """Drafts of a killed run among them; what a person put there stays."""
    now = {NAME: MOMENT, "1" * 64: MOMENT - 10, "2" * 64: MOMENT + 10}
    for name, moment in now.items():
        directory.write(name, b"x", moment)
    draft, notes = directory.path / f"{NAME}.{'a' * 16}", directory.path / "notes"
    for other in (draft, notes):
        other.write_text("x")
        os.utime(other, (0, 0))
    directory.sweep(MOMENT - 5, MOMENT + 5)
    assert {one.name for one in directory.path.iterdir()} == {NAME, "notes"}
