"""Trains the reader's network on rows, yes/no questions and stories.

    python -m training.train_reader DATA --start FOLDER --out OUT --keep-out FILE…

The rate stays constant until the run is stopped; the whole state is saved every ``--save-every``
seconds, and the same command goes on from there. ``--decay-from STATE --out OTHER`` starts from a
saved state and lets the rate fall to zero, which is what makes a network fit to ship.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from training.examples import Blocks, Encoder, Example
from training.loss import collate, losses, total
from training.network import TOKENIZER_FILE, ReaderNetwork, load_network, save_network
from training.newsroom import Bundle, read_bundles
from training.recipe import RECIPE, Recipe, read_recipe
from training.rows import fingerprint, fingerprints, read_rows
from training.sources import Source, YesNoRow, families, read_sentences, read_yes_no

MICRO_BATCH = 16
STATE = "state.pt"
NETWORK = "network"


class Training:
    """A network with its optimiser and running average, at a step of a recipe.

    The encoder that runs is in bf16; the optimiser changes a copy of its weights in fp32.
    """

    def __init__(self, recipe: Recipe, start: Path, *, half: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.master = load_network(start)
        words = self.master.spans.get_input_embeddings()
        words.weight.requires_grad = not recipe.freeze_word_embeddings
        self.average = load_network(start).eval().requires_grad_(False)
        self.average.load_state_dict(self.master.state_dict())
        self.network = load_network(start).train()
        if half:
            self.network.halve()
        for mine, its in zip(self.master.parameters(), self.network.parameters(), strict=True):
            its.requires_grad = mine.requires_grad
        self.optimiser = torch.optim.AdamW(_parameter_groups(self.master, recipe), fused=True)
        self.step = self.block = self.place = 0
        self.decay_from: int | None = None
        self._copy()

    def learn(self, batch: Sequence[Example]) -> dict[str, float]:
        """One step; returns the mean losses."""
        share = self.recipe.rate_at(self.step, self.decay_from)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * group["factor"] * share
        sums: dict[str, float] = {}
        for part in _in_groups(batch, MICRO_BATCH):
            tensors = collate(part)
            tokens, label = self.network(tensors.ids, tensors.types, tensors.attention)
            parts = losses(tokens, label, tensors)
            (total(parts, self.recipe.losses) / len(batch)).backward()
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()) / len(batch)
        for mine, its in zip(self.master.parameters(), self.network.parameters(), strict=True):
            if its.grad is not None:
                mine.grad = its.grad.float()
                its.grad = None
        torch.nn.utils.clip_grad_norm_(self.master.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self._update_average(min(self.recipe.average, (1 + self.step) / (10 + self.step)))
        self._copy()
        return sums

    def _copy(self) -> None:
        with torch.no_grad():
            for mine, its in zip(self.master.parameters(), self.network.parameters(), strict=True):
                if mine.requires_grad or self.step == 0:
                    its.copy_(mine)

    def _update_average(self, keep: float) -> None:
        with torch.no_grad():
            for mean, new in zip(self.average.parameters(), self.master.parameters(), strict=True):
                if new.requires_grad:
                    mean.lerp_(new, 1 - keep)

    @property
    def done(self) -> bool:
        """Whether the rate has fallen to zero."""
        return self.decay_from is not None and self.step >= self.decay_from + self.recipe.decay

    def save(self, path: Path) -> None:
        """Write the whole state; a kill leaves the previous one."""
        state = {
            "master": self.master.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "places": [self.step, self.block, self.place],
            "decay_from": self.decay_from,
        }
        draft = path.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, weights_only=True)
        self.master.load_state_dict(state["master"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.block, self.place = state["places"]
        self.decay_from = state["decay_from"]
        with torch.no_grad():
            for mine, its in zip(self.master.parameters(), self.network.parameters(), strict=True):
                its.copy_(mine)


def _parameter_groups(network: ReaderNetwork, recipe: Recipe) -> list[dict[str, Any]]:
    """Biases and norms are not decayed; new heads have a higher rate."""
    new = {id(p) for module in network.new_heads for p in module.parameters()}
    trained = [p for p in network.parameters() if p.requires_grad]
    return [
        {
            "params": found,
            "weight_decay": recipe.weight_decay if wide else 0.0,
            "factor": recipe.head_rate if fresh else 1.0,
            "lr": recipe.rate,
        }
        for wide in (True, False)
        for fresh in (True, False)
        if (found := [p for p in trained if (p.dim() > 1) == wide and (id(p) in new) == fresh])
    ]


def _in_groups(batch: Sequence[Example], size: int) -> Iterator[list[Example]]:
    """Parts of about ``size`` that keep the passages of one question together."""
    part: list[Example] = []
    for example in batch:
        if len(part) >= size and part[-1].group != example.group:
            yield part
            part = []
        part.append(example)
    if part:
        yield part


def train(training: Training, blocks: Blocks, out: Path, tokenizer: bytes, every_s: float) -> None:
    """Step until the run is stopped or its decay is done, saving and noting losses on the way."""
    started = saved = time.monotonic()
    seen = steps = 0
    sums: dict[str, float] = {}
    while not training.done:
        batches = blocks.batches(training.block)
        for batch in batches[training.place :]:
            for name, value in training.learn(batch).items():
                sums[name] = sums.get(name, 0.0) + value
            training.place += 1
            seen, steps = seen + len(batch), steps + 1
            if training.step % 50 == 0:
                means = {name: round(value / steps, 3) for name, value in sums.items()}
                rate = seen / (time.monotonic() - started)
                print(json.dumps({"step": training.step, "per_s": round(rate, 1), **means}),
                      flush=True)  # fmt: skip
                sums, seen, steps, started = {}, 0, 0, time.monotonic()
            if time.monotonic() - saved > every_s:
                keep(training, out, tokenizer)
                saved = time.monotonic()
            if training.done:
                break
        else:
            training.block, training.place = training.block + 1, 0
    keep(training, out, tokenizer)


def keep(training: Training, out: Path, tokenizer: bytes) -> None:
    """Save the state, and the averaged network as a folder whose name ends with the step."""
    training.save(out / STATE)
    folder = out / f"{NETWORK}-{training.step:06d}"
    folder.mkdir(exist_ok=True)
    save_network(training.average, folder, tokenizer)
    print(json.dumps({"saved": folder.name}), flush=True)


def read_sources(
    data: Path, forbidden: frozenset[str], recipe: Recipe, *, without: str = ""
) -> dict[str, Source]:
    """The recipe's sources; ``without`` leaves out the bundles of one writer, for a check."""
    names = {name for weights in recipe.weights.values() for name in weights}
    rows = read_rows(data / "reader" / "train", forbidden, names)
    yes_no: dict[str, list[YesNoRow]] = {}
    for name in ("yesno", "fever_claims", "nli"):
        yes_no |= read_yes_no(data / "other" / f"{name}.jsonl.gz", forbidden)
    sentences = read_sentences(data / "other" / "selqa_sentences.jsonl.gz", forbidden)
    bundles = read_bundles(data / "newsroom" / "train")
    kept = [b for b in bundles if not without or not b.name.startswith(without)]
    return families(rows, yes_no, sentences, [_allowed(bundle, forbidden) for bundle in kept])


