"""What the page shows, and that texts stay texts."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evals.report.page import report_html
from evals.run import Run
from evals.summary import summarise
from evals.types import Gold, Question
from rag.text.escape import visible
from rag.types import Window
from tests.evals.small import ARTICLES, QUESTIONS, Failing, Words, article, run_small, small_set
from tests.web.payloads import HOSTILE

TAGS = frozenset(
    """html head meta title style body header h1 p nav a main section h2 h3 h4 h5 div table thead
    tbody tr th td b span article blockquote cite mark details summary figure figcaption footer
    svg line text rect circle polyline br""".split()
)


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        assert decl == "doctype html"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def page_of(*runs: Run) -> str:
    return report_html([(run, summarise(run.outcomes, resamples=20)) for run in runs])


def hostile_run(payload: str) -> Run:
    """A run in which every text that reaches the page is hostile, and every answer wrong."""
    text = f"Lund {payload} froze. Herring {payload} cost nine."
    article_id = f"a {payload}"
    question = Question(
        id=f"id {payload}",
        question=f"froze Lund {payload}",
        kind="passage",
        answers=(Gold(f"gold {payload}", article_id, 0, 4),),
        articles=(article_id,),
        history=(f"before {payload}",),
        note=f"note {payload}",
    )
    found = replace(article(article_id, text), title=f"title {payload}", path=f"{payload}.txt")
    engine = Words(articles={article_id: found}, least=0.0)
    asked = small_set({article_id: found}, (question, replace(question, id="other")))
    run = run_small(engine, asked)
    failed = replace(run.outcomes[1], answer={}, error=f"error {payload}", stage="error")
    return replace(
        run,
        name=f"set {payload}",
        outcomes=(replace(run.outcomes[0], stage="not_read"), failed),
        broken=(question.id,),
    )


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_texts_stay_texts(payload: str) -> None:
    page = Page(page_of(hostile_run(payload)))
    assert {tag for tag, _ in page.tags} <= TAGS
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    for field in ("id", "froze Lund", "gold", "before", "note", "title", "error", "set"):
        assert f"{field} {visible(payload)}" in page.text


def test_the_policy_allows_its_own_style_and_nothing_else() -> None:
    html = page_of(run_small())
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(
        attributes["content"]
        for tag, attributes in Page(html).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style
    assert 'style="' not in html


def test_every_wrong_answer_is_shown_and_no_right_one() -> None:
    run = run_small(Failing(least=0.6))
    wrong = [outcome for outcome in run.outcomes if outcome.stage != "right"]
    cards = re.findall(r"<article>.*?</article>", page_of(run), re.DOTALL)
    assert 0 < len(wrong) < len(run.outcomes)
    assert len(cards) == len(wrong)
    for outcome in wrong:
        assert sum(f">{outcome.question.id} ·" in card for card in cards) == 1


def test_a_card_says_what_was_said_what_is_right_and_where_it_was_lost() -> None:
    question = replace(
        QUESTIONS[0],
        history=("What froze?",),
        window=Window(before=None, after=ARTICLES["harbour"].published),
        answers=(Gold("in January", "harbour", 26, 36),),
    )
    run = run_small(Words(least=0.9), small_set(questions=(question,)))
    text = " ".join(Page(page_of(run)).text.split())
    for expected in (
        "Wrong window · 1",
        "What froze?",
        "q-0 · passage · ",
        "window from 2024-01-02 · understood as any time · first right article at rank 1",
        "The collection does not clearly answer this question.",
        "Confidence 0.57",
        "The harbour of Lund froze in January.",
        "in Januaryharbour [26, 36)",
    ):
        assert expected in text


def test_broken_quotations_are_told_first() -> None:
    run = replace(run_small(), broken=("q-3", "q-7"))
    assert "2 broken quotations: q-3, q-7" in Page(page_of(run)).text


def test_warnings_and_changed_settings_are_told() -> None:
    settings = {"build": {"prefix": True}, "ask": {"top_k": 5}}
    run = replace(run_small(), warnings=("Whole sentences answer.",), settings=settings)
    text = Page(page_of(run)).text
    assert "Whole sentences answer." in text
    assert "top_k=5" in text
    assert "prefix" not in text


def test_what_became_of_the_questions_is_counted() -> None:
    run = run_small(Words(least=0.6))
    text = Page(page_of(run)).text
    counts = dict(re.findall(r"(Right|Not read|Refused) (\d+)", text.partition("All in all")[0]))
    test = Counter(o.stage for o in run.outcomes if o.question.half == "test")
    assert {name: int(count) for name, count in counts.items()} == {
        "Right": test["right"],
        "Refused": test["refused"],
    }


def test_kinds_have_intervals_and_a_public_set_has_no_halves() -> None:
    public = tuple(replace(question, half=None) for question in QUESTIONS)
    html = page_of(run_small(asked_set=small_set(questions=public)))
    text = " ".join(Page(html).text.split())
    assert "By kind of question, " not in text
    assert re.search(r"passage30\d+\.\d %\[\d+\.\d, \d+\.\d\]", text)
    assert "What became of the 30 questions" in text
    assert "was fitted on the" not in text
    assert "was fitted on the" in page_of(run_small())
    assert 'class="headline single"' in html


def test_many_wrong_answers_of_a_kind_are_folded_by_the_hundred() -> None:
    asked = tuple(replace(QUESTIONS[0], id=f"q-{number}", half="test") for number in range(250))
    html = page_of(run_small(Words(least=0.9), small_set(questions=asked)))
    folds = re.findall(r'<details class="kind"><summary>(.*?)</summary>(.*?)</details>', html)
    assert [(title, cards.count("<article>")) for title, cards in folds] == [
        ("passage · 1 to 100", 100),
        ("passage · 101 to 200", 100),
        ("passage · 201 to 250", 50),
    ]


def test_a_search_has_no_plots_of_confidence() -> None:
    search = Question("search", "herring", grades={"market": 1}, kind="passage")
    text = Page(page_of(run_small(asked_set=small_set(questions=(search,))))).text
    assert "Where the right article came" in text
    assert "Risk and coverage" not in text


def test_reading_what_is_given_has_no_ranks() -> None:
    text = Page(page_of(run_small(Words(searches=False)))).text
    assert "Where the right article came" not in text
    assert "Risk and coverage" in text


def test_every_set_and_split_has_its_figures() -> None:
    text = Page(page_of(run_small(), replace(run_small(), name="second"))).text
    assert text.count("testn = 16") == 2
    assert text.count("devn = 14") == 2
    assert text.count("Risk and coverage") == 2
