"""A tool's name and unchecked values in, what the tool returns, or why it was not called, out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from rag.errors import QuestionError
from rag.tools.tools import Json, Tools


@dataclass(frozen=True, slots=True)
class Tool:
    """A function for other programs: its name, what it says of itself, and its parameters."""

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
            raise QuestionError(_sentence(error)) from error
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


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where!r} cannot be used ({first['msg']}); mend it."
