"""The Inspect tab: which passages a question finds under one or two search settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from rag.answer.engine import Engine
from rag.config import AskConfig
from rag.errors import ConfigError, RagError
from rag.present import wording
from rag.present.wording import count
from rag.query.understand import Corrections, understand
from rag.service import Service
from rag.text.escape import markdown
from rag.types import Hit, Passage, Query
from rag.web.controls import MAX_DATES
from rag.web.conversation import MAX_QUESTION, window_of
from rag.web.markup import file, isolated, label, title
from rag.web.source_panel import safe_markdown

MAX_STORIES = 50


@dataclass(frozen=True, slots=True)
class RankChange:
    """The ranks of a passage before and after; ``None`` where it has none.

    ``copied`` is the rank of the story that it is listed as a copy of, where it has no rank.
    """

    before: int | None
    after: int | None
    copied: int | None = None


@dataclass(frozen=True, slots=True)
class RankChanges:
    """A change for each hit of the first ranking, and for each of the second."""

    first: tuple[RankChange, ...]
    second: tuple[RankChange, ...]


def rank_changes(before: Sequence[Hit], after: Sequence[Hit]) -> RankChanges:
    """Where each passage is in the other ranking."""
    return RankChanges(
        tuple(RankChange(hit.rank, *_rank_in(hit.passage, after)) for hit in before),
        tuple(_reversed(RankChange(hit.rank, *_rank_in(hit.passage, before))) for hit in after),
    )


def _reversed(move: RankChange) -> RankChange:
    return RankChange(move.after, move.before, move.copied)


def _rank_in(passage: Passage, ranked: Sequence[Hit]) -> tuple[int | None, int | None]:
    """Its own rank, or that of the story it is a copy of."""
    own = next((hit.rank for hit in ranked if _same(hit.passage, passage)), None)
    if own is not None:
        return own, None
    holders = (hit.rank for hit in ranked if any(_same(copy, passage) for copy in hit.copies))
    return None, next(holders, None)


def _same(one: Passage, other: Passage) -> bool:
    return (one.article.id, one.start, one.end) == (other.article.id, other.start, other.end)


def change_label(move: RankChange, *, second: bool) -> str:
    """The label of a hit in the first or the ``second`` ranking; empty if its rank is the same.

    >>> change = RankChange(5, 2)
    >>> change_label(change, second=True), change_label(change, second=False)
    ('up from 5', 'up to 2')
    """
    if move.before is None or move.after is None:
        copy = f", a copy of {move.copied} {'before' if second else 'now'}" if move.copied else ""
        return ("entered" if second else "left") + copy
    if move.before == move.after:
        return ""
    way = "up" if move.after < move.before else "down"
    return f"{way} from {move.before}" if second else f"{way} to {move.after}"


def changes_summary(changes: RankChanges) -> str:
    """``3 moved, 1 entered, 1 left``."""
    entered = sum(move.before is None for move in changes.second)
    left = sum(move.after is None for move in changes.first)
    moved = sum(move.before != move.after for move in changes.second) - entered
    return f"{moved} moved, {entered} entered, {left} left"


@dataclass(frozen=True, slots=True)
class SearchSetting:
    """How to search: how many stories, meaning against words, one place for all copies of a story.

    Raises ConfigError for a value that is out of range.
    """

    top_k: int
    dense_weight: float
    collapse: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= MAX_STORIES or not 0 <= self.dense_weight <= 1:
            raise ConfigError(
                f"No search finds {self.top_k} stories with a weight of {self.dense_weight}; "
                f"choose 1 to {MAX_STORIES} stories, and a weight from 0 to 1."
            )

    @classmethod
    def of(cls, config: AskConfig) -> SearchSetting:
        """How questions are answered."""
        return cls(min(config.top_k, MAX_STORIES), config.dense_weight)


@dataclass(frozen=True, slots=True)
class InspectResult:
    """What is shown: how the question was understood, and each setting's list, as Markdown."""

    head: str
    lists: tuple[str, ...]


