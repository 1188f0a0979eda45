"""News and TIME in; the compiled model beside sentence-transformers in fp32, as figures, out."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.figures.figure import Effort, Figure, in_turn
from evals.metrics.retrieval import reciprocal_rank
from evals.types import QuestionSet
from rag.models.embedder import open_embedder
from rag.models.runtime import model_folder

WORDPIECES = 254  # 256 with the two special ones.
WORDS = 150

Encode = Callable[[list[str]], NDArray[np.float32]]


def embedding(
    stories: Iterable[str], time: QuestionSet, models: Path, effort: Effort
) -> list[Figure]:
    """Passages of 256 tokens embedded in turn; what TIME's queries find by vectors alone."""
    import torch
    from sentence_transformers import SentenceTransformer

    compiled = open_embedder(None, models, threads=0)
    model = SentenceTransformer(str(model_folder(None)), device="cpu")
    texts = _long_texts(stories, effort.passages)

    def original(texts: list[str]) -> Any:
        return model.encode(texts, show_progress_bar=False)

    seconds = in_turn(
        {"compiled": lambda: compiled.encode_passages(texts), "original": lambda: original(texts)},
        effort.rounds,
    )
    ratio = seconds["original"] / seconds["compiled"]
    ours, theirs = _mrr(compiled.encode_passages, time), _mrr(original, time)
    change = ours / theirs - 1
    threads = torch.get_num_threads()
    return [
        Figure(
            f"passages embedded, against SentenceTransformer.encode ({threads} threads each)",
            f"{ratio:.2f}x",
            "3.0x",
            ratio >= 3.0,
        ),
        Figure(
            "the same: MRR@10 on TIME, dense alone",
            f"{ours:.4f} against {theirs:.4f} ({change:+.2%})",
            "within 0.5 %",
            abs(change) <= 0.005 or change > 0,
        ),
    ]


def _long_texts(stories: Iterable[str], count: int) -> list[str]:
    """The beginnings of the first stories that are long enough, of 254 WordPieces each."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder(None) / "tokenizer.json"))
    tokenizer.no_truncation()

    def beginnings() -> Iterator[str]:
        for story in stories:
            offsets = tokenizer.encode(story, add_special_tokens=False).offsets
            if len(offsets) >= WORDPIECES:
                yield story[: offsets[WORDPIECES - 1][1]]

    return list(islice(beginnings(), count))


def _mrr(encode: Encode, time: QuestionSet) -> float:
    """MRR@10 of articles by the best of their stretches of 150 words, whatever the date."""
    places: list[str] = []
    texts: list[str] = []
    for document in time.documents or ():
        words = document.text.split()
        for start in range(0, len(words), WORDS):
            places.append(document.id)
            texts.append(" ".join(words[start : start + WORDS]))
    passages = encode(texts)
    queries = encode([question.question for question in time.questions])
    found = [_ranked(places, passages @ query) for query in queries]
    return statistics.mean(
        reciprocal_rank(ranked, question.grades, k=10)
        for ranked, question in zip(found, time.questions, strict=True)
    )


def _ranked(places: Sequence[str], scores: NDArray[np.float32]) -> list[str]:
    order = [places[row] for row in np.argsort(-scores, kind="stable")]
    return list(dict.fromkeys(order))
