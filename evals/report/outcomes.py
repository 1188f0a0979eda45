"""Wrong answers: as cards on the report's page, and as a compact list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, get_args

from evals.summary import first_right_rank, near_given
from evals.types import Gold, Outcome, Question, Stage
from rag.present.wording import REASONS
from rag.text.escape import visible
from rag.types import Kind, Window

STAGES: Mapping[Stage, tuple[str, str]] = {
    "error": ("Error", "the question raised an error"),
    "not_retrieved": (
        "Not retrieved",
        "the passage with the answer was not among those that were read",
    ),
    "not_read": ("Not read", "the passage was there, but something else was quoted"),
    "refused": ("Refused", "there is an answer, but none was given"),
    "wrong_window": ("Wrong window", "the time that was asked for was understood wrongly"),
    "not_refused": ("Not refused", "no article says so, but an answer was given"),
}
KINDS: tuple[str, ...] = get_args(Kind)
MAX_SHOWN = 4
MAX_UNFOLDED = 100
MISSES = ("id", "kind", "lost", "tempting", "question", "said", "right")


def html_text(text: object) -> str:
    """Any text from articles, questions or errors, as HTML that shows exactly that text."""
    return escape(visible(str(text)))


def wrong_answers(outcomes: Sequence[Outcome]) -> str:
    """Every outcome that is not right, folded away by stage and by kind."""
    groups = [_stage(name, [o for o in outcomes if o.stage == name]) for name in STAGES]
    return "".join(groups) or "<p>Every question was answered rightly.</p>"


def _stage(name: Stage, outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return ""
    title, label = STAGES[name]
    kinds = [_kind(kind, [o for o in outcomes if o.question.kind == kind]) for kind in KINDS]
    return (
        f'<details class="stage"><summary><b>{title}</b> · {len(outcomes)} '
        f'<span class="soft">{label}</span></summary>{"".join(kinds)}</details>'
    )


def _kind(kind: str, outcomes: Sequence[Outcome]) -> str:
    """Folded away; many of a kind in several folds, so that a browser can open each."""
    if len(outcomes) <= MAX_UNFOLDED:
        return _fold(f"{kind} · {len(outcomes)}", outcomes) if outcomes else ""
    parts = [
        (first, outcomes[first : first + MAX_UNFOLDED])
        for first in range(0, len(outcomes), MAX_UNFOLDED)
    ]
    return "".join(
        _fold(f"{kind} · {first + 1} to {first + len(part)}", part) for first, part in parts
    )


def _fold(title: str, outcomes: Sequence[Outcome]) -> str:
    cards = "".join(map(_card, outcomes))
    return f'<details class="kind"><summary>{title}</summary>{cards}</details>'


def _card(outcome: Outcome) -> str:
    question = outcome.question
    turns = "".join(f'<p class="turn">{html_text(turn)}</p>' for turn in question.history)
    return (
        f"<article>{turns}<h4>{html_text(question.question)}</h4>"
        f'<p class="soft small">{_about(outcome)}</p>'
        f'<div class="both"><div class="said"><h5>Said</h5>{_said(outcome)}</div>'
        f'<div class="gold"><h5>Right</h5>{_right(question)}</div></div></article>'
    )


def _about(outcome: Outcome) -> str:
    question = outcome.question
    parts = [question.id, question.kind, *([question.half] if question.half else [])]
    if question.as_of:
        parts.append(f"as of {question.as_of}")
    if question.today:
        parts.append(f"asked on {question.today}")
    if question.window or outcome.answer.get("window"):
        parts.append(f"window {_window(question.window)}")
        parts.append(f"understood as {_understood(outcome.answer.get('window'))}")
    if question.articles:
        parts.append(_rank(outcome))
    return " · ".join(html_text(part) for part in parts)


def _rank(outcome: Outcome) -> str:
    rank = first_right_rank(outcome)
    return f"first right article at rank {rank}" if rank else "no right article found"


def _said(outcome: Outcome) -> str:
    answer = outcome.answer
    if outcome.error:
        return f'<p class="alarm">{html_text(outcome.error)}</p>'
    sure = f'<p class="soft small">Confidence {float(answer["confidence"]):.2f}</p>'
    if answer["abstained"]:
        reason = str(answer["reason"])
        near = "".join(_quotation(cited) for cited in answer["nearest"][:1])
        also = f'<p class="soft small">Nearest, not given as an answer:</p>{near}' if near else ""
        return f"<p>{html_text(REASONS.get(reason, reason))}</p>{sure}{also}"
    cited = answer["citations"]
    plain = "" if answer["answer"] == cited[0]["quote"] else f"<p>{html_text(answer['answer'])}</p>"
    return (
        plain + "".join(map(_quotation, cited[:MAX_SHOWN])) + _more(len(cited) - MAX_SHOWN) + sure
    )


def _quotation(cited: Mapping[str, Any]) -> str:
    """The sentence with the quotation marked in it, and where it stands."""
    sentence, start = str(cited["sentence"]), cited["start"] - cited["sentence_start"]
    end = start + len(cited["quote"])
    before, quote, after = sentence[:start], sentence[start:end], sentence[end:]
    marked = f"<mark>{html_text(quote)}</mark>" if before or after else html_text(quote)
    source = " · ".join(
        html_text(part)
        for part in (
            cited["title"],
            cited["published"] or "undated",
            f"{cited['article_id']} [{cited['start']}, {cited['end']})",
        )
    )
    shown = f"{html_text(before)}{marked}{html_text(after)}"
    return f"<blockquote>{shown}<cite>{source}</cite></blockquote>"


def _right(question: Question) -> str:
    lines = [f"<p>{html_text(line)}</p>" for line in _expected(question)]
    places: dict[str, list[Gold]] = {}
    for gold in question.answers:
        places.setdefault(gold.text, []).append(gold)
    most = len(places) if question.all_answers else MAX_SHOWN
    quotes = [_gold(text, golds) for text, golds in list(places.items())[:most]]
    note = f'<p class="soft small">{html_text(question.note)}</p>' if question.note else ""
    return "".join((*lines, *quotes)) + _more(len(places) - most) + note


def _expected(question: Question) -> list[str]:
    """What has to be said besides, or instead of, a quotation."""
    lines = []
    if question.unanswerable:
        lines.append("No article says so.")
    if question.label:
        lines.append(question.label)
    if question.when:
        lines.append(_window(question.when))
    if question.dates:
        lines.append(", ".join(str(day) for day in question.dates))
    if question.all_answers:
        lines.append("All of these:")
    return lines


def _gold(text: str, golds: Sequence[Gold]) -> str:
    places = [
        gold.article_id if gold.start is None else f"{gold.article_id} [{gold.start}, {gold.end})"
        for gold in golds
    ]
    return f"<blockquote>{html_text(text)}<cite>{html_text(' · '.join(places))}</cite></blockquote>"


def _more(rest: int) -> str:
    return f'<p class="soft small">and {rest} more</p>' if rest > 0 else ""


def _window(window: Window | None) -> str:
    if window is None:
        return "any time"
    return _understood({"after": window.after, "before": window.before})


def _understood(window: Mapping[str, Any] | None) -> str:
    if window is None:
        return "any time"
    sides = (("from", window["after"]), ("before", window["before"]))
    return " ".join(f"{name} {day}" for name, day in sides if day) or "any time"


def misses_tsv(outcomes: Sequence[Outcome]) -> str:
    """A line for each question that is not answered rightly, cells between tabs."""
    rows = [MISSES, *(_miss(outcome) for outcome in outcomes if outcome.stage != "right")]
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _miss(outcome: Outcome) -> tuple[str, ...]:
    question = outcome.question
    return (
        question.id,
        question.kind,
        outcome.stage,
        "given" if near_given(outcome) else "",
        " | ".join((*question.history, question.question)),
        outcome.error or _given(outcome),
        _right_answer(question),
    )


def _given(outcome: Outcome) -> str:
    answer = outcome.answer
    if answer.get("abstained", True):
        return f"({answer.get('reason', 'nothing')})"
    cited = answer["citations"][0]
    quoted = "" if cited["quote"] == answer["answer"] else f": {cited['quote']}"
    return f"{answer['answer']}{quoted} [{cited['article_id']}]"


def _right_answer(question: Question) -> str:
    if question.unanswerable:
        return "(no article says so)"
    texts = dict.fromkeys(gold.text for gold in question.answers)
    days = [question.when.after, question.when.before] if question.when else []
    return " | ".join([*filter(None, [question.label, "/".join(map(str, days))]), *texts])
