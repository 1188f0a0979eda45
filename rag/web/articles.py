"""The collection in; its table, a place to add files, and the rebuild with its report out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rag.answer import phrases
from rag.errors import RagError
from rag.web import uploads, words
from rag.web.escape import markdown, one_line
from rag.web.evidence import safe_markdown
from rag.web.rebuild import Rebuild, Status
from rag.web.report import report_text
from rag.web.service import Entry, Service

_HEAD = "| Date | Title and file | Passages |\n| --- | --- | ---: |\n"
ROWS = 50
_POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class _View:
    """The tab's components, and the line about the index above the tabs."""

    index_line: gr.Markdown
    count: gr.Markdown
    find: gr.Textbox
    table: gr.Markdown
    files: gr.File
    note: gr.Markdown
    rebuild: gr.Button
    progress: gr.Markdown
    report: gr.Markdown

    @property
    def listing(self) -> list[Any]:
        return [self.index_line, self.count, self.table]

    @property
    def building(self) -> list[Any]:
        return [self.rebuild, self.progress, self.report]


def articles_tab(
    page: gr.Blocks, service: Service, rebuild: Rebuild, index_line: gr.Markdown
) -> None:
    """Lay out the tab where the caller stands, and connect it; the page's first load fills it."""
    count = safe_markdown(elem_id="count")
    with gr.Row(elem_id="collection"):
        with gr.Column(scale=7, min_width=320):
            find, table = _table()
        with gr.Column(scale=4, min_width=300, elem_id="add"):
            files, note = _drop()
            button = gr.Button("Rebuild the index", variant="primary", elem_id="rebuild")
            progress = safe_markdown(elem_id="progress", visible=False)
            report = safe_markdown(elem_id="report", visible=False)
    view = _View(index_line, count, find, table, files, note, button, progress, report)
    _connect(page, service, rebuild, view)


def _table() -> tuple[gr.Textbox, gr.Markdown]:
    find = gr.Textbox(
        "",
        label="Find articles",
        show_label=False,
        container=False,
        placeholder="Find by title, file or date",
        max_length=200,
        elem_id="find",
    )
    return find, safe_markdown(elem_id="table")


def _drop() -> tuple[gr.File, gr.Markdown]:
    """Kinds and sizes are checked here alone: Gradio's own notices would render a file's name."""
    files = gr.File(
        file_count="multiple",
        label="Add articles: .txt .md .html .jsonl .csv",
        height=170,
        elem_id="files",
    )
    return files, safe_markdown(elem_id="note", visible=False)


def listing(service: Service, wanted: str = "") -> list[str]:
    """As Markdown: the line about the index, the line about the rows, and the table."""
    try:
        with service.lease() as engine:
            line = [words.index_line(engine.info), *map(one_line, engine.warnings)]
            entries = engine.entries()
    except RagError as error:
        return [markdown(str(error)), "", ""]
    found = _matching(entries, wanted)
    rows = [_row(entry) for entry in found[:ROWS]]
    table = _HEAD + "\n".join(rows) if rows else ""
    return [markdown(" · ".join(line)), _count(len(found), len(entries), wanted), table]


def _matching(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    terms = wanted.lower().split()
    kept = [entry for entry in entries if all(term in _text(entry) for term in terms)]
    return sorted(kept, key=lambda entry: (str(entry.published or ""), entry.path), reverse=True)


def _text(entry: Entry) -> str:
    days = f"{entry.published or ''} {phrases.day(entry.published)}"
    return f"{entry.headline} {entry.path} {days}".lower()


def _row(entry: Entry) -> str:
    title, file = markdown(one_line(entry.headline)), markdown(one_line(entry.path))
    name = f"<bdi>{title}</bdi><br><small><samp>{file}</samp></small>"
    return f"| {phrases.day(entry.published)} | {name} | {entry.passages:,} |"


def _count(found: int, total: int, wanted: str) -> str:
    text = words.count(total, "article")
    if wanted.strip():
        text = f"{found:,} of {text}"
    return f"{text}, the newest {ROWS} listed" if found > ROWS else text


def save(service: Service, paths: list[str]) -> str:
    """Save the uploads and say in Markdown what became of each."""
    rows, added = [], False
    for path in map(Path, paths[: uploads.MAX_FILES]):
        try:
            saved = uploads.save(path, service.articles)
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
    """Updates of button, progress and report for where the rebuild is."""
    if status.running:
        label = gr.Button("Rebuilding; asking goes on meanwhile", interactive=False)
        return [label, gr.Markdown(_progress(status), visible=True), gr.Markdown(visible=False)]
    told = markdown(status.error) if status.error else ""
    if status.report:
        told = report_text(status.report)
    again = gr.Button("Rebuild the index", interactive=True)
    return [again, gr.Markdown(visible=False), gr.Markdown(told, visible=bool(told))]


def _progress(status: Status) -> str:
    """A bar of our own numbers, and the words for them."""
    at = status.progress
    if at is None:
        return "<progress></progress>\n\nStarting"
    done = f' max="{at.total}" value="{min(at.done, at.total)}"' if at.total else ""
    return f"<progress{done}></progress>\n\n{markdown(words.progress(at))}"


def _connect(page: gr.Blocks, service: Service, rebuild: Rebuild, view: _View) -> None:
    def upload(paths: list[str] | None) -> list[Any]:
        note = gr.Markdown(save(service, paths), visible=True) if paths else gr.skip()
        return [gr.File(value=None), note]

    def start() -> list[Any]:
        try:
            rebuild.start()
        except RagError as error:
            return [gr.Markdown(markdown(str(error)), visible=True), *building(rebuild.status)]
        return [gr.Markdown(visible=False), *building(rebuild.status)]

    async def follow(wanted: str) -> AsyncIterator[list[Any]]:
        status = rebuild.status
        yield [*building(status), *await asyncio.to_thread(listing, service, wanted)]
        while status.running:
            await asyncio.sleep(_POLL_S)
            status = rebuild.status
            yield [*building(status), gr.skip(), gr.skip(), gr.skip()]
        yield [*building(status), *await asyncio.to_thread(listing, service, wanted)]

    def look(wanted: str) -> list[Any]:
        return listing(service, wanted)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    following = {**quiet, "concurrency_limit": 32, "concurrency_id": "follow"}
    everything = [*view.building, *view.listing]
    view.files.upload(upload, view.files, [view.files, view.note], **quiet)
    started = view.rebuild.click(start, None, [view.note, *view.building], **quiet)
    started.then(follow, view.find, everything, **following)
    view.find.change(look, view.find, view.listing, trigger_mode="always_last", **quiet)
    page.load(follow, view.find, everything, **following)
