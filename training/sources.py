"""Turns rows and bundles into questions whose passages are labelled for every output.

What a data set does not say about an output is None, and is masked in training.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from rag.text.sentences import sentence_spans
from training.newsroom import Answer, Bundle, StoryPassage, StoryQuestion, passages
from training.rows import Row, fingerprint, read_jsonl
from training.similar import SimilarTexts

Span = tuple[int, int]


class Label(IntEnum):
    """What a passage says to a question; the order of the network's label logits."""

    NONE = 0
    SPAN = 1
    YES = 2
    NO = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with what is to be learnt from it for one question. Spans are of its characters.

    ``spans``: every right answer, none for "not in here". ``items``: those of a list.
    ``evidence``: the sentences that answer. None masks that output. ``weight`` is that of the
    outputs which judge this passage by itself, not of the softmax that it shares with others.
    """

    text: str
    label: Label | None
    spans: tuple[Span, ...] | None = None
    items: tuple[Span, ...] | None = None
    evidence: tuple[Span, ...] | None = None
    date: str = ""
    title: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passages that are read for it."""

    question: str
    passages: tuple[Passage, ...]


class Source(Protocol):
    """Numbered questions. ``ask`` draws passages for one; None when it has nothing to teach."""

    def __len__(self) -> int: ...

    def ask(self, number: int, chance: random.Random) -> Asked | None: ...


# --- rows of SQuAD's form

TITLED = frozenset({"squad_v1_part_a", "squad_v1_official", "squad_v2_unanswerable", "qed_nq",
                    "quoref_contrast", "quoref_original"})  # fmt: skip
JOINED = frozenset({"qamr", "qadiscourse", "squad_v1_sentences"})
CLAUSES = frozenset({"qadiscourse", "quac_val"})
LISTS = frozenset({"multispanqa"})
SIMILAR = 12
NEGATIVE_WEIGHT = 0.5
_COORDINATED = re.compile(r",\s+(?:and|or)\s+|,\s+|\s+and\s+|\s+or\s+|;\s+")


class RowSource:
    """Rows of SQuAD's form, all of one set.

    A question is at times also asked of a similar passage (``other_passage``), and with its
    identifier exchanged (``other_identifier``): neither answers it.
    """

    def __init__(
        self,
        name: str,
        rows: Sequence[Row],
        similar: Similar,
        *,
        other_passage: float = 0.3,
        other_identifier: float = 0.3,
    ) -> None:
        self._name, self._rows, self._similar = name, rows, similar
        self._other_passage, self._other_identifier = other_passage, other_identifier

    def __len__(self) -> int:
        return len(self._rows)

    def ask(self, number: int, chance: random.Random) -> Asked | None:
        row = self._rows[number]
        if self._name in JOINED:
            row = _joined(row, self._rows, chance)
        gold = self._labelled(row)
        if gold.spans == () or self._name in JOINED:
            return Asked(row.question, (gold,))
        exchanged = other_identifier(row.question, row.context, chance)
        if exchanged and chance.random() < self._other_identifier:
            return Asked(exchanged, (_nothing(row.context, title=gold.title),))
        if row.answers and chance.random() < self._other_passage:
            other = self._similar.without(row, chance)
            if other is not None:
                negative = _nothing(other, weight=NEGATIVE_WEIGHT)
                if self._name in CLAUSES:
                    negative = replace(negative, spans=None)
                return Asked(row.question, (gold, negative))
        return Asked(row.question, (gold,))

    def _labelled(self, row: Row) -> Passage:
        title = row.title.replace("_", " ") if self._name in TITLED else ""
        if not row.answers:
            spans = None if self._name in CLAUSES else ()
            return replace(_nothing(row.context, title=title), spans=spans)
        items = row.answers if self._name in LISTS else _coordinated(row)
        return Passage(
            row.context,
            Label.SPAN,
            spans=None if self._name in CLAUSES else row.answers,
            items=items,
            evidence=sentences_of(row.context, row.answers),
            title=title,
        )


