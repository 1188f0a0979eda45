"""A network that is being trained, or what a reader said, and question rows in; EM and F1 out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import torch

from evals.metrics.answers import best_threshold, exact_match, f1
from training.rows import Row

MAX_ANSWER_TOKENS = 30


@dataclass(frozen=True, slots=True)
class Said:
    """What was said to one row: ``margin`` is the score above that of "not in here"."""

    text: str
    margin: float
    golds: tuple[str, ...]


def said_to(row: Row, text: str, margin: float) -> Said:
    """With the answers of the row, none where it has none."""
    return Said(text, margin, tuple(row.context[start:end] for start, end in row.answers))


def figures(said: Sequence[Said]) -> dict[str, float]:
    """EM and F1 where there is an answer, and SQuAD 2.0's best F1 over all."""
    answered = [one for one in said if one.golds]
    best = best_threshold(
        [one.margin for one in said],
        [f1(one.text, one.golds) for one in said],
        [bool(one.golds) for one in said],
    )
    return {
        "exact_match": round(fmean(exact_match(one.text, one.golds) for one in answered), 4),
        "f1": round(fmean(f1(one.text, one.golds) for one in answered), 4),
        "f1_with_unanswerable": round(best.score, 4),
    }


def measure(
    network: Any, tokenizer: Any, rows: Sequence[Row], device: str, max_tokens: int
) -> dict[str, float]:
    """The figures of a network's best spans."""
    network.eval()
    said = [said_to(row, *_answer(network, tokenizer, row, device, max_tokens)) for row in rows]
    network.train()
    return figures(said)


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
