"""Pads examples into tensors and computes the loss of every output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.examples import Example
from training.network import END, EVIDENCE, ITEM, START

WIDTHS = 16  # few different widths, since a CPU prepares its kernels for each
IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of ``[examples, tokens]``, or ``[examples]`` from ``label`` on.

    ``allowed`` are the places that may be marked: the passage's tokens and ``[CLS]``. ``starts``
    and ``ends`` mark every right place, ``[CLS]`` where there is none. ``label`` is −1 where none
    is known; ``has_…`` say whether an output is trained.
    """

    ids: Any
    types: Any
    attention: Any
    allowed: Any
    starts: Any
    ends: Any
    items: Any
    evidence: Any
    label: Any
    has_spans: Any
    has_items: Any
    has_evidence: Any
    weight: Any
    groups: Any


def collate(examples: Sequence[Example]) -> Batch:
    """Pad and stack."""
    width = -(-max(len(example.ids) for example in examples) // WIDTHS) * WIDTHS
    shape = (len(examples), width)
    ids, types, attention = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    allowed, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    items, evidence = (torch.zeros(shape) for _ in range(2))
    for i, example in enumerate(examples):
        length = len(example.ids)
        ids[i, :length] = torch.tensor(example.ids)
        types[i, example.second : length] = 1
        attention[i, :length] = 1
        allowed[i, example.first : length - 1] = True
        for start, end in example.spans or ((0, 0),):
            starts[i, start] = True
            ends[i, end] = True
        for marked, spans in ((items, example.items), (evidence, example.evidence)):
            for start, end in spans or ():
                marked[i, start : end + 1] = 1.0
    allowed[:, 0] = True
    return Batch(
        ids, types, attention, allowed, starts, ends, items, evidence,
        label=torch.tensor([-1 if e.label is None else int(e.label) for e in examples]),
        has_spans=torch.tensor([e.spans is not None for e in examples]),
        has_items=torch.tensor([e.items is not None for e in examples]),
        has_evidence=torch.tensor([e.evidence is not None for e in examples]),
        weight=torch.tensor([e.weight for e in examples]),
        groups=torch.tensor([e.group for e in examples]).unique(return_inverse=True)[1],
    )  # fmt: skip


def losses(tokens: Any, label: Any, batch: Batch) -> dict[str, Any]:
    """Summed losses by output; divide by the number of examples of the whole step.

    ``tokens`` has the shape ``[examples, tokens, 4]``, ``label`` ``[examples, 4]``.

    ``span``: each passage has a softmax over its tokens and ``[CLS]``, which stands for "not in
    here" (Devlin et al. 2019); any right place counts (marginal likelihood). ``shared``: one
    softmax over all passages of a question, without ``[CLS]`` (Clark and Gardner 2018), so that
    scores compare across passages.
    """
    tokens, label = tokens.float(), label.float()
    found = {"span": tokens.new_zeros(()), "shared": tokens.new_zeros(())}
    weight = batch.weight * batch.has_spans
    for place, right in ((START, batch.starts), (END, batch.ends)):
        scores = tokens[..., place].masked_fill(~batch.allowed, IMPOSSIBLE)
        alone = _lse(scores) - _lse(scores.masked_fill(~right, IMPOSSIBLE))
        found["span"] = found["span"] + (alone * weight).sum() / 2
        found["shared"] = found["shared"] + _shared(scores, right, batch) / 2
    known = batch.label >= 0
    one = torch.nn.functional.cross_entropy(label, batch.label.clamp(min=0), reduction="none")
    found["label"] = (one * batch.weight * known).sum()
    passage = batch.allowed.clone()
    passage[:, 0] = False
    for name, place, right, has in (
        ("items", ITEM, batch.items, batch.has_items),
        ("evidence", EVIDENCE, batch.evidence, batch.has_evidence),
    ):
        each = torch.nn.functional.binary_cross_entropy_with_logits(
            tokens[..., place], right, reduction="none"
        )
        mean = (each * passage).sum(1) / passage.sum(1).clamp(min=1)
        found[name] = (mean * batch.weight * has).sum()
    return found


def total(parts: Mapping[str, Any], weights: Mapping[str, float]) -> Any:
    """The weighted sum; that of ``span`` is 1."""
    return sum(value * weights.get(name, 1.0) for name, value in parts.items())


def _lse(scores: Any) -> Any:
    return torch.logsumexp(scores, dim=1)


def _shared(scores: Any, right: Any, batch: Batch) -> Any:
    """Summed over groups of several passages with an answer among them."""
    rows = batch.has_spans.nonzero()[:, 0]
    scores, right, groups = scores[rows, 1:], right[rows, 1:], batch.groups[rows]
    count = int(batch.groups.max()) + 1
    sizes = torch.zeros(count).index_add_(0, groups, torch.ones(len(rows)))
    answered = torch.zeros(count).index_add_(0, groups, right.any(dim=1).float())
    several = (sizes > 1) & (answered > 0)
    if not bool(several.any()):
        return scores.new_zeros(())
    whole = _group_lse(_lse(scores), groups, count)
    gold = _group_lse(_lse(scores.masked_fill(~right, IMPOSSIBLE)), groups, count)
    return (whole - gold)[several].sum()


def _group_lse(rows: Any, groups: Any, count: int) -> Any:
    top = torch.full((count,), IMPOSSIBLE).scatter_reduce(0, groups, rows.detach(), "amax")
    summed = torch.zeros(count).index_add_(0, groups, torch.exp(rows - top[groups]))
    return (summed + 1e-30).log() + top
