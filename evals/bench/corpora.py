"""Public data on disk in; corpora, cut into the same passages for every system, out.

A corpus is a folder: ``articles/`` is what Dateline reads, ``passages.jsonl`` what the others are
given, ``vectors.npy`` the passages' vectors where they are not to be embedded, and ``corpus.json``,
written last, the counts and a fingerprint of the passages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.adapters import read_question_set, write_corpus
from evals.bench.plans import Plan
from evals.bench.repeat import edited, turned
from evals.bench.workers.protocol import PASSAGES, VECTORS, Passage, read_passages
from evals.collections import read_rows
from evals.types import Document, Question, QuestionSet
from rag.config import BuildConfig
from rag.ingest.build import limits
from rag.ingest.corpus import Corpus as Articles
from rag.ingest.splitter import PREFIX_TOKENS, Limit, Splitter, TokenCounter
from rag.models.embedder import BATCH, Embedder

ARTICLES, COUNTS, ORIGINALS = "articles", "corpus.json", "originals.npy"
SEPARATOR = "#"
CHECKED = 200  # Articles that are cut again, to see whether a corpus on the disk is still the same.
TODAY = date(2026, 1, 1)  # Later than every article; the same passages whatever the day.

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A prepared corpus and what is asked of it; ``fingerprint`` is that of its passages."""

    plan: Plan
    folder: Path
    articles: int
    passages: int
    fingerprint: str
    questions: tuple[Question, ...]


class Corpora:
    """Prepares corpora below ``folder`` from public data; ``embedder`` is Dateline's.

    ``news`` is a gzipped file of rows with ``id, date, title, text``.
    """

    def __init__(self, folder: Path, news: Path, embedder: Embedder, *, say: Say) -> None:
        self._folder, self._news, self._embedder, self._say = folder, news, embedder, say

    def prepare(self, plan: Plan) -> Corpus:
        """The corpus of a plan, from the disk if Dateline still cuts its articles like that.

        Raises a RagError for bad data.
        """
        found = self.prepared(plan)
        if found is not None and self._is_cut_alike(found.folder):
            return found
        self._say(f"preparing {plan.name}")
        home, questions = self._folder / plan.name, self._questions(plan)
        shutil.rmtree(home, ignore_errors=True)
        documents = self._documents(plan, questions)
        write_corpus(QuestionSet(plan.name, (), documents), home / ARTICLES)
        told = _Told(plan.kind, plan.size, *self._split(home))
        if plan.kind == "repeated":
            self._write_vectors(home, self._source(plan))
        (home / COUNTS).write_text(json.dumps(asdict(told)) + "\n", "utf-8")
        return _corpus(plan, home, told, questions)

    def prepared(self, plan: Plan) -> Corpus | None:
        """The corpus as it lies on the disk, if it does."""
        home = self._folder / plan.name
        told = _told(home, plan)
        return _corpus(plan, home, told, self._questions(plan)) if told else None

    def _is_cut_alike(self, home: Path) -> bool:
        """Whether the passages of the first articles are those that a build would cut now."""
        articles = islice(passages_of(home / ARTICLES, self._embedder), CHECKED)
        now = [passage for article in articles for passage in article]
        return now == list(islice(read_passages(str(home)), len(now)))

    def _questions(self, plan: Plan) -> tuple[Question, ...]:
        """Those of a set, evenly spread over it; of news, the titles of some of the first stories.

        They are the same for a larger corpus of the same news.
        """
        if plan.path is not None:
            return _spread(read_question_set(plan.path).questions, plan.questions)
        first = islice(self._news_documents(), plan.asked_among)
        titled = [Question(row.id, row.title, kind="passage") for row in first if row.title]
        return _spread(titled, plan.questions)

    def _documents(self, plan: Plan, asked: Sequence[Question]) -> Iterable[Document]:
        if plan.kind == "news":
            return islice(self._news_documents(), plan.size)
        if plan.kind == "repeated":
            return self._repeated(plan)
        assert plan.path is not None
        documents = read_question_set(plan.path).documents or ()
        return _relevant_first(documents, asked, plan.size) if plan.size else documents

    def _news_documents(self) -> Iterator[Document]:
        for row in read_rows(self._news):
            yield Document(row["id"], row["text"], row["title"], row["date"])

    def _repeated(self, plan: Plan) -> Iterator[Document]:
        """Copy after copy of the articles, until they have as many passages as are wanted."""
        source = self._source(plan)
        lengths: dict[str, int] = {}
        for passage in read_passages(str(source.folder)):
            lengths[passage.article] = lengths.get(passage.article, 0) + 1
        copy, total = 0, 0
        while True:
            for document in islice(self._news_documents(), source.plan.size):
                if document.id not in lengths:
                    continue  # A copy of another one, which no system keeps.
                if total >= plan.size:
                    return
                total += lengths[document.id]
                yield edited(document, copy)
            copy += 1

    def _source(self, plan: Plan) -> Corpus:
        assert plan.of is not None
        return self.prepare(plan.of)

    def _split(self, home: Path) -> tuple[int, int, str]:
        """Write the passages; the numbers of articles and of passages, and the fingerprint."""
        articles = passages = 0
        with (home / PASSAGES).open("w", encoding="utf-8") as lines:
            for texts in passages_of(home / ARTICLES, self._embedder):
                articles += 1
                passages += len(texts)
                lines.writelines(json.dumps(asdict(one)) + "\n" for one in texts)
        with (home / PASSAGES).open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        return articles, passages, digest[:16]

    def _write_vectors(self, home: Path, source: Corpus) -> None:
        """The vector of every passage: that of the passage at its place in the original, turned."""
        originals, rows = self._originals(source), _rows(source.folder)
        place = [_original(passage) for passage in read_passages(str(home))]
        shape = (len(place), originals.shape[1])
        vectors = np.lib.format.open_memmap(home / VECTORS, "w+", dtype=np.float32, shape=shape)
        for number, (article, copy, ordinal) in enumerate(place):
            own = rows[article]
            row = own[min(ordinal, len(own) - 1)]
            vectors[number] = turned(originals[row], copy=copy, row=row)
        vectors.flush()

    def _originals(self, source: Corpus) -> NDArray[np.float32]:
        """float32 [passages, dim]: the passages of ``source`` embedded, once."""
        path = source.folder / ORIGINALS
        if not path.exists():
            self._say(f"embedding {source.passages:,} passages, for their copies to come")
            texts = [passage.text for passage in read_passages(str(source.folder))]
            parts = [
                self._embedder.encode_passages(texts[first : first + BATCH])
                for first in range(0, len(texts), BATCH)
            ]
            draft = path.with_suffix(".draft.npy")
            np.save(draft, np.concatenate(parts))
            draft.replace(path)
        return np.asarray(np.load(path), dtype=np.float32)


