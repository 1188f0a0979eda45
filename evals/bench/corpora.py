"""The corpora to compare on, cut into the same passages for every system.

A corpus is a folder: ``articles/`` is what Dateline reads, ``passages.jsonl`` what the others are
given, ``vectors.npy`` the passages' vectors where they are not to be embedded, and ``corpus.json``,
written last, the counts and a fingerprint of the passages.

Growth is measured on more text than there is: copies of articles with their names, numbers and days
replaced, each by one of the same kind and alike throughout a copy. Copy 0 is the original.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.bench.workers.protocol import PASSAGES, VECTORS, CorpusPassage, read_passages
from evals.sets import read_question_set
from evals.sets.public import write_corpus
from evals.sets.rows import read_rows
from evals.types import Document, Question, QuestionSet
from rag.config import BuildConfig
from rag.ingest.build import limits
from rag.ingest.corpus import Corpus
from rag.ingest.splitter import PREFIX_TOKENS, Limit, Splitter, TokenCounter
from rag.models.embedder import BATCH, Embedder

CorpusKind = Literal["judged", "reading", "news", "repeated"]

ASKED_AMONG = 1000
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
NOISE = 0.25
_SYLLABLES = tuple(
    "an ar bel bor cas dar del dor el fen gal gor hal il jan kel kor lan lim mar mel mor nar nel "
    "or pal per ran ros sal sar tal tor ul van vel vor wen yar zel".split()
)
# A number; or a capitalised word inside a sentence: after a small letter or a comma.
_EDITED = re.compile(r"\d+|(?<=[a-z,] )[A-Z][a-z]{2,}")
SEPARATOR = "#"
CHECKED = 200  # Articles that are cut again, to see whether a corpus on the disk is still the same.
TODAY = date(2026, 1, 1)  # Later than every article; the same passages whatever the day.
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One corpus, and how often each thing is measured on it.

    ``judged`` has questions with relevant articles and ``reading`` with answers, both at ``path``,
    with ``size`` of their articles (0: all); ``news`` are the first ``size`` stories, ``repeated``
    copies of those of ``of`` up to ``size`` passages. ``questions`` of them are asked (0: all), in
    ``rounds``; ``builds`` and cold ``starts`` are repeated. Systems that would not fit beside each
    other are asked alone, one after the other: ``together`` is False.
    """

    name: str
    kind: CorpusKind
    size: int = 0
    path: Path | None = None
    of: Plan | None = None
    builds: int = 1
    starts: int = 3
    rounds: int = 3
    questions: int = 50
    together: bool = True

    @property
    def asked_among(self) -> int:
        """From how many of the first stories the questions about news are drawn."""
        stories = self.of.size if self.of else self.size
        return min(stories, ASKED_AMONG)


def full_plans(data: Path, reading: Path | None) -> tuple[Plan, ...]:
    """The whole comparison. ``reading`` is a SQuAD-like set, asked where there is a reader."""
    news = Plan("reuters-18k", "news", 18_000)
    plans = (
        Plan("time", "judged", path=data / "ir" / "time", builds=3, starts=5, questions=0),
        Plan("reuters-1k", "news", 1_000),
        Plan("reuters-5k", "news", 5_000),
        news,
        Plan("repeated-100k", "repeated", 100_000, of=news, questions=20),
        Plan("repeated-1m", "repeated", 1_000_000, of=news, questions=20, together=False),
    )
    return (*plans, *_reading(reading))


def quick_plans(data: Path, reading: Path | None) -> tuple[Plan, ...]:
    """The same on a few articles: a smoke test, whose figures mean nothing."""
    news = _quick(Plan("reuters-50", "news", 50))
    plans = (
        _quick(Plan("time", "judged", 12, data / "ir" / "time")),
        news,
        _quick(Plan("repeated-300", "repeated", 300, of=news, together=False)),
    )
    return (*plans, *map(_quick, _reading(reading, size=20)))


def _quick(plan: Plan) -> Plan:
    return replace(plan, builds=1, starts=1, rounds=1, questions=5)


def _reading(path: Path | None, *, size: int = 0) -> tuple[Plan, ...]:
    if path is None:
        return ()
    return (Plan("reading", "reading", size, path, starts=1, rounds=1, questions=200),)


def edited(document: Document, copy: int) -> Document:
    """Copy number ``copy`` of an article, dated as many months of 30 days later."""
    if not copy:
        return document
    return replace(
        document,
        id=f"{document.id}~{copy}",
        text=edited_text(document.text, copy),
        title=f"{edited_text(document.title, copy)}, {_name('', copy)}",
        date=_later(document.date, 30 * copy),
    )


