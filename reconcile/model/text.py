"""Text that came from outside, made safe to show."""

from __future__ import annotations

import unicodedata

# Control, format (bidirectional overrides, zero-width, tags), surrogate, line and paragraph
# separators: what moves the cursor, reorders a line, hides text or ends a log line early.
_SHOWN_AS_ESCAPES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def safe_text(text: str) -> str:
    """Return `text` with control, escape, bidirectional and newline characters as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) for char in text)


def _escaped(char: str) -> str:
    if unicodedata.category(char) not in _SHOWN_AS_ESCAPES:
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
