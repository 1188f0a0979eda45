"""Everything that Dateline prints or serves as JSON; ``rag.present.schema`` has it as types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.answer.citations import inside_word
from rag.quotes.check import CheckedQuotation, NearestText
from rag.quotes.selector import Selector
from rag.types import (
    Answer,
    Article,
    BuildReport,
    Citation,
    Hit,
    IndexInfo,
    Occurrence,
    Passage,
    Window,
)

if TYPE_CHECKING:
    from rag.index.base import Store
    from rag.quotes.verify import VerificationResult

Json = dict[str, Any]


def json_object(text: str | bytes) -> Json:
    """The JSON object in ``text``; it can be written again as UTF-8.

    Raises ValueError for anything else; its message goes on after what it was read from.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError('is not a JSON object such as {"question": …}')
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half of a character (a lone surrogate)") from error
    return value


def answer_json(answer: Answer, *, question_id: str | None = None, timings: bool = False) -> Json:
    """An answer as other programs read it; the same answer gives the same bytes.

    Timings differ from run to run, so they are left out unless asked for.
    """
    info = answer.index
    return {
        "id": question_id,
        "question": answer.query.question,
        "interpreted": answer.query.text,
        "kind": answer.kind,
        "carried": list(answer.query.carried),
        "window": _window(answer.query.window),
        "preferred": _window(answer.query.preferred),
        "answer": answer.text,
        "confidence": round(answer.confidence, 4),
        "abstained": answer.abstained,
        "reason": answer.reason,
        "advice": answer.advice or None,
        "disagreement": answer.disagreement,
        "citations": [_citation(citation) for citation in answer.citations],
        "nearest": [_citation(citation) for citation in answer.nearest],
        "changed_files": list(answer.changed_files),
        "index": {
            **version_json(info),
            "newest_article": _day(info.newest_article),
            "built_at": info.built_at,
        },
        "timings_ms": dict(answer.timings_ms) if timings else {},
    }


def linked_answer_json(answer: Answer) -> Json:
    """The same, every citation with the ``link`` that opens it in the chat."""
    values = answer_json(answer)
    _add_links(values["citations"], answer.citations)
    _add_links(values["nearest"], answer.nearest)
    return values


def _add_links(values: Sequence[Json], citations: Sequence[Citation]) -> None:
    for value, citation in zip(values, citations, strict=True):
        value["link"] = _link(citation.article, citation.start, citation.end)
        _add_links(value["also"], citation.also)


def hit_json(hit: Hit) -> Json:
    """A search result."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "article_id": passage.article.id,
        "published": _day(passage.article.published),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(hit.score, 4),
        "dense": round(hit.dense, 4),
        "lexical": round(hit.lexical, 4),
        "copies": [copy.article.id for copy in hit.copies],
    }


def article_json(article: Article, start: int, end: int) -> Json:
    """An article with the part ``[start, end)`` of its text."""
    return {
        **_article(article),
        "body": article.body,
        "length": len(article.text),
        "start": start,
        "end": end,
        "text": article.text[start:end],
    }


def checked_json(checked: CheckedQuotation) -> Json:
    """Where a text stands; the same text and index give the same bytes."""
    return {
        "text": checked.text,
        "state": checked.state,
        "places": [_place(place) for place in checked.places],
        "more": checked.more,
        "near": _near(checked.near) if checked.near is not None else None,
    }


def version_json(info: IndexInfo) -> Json:
    """Which index it was."""
    return {"version": info.version, "fingerprint": info.fingerprint}


def info_json(index: Store) -> Json:
    """What is indexed, and how."""
    info = index.info
    return {
        "version": info.version,
        "built_at": info.built_at,
        "articles": info.articles,
        "switched_off": index.switched_off,
        "passages": info.passages,
        "oldest_article": _day(info.oldest_article),
        "newest_article": _day(info.newest_article),
        "fingerprint": info.fingerprint,
        "model": index.model_fingerprint,
        "settings": dict(index.settings),
    }


def report_json(report: BuildReport) -> Json:
    """What a build did."""
    return {
        "version": report.version,
        "changed": report.changed,
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "files": [
            {
                "path": file.path,
                "fate": file.fate,
                "reason": file.reason,
                "articles": file.articles,
                "notes": list(file.notes),
            }
            for file in report.files
        ],
    }


def verification_json(result: VerificationResult) -> Json:
    """What became of an exported quotation."""
    quoted = result.exported
    return {
        "state": result.state,
        "question": quoted.question,
        "nearest": quoted.nearest,
        "article_id": quoted.article_id,
        "start": quoted.start,
        "end": quoted.end,
        "quote": quoted.quote,
        "now_article_id": result.article_id or None,
        "now_start": result.start if result.start >= 0 else None,
    }


def _article(article: Article) -> Json:
    return {
        "article_id": article.id,
        "title": article.title,
        "published": _day(article.published),
        "url": article.url or None,
        "file": article.path,
        "sha256": article.sha256,
    }


def _citation(citation: Citation) -> Json:
    article = citation.article
    return {
        **_article(article),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sentence": citation.sentence,
        "sentence_start": citation.sentence_start,
        "sentence_end": citation.sentence_end,
        "score": round(citation.score, 4),
        "speaker": _slice(article, *citation.speaker) if citation.speaker else None,
        "dates": [
            {
                **_slice(article, words.start, words.end),
                "after": _day(words.after),
                "before": _day(words.before),
            }
            for words in citation.dates
        ],
        "also": [_citation(other) for other in citation.also],
        "copies": [_copy(copy) for copy in citation.copies],
    }


def _slice(article: Article, start: int, end: int) -> Json:
    return {"start": start, "end": end, "text": article.text[start:end]}


def _copy(passage: Passage) -> Json:
    article = passage.article
    return {"article_id": article.id, "published": _day(article.published), "file": article.path}


def _place(place: Occurrence) -> Json:
    return {
        **_article(place.article),
        "start": place.start,
        "end": place.end,
        "quote": place.text,
        "inside_word": inside_word(place),
        "link": _link(place.article, place.start, place.end),
    }


def _near(near: NearestText) -> Json:
    return {
        **_place(near.place),
        "likeness": round(near.likeness, 4),
        "but_for": list(near.but_for),
        "difference": [
            {"kind": run.kind, "article": run.text, "pasted": run.pasted} for run in near.runs
        ],
    }


def _link(article: Article, start: int, end: int) -> str:
    return Selector.of(article, start, end).link


def _window(window: Window | None) -> Mapping[str, Any] | None:
    if window is None:
        return None
    return {
        "after": _day(window.after),
        "before": _day(window.before),
        "said": window.said,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
