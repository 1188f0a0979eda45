"""The Articles tab: the list of articles with their switches, uploads, and the rebuild."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import gradio as gr
from anyio import to_thread

from rag.errors import RagError
from rag.ingest.build import limits
from rag.present import wording
from rag.present.wording import count
from rag.service import Rebuild, Service, Status
from rag.text.escape import markdown, one_line
from rag.types import BuildReport, Fate, FileReport
from rag.web import markup, uploads
from rag.web.collection import (
    STATES,
    Collection,
    CollectionRow,
    CollectionState,
    Order,
    State,
    matching,
    ordered,
)
from rag.web.source_panel import safe_markdown

FILES = 200
_ORDER: tuple[Fate, ...] = ("skipped", "added", "changed", "removed", "duplicate", "unchanged")


def report_text(report: BuildReport, *, ended: str = "", now: datetime | None = None) -> str:
    """What the build did and when it ``ended``, then its files, skipped ones first."""
    took = markup.seconds(report.seconds) + (f" · {markup.age(ended, now=now)}" if ended else "")
    whole = f"{count(report.articles, 'article')}, {count(report.passages, 'passage')}"
    came = "the index was brought up to date" if report.changed else "nothing had changed"
    headline = f"**Last build: {came}**"
    read = f"{count(report.embedded, 'passage')} read anew, {report.reused:,} reused"
    parts = [f"{headline}\n<small>{whole} · {read} · took {took}</small>", _tally(report.files)]
    files = sorted(report.files, key=lambda file: (_ORDER.index(file.fate), file.path))
    parts.append("\n".join(_rows(files[:FILES])))
    if len(files) > FILES:
        parts.append(f"and {count(len(files) - FILES, 'more file')}.")
    return "\n\n".join(part for part in parts if part)


def _tally(files: Iterable[FileReport]) -> str:
    counted = Counter(file.fate for file in files)
    return " · ".join(f"{counted[fate]:,} {fate}" for fate in _ORDER if counted[fate])


def _rows(files: Iterable[FileReport]) -> Iterable[str]:
    for file in files:
        why = f": {markdown(one_line(file.reason, limit=300))}" if file.reason else ""
        name = markdown(one_line(file.path, limit=90))
        yield f"- <samp>{name}</samp> {markup.FATES[file.fate]}{why}"
        # The one note of a copy says again what it is a copy of.
        notes = file.notes if file.fate != "duplicate" else file.notes[1:]
        for note in notes[:5]:
            yield f"  - {markdown(one_line(note, limit=300))}"
        if len(notes) > 5:
            yield f"  - and {count(len(notes) - 5, 'more note')}"


ROWS = 50
MAX_WANTED = 200
_HEAD = "| Date | Title and file | State |\n| --- | --- | --- |\n"
_ANY = "any"
_STATES = [
    ("In any state", _ANY),
    *((words.capitalize(), state) for state, words in STATES.items()),
]
_ORDERS = [
    ("Newest first", "date"),
    ("By title", "title"),
    ("By file", "file"),
    ("By state", "state"),
]


@dataclass(frozen=True, slots=True)
class ArticleList:
    """The list's components, filled together by the updates of ``listing``."""

    count: gr.Markdown
    find: gr.Textbox
    state: gr.Dropdown
    order: gr.Dropdown
    table: gr.Markdown
    more: gr.Button
    box: gr.Accordion
    switches: gr.CheckboxGroup
    switched: gr.Markdown
    rows: gr.State

    @property
    def asked(self) -> list[Any]:
        """What is searched, and how it is filtered and sorted."""
        return [self.find, self.state, self.order]

    @property
    def outputs(self) -> list[Any]:
        return [self.count, self.table, self.more, self.box, self.switches, self.rows]


