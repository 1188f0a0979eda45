"""A checked quotation in; the JSON object that other programs read out."""

from __future__ import annotations

from typing import Any

from rag.answer.citations import inside_word
from rag.answer.quote_check import Checked, Near
from rag.answer.selector import Selector
from rag.index.local import Place


def checked_json(checked: Checked) -> dict[str, Any]:
    """The result as a JSON object; the same text and index, the same bytes."""
    return {
        "text": checked.text,
        "state": checked.state,
        "places": [_place(place) for place in checked.places],
        "more": checked.more,
        "near": _near(checked.near) if checked.near is not None else None,
    }


def _near(near: Near) -> dict[str, Any]:
    return {
        **_place(near.place),
        "likeness": round(near.likeness, 4),
        "but_for": list(near.but_for),
        "difference": [
            {"kind": run.kind, "article": run.text, "pasted": run.said} for run in near.runs
        ],
    }


def _place(place: Place) -> dict[str, Any]:
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
