"""Cites quotations in their sentences, each checked against the index and the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from rag.answer.evidence import Pick, sentence_around
from rag.answer.speakers import speaker
from rag.dates.anchoring import article_dates
from rag.errors import IndexDamaged
from rag.ingest.files import ArticleFile, open_below
from rag.types import Article, Citation, DatedWords, Occurrence, Passage


class Citer:
    """Makes citations; ``stored`` gives the article that the index holds under an id."""

    def __init__(self, stored: Callable[[str], Article]) -> None:
        self._stored = stored

    def cite(self, pick: Pick) -> Citation:
        """The quotation in its sentence, with its copies and the other articles that say the same.

        Raises IndexDamaged when the stored article does not hold it at its place.
        """
        article = pick.hit.passage.article
        start, end = sentence_around(pick.hit.passage, pick.start, pick.end)
        copies = tuple(copy for copy in pick.hit.copies if pick.quote in copy.article.text)
        if self._stored(article.id).text[pick.start : pick.end] != pick.quote:
            raise IndexDamaged(
                f"A quotation from article {article.id!r} is not in its text; "
                "run `python -m rag check`, then build again with --full."
            )
        return Citation(
            article=article,
            start=pick.start,
            end=pick.end,
            sentence_start=start,
            sentence_end=end,
            score=pick.score,
            copies=copies,
            also=tuple(self.cite(other) for other in pick.also),
            speaker=speaker(article.text, (start, end), (pick.start, pick.end)),
            dates=tuple(
                DatedWords(words.start, words.end, words.after, words.before)
                for words in article_dates(article.text, start, end, article.published)
            ),
        )


def citation(place: Occurrence) -> Citation:
    """The place as a citation, in the sentence or sentences that it touches."""
    article = place.article
    story = Passage(
        article, article.body if place.start >= article.body else 0, len(article.text), 0
    )
    first, last = sentence_around(story, place.start, place.end)
    return Citation(article, place.start, place.end, first, last, score=1.0)


def inside_word(place: Occurrence) -> bool:
    """Whether the place begins or ends inside a word: “he said” stands in “she said”, too."""
    return _joined(place.article.text, place.start) or _joined(place.article.text, place.end)


def _joined(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1 : at + 1].isalnum()


# A larger file is compared by its size alone: hashing it would outlast the answer.
MAX_HASHED_BYTES = 64_000_000
# So many files are looked for to tell that a folder is not the one that was indexed.
MAX_LOOKED_FOR = 20


class Freshness:
    """Compares the articles' folder with what the index was built from; it only reads."""

    def __init__(self, folder: Path, files: Iterable[Mapping[str, Any]]) -> None:
        self._folder = folder
        self._records = {str(file["path"]): file for file in files if file.get("sha256")}

    def changed(self, path: str) -> bool:
        """Whether the file at ``path`` is gone or holds other bytes.

        Where the folder is not there, or is another than the one that was indexed, nothing is
        known, and nothing is said to have changed.
        """
        record = self._records.get(path)
        if record is None or not self._is_the_one:
            return False
        try:
            with open_below(self._folder, path.split("/")) as source:
                if source.size_bytes != record["size_bytes"]:
                    return True
                if source.size_bytes > MAX_HASHED_BYTES:
                    return False
                return _sha256(source) != str(record["sha256"])
        except (OSError, ValueError):
            return True

    @cached_property
    def _is_the_one(self) -> bool:
        """Whether the index may be of this folder: a folder with none of several files is not."""
        if len(self._records) < 2:
            return self._folder.is_dir()
        some = islice(self._records, MAX_LOOKED_FOR)
        return any((self._folder / path).is_file() for path in some)


def _sha256(source: ArticleFile) -> str:
    return hashlib.file_digest(source.stream, "sha256").hexdigest()
