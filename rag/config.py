"""The settings of a build and of asking, read from ``[tool.dateline]`` of a toml file and flags."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import ConfigError

MODELS = "models"
SETTINGS_FILES = ("dateline.toml", "pyproject.toml")


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"{name} is {value}; choose a value from {low} to {high}.")


@dataclass(frozen=True, slots=True)
class BuildConfig:
    """How articles become an index. Lengths in tokens are tiktoken's ``cl100k_base``."""

    articles: Path = Path("seeds")
    index: Path = Path("index")
    model: Path | None = None
    models: Path | None = None
    max_tokens: int = 200
    overlap_sentences: int = 1
    prefix: bool = True
    exact_limit: int = 100_000
    max_file_bytes: int = 2_000_000_000
    max_article_chars: int = 2_000_000
    max_files: int = 100_000
    max_depth: int = 16
    threads: int = 0

    def __post_init__(self) -> None:
        _check("max_tokens", self.max_tokens, 16, 512)
        _check("overlap_sentences", self.overlap_sentences, 0, 5)
        _check("exact_limit", self.exact_limit, 0, 10_000_000)
        _check("max_file_bytes", self.max_file_bytes, 1, 1 << 50)
        _check("max_article_chars", self.max_article_chars, 1, 100_000_000)
        _check("max_files", self.max_files, 1, 100_000_000)
        _check("max_depth", self.max_depth, 1, 1000)
        _check("threads", self.threads, 0, 1024)

    @property
    def models_folder(self) -> Path:
        """Where compiled models are kept; inside the index unless set."""
        return self.models if self.models is not None else self.index / MODELS


@dataclass(frozen=True, slots=True)
class AskConfig:
    """How a question is answered. ``articles`` is only compared with what was indexed.

    ``reader`` is "span" for the reader that is shipped, "sentence" for whole sentences, or the
    folder of a question-answering model.
    """

    articles: Path = Path("seeds")
    index: Path = Path("index")
    models: Path | None = None
    top_k: int = 10
    candidates: int = 200
    dense_weight: float = 0.5
    passages_per_article: int = 2
    min_confidence: float | None = None
    reader: str = "span"
    threads: int = 1

    def __post_init__(self) -> None:
        _check("top_k", self.top_k, 1, 1000)
        _check("candidates", self.candidates, 1, 100_000)
        _check("dense_weight", self.dense_weight, 0.0, 1.0)
        _check("passages_per_article", self.passages_per_article, 1, 1000)
        if self.min_confidence is not None:
            _check("min_confidence", self.min_confidence, 0.0, 1.0)
        _check("threads", self.threads, 0, 1024)

    @property
    def models_folder(self) -> Path:
        """Where compiled models are kept; inside the index unless set."""
        return self.models if self.models is not None else self.index / MODELS


Config = TypeVar("Config", BuildConfig, AskConfig)


def load(kind: type[Config], flags: dict[str, Any], *, folder: Path) -> Config:
    """Defaults, then ``[tool.dateline]`` of the settings file in ``folder``, then ``flags``.

    Flags that are ``None`` were not given. Relative paths in the file are below ``folder``.

    Raises ConfigError for a file that is not TOML, an unknown setting or a value out of range.
    """
    names = {field.name for field in fields(kind)}
    known = {field.name for config in (BuildConfig, AskConfig) for field in fields(config)}
    settings: dict[str, Any] = {}
    for name, value in _read_table(folder).items():
        if name not in known:
            raise ConfigError(
                f"[tool.dateline] has an unknown setting {name!r}; known are: "
                f"{', '.join(sorted(known))}."
            )
        if name in names:
            settings[name] = folder / value if _is_path(name) else value
    settings.update({name: value for name, value in flags.items() if value is not None})
    try:
        return replace(kind(), **settings)
    except TypeError as error:
        raise ConfigError(f"A setting has a value of the wrong type: {error}.") from error


def _is_path(name: str) -> bool:
    return name in {"articles", "index", "model", "models"}


def _read_table(folder: Path) -> dict[str, Any]:
    for name in SETTINGS_FILES:
        path = folder / name
        if not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                table = tomllib.load(file).get("tool", {}).get("dateline", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name} is not valid TOML ({error}); mend or remove it.") from error
        if table:
            return dict(table)
    return {}