def inspect_question(
    engine: Engine, question: str, dates: str, settings: Sequence[SearchSetting], today: date
) -> InspectResult:
    """The passages that ``question`` finds under one setting or two, the second against the first.

    ``dates`` are typed as in the chat and take the place of the question's own. Raises
    QuestionError for a question or dates that cannot be asked.
    """
    newest = engine.info.newest_article
    query = understand(
        question,
        today=today,
        newest=newest,
        window=window_of(dates, today, newest) if dates.strip() else None,
        corrections=Corrections(undated=bool(dates.strip())),
    ).query
    found = [_found(engine, query, setting) for setting in settings]
    if len(found) == 1:
        return InspectResult(_head(query), (_list(found[0], [""] * len(found[0])),))
    changes = rank_changes(found[0], found[1])
    first = [change_label(move, second=False) for move in changes.first]
    second = [change_label(move, second=True) for move in changes.second]
    changed = f"<small>With the second setting {changes_summary(changes)}.</small>"
    lists = (_list(found[0], first), _list(found[1], second))
    return InspectResult(f"{_head(query)}\n{changed}", lists)


def _found(engine: Engine, query: Query, setting: SearchSetting) -> Sequence[Hit]:
    return engine.inspect(
        query,
        top_k=setting.top_k,
        dense_weight=setting.dense_weight,
        collapse=setting.collapse,
    )


def _head(query: Query) -> str:
    """What was searched for."""
    if not query.text:
        return "Type a question to see which passages it finds."
    window = "".join(f" · published {label(words)}" for words in wording.windows(query))
    note = f" · {label(query.note)}" if query.note else ""
    return f"Searched for “{isolated(query.text, limit=300)}”{window}{note}"


def _list(hits: Sequence[Hit], marks: Sequence[str]) -> str:
    entries = (_entry(hit, mark) for hit, mark in zip(hits, marks, strict=True))
    return "\n".join(entries) or "No passage was found."


def _entry(hit: Hit, mark: str) -> str:
    number = f"{hit.rank}. "
    return number + f"\n{' ' * len(number)}".join(_lines(hit, mark))


def _lines(hit: Hit, mark: str) -> Iterator[str]:
    article = hit.passage.article
    yield f"**{title(article)}**" + (f" <kbd>{mark}</kbd>" if mark else "")
    yield f"<small>{wording.day(article.published)} · {file(article)}</small>"
    scores = f"score {hit.score:.3f} · meaning {hit.dense:.3f} · words {hit.lexical:.2f}"
    yield f"<small>{scores}</small>"
    yield f"<q>{markdown(hit.passage.text)}</q>"
    copies = dict.fromkeys(copy.article.id for copy in hit.copies)
    if copies:
        others = count(len(copies), "other article")
        names = " · ".join(isolated(name) for name in copies)
        yield f"<small>The same story in {others}: {names}</small>"


_WELCOME = (
    "Ask to see which passages are found, in which order, and with which scores. The score joins "
    "how near a passage is in meaning, and how near it and its whole article are in words; higher "
    "is better. Where several articles compete, only the best passages of each come first."
)


@dataclass(frozen=True, slots=True)
class _SettingControls:
    """A setting's components."""

    box: gr.Column
    top_k: gr.Slider
    dense_weight: gr.Slider
    collapse: gr.Checkbox

    @property
    def inputs(self) -> list[Any]:
        return [self.top_k, self.dense_weight, self.collapse]