def edited_text(text: str, copy: int) -> str:
    """The text with the names, numbers and days of copy number ``copy``."""
    return _EDITED.sub(lambda found: _other(found[0], copy), text) if copy else text


def _other(word: str, copy: int) -> str:
    if word.isdigit():
        return _number(word, copy)
    for calendar in (DAYS, MONTHS):
        if word in calendar:
            return calendar[(calendar.index(word) + copy) % len(calendar)]
    return _name(word, copy)


def _number(digits: str, copy: int) -> str:
    """Another number of as many digits; one that starts with 0 still does."""
    first = "0" if digits[0] == "0" else str(1 + _hash(f"{digits}:0", copy) % 9)
    rest = (str(_hash(f"{digits}:{place}", copy) % 10) for place in range(1, len(digits)))
    return first + "".join(rest)


def _name(word: str, copy: int) -> str:
    value, size = _hash(word, copy), len(_SYLLABLES)
    return "".join(_SYLLABLES[value // size**place % size] for place in range(3)).capitalize()


def _hash(text: str, copy: int) -> int:
    return int.from_bytes(blake2b(f"{copy}\0{text}".encode(), digest_size=8).digest(), "big")


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat() if day else ""


def turned(vector: NDArray[np.float32], *, copy: int, row: int) -> NDArray[np.float32]:
    """The vector of passage ``row`` of the originals for its copy: float32 [dim] of length 1.

    A little noise is added, about ``NOISE`` long, so that the cosine to the original is about .97.
    Embedding a million texts would take hours; what embedding costs is measured on fewer.
    """
    if not copy:
        return vector
    noise = np.random.default_rng((copy, row)).standard_normal(len(vector), dtype=np.float32)
    moved = vector + noise * np.float32(NOISE / len(vector) ** 0.5)
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


ARTICLES, COUNTS, ORIGINALS = "articles", "corpus.json", "originals.npy"


@dataclass(frozen=True, slots=True)
class BenchCorpus:
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

    def prepare(self, plan: Plan) -> BenchCorpus:
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
        counts = _Counts(plan.kind, plan.size, *self._split(home))
        if plan.kind == "repeated":
            self._write_vectors(home, self._source(plan))
        (home / COUNTS).write_text(json.dumps(asdict(counts)) + "\n", "utf-8")
        return _corpus(plan, home, counts, questions)

    def prepared(self, plan: Plan) -> BenchCorpus | None:
        """The corpus as it lies on the disk, if it does."""
        home = self._folder / plan.name
        counts = _read_counts(home, plan)
        return _corpus(plan, home, counts, self._questions(plan)) if counts else None

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

    def _source(self, plan: Plan) -> BenchCorpus:
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

    def _write_vectors(self, home: Path, source: BenchCorpus) -> None:
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

    def _originals(self, source: BenchCorpus) -> NDArray[np.float32]:
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


def passages_of(folder: Path, embedder: Embedder) -> Iterator[list[CorpusPassage]]:
    """The passages of each article in ``folder``, as a build with the default settings cuts them.

    An article that is a copy of an earlier one is left out, as in a build.
    """
    config = BuildConfig(folder)
    room = embedder.max_tokens - PREFIX_TOKENS
    splitter = Splitter(
        (Limit(TokenCounter().count, config.max_tokens), Limit(embedder.count, room)),
        overlap_sentences=config.overlap_sentences,
    )
    for article in Corpus(folder, limits=limits(config), today=TODAY).articles():
        yield [
            CorpusPassage(f"{article.id}{SEPARATOR}{one.ordinal}", article.id, one.text)
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


def _original(passage: CorpusPassage) -> tuple[str, int, int]:
    """The original's id, the number of the copy and the place in the article."""
    article, _, copy = passage.article.partition("~")
    return article, int(copy or 0), int(passage.id.rpartition(SEPARATOR)[2])


@dataclass(frozen=True, slots=True)
class _Counts:
    """What ``corpus.json`` holds."""

    kind: str
    size: int
    articles: int
    passages: int
    fingerprint: str


def _read_counts(home: Path, plan: Plan) -> _Counts | None:
    """None for a corpus that is not there as a whole, or is of another plan."""
    try:
        counts = _Counts(**json.loads((home / COUNTS).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return counts if (counts.kind, counts.size) == (plan.kind, plan.size) else None


def _corpus(
    plan: Plan, home: Path, counts: _Counts, questions: tuple[Question, ...]
) -> BenchCorpus:
    return BenchCorpus(plan, home, counts.articles, counts.passages, counts.fingerprint, questions)
