"""The JSON objects of the contract: answers, hits and checked quotations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from rag.answer.citations import inside_word
from rag.quotes.check import CheckedQuotation, NearestText
from rag.quotes.selector import Selector
from rag.types import Answer, Article, Citation, Hit, Occurrence, Passage, Window


def json_object(text: str | bytes) -> dict[str, Any]:
    """The object of ``text``, which can be written again as UTF-8.

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


REASONS = {
    "nothing_retrieved": "No article says so: nothing in the articles is near this question.",
    "no_span": "No article says so: nothing in the nearest passages answers this question.",
    "low_confidence": "No article says so with enough certainty.",
    "outside_window": "No article was published in the time that was asked for.",
    "empty_question": "There is no question to search for; type a few words.",
}


def answer_json(
    answer: Answer, *, question_id: str | None = None, timings: bool = False
) -> dict[str, Any]:
    """The answer as the JSON object that other programs read; the same answer, the same bytes.

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
            "version": info.version,
            "fingerprint": info.fingerprint,
            "newest_article": _day(info.newest_article),
            "built_at": info.built_at,
        },
        "timings_ms": dict(answer.timings_ms) if timings else {},
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """One search result as a JSON object."""
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


def _citation(citation: Citation) -> dict[str, Any]:
    article = citation.article
    return {
        "article_id": article.id,
        "title": article.title,
        "published": _day(article.published),
        "url": article.url or None,
        "file": article.path,
        "sha256": article.sha256,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sentence": citation.sentence,
        "sentence_start": citation.sentence_start,
        "sentence_end": citation.sentence_end,
        "score": round(citation.score, 4),
        "speaker": _slice(article, citation.speaker) if citation.speaker else None,
        "dates": [
            {
                **_slice(article, (words.start, words.end)),
                "after": _day(words.after),
                "before": _day(words.before),
            }
            for words in citation.dates
        ],
        "also": [_citation(other) for other in citation.also],
        "copies": [_copy(copy) for copy in citation.copies],
    }


def _slice(article: Article, span: tuple[int, int]) -> dict[str, Any]:
    start, end = span
    return {"start": start, "end": end, "text": article.text[start:end]}


def _copy(passage: Passage) -> dict[str, Any]:
    article = passage.article
    return {"article_id": article.id, "published": _day(article.published), "file": article.path}


def _window(window: Window | None) -> Mapping[str, Any] | None:
    if window is None:
        return None
    return {"after": _day(window.after), "before": _day(window.before), "said": window.said}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def checked_json(checked: CheckedQuotation) -> dict[str, Any]:
    """The result as a JSON object; the same text and index, the same bytes."""
    return {
        "text": checked.text,
        "state": checked.state,
        "places": [_place(place) for place in checked.places],
        "more": checked.more,
        "near": _near(checked.near) if checked.near is not None else None,
    }


def _near(near: NearestText) -> dict[str, Any]:
    return {
        **_place(near.place),
        "likeness": round(near.likeness, 4),
        "but_for": list(near.but_for),
        "difference": [
            {"kind": run.kind, "article": run.text, "pasted": run.said} for run in near.runs
        ],
    }


def _place(place: Occurrence) -> dict[str, Any]:
    article = place.article
    return {
        "article_id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url or None,
        "file": article.path,
        "sha256": article.sha256,
        "start": place.start,
        "end": place.end,
        "quote": place.text,
        "inside_word": inside_word(place),
        "link": Selector.of(article, place.start, place.end).link,
    }
