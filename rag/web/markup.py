"""Turns answers, sources and progress into the Markdown of the page, all untrusted text escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from rag.ingest.changes import Changes
from rag.present import wording
from rag.present.wording import by_sentence, count, pieces
from rag.text.escape import markdown, one_line
from rag.types import Answer, Article, Citation, Fate, Hit, IndexInfo, Progress, Query

FATES: dict[Fate, str] = {
    "added": "new",
    "changed": "changed",
    "removed": "gone, no longer searched",
    "duplicate": "the same as another article, kept once",
    "skipped": "skipped",
    "unchanged": "unchanged",
}
_STAGES = {
    "reading": "Reading the articles",
    "compiling": "Preparing the language model, once",
    "embedding": "Reading what each passage means",
    "writing": "Writing the index",
    "verifying": "Checking the index",
}
_CONFIDENCE = ((0.9, "very likely right"), (0.7, "likely right"), (0.5, "more likely than not"))


def confidence(value: float) -> str:
    """A probability that the answer is right, in words and per cent."""
    words = next((words for least, words in _CONFIDENCE if value >= least), "unsure")
    return f"{words} ({value:.0%})"


def seconds(value: float) -> str:
    """``8 seconds``, ``5 minutes``, ``3 hours``, ``2 days``: rounded to the largest unit."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if value >= size:
            return count(round(value / size), noun)
    return count(max(1, round(value)), "second")


def age(built_at: str, *, now: datetime | None = None) -> str:
    """How long ago an ISO time was, ``just now`` within a minute; unreadable times as they are."""
    try:
        built = datetime.fromisoformat(built_at)
    except ValueError:
        return built_at
    built = built if built.tzinfo else built.replace(tzinfo=UTC)
    passed = ((now or datetime.now(UTC)) - built).total_seconds()
    return "just now" if passed < 60 else f"{seconds(passed)} ago"


def searching(query: Query, articles: int) -> str:
    """What is searched, as it was understood."""
    days = "".join(f" {words}" for words in wording.windows(query))
    return f"Searching {count(articles, 'article')}{days}"


def reading(hits: Sequence[Hit]) -> str:
    """What was found, and is read now."""
    articles = len({hit.passage.article.id for hit in hits})
    return f"Reading {count(len(hits), 'passage')} of {count(articles, 'article')}"


def index_line(
    info: IndexInfo, *, off: int = 0, changes: Changes | None = None, now: datetime | None = None
) -> str:
    """How much is searched, how new it is, when it was read, and what has changed since."""
    parts = [count(info.articles, "article")]
    if off:
        parts.append(f"{off:,} switched off")
    if info.newest_article:
        parts.append(f"newest {wording.day(info.newest_article)}")
    parts.append(f"index built {age(info.built_at, now=now)}")
    if changes:
        parts.append(f"since then {changed(changes)}")
    return " · ".join(parts)


def changed(changes: Changes) -> str:
    """``2 files new, 1 changed``: how many files differ from those that were indexed."""
    kinds = (("new", changes.new), ("changed", changes.changed), ("gone", changes.gone))
    changed = [(len(paths), kind) for kind, paths in kinds if paths]
    first = [f"{count(number, 'file')} {kind}" for number, kind in changed[:1]]
    return ", ".join([*first, *(f"{number:,} {kind}" for number, kind in changed[1:])])


def progress(at: Progress) -> str:
    """A build's stage, how far it is, its rate and the time left."""
    parts = [_STAGES[at.stage]]
    if at.total:
        parts.append(f"{at.done:,} of {at.total:,}")
    elif at.done:
        parts.append(f"{at.done:,} so far")
    if at.rate:
        parts.append(f"{at.rate:,.0f} a second")
    if at.seconds_left is not None:
        parts.append(f"about {seconds(at.seconds_left)} left")
    return " · ".join(parts)


def label(text: str, *, limit: int = 160) -> str:
    """Text on one line, escaped."""
    return markdown(one_line(text, limit=limit))


def isolated(text: str, *, limit: int = 160) -> str:
    """The same, kept apart from the direction of the text around it."""
    return f"<bdi>{label(text, limit=limit)}</bdi>"


def sentence(*citations: Citation) -> str:
    """The whole sentence that the citations share, the quoted words in it marked."""
    parts = pieces(citations)
    whole = all(quoted or not part.strip() for part, quoted in parts)
    shown = (
        f"<mark>{markdown(part)}</mark>" if quoted and not whole else markdown(part)
        for part, quoted in parts
    )
    return f"<q>{''.join(shown)}</q>"


def quotation(*citations: Citation) -> str:
    """The same as a block quotation."""
    return f"> {sentence(*citations)}"


