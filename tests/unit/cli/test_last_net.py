"""Errors that nothing else caught: a sentence about what happened, and never a success."""

from __future__ import annotations

import errno
import os

import pytest

from reconcile.cli import main as entry
from reconcile.cli.world import World


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)), "broken pipe"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "too many open files"),
        (OSError(errno.EIO, os.strerror(errno.EIO), "specs"), "input/output error: 'specs'"),
        (BrokenPipeError(), "a defect of the tool, please report it: BrokenPipeError()"),
        (ValueError("x"), "a defect of the tool, please report it: ValueError('x')"),
    ],
)
@pytest.mark.parametrize("changing", [False, True])
def test_an_error_is_never_a_success(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    said: str,
    *,
    changing: bool,
) -> None:
    """4 where something may have been changed by then; it is not called a matter of stdout."""

    def fail(_argv: list[str], world: World) -> int:
        if changing:
            world.changing.set()
        raise error

    monkeypatch.setattr(entry, "_run", fail)
    assert entry.main(["plan"]) == (4 if changing else 1)
    told = capsys.readouterr().err
    assert said in told
    assert "stdout" not in told
