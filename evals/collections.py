"""Public collections on disk in; their rows, and TIME's queries with what is relevant, out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


class TimeMagazine:
    """The TIME collection: articles, and queries with the articles that are relevant to each."""

    def __init__(self, folder: Path) -> None:
        self.articles = list(read_rows(folder / "corpus.jsonl.gz"))
        self.relevant: dict[str, dict[str, int]] = {}
        for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
            query, article, grade = line.split("\t")
            self.relevant.setdefault(query, {})[article] = int(grade)
        rows = read_rows(folder / "queries.jsonl.gz")
        self.queries = {row["id"]: row["text"] for row in rows if row["id"] in self.relevant}

    def half(self, held_out: bool) -> dict[str, str]:
        """The queries with an even id, which the fusion was tuned on, or the others."""
        return {i: text for i, text in self.queries.items() if int(i) % 2 == held_out}


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as a ``.jsonl`` file of articles."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