def title(article: Article) -> str:
    """The article's title, as it is shown."""
    return isolated(article.headline)


def title_or_file(citation: Citation) -> str:
    """The article's title; its file's name where the title is but the beginning of the sentence."""
    article = citation.article
    if article.title_derived and citation.sentence.startswith(article.title):
        return file(article)
    return title(article)


def file(article: Article) -> str:
    """The name of the article's file."""
    return f"<samp>{label(article.path)}</samp>"


def heading(citation: Citation) -> str:
    """Title, day and file of the article."""
    article = citation.article
    place = f"{wording.day(article.published)} · {file(article)}"
    return f"**{title(article)}**\n<small>{place}</small>"


def reference(number: int) -> str:
    """A citation's number, which opens its article."""
    return f"<sup>{number}</sup>"


def source(citation: Citation, numbers: dict[Citation, int], today: date) -> str:
    """Title, day and file of the article, and below them the quotation's facts."""
    article = citation.article
    place = f"{when(article, today)} · {file(article)}"
    lines = [place, *facts(citation, numbers)]
    return "\n".join((f"**{title(article)}**", *(f"<small>{line}</small>" for line in lines)))


def when(article: Article, today: date) -> str:
    """The article's day, and how long ago that was."""
    passed = wording.ago(article.published, today)
    return f"{wording.day(article.published)}{f', {passed}' if passed else ''}"


def facts(citation: Citation, numbers: dict[Citation, int]) -> Iterator[str]:
    """Who says it, which days its words mean, and who else reports it: a line each."""
    found = wording.facts(citation)
    if found.speaker:
        yield f"Said by {isolated(found.speaker)}"
    if found.dates:
        yield " · ".join(f"{_quoted(words)} = {days}" for words, days in found.dates)
    if found.also:
        others = " · ".join(_other(other, numbers) for other in found.also)
        yield f"Also reported by {count(len(found.also), 'article')}: {others}"
    if found.copies:
        yield f"The same story is in {count(len(found.copies), 'other article')}"


def _other(citation: Citation, numbers: dict[Citation, int]) -> str:
    day = wording.day(citation.article.published)
    return f"{reference(numbers[citation])} {title_or_file(citation)}, {day}"


def _quoted(text: str) -> str:
    return f"“{isolated(text)}”"


MAX_QUOTATIONS = 30
MAX_NEAREST = 3


def answer(value: Answer, today: date) -> str:
    """How the question was understood; the quotations with their sources, or why there are none."""
    parts = [chips(value.query)]
    parts += _abstention(value, today) if value.abstained else _AnswerMarkup(value, today).parts()
    return "\n\n".join(part for part in parts if part)


def chips(query: Query) -> str:
    """Kind, window and words of earlier questions, a chip each; the tag says which it is."""
    if not query.text:
        return ""
    shown = [f"<kbd>{isolated(wording.KINDS[query.kind])}</kbd>"]
    shown += [f"<kbd><time>{isolated(words)}</time></kbd>" for words in wording.windows(query)]
    shown += [f"<kbd><cite>{isolated(f'with “{word}”')}</cite></kbd>" for word in query.carried]
    note = f"\n\n<small>{label(query.note, limit=300)}</small>" if query.note else ""
    return " ".join(shown) + note


def error_message(text: str) -> str:
    """A sentence about what went wrong."""
    return label(text, limit=500)


def progress_message(text: str) -> str:
    """What is being done at the moment, with a progress bar."""
    return f"<small>{label(text, limit=300)}</small>\n\n<progress></progress>"


def stopped_message() -> str:
    """The reply to a question that was stopped."""
    return "<small>Stopped before it was answered. Ask again whenever you like.</small>"


def numbered_citations(value: Answer) -> tuple[Citation, ...]:
    """All citations that can be opened, in the order of their numbers; agreeing ones come last."""
    agreeing = tuple(other for citation in value.citations for other in citation.also)
    return (*value.citations, *agreeing) or value.nearest


def choice_label(number: int, citation: Citation) -> str:
    """A citation's label in a list of plain text: number, quotation and date."""
    quote = one_line(citation.quote, limit=80)
    return f"{number} · “{quote}” · {wording.day(citation.article.published)}"


