"""No framework as a worker: sentence-transformers, FAISS and rank_bm25, put together by hand."""

from __future__ import annotations

import json
import re
import sys
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from evals.bench.workers.protocol import (
    BuildCost,
    Stopwatch,
    WorkerSettings,
    main,
    read_passages,
    vectors_file,
)

CANDIDATES = 200
PER_LINE = 1000
MAX_LENGTH, STRIDE, MAX_ANSWER_TOKENS = 384, 128, 30
_WORD = re.compile(r"\w+")
Bm25 = TypeVar("Bm25")


class Plain:
    """Exact FAISS and BM25Okapi, the best of each fused by min-max halves; a transformers reader.

    The reader answers as SQuAD 2.0 does: the span of the best score above that of no answer.
    """

    packages: tuple[str, ...] = (
        "sentence-transformers",
        "faiss-cpu",
        "rank-bm25",
        "transformers",
        "torch",
    )

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._reader: Any = None

    def build(self, corpus: str, index: str) -> BuildCost:
        import faiss
        from rank_bm25 import BM25Okapi  # type: ignore[import-not-found, unused-ignore]

        clock = Stopwatch()
        passages = list(read_passages(corpus))
        vectors = self._vectors(corpus, [passage.text for passage in passages], clock)
        dense = faiss.IndexFlatIP(vectors.shape[1])
        dense.add(vectors)
        folder = Path(index)
        folder.mkdir(parents=True)
        faiss.write_index(dense, str(folder / "vectors.faiss"))
        lexical = BM25Okapi(_words(passage.text) for passage in passages)
        save_bm25(lexical, folder / "bm25.jsonl")
        rows = [[passage.article, passage.text] for passage in passages]
        (folder / "passages.json").write_text(json.dumps(rows), "utf-8")
        return BuildCost(len(passages), clock.seconds)

    def _vectors(self, corpus: str, texts: list[str], clock: Stopwatch) -> Any:
        import numpy as np

        given = vectors_file(corpus)
        if given:
            return np.load(given)
        with clock:
            model = _model(self._settings.model)
            return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    def open(self, index: str) -> None:
        import faiss
        from rank_bm25 import BM25Okapi  # type: ignore[import-not-found, unused-ignore]

        folder = Path(index)
        self._dense = faiss.read_index(str(folder / "vectors.faiss"))
        self._lexical = load_bm25(BM25Okapi, folder / "bm25.jsonl")
        self._passages = json.loads((folder / "passages.json").read_text("utf-8"))
        self._model = _model(self._settings.model)
        if self._settings.reader:
            self._reader = TransformersReader(self._settings.reader)

    def search(self, question: str, top_k: int) -> list[str]:
        return [self._passages[row][0] for row in self._rows(question, top_k)]

    def ask(self, question: str, top_k: int) -> str:
        texts = [self._passages[row][1] for row in self._rows(question, top_k)]
        return str(self._reader.read(question, texts))

    def _rows(self, question: str, top_k: int) -> list[int]:
        import numpy as np

        vector = self._model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        count = min(CANDIDATES, len(self._passages))
        scores, rows = self._dense.search(vector, count)
        lexical = self._lexical.get_scores(_words(question))
        best = np.argpartition(-lexical, count - 1)[:count]
        fused: dict[int, float] = {}
        for found, values in ((rows[0], scores[0]), (best, lexical[best])):
            for row, score in zip(found.tolist(), _min_max(values), strict=True):
                fused[row] = fused.get(row, 0.0) + 0.5 * score
        return sorted(fused, key=lambda row: (-fused[row], row))[:top_k]


def save_bm25(bm25: Any, path: Path) -> None:
    """Write an object of rank_bm25, which has no format of its own, as JSON lines.

    The first line holds its attributes, the others the frequencies of words in passages, so many
    passages a line that reading is quick and few enough that no line is large.
    """
    attributes = dict(vars(bm25))
    frequencies = attributes.pop("doc_freqs")
    with path.open("w", encoding="utf-8") as lines:
        lines.write(json.dumps(attributes) + "\n")
        for first in range(0, len(frequencies), PER_LINE):
            lines.write(json.dumps(frequencies[first : first + PER_LINE]) + "\n")


def load_bm25(kind: type[Bm25], path: Path) -> Bm25:
    """The object of class ``kind`` that was saved."""
    bm25 = kind.__new__(kind)
    with path.open(encoding="utf-8") as lines:
        attributes = json.loads(next(lines))
        frequencies = list(chain.from_iterable(map(json.loads, lines)))
    vars(bm25).update(attributes, doc_freqs=frequencies)
    return bm25


class TransformersReader:
    """The best span of several passages by a model for question answering."""

    def __init__(self, folder: str) -> None:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()

    def read(self, question: str, texts: list[str]) -> str:
        """The answer's words, empty where no span scores above no answer."""
        import torch

        windows = self._tokenizer(
            [question] * len(texts),
            texts,
            truncation="only_second",
            max_length=MAX_LENGTH,
            stride=STRIDE,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets, owners = windows.pop("offset_mapping"), windows.pop("overflow_to_sample_mapping")
        with torch.inference_mode():
            output = self._model(**windows)
        best, answer = 0.0, ""
        for number, owner in enumerate(owners.tolist()):
            margin, first, last = _best_span(
                output.start_logits[number],
                output.end_logits[number],
                [part == 1 for part in windows.sequence_ids(number)],
            )
            if margin > best:
                start, end = int(offsets[number][first][0]), int(offsets[number][last][1])
                best, answer = margin, texts[owner][start:end]
        return answer


def _best_span(start: Any, end: Any, inside: list[bool]) -> tuple[float, int, int]:
    """The first and last token of the best span inside, and its score above that of no answer."""
    import torch

    outside = ~torch.tensor(inside)
    scores = start.masked_fill(outside, -torch.inf)[:, None] + end.masked_fill(outside, -torch.inf)
    allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(MAX_ANSWER_TOKENS - 1)
    scores = scores.masked_fill(~allowed, -torch.inf)
    place = int(scores.argmax())
    first, last = divmod(place, scores.shape[1])
    return float(scores[first, last] - start[0] - end[0]), first, last


def _min_max(values: Any) -> list[float]:
    low, high = float(values.min()), float(values.max())
    return [(float(value) - low) / ((high - low) or 1.0) for value in values]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _model(folder: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(folder, device="cpu", local_files_only=True)


if __name__ == "__main__":
    main(Plain, sys.argv)
