"""The command line over an index of the two seed articles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from rag.cli import main
from rag.config import BuildConfig

CAIRO = "Where did Sharif and Pezeshkian meet?"
FIRST = "000_67432f77a0b5fa99"
SECOND = "003_9aa3f54420ab385a"


class Cli:
    """Runs commands on the seed index and captures what they print."""

    def __init__(self, config: BuildConfig, capsys: pytest.CaptureFixture[str]) -> None:
        self._places = ["--articles", str(config.articles), "--index", str(config.index)]
        self._models = ["--models", str(config.models)]
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        reader = ["--reader", "sentence"] if arguments[0] == "ask" else []
        assert main([*arguments, *reader, *self._places, *self._models]) == code
        captured = self._capsys.readouterr()
        return captured.out, captured.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[0])


@pytest.fixture
def cli(seed_index: BuildConfig, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(seed_index, capsys)


def literal(config: BuildConfig, citations: Sequence[dict[str, Any]]) -> bool:
    """Whether each quotation stands in its file, by offsets alone."""
    for cited in citations:
        text = (config.articles / cited["file"]).read_bytes().decode()
        if text[cited["start"] : cited["end"]] != cited["quote"]:
            return False
        if text[cited["sentence_start"] : cited["sentence_end"]] != cited["sentence"]:
            return False
    return bool(citations)