def article_list() -> ArticleList:
    """Build the list in the current layout."""
    count = safe_markdown(elem_id="count")
    with gr.Row(elem_id="finding"):
        find = gr.Textbox(
            label="Find articles",
            show_label=False,
            container=False,
            placeholder="Find by title, file or date",
            max_length=MAX_WANTED,
            max_lines=1,
            scale=3,
            min_width=200,
            elem_id="find",
        )
        state = _choice("State", _STATES, "state")
        order = _choice("Order", _ORDERS, "order")
    table = safe_markdown(elem_id="table")
    more = gr.Button("List more", size="sm", visible=False, elem_id="more")
    with gr.Accordion(
        "Switch articles off or on", open=False, visible=False, elem_id="switching"
    ) as box:
        switches = gr.CheckboxGroup(
            [],
            interactive=True,
            label="Only the ticked ones are searched; the others stay in the folder",
            elem_id="switches",
        )
        switched = safe_markdown(elem_id="switched", visible=False)
    return ArticleList(
        count, find, state, order, table, more, box, switches, switched, gr.State(ROWS)
    )


def _choice(label: str, choices: list[Any], elem_id: str) -> gr.Dropdown:
    return gr.Dropdown(
        choices,
        value=choices[0][1],
        label=label,
        show_label=False,
        container=False,
        filterable=False,
        scale=1,
        min_width=165,
        elem_id=elem_id,
    )


def listing(
    collection: Collection, wanted: object, state: object, by: object, rows: int
) -> list[Any]:
    """Updates of the line about the index, and of the list with at most ``rows`` rows.

    The values come from the browser: what is no such value counts as not given.
    """
    try:
        look = collection.look()
    except RagError as error:
        nothing = [gr.Button(visible=False), gr.Accordion(visible=False), gr.skip(), ROWS]
        return [markdown(str(error)), "", "", *nothing]
    chosen: State | None = state if state in get_args(State) else None  # type: ignore[assignment]
    order: Order = by if by in get_args(Order) else "date"  # type: ignore[assignment]
    text = wanted[:MAX_WANTED] if isinstance(wanted, str) else ""
    found = ordered(matching(look.rows, text, chosen), order)
    return [index_line_markdown(look), _count_line(look, found, rows), *_list_updates(found, rows)]


def index_line_markdown(look: CollectionState) -> str:
    """The line about the index, as Markdown."""
    line = markup.index_line(look.info, off=look.off, changes=look.changes)
    return markdown(" · ".join([line, *map(one_line, look.warnings)]))


def _count_line(look: CollectionState, found: Sequence[CollectionRow], rows: int) -> str:
    articles = sum(bool(row.id) for row in look.rows)
    text = count(articles, "article")
    if others := len(look.rows) - articles:
        text += f" and {count(others, 'other file')}"
    if len(found) < len(look.rows):
        text = f"{len(found):,} of {text}"
    return f"{text}, the first {rows:,} listed" if len(found) > rows else text


def _list_updates(found: Sequence[CollectionRow], rows: int) -> list[Any]:
    first = found[:rows]
    articles = [row for row in first if row.id]
    labels = [(_label(row), row.id) for row in articles]
    ticked = [row.id for row in articles if row.on]
    return [
        _HEAD + "\n".join(map(_row, first)) if first else "",
        gr.Button(visible=len(found) > rows),
        gr.Accordion(visible=bool(articles)),
        gr.CheckboxGroup(labels, value=ticked),
        rows,
    ]


def _label(row: CollectionRow) -> str:
    """Plain text: the component shows it as it is."""
    return " · ".join(
        (one_line(row.title, limit=80), wording.day(row.published), one_line(row.path, limit=60))
    )


def _row(row: CollectionRow) -> str:
    file = f"<samp>{markdown(one_line(row.path))}</samp>"
    if not row.id:
        return f"| – | {file} | {_state(row)} |"
    name = f"<bdi>{markdown(one_line(row.title))}</bdi><br><small>{file}</small>"
    return f"| {wording.day(row.published)} | {name} | {_state(row)} |"


