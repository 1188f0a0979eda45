"""The collection in; its list, a place to add files, and the rebuild with its report out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from anyio import to_thread

from rag.errors import RagError
from rag.ingest.build import limits
from rag.text.escape import markdown, one_line
from rag.web import uploads, words
from rag.web.article_list import ROWS, List, article_list, listing, switch
from rag.web.collection import Collection
from rag.web.evidence import safe_markdown
from rag.web.rebuild import Rebuild, Status
from rag.web.report import report_text
from rag.web.service import Service

_POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class _View:
    """The tab's components, and the line about the index above the tabs."""

    index_line: gr.Markdown
    articles: List
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
    """Lay out the tab where the caller stands, and connect it; the page's first load fills it."""
    with gr.Row(elem_id="collection"):
        with gr.Column(scale=7, min_width=320):
            articles = article_list()
        with gr.Column(scale=4, min_width=300, elem_id="add"):
            files, note = _drop()
            button = gr.Button("Rebuild the index", variant="primary", elem_id="rebuild")
            progress = safe_markdown(elem_id="progress", visible=False)
            cancel = gr.Button("Cancel", size="sm", visible=False, elem_id="cancel")
            report = safe_markdown(elem_id="report", visible=False)
    view = _View(index_line, articles, files, note, button, cancel, progress, report)
    collection = Collection(service)
    _connect_list(service, collection, view)
    _connect_build(page, service, rebuild, collection, view)


def _drop() -> tuple[gr.File, gr.Markdown]:
    """Kinds and sizes are checked here alone: Gradio's own notices would render a file's name."""
    files = gr.File(
        file_count="multiple",
        label="Add articles: .txt .md .html .jsonl .csv",
        height=170,
        elem_id="files",
    )
    return files, safe_markdown(elem_id="note", visible=False)


def save(service: Service, paths: list[str]) -> str:
    """Save the uploads and say in Markdown what became of each."""
    rows, added = [], False
    for path in map(Path, paths[: uploads.MAX_FILES]):
        try:
            saved = uploads.save(path, service.articles, limits(service.build))
        except RagError as error:
            rows.append(f"- {markdown(one_line(str(error), limit=400))}")
        else:
            fate = "is in the collection already as" if saved.known else "was saved as"
            rows.append(f"- “{markdown(saved.said)}” {fate} <samp>{markdown(saved.name)}</samp>")
            added = added or not saved.known
        path.unlink(missing_ok=True)
    if len(paths) > uploads.MAX_FILES:
        rows.append(f"- The rest was left out: at most {uploads.MAX_FILES} files at a time.")
    advice = "\n\nRebuild the index to ask about what was added." if added else ""
    return "\n".join(rows) + advice


def building(status: Status) -> list[Any]:
    """Updates of both buttons, progress and report for where the rebuild is."""
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
    told = [f"**{markdown(status.error)}**"] if status.error else []
    if status.report:
        told.append(report_text(status.report, ended=status.ended))
    return [
        gr.Button("Rebuild the index", interactive=True),
        gr.Button(visible=False),
        gr.Markdown(visible=False),
        gr.Markdown("\n\n".join(told), visible=bool(told)),
    ]


def _progress(status: Status) -> str:
    """A bar of our own numbers, and the words for them."""
    at = status.progress
    if at is None:
        return "<progress></progress>\n\nStarting"
    done = f' max="{at.total}" value="{min(at.done, at.total)}"' if at.total else ""
    return f"<progress{done}></progress>\n\n{markdown(words.progress(at))}"


_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Lists are made one after another, so that the one that was asked for last is shown.
_LOOKING = {**_QUIET, "concurrency_id": "look", "concurrency_limit": 1}


def _connect_list(service: Service, collection: Collection, view: _View) -> None:
    def more(wanted: object, state: object, by: object, rows: int) -> list[Any]:
        return listing(collection, wanted, state, by, rows + ROWS)

    def flip(
        wanted: object, state: object, by: object, rows: int, event: gr.SelectData
    ) -> list[Any]:
        told = switch(service, event.value, on=event.selected is True)
        note = gr.Markdown(told, visible=True)
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
    page: gr.Blocks, service: Service, rebuild: Rebuild, collection: Collection, view: _View
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
