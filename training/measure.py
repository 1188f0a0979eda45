"""Measures a network on the dev rows and on the dev stories, asked openly.

    python -m training.measure DATA FOLDER… --cache FILE --curve FILE

Open questions are read over the passages that a dense and a lexical search of all dev articles find
for them. That search is done once and kept in ``--cache``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from evals.metrics.answers import best_threshold, exact_match, f1, normalise
from rag.models.runtime import default_model
from training.examples import Encoder, Example
from training.loss import IMPOSSIBLE, collate
from training.network import (
    END,
    EVIDENCE,
    ITEM,
    START,
    TOKENIZER_FILE,
    ReaderNetwork,
    load_network,
)
from training.newsroom import Bundle, StoryPassage, StoryQuestion, passages, read_bundles
from training.rows import Row, read_file
from training.similar import SimilarTexts
from training.sources import Label, Passage, label_passage, sentences_of

MAX_ANSWER_TOKENS = 30
MAX_TOKENS = 384
BATCH = 16
FOUND = 10  # passages that are read for an open question
EXTRA_WORDS = 3  # that a right answer may have around a gold one


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many questions of each sort are drawn from the dev sets."""

    rows: int
    answered: int
    unanswerable: int


@dataclass(frozen=True, slots=True, eq=False)
class PassageReading:
    """What a network says of one passage: the best span's words and score, and the rest.

    ``null`` is the score of "not in here"; ``label`` are probabilities in ``Label``'s order;
    ``items`` and ``evidence`` are probabilities of the passage's tokens, which begin and end in its
    text at ``offsets``. Of several windows the one with the best span counts.
    """

    text: str
    score: float
    null: float
    label: NDArray[np.float32]
    items: NDArray[np.float32]
    evidence: NDArray[np.float32]
    offsets: tuple[tuple[int, int], ...]

    @property
    def margin(self) -> float:
        return self.score - self.null

    def best_sentence(self, text: str) -> tuple[int, int]:
        """The sentence of ``text``, the passage, whose tokens are likeliest evidence."""
        sentences = sentences_of(text, [(0, len(text))])
        middle = [(a + b) / 2 for a, b in self.offsets]
        means = [
            np.mean([p for p, m in zip(self.evidence, middle, strict=True) if a <= m < b] or [0.0])
            for a, b in sentences
        ]
        return sentences[int(np.argmax(means))]


class Scorer:
    """Reads passages with a network, with or without their date and title."""

    def __init__(self, network: ReaderNetwork, encoder: Encoder, *, prefixed: bool) -> None:
        self._network, self._encoder, self._prefixed = network.eval(), encoder, prefixed

    def read(self, asked: Sequence[tuple[str, Passage]]) -> list[PassageReading]:
        """One reading for each question and passage, in order."""
        windows: list[tuple[int, Example]] = []
        for i, (question, passage) in enumerate(asked):
            shown = Passage(passage.text, None, date=passage.date, title=passage.title)
            if not self._prefixed:
                shown = Passage(passage.text, None)
            windows += [(i, example) for example in self._encoder.windows(question, shown)]
        best: list[PassageReading | None] = [None] * len(asked)
        order = sorted(range(len(windows)), key=lambda k: len(windows[k][1].ids))
        for first in range(0, len(order), BATCH):
            part = [windows[k] for k in order[first : first + BATCH]]
            for (i, _), reading in zip(part, self._run(part, asked), strict=True):
                held = best[i]
                if held is None or reading.margin > held.margin:
                    best[i] = reading
        return [reading for reading in best if reading is not None]

    def _run(
        self, part: Sequence[tuple[int, Example]], asked: Sequence[tuple[str, Passage]]
    ) -> Iterator[PassageReading]:
        batch = collate([example for _, example in part])
        with torch.inference_mode():
            tokens, label = self._network(batch.ids, batch.types, batch.attention)
        tokens, label = tokens.float(), label.float().softmax(-1)
        for k, (i, example) in enumerate(part):
            text = asked[i][1].text
            length = len(example.ids) - 1 - example.first
            offsets = self._encoder.offsets(text)[example.start : example.start + length]
            yield _reading(tokens[k], label[k], example.first, offsets, text)


