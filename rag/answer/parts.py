"""Choosing the parts: an opened index and settings in, what answers from it out.

To swap a part, swap it here; nothing else names a concrete class.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.answer.calibrate import FEATURES as CONFIDENCE_FEATURES
from rag.answer.calibrate import Calibrator
from rag.answer.fitted import load_logistic, read_fitted
from rag.answer.fusion import Fusion
from rag.answer.retriever import Retriever
from rag.answer.sentences import FEATURES as SENTENCE_FEATURES
from rag.answer.sentences import SentenceReader
from rag.config import AskConfig
from rag.errors import IndexMismatch, ModelError
from rag.index.index import Index
from rag.models.embedder import Embedder, reopen_embedder
from rag.models.reader import Reader

FITTED_FILE = "sentences.json"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a Pipeline is made of, besides its index."""

    retriever: Retriever
    reader: Reader
    calibrator: Calibrator
    retrieval_weight: float


def open_parts(
    index: Index, config: AskConfig, *, fusion: Fusion | None = None, collapse: bool = True
) -> Parts:
    """The parts for ``index``: hybrid retriever, sentence reader and its calibrator.

    ``fusion`` and ``collapse`` are handed to the retriever, to compare it with others. Raises
    IndexMismatch when the index was built with a model that is not at hand.
    """
    embedder = _embedder(index, config)
    fitted = read_fitted(FITTED_FILE)
    return Parts(
        Retriever(index, embedder, config, fusion=fusion, collapse=collapse),
        SentenceReader(
            embedder, index.lexical.rarity, load_logistic(fitted["sentence"], SENTENCE_FEATURES)
        ),
        Calibrator(
            load_logistic(fitted["confidence"], CONFIDENCE_FEATURES),
            float(fitted["threshold"]),
            index.lexical.rarity,
        ),
        float(fitted["retrieval_weight"]),
    )


def _embedder(index: Index, config: AskConfig) -> Embedder:
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
