import pytest

from evals.metrics.citations import citation_precision, holds, span_iou
from evals.types import Gold


@pytest.mark.parametrize(
    ("cited", "share"), [(["a"], 1), (["a", "x"], 1 / 2), (["x", "x", "b"], 1 / 3), ([], 0)]
)
def test_citation_precision(cited: list[str], share: float) -> None:
    assert citation_precision(cited, ("a", "b")) == pytest.approx(share)


@pytest.mark.parametrize(
    ("article", "start", "end", "iou"),
    [
        ("a", 10, 20, 1),
        ("a", 10, 15, 1 / 2),
        ("a", 15, 25, 5 / 15),
        ("a", 0, 40, 10 / 40),
        ("a", 20, 30, 0),
        ("b", 10, 20, 0),
        ("a", 100, 104, 1),
    ],
)
def test_span_iou_is_the_best_of_any_gold(article: str, start: int, end: int, iou: float) -> None:
    golds = [Gold("", "a", 10, 20), Gold("", "a", 100, 104), Gold("anywhere")]
    assert span_iou(article, start, end, golds) == pytest.approx(iou)


def test_a_sentence_holds_an_answer_of_its_own_article() -> None:
    golds = [Gold("ten", "a", 0, 3)]
    assert holds("The number killed is ten, not 11.", "a", golds)
    assert not holds("The number killed is ten, not 11.", "b", golds)
    assert not holds("It happened often.", "a", golds)
    assert holds("It was ten.", "b", [Gold("ten")])