def _reading(
    tokens: Any, label: Any, first: int, offsets: Sequence[tuple[int, int]], text: str
) -> PassageReading:
    stop = first + len(offsets)
    start, end = tokens[first:stop, START], tokens[first:stop, END]
    scores = start[:, None] + end[None, :]
    band = torch.ones_like(scores).triu().tril(MAX_ANSWER_TOKENS - 1).bool()
    scores = scores.masked_fill(~band, IMPOSSIBLE)
    a, b = divmod(int(scores.argmax()), len(offsets))
    marks = tokens[first:stop].sigmoid().numpy()
    return PassageReading(
        text[offsets[a][0] : offsets[b][1]],
        float(scores.max()),
        float(tokens[0, START] + tokens[0, END]),
        label.numpy(),
        marks[:, ITEM],
        marks[:, EVIDENCE],
        tuple(offsets),
    )


# --- rows of SQuAD 2.0


def measure_rows(scorer: Scorer, rows: Sequence[Row]) -> dict[str, float]:
    """``row_figures`` of a network, and how well its label tells what can be answered (AUROC)."""
    read = scorer.read([(row.question, Passage(row.context, None)) for row in rows])
    can = [bool(row.answers) for row in rows]
    return {
        **row_figures(rows, [r.text for r in read], [r.margin for r in read]),
        "squad_label_auroc": float(roc_auc_score(can, list(map(_answers, read)))),
    }


def row_figures(
    rows: Sequence[Row], said: Sequence[str], margins: Sequence[float]
) -> dict[str, float]:
    """F1 and EM where there is an answer, SQuAD 2.0's best F1 over all, the AUROC of the margins.

    ``margins`` are the scores of what was said above those of "not in here".
    """
    golds = [tuple(row.context[a:b] for a, b in row.answers) for row in rows]
    can = [bool(gold) for gold in golds]
    each = [f1(text, gold) for text, gold in zip(said, golds, strict=True)]
    exact = [exact_match(text, gold) for text, gold in zip(said, golds, strict=True)]
    return {
        "squad_f1": fmean(one for one, answerable in zip(each, can, strict=True) if answerable),
        "squad_em": fmean(one for one, answerable in zip(exact, can, strict=True) if answerable),
        "squad_v2": best_threshold(margins, each, can).score,
        "squad_auroc": float(roc_auc_score(can, margins)),
    }


# --- stories


@dataclass(frozen=True, slots=True, eq=False)
class OpenQuestion:
    """A question with the passages that were found for it, best first."""

    question: StoryQuestion
    found: tuple[StoryPassage, ...]


def measure_open(scorer: Scorer, questions: Sequence[OpenQuestion]) -> dict[str, float]:
    """Right first answers over five and ten passages, always answering, and refusals.

    ``open_10`` ranks by the span's score; ``open_10_margin`` by that above "not in here".
    ``refused_at_15`` is the share of unanswerable questions below the score that 15 % of the
    answerable ones are below.
    """
    asked = [(q.question.full, _shown(p)) for q in questions for p in q.found]
    read = iter(scorer.read(asked))
    readings = [[next(read) for _ in q.found] for q in questions]
    answered = [bool(q.question.answers) for q in questions]
    figures: dict[str, float] = {}
    for count in (5, FOUND):
        for name, key in (("", _score), ("_margin", _margin)):
            right = [
                is_right(max(rs[:count], key=key).text, [a.text for a in q.question.answers])
                for q, rs in zip(questions, readings, strict=True)
                if q.question.answers
            ]
            figures[f"open_{count}{name}"] = fmean(right)
    for name, score in (("margin", _margin), ("label", _answers)):
        best = np.array([max(map(score, rs)) for rs in readings])
        figures[f"open_auroc_{name}"] = float(roc_auc_score(answered, best))
        can = np.array(answered)
        figures[f"refused_at_15_{name}"] = float(np.mean(best[~can] < np.quantile(best[can], 0.15)))
    return figures


