"""A reference question and what was shown in; the metrics of what was said and cited out."""

from __future__ import annotations

from evals.metrics.answers import dates_f1, exact_match, f1, interval_within, list_f1, parse_when
from evals.metrics.citations import citation_precision, holds, span_iou
from evals.shown import Quoted, Shown
from evals.types import Question

Scores = dict[str, float]


def said_scores(question: Question, seen: Shown) -> Scores:
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


def evidence_scores(question: Question, seen: Shown) -> Scores:
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


def _refusal(question: Question, seen: Shown) -> Scores:
    """SQuAD 2.0: no answer is the one right answer to an unanswerable question."""
    if question.kind != "span":
        return {}
    return {"squad2_em": exact_match(seen.first_quote, ()), "squad2_f1": f1(seen.first_quote, ())}


def _text(question: Question, seen: Shown, golds: list[str]) -> Scores:
    scores = {"em": exact_match(seen.first_quote, golds), "f1": f1(seen.first_quote, golds)}
    if question.kind == "span":
        scores |= {"squad2_em": scores["em"], "squad2_f1": scores["f1"]}
    return scores


def _label(question: Question, seen: Shown) -> Scores:
    scores = {"committed": float(seen.text in ("yes", "no"))}
    if question.label:
        scores["label_right"] = float(seen.text == question.label)
    return scores


def _holds(question: Question, quoted: Quoted) -> bool:
    right_article = not question.articles or quoted.article_id in question.articles
    return right_article and holds(quoted.sentence, quoted.article_id, question.answers)


def _iou(question: Question, quoted: Quoted) -> float:
    return span_iou(quoted.article_id, quoted.start, quoted.end, question.answers)
