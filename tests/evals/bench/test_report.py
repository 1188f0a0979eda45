"""How a comparison is shown: tables, a page, and plots of growth."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.report import (
    LABEL_GAP,
    _label_places,
    growth_svg,
    markdown,
    page_html,
    ratio,
    tables,
)
from evals.bench.results import (
    Comparison,
    CorpusResults,
    SystemResult,
    qualities,
)
from tests.evals.bench.test_results import ASKED, BUILT, QUESTIONS, RESULT, judged_corpus

PLAIN = replace(
    RESULT,
    system="plain",
    built=replace(BUILT, seconds=(6.0, 9.0, 12.0), index_bytes=2_500_000),
    asked=replace(ASKED, find_ms=(15.0, 250.0), answer_ms=(), found={"1": ("b", "a")}),
)
FALLEN = SystemResult("haystack", "time", {}, failed="Haystack took more than 60 s at 'search'.")


def comparison() -> Comparison:
    asked = {"dateline": ASKED, "plain": PLAIN.asked or ASKED}
    quality = tuple(qualities(judged_corpus(), QUESTIONS[:1], asked))
    small = CorpusResults("small", "news", 2, 100, 2, False, (RESULT, FALLEN, PLAIN))
    return Comparison(
        (
            CorpusResults(
                "time", "judged", 4, 300, 3, True, (RESULT, FALLEN, PLAIN), quality, quality
            ),
            small,
            replace(small, corpus="large", passages=10_000),
        ),
        {"dateline": {"numpy": "2"}},
        {"txtai": "txtai could not be installed <now>."},
        reader="",
        threads=2,
    )


def test_every_figure_of_another_stands_with_its_ratio() -> None:
    text = markdown(tables(comparison()), ["measured <here>"])
    for line in (
        "- measured <here>",
        "**time: 4 articles, 300 passages, 3 questions**",
        "|  | Dateline | Haystack | plain |",
        "| passages indexed per second | 100 | – | 33.3 (0.33×) |",
        "| building the index | 3.00 s | – | 9.00 s (3.0×) |",
        "| index on disk | 5.00 MB | – | 2.50 MB (0.50×) |",
        "| finding ten passages, p95 | 20.0 ms | – | 250 ms (12×) |",
        "| finding and answering, p50 | 30.0 ms | – | – |",
        "| MRR@10 | 1.000 [1.00, 1.00] | – | 0.500 [0.50, 0.50] inside the noise |",
        "Measured on 2024-05-01. Dateline has changed since: --again measures anew. The others "
        "have no reader here: they find passages, and only Dateline answers. Quality over the 1 "
        "queries that Dateline's search was not tuned on, with 95 % intervals.",
        "| 10,000 | 2.00 s | not run | 7.50 s (3.8×) |",
        "| txtai | everything | txtai could not be installed <now>. |",
        "| Haystack | time, 300 passages | Haystack took more than 60 s at 'search'. |",
    ):
        assert line in text.splitlines(), f"{line}\n\n{text}"


@pytest.mark.parametrize(
    ("value", "base", "said"),
    [(1.0, 2.0, "0.50×"), (3.0, 2.0, "1.5×"), (40.0, 2.0, "20×"), (1.0, None, "nothing to")],
)
def test_ratios(value: float, base: float | None, said: str) -> None:
    assert ratio(value, base).startswith(said)


def test_the_page_escapes_and_asks_for_nothing() -> None:
    told = comparison()
    page = page_html(told, tables(told), ["measured <here>"])
    assert "&lt;now&gt;" in page
    assert "&lt;here&gt;" in page
    assert "<now>" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<polyline") == 3 * 2


def test_the_plot_is_a_file_of_its_own_with_a_line_for_each_who_ran() -> None:
    root = ElementTree.fromstring(growth_svg(comparison()))
    lines = [one for one in root.iter() if one.tag.endswith("polyline")]
    assert [line.get("class") for line in lines] == ["dateline", "plain"] * 3
    (left, low), (right, high) = (
        map(float, point.split(",")) for point in (lines[0].get("points") or "").split()
    )
    assert left < right
    assert low == high  # The same time at ten times the size is a level line.
    assert growth_svg(replace(comparison(), corpora=())) == ""


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.sampled_from([1.0, 2.0]), st.floats(0, 300))
    )
)
def test_labels_do_not_lie_on_each_other(ends: dict[str, tuple[float, float]]) -> None:
    places = _label_places(ends)
    for column in (1.0, 2.0):
        heights = sorted(places[name] for name, (x, _) in ends.items() if x == column)
        assert all(b - a >= LABEL_GAP - 1e-9 for a, b in pairwise(heights))
        assert heights[:1] == sorted(y for x, y in ends.values() if x == column)[:1]
