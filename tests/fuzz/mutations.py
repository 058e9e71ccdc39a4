"""Mutations that know lines and JSON: bytes alone seldom get past a parser.

Each takes what is there and a generator of random numbers, and gives content of a bounded size.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

USUAL = 6_000
"""Bytes up to which most inputs grow: a hundred of these take as long as one of the largest."""

_RARELY = 1 / 200
_WORD = re.compile(r"[\w.>=-]+")
_NUMBERS = (0, -1, 1, 23, 24, 256, 1 << 31, 1 << 63, 10**18, 0.5)


@frozen(kw_only=True)
class Mutator:
    """Changes contents of a target; `others` are contents to take pieces of, `words` its dictionary.

    `mutate_bytes` is the mutation of the fuzzing engine: content, largest size → content.
    """

    words: Sequence[str]
    others: Sequence[bytes]
    is_json: bool
    mutate_bytes: Callable[[bytes, int], bytes]

    def mutated(self, content: bytes, largest: int, seed: int) -> bytes:
        """The content with a few changes, of `largest` bytes at most."""
        draw = random.Random(seed)  # noqa: S311 - the engine's own seed
        most = largest if draw.random() < _RARELY else min(largest, max(USUAL, len(content)))
        for _ in range(draw.choice((1, 1, 2, 4))):
            content = self._once(content, most, draw)[:most]
        return content

    def _once(self, content: bytes, most: int, draw: random.Random) -> bytes:
        if draw.random() < 0.4:
            return self.mutate_bytes(content, most)
        if draw.random() < 0.2:
            return _repeated(content, most, draw)
        if self.is_json and draw.random() < 0.8:
            return self._line_as_json(content, draw)
        return self._lines(content, draw)

    def _lines(self, content: bytes, draw: random.Random) -> bytes:
        """Lines that are taken out, doubled, moved, indented, or have a word replaced."""
        lines = content.split(b"\n")
        place, other = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(7):
            case 0:
                del lines[place : place + draw.choice((1, 1, 3))]
            case 1:
                lines[other:other] = lines[place : place + draw.choice((1, 2, 5))]
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                lines[place] = draw.choice((b" ", b"  ", b"\t", b"- ")) + lines[place]
            case 4:
                taken = draw.choice(self.others).split(b"\n")
                start = draw.randrange(len(taken))
                lines[place:place] = taken[start : start + draw.choice((1, 2, 8))]
            case _:
                lines[place] = self._other_word(lines[place], draw)
        return b"\n".join(lines)

    def _other_word(self, line: bytes, draw: random.Random) -> bytes:
        text = line.decode("utf-8", "surrogateescape")
        found = [*_WORD.finditer(text)]
        word = draw.choice(self.words)
        if found:
            old = draw.choice(found)
            text = text[: old.start()] + word + text[old.end() :]
        else:
            text += word
        return text.encode("utf-8", "surrogateescape")

    def _line_as_json(self, content: bytes, draw: random.Random) -> bytes:
        """A value somewhere in a document, or in one line of several, replaced."""
        lines = [content] if content[:2] == b"{\n" else content.split(b"\n")
        place = draw.randrange(len(lines))
        try:
            value = json.loads(lines[place])
            holders = [*_holders(value)]
            if not holders:
                return self._lines(content, draw)
            self._change(draw.choice(holders), [one for one in holders if one], draw)
            indent = 1 if len(lines) == 1 and len(content) < USUAL * 4 else None
            lines[place] = json.dumps(value, indent=indent).encode()
        except (ValueError, RecursionError):
            return self._lines(content, draw)
        return b"\n".join(lines)

    def _change(
        self, holder: dict[str, Any] | list[Any], others: Sequence[Any], draw: random.Random
    ) -> None:
        """Replace, take out, double or add one entry of a list or mapping."""
        keys: Sequence[Any] = [*holder] if isinstance(holder, dict) else range(len(holder))
        if not keys or draw.random() < 0.1:
            new = self._value(others, draw)
            if isinstance(holder, dict):
                holder[draw.choice(self.words)] = new
            else:
                holder.append(new)
            return
        key = draw.choice(keys)
        match draw.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.extend([holder[key]] * draw.choice((1, 1, 2, 50)))
            case 2 if isinstance(holder, dict):
                holder[draw.choice(self.words)] = holder.pop(key)
            case 3 if isinstance(holder[key], str):
                holder[key] = self._other_word(holder[key].encode("utf-8", "replace"), draw).decode(
                    "utf-8", "replace"
                )
            case _:
                holder[key] = self._value(others, draw)

    def _value(self, others: Sequence[Any], draw: random.Random) -> Any:
        match draw.randrange(6):
            case 0:
                return draw.choice(_NUMBERS)
            case 1:
                return draw.choice((None, True, False, "", [], {}))
            case 2 if others:
                other = draw.choice(others)
                key = draw.choice([*other] if isinstance(other, dict) else range(len(other)))
                return json.loads(json.dumps(other[key]))
            case 3:
                return draw.choice(
                    ("\ud800", "\u202e\x1b[2J\n", "a" * draw.choice((3, 300)), "\x00")
                )
            case _:
                return draw.choice(self.words)


def _holders(value: Any) -> list[Any]:
    """Every list and mapping of a value."""
    found: list[Any] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append(one)
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return found


def _repeated(content: bytes, most: int, draw: random.Random) -> bytes:
    """A piece of the content again and again: long lines, deep nesting, many entries."""
    if not content:
        return content
    start = draw.randrange(len(content))
    size = draw.choice((1, 2, 4, 16, 64, 400))
    if draw.random() < 0.5:
        start = content.rfind(b"\n", 0, start) + 1
        end = content.find(b"\n", start + 1)
        size = (len(content) if end < 0 else end + 1) - start
    piece = content[start : start + size]
    room = max(0, most - len(content)) // max(1, len(piece))
    times = room if draw.random() < 0.1 or most > USUAL else draw.choice((1, 1, 2, 5, 40))
    return content[:start] + piece * min(room, times) + content[start:]