def passages_of(folder: Path, embedder: Embedder) -> Iterator[list[Passage]]:
    """The passages of each article in ``folder``, as a build with the default settings cuts them.

    An article that is a copy of an earlier one is left out, as in a build.
    """
    config = BuildConfig(folder)
    room = embedder.max_tokens - PREFIX_TOKENS
    splitter = Splitter(
        (Limit(TokenCounter().count, config.max_tokens), Limit(embedder.count, room)),
        overlap_sentences=config.overlap_sentences,
    )
    for article in Articles(folder, limits=limits(config), today=TODAY).articles():
        yield [
            Passage(f"{article.id}{SEPARATOR}{one.ordinal}", article.id, one.text)
            for one in splitter.split(article)
        ]


def _spread(questions: Sequence[Question], count: int) -> tuple[Question, ...]:
    """``count`` of the questions, or all for 0, at equal distances."""
    step = max(1, len(questions) // count) if count else 1
    return tuple(questions[::step][: count or None])


def _relevant_first(
    documents: Iterable[Document], asked: Sequence[Question], size: int
) -> list[Document]:
    """``size`` documents, beginning with those that the questions are about."""
    wanted = {name for question in asked for name in question.articles}
    ordered = sorted(documents, key=lambda document: document.id not in wanted)
    return ordered[:size]


def _rows(folder: Path) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(read_passages(str(folder))):
        rows.setdefault(passage.article, []).append(row)
    return rows


def _original(passage: Passage) -> tuple[str, int, int]:
    """The original's id, the number of the copy and the place in the article."""
    article, _, copy = passage.article.partition("~")
    return article, int(copy or 0), int(passage.id.rpartition(SEPARATOR)[2])


@dataclass(frozen=True, slots=True)
class _Told:
    """What ``corpus.json`` holds."""

    kind: str
    size: int
    articles: int
    passages: int
    fingerprint: str


def _told(home: Path, plan: Plan) -> _Told | None:
    """None for a corpus that is not there as a whole, or is of another plan."""
    try:
        told = _Told(**json.loads((home / COUNTS).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return told if (told.kind, told.size) == (plan.kind, plan.size) else None


def _corpus(plan: Plan, home: Path, told: _Told, questions: tuple[Question, ...]) -> Corpus:
    return Corpus(plan, home, told.articles, told.passages, told.fingerprint, questions)
