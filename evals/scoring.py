"""Scores the answer to one reference question, and says at which stage a wrong one was lost.

``correct`` is the one verdict on an answer. By kind of question:

| kind | correct when something is answered, and |
|---|---|
| span | the quotation agrees with a gold answer, and the first article cited is a gold one |
| passage, latest | the first sentence shown contains a gold answer of its article |
| yesno | the label is right, and the first article cited is a gold one |
| when | every day that the answer names lies in the gold interval; likewise |
| list | ``list_f1`` is at least .75 (3 of 4, or 2 of 3 and nothing wrong); likewise |
| timeline | ``dates_f1`` is at least .5, and at least half of the citations are of gold articles |
| summary | any sentence shown contains a gold answer; likewise half |
| unanswerable | nothing is answered: it abstained, or, for yes/no, said "unclear" |

A question without gold articles (some public sets) is judged by its text alone. A search, which has
judgments and no answers, has retrieval metrics only. ``correct`` of an unanswerable question is 1
when it is refused: for a risk-coverage curve take 0 for every unanswerable question instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evals.metrics.answers import (
    agrees,
    citation_precision,
    dates_f1,
    exact_match,
    f1,
    holds,
    interval_within,
    list_f1,
    parse_when,
    span_iou,
)
from evals.metrics.retrieval import (
    Judgments,
    average_precision,
    hit_at,
    judge_passages,
    ndcg,
    recall_at,
    reciprocal_rank,
)
from evals.types import Gold, Question, Stage
from rag.dates.calendar import parse_day

Scores = dict[str, float]
DEPTHS = (1, 5, 10)
LIST_IS_RIGHT = 0.75
DATES_ARE_RIGHT = 0.5
HALF = 0.5
ENTRIES = ("list", "timeline", "summary")  # What has several entries, none of them the first.
Places = Sequence[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class ParsedCitation:
    """One citation: a quotation ``[start, end)`` of an article inside its sentence."""

    article_id: str
    start: int
    end: int
    quote: str
    sentence: str
    published: date | None


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """An answer as its reader saw it; without ``quoted`` and ``text`` when nothing was answered.

    ``text`` is the line shown first. ``window``, the days that were searched, and ``preferred``,
    those that were not the only ones, are (after, before), None when there are none.
    """

    answered: bool
    kind: str
    text: str
    quoted: tuple[ParsedCitation, ...]
    window: tuple[date | None, date | None] | None
    preferred: tuple[date | None, date | None] | None = None

    @property
    def first_quote(self) -> str:
        """The first quotation; the text itself where there are no quotations."""
        return self.quoted[0].quote if self.quoted else self.text


def parse_answer(question: Question, answer: Mapping[str, Any]) -> ParsedAnswer:
    """Parse the answer to ``question``, as ``rag.present.json.answer_json`` wrote it.

    "unclear" refuses to answer, unless that is the right label.
    """
    text = str(answer.get("answer") or "")
    refused = not text or bool(answer.get("abstained"))
    if question.kind == "yesno" and text == "unclear" and question.label != "unclear":
        refused = True
    citations = () if refused else answer.get("citations", ())
    return ParsedAnswer(
        answered=not refused,
        kind=str(answer.get("kind", "")),
        text="" if refused else text,
        quoted=tuple(_quoted(citation) for citation in citations),
        window=_parsed_window(answer.get("window")),
        preferred=_parsed_window(answer.get("preferred")),
    )


def _quoted(citation: Mapping[str, Any]) -> ParsedCitation:
    return ParsedCitation(
        article_id=citation["article_id"],
        start=citation["start"],
        end=citation["end"],
        quote=citation["quote"],
        sentence=citation["sentence"],
        published=parse_day(citation.get("published") or ""),
    )


def _parsed_window(window: Mapping[str, Any] | None) -> tuple[date | None, date | None] | None:
    if window is None:
        return None
    return parse_day(window.get("after") or ""), parse_day(window.get("before") or "")


def said_scores(question: Question, seen: ParsedAnswer) -> Scores:
    """The metrics for the kind of the question, of what was said; 0 when nothing was."""
    if question.unanswerable:
        return _refusal(question, seen)
    golds = [gold.text for gold in question.answers]
    if question.kind in ("span", "passage", "latest"):
        return _text(question, seen, golds)
    if question.kind == "yesno":
        return _label(question, seen)
    if question.kind == "list":
        return {"list_f1": list_f1([quoted.quote for quoted in seen.quoted], golds)}
    if question.kind == "when" and question.when:
        return {"when_right": interval_within(parse_when(seen.text), question.when)}
    if question.kind == "timeline" and question.dates:
        days = {quoted.published for quoted in seen.quoted if quoted.published}
        return {"dates_f1": dates_f1(days, question.dates)}
    return {}


def evidence_scores(question: Question, seen: ParsedAnswer) -> Scores:
    """The metrics of the citations of an answerable question.

    ``citation_right``, ``sentence_holds``, ``iou`` and ``latest_right`` look at the first citation,
    ``containment`` and ``citation_precision`` at all of them.
    """
    scores: Scores = {}
    cited = [quoted.article_id for quoted in seen.quoted]
    if question.articles:
        scores["citation_right"] = citation_precision(cited[:1], question.articles)
        if cited:
            scores["citation_precision"] = citation_precision(cited, question.articles)
    if question.answers:
        held = [_holds(question, quoted) for quoted in seen.quoted]
        scores["sentence_holds"] = float(any(held[:1]))
        if question.kind in ("passage", "summary", "timeline"):
            scores["containment"] = float(any(held))
    if any(gold.start is not None for gold in question.answers):
        scores["iou"] = max((_iou(question, quoted) for quoted in seen.quoted[:1]), default=0.0)
    if question.kind == "latest" and question.newest:
        scores["latest_right"] = citation_precision(cited[:1], question.newest)
    return scores


def _refusal(question: Question, seen: ParsedAnswer) -> Scores:
    """SQuAD 2.0: no answer is the one right answer to an unanswerable question."""
    if question.kind != "span":
        return {}
    return {"squad2_em": exact_match(seen.first_quote, ()), "squad2_f1": f1(seen.first_quote, ())}


def _text(question: Question, seen: ParsedAnswer, golds: list[str]) -> Scores:
    scores = {"em": exact_match(seen.first_quote, golds), "f1": f1(seen.first_quote, golds)}
    if question.kind == "span":
        scores |= {"squad2_em": scores["em"], "squad2_f1": scores["f1"]}
    return scores


def _label(question: Question, seen: ParsedAnswer) -> Scores:
    scores = {"committed": float(seen.text in ("yes", "no"))}
    if question.label:
        scores["label_right"] = float(seen.text == question.label)
    return scores


def _holds(question: Question, quoted: ParsedCitation) -> bool:
    right_article = not question.articles or quoted.article_id in question.articles
    return right_article and holds(quoted.sentence, quoted.article_id, question.answers)


def _iou(question: Question, quoted: ParsedCitation) -> float:
    return span_iou(quoted.article_id, quoted.start, quoted.end, question.answers)


def score(
    question: Question, answer: Mapping[str, Any], retrieved: Sequence[str], passages: Places
) -> Scores:
    """The metrics that apply to the question, by name, each from 0 to 1 and better when higher.

    ``answer`` is the JSON of ``rag.present.json.answer_json``; an empty one stands for a question
    that raised an error, which counts 0 everywhere. ``retrieved`` are article ids and ``passages``
    (article id, start, end), best first. Which metrics there are depends on the question alone;
    only ``citation_precision`` needs a citation.
    """
    if not answer:
        return dict.fromkeys(score(question, {"abstained": True}, (), ()), 0.0)
    scores = _retrieval_scores(question, retrieved, passages)
    if not _is_search(question):
        scores |= _answer_scores(question, parse_answer(question, answer))
    return scores


def stage(
    question: Question,
    answer: Mapping[str, Any],
    scores: Mapping[str, float],
    retrieved: Sequence[str],
    passages: Places,
) -> Stage:
    """Where a question was lost; ``right`` where it was not.

    ``scores`` are those of ``score``; ``retrieved`` and ``passages`` what was read. A wrong window
    is blamed when the gold passage was not found or nothing was answered.
    """
    if not answer:
        return "error"
    found = _found(question, retrieved, passages)
    if _is_search(question):
        return "right" if found else "not_retrieved"
    if scores["correct"]:
        return "right"
    if question.unanswerable:
        return "not_refused"
    answered = bool(scores["answered"])
    if not (found and answered) and not _window_is_right(question, parse_answer(question, answer)):
        return "wrong_window"
    if not found:
        return "not_retrieved"
    return "not_read" if answered else "refused"


def _retrieval_scores(question: Question, retrieved: Sequence[str], passages: Places) -> Scores:
    """Of answerable questions: per article where gold ones are known, per passage where spans."""
    scores: Scores = {}
    judgments = question.grades or dict.fromkeys(question.articles, 1)
    if judgments and not question.unanswerable:
        scores |= _ranking("article", retrieved, judgments)
    golds = _in_passages(question)
    if golds:
        scores |= _ranking("passage", *judge_passages(passages, golds))
    return scores


def is_retrieval(name: str) -> bool:
    """Whether a metric is one of what was found, not of what was said."""
    return name.startswith(("article_", "passage_"))


def _in_passages(question: Question) -> list[Gold]:
    """The gold spans that a passage can hold: not a date line, which stands before the story."""
    return [
        gold
        for gold in question.answers
        if gold.start is not None and not (question.kind == "when" and parse_day(gold.text))
    ]


def _ranking(unit: str, ranked: Sequence[str], judgments: Judgments) -> Scores:
    hits = {f"{unit}_hit@{k}": hit_at(ranked, judgments, k) for k in DEPTHS}
    recalls = {f"{unit}_recall@{k}": recall_at(ranked, judgments, k) for k in DEPTHS}
    return {
        **hits,
        **recalls,
        f"{unit}_mrr@10": reciprocal_rank(ranked, judgments),
        f"{unit}_map@10": average_precision(ranked, judgments),
        f"{unit}_ndcg@10": ndcg(ranked, judgments),
    }


def _answer_scores(question: Question, seen: ParsedAnswer) -> Scores:
    scores = {"answered": float(seen.answered)}
    if question.kind_known:
        scores["kind_right"] = float(seen.kind == question.kind)
    if question.window:
        scores["window_right"] = float(_window_is_right(question, seen))
    scores |= said_scores(question, seen)
    if not question.unanswerable:
        scores |= evidence_scores(question, seen)
    correct = _correct(question, seen, scores)
    if question.near:
        scores["near_avoided"] = float(correct or not _near_given(question, seen))
    return scores | {"correct": float(correct)}


def _near_given(question: Question, seen: ParsedAnswer) -> bool:
    """Whether the tempting wrong answer is quoted: in its place, or in the same words elsewhere."""
    quoted = seen.quoted if question.kind in ENTRIES else seen.quoted[:1]
    return any(
        span_iou(one.article_id, one.start, one.end, question.near) > 0
        or any(agrees(one.quote, near.text) for near in question.near)
        for one in quoted
    )


def _correct(question: Question, seen: ParsedAnswer, scores: Scores) -> bool:
    """The table above."""
    if question.unanswerable or not seen.answered:
        return question.unanswerable and not seen.answered
    if question.kind in ("passage", "latest"):
        return scores["sentence_holds"] > 0
    if question.kind in ("timeline", "summary"):
        right = scores.get("dates_f1", scores.get("containment", 0.0)) >= DATES_ARE_RIGHT
        return right and scores.get("citation_precision", 1.0) >= HALF
    return _said_is_right(question, seen, scores) and scores.get("citation_right", 1.0) > 0


def _said_is_right(question: Question, seen: ParsedAnswer, scores: Scores) -> bool:
    if question.kind == "yesno":
        return scores.get("label_right", scores["committed"]) > 0
    if question.kind == "when":
        return scores.get("when_right", 0.0) > 0
    if question.kind == "list":
        return scores["list_f1"] >= LIST_IS_RIGHT
    return any(agrees(seen.first_quote, gold.text) for gold in question.answers)


def _window_is_right(question: Question, seen: ParsedAnswer) -> bool:
    """Whether the window is the question's; ``as_of`` is a window that the caller has set.

    A question without a window may prefer days, since that hides nothing.
    """
    if question.window:
        days = (question.window.after, question.window.before)
        return days in (seen.window, seen.preferred)
    return question.as_of is not None or seen.window is None


def _found(question: Question, retrieved: Sequence[str], passages: Places) -> bool:
    """Whether what answers the question was retrieved; True where nobody has said what does."""
    if question.grades:
        return any(question.grades.get(name, 0) > 0 for name in retrieved)
    golds = _in_passages(question)
    if golds and len(golds) == len(question.answers):
        ranked, judgments = judge_passages(passages, golds)
        return any(name in judgments for name in ranked)
    return not question.articles or any(name in question.articles for name in retrieved)


def _is_search(question: Question) -> bool:
    return bool(question.grades) and not question.answers
