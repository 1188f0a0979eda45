"""Losses: start and end logits of a batch with the places of the answers in, one number out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.examples import Example

WIDTHS = 16  # few different widths, since a CPU prepares its kernels for each


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of ``[examples, tokens]``; ``starts`` and ``ends`` mark every right place."""

    ids: Any
    types: Any
    attention: Any
    allowed: Any
    starts: Any
    ends: Any
    groups: Any


def collate(examples: Sequence[Example], device: str) -> Batch:
    """Pad and stack. An example without answers has its right place at ``[CLS]``."""
    width = -(-max(len(example.ids) for example in examples) // WIDTHS) * WIDTHS
    shape = (len(examples), width)
    ids, types = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    attention = torch.zeros(shape, dtype=torch.long)
    allowed, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    for i, example in enumerate(examples):
        length = len(example.ids)
        ids[i, :length] = torch.tensor(example.ids)
        types[i, example.context : length] = 1
        attention[i, :length] = 1
        allowed[i, example.context : length - 1] = True
        for start, end in example.answers or ((0, 0),):
            starts[i, start] = True
            ends[i, end] = True
    allowed[:, 0] = True
    groups = torch.tensor([example.group for example in examples]).unique(return_inverse=True)[1]
    tensors = (ids, types, attention, allowed, starts, ends, groups)
    return Batch(*(tensor.to(device) for tensor in tensors))


def span_loss(logits: Any, batch: Batch, shared_norm: float) -> Any:
    """The mean loss of a batch; ``logits`` has the shape ``[examples, tokens, 2]``.

    Each passage has a softmax over its tokens and ``[CLS]``, which stands for "not in here"
    (Devlin et al. 2019); any right place counts (marginal likelihood). Added to it, with the
    weight ``shared_norm``, is one softmax over all passages of a question, without ``[CLS]``
    (Clark and Gardner 2018), so that scores compare across passages.
    """
    logits = logits.float()
    total = logits.new_zeros(())
    for scores, right in ((logits[..., 0], batch.starts), (logits[..., 1], batch.ends)):
        scores = scores.masked_fill(~batch.allowed, -1e4)
        total = total + (_lse(scores) - _lse(scores.masked_fill(~right, -1e4))).mean()
        if shared_norm:
            total = total + shared_norm * _shared(scores, right, batch.groups)
    return total / 2


def _lse(scores: Any) -> Any:
    return torch.logsumexp(scores, dim=1)


def _shared(scores: Any, right: Any, groups: Any) -> Any:
    """The loss of the softmax over all passages of a group, for groups of several with answers."""
    passage, right = scores[:, 1:], right[:, 1:]
    count = int(groups.max()) + 1
    sizes = torch.zeros(count, device=groups.device).index_add_(
        0, groups, torch.ones_like(groups, dtype=torch.float)
    )
    answered = torch.zeros(count, device=groups.device).index_add_(
        0, groups, right.any(dim=1).float()
    )
    several = (sizes > 1) & (answered > 0)
    if not bool(several.any()):
        return scores.new_zeros(())
    whole = _group_lse(_lse(passage), groups, count)
    gold = _group_lse(_lse(passage.masked_fill(~right, -1e4)), groups, count)
    return (whole - gold)[several].sum() / len(scores)


def _group_lse(rows: Any, groups: Any, count: int) -> Any:
    top = rows.detach().max()
    zeros = torch.zeros(count, device=rows.device)
    return (zeros.index_add_(0, groups, torch.exp(rows - top)) + 1e-30).log() + top