class _AnswerMarkup:
    """The Markdown of an answer, laid out by its kind."""

    def __init__(self, value: Answer, today: date) -> None:
        self._value = value
        self._today = today
        self._numbers = {citation: n for n, citation in enumerate(numbered_citations(value), 1)}

    def parts(self) -> Iterator[str]:
        value = self._value
        if value.disagreement:
            yield wording.DISAGREEMENT
        elif lead := wording.lead(value):
            yield f"**{label(lead, limit=400)}**"
        yield from self._quotations()
        yield _small(f"Confidence: {confidence(value.confidence)}")
        for path in value.changed_files:
            yield _small(wording.changed_file(f"<samp>{label(path)}</samp>"))

    def _quotations(self) -> Iterator[str]:
        value, citations = self._value, self._value.citations[:MAX_QUOTATIONS]
        if value.kind == "list":
            yield from self._items(citations)
        elif value.kind == "latest":
            yield from self._latest(citations)
        elif value.kind in wording.ORDERED:
            yield self._entries(citations, None)
        elif value.disagreement:
            yield self._side_by_side(citations)
        else:
            yield from self._one(citations)
        if left := len(value.citations) - len(citations):
            yield _small(f"{count(left, 'more quotation')} under Sources")

    def _one(self, citations: Sequence[Citation]) -> Iterator[str]:
        """The first quotation with its source and facts, and the others after it."""
        rest = list(citations)
        while rest and wording.is_date_line(rest[0]):
            line = rest.pop(0)
            yield _small(f"{self._reference(line)} Date line of the article: {sentence(line)}")
        if rest:
            yield quotation(rest[0])
            yield self._source(rest[0])
        if rest[1:]:
            yield "Also quoted:"
            yield self._entries(rest[1:MAX_QUOTATIONS], rest[0])

    def _items(self, citations: Sequence[Citation]) -> Iterator[str]:
        """The items of a list, those of one sentence above it."""
        for group in by_sentence(citations):
            yield "\n".join(f"{self._item(one)}**{label(one.quote, limit=400)}**" for one in group)
            yield quotation(*group)
            yield source(group[0], self._numbers, self._today)

    def _latest(self, citations: Sequence[Citation]) -> Iterator[str]:
        first = citations[0]
        yield f"**The latest: {when(first.article, self._today)}**"
        yield quotation(first)
        yield self._source(first)
        if citations[1:]:
            yield "Previously:"
            yield self._entries(citations[1:], None)

    def _entries(self, citations: Sequence[Citation], before: Citation | None) -> str:
        """One quotation after another, under its day where time orders them."""
        shown = zip(citations, (before, *citations), strict=False)
        return "\n".join(self._entry(citation, previous) for citation, previous in shown)

    def _entry(self, citation: Citation, before: Citation | None) -> str:
        lines = [sentence(citation), _small(_origin(citation, before, self._today))]
        if self._value.kind in {"timeline", "latest"}:
            head = f"**{when(citation.article, self._today)}**"
            lines = [head, sentence(citation), _small(title_or_file(citation))]
        lines += map(_small, facts(citation, self._numbers))
        indent = " " * len(f"{self._numbers[citation]}. ")
        return self._item(citation) + f"\n{indent}".join(lines)

    def _side_by_side(self, citations: Sequence[Citation]) -> str:
        """A row for each value, which the page lays out side by side."""
        rows = [
            f"| **{label(one.quote, limit=400)}** | {sentence(one)} "
            f"| {self._source(one).replace(chr(10), '<br>')} |"
            for one in citations
        ]
        return "\n".join(("| Value | Sentence | Article |", "| --- | --- | --- |", *rows))

    def _source(self, citation: Citation) -> str:
        return f"{self._reference(citation)} {source(citation, self._numbers, self._today)}"

    def _reference(self, citation: Citation) -> str:
        return reference(self._numbers[citation])

    def _item(self, citation: Citation) -> str:
        """How an entry of a numbered list begins."""
        return f"{self._numbers[citation]}. {self._reference(citation)} "


def _small(text: str) -> str:
    return f"<small>{text}</small>"


def _abstention(value: Answer, today: date) -> Iterator[str]:
    assert value.reason is not None
    yield f"**{wording.REASONS[value.reason]}**"
    yield label(value.advice, limit=400)
    if value.nearest:
        shown = zip(value.nearest[:MAX_NEAREST], (None, *value.nearest), strict=False)
        yield f"{wording.NEAREST}:"
        yield "\n".join(_near(n, *pair, today) for n, pair in enumerate(shown, 1))


def _near(number: int, citation: Citation, before: Citation | None, today: date) -> str:
    text = label(citation.sentence, limit=220)
    origin = _small(_origin(citation, before, today))
    return f"{number}. {reference(number)} {text}\n   {origin}"


def _origin(citation: Citation, before: Citation | None, today: date) -> str:
    """Where a quotation is from; short if the one before it is from the same article."""
    if before is not None and before.article.id == citation.article.id:
        return "the same article"
    return f"{title_or_file(citation)} · {when(citation.article, today)}"
