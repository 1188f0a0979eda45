"""Compares the shipped reader with the same weights in PyTorch: F1 on dev rows, and speed.

    python -m training.compare_reader FOLDER DEV.jsonl.gz

FOLDER is the Hugging Face folder that the shipped reader was exported from. Both read with the
same windows and the same decoding. Speed is that of ten passages of 256 tokens, taken in turns.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering

from rag.models.reader import SpanReader, open_reader
from rag.types import Article, Passage
from training.measure import row_figures
from training.rows import Row, read_file

ROUNDS = 15
PASSAGES, TOKENS = 10, 256
NO_SPAN = -99.0  # The score where no span was found: below all others.


class TorchRuntime:
    """The interface of ``rag.models.runtime.Runtime``, in fp32 by PyTorch."""

    def __init__(self, folder: Path, inputs: Sequence[str]) -> None:
        self._network = AutoModelForQuestionAnswering.from_pretrained(
            folder, local_files_only=True
        ).eval()
        self.inputs = list(inputs)

    def run(self, batch: Sequence[Any], store: Callable[[int, list[Any]], None]) -> None:
        """All texts in one padded batch."""
        lengths = [len(item[0]) for item in batch]
        padded = {
            name: torch.zeros((len(batch), max(lengths)), dtype=torch.long)
            for name in (*self.inputs, "attention_mask")
        }
        for i, item in enumerate(batch):
            for name, values in zip(self.inputs, item, strict=True):
                padded[name][i, : lengths[i]] = torch.from_numpy(np.array(values))
            padded["attention_mask"][i, : lengths[i]] = 1
        with torch.inference_mode():
            out = self._network(**padded)
        both = torch.stack((out.start_logits, out.end_logits), dim=1).numpy()
        for i, length in enumerate(lengths):
            store(i, [both[i : i + 1, :, :length]])


def torch_reader(folder: Path, compiled: Path, threads: int) -> SpanReader:
    """The compiled reader with its network exchanged for PyTorch's."""
    torch.set_num_threads(threads)
    reader = open_reader(compiled, compiled, threads=threads)
    reader._runtime = TorchRuntime(folder, reader._runtime.inputs)  # type: ignore[assignment]
    return reader


def passage_of(text: str) -> Passage:
    """A passage that is the whole of an article."""
    return Passage(Article("a", text, 0, None, "", True, "", "a.txt", ""), 0, len(text), 0)


def quality(reader: SpanReader, rows: Sequence[Row]) -> dict[str, float]:
    """EM and F1 where there is an answer; SQuAD 2.0's best F1 over all."""
    said, margins = zip(*(_answer(reader, row) for row in rows), strict=True)
    return {name: round(value, 4) for name, value in row_figures(rows, said, margins).items()}


def _answer(reader: SpanReader, row: Row) -> tuple[str, float]:
    """The best span's text and its score above that of "not in here"; no text without a span."""
    [reading] = reader.read(row.question, [passage_of(row.context)])
    if not reading.spans:
        return "", NO_SPAN - reading.null_score
    best = reading.spans[0]
    return row.context[best.start : best.end], best.score - reading.null_score


def speed(readers: Sequence[SpanReader], rows: Sequence[Row]) -> list[float]:
    """Median seconds of each for ``PASSAGES`` passages of about ``TOKENS`` tokens, in turns."""
    words = " ".join(row.context for row in rows[:200]).split()
    size = int(TOKENS * 0.72)  # words in so many tokens
    texts = [" ".join(words[i * size : (i + 1) * size]) for i in range(PASSAGES)]
    passages = [passage_of(text) for text in texts]
    spent: list[list[float]] = [[] for _ in readers]
    for _ in range(ROUNDS):
        for reader, times in zip(readers, spent, strict=True):
            start = time.perf_counter()
            reader.read(rows[0].question, passages)
            times.append(time.perf_counter() - start)
    return [median(times[2:]) for times in spent]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("folder", type=Path)
    options.add_argument("dev", type=Path)
    options.add_argument("--compiled", type=Path, default=Path("rag/models/reader"))
    options.add_argument("--limit", type=int, default=0, help="of the dev rows; 0 for all")
    options.add_argument("--threads", type=int, default=1)
    chosen = options.parse_args()
    rows = list(read_file(chosen.dev))
    rows = rows[:: max(1, len(rows) // chosen.limit)] if chosen.limit else rows
    ours = open_reader(chosen.compiled, chosen.compiled, threads=chosen.threads)
    theirs = torch_reader(chosen.folder, chosen.compiled, chosen.threads)
    times = speed((ours, theirs), rows)
    compared = {
        "questions": len(rows),
        "int8": quality(ours, rows),
        "fp32": quality(theirs, rows),
        "times_faster": round(times[1] / times[0], 2),
        "threads": chosen.threads,
    }
    print(json.dumps(compared, indent=1))


if __name__ == "__main__":
    main()
