"""Titles of persons."""

from __future__ import annotations

# Titles that stand before a name and are no part of it.
TITLES = frozenset(
    "mr mrs ms miss dr doctor prof professor sir lord lady judge justice captain "
    "general colonel sergeant president premier prime minister foreign finance defence "
    "defense interior chancellor king queen prince princess senator governor mayor "
    "ambassador secretary chief director chairman chairwoman chair coach officer former "
    "late acting deputy vice interim".split()
)
