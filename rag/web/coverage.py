"""How many articles on an answer's topic there are in each period, as text bars."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import gradio as gr

from rag.present import wording
from rag.present.wording import count
from rag.types import Answer, Article, Hit, Window
from rag.web.source_panel import safe_markdown

Unit = Literal["day", "week", "month", "year"]
# From this share of the best score on, a passage's article is about the topic. On timelines and
# summaries of the dev half, that finds 96 in 100 of the articles that are, among as many again.
RELEVANT = 0.55
_LONGEST_DAYS: tuple[tuple[Unit, int], ...] = (("day", 31), ("week", 26 * 7), ("month", 3 * 366))
_BAR_SPACES = 40
# As wide as a digit, nearly.
_SPACES_A_DIGIT = 2
_SPACE = "\u00a0"
_COUNTED = "articles"


@dataclass(frozen=True, slots=True)
class CoveragePeriod:
    """The days ``[first, before)``, and how many articles were published on them."""

    first: date
    before: date
    articles: int

    @property
    def said(self) -> str:
        """Words that name exactly these days, as the field for a question's dates takes them."""
        return wording.days(self.first, self.before)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every period from the first to the last day, those without an article too."""

    unit: Unit = "day"
    periods: tuple[CoveragePeriod, ...] = ()
    undated: int = 0

    @property
    def gaps(self) -> int:
        return sum(not period.articles for period in self.periods)


NOTHING = Coverage()


def coverage_of(answer: Answer, hits: Sequence[Hit]) -> Coverage:
    """The coverage of an answer's topic among the passages that were considered for it."""
    return coverage(
        (article.published for article in topic(answer, hits)),
        answer.query.window or answer.query.preferred,
    )


def topic(answer: Answer, hits: Sequence[Hit]) -> list[Article]:
    """Every article that is cited, or of which a passage is nearly as relevant as the best one."""
    least = RELEVANT * max((hit.score for hit in hits), default=0.0)
    near = [passage.article for hit in hits if hit.score >= least for passage in _passages(hit)]
    cited = [one.article for first in answer.citations for one in (first, *first.also)]
    return list({article.id: article for article in (*cited, *near)}.values())


def _passages(hit: Hit) -> Iterator[Any]:
    yield hit.passage
    yield from hit.copies


def coverage(days: Iterable[date | None], window: Window | None) -> Coverage:
    """Articles of these days per day, week, month or year, by the length of the time they span.

    That is the window, and where it is open or missing, from the first to the last article in it.
    """
    every = list(days)
    inside = (day for day in every if day is not None and (not window or window.contains(day)))
    dated, undated = sorted(inside), every.count(None)
    if not dated:
        return Coverage(undated=undated)
    first = (window and window.after) or dated[0]
    before = (window and window.before) or dated[-1] + timedelta(days=1)
    unit = _unit((before - first).days)
    starts = list(_starts(first, before, unit))
    counted = Counter(bisect_right(starts, day) - 1 for day in dated)
    ends = [*starts[1:], before]
    periods = tuple(
        CoveragePeriod(start, end, counted[n])
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    return Coverage(unit, periods, undated)


def _unit(days: int) -> Unit:
    return next((unit for unit, longest in _LONGEST_DAYS if days <= longest), "year")


def _starts(first: date, before: date, unit: Unit) -> Iterator[date]:
    """The first day, then every day, Monday, first of a month or of a year after it."""
    while first < before:
        yield first
        first = _next(first, unit)


def _next(day: date, unit: Unit) -> date:
    if unit == "day":
        return day + timedelta(days=1)
    if unit == "week":
        return day + timedelta(days=7 - day.weekday())
    if unit == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date(day.year + 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Plot:
    """The plot's components, filled together by the updates of ``show``."""

    box: gr.Accordion
    summary: gr.Markdown
    bars: gr.HighlightedText

    @property
    def outputs(self) -> list[Any]:
        return [self.box, self.summary, self.bars]


def plot() -> Plot:
    """Build the plot in the current layout; ``chosen`` tells what a select event chose."""
    with gr.Accordion("Coverage", open=True, visible=False, elem_id="coverage") as box:
        summary = safe_markdown(elem_id="coverage-told")
        bars = gr.HighlightedText(
            color_map={_COUNTED: "#8f2f29"},
            show_legend=False,
            show_inline_category=False,
            show_label=False,
            container=False,
            combine_adjacent=False,
            interactive=False,
            elem_id="coverage-bars",
        )
    return Plot(box, summary, bars)


def show(found: Coverage) -> list[Any]:
    """Updates of the plot; hidden where fewer than two periods leave nothing to compare."""
    if len(found.periods) < 2:
        return [gr.Accordion(visible=False), gr.skip(), gr.skip()]
    return [
        gr.Accordion(label=f"Articles per {found.unit}", visible=True),
        summary(found),
        gr.HighlightedText(bars(found)),
    ]


def summary(found: Coverage) -> str:
    """How many there are and how many periods have none, as Markdown of our own words."""
    number = sum(period.articles for period in found.periods)
    parts = [f"{count(number, 'article')} near this question"]
    if found.gaps:
        parts.append(f"{count(found.gaps, found.unit)} without any")
    if found.undated:
        parts.append(f"{found.undated:,} undated")
    return f"{' · '.join(parts)}. Choose a {found.unit} to ask again about it alone."


def bars(found: Coverage) -> list[tuple[str, str | None]]:
    """Two pieces for each period: its name, and its number on a bar, or a dash."""
    most = max((period.articles for period in found.periods), default=0)
    pieces: list[tuple[str, str | None]] = []
    for period in found.periods:
        pieces.append((f"{_name(period, found.unit)} ", None))
        pieces.append(_bar(period.articles, most))
    return pieces


def _name(period: CoveragePeriod, unit: Unit) -> str:
    if unit == "week":
        return f"week of {wording.day(period.first)}"
    if unit == "month":
        return f"{period.first:%B} {period.first.year}"
    return str(period.first.year) if unit == "year" else wording.day(period.first)


def _bar(number: int, most: int) -> tuple[str, str | None]:
    if not number:
        return "–\n", None
    label = f"{_SPACE}{number:,}{_SPACE}"
    taken = 2 + _SPACES_A_DIGIT * (len(label) - 2)
    return f"{label}{_SPACE * max(0, round(_BAR_SPACES * number / most) - taken)}\n", _COUNTED


def chosen(found: Coverage, event: gr.SelectData) -> CoveragePeriod | None:
    """The period that was chosen; None for an event that names none of them."""
    place = event.index if isinstance(event.index, int) else -1
    return found.periods[place // 2] if 0 <= place < 2 * len(found.periods) else None
