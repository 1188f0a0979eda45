"""Dates in words: days, date expressions, and which of a question's dates filter."""

from rag.dates.articles import article_dates
from rag.dates.assumed import Assumed
from rag.dates.days import latest_day, parse_day
from rag.dates.expression import DateExpression
from rag.dates.periods import Grain
from rag.dates.reading import WindowReading, window_in
from rag.dates.scan import expressions

__all__ = [
    "Assumed",
    "DateExpression",
    "Grain",
    "WindowReading",
    "article_dates",
    "expressions",
    "latest_day",
    "parse_day",
    "window_in",
]
