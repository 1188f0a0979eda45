"""Metrics by name in; how they are called, written and ordered for people out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """``name`` is that in the scores; ``says`` is for people. A share is written in per cent."""

    name: str
    says: str
    share: bool = True

    def write(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.share else f"{value:.3f}"


GROUPS: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    (
        "Answers",
        (
            Metric("correct", "right, of all questions"),
            Metric("correct_answerable", "right, of those that have an answer"),
            Metric("correct_unanswerable", "refused, of those that have none"),
            Metric("if_answered", "right, were nothing refused"),
            Metric("answered", "answered at all"),
            Metric("em", "exact match"),
            Metric("f1", "F1 of the words"),
            Metric("em_if_answered", "exact match, were nothing refused"),
            Metric("f1_if_answered", "F1 of the words, were nothing refused"),
            Metric("squad2_em", "SQuAD 2.0 exact match"),
            Metric("squad2_f1", "SQuAD 2.0 F1"),
            Metric("squad2_f1_best", "SQuAD 2.0 F1, best threshold"),
            Metric("label_right", "yes or no right"),
            Metric("committed", "committed to yes or no"),
            Metric("latest_right", "newest article first, where the latest is asked for"),
            Metric("when_right", "date right"),
            Metric("list_f1", "F1 of lists"),
            Metric("dates_f1", "F1 of timelines' dates"),
            Metric("kind_right", "kind of question understood"),
            Metric("window_right", "time asked for understood"),
        ),
    ),
    (
        "Evidence",
        (
            Metric("citation_right", "first source is a right article"),
            Metric("citation_precision", "sources that are right articles"),
            Metric("sentence_holds", "sentence shown holds the answer"),
            Metric("containment", "any sentence shown holds the answer"),
            Metric("iou", "overlap of quotation and answer", share=False),
        ),
    ),
    (
        "Retrieval",
        (
            Metric("article_hit@1", "right article first"),
            Metric("article_hit@10", "right article in ten"),
            Metric("article_recall@10", "right articles found in ten"),
            Metric("article_mrr@10", "articles, MRR@10", share=False),
            Metric("article_map@10", "articles, MAP@10", share=False),
            Metric("article_ndcg@10", "articles, nDCG@10", share=False),
            Metric("passage_hit@10", "right passage in ten"),
            Metric("passage_recall@10", "right passages found in ten"),
            Metric("passage_mrr@10", "passages, MRR@10", share=False),
            Metric("passage_map@10", "passages, MAP@10", share=False),
            Metric("passage_ndcg@10", "passages, nDCG@10", share=False),
        ),
    ),
    (
        "Knowing when not to answer",
        (
            Metric("coverage_at_80", "answered, when 80 % are to be right"),
            Metric("coverage_at_90", "answered, when 90 % are to be right"),
            Metric("answerable_coverage_at_80", "the answerable, when 80 % are to have F1 ≥ .5"),
            Metric("refused_at_5", "unanswerable refused at 5 % false refusals"),
            Metric("auroc", "AUROC of the confidence", share=False),
            Metric("aurc", "area under risk and coverage (less is better)", share=False),
            Metric("ece", "calibration error (less is better)", share=False),
        ),
    ),
)
METRICS = {metric.name: metric for _, metrics in GROUPS for metric in metrics}
# What is shown large, as far as there is room; by kind of question; what the gate watches; what
# ablations show.
LARGE = ("correct_answerable", "correct_unanswerable", "article_hit@10", "ece", "squad2_f1",
         "article_ndcg@10", "article_hit@1")  # fmt: skip
SLICED = ("correct", "correct_answerable", "correct_unanswerable", "citation_right",
          "article_hit@10", "kind_right")  # fmt: skip
KEYS = ("correct", "correct_answerable", "correct_unanswerable", "if_answered", "citation_right",
        "sentence_holds", "article_recall@10", "article_ndcg@10", "passage_ndcg@10",
        "window_right", "kind_right")  # fmt: skip
ABLATED = ("correct", "if_answered", "citation_right", "sentence_holds", "article_hit@1",
           "article_ndcg@10", "passage_ndcg@10")  # fmt: skip


def named(name: str) -> Metric:
    """The metric called so; one without a name for people goes by its own."""
    return METRICS.get(name, Metric(name, name, share=False))


def ordered(names: Sequence[str]) -> list[str]:
    """Names in the order in which people read them, unknown ones last."""
    places = {name: place for place, name in enumerate(METRICS)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))