def _allowed(bundle: Bundle, forbidden: frozenset[str]) -> Bundle:
    """The bundle without questions that are reported on elsewhere, word for word."""
    kept = tuple(q for q in bundle.questions if fingerprint(q.full) not in forbidden)
    return replace(bundle, questions=kept)


def kept_out(data: Path, more: Sequence[Path]) -> frozenset[str]:
    """Fingerprints of everything that is reported on, which no training sees."""
    files = [*(data / "reader" / "dev").glob("*.jsonl.gz"), *(data / "ir" / "time").glob("*.gz")]
    return fingerprints([*files, *(data / "newsroom" / "dev").glob("*/questions.jsonl"), *more])


def counts(batches: Sequence[Sequence[Example]]) -> Mapping[str, int]:
    """What a block holds: examples, those without an answer, and tokens."""
    examples = [example for batch in batches for example in batch]
    return {
        "batches": len(batches),
        "examples": len(examples),
        "groups": len({example.group for example in examples}),
        "no_span": sum(example.spans == () for example in examples),
        "span": sum(bool(example.spans) for example in examples),
        **{f"label_{n}": sum(e.label == n for e in examples) for n in (None, 0, 1, 2, 3)},
        "items": sum(bool(example.items) for example in examples),
        "tokens": sum(len(example.ids) for example in examples),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("data", type=Path, help="folder with reader/, other/ and newsroom/")
    options.add_argument("--start", type=Path, required=True, help="folder of a trained reader")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--keep-out", type=Path, nargs="*", default=[], help="never trained on")
    options.add_argument("--recipe", type=Path, default=RECIPE)
    options.add_argument("--decay-from", type=Path, help="a state to end a training from")
    options.add_argument("--decay-steps", type=int, help="how long that takes; the recipe's decay")
    options.add_argument("--without-writer", default="", help="first letter of bundles left out")
    options.add_argument("--save-every", type=float, default=480, help="seconds")
    options.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    chosen.out.mkdir(parents=True, exist_ok=True)
    recipe = read_recipe(chosen.recipe)
    recipe = replace(recipe, decay=chosen.decay_steps or recipe.decay)
    tokenizer = (chosen.start / TOKENIZER_FILE).read_bytes()
    forbidden = kept_out(chosen.data, chosen.keep_out)
    sources = read_sources(chosen.data, forbidden, recipe, without=chosen.without_writer)
    print({name: len(source) for name, source in sources.items()}, flush=True)
    encoder = Encoder(Tokenizer.from_buffer(tokenizer), recipe.max_tokens)
    blocks = Blocks(sources, encoder, recipe)
    training = Training(recipe, chosen.start)
    if (chosen.out / STATE).is_file():
        training.resume(chosen.out / STATE)
    elif chosen.decay_from:
        training.resume(chosen.decay_from)
        training.decay_from = training.step
    print(json.dumps({"step": training.step, **counts(blocks.batches(training.block))}), flush=True)
    train(training, blocks, chosen.out, tokenizer, chosen.save_every)


if __name__ == "__main__":
    main()
