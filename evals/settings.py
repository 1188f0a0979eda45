"""``NAME=VALUE`` words in; how a set is indexed and asked out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from rag.config import AskConfig, BuildConfig
from rag.errors import ConfigError

# Where things lie on this machine, and how many threads: no part of what is measured.
ELSEWHERE = frozenset({"articles", "index", "model", "models", "threads"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How a set is indexed and asked: changes to the fields of BuildConfig and of AskConfig.

    ``search`` are arguments of ``open_components``, for ways of searching that are only compared with.
    """

    name: str = "default"
    build: Mapping[str, Any] = field(default_factory=dict)
    ask: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)

    def configs(self, folder: Path, index: Path, models: Path) -> tuple[BuildConfig, AskConfig]:
        """The settings in full for the articles in ``folder``.

        Raises ConfigError for a value that is out of range or of the wrong type.
        """
        try:
            return (
                replace(BuildConfig(folder, index, models=models), **self.build),
                replace(AskConfig(folder, index, models=models, threads=0), **self.ask),
            )
        except TypeError as error:
            raise ConfigError(
                f"The settings {self.name!r} cannot be used ({error}); mend the value."
            ) from error

    @property
    def index_name(self) -> str:
        """The folder's name of the index: one for each way of building."""
        return "-".join(["index", *(f"{name}-{value}" for name, value in self.build.items())])


def settings_of(words: Sequence[str]) -> Settings:
    """The settings that differ from the default by words such as ``top_k=5`` and ``prefix=false``.

    A value is written as in ``dateline.toml``; a text needs no quotation marks. Raises ConfigError
    for a word without a value and for an unknown name.
    """
    builds, asks = (_names(config) for config in (BuildConfig, AskConfig))
    build: dict[str, Any] = {}
    ask: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in builds | asks:
            raise ConfigError(
                f"{word!r} sets nothing; write NAME=VALUE with one of: "
                f"{', '.join(sorted(builds | asks))}."
            )
        (build if name in builds else ask)[name] = _value(value)
    return Settings(", ".join(words) or "default", build=build, ask=ask)


def changed(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """``NAME=VALUE`` of every setting of a run that is not the default."""
    defaults = {"build": BuildConfig(), "ask": AskConfig()}
    return [
        f"{name}={value}"
        for part, default in defaults.items()
        for name, value in settings.get(part, {}).items()
        if value != getattr(default, name)
    ]


def _names(config: type[BuildConfig] | type[AskConfig]) -> set[str]:
    return {field.name for field in fields(config)} - ELSEWHERE


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
