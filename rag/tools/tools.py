"""Plain values in; what the four tools return, the JSON of docs/json.md and docs/api.md, out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from rag.answer.engine import Engine, Retrieved, Stage
from rag.dates.calendar import parse_day
from rag.dates.windows import explicit_window
from rag.errors import QuestionError
from rag.present.json import answer_json, checked_json, hit_json
from rag.query.understand import Corrections
from rag.quotes.check import check
from rag.types import IndexInfo, Kind, Window

Json = dict[str, Any]
MAX_HITS = 50


Lease = Callable[[], AbstractContextManager[Engine]]

Day = str | None
After = Annotated[Day, Field(description="First day of publication that counts (2024-12-20).")]
Before = Annotated[Day, Field(description="First day of publication that is too late.")]
AsOf = Annotated[Day, Field(description="Last day of publication that counts.")]
Today = Annotated[
    Day, Field(description="Day that 'last month' counts from; the day of the call if left out.")
]


class Tools:
    """What can be asked of the live index; each call is answered from one version of it.

    Nothing here writes. Every method raises QuestionError for a value that cannot be used and
    IndexUnusable when there is no index.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def ask(
        self,
        question: Annotated[str, Field(description="What you want to know, in English.")],
        history: Annotated[
            list[str] | None,
            Field(description="Earlier questions, oldest first, that this one may refer to."),
        ] = None,
        after: After = None,
        before: Before = None,
        as_of: AsOf = None,
        today: Today = None,
        kind: Annotated[
            Kind | None, Field(description="Kind of answer, if not the one the question asks for.")
        ] = None,
        undated: Annotated[
            bool, Field(description="Take the question's own dates for mere words.")
        ] = False,
    ) -> Json:
        """Answer a question with verbatim quotations from the dated news articles.

        Each quotation comes with its article, date and offsets: article text [start:end] equals
        quote. Where no article answers, "abstained" is true, "reason" says why, and "nearest" holds
        what came closest, which is not an answer.
        """
        window = _window(after, before, as_of)
        with self._lease() as engine:
            answer = engine.ask(
                question,
                history=history or (),
                window=window,
                today=_day("today", today),
                corrections=Corrections(kind=kind, undated=undated),
            )
            return answer_json(answer)

    def search_articles(
        self,
        query: Annotated[str, Field(description="Words or a question to search for.")],
        top_k: Annotated[int, Field(ge=1, le=MAX_HITS, description="At most how many.")] = 10,
        after: After = None,
        before: Before = None,
        as_of: AsOf = None,
        today: Today = None,
    ) -> Json:
        """Find the passages of the news articles that are nearest to a query, best first."""
        window = _window(after, before, as_of)
        with self._lease() as engine:
            found = _retrieved(engine.asking(query, window=window, today=_day("today", today)))
            return {
                "query": query,
                "interpreted": found.query.text,
                "hits": [
                    {**hit_json(hit), "title": hit.passage.article.title}
                    for hit in found.hits[:top_k]
                ],
                "index": _index(engine.info),
            }

    def get_article(
        self,
        article_id: Annotated[str, Field(description="The article_id of a quotation or a hit.")],
        start: Annotated[int, Field(ge=0, description="First character wanted.")] = 0,
        end: Annotated[
            int | None, Field(ge=0, description="Character to stop before; the end if left out.")
        ] = None,
    ) -> Json:
        """Read an article, or a part of it, exactly as it was indexed."""
        with self._lease() as engine:
            article = engine.article(article_id)
            first, last, _ = slice(start, end).indices(len(article.text))
            return {
                "article_id": article.id,
                "title": article.title,
                "published": article.published.isoformat() if article.published else None,
                "url": article.url or None,
                "file": article.path,
                "sha256": article.sha256,
                "body": article.body,
                "length": len(article.text),
                "start": first,
                "end": max(first, last),
                "text": article.text[first:last],
                "index": _index(engine.info),
            }

    def check_quote(
        self, quote: Annotated[str, Field(description="A sentence or a few words.")]
    ) -> Json:
        """Check whether words are a quotation from the articles: exact, near or not_found.

        "places" are where they stand to the letter. "near" is what comes closest, with the
        difference; only words that stand in an article are a quotation from it.
        """
        with self._lease() as engine:
            return {**checked_json(check(quote, engine.texts)), "index": _index(engine.info)}


def _retrieved(stages: Iterator[Stage]) -> Retrieved:
    """What was found for the question; it is not read."""
    return next(stage for stage in stages if isinstance(stage, Retrieved))


def _window(after: str | None, before: str | None, as_of: str | None) -> Window | None:
    return explicit_window(
        after=_day("after", after), before=_day("before", before), as_of=_day("as_of", as_of)
    )


def _day(name: str, value: str | None) -> date | None:
    if value is None:
        return None
    day = parse_day(value)
    if day is None:
        raise QuestionError(f"{name!r} is not a day such as 2024-12-20; mend it.")
    return day


def _index(info: IndexInfo) -> Json:
    return {"version": info.version, "fingerprint": info.fingerprint}
