"""Puts together what answers from an opened index: the one file that names concrete classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.answer.answerers.lists import ListAnswerer
from rag.answer.answerers.span import PassageAnswerer, SpanAnswerer
from rag.answer.answerers.stories import EventLimits, LineReader, StoryReader
from rag.answer.answerers.topical import (
    LatestAnswerer,
    SummaryAnswerer,
    TimelineAnswerer,
)
from rag.answer.answerers.when import WhenAnswerer
from rag.answer.answerers.yes_no import YesNoAnswerer
from rag.answer.confidence import (
    Calibrator,
    Features,
    Reliability,
    SentenceFeatures,
    SpanFeatures,
)
from rag.answer.evidence import Answerer, Ranker, Weights
from rag.answer.rules.entailment import EntailmentJudge
from rag.answer.rules.matching import Matcher, word_likeness
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.config import AskConfig
from rag.errors import IndexMismatch, ModelError
from rag.index.base import Store
from rag.models.embedder import Embedder, reopen_embedder
from rag.models.reader import SpanReader, open_reader
from rag.models.sentence_reader import Rarity, open_sentence_reader
from rag.retrieval.retriever import Fusion, Retriever
from rag.types import Kind

# How far below the best span another may score in a list and for a date, and how much a sentence's
# own score counts. Chosen by hand, not fitted.
LIST_MARGIN, WHEN_MARGIN, PASSAGE_WEIGHT = 1.0, 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Components:
    """What a Pipeline is made of, besides its index.

    ``spans`` ranks the spans that may answer, ``sentences`` whole sentences; without a span reader
    they are the same. ``reliability`` judges replies, if it was fitted. ``warnings`` say what is
    missing. ``rules`` are those that are on.
    """

    retriever: Retriever
    spans: Ranker
    sentences: Ranker
    calibrator: Calibrator
    answerers: Mapping[Kind, Answerer]
    warnings: tuple[str, ...] = ()
    rules: Rules = ALL_RULES
    reliability: Reliability | None = None


def open_components(
    index: Store,
    config: AskConfig,
    *,
    fusion: Fusion | None = None,
    collapse: bool = True,
    weights: tuple[float, float, float] | None = None,
    rules: Rules = ALL_RULES,
) -> Components:
    """The components for ``index``: hybrid retriever, readers, calibrator and answerers.

    The keywords are for evaluations: ``fusion`` and ``collapse`` change the retriever, ``weights``
    are those of retrieval, null score and agreement instead of the fitted ones, and ``rules`` turn
    groups of rules off. Raises IndexMismatch when the index was built with a model that is not
    here. Without a span reader whole sentences answer, and ``warnings`` says why.
    """
    embedder = _embedder(index, config)
    rarity = index.rarity
    sentence_reader, calibration = open_sentence_reader(embedder, rarity)
    spans = sentences = Ranker(sentence_reader, Weights(calibration.retrieval_weight))
    features: Features = SentenceFeatures(rarity)
    agreement = 0.0
    reader, warnings = _span_reader(config)
    if reader is not None:
        calibration = reader.calibration
        retrieval, null, agreement = weights or (
            calibration.retrieval_weight,
            calibration.null_weight,
            calibration.agreement_weight,
        )
        spans = Ranker(reader, Weights(retrieval, null))
        features = SpanFeatures(rarity, embedder, agreement)
    return Components(
        Retriever(index, embedder, config, fusion=fusion, collapse=collapse),
        spans,
        sentences,
        Calibrator(calibration.confidence, calibration.threshold, features),
        _answerers(embedder, rarity, spans, sentences, agreement, rules),
        warnings,
        rules,
        None if calibration.reply is None else Reliability(calibration.reply),
    )


def _answerers(
    embedder: Embedder,
    rarity: Rarity,
    spans: Ranker,
    sentences: Ranker,
    agreement: float,
    rules: Rules,
) -> dict[Kind, Answerer]:
    matcher = Matcher(rarity, word_likeness(embedder), rules)
    stories, lines = StoryReader(embedder, rarity), LineReader(embedder, rarity)
    return {
        "span": SpanAnswerer(agreement, None if spans is sentences else matcher, rules, rarity),
        "list": ListAnswerer(agreement, LIST_MARGIN, rules),
        "yesno": YesNoAnswerer(EntailmentJudge(matcher, rules)),
        "when": WhenAnswerer(matcher, WHEN_MARGIN, rules, rarity),
        "timeline": TimelineAnswerer(stories, lines, EventLimits(embedder)),
        "latest": LatestAnswerer(stories, spans, sentences),
        "summary": SummaryAnswerer(stories, lines),
        "passage": PassageAnswerer(PASSAGE_WEIGHT, rules),
    }


def _span_reader(config: AskConfig) -> tuple[SpanReader | None, tuple[str, ...]]:
    """The reader that the settings name, or None and why whole sentences answer instead."""
    if config.reader == "sentence":
        return None, ()
    path = None if config.reader == "span" else Path(config.reader)
    try:
        return open_reader(path, config.models_folder, threads=config.threads), ()
    except ModelError as error:
        return None, (f"Whole sentences answer, because the reader cannot be used: {error}",)


def _embedder(index: Store, config: AskConfig) -> Embedder:
    named = index.settings.get("model")
    try:
        return reopen_embedder(
            index.model_fingerprint,
            Path(str(named)) if named else None,
            config.models_folder,
            threads=config.threads,
        )
    except ModelError as error:
        raise IndexMismatch(f"The index cannot be asked with the model at hand: {error}") from error
