"""Lines of styled text → one string for a terminal or a pipe; the only door to rich.

rich is imported where it is used: a command that prints JSON never loads it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen

from reconcile.model.text import safe_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


@frozen(kw_only=True)
class Look:
    """How a page is shown. `width` in columns; None: never wrap, as for a pipe."""

    colour: bool = False
    width: int | None = None


@frozen(kw_only=True)
class Line:
    """One line: an indent in columns, and pieces of (text, style).

    A line that does not fit is wrapped and goes on under its `hanging` column.
    """

    indent: int = 0
    pieces: tuple[tuple[str, str], ...] = ()
    hanging: int = 2


def line(indent: int, *pieces: tuple[str, str] | str, hanging: int = 2) -> Line:
    """Build a line; a piece without a style is plain text."""
    styled = tuple((piece, "") if isinstance(piece, str) else piece for piece in pieces)
    return Line(indent=indent, pieces=styled, hanging=hanging)


BLANK = Line()


def padded(text: str, width: int) -> str:
    """Fill up to a width in terminal columns, where one character may take two."""
    return safe_text(text) + " " * max(0, width - columns(text))


def columns(text: str) -> int:
    """How many terminal columns a text takes."""
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    return cell_len(safe_text(text))


def render(lines: Iterable[Line], look: Look) -> str:
    """Render a page. Text from outside is made safe here and nowhere later."""
    from rich.console import Console  # noqa: PLC0415 - see above

    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        width=look.width or _ENDLESS,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for each in lines:
        for part in _wrapped(console, each, look):
            console.print(part, soft_wrap=True)
    return stream.getvalue()


_ENDLESS = 100_000


def _wrapped(console: Console, each: Line, look: Look) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415 - see above

    text = Text()
    for piece, style in each.pieces:
        text.append(safe_text(piece), style)
    text.rstrip()
    margin = " " * each.indent
    if look.width is None or each.indent + text.cell_len <= look.width:
        return [Text(margin).append_text(text) if text else Text()]
    first, *rest = text.wrap(console, look.width - each.indent - each.hanging)
    joined = Text("\n").join(rest)
    following = " " * (each.indent + each.hanging)
    return [
        Text(margin).append_text(first),
        *(Text(following).append_text(part) for part in joined.split("\n")),
    ]
