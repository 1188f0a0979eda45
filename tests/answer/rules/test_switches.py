"""A switch for each group of rules: what changes when it is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

import pytest

from rag import AskConfig, Pipeline
from rag.answer.answerers.lists import ListAnswerer
from rag.answer.answerers.span import PassageAnswerer, SpanAnswerer
from rag.answer.answerers.when import WhenAnswerer
from rag.answer.citations import Citer
from rag.answer.components import open_components
from rag.answer.evidence import Reply, pick
from rag.answer.rules.entailment import EntailmentJudge
from rag.answer.rules.switches import ALL_RULES, RULE_GROUPS, Rules, kind_by_first_word
from rag.config import BuildConfig
from rag.index.local import LocalStore
from rag.types import Answer, Kind
from tests.answer.finding import candidate, dated, found, matcher, source

Outcome = Callable[[Rules], object]


def quotes(reply: Reply) -> list[str]:
    return [chosen.quote for chosen in reply.picks]


def label(question: str, sentence: str) -> Outcome:
    return lambda rules: EntailmentJudge(matcher(rules), rules).judge(question, sentence).label


def items(rules: Rules) -> object:
    span = candidate(source("They spoke of trade, energy and peace in Cairo."), "trade, energy")
    return quotes(ListAnswerer(0.0, 1.0, rules).answer(found("What did they speak of?", [span])))


def promises(rules: Rules) -> object:
    text = source("Dar promised bridges. Khan promised roads.")
    spans = [candidate(text, "bridges", 5.0), candidate(text, "roads", 4.5)]
    return quotes(PassageAnswerer(1.0, rules).answer(found("What did Khan promise?", spans)))


def listed_promises(rules: Rules) -> object:
    spans = [
        candidate(source("Dar promised nurses and flats."), "nurses and flats", 5.0),
        candidate(source("Khan promised roads and dykes.", article_id="b"), "roads and dykes", 4.0),
    ]
    return quotes(ListAnswerer(0.0, 1.0, rules).answer(found("What did Khan promise?", spans)))


def cited_speaker(rules: Rules) -> object:
    hit = source("The dyke was weak, the board said on Friday.")
    cited = Citer(lambda article_id: hit.passage.article, rules).cite(pick(candidate(hit, "weak")))
    return cited.speaker and hit.passage.article.text[slice(*cited.speaker)]


def number_of_dead(rules: Rules) -> object:
    text = source("It hurt seven. Two passengers died.")
    spans = [candidate(text, "seven", 6.0), candidate(text, "Two", 5.0)]
    return quotes(SpanAnswerer(0.5, None, rules).answer(found("How many died?", spans)))


def day_of_the_event(rules: Rules) -> object:
    text = dated("Holtby was proposed as mediator. Wade asked for time until Friday.")
    evidence = found("When was Wade convicted?", [candidate(text, "Wade")])
    return WhenAnswerer(matcher(rules), 1.0, rules).answer(evidence).confidence < 0.5


@pytest.mark.parametrize(
    ("group", "outcome", "on", "off"),
    [
        ("opposites", label("Was the bridge open?", "The bridge was closed."), "no", "unclear"),
        ("negation", label("Was the bridge closed?", "The bridge was not closed."), "no", "yes"),
        (
            "negation",
            label("Did Dar vote for the plan?", "Dar voted against the plan."),
            "no",
            "yes",
        ),
        ("negation", label("Did the mayor resign?", "The mayor may resign."), "unclear", "yes"),
        ("relevance_gate", label("Did Khan resign?", "Khan spoke."), "unclear", "yes"),
        ("relevance_gate", day_of_the_event, True, False),
        ("coordination", items, ["trade", "energy", "peace"], ["trade, energy"]),
        ("speakers", promises, ["roads"], ["bridges"]),
        ("speakers", listed_promises, ["roads", "dykes"], ["nurses", "flats", "roads", "dykes"]),
        ("speakers", cited_speaker, "the board", None),
        ("fitting", number_of_dead, ["Two"], ["seven"]),
    ],
)
def test_what_changes_without_a_group(
    group: str, outcome: Outcome, on: object, off: object
) -> None:
    assert outcome(ALL_RULES) == on
    assert outcome(ALL_RULES.without(group)) == off


@contextmanager
def opened(seed_index: BuildConfig, rules: Rules) -> Iterator[Pipeline]:
    config = AskConfig(
        seed_index.articles, seed_index.index, models=seed_index.models, min_confidence=0.0
    )
    index = LocalStore.open(config.index)
    with Pipeline(index, open_components(index, config, rules=rules), config) as pipeline:
        yield pipeline


def asked(seed_index: BuildConfig, rules: Rules, question: str, *history: str) -> Answer:
    with opened(seed_index, rules) as pipeline:
        return pipeline.ask(question, history=history)


def test_without_follow_ups_a_question_is_taken_as_typed(seed_index: BuildConfig) -> None:
    question, earlier = "When did he talk to Dar?", "Who was Iran's acting foreign minister?"
    completed = asked(seed_index, ALL_RULES, question, earlier).query
    assert completed.carried
    typed = asked(seed_index, ALL_RULES.without("follow_ups"), question, earlier).query
    assert (typed.text, typed.carried) == (question, ())


def test_without_question_types_the_first_word_decides(seed_index: BuildConfig) -> None:
    question = "Give me a timeline of the talks"
    assert asked(seed_index, ALL_RULES, question).kind == "timeline"
    assert asked(seed_index, ALL_RULES.without("question_type"), question).kind == "span"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Did Khan resign?", "yesno"),
        ("when is the vote?", "when"),
        ("Why did it break?", "passage"),
        ("How many died?", "passage"),
        ("Who attended?", "span"),
        ("What's the latest?", "span"),
        ("", "span"),
        ("?!", "span"),
    ],
)
def test_the_kind_by_the_first_word(question: str, kind: Kind) -> None:
    assert kind_by_first_word(question) == kind
    assert kind in get_args(Kind)


def test_every_group_has_a_switch_that_turns_off_nothing_else() -> None:
    assert len(RULE_GROUPS) == 8
    for group in RULE_GROUPS:
        off = ALL_RULES.without(group)
        assert [name for name in RULE_GROUPS if not getattr(off, name)] == [group]


def test_an_unknown_group_is_refused_with_the_names() -> None:
    with pytest.raises(ValueError, match="choose from opposites, negation"):
        ALL_RULES.without("magic")