class Similar:
    """Contexts that look as if they answered a row's question, and do not."""

    def __init__(self, contexts: Sequence[str]) -> None:
        self._contexts = list(dict.fromkeys(contexts))
        self._letters = [_letters(text) for text in self._contexts]
        self._index = SimilarTexts(self._contexts)

    def without(self, row: Row, chance: random.Random) -> str | None:
        """One of the contexts most like the question that hold none of the row's answers."""
        golds = [_letters(row.context[start:end]) for start, end in row.answers]
        own = _letters(row.context)
        found = [
            i
            for i in self._index.nearest(row.question, 3 * SIMILAR)
            if self._letters[i] != own and not any(g and g in self._letters[i] for g in golds)
        ]
        return self._contexts[chance.choice(found[:SIMILAR])] if found else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _nothing(text: str, *, title: str = "", date: str = "", weight: float = 1.0) -> Passage:
    """A passage that does not answer."""
    return Passage(text, Label.NONE, (), None, (), date, title, weight)


def _joined(row: Row, rows: Sequence[Row], chance: random.Random) -> Row:
    """The row with one to three other contexts of its set around its own."""
    others = [chance.choice(rows).context for _ in range(chance.randint(1, 3))]
    place = chance.randint(0, len(others))
    parts = [*others[:place], row.context, *others[place:]]
    before = sum(len(part) + 1 for part in parts[:place])
    spans = tuple((start + before, end + before) for start, end in row.answers)
    return Row(row.set, row.title, " ".join(parts), row.question, spans)


def _coordinated(row: Row) -> tuple[Span, ...] | None:
    """The three or more short items that an answer such as "A, B and C" coordinates; else None."""
    for start, end in row.answers:
        text = row.context[start:end]
        cuts = [m.span() for m in _COORDINATED.finditer(text)]
        edges = zip([0, *(b for _, b in cuts)], [*(a for a, _ in cuts), len(text)], strict=True)
        items = [(start + a, start + b) for a, b in edges]
        if len(items) >= 3 and text.count(",") >= 1 and all(0 < b - a <= 60 for a, b in items):
            return tuple(items)
    return None


@lru_cache(maxsize=50_000)
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(sentence_spans(text))