def _state(row: CollectionRow) -> str:
    states = ", ".join(STATES[state] for state in row.states)
    before = " " if row.states == ("duplicate",) else ": "
    why = f"{before}{markdown(one_line(row.why, limit=300))}" if row.why else ""
    passages = f"<br><small>{count(row.passages, 'passage')}</small>" if row.id else ""
    return (
        f"{states}{why}{passages}" if row.states == ("indexed",) else f"**{states}**{why}{passages}"
    )


def switch(service: Service, article_id: object, *, on: bool) -> str:
    """Switch the article whose box was changed; the result as a sentence in Markdown.

    The browser names the article, which may have gone in the meantime.
    """
    try:
        with service.lease() as engine:
            indexed = {entry.id for entry in engine.entries()}
        if not isinstance(article_id, str) or article_id not in indexed:
            return "This article is not in the index any more."
        service.switch([article_id], on=on)
    except RagError as error:
        return markdown(one_line(str(error), limit=400))
    name = markdown(one_line(article_id))
    if on:
        return f"{name} is searched again."
    return f"{name} is switched off: no answer comes from there until switched on again."


_POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class _ArticlesView:
    """The tab's components, and the line about the index above the tabs."""

    index_line: gr.Markdown
    articles: ArticleList
    files: gr.File
    note: gr.Markdown
    rebuild: gr.Button
    cancel: gr.Button
    progress: gr.Markdown
    report: gr.Markdown

    @property
    def listing(self) -> list[Any]:
        return [self.index_line, *self.articles.outputs]

    @property
    def building(self) -> list[Any]:
        return [self.rebuild, self.cancel, self.progress, self.report]


def articles_tab(
    page: gr.Blocks, service: Service, rebuild: Rebuild, index_line: gr.Markdown
) -> None:
    """Build the tab in the current layout and connect it; the page's first load fills it."""
    with gr.Row(elem_id="collection"):
        with gr.Column(scale=7, min_width=320):
            articles = article_list()
        with gr.Column(scale=4, min_width=300, elem_id="add"):
            files, note = _upload_box()
            button = gr.Button("Rebuild the index", variant="primary", elem_id="rebuild")
            progress = safe_markdown(elem_id="progress", visible=False)
            cancel = gr.Button("Cancel", size="sm", visible=False, elem_id="cancel")
            report = safe_markdown(elem_id="report", visible=False)
    view = _ArticlesView(index_line, articles, files, note, button, cancel, progress, report)
    collection = Collection(service)
    _connect_list(service, collection, view)
    _connect_build(page, service, rebuild, collection, view)


def _upload_box() -> tuple[gr.File, gr.Markdown]:
    """Kinds and sizes are checked here alone: Gradio's own notices would render a file's name."""
    files = gr.File(
        file_count="multiple",
        label="Add articles: .txt .md .html .jsonl .csv",
        height=170,
        elem_id="files",
    )
    return files, safe_markdown(elem_id="note", visible=False)


def save(service: Service, paths: list[str]) -> str:
    """Save the uploads; a list in Markdown says what became of each."""
    rows, added = [], False
    for path in map(Path, paths[: uploads.MAX_FILES]):
        try:
            saved = uploads.save(path, service.articles, limits(service.build))
        except RagError as error:
            rows.append(f"- {markdown(one_line(str(error), limit=400))}")
        else:
            fate = "is in the collection already as" if saved.known else "was saved as"
            rows.append(f"- “{markdown(saved.label)}” {fate} <samp>{markdown(saved.name)}</samp>")
            added = added or not saved.known
        path.unlink(missing_ok=True)
    if len(paths) > uploads.MAX_FILES:
        rows.append(f"- The rest was left out: at most {uploads.MAX_FILES} files at a time.")
    advice = "\n\nRebuild the index to ask about what was added." if added else ""
    return "\n".join(rows) + advice


