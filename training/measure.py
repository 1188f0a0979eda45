"""Measuring a network that is being trained: it and question rows in, EM and F1 out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from evals.metrics.answers import best_threshold, exact_match, f1
from training.rows import Row

MAX_ANSWER_TOKENS = 30


def measure(
    network: Any, tokenizer: Any, rows: Sequence[Row], device: str, max_tokens: int
) -> dict[str, float]:
    """EM and F1 of the best span where there is an answer, and SQuAD 2.0's best F1 over all."""
    exact, overlap, over_null, unanswered = [], [], [], []
    network.eval()
    for row in sorted(rows, key=lambda row: len(row.context)):
        text, margin = _answer(network, tokenizer, row, device, max_tokens)
        golds = [row.context[start:end] for start, end in row.answers]
        over_null.append(margin)
        exact.append(exact_match(text, golds))
        overlap.append(f1(text, golds))
        unanswered.append(not golds)
    network.train()
    answered = ~np.array(unanswered)
    confidence = 1 / (1 + np.exp(-np.clip(np.array(over_null), -30, 30)))
    best = best_threshold(confidence, overlap, answered)
    return {
        "exact_match": round(float(np.mean(np.array(exact)[answered])), 4),
        "f1": round(float(np.mean(np.array(overlap)[answered])), 4),
        "f1_with_unanswerable": round(float(best.score), 4),
    }


def _answer(
    network: Any, tokenizer: Any, row: Row, device: str, max_tokens: int
) -> tuple[str, float]:
    """The best span's text and its score above that of "not in here"."""
    encoded = tokenizer.encode(row.question, row.context)
    ids = encoded.ids[: 2 * max_tokens]
    with torch.no_grad():
        logits = network(
            input_ids=torch.tensor([ids], device=device),
            token_type_ids=torch.tensor([encoded.type_ids[: len(ids)]], device=device),
        )
    start, end = logits.start_logits[0].float().cpu(), logits.end_logits[0].float().cpu()
    inside = torch.tensor([t == 1 and i < len(ids) - 1 for i, t in enumerate(encoded.type_ids)])
    inside = inside[: len(ids)]
    scores = (start[:, None] + end[None, :]).masked_fill(~(inside[:, None] & inside), -1e4)
    band = torch.ones_like(scores).triu().tril(MAX_ANSWER_TOKENS - 1).bool()
    scores = scores.masked_fill(~band, -1e4)
    first, last = divmod(int(scores.argmax()), len(ids))
    margin = float(scores.max()) - float(start[0] + end[0])
    return row.context[encoded.offsets[first][0] : encoded.offsets[last][1]], margin