def _score(reading: PassageReading) -> float:
    return reading.score


def _margin(reading: PassageReading) -> float:
    return reading.margin


def _answers(reading: PassageReading) -> float:
    return float(1 - reading.label[Label.NONE])


def is_right(said: str, golds: Sequence[str]) -> bool:
    """Whether ``said`` is a gold answer, or holds one with at most ``EXTRA_WORDS`` more words."""
    plain = f" {normalise(said)} "
    for gold in map(normalise, golds):
        extra = len(plain.split()) - len(gold.split())
        if gold and f" {gold} " in plain and extra <= EXTRA_WORDS:
            return True
    return False


def measure_known(scorer: Scorer, bundles: Sequence[Bundle]) -> dict[str, float]:
    """Yes/no, lists and evidence, each read over a passage that is known to answer.

    ``yes_no`` decides between yes and no; ``yes_no_none`` is the mean recall of yes, no and none,
    of which none is asked of a passage that looks as if it answered.
    """
    known = list(_known(bundles))
    read = scorer.read([(question.full, passage) for question, passage in known])
    decided: list[bool] = []
    recalls: dict[Label, list[bool]] = {Label.YES: [], Label.NO: [], Label.NONE: []}
    items = np.zeros(3)
    evidence: list[bool] = []
    for (question, passage), reading in zip(known, read, strict=True):
        if question.kind == "yesno" and passage.label is not None:
            yes, no = reading.label[Label.YES], reading.label[Label.NO]
            none = reading.label[Label.NONE] + reading.label[Label.SPAN]
            said = max((yes, Label.YES), (no, Label.NO), (none, Label.NONE))[1]
            recalls[passage.label].append(said == passage.label)
            if passage.label != Label.NONE:
                decided.append((yes > no) == (passage.label == Label.YES))
        elif passage.items:
            gold = _touched(reading.offsets, passage.items)
            items += _counts(reading.items > 0.5, gold)
        elif question.kind == "passage" and passage.evidence:
            evidence.append(reading.best_sentence(passage.text) in passage.evidence)
    return {
        "yes_no": fmean(decided),
        "yes_no_none": fmean(fmean(found) for found in recalls.values()),
        "none_recall": fmean(recalls[Label.NONE]),
        "items_f1": float(2 * items[0] / max(1.0, items[1] + items[2])),
        "evidence": fmean(evidence),
    }


def _known(bundles: Sequence[Bundle]) -> Iterator[tuple[StoryQuestion, Passage]]:
    """Questions of these kinds, each with one passage of its bundle."""
    for bundle in bundles:
        found = [p for article in bundle.articles.values() for p in passages(article)]
        index = SimilarTexts([p.text for p in found])
        for question in bundle.questions:
            if question.kind not in {"yesno", "list", "passage"}:
                continue
            labelled = [label_passage(question, p) for p in found]
            gold = [one for one in labelled if one is not None and one.label != Label.NONE]
            if gold:
                yield question, gold[0]
            elif question.kind == "yesno":
                nearest = [labelled[i] for i in index.nearest(question.full, 1)]
                yield from ((question, one) for one in nearest if one is not None)


