"""Trains the span reader: a folder of question rows in, a Hugging Face model folder out.

    python -m training.train_reader ROWS --dev DEV.jsonl.gz --out FOLDER

It starts from the embedder's weights, or from those of ``--start``. After every ``--save-every``
steps the whole state is saved in FOLDER, and the same command goes on from there; the curve is kept
in ``curve.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForQuestionAnswering

from rag.models.runtime import default_model
from training.examples import Example, Rounds
from training.loss import collate, span_loss
from training.measure import measure
from training.rows import Row, fingerprints, read_file, read_rows
from training.settings import Recipe, read_recipe

MICRO_BATCH = 16
STATE = "state.pt"


class Training:
    """A network with its optimiser and running average, at a step of a recipe."""

    def __init__(self, recipe: Recipe, model: Path, device: str) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.device = device
        self.network = load_network(model, recipe).to(device)
        self.average = load_network(model, recipe).to(device).eval().requires_grad_(False)
        self.average.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(self.network, recipe), lr=recipe.schedule.rate, fused=True
        )
        self.step = self.round = self.place = 0

    def learn(self, batch: list[Example]) -> float:
        """One step; returns the loss."""
        schedule = self.recipe.schedule
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.rate_at(self.step)
        total = 0.0
        for part in _in_groups(batch, MICRO_BATCH):
            tensors = collate(part, self.device)
            with torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16):
                output = self.network(
                    input_ids=tensors.ids,
                    token_type_ids=tensors.types,
                    attention_mask=tensors.attention,
                )
            logits = torch.stack((output.start_logits, output.end_logits), dim=-1)
            loss = span_loss(logits, tensors, schedule.shared_norm) * len(part) / len(batch)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self._update_average(min(schedule.average, (1 + self.step) / (10 + self.step)))
        return total

    def _update_average(self, keep: float) -> None:
        with torch.no_grad():
            for mean, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                if new.requires_grad:
                    mean.lerp_(new, 1 - keep)

    def save(self, path: Path) -> None:
        """Write the whole state; a kill leaves the previous one."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "places": [self.step, self.round, self.place],
            "chance": torch.get_rng_state(),
        }
        draft = path.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, weights_only=True, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.round, self.place = state["places"]
        torch.set_rng_state(state["chance"].cpu())


def load_network(model: Path, recipe: Recipe) -> Any:
    """The backbone in ``model`` with a start and end head of its own."""
    network = AutoModelForQuestionAnswering.from_pretrained(
        model,
        local_files_only=True,
        attn_implementation="eager",
        hidden_dropout_prob=recipe.network.hidden_dropout,
        attention_probs_dropout_prob=recipe.network.attention_dropout,
    )
    embeddings = network.get_input_embeddings()
    embeddings.weight.requires_grad = not recipe.network.freeze_word_embeddings
    return network.train()


def _parameter_groups(network: Any, recipe: Recipe) -> list[dict[str, Any]]:
    """Biases and norms are not decayed."""
    trained = [p for p in network.parameters() if p.requires_grad]
    return [
        {
            "params": [p for p in trained if p.dim() > 1],
            "weight_decay": recipe.schedule.weight_decay,
        },
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
    ]


def _in_groups(batch: list[Example], size: int) -> Iterator[list[Example]]:
    """Parts of about ``size`` that keep the passages of one question together."""
    part: list[Example] = []
    for example in batch:
        if len(part) >= size and part[-1].group != example.group:
            yield part
            part = []
        part.append(example)
    if part:
        yield part


def train(training: Training, rounds: Rounds, dev: list[Row], tokenizer: Any, options: Any) -> None:
    """Step until the recipe's end, saving and measuring on the way."""
    losses: list[float] = []
    started = time.monotonic()
    while training.step < training.recipe.schedule.steps:
        batches = rounds.batches(training.round)
        for batch in batches[training.place :]:
            losses.append(training.learn(batch))
            training.place += 1
            if training.step % 50 == 0:
                rate = len(losses) * training.recipe.schedule.batch / (time.monotonic() - started)
                mean = sum(losses[-50:]) / len(losses[-50:])
                steps = training.recipe.schedule.steps
                print(f"step {training.step}/{steps}  loss {mean:.3f}  {rate:.1f}/s", flush=True)
            if training.step % options.save_every == 0:
                _keep(training, dev, tokenizer, options.out)
            if training.step >= training.recipe.schedule.steps:
                break
        else:
            training.round, training.place = training.round + 1, 0
    _keep(training, dev, tokenizer, options.out)


def _keep(training: Training, dev: list[Row], tokenizer: Any, out: Path) -> None:
    training.save(out / STATE)
    export(training, out / "reader")
    if dev:
        tokens = training.recipe.network.max_tokens
        figures = measure(training.average, tokenizer, dev, training.device, tokens)
        line = json.dumps({"step": training.step, **figures})
        print(line, flush=True)
        with (out / "curve.jsonl").open("a", encoding="utf-8") as curve:
            curve.write(line + "\n")


def export(training: Training, folder: Path) -> None:
    """The averaged network as a Hugging Face folder with its tokenizer."""
    training.average.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((default_model() / "tokenizer.json").read_bytes())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("rows", type=Path, help="folder of *.jsonl.gz to train on")
    options.add_argument("--dev", type=Path, help="rows to measure on, never trained on")
    options.add_argument("--keep-out", type=Path, nargs="*", default=[], help="more such files")
    options.add_argument("--start", type=Path, help="a trained reader's folder, to train further")
    options.add_argument("--out", type=Path, default=Path("out/training"))
    options.add_argument("--recipe", type=Path)
    options.add_argument("--save-every", type=int, default=500, help="steps")
    options.add_argument("--dev-questions", type=int, default=600)
    options.add_argument("--threads", type=int, default=0)
    chosen = options.parse_args()
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    chosen.out.mkdir(parents=True, exist_ok=True)
    recipe = read_recipe(chosen.recipe) if chosen.recipe else read_recipe()
    held_out = fingerprints([*([chosen.dev] if chosen.dev else []), *chosen.keep_out])
    sets = read_rows(chosen.rows, held_out)
    print({name: len(rows) for name, rows in sets.items()}, flush=True)
    tokenizer = Tokenizer.from_file(str(default_model() / "tokenizer.json"))
    rounds = Rounds(sets, tokenizer, recipe)
    dev = _sample(chosen.dev, chosen.dev_questions) if chosen.dev else []
    device = "cuda" if torch.cuda.is_available() else "cpu"
    training = Training(recipe, chosen.start or default_model(), device)
    if (chosen.out / STATE).is_file():
        training.resume(chosen.out / STATE)
        print(f"going on from step {training.step}", flush=True)
    train(training, rounds, dev, tokenizer, chosen)


def _sample(path: Path, count: int) -> list[Row]:
    """Every n-th row, so that all titles are in."""
    rows = list(read_file(path))
    return rows[:: max(1, len(rows) // count)]


if __name__ == "__main__":
    main()
