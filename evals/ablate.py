"""Ablations: a set in; what each part of the engine gives, against the default, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evals.compare import Difference, compare
from evals.record import Record
from evals.run import run_set
from evals.sets import EvalSet
from evals.settings import Settings
from rag.retrieval.retriever import reciprocal_rank_fusion

DEFAULT = Settings()
VARIANTS = (
    Settings("dense only", ask={"dense_weight": 1.0}),
    Settings("BM25 only", ask={"dense_weight": 0.0}),
    Settings("reciprocal ranks (RRF)", search={"fusion": reciprocal_rank_fusion}),
    Settings("copies not collapsed", search={"collapse": False}),
    Settings("without prefix", build={"prefix": False}),
    Settings("passages of 100 tokens", build={"max_tokens": 100}),
    Settings("passages of 300 tokens", build={"max_tokens": 300}),
    Settings("one passage per article", ask={"passages_per_article": 1}),
    Settings("whole sentences", ask={"reader": "sentence"}),
)


def ablate(
    asked: EvalSet,
    *,
    work: Path,
    models: Path,
    variants: Sequence[Settings] = VARIANTS,
    say: Callable[[str], None] = lambda message: None,
) -> Mapping[str, tuple[Difference, ...]]:
    """The default compared with itself, then each variant with it, by name.

    Raises a RagError when an index can be neither built nor opened.
    """

    def record(settings: Settings) -> Record:
        say(f"{asked.name}: {settings.name}")
        run = run_set(asked, work=work, models=models, settings=settings)
        for warning in run.warnings:
            say(warning)
        return Record.of(run)

    base = record(DEFAULT)
    return {
        "default: min–max, 200 tokens, spans": compare(base, base).differences,
        **{one.name: compare(base, record(one)).differences for one in variants},
    }