def building(status: Status) -> list[Any]:
    """Updates of both buttons, progress and report."""
    if status.running:
        return [
            gr.Button("Rebuilding; asking goes on meanwhile", interactive=False),
            gr.Button(
                "Cancelling" if status.cancelling else "Cancel",
                interactive=not status.cancelling,
                visible=True,
            ),
            gr.Markdown(_progress(status), visible=True),
            gr.Markdown(visible=False),
        ]
    parts = [f"**{markdown(status.error)}**"] if status.error else []
    if status.report:
        parts.append(report_text(status.report, ended=status.ended))
    return [
        gr.Button("Rebuild the index", interactive=True),
        gr.Button(visible=False),
        gr.Markdown(visible=False),
        gr.Markdown("\n\n".join(parts), visible=bool(parts)),
    ]


def _progress(status: Status) -> str:
    """A progress bar and its numbers in words."""
    at = status.progress
    if at is None:
        return "<progress></progress>\n\nStarting"
    done = f' max="{at.total}" value="{min(at.done, at.total)}"' if at.total else ""
    return f"<progress{done}></progress>\n\n{markdown(markup.progress(at))}"


_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Lists are made one after another, so that the one that was asked for last is shown.
_LOOKING = {**_QUIET, "concurrency_id": "look", "concurrency_limit": 1}


def _connect_list(service: Service, collection: Collection, view: _ArticlesView) -> None:
    def more(wanted: object, state: object, by: object, rows: int) -> list[Any]:
        return listing(collection, wanted, state, by, rows + ROWS)

    def flip(
        wanted: object, state: object, by: object, rows: int, event: gr.SelectData
    ) -> list[Any]:
        message = switch(service, event.value, on=event.selected is True)
        note = gr.Markdown(message, visible=True)
        return [note, *listing(collection, wanted, state, by, rows)]

    articles = view.articles
    changes = [articles.find.change, articles.state.input, articles.order.input]
    look = _look(collection)
    gr.on(changes, look, articles.asked, view.listing, trigger_mode="always_last", **_LOOKING)
    listed = [*articles.asked, articles.rows]
    articles.more.click(more, listed, view.listing, **_LOOKING)
    # Each box for itself, even if the list has changed since, or one before is still at work.
    flipped = [articles.switched, *view.listing]
    articles.switches.select(flip, listed, flipped, trigger_mode="multiple", **_LOOKING)


def _look(collection: Collection) -> Callable[[object, object, object], list[Any]]:
    def look(wanted: object, state: object, by: object) -> list[Any]:
        return listing(collection, wanted, state, by, ROWS)

    return look


def _connect_build(
    page: gr.Blocks, service: Service, rebuild: Rebuild, collection: Collection, view: _ArticlesView
) -> None:
    def upload(paths: list[str] | None) -> list[Any]:
        note = gr.Markdown(save(service, paths), visible=True) if paths else gr.skip()
        return [gr.File(value=None), note]

    def start() -> list[Any]:
        try:
            rebuild.start()
        except RagError as error:
            return [gr.Markdown(markdown(str(error)), visible=True), *building(rebuild.status)]
        return [gr.Markdown(visible=False), *building(rebuild.status)]

    async def follow() -> AsyncIterator[list[Any]]:
        while (status := rebuild.status).running:
            yield building(status)
            await asyncio.sleep(_POLL_S)
        # The report of the last build may name a great many files.
        yield await to_thread.run_sync(lambda: building(rebuild.status))

    look, asked = _look(collection), view.articles.asked
    following = {**_QUIET, "concurrency_limit": 32, "concurrency_id": "follow"}
    page.load(look, asked, view.listing, **_LOOKING)
    uploaded = view.files.upload(upload, view.files, [view.files, view.note], **_QUIET)
    uploaded.then(look, asked, view.listing, **_LOOKING)
    started = view.rebuild.click(start, None, [view.note, *view.building], **_QUIET)
    for followed in (
        page.load(follow, None, view.building, **following),
        started.then(follow, None, view.building, **following),
    ):
        followed.then(look, asked, view.listing, **_LOOKING)
    view.cancel.click(rebuild.cancel, None, None, **_QUIET)