def inspect_tab(service: Service, start: SearchSetting) -> None:
    """Build the tab in the current layout and connect it; both settings begin as ``start``."""
    with gr.Row(elem_id="inspect-asked"):
        question, dates = _question(), _dates()
    with gr.Row(elem_id="inspect-settings"):
        first = _setting("Setting", start, "first")
        second = _setting("Second setting", start, "second", visible=False)
    compare = gr.Checkbox(False, label="Compare with a second setting", elem_id="compare")
    head = safe_markdown(_WELCOME, elem_id="inspect-head")
    with gr.Row(elem_id="inspect-lists"):
        with gr.Column(min_width=320):
            left = safe_markdown(elem_id="inspect-first")
        with gr.Column(min_width=320, visible=False) as second_list:
            right = safe_markdown(elem_id="inspect-second")
    inputs = [question, dates, compare, *first.inputs, *second.inputs]
    _connect(service, inputs, [head, left, right])
    _show_second(compare, second.box, second_list)


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Question",
        placeholder="Which passages does it find?",
        max_length=MAX_QUESTION,
        max_lines=4,
        submit_btn="Search",
        scale=7,
        min_width=320,
        elem_id="inspect-question",
    )


def _dates() -> gr.Textbox:
    return gr.Textbox(
        label="Published",
        placeholder="as the question says",
        max_length=MAX_DATES,
        max_lines=1,
        scale=3,
        min_width=240,
        elem_id="inspect-dates",
    )


def _setting(
    name: str, start: SearchSetting, elem_id: str, *, visible: bool = True
) -> _SettingControls:
    with gr.Column(min_width=320, visible=visible, elem_id=f"{elem_id}-setting") as box:
        top_k = gr.Slider(1, MAX_STORIES, value=start.top_k, step=1, label=f"{name}: stories")
        weight = gr.Slider(
            0, 1, value=start.dense_weight, step=0.05, label=f"{name}: meaning (1) or words (0)"
        )
        collapse = gr.Checkbox(start.collapse, label="Copies of a story take one place")
    return _SettingControls(box, top_k, weight, collapse)


def _connect(service: Service, inputs: list[Any], outputs: list[Any]) -> None:
    def look(question: object, dates: object, compare: object, *values: object) -> list[str]:
        return inspect_for_browser(
            service, question, dates, values if compare else values[:3], date.today()
        )

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    question, dates = inputs[:2]
    gr.on([question.submit, dates.submit], look, inputs, outputs, concurrency_id="ask", **quiet)
    changed = [
        control.release if isinstance(control, gr.Slider) else control.input
        for control in inputs[2:]
    ]
    gr.on(changed, look, inputs, outputs, trigger_mode="always_last", **quiet)


def _show_second(compare: gr.Checkbox, *boxes: gr.Column) -> None:
    def show(wanted: bool) -> list[Any]:
        return [gr.Column(visible=bool(wanted)) for _ in boxes]

    compare.change(show, compare, list(boxes), api_visibility="private", show_progress="hidden")


def inspect_for_browser(
    service: Service, question: object, dates: object, values: Sequence[object], today: date
) -> list[str]:
    """Markdown of head, first and second list for what the browser sends; an error as the head.

    ``values`` are top-k, weight and whether copies collapse, of one setting or of two.
    """
    asked = question[:MAX_QUESTION] if isinstance(question, str) else ""
    typed = dates[:MAX_DATES] if isinstance(dates, str) else ""
    if not asked.strip():
        return [_WELCOME, "", ""]
    try:
        settings = [_parse_setting(*values[at : at + 3]) for at in range(0, len(values), 3)]
        with service.lease() as engine:
            found = inspect_question(engine, asked, typed, settings, today)
    except RagError as error:
        return [markdown(str(error)), "", ""]
    return [found.head, *found.lists, ""][:3]


def _parse_setting(top_k: object, weight: object, collapse: object) -> SearchSetting:
    """A setting as the browser sends it. Raises ConfigError for what is none."""
    if not isinstance(top_k, int | float) or not isinstance(weight, int | float):
        raise ConfigError(f"{top_k!r} and {weight!r} are not numbers; move the sliders again.")
    if not 1 <= top_k <= MAX_STORIES:
        raise ConfigError(f"{top_k} stories cannot be searched for; choose 1 to {MAX_STORIES}.")
    return SearchSetting(int(top_k), float(weight), bool(collapse))
