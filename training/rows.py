"""Training rows: a folder of ``*.jsonl.gz`` in, cleaned question rows by set out."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from training.detokenise import detokenise

TOKENISED = frozenset({"qed_nq", "qamr", "fairytaleqa", "friendsqa", "multispanqa", "timeqa_human"})
MAX_ANSWER_CHARS = 200
# Kept for fitting the confidence: some articles of the set with the best open questions.
HELD_OUT_SET = "squad_v1_part_a"
HELD_OUT_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Row:
    """A question on a context; ``answers`` are character spans, none when it has no answer."""

    set: str
    title: str
    context: str
    question: str
    answers: tuple[tuple[int, int], ...]


def read_rows(
    folder: Path, forbidden: frozenset[str], names: Collection[str] | None = None
) -> dict[str, list[Row]]:
    """The rows of the sets ``names`` in ``folder``, of all by default, each question once.

    Rows whose context or question has a ``fingerprint`` in ``forbidden`` (what is reported on) and
    those of ``held_out`` are left out. Raises FileNotFoundError when the folder holds no
    ``*.jsonl.gz``.
    """
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        raise FileNotFoundError(f"{str(folder)!r} holds no *.jsonl.gz with training rows.")
    wanted = [path for path in files if names is None or set_name(path) in names]
    rows = [row for path in wanted for row in read_file(path)]
    kept_out = forbidden | {fingerprint(row.context) for row in rows if _is_held_out(row)}
    seen: set[tuple[str, str]] = set()
    sets: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        key = (fingerprint(row.question), fingerprint(row.context))
        if key not in seen and not kept_out.intersection(key):
            sets[row.set].append(row)
        seen.add(key)
    return dict(sets)


def read_file(path: Path) -> Iterator[Row]:
    """The rows of one file; a question whose answers are all too long to be shown is left out."""
    for raw in read_jsonl(path):
        row = _cleaned(raw, set_name(path))
        if row.answers or raw["is_impossible"]:
            yield row


def set_name(path: Path) -> str:
    """The name of the set in a file of rows."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, gzipped or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def held_out(path: Path) -> list[Row]:
    """The rows that no reader is trained on, so that its confidence can be fitted on them."""
    return [row for row in read_file(path) if _is_held_out(row)]


def _is_held_out(row: Row) -> bool:
    share = int(fingerprint(row.title)[:8], 16) / 0x1_0000_0000
    return row.set == HELD_OUT_SET and share < HELD_OUT_SHARE


@lru_cache(maxsize=200_000)
def fingerprint(text: str) -> str:
    """The same for texts that differ in case, spaces and punctuation only."""
    letters = "".join(filter(str.isalnum, text.casefold()))
    return hashlib.sha256(letters.encode()).hexdigest()[:20]


def fingerprints(paths: Iterable[Path]) -> frozenset[str]:
    """Fingerprints of all contexts, questions and texts in files of JSON lines."""
    return frozenset(
        fingerprint(raw[field])
        for path in paths
        for raw in read_jsonl(path)
        for field in ("context", "question", "text", "q", "full")
        if field in raw
    )


def _cleaned(raw: dict[str, Any], name: str) -> Row:
    spans = [(a["answer_start"], a["answer_start"] + len(a["text"])) for a in raw["answers"]]
    context, question = raw["context"], raw["question"]
    if name in TOKENISED:
        clean = detokenise(context)
        spans = [(clean.place(start), clean.place(end)) for start, end in spans]
        context, question = clean.text, detokenise(question).text
    kept = sorted({(s, e) for s, e in spans if 0 < e - s <= MAX_ANSWER_CHARS})
    return Row(name, raw["title"], context, question.strip(), tuple(kept))
