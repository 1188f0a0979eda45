"""The four read-only tools that HTTP, Gradio's API and MCP offer to other programs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from rag.answer.engine import AskOptions, Engine, Retrieved, Stage, final_stage
from rag.dates.calendar import parse_day
from rag.dates.windows import explicit_window
from rag.errors import QuestionError
from rag.present.json import (
    Json,
    answer_json,
    article_json,
    checked_json,
    hit_json,
    version_json,
)
from rag.query.understand import Corrections
from rag.quotes.check import check_quotation
from rag.types import Kind, Window

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
    """Questions to the live index; each call is answered from one version of it.

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
        options = AskOptions(
            window=_window(after, before, as_of),
            today=_day("today", today),
            corrections=Corrections(kind=kind, undated=undated),
            history=history or (),
        )
        with self._lease() as engine:
            return answer_json(final_stage(engine.asking(question, options)).answer)

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
        options = AskOptions(window=_window(after, before, as_of), today=_day("today", today))
        with self._lease() as engine:
            found = _retrieved(engine.asking(query, options))
            return {
                "query": query,
                "interpreted": found.query.text,
                "hits": [
                    {**hit_json(hit), "title": hit.passage.article.title}
                    for hit in found.hits[:top_k]
                ],
                "index": version_json(engine.info),
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
            part = article_json(article, first, max(first, last))
            return {**part, "index": version_json(engine.info)}

    def check_quote(
        self, quote: Annotated[str, Field(description="A sentence or a few words.")]
    ) -> Json:
        """Check whether words are a quotation from the articles: exact, near or not_found.

        "places" are where they stand to the letter. "near" is what comes closest, with the
        difference; only words that stand in an article are a quotation from it.
        """
        with self._lease() as engine:
            return {
                **checked_json(check_quotation(quote, engine.texts)),
                "index": version_json(engine.info),
            }


def _retrieved(stages: Iterator[Stage]) -> Retrieved:
    """The passages that were found; nobody reads them."""
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
        raise QuestionError(f"{name!r} is not a day such as 2024-12-20; correct it.")
    return day


@dataclass(frozen=True, slots=True)
class Tool:
    """A function for other programs, with its name, description and parameters."""

    name: str
    description: str
    parameters: type[BaseModel]
    function: Callable[..., Json]

    def call(self, values: Mapping[str, object]) -> Json:
        """Check ``values`` and call the function with them.

        Raises QuestionError for a value that is missing, unknown or of the wrong type, and what
        the function raises.
        """
        try:
            checked = self.parameters.model_validate(dict(values))
        except ValidationError as error:
            raise QuestionError(_validation_message(error)) from error
        return self.function(
            **{name: getattr(checked, name) for name in type(checked).model_fields}
        )


def all_tools(tools: Tools) -> tuple[Tool, ...]:
    """The four tools, described by their own signatures and docstrings."""
    functions = (tools.ask, tools.search_articles, tools.get_article, tools.check_quote)
    return tuple(_tool(function) for function in functions)


def _tool(function: Callable[..., Json]) -> Tool:
    name = function.__name__
    return Tool(name, inspect.getdoc(function) or name, _parameters(function), function)


def _parameters(function: Callable[..., Json]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    given = inspect.signature(function).parameters.values()
    defaults = {one.name: ... if one.default is one.empty else one.default for one in given}
    fields = {name: (hints[name], default) for name, default in defaults.items()}
    model: type[BaseModel] = create_model(
        f"{function.__name__}_parameters",
        __config__=ConfigDict(extra="forbid"),
        **fields,  # type: ignore[call-overload]
    )
    return model


def _validation_message(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where!r} cannot be used ({first['msg']}); correct it."
