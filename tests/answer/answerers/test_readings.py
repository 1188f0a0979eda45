"""What the reader says of each article by itself, and how answers that differ are compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answer.answerers.lists import ListAnswerer
from rag.answer.answerers.span import SpanAnswerer
from rag.answer.answerers.when import WhenAnswerer
from rag.answer.answerers.yes_no import YesNoAnswerer
from rag.answer.confidence import REPLY_FEATURES, Reliability, reply_features
from rag.answer.evidence import NO_ANSWER, Evidence, Reply
from rag.answer.rules.entailment import EntailmentJudge
from rag.errors import ModelError
from rag.models.classifier import Logistic
from rag.types import Hit
from tests.answer.finding import candidate, found, matcher, says, source

MONDAY, TUESDAY = date(2024, 3, 11), date(2024, 3, 12)
SPAN, LIST = SpanAnswerer(0.5, matcher()), ListAnswerer(0.0, 1.0)
WHEN, YES_NO = WhenAnswerer(matcher(), 1.0), YesNoAnswerer(EntailmentJudge(matcher()))


def told(text: str, name: str, day: date | None, rank: int) -> Hit:
    return replace(source(text, article_id=name, published=day), rank=rank)


def quotes(reply: Reply) -> list[str]:
    return [pick.quote for pick in reply.picks]


OLD = told("Nina Roth is the coach of Tarn FC.", "old", MONDAY, 1)
NEW = told("Tarn FC have a new coach, Ugo Pell.", "new", TUESDAY, 2)
COACHES = [candidate(OLD, "Nina Roth", 9.0), candidate(NEW, "Ugo Pell", 5.0)]
COACH = "Who is the coach of Tarn FC?"


def coach(*, nothing: float = 0.1, hits: tuple[Hit, Hit] = (OLD, NEW)) -> Reply:
    old, new = hits
    spans = [candidate(old, "Nina Roth", 9.0), candidate(new, "Ugo Pell", 5.0)]
    return SPAN.answer(found(COACH, spans, read=[says(old), says(new, none=nothing)]))


def test_a_newer_article_that_says_otherwise_by_itself_leads() -> None:
    reply = coach()
    assert quotes(reply) == ["Ugo Pell", "Nina Roth"]
    assert reply.disagreement


def test_a_newer_article_that_says_nothing_by_itself_does_not() -> None:
    assert quotes(coach(nothing=0.9)) == ["Nina Roth"]


def test_an_older_or_undated_article_does_not_lead() -> None:
    assert quotes(coach(hits=(replace_day(OLD, TUESDAY), replace_day(NEW, MONDAY)))) == [
        "Nina Roth"
    ]
    assert quotes(coach(hits=(OLD, replace_day(NEW, None)))) == ["Nina Roth"]


def test_an_article_about_something_else_does_not_lead() -> None:
    other = told("Sela FC have a new goalkeeper, Ugo Pell.", "new", TUESDAY, 2)
    assert quotes(coach(hits=(OLD, other))) == ["Nina Roth"]


def replace_day(hit: Hit, day: date | None) -> Hit:
    article = replace(hit.passage.article, published=day)
    return replace(hit, passage=replace(hit.passage, article=article))


def test_the_newest_date_of_something_to_come_leads() -> None:
    first = told("The Lisund bridge will open on 1 June.", "old", MONDAY, 1)
    later = told("The Lisund bridge will open on 1 September.", "new", TUESDAY, 2)
    spans = [candidate(first, "1 June", 9.0), candidate(later, "1 September", 4.0)]
    asked = "When will the Lisund bridge open?"
    reply = WHEN.answer(found(asked, spans, read=[says(first), says(later)]))
    assert (reply.text, quotes(reply)) == ("2024-09-01", ["1 September", "1 June"])
    assert reply.disagreement
    alone = WHEN.answer(found(asked, spans[:1], read=[says(first)]))
    assert (alone.text, alone.disagreement) == ("2024-06-01", False)


ARRESTED = told("Leo Falk was arrested at the airport.", "old", MONDAY, 1)
DENIED = told("Leo Falk was not arrested at the airport.", "new", TUESDAY, 2)


def test_a_newer_denial_leads_and_what_it_denies_stands_behind_it() -> None:
    asked = found("Was Leo Falk arrested at the airport?", hits=[ARRESTED, DENIED])
    reply = YES_NO.answer(asked)
    assert reply.text == "no"
    assert quotes(reply) == [DENIED.passage.text, ARRESTED.passage.text]
    assert reply.disagreement


def test_an_older_denial_does_not_lead() -> None:
    hits = [replace_day(ARRESTED, TUESDAY), replace_day(DENIED, MONDAY)]
    reply = YES_NO.answer(found("Was Leo Falk arrested at the airport?", hits=hits))
    assert (reply.text, reply.disagreement) == ("yes", True)


@pytest.mark.parametrize(("yes", "no", "text"), [(0.7, 0.1, "yes"), (0.1, 0.7, "no")])
def test_the_reader_decides_where_no_rule_does(yes: float, no: float, text: str) -> None:
    freed = told("The magnate slept at home.", "a", MONDAY, 1)
    asked = found("Is Leo Falk in prison?", hits=[freed], read=[says(freed, yes=yes, no=no)])
    reply = YES_NO.answer(asked)
    assert (reply.text, quotes(reply)) == (text, [freed.passage.text])
    assert reply.confidence == pytest.approx(0.7)


def test_items_are_those_that_the_reader_marks() -> None:
    text = "The talks were attended by Lena Olm of Norway and by Piet Maas and Ada Roe."
    here = told(text, "a", MONDAY, 1)
    marked = says(here, items=["Lena", "Olm", "Piet Maas", "Ada Roe"])
    spans = [candidate(here, "Lena Olm of Norway", 5.0)]
    reply = LIST.answer(found("Who attended the talks?", spans, read=[marked]))
    assert quotes(reply) == ["Lena Olm", "Piet Maas", "Ada Roe"]


def test_the_sentences_that_are_likeliest_evidence_come_first() -> None:
    text = "The mayor spoke. The strike ended because the money ran out."
    first, second = "The mayor spoke.", "The strike ended because the money ran out."
    here = told(text, "a", MONDAY, 1)
    nowhere = told("Snow fell.", "b", MONDAY, 2)
    read = [says(here, evidence={first: 0.2, second: 0.8}), says(nowhere, none=0.95)]
    likely = found("Why did the strike end?", hits=[here, nowhere], read=read).likely_sentences
    assert [one.quote for one in likely] == [second, first, "Snow fell."]


def features(evidence: Evidence, reply: Reply) -> dict[str, float]:
    return dict(zip(REPLY_FEATURES, reply_features(evidence, reply)[0].tolist(), strict=True))


def test_what_is_known_of_a_reply() -> None:
    asked = found("Was he arrested?", hits=[DENIED], read=[says(DENIED, yes=0.1, no=0.7)])
    asked.query = replace(asked.query, kind="yesno")
    reply = YES_NO.answer(asked)
    seen = features(asked, reply)
    assert seen["is_yesno"] == 1
    assert seen["raw_yesno"] == seen["raw"]
    assert seen["label"] > 0
    assert features(asked, replace(reply, text="yes"))["label"] == pytest.approx(-seen["label"])
    unread = features(replace_read(asked), reply)
    assert (unread["speaks"], unread["label"], unread["evidence"]) == (0, 0, 0)


def replace_read(asked: Evidence) -> Evidence:
    return found(asked.query.text, hits=asked.hits)


def test_a_reply_is_as_reliable_as_the_model_says() -> None:
    weights = [1.0 if name == "raw" else 0.0 for name in REPLY_FEATURES]
    reliability = Reliability(Logistic(REPLY_FEATURES, tuple(weights), 0.0))
    asked = found("Who is the coach of Tarn FC?", COACHES[:1], sure=0.8)
    assert reliability.confidence(asked, SPAN.answer(asked)) == pytest.approx(0.8)
    assert reliability.confidence(asked, NO_ANSWER) == 0
    with pytest.raises(ModelError, match="fit it again"):
        Reliability(Logistic(("raw",), (1.0,), 0.0))