def _touched(
    offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> NDArray[np.bool_]:
    return np.array([any(s < b and a < e for s, e in spans) for a, b in offsets])


def _counts(said: NDArray[np.bool_], gold: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.array([(said & gold).sum(), said.sum(), gold.sum()], dtype=np.float64)


def _shown(passage: StoryPassage) -> Passage:
    article = passage.article
    return Passage(passage.text, None, date=article.published, title=article.title)


# --- what is asked


@dataclass(frozen=True, slots=True, eq=False)
class DevSets:
    """The rows and questions of every measurement."""

    rows: tuple[Row, ...]
    bundles: tuple[Bundle, ...]
    questions: tuple[OpenQuestion, ...]


def open_dev(data: Path, cache: Path, sizes: Sizes) -> DevSets:
    """The dev sets in ``data``, the same ones each time; passages are searched for once."""
    [file] = (data / "reader" / "dev").glob("*.jsonl.gz")
    rows = list(read_file(file))
    bundles = read_bundles(data / "newsroom" / "dev")
    all_passages = [p for b in bundles for a in b.articles.values() for p in passages(a)]
    asked = [q for b in bundles for q in b.questions if q.kind in {"span", "when"}]
    if not cache.is_file():
        cache.write_text(json.dumps(_search(asked, all_passages)) + "\n", "utf-8")
    found = json.loads(cache.read_text("utf-8"))
    questions = [
        OpenQuestion(question, tuple(all_passages[i] for i in numbers))
        for question, numbers in zip(asked, found, strict=True)
        if numbers
    ]
    chance = random.Random(5)
    can = [q for q in questions if q.question.answers]
    cannot = [q for q in questions if not q.question.answers]
    drawn = chance.sample(can, min(sizes.answered, len(can)))
    drawn += chance.sample(cannot, min(sizes.unanswerable, len(cannot)))
    step = max(1, len(rows) // sizes.rows)
    return DevSets(tuple(rows[::step]), tuple(bundles), tuple(drawn))


def _search(questions: Sequence[StoryQuestion], found: Sequence[StoryPassage]) -> list[list[int]]:
    """The ``FOUND`` best passages for each question, by the sum of both searches' scaled scores."""
    shown = [f"{p.article.published} {p.article.title}\n{p.text}" for p in found]
    vectors, asked = _embed(shown), _embed([q.full for q in questions])
    index = SimilarTexts([p.text for p in found])
    admitted = np.array([[q.admits(p.article) for p in found] for q in questions])
    chosen: list[list[int]] = []
    for q, dense, may in zip(questions, asked @ vectors.T, admitted, strict=True):
        both = _scaled(dense) + _scaled(index.scores(q.full))
        order = np.argsort(-np.where(may, both, -1.0), kind="stable")[:FOUND]
        chosen.append([int(i) for i in order if may[i]])
    return chosen


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = scores.min(), scores.max()
    return np.asarray((scores - low) / max(float(high - low), 1e-9), dtype=np.float32)


def _embed(texts: Sequence[str]) -> NDArray[np.float32]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(default_model()), device="cpu", local_files_only=True)
    found = model.encode(list(texts), normalize_embeddings=True, batch_size=32)
    return np.asarray(found, dtype=np.float32)


def measure(scorer: Scorer, dev: DevSets) -> Mapping[str, float]:
    """Every figure, as shares of 1."""
    figures = {
        **measure_rows(scorer, dev.rows),
        **measure_open(scorer, dev.questions),
        **measure_known(scorer, dev.bundles),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("data", type=Path)
    options.add_argument("folders", type=Path, nargs="+", help="networks, or other readers'")
    options.add_argument("--cache", type=Path, required=True, help="of the search")
    options.add_argument("--curve", type=Path, help="where a line for each is added")
    options.add_argument("--bare", action="store_true", help="without date and title")
    options.add_argument("--rows", type=int, default=800)
    options.add_argument("--answered", type=int, default=240)
    options.add_argument("--unanswerable", type=int, default=100)
    options.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    sizes = Sizes(chosen.rows, chosen.answered, chosen.unanswerable)
    dev = open_dev(chosen.data, chosen.cache, sizes)
    for folder in chosen.folders:
        started = time.monotonic()
        encoder = Encoder(Tokenizer.from_file(str(folder / TOKENIZER_FILE)), MAX_TOKENS)
        network = load_network(folder).halve()
        figures = measure(Scorer(network, encoder, prefixed=not chosen.bare), dev)
        seconds = round(time.monotonic() - started)
        line = json.dumps({"network": folder.name, "bare": chosen.bare, **figures, "s": seconds})
        print(line, flush=True)
        if chosen.curve:
            with chosen.curve.open("a", encoding="utf-8") as curve:
                curve.write(line + "\n")


if __name__ == "__main__":
    main()
