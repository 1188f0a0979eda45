"""Undoing tokenisation: text with ``''`` and split clitics in, text as people write it out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

# Only what changes an uncased WordPiece sequence: it does not see spaces beside punctuation.
_REPLACED = (
    (r"``|''", '"'),
    (r"-[lL][rR][bB]-", "("),
    (r"-[rR][rR][bB]-", ")"),
    (r" (?=n't\b)", ""),
    (r"(?<=\w) -- (?=\w)", " – "),
    (r"(?<=\w) - (?=\w)", "-"),
)
_ANY = re.compile("|".join(f"({pattern})" for pattern, _ in _REPLACED))


@dataclass(frozen=True, slots=True)
class Detokenised:
    """The new text; ``starts`` and ``shifts`` say by how much places in the old one moved."""

    text: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def place(self, old: int) -> int:
        """The offset in ``text`` of what was at ``old``."""
        i = bisect_right(self.starts, old) - 1
        return old + self.shifts[i] if i >= 0 else old


def detokenise(text: str) -> Detokenised:
    """``text`` with quotation marks, brackets, ``n't`` and dashes restored."""
    parts: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    end = shift = 0
    for match in _ANY.finditer(text):
        new = _REPLACED[int(match.lastindex or 1) - 1][1]
        parts += [text[end : match.start()], new]
        end = match.end()
        shift += len(new) - (match.end() - match.start())
        starts.append(end)
        shifts.append(shift)
    parts.append(text[end:])
    return Detokenised("".join(parts), tuple(starts), tuple(shifts))
