"""One reference question and what came back in; its metrics, and where it was lost, out.

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
from typing import Any

from evals.answer_scores import evidence_scores, said_scores
from evals.metrics.answers import agrees
from evals.metrics.retrieval import (
    Judgments,
    average_precision,
    hit_at,
    judge_passages,
    ndcg,
    recall_at,
    reciprocal_rank,
)
from evals.shown import Shown, shown
from evals.types import Gold, Question, Stage
from rag.dates.calendar import parse_day

DEPTHS = (1, 5, 10)
LIST_IS_RIGHT = 0.75
DATES_ARE_RIGHT = 0.5
HALF = 0.5

Scores = dict[str, float]
Places = Sequence[tuple[str, int, int]]


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
        scores |= _answer_scores(question, shown(question, answer))
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
    if not (found and answered) and not _window_is_right(question, shown(question, answer)):
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


def _answer_scores(question: Question, seen: Shown) -> Scores:
    scores = {"answered": float(seen.answered)}
    if question.kind_known:
        scores["kind_right"] = float(seen.kind == question.kind)
    if question.window:
        scores["window_right"] = float(_window_is_right(question, seen))
    scores |= said_scores(question, seen)
    if not question.unanswerable:
        scores |= evidence_scores(question, seen)
    return scores | {"correct": float(_correct(question, seen, scores))}


def _correct(question: Question, seen: Shown, scores: Scores) -> bool:
    """The table above."""
    if question.unanswerable or not seen.answered:
        return question.unanswerable and not seen.answered
    if question.kind in ("passage", "latest"):
        return scores["sentence_holds"] > 0
    if question.kind in ("timeline", "summary"):
        right = scores.get("dates_f1", scores.get("containment", 0.0)) >= DATES_ARE_RIGHT
        return right and scores.get("citation_precision", 1.0) >= HALF
    return _said_is_right(question, seen, scores) and scores.get("citation_right", 1.0) > 0


def _said_is_right(question: Question, seen: Shown, scores: Scores) -> bool:
    if question.kind == "yesno":
        return scores.get("label_right", scores["committed"]) > 0
    if question.kind == "when":
        return scores.get("when_right", 0.0) > 0
    if question.kind == "list":
        return scores["list_f1"] >= LIST_IS_RIGHT
    return any(agrees(seen.first_quote, gold.text) for gold in question.answers)


def _window_is_right(question: Question, seen: Shown) -> bool:
    """Whether the window is the question's; ``as_of`` is a window that the caller has set."""
    if question.window:
        return seen.window == (question.window.after, question.window.before)
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
