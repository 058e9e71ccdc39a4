"""What the reading of secrets refuses by itself, whatever its callers let through."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.sql.dsn import SecretFileError, read_below


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
    with pytest.raises(SecretFileError) as caught:
        read_below(top, path.format(top=top))
    assert caught.value.what == f"is not below {str(top)!r}"


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
