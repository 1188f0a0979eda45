"""The values that travel between modules: what is read, searched, quoted and answered.

Every span is ``[start, end)`` in characters of ``Article.text``; text is stored once, and a
quotation is a slice of it, computed when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["span", "list", "yesno", "when", "timeline", "latest", "summary", "passage"]
Reason = Literal[
    "nothing_retrieved", "no_span", "low_confidence", "outside_window", "empty_question"
]


@dataclass(frozen=True, slots=True)
class Article:
    """One article: the text that is quoted, and where it came from.

    ``text`` is the whole decoded file for text files, the extracted text for HTML, the ``text``
    field for a row; ``body`` is the offset in it where the story begins. ``path`` is the file's
    POSIX path below the articles' folder. ``sha256`` is that of the file's bytes, or, for a row of
    a ``.jsonl`` or ``.csv`` file, of ``text`` in UTF-8.
    """

    id: str
    text: str
    body: int
    published: date | None
    title: str
    title_derived: bool
    url: str
    path: str
    sha256: str

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError(f"an article of {self.path!r} has an empty id")
        if not 0 <= self.body <= len(self.text):
            raise ValueError(f"article {self.id!r}: body {self.body} outside its text")

    @property
    def headline(self) -> str:
        """The title as it is shown."""
        return headline(self.title, derived=self.title_derived)


def headline(title: str, *, derived: bool) -> str:
    """A title as it is shown: one that was cut out of the first sentence says so."""
    return f"{title} …" if derived and title[-1:].isalnum() else title


def _check_span(article: Article, start: int, end: int) -> None:
    if not 0 <= start < end <= len(article.text):
        raise ValueError(
            f"span [{start}, {end}) outside article {article.id!r} "
            f"of {len(article.text)} characters"
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article; ``ordinal`` counts from 0 within the article."""

    article: Article
    start: int
    end: int
    ordinal: int

    def __post_init__(self) -> None:
        _check_span(self.article, self.start, self.end)

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a text occurs: ``[start, end)`` in characters of an article's text."""

    article: Article
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.article.text):
            raise ValueError(
                f"[{self.start}, {self.end}) is no place in article {self.article.id!r} "
                f"of {len(self.article.text)} characters"
            )

    @property
    def text(self) -> str:
        """The slice itself."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open interval of days ``[after, before)``; ``None`` leaves a side open.

    ``said`` holds the words that the window was understood from.
    """

    after: date | None = None
    before: date | None = None
    said: str = ""

    def __post_init__(self) -> None:
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise ValueError(f"no day lies between {self.after} and {self.before}")

    def contains(self, day: date | None) -> bool:
        """Whether ``day`` lies inside; an undated article (``None``) lies in no bounded window."""
        if self.after is None and self.before is None:
            return True
        if day is None:
            return False
        return (self.after is None or self.after <= day) and (
            self.before is None or day < self.before
        )


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood of a question: ``text`` is searched, ``window`` filters.

    Articles in the ``preferred`` days are lifted, and no others hidden: an event of Thursday is
    reported on Friday. ``carried`` are the words in ``text`` that come from earlier turns. ``note``
    tells the user which year was assumed, where none was given.
    """

    question: str
    text: str
    window: Window | None = None
    kind: Kind = "passage"
    entities: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    note: str = ""
    preferred: Window | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. ``rank`` starts at 1; every score is better when higher.

    ``copies`` are passages of near-duplicate stories that share this hit's slot.
    """

    passage: Passage
    score: float
    rank: int
    lexical: float
    dense: float
    copies: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A candidate answer: ``[start, end)`` in the article's text, with the reader's score."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class DatedWords:
    """Date words ``[start, end)`` of an article's text, and the days ``[after, before)`` they name.

    "on Tuesday" is resolved against the article's own date.
    """

    start: int
    end: int
    after: date | None
    before: date | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and the sentence around it, both slices of ``article.text``.

    ``copies`` are near-duplicates of its passage; ``also`` quotes the same answer from other,
    independent articles. ``speaker`` is the span of who says it, where the sentence tells, and
    ``dates`` are the sentence's date words.
    """

    article: Article
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    score: float
    copies: tuple[Passage, ...] = ()
    also: tuple[Citation, ...] = ()
    speaker: tuple[int, int] | None = None
    dates: tuple[DatedWords, ...] = ()

    def __post_init__(self) -> None:
        _check_span(self.article, self.start, self.end)
        _check_span(self.article, self.sentence_start, self.sentence_end)
        if not self.sentence_start <= self.start < self.end <= self.sentence_end:
            raise ValueError(
                f"quotation [{self.start}, {self.end}) outside its sentence "
                f"[{self.sentence_start}, {self.sentence_end}) in article {self.article.id!r}"
            )

    @property
    def quote(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        return self.article.text[self.sentence_start : self.sentence_end]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which index answered. ``fingerprint`` depends on articles and settings alone."""

    version: str
    fingerprint: str
    newest_article: date | None
    oldest_article: date | None
    built_at: str
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Citations, or a reason why there are none together with the nearest passages.

    ``text`` is what is shown first: the quotation, ``yes``, a day. ``disagreement`` says that the
    citations give different values for the same thing. ``advice`` is one sentence on what would
    help where there is no answer. ``changed_files`` are the quoted files that have changed or gone
    since the index was built.
    """

    query: Query
    kind: Kind
    text: str | None
    citations: tuple[Citation, ...]
    confidence: float
    reason: Reason | None
    nearest: tuple[Citation, ...]
    index: IndexInfo
    disagreement: bool = False
    advice: str = ""
    changed_files: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.citations) == (self.reason is not None):
            raise ValueError("an answer has either citations or a reason why there are none")

    @property
    def abstained(self) -> bool:
        return self.reason is not None


Fate = Literal["added", "unchanged", "changed", "removed", "duplicate", "skipped"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file in a build; ``notes`` name rows skipped and anything flagged."""

    path: str
    fate: Fate
    reason: str = ""
    articles: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``version`` is the one that serves afterwards."""

    version: str
    changed: bool
    files: tuple[FileReport, ...]
    articles: int
    passages: int
    embedded: int
    reused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a long task is: ``done`` of ``total`` (0 when unknown), per second, seconds left."""

    stage: Literal["reading", "compiling", "embedding", "writing", "verifying"]
    done: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None
