"""Lines of styled text → one string for a terminal or a pipe; the only door to rich.

rich is imported where it is used: a command that prints JSON never loads it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

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

    A line that does not fit is wrapped and goes on `hanging` columns further right; a `whole` one
    is never wrapped, so that it can be copied. A `sign` stands before the first piece, and is never
    left alone; a `mark` at the right, in one column on all lines, where there is room.
    """

    indent: int = 0
    sign: tuple[str, str] | None = None
    pieces: tuple[tuple[str, str], ...] = ()
    hanging: int = 2
    whole: bool = False
    mark: tuple[str, str] | None = None


def line(
    indent: int,
    *pieces: tuple[str, str] | str,
    hanging: int = 2,
    whole: bool = False,
    sign: tuple[str, str] | None = None,
    mark: tuple[str, str] | None = None,
) -> Line:
    """Build a line; a piece without a style is plain text."""
    styled = tuple((piece, "") if isinstance(piece, str) else piece for piece in pieces)
    return Line(indent=indent, pieces=styled, hanging=hanging, whole=whole, sign=sign, mark=mark)


BLANK = Line()

MARK_COLUMN = 62
"""Where marks stand on a page that is wide enough for them."""


def padded(text: str, width: int) -> str:
    """Fill up to a width in terminal columns, where one character may take two."""
    return safe_text(text) + " " * max(0, width - columns(text))


def columns(text: str) -> int:
    """How many terminal columns a text takes."""
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    return cell_len(safe_text(text))


def cut(text: str, width: int) -> str:
    """As much of a text as fits, with an ellipsis where something was left out."""
    from rich.cells import set_cell_size  # noqa: PLC0415 - see above

    shown = safe_text(text)
    return shown if columns(shown) <= width else set_cell_size(shown, width - 1).rstrip() + "…"


def render(lines: Iterable[Line], look: Look) -> str:
    """Render a page. Text from outside is made safe here and nowhere later."""
    stream = io.StringIO()
    console: Console | None = None
    for each in lines:
        plain = None if look.colour else _plain(each, look.width)
        if plain is not None:
            stream.write(f"{plain}\n")
            continue
        console = console or _console(stream, look)
        for part in _rendered(console, each, look.width):
            part.rstrip()
            if look.colour:
                console.print(part, soft_wrap=True)
            else:  # the same text; the console would take a quarter of the time of a whole plan
                stream.write(f"{part.plain}\n")
    return stream.getvalue()


def _plain(each: Line, width: int | None) -> str | None:
    """A line without colour that surely fits; None for another, which rich measures and wraps."""
    if each.mark is not None:
        return None
    pieces = [each.sign[0], " "] if each.sign else []
    pieces += [piece for piece, _style in each.pieces]
    text = " " * each.indent + "".join(map(safe_text, pieces))
    fits = each.whole or width is None or (text.isascii() and len(text) <= width)
    return text.rstrip() if fits else None


def _console(stream: TextIO, look: Look) -> Console:
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(
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


_ENDLESS = 100_000


def _rendered(console: Console, each: Line, width: int | None) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415 - see above

    margin = Text(" " * each.indent)
    if each.sign is not None:
        sign, style = each.sign
        margin.append(safe_text(sign), style).append(" ")
    text = Text()
    for piece, style in each.pieces:
        text.append(safe_text(piece), style)
    start = margin.cell_len
    if each.mark is not None:
        _append_mark(text, each.mark, start, width)
    if each.whole or width is None or start + text.cell_len <= width:
        yield margin.append_text(text)
        return
    # The first line may be longer than the others by what they hang; on a narrow page they hang
    # less, to have room.
    hanging = each.hanging if each.hanging <= (width - start) // 2 else _LEAST
    following = Text(" " * (start + hanging))
    first, rest = _broken(console, text, width - start)
    yield margin.append_text(first)
    if rest:
        for part in rest.wrap(console, max(_NARROWEST, width - following.cell_len)):
            yield following.copy().append_text(part)


_NARROWEST = 10
_LEAST = 2


def _broken(console: Console, text: Text, width: int) -> tuple[Text, Text]:
    """Break a text after the last word that fits."""
    first = text.wrap(console, max(_NARROWEST, width))[0]
    rest = text[len(first.plain) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
    first.rstrip()
    return first, rest


def _append_mark(text: Text, mark: tuple[str, str], start: int, width: int | None) -> None:
    word, style = mark
    fits = width is None or MARK_COLUMN + columns(word) <= width
    gap = MARK_COLUMN - start - text.cell_len if fits else 0
    text.append(" " * max(2, gap))
    text.append(word, style)
