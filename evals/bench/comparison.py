"""Every system on every corpus: the values that are measured once, and shown in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evals.bench.quality import Quality
from evals.bench.results import Result


@dataclass(frozen=True, slots=True)
class OnCorpus:
    """One corpus with what became of each system on it, in the order of ``SYSTEMS``.

    ``quality`` is over the questions that nothing was tuned on, ``quality_all`` over all of them.
    ``outdated`` says that Dateline has changed since.
    """

    corpus: str
    kind: str
    articles: int
    passages: int
    questions: int
    outdated: bool
    results: tuple[Result, ...]
    quality: tuple[Quality, ...] = ()
    quality_all: tuple[Quality, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured. ``absent`` says why a system does not take part at all."""

    corpora: tuple[OnCorpus, ...]
    versions: Mapping[str, Mapping[str, str]]
    absent: Mapping[str, str]
    reader: str
    threads: int
