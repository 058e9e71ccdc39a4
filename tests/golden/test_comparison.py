"""The mechanism itself: it can fail, and says how."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden.comparison import FILES, Golden
from golden.pages import GOLDEN


def kept(directory: Path, content: str = "one\ntwo\n") -> Golden:
    """A folder with one golden file."""
    (directory / "a.txt").write_bytes(content.encode())
    return Golden(directory=directory, rewrite=False)


def failure(golden: Golden, name: str, text: str) -> str:
    """What a comparison fails with."""
    with pytest.raises(pytest.fail.Exception) as caught:
        golden.check(name, text)
    return str(caught.value)


def test_equal_bytes_pass(tmp_path: Path) -> None:
    """Nothing is said."""
    kept(tmp_path).check("a.txt", "one\ntwo\n")


def test_a_difference_is_shown_as_a_diff(tmp_path: Path) -> None:
    """What was there, what is rendered, and how to accept it."""
    message = failure(kept(tmp_path), "a.txt", "one\nthree\n")
    assert "--- golden/a.txt" in message
    assert "+++ rendered/a.txt" in message
    assert "\n-two\n+three\n" in message
    assert "--rewrite-golden" in message


@pytest.mark.parametrize("text", ["one\ntwo", "one\ntwo\n\n", "one\r\ntwo\r\n", "one \ntwo\n"])
def test_white_space_counts(tmp_path: Path, text: str) -> None:
    """Byte for byte: line ends, blanks at the end of a line, and the last newline."""
    assert "@@" in failure(kept(tmp_path), "a.txt", text)


def test_a_diff_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Escapes are shown."""
    message = failure(kept(tmp_path, "\x1b[31mred\x1b[0m\n"), "a.txt", "plain\n")
    assert "\x1b" not in message
    assert "-\\x1b[31mred" in message


def test_a_missing_file_fails(tmp_path: Path) -> None:
    """A new page is looked at before it is right."""
    message = failure(kept(tmp_path), "b.txt", "text")
    assert message.startswith("there is no golden file b.txt")
    assert not (tmp_path / "b.txt").exists()


def test_rewriting_takes_what_is_rendered(tmp_path: Path) -> None:
    """Files in new folders too."""
    Golden(directory=tmp_path, rewrite=True).check("new/a.txt", "é\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "é\n".encode()


def test_a_left_over_file_is_found(tmp_path: Path) -> None:
    """In folders too."""
    golden = kept(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "b.txt").touch()
    assert golden.left_over(["a.txt"]) == ["old/b.txt"]


def test_every_golden_file_is_read() -> None:
    """A page that is gone takes its file with it."""
    assert Golden(directory=FILES, rewrite=False).left_over(GOLDEN) == []