def sentences_of(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The sentences of ``text`` that any of ``spans`` touches."""
    return tuple((a, b) for a, b in _sentences(text) if any(s < b and a < e for s, e in spans))


# --- yes/no questions, claims and entailment

YES_NO = {"yes": Label.YES, "no": Label.NO, "supports": Label.YES, "refutes": Label.NO,
          "entailment": Label.YES, "contradiction": Label.NO, "neutral": Label.NONE}  # fmt: skip
MAX_CONTEXT_CHARS = 2_000
_AUXILIARY = re.compile(
    r"(?P<subject>(?:[\w’'.-]+ ){1,4}?)(?P<verb>is|was|are|were|has|have|had|will|can) (?P<rest>.+)"
)


@dataclass(frozen=True, slots=True)
class YesNoRow:
    """A yes/no question on a context."""

    context: str
    question: str
    label: Label


class YesNoSource:
    """Yes/no questions; at times the question is also asked of another context of the set."""

    def __init__(self, rows: Sequence[YesNoRow], *, other_passage: float = 0.25) -> None:
        self._rows, self._other_passage = rows, other_passage
        self._index = SimilarTexts([row.context for row in rows]) if rows else None

    def __len__(self) -> int:
        return len(self._rows)

    def ask(self, number: int, chance: random.Random) -> Asked | None:
        row = self._rows[number]
        gold = Passage(row.context, row.label, evidence=() if row.label == Label.NONE else None)
        if self._index is None or chance.random() >= self._other_passage:
            return Asked(row.question, (gold,))
        near = [
            self._rows[i].context
            for i in self._index.nearest(row.question, SIMILAR)
            if self._rows[i].context != row.context
        ]
        others = [replace(_nothing(text), spans=None) for text in near]
        return Asked(row.question, (gold, chance.choice(others)) if others else (gold,))


def read_yes_no(path: Path, forbidden: frozenset[str]) -> dict[str, list[YesNoRow]]:
    """The rows of one file by set; claims become questions. SNLI is left out: see README.md."""
    sets: dict[str, list[YesNoRow]] = defaultdict(list)
    for raw in read_jsonl(path):
        label = YES_NO.get(raw["label"])
        context, question, name = raw["context"].strip(), raw["question"].strip(), raw["set"]
        if label is None or "snli" in name or len(context) > MAX_CONTEXT_CHARS:
            continue
        if {fingerprint(context), fingerprint(question)} & forbidden:
            continue
        if raw["label"] not in {"yes", "no"}:
            question = claim_question(question)
        sets[name].append(YesNoRow(context, question, label))
    return dict(sets)


def claim_question(claim: str) -> str:
    """A yes/no question that asks whether ``claim`` is so."""
    plain = claim.strip().rstrip(".")
    found = _AUXILIARY.fullmatch(plain)
    if found and " not " not in plain and "n't" not in plain:
        return f"{found['verb'].capitalize()} {found['subject']}{found['rest']}?"
    return f"Is it true that {plain}?"


# --- sentences that answer


@dataclass(frozen=True, slots=True)
class SelectedSentences:
    """A question, the sentences of a section, and which of them answer."""

    title: str
    question: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]


class SentenceSource:
    """Questions whose answer is known as sentences only."""

    def __init__(self, rows: Sequence[SelectedSentences]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def ask(self, number: int, chance: random.Random) -> Asked | None:
        row = self._rows[number]
        spans: list[Span] = []
        place = 0
        for sentence in row.sentences:
            spans.append((place, place + len(sentence)))
            place += len(sentence) + 1
        evidence = tuple(s for s, right in zip(spans, row.right, strict=True) if right)
        label = Label.SPAN if evidence else Label.NONE
        passage = Passage(" ".join(row.sentences), label, evidence=evidence, title=row.title)
        return Asked(row.question, (passage,))


def read_sentences(path: Path, forbidden: frozenset[str]) -> list[SelectedSentences]:
    """The rows of a file of ``question, sentences, labels``."""
    return [
        SelectedSentences(
            raw["title"], raw["question"], tuple(raw["sentences"]), tuple(map(bool, raw["labels"]))
        )
        for raw in read_jsonl(path)
        if not {fingerprint(raw["question"]), fingerprint(" ".join(raw["sentences"]))} & forbidden
    ]


# --- newsroom

MAX_GOLD, MAX_NEAR = 2, 2
OWN_STORY, OTHER_STORIES = 1, 1
TAUGHT = ("span", "when", "yesno", "list", "passage", "latest")


class Stories:
    """Bundles with their passages, and a search over these."""

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        self.bundles = tuple(bundles)
        self._passages = {
            bundle.name: [p for a in bundle.articles.values() for p in passages(a)]
            for bundle in bundles
        }
        self._all = [p for found in self._passages.values() for p in found]
        self._index = SimilarTexts([passage.text for passage in self._all])

    def own(self, question: StoryQuestion) -> Sequence[StoryPassage]:
        """The passages of the question's own bundle."""
        return self._passages[question.bundle]

    def elsewhere(
        self, question: StoryQuestion, count: int, chance: random.Random
    ) -> list[StoryPassage]:
        """Up to ``count`` of the passages of other bundles that share most of its words."""
        near = [
            self._all[i]
            for i in self._index.nearest(question.full, 3 * SIMILAR)
            if self._all[i].article.bundle != question.bundle
        ][:SIMILAR]
        return chance.sample(near, min(count, len(near)))


class StorySource:
    """Questions of one kind, read over passages of their own and of other bundles.

    Yes/no questions are at times read over their evidence alone: see ``cropped``.
    """

    def __init__(self, stories: Stories, kind: str, *, cropped: float = 0.5) -> None:
        self._stories, self._cropped = stories, cropped
        self._questions = [q for b in stories.bundles for q in b.questions if q.kind == kind]

    def __len__(self) -> int:
        return len(self._questions)

    def ask(self, number: int, chance: random.Random) -> Asked | None:
        question = self._questions[number]
        own = [(p, label_passage(question, p)) for p in self._stories.own(question)]
        known = [(p, one) for p, one in own if one is not None]
        gold = [one for _, one in known if one.label != Label.NONE]
        empty = [(p, one) for p, one in known if one.label == Label.NONE]
        near = [one for p, one in empty if holds(p, question.near)][:MAX_NEAR]
        rest = [one for p, one in empty if not holds(p, question.near)]
        gold = chance.sample(gold, min(MAX_GOLD, len(gold)))
        if question.kind == "yesno" and chance.random() < self._cropped:
            gold = [one for whole in gold for one in cropped(whole, chance)]
        rest = chance.sample(rest, min(OWN_STORY, len(rest)))
        found = self._stories.elsewhere(question, OTHER_STORIES, chance)
        rest += [one for p in found if (one := _negative(question, p)) is not None]
        asked = question.full
        if question.asked != question.full and stands_alone(question.asked):
            asked = chance.choice([question.asked, question.full])
        together = (*gold, *_weighed(near, rest, answered=len(gold)))
        return Asked(asked, together) if together else None


def _weighed(near: Sequence[Passage], rest: Sequence[Passage], *, answered: int) -> list[Passage]:
    """The passages that do not answer, which together weigh no more than those that do.

    Where nothing answers, those that tempt weigh most.
    """
    weight = min(NEGATIVE_WEIGHT, max(1, answered) / max(1, len(near) + len(rest)))
    tempting = [one if not answered else replace(one, weight=weight) for one in near]
    return [*tempting, *(replace(one, weight=weight) for one in rest)]


def label_passage(question: StoryQuestion, passage: StoryPassage) -> Passage | None:
    """What ``passage``, of the question's own bundle, teaches; None when nothing is sure.

    The shortest variant of an answer is its span. A passage without any variant is no answer,
    unless the question is a yes/no one or asks for the latest: other articles of the story may
    well bear on it, so that only ``near`` is known. A ``near`` on an answered yes/no question is
    mostly the older state, with the opposite label.
    """
    if not question.admits(passage.article):
        return None
    places = _places(question.answers, passage)
    if question.kind == "yesno":
        return _yes_no(question, passage, places)
    if not places:
        if question.kind == "latest" or any(a.text in passage.text for a in question.answers):
            return None
        return _negative(question, passage)
    story = _story(passage, Label.SPAN, evidence=sentences_of(passage.text, places))
    if question.kind in {"passage", "latest"}:
        return story
    if question.kind == "list":
        items = shortest(places)
        return replace(story, spans=items, items=items)
    return replace(story, spans=shortest(places))


def _yes_no(
    question: StoryQuestion, passage: StoryPassage, places: Sequence[Span]
) -> Passage | None:
    if places:
        label = Label.YES if question.label == "yes" else Label.NO
        return _story(passage, label, evidence=sentences_of(passage.text, places))
    near = _places([question.near] if question.near else [], passage)
    if question.answers:
        if not near or passage.article.stem in {a.stem for a in question.answers}:
            return None
        label = Label.NO if question.label == "yes" else Label.YES
        return _story(passage, label, evidence=sentences_of(passage.text, near))
    return _negative(question, passage)


_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|must|should)\b")
_NEGATES = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|without|den(?:y|ie[sd])|\w+n[’']t)\b", re.I
)


