"""The answers of a conversation and the name of a format in, the document out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, get_args

from rag.answer.export.markdown import markdown
from rag.answer.export.outline import indexes, sections
from rag.answer.export.page import page
from rag.answer.render import answer_json
from rag.answer.selector import Selector
from rag.types import Answer, Citation

Format = Literal["md", "html", "json", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
ADDRESS = "http://127.0.0.1:7860/"


def export(answers: Sequence[Answer], form: Format, *, address: str = ADDRESS) -> str:
    """The conversation as a document; the same answers give the same text.

    ``json`` is a list and ``jsonl`` lines of the objects of docs/json.md, each citation with its
    ``link``; ``rag verify`` reads both. ``address`` is that of the chat, which links lead to.
    """
    if form == "md":
        return markdown(sections(answers), indexes(answers), address=address)
    if form == "html":
        return page(sections(answers), indexes(answers), address=address)
    objects = [linked_json(answer) for answer in answers]
    if form == "json":
        return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def linked_json(answer: Answer) -> dict[str, Any]:
    """The answer as ``answer_json`` gives it, every citation with its ``link``."""
    values = answer_json(answer)
    _link(values["citations"], answer.citations)
    _link(values["nearest"], answer.nearest)
    return values


def _link(values: Sequence[dict[str, Any]], cited: Sequence[Citation]) -> None:
    for value, citation in zip(values, cited, strict=True):
        value["link"] = Selector.of(citation.article, citation.start, citation.end).link
        _link(value["also"], citation.also)