def cropped(passage: Passage, chance: random.Random) -> list[Passage]:
    """The evidence of a yes/no question with at most one sentence on each side.

    Where a plain sentence with a single auxiliary says yes, the same text with "not" behind that
    joins it half of the time and says no: only the word makes the difference.
    """
    if len(passage.evidence or ()) != 1:
        return [passage]
    [(start, end)] = passage.evidence or ()
    sentences = _sentences(passage.text)
    place = next(i for i, (a, b) in enumerate(sentences) if a <= start < b)
    first = sentences[max(0, place - chance.randint(0, 1))][0]
    last = sentences[min(len(sentences) - 1, place + chance.randint(0, 1))][1]
    text = passage.text[first:last]
    found = [replace(passage, text=text, evidence=((start - first, end - first),))]
    sentence = passage.text[start:end]
    verbs = list(_FINITE.finditer(sentence))
    plain = len(verbs) == 1 and not _NEGATES.search(sentence)
    if plain and passage.label == Label.YES and chance.random() < 0.5:
        at = start - first + verbs[0].end()
        evidence = ((start - first, end - first + len(" not")),)
        negated = f"{text[:at]} not{text[at:]}"
        found.append(replace(passage, text=negated, label=Label.NO, evidence=evidence))
    return found


def _negative(question: StoryQuestion, passage: StoryPassage) -> Passage | None:
    """The passage as one that does not answer; None when it holds the words of an answer."""
    if question.kind != "yesno" and any(a.text in passage.text for a in question.answers):
        return None
    spans = () if question.kind in {"span", "when", "list"} else None
    items = () if question.kind == "list" else None
    return replace(_story(passage, Label.NONE, evidence=()), spans=spans, items=items)


def _story(passage: StoryPassage, label: Label, *, evidence: tuple[Span, ...]) -> Passage:
    article = passage.article
    return Passage(
        passage.text, label, evidence=evidence, date=article.published, title=article.title
    )


def _places(answers: Sequence[Answer], passage: StoryPassage) -> tuple[Span, ...]:
    """Where any of ``answers`` stands in ``passage``, in its characters."""
    article = passage.article
    own = [a for a in answers if a.stem == article.stem]
    return passage.inside(sorted({place for a in own for place in a.places(article)}))


def holds(passage: StoryPassage, answer: Answer | None) -> bool:
    """Whether ``answer`` stands in ``passage``."""
    return answer is not None and bool(_places([answer], passage))


def shortest(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Of spans that overlap, the shortest one; in order."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[1] - span[0], span)):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return tuple(sorted(kept))


def stands_alone(question: str) -> bool:
    """Whether a follow-up has a name or number of its own, so that it may be asked by itself."""
    return bool(re.search(r"(?<!^)\b[A-Z][a-z]+|\d", question)) and len(question.split()) >= 6


# --- changed questions

_IDENTIFIER = re.compile(
    r"\b[A-Z]{1,3}[- ]?\d{1,4}\b|\b\d{4}/\d{1,4}\b"
    r"|\b(?:Highway|Route|Flight|Line|Stage|Section|Article|Chapter|Phase|Resolution|Platform|Gate)"
    r" \d{1,4}\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?= [a-z])"
    r"|\b(?:1[5-9]|20)\d\d\b"
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def other_identifier(question: str, context: str, chance: random.Random) -> str | None:
    """``question`` about another number of its kind, which ``context`` does not name; or None.

    "flight KL240" becomes "flight KL204", "regulation 2024/77" "regulation 2024/78", "the fourth
    stage" "the fifth stage".
    """
    found = [m for m in _IDENTIFIER.finditer(question) if m.group() in context]
    if not found:
        return None
    match = chance.choice(found)
    old = match.group()
    for _ in range(4):
        new = _other_ordinal(old, chance) if old in _ORDINALS else _other_digits(old, chance)
        if new != old and new not in context:
            return f"{question[: match.start()]}{new}{question[match.end() :]}"
    return None


def _other_ordinal(old: str, chance: random.Random) -> str:
    place = _ORDINALS.index(old)
    return _ORDINALS[max(0, min(len(_ORDINALS) - 1, place + chance.choice([-1, 1, 2])))]


def _other_digits(old: str, chance: random.Random) -> str:
    digits = [i for i, character in enumerate(old) if character.isdigit()]
    last = digits[-2:]
    if len(last) == 2 and chance.random() < 0.4 and old[last[0]] != old[last[1]]:
        return old[: last[0]] + old[last[1]] + old[last[0]] + old[last[1] + 1 :]
    place = chance.choice(last)
    other = chance.choice([d for d in "123456789" if d != old[place]])
    return old[:place] + other + old[place + 1 :]


def typed(question: str, chance: random.Random) -> str:
    """The question as people type it: at times in lower case, without its mark, or misspelt."""
    if chance.random() < 0.15:
        question = question.lower()
    if chance.random() < 0.15:
        question = question.rstrip("?").rstrip()
    if chance.random() < 0.04:
        question = _misspelt(question, chance)
    return question


def _misspelt(question: str, chance: random.Random) -> str:
    words = [m.span() for m in re.finditer(r"[a-z]{5,}", question)]
    if not words:
        return question
    start, end = chance.choice(words)
    i = chance.randint(start + 1, end - 2)
    if chance.random() < 0.5:
        return question[:i] + question[i + 1 :]
    return question[:i] + question[i + 1] + question[i] + question[i + 2 :]


def families(
    rows: Mapping[str, Sequence[Row]],
    yes_no: Mapping[str, Sequence[YesNoRow]],
    sentences: Sequence[SelectedSentences],
    bundles: Sequence[Bundle],
) -> dict[str, Source]:
    """Every source by the name of its set."""
    whole = [found for name, found in rows.items() if name not in JOINED]
    contexts = Similar([row.context for found in whole for row in found])
    sources: dict[str, Source] = {n: RowSource(n, found, contexts) for n, found in rows.items()}
    sources |= {name: YesNoSource(found) for name, found in yes_no.items()}
    if sentences:
        sources["selqa"] = SentenceSource(sentences)
    if bundles:
        stories = Stories(bundles)
        sources |= {f"newsroom_{kind}": StorySource(stories, kind) for kind in TAUGHT}
    return sources
